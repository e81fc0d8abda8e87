//! What is done about the tools that a model calls: each call is written down before anything is done about it, and what came of it
//! before the model is told.

use std::sync::Arc;

use model::{ConversationId, FailureCode, MessageId, MessageStatus, ToolCallId, ToolCallState};
use tokio::{sync::oneshot, time::Instant};
use uuid::Uuid;

use super::{
    Generations,
    live::{Before, Ending, Live, lock},
    run::Called,
    task::Task,
};
use crate::{
    Error,
    identity::Caller,
    store::{Decided, KeptCall, Tokens},
    tools::{Judged, Occasion, Toolbox},
};

/// Questions to the model in one answer at which it is offered tools; after so many it has to say what it knows.
pub(super) const MOST_ROUNDS: u32 = 8;

/// Calls at once that anything is done about.
const AT_ONCE: usize = 8;

/// Calls at once that are written down.
const KEPT: usize = 32;

/// The longest arguments that are kept, in characters; longer ones are refused anyway.
const KEPT_ARGUMENTS: usize = 16 * 1024;

/// What became of calls.
pub(super) enum Acted {
    /// All is done: the model is told.
    Again,
    /// The answer has ended, or waits.
    Ended,
}

/// The answer ends before its calls are done.
struct Cut(Ending);

/// How the question to the model ended that made the calls.
#[derive(Default)]
pub(super) struct Asked {
    pub(super) request_id: Option<String>,
    pub(super) tokens: Option<Tokens>,
}

impl Asked {
    fn ending(&self, status: MessageStatus) -> Ending {
        Ending {
            status,
            failure: None,
            upstream_request_id: self.request_id.clone(),
            tokens: self.tokens,
        }
    }
}

impl Generations {
    /// Allows or refuses a call that waits for the caller; when none waits any more, the answer goes on, or stops where
    /// it can't after a refusal. What was decided before stays so, and saying it again changes nothing.
    #[tracing::instrument(name = "api.generation.decide", skip_all, fields(message.id = %message))]
    pub async fn decide(
        &self,
        caller: &Caller,
        (conversation, message): (ConversationId, MessageId),
        call: ToolCallId,
        decision: ToolDecision,
    ) -> Result<(), Error> {
        let inner = &*self.0;
        let found = inner
            .db
            .message(caller.user(), conversation, message)
            .await?;
        let waiting = found.ok_or(Error::NotFound)?;
        let known = waiting.calls.iter().find(|known| known.id == call);
        if known.ok_or(Error::NotFound)?.state != ToolCallState::Waiting {
            return Ok(());
        }
        let model = waiting.model.clone().ok_or(Error::NotFound)?;
        let task = match (decision, self.room_for(caller, &model).await) {
            (_, Ok(())) => Task::GoOn,
            // Who may not have more of the answer may still say no.
            (
                ToolDecision::Refuse,
                Err(Error::UnknownModel | Error::QuotaUsedUp { .. } | Error::Overloaded),
            ) => Task::Refused,
            (_, Err(error)) => return Err(error),
        };
        let decision = match decision {
            ToolDecision::Allow => ToolCallState::Approved,
            ToolDecision::Refuse => ToolCallState::Refused,
        };
        let (this, caller) = (self.clone(), caller.clone());
        self.unbroken(async move {
            let answer = this.new_answer(Some(message), &model);
            let (db, user) = (&this.0.db, caller.user());
            let decided = db.decide_call(user, conversation, (call, decision), answer);
            match decided.await.map_err(super::begin::already)? {
                // Another tab was faster.
                Decided::NotThere => Ok(()),
                Decided::Noted => {
                    this.0.hub.changed(conversation);
                    Ok(())
                }
                Decided::GoesOn => {
                    let now = db.message(user, conversation, message).await?;
                    let before = Before::of(&now.ok_or(Error::NotFound)?);
                    this.start(task, &caller, conversation, &answer, before)
                        .await
                }
            }
        })
        .await
    }

    /// Writes down what the model called, does what can be done at once, and ends the answer where the person is to be asked.
    pub(super) async fn act(
        &self,
        caller: &Caller,
        live: &Arc<Live>,
        toolbox: &Toolbox,
        called: Called,
    ) -> (Acted, Asked) {
        let asked = Asked {
            request_id: called.request_id,
            tokens: called.tokens,
        };
        let kept = self.kept(live, toolbox, called.calls);
        let waits = kept.iter().any(|call| call.state == ToolCallState::Waiting);
        let done = async {
            self.note(live, &asked, kept.clone()).await?;
            self.execute(caller, live, toolbox, &asked, kept).await
        };
        let acted = match done.await {
            Err(Cut(ending)) => self.end(live, ending).await,
            Ok(()) if waits => self.end(live, asked.ending(MessageStatus::Waiting)).await,
            Ok(()) => Acted::Again,
        };
        (acted, asked)
    }

