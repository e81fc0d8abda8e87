//! Speech both ways over WebSocket: each message passes as it is, and what Bailian says of usage is noted in passing.
//!
//! A line of tasks (`/api-ws/v1/inference`) is asked for its model when a task begins on it, and each task is a call. So
//! it leads to the upstream whose turn it is for the first task, or to the account of what that names, and what later tasks
//! name has to be there too. A line of events (`/api-ws/v1/realtime`) names its model in the address and is one call, or one
//! for each answer where a budget binds its caller: what it costs in all nobody can say before. It leads to the account of what
//! its first event names, and what later events name has to be there too.

mod hearing;
mod leading;
mod naming;
mod speaking;

use std::sync::Arc;

use axum::{
    extract::{
        FromRequestParts, Query, Request, State, WebSocketUpgrade,
        ws::{CloseFrame, Message, Utf8Bytes, WebSocket, close_code},
    },
    response::Response,
};
use bailian::{
    pool::Reach,
    relay::{RelayFrame, RelayReceiver, RelaySender},
};
use futures_util::{SinkExt, StreamExt, stream::SplitSink};
use http::{StatusCode, Uri};
use model::{CallOutcome, Operation, Protocol};
use platform::gateway::{
    Ask, Ending, Gateway, GatewayError, Place, Principal, Running, UPSTREAM, Weight,
    scan::{Reported, UsageShape, usage_of_json},
};
use serde_json::{Value, json};
use tokio::time::Instant;

use hearing::Hearing;

use naming::Way;

use super::{
    GatewayState, credential,
    entry::who,
    headers, references,
    refusal::Refusal,
    relay::{not_admitted, refused, request_id},
    request::reads_chinese,
    table::Dialect,
};

/// The largest message, in bytes: Bailian takes no larger ones.
const LARGEST: usize = 4 * 1024 * 1024;

/// Why a line is closed: what its caller came in by has ended, or Bailian is not there.
const ENDED: &str = "the credential was ended";
const GONE: &str = "the upstream is gone";
/// Or what it would cost next is not admitted.
const REFUSED: &str = "the next answer is refused";

struct Line {
    gateway: Gateway,
    principal: Arc<Principal>,
    request_id: String,
    chinese: bool,
    /// Where it leads.
    upstream: Arc<str>,
    /// The line's own, whatever runs on it.
    _place: Place,
    /// The call that runs on it.
    running: Option<Running>,
    reported: Option<Reported>,
    /// Characters that the call was given to speak.
    given: u64,
    /// Whether sound came back.
    sounds: bool,
    /// What is heard on a line of events whose model says nothing of it.
    hearing: Option<Hearing>,
    /// The model that a line of events asks for.
    model: String,
    /// One call for the whole line, not one for each task.
    is_one_call: bool,
    /// How a line of events was opened, as long as nothing was said on it.
    way: Option<Way>,
    /// Whether the caller was told that a session began.
    is_greeted: bool,
}

/// A line of tasks.
pub(super) async fn tasks(State(state): State<GatewayState>, request: Request) -> Response {
    open(state, request, "/api-ws/v1/inference", false).await
}

/// A line of events.
pub(super) async fn events(State(state): State<GatewayState>, request: Request) -> Response {
    open(state, request, "/api-ws/v1/realtime", true).await
}

