//! The calls that run on a line: admitted when they begin, and booked when they end by what was said of them in passing.

use http::StatusCode;
use model::{Operation, Protocol};
use platform::gateway::{
    Ask, Ending, GatewayError,
    scan::{Reported, UsageShape, usage_of_json},
};
use serde_json::Value;

use super::{
    Line, Purpose,
    hearing::Hearing,
    leading,
    speaking::{self, Speaking},
};
use crate::gateway::refusal::Refusal;

impl Line {
    /// Begins a call on the line; gives the model to ask.
    pub(super) async fn begin(
        &mut self,
        name: &str,
        operation: Operation,
    ) -> Result<String, GatewayError> {
        if name.is_empty() {
            return Err(GatewayError::NoModel);
        }
        let models = self.gateway.models_behind(&self.principal, name).await?;
        let served = models.first().cloned().unwrap_or_default();
        let operation = if operation == Operation::Other {
            self.gateway.what_it_does(&served)
        } else {
            operation
        };
        let (models, request_id) = (vec![served.clone()], self.request_id.clone());
        let ask = Ask {
            streamed: true,
            text_bytes: speaking::RESERVED,
            is_bound: true,
            has_media: operation == Operation::Realtime && self.reads_all(&served),
            ..Ask::new(Protocol::DashScope, operation, name, models, request_id)
        };
        let mut running = self.gateway.admit(&self.principal, ask).await?;
        running.answers(None);
        running.answered_by(&self.upstream);
        // Should the line be dropped: what it used can't be reckoned by what was asked.
        let so_far = running.so_far();
        so_far.reported = Some(Reported::default());
        so_far.is_partial = true;
        self.running = Some(running);
        self.reported = None;
        if !self.is_one_call {
            self.speaking = (operation == Operation::Speech).then(Speaking::default);
        }
        Ok(served)
    }

    /// Ends the call that runs, if one does.
    pub(super) async fn end(&mut self, mut ending: Ending) {
        let Some(running) = self.running.take() else {
            return;
        };
        // Of what goes in and comes out only text to speak and sound to hear can be reckoned here: other figures that did not
        // come are none, and marked as such.
        let stated = self.reported.take();
        let spoken = self.speaking.as_ref().and_then(Speaking::untold);
        let reckoned = match &stated {
            // A task's figures are of all of it, those of a line of events of each answer that came to its end.
            Some(_) => spoken.filter(|_| self.is_one_call),
            None => spoken.or_else(|| self.hearing.as_ref().and_then(Hearing::reported)),
        };
        if let Some(hearing) = &mut self.hearing {
            hearing.settle();
        }
        let purpose = std::mem::replace(&mut self.purpose, Purpose::Asked);
        if purpose == Purpose::Spare && stated.is_none() && reckoned.is_none() {
            // No further answer came: it would be an empty line in the log.
            running.release();
            return;
        }
        ending.is_partial = stated.is_none() || reckoned.is_some();
        ending.reported = Some(match (stated, reckoned) {
            (Some(stated), Some(reckoned)) => stated.plus(&reckoned),
            (stated, reckoned) => stated.or(reckoned).unwrap_or_default(),
        });
        if !self.is_one_call {
            self.speaking = None;
        }
        if let Err(error) = running.close(ending).await {
            tracing::error!(
                error = &error as &dyn std::error::Error,
                "a call could not be booked"
            );
        }
    }

    /// Whether it is known how much the model reads at most. With each answer it reads all that was said before.
    fn reads_all(&self, model: &str) -> bool {
        let card = self.gateway.card(model);
        card.is_some_and(|card| card.max_input_tokens.or(card.context_tokens).is_some())
    }

    /// Begins the call of the next answer on a line of events, where each is one; gives the event that refuses it.
    pub(super) async fn goes_on(&mut self) -> Result<(), String> {
        if !self.is_one_call || self.running.is_some() {
            return Ok(());
        }
        let model = self.model.clone();
        if let Err(error) = self.begin(&model, Operation::Realtime).await {
            return Err(self.refused(&Refusal::of(&error, self.chinese)));
        }
        self.purpose = Purpose::Spare;
        Ok(())
    }

    /// Admits a task; gives the message anew if its model goes by another name there or it could be read otherwise, or the refusal to
    /// send back.
    pub(super) async fn task_begins(&mut self, text: &str) -> Result<Option<String>, String> {
        let mut message = match leading::run_task(text) {
            Ok(Some(message)) => message,
            Ok(None) => return Ok(None),
            Err(error) => {
                let refusal = Refusal::of(&error, self.chinese);
                return Err(self.task_failed(&Value::Null, &refusal));
            }
        };
        let name = leading::model_of(&message).to_owned();
        self.end(Ending::cancelled()).await;
        let here = leading::is_here(&self.gateway, &self.principal, &self.upstream, &message);
        let here = here.await;
        let begun = match here {
            Ok(()) => self.begin(&name, Operation::Other).await,
            Err(error) => Err(error),
        };
        match begun {
            Ok(served) if served == name && !leading::is_ambiguous(text, &message) => Ok(None),
            Ok(served) => {
                message["payload"]["model"] = served.into();
                Ok(Some(message.to_string()))
            }
            Err(error) => {
                let refusal = Refusal::of(&error, self.chinese);
                Err(self.task_failed(&message, &refusal))
            }
        }
    }

    /// Takes in what Bailian says of the call in passing.
    pub(super) async fn note(&mut self, text: &str) {
        if self.is_one_call {
            if self.purpose == Purpose::Spare && text.contains("\"response.") {
                self.purpose = Purpose::Asked;
            }
            if let Some(speaking) = &mut self.speaking
                && text.contains("\"input_text_buffer.cleared\"")
            {
                speaking.clear();
            }
            if text.contains("\"response.done\"") {
                self.add_response(text);
                if self.reported.is_some() && self.principal.has_budget() {
                    let ending = Ending::succeeded(StatusCode::OK.as_u16());
                    self.end(ending).await;
                }
            }
            return;
        }
        if text.contains("\"usage\"")
            && !text.contains("\"usage\":null")
            && !text.contains("\"usage\": null")
        {
            let payload = serde_json::from_str::<Value>(text)
                .ok()
                .and_then(|message| message.get("payload").cloned());
            let reported = payload.and_then(|payload| {
                usage_of_json(payload.to_string().as_bytes(), UsageShape::Native)
            });
            if reported.is_some() {
                self.reported = reported;
            }
        }
        let status = StatusCode::OK.as_u16();
        if text.contains("\"task-finished\"") {
            self.end(Ending::succeeded(status)).await;
        } else if text.contains("\"task-failed\"") {
            self.end(Ending::broken(status)).await;
        }
    }

    /// Each answer on a line of events states its own figures.
    fn add_response(&mut self, text: &str) {
        let message = serde_json::from_str::<Value>(text).unwrap_or_default();
        let Some(response) = message.get("response") else {
            return;
        };
        let Some(more) = usage_of_json(response.to_string().as_bytes(), UsageShape::Responses)
        else {
            return;
        };
        if let Some(speaking) = &mut self.speaking {
            speaking.settle(more.characters);
        }
        let so_far = self.reported.take();
        self.reported = Some(so_far.map_or_else(|| more.clone(), |so_far| so_far.plus(&more)));
    }
}