    /// Does what the person has allowed.
    pub(super) async fn act_as_allowed(
        &self,
        caller: &Caller,
        live: &Arc<Live>,
        toolbox: &Toolbox,
    ) -> Acted {
        let asked = Asked::default();
        let mut allowed = lock(&live.written).calls.clone();
        allowed.retain(|call| call.state == ToolCallState::Approved);
        for call in &mut allowed {
            call.state = ToolCallState::Running;
        }
        let done = async {
            self.note(live, &asked, allowed.clone()).await?;
            self.execute(caller, live, toolbox, &asked, allowed).await
        };
        match done.await {
            Err(Cut(ending)) => self.end(live, ending).await,
            Ok(()) => Acted::Again,
        }
    }

    /// What is to be done about each call, without having begun anything.
    fn kept(&self, live: &Live, toolbox: &Toolbox, calls: Vec<bailian::ToolCall>) -> Vec<KeptCall> {
        let (known, round) = {
            let written = lock(&live.written);
            let last = written.calls.last();
            (written.calls.len(), last.map_or(0, |call| call.round))
        };
        let calls = calls.into_iter().take(KEPT).enumerate();
        let kept = calls.map(|(place, call)| {
            let (name, arguments) = (call.function.name, call.function.arguments);
            let judged = if place < AT_ONCE {
                toolbox.judge(&name, &arguments)
            } else {
                Judged::Refused(format!("At most {AT_ONCE} calls at once."))
            };
            let (state, result) = match judged {
                Judged::Runs => (ToolCallState::Running, None),
                Judged::Asks => (ToolCallState::Waiting, None),
                Judged::Refused(wrong) => (ToolCallState::Failed, Some(wrong)),
            };
            let id: Uuid = self.0.ids.next();
            let plain = |text: String, most: usize| {
                let seen = text.chars().filter(|c| *c != '\0');
                seen.take(most).collect::<String>()
            };
            KeptCall {
                id: ToolCallId::from_uuid(id),
                position: u32::try_from(known + place).unwrap_or(u32::MAX),
                round: round + 1,
                upstream_id: match plain(call.id, 200) {
                    none if none.is_empty() => format!("call_{}", id.simple()),
                    given => given,
                },
                name: plain(name, 200),
                arguments: plain(arguments, KEPT_ARGUMENTS),
                state,
                result: result.map(|wrong| plain(wrong, KEPT_ARGUMENTS)),
                text_at: 0,
                after_blocks: 0,
                duration_ms: None,
                created_at: self.0.clock.now(),
            }
        });
        kept.collect()
    }

    /// Makes the calls that are to run, one after the other.
    async fn execute(
        &self,
        caller: &Caller,
        live: &Arc<Live>,
        toolbox: &Toolbox,
        asked: &Asked,
        calls: Vec<KeptCall>,
    ) -> Result<(), Cut> {
        let running = calls.into_iter();
        for mut call in running.filter(|call| call.state == ToolCallState::Running) {
            let occasion = Occasion {
                caller,
                conversation: live.conversation,
                message: live.message,
                call: call.id,
            };
            let began = Instant::now();
            let result = match self.tools() {
                None => Err("Tools are not available any more.".to_owned()),
                Some(tools) => {
                    let wanted = (call.name.as_str(), call.arguments.as_str());
                    let calling = tools.call(toolbox, occasion, wanted);
                    self.unless_cut(live, asked, calling).await?
                }
            };
            call.duration_ms = i64::try_from(began.elapsed().as_millis()).ok();
            (call.state, call.result) = match result {
                Ok(result) => (ToolCallState::Done, Some(result)),
                Err(wrong) => (ToolCallState::Failed, Some(wrong)),
            };
            tracing::info!(
                tool.name = call.name,
                state = call.state.as_str(),
                duration_ms = call.duration_ms,
                "a tool was called"
            );
            self.note(live, asked, vec![call]).await?;
        }
        Ok(())
    }

    /// Returns when the calls are stored as they are.
    async fn note(&self, live: &Arc<Live>, asked: &Asked, calls: Vec<KeptCall>) -> Result<(), Cut> {
        let (stored, waits) = oneshot::channel();
        self.0.committer.add(live, |pending| {
            pending.calls.extend(calls);
            pending.stored.push(stored);
        });
        let stored = self.unless_cut(live, asked, waits).await?;
        stored.map_err(|_| Cut(asked.ending(MessageStatus::Interrupted)))
    }

    async fn unless_cut<T>(
        &self,
        live: &Live,
        asked: &Asked,
        work: impl Future<Output = T>,
    ) -> Result<T, Cut> {
        tokio::select! {
            biased;
            () = live.stop.cancelled() => Err(Cut(asked.ending(MessageStatus::Stopped))),
            () = live.store_lost.cancelled() => {
                Err(Cut(Ending::failed(FailureCode::StoreUnavailable, live.generation)))
            }
            () = self.0.leaving.cancelled() => Err(Cut(asked.ending(MessageStatus::Interrupted))),
            done = work => Ok(done),
        }
    }

    async fn end(&self, live: &Arc<Live>, ending: Ending) -> Acted {
        let committer = &self.0.committer;
        committer.add(live, |pending| pending.end = Some(ending));
        live.ended().await;
        Acted::Ended
    }
}

/// What somebody says about a call that waits for them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ToolDecision {
    /// It may be made.
    Allow,
    /// It may not.
    Refuse,
}