async fn open(
    state: GatewayState,
    request: Request,
    path: &'static str,
    is_one_call: bool,
) -> Response {
    let (mut parts, _) = request.into_parts();
    let request_id = request_id(&parts.extensions);
    let chinese = reads_chinese(&parts);
    let refused = |refusal: &Refusal| refused(refusal, Dialect::Native, &request_id);
    let whose = credential::of(&parts.headers, &parts.uri).unwrap_or_default();
    let place = match state.gateway.enter(whose, Weight::Call) {
        Ok(place) => place,
        Err(error) => return refused(&Refusal::of(&error, chinese)),
    };
    let principal = match who(&state.gateway, &parts, chinese).await {
        Ok(principal) => principal,
        Err(refusal) => return refused(&refusal),
    };
    let upgrade = match WebSocketUpgrade::from_request_parts(&mut parts, &state).await {
        Ok(upgrade) => upgrade,
        Err(rejection) => return refused(&Refusal::no_line(rejection.status(), chinese)),
    };
    let mut line = Line {
        gateway: state.gateway.clone(),
        principal,
        request_id: request_id.clone(),
        chinese,
        upstream: UPSTREAM.into(),
        _place: place,
        running: None,
        reported: None,
        given: 0,
        sounds: false,
        hearing: None,
        model: String::new(),
        is_one_call,
        way: None,
        is_greeted: false,
    };
    let upgrade = upgrade.max_message_size(LARGEST).max_frame_size(LARGEST);
    let mut onwards = headers::onwards(&parts.headers);
    // Whose an upload is that some message names is not looked up, so that Bailian does not either.
    onwards.remove(references::RESOLVES);
    if !is_one_call {
        return upgrade.on_upgrade(move |socket| line.wait(socket, path, onwards));
    }
    let model = model_in(&parts.uri).unwrap_or_default();
    let served = match line.begin(&model, Operation::Realtime).await {
        Ok(served) => served,
        Err(error) => {
            let refusal = not_admitted(&line.gateway, &line.principal, &error, chinese);
            return refused(&refusal);
        }
    };
    line.way = Some(Way {
        model: served.clone(),
        path,
        headers: onwards.clone(),
    });
    let hears = line.gateway.what_it_does(&served) == Operation::Transcription;
    line.hearing = hears.then(Hearing::default);
    line.model = model;
    match line.connect(&served, Reach::Any, path, onwards).await {
        Ok((sender, receiver)) => {
            upgrade.on_upgrade(move |socket| line.carry(socket, sender, receiver, None))
        }
        Err(error) => {
            line.end(Ending::failed(&error)).await;
            refused(&Refusal::of_upstream(&error, chinese))
        }
    }
}

fn model_in(uri: &Uri) -> Option<String> {
    let Query(pairs) = Query::<Vec<(String, String)>>::try_from_uri(uri).ok()?;
    let mut pairs = pairs.into_iter();
    pairs
        .find(|(name, _)| name == "model")
        .map(|(_, model)| model)
}

impl Line {
    /// Begins a call on the line; gives the model to ask.
    async fn begin(&mut self, name: &str, operation: Operation) -> Result<String, GatewayError> {
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
        (self.given, self.sounds) = (0, false);
        Ok(served)
    }

    async fn end(&mut self, mut ending: Ending) {
        let Some(running) = self.running.take() else {
            return;
        };
        // Of what goes in and comes out only text to speak and sound to hear can be reckoned here: other figures that did not
        // come are none, and marked as such.
        ending.is_partial = self.reported.is_none();
        let reported = self.reported.take();
        let reported = reported
            .or_else(|| self.spoken(running.operation()))
            .or_else(|| self.hearing.as_ref().and_then(Hearing::reported));
        ending.reported = Some(reported.unwrap_or_default());
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
    async fn goes_on(&mut self) -> Result<(), String> {
        if !self.is_one_call || self.running.is_some() {
            return Ok(());
        }
        let model = self.model.clone();
        let begun = self.begin(&model, Operation::Realtime).await;
        let refusal = begun
            .map(drop)
            .map_err(|error| Refusal::of(&error, self.chinese));
        refusal.map_err(|refusal| {
            let told = refusal.json(Dialect::OpenAi, &self.request_id);
            json!({ "type": "error", "error": told["error"] }).to_string()
        })
    }

    async fn carry(
        mut self,
        socket: WebSocket,
        mut sender: RelaySender,
        mut receiver: RelayReceiver,
        first: Option<Message>,
    ) {
        let (mut back, mut from) = socket.split();
        let right_ended = self.gateway.right_ended(&self.principal);
        let mut begun = Ok(true);
        if let Some(first) = first {
            let ends = (&mut sender, &mut receiver);
            begun = self.onwards(first, ends, &mut back).await;
        }
        let why = loop {
            match begun {
                Ok(true) => {}
                Ok(false) => break None,
                Err(code) => break Some((code, GONE)),
            }
            tokio::select! {
                () = right_ended.cancelled() => break Some((close_code::POLICY, ENDED)),
                message = from.next() => match message {
                    Some(Ok(message)) => {
                        let ends = (&mut sender, &mut receiver);
                        begun = self.onwards(message, ends, &mut back).await;
                    }
                    Some(Err(_)) | None => break None,
                },
                frame = receiver.next() => match frame {
                    Ok(Some(frame)) => {
                        if self.back(frame, &mut back).await.is_err() {
                            break None;
                        }
                        if let Err(refusal) = self.goes_on().await {
                            let _ = back.send(Message::text(refusal)).await;
                            break Some((close_code::POLICY, REFUSED));
                        }
                    }
                    Ok(None) => break Some((close_code::NORMAL, "")),
                    Err(error) => {
                        tracing::warn!(error = &error as &dyn std::error::Error, "a line broke");
                        break Some((close_code::ERROR, GONE));
                    }
                },
            }
        };
        sender.close().await;
        let outcome = if self.is_one_call && matches!(why, None | Some((close_code::NORMAL, _))) {
            CallOutcome::Succeeded
        } else {
            CallOutcome::Cancelled
        };
        self.end(Ending {
            outcome: Some(outcome),
            ..Ending::default()
        })
        .await;
        if let Some((code, reason)) = why {
            let frame = CloseFrame {
                code,
                reason: Utf8Bytes::from_static(reason),
            };
            let _ = back.send(Message::Close(Some(frame))).await;
        }
        let _ = back.close().await;
    }

    /// From the caller to Bailian. False when the caller says goodbye.
    async fn onwards(
        &mut self,
        message: Message,
        ends: (&mut RelaySender, &mut RelayReceiver),
        back: &mut SplitSink<WebSocket, Message>,
    ) -> Result<bool, u16> {
        let (sender, receiver) = ends;
        if let Err(refusal) = self.follow(&message, sender, receiver).await {
            return Ok(back.send(Message::text(refusal)).await.is_ok());
        }
        let frame = match message {
            Message::Text(text) => {
                let mut text = text.to_string();
                if !self.is_one_call {
                    match self.task_begins(&text).await {
                        Ok(Some(renamed)) => text = renamed,
                        Ok(None) => {}
                        Err(refusal) => {
                            let _ = back.send(Message::text(refusal)).await;
                            return Ok(false);
                        }
                    }
                    if let Err(refusal) = self.take_text(&text) {
                        let _ = back.send(Message::text(refusal)).await;
                        return Ok(false);
                    }
                } else if let Some(hearing) = &mut self.hearing {
                    hearing.note(&text, Instant::now());
                }
                RelayFrame::Text(text)
            }
            Message::Binary(bytes) => RelayFrame::Binary(bytes),
            Message::Close(_) => return Ok(false),
            Message::Ping(_) | Message::Pong(_) => return Ok(true),
        };
        sender.send(frame).await.map_err(|_| close_code::ERROR)?;
        Ok(true)
    }

    /// Admits a task; gives the message anew if its model goes by another name there or it could be read otherwise, or the refusal to
    /// send back.
    async fn task_begins(&mut self, text: &str) -> Result<Option<String>, String> {
        let mut message = match leading::run_task(text) {
            Ok(Some(message)) => message,
            Ok(None) => return Ok(None),
            Err(error) => {
                let refusal = Refusal::of(&error, self.chinese);
                return Err(self.task_failed(&Value::Null, &refusal));
            }
        };
        let name = leading::model_of(&message).to_owned();
        self.end(Ending {
            outcome: Some(CallOutcome::Cancelled),
            ..Ending::default()
        })
        .await;
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

    /// From Bailian to the caller.
    async fn back(
        &mut self,
        frame: RelayFrame,
        back: &mut SplitSink<WebSocket, Message>,
    ) -> Result<(), axum::Error> {
        match frame {
            RelayFrame::Binary(bytes) => {
                self.sounds = true;
                back.send(Message::Binary(bytes)).await
            }
            RelayFrame::Text(text) => {
                if self.greets_again(&text) {
                    return Ok(());
                }
                // The end leaves only after the call is booked.
                self.note(&text).await;
                back.send(Message::text(text)).await
            }
        }
    }

    async fn note(&mut self, text: &str) {
        if self.is_one_call {
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
        let outcome = if text.contains("\"task-finished\"") {
            CallOutcome::Succeeded
        } else if text.contains("\"task-failed\"") {
            CallOutcome::Failed
        } else {
            return;
        };
        let status = Some(StatusCode::OK.as_u16());
        self.end(Ending {
            outcome: Some(outcome),
            status,
            ..Ending::default()
        })
        .await;
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
        let so_far = self.reported.take();
        self.reported = Some(so_far.map_or_else(|| more.clone(), |so_far| so_far.plus(&more)));
    }
}
