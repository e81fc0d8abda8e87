//! A run whose answer an application of Bailian's writes: in the session that its last answer named, or with the conversation itself
//! where there is none.
//!
//! An application has instructions, model and parameters of its own, so none of ours go along. Its session knows one branch up to one
//! answer and ends an hour after its last use: anything else is asked with the conversation so far, and stays so.

mod reading;

use std::sync::Arc;

use bailian::{
    ErrorKind, FinishReason, Role,
    apps::{AppMessage, AppRequest},
};
use futures_util::StreamExt;
use model::{
    CallId, CallOutcome, ConversationId, FailureCode, MessageId, MessageStatus, Sent, UserId,
};

use self::reading::Reading;
use super::{CONTEXT, Generations, Live, request, unreadable};
use crate::{
    gateway::{Ending as Booked, Running},
    generation::{
        booking::unreserved,
        failure,
        live::Ending,
        models::{Spec, Thinking},
        wishes::Wishes,
    },
    store::{self, Answering, ApplicationSession, Message},
};

/// Bailian forgets a session an hour after its last use; what is on its way for so long must still find it.
const SESSION_MS: i64 = 55 * 60 * 1_000;

/// The longest answer, in bytes: a stream without an end must end.
const LONGEST: usize = 1024 * 1024;

/// What an application is given: words, and no more of them than any model behind it takes.
const WORDS: Spec = Spec {
    thinking: Thinking::OnRequest,
    continues: false,
    context_characters: 24_000,
    sees: false,
    hears: false,
    watches: false,
    reads_documents: false,
    calls: false,
};

/// What is asked, and how it is asked instead where the session is gone.
struct Ways {
    branch: Vec<Message>,
    in_session: Option<AppRequest>,
    whole: AppRequest,
}

impl Generations {
    /// The application that answers in the conversation, if one does.
    pub(in crate::generation) async fn application(
        &self,
        user: UserId,
        conversation: ConversationId,
    ) -> Result<Option<Answering>, store::Error> {
        let answering = self.0.db.answering(user, conversation).await?;
        Ok(answering.filter(|answering| answering.open_application().is_some()))
    }

    /// The application that answers that question, or the one that this message answers: none where that was put to an assistant of its own.
    pub(in crate::generation) async fn application_for(
        &self,
        user: UserId,
        conversation: ConversationId,
        message: MessageId,
    ) -> Result<Option<Answering>, store::Error> {
        let once = self.0.db.asked_once(user, conversation, message).await?;
        if once.is_some() {
            return Ok(None);
        }
        self.application(user, conversation).await
    }

    /// Asks it, and hands on what comes. The question and its answer, where they are the first ones.
    #[tracing::instrument(name = "generation.run_application", skip_all, fields(
        conversation.id = %live.conversation, message.id = %live.message, generation.id = %live.generation,
    ))]
    pub(super) async fn run_application(
        &self,
        answering: Answering,
        user: UserId,
        (question, call): (MessageId, CallId),
        live: Arc<Live>,
    ) -> Option<(Message, String)> {
        let prepared = async {
            let ways = self.ways(&answering, user, &live, question).await?;
            let call = self.reserve_application(user, &ways, &live, call).await?;
            Ok::<_, FailureCode>((ways, call))
        };
        let (ways, call) = match prepared.await {
            Ok(prepared) => prepared,
            Err(code) => return self.give_up(&live, code).await,
        };
        let mut branch = self.ask_application(ways, &live, call).await;
        let (status, text) = live.ended().await;
        // What the answer refers to is no part of its growth.
        self.0.hub.changed(live.conversation);
        let is_first = branch.len() == 1 && status == MessageStatus::Complete;
        branch
            .pop()
            .filter(|_| is_first)
            .map(|question| (question, text))
    }

    async fn ways(
        &self,
        answering: &Answering,
        user: UserId,
        live: &Live,
        question: MessageId,
    ) -> Result<Ways, FailureCode> {
        let inner = &*self.0;
        let application = answering
            .open_application()
            .ok_or(FailureCode::AssistantGone)?;
        let branch = inner.db.branch(user, live.conversation, question, CONTEXT);
        let branch = branch.await.map_err(unreadable)?;
        // The model is not asked: only the turns are taken from this request.
        let model = &inner.options.default_model;
        let materials = self.materials(user, (model, WORDS), &branch).await?;
        let turns = request::answer(model, WORDS, &branch, &Wishes::default(), &materials);
        let turns = said(turns.messages);
        let sent = Sent {
            assistant: answering.snapshot.name.clone(),
            application: true,
            ..Sent::default()
        };
        let noted = inner.db.note_sent(live.generation, &sent).await;
        noted.map_err(unreadable)?;
        let id = application.as_str();
        let last = turns.last().map(|(_, text)| text.clone());
        let prompt = || told(AppRequest::new(id, last.clone().unwrap_or_default()));
        let above = branch.last().and_then(|question| question.parent);
        let now = inner.clock.now();
        let session = answering
            .session
            .as_ref()
            .filter(|session| Some(session.message) == above && now.since(session.at) < SESSION_MS);
        let whole = if turns.len() > 1 {
            let turns = turns
                .iter()
                .map(|(role, text)| AppMessage::new(role.clone(), text));
            told(AppRequest::conversation(id, turns))
        } else {
            prompt()
        };
        Ok(Ways {
            in_session: session.map(|session| prompt().session_id(session.id.clone())),
            whole,
            branch,
        })
    }

    async fn reserve_application(
        &self,
        user: UserId,
        ways: &Ways,
        live: &Live,
        call: CallId,
    ) -> Result<Running, FailureCode> {
        let bytes = serde_json::to_vec(&ways.whole).map_or(0, |json| json.len());
        let running = self.0.gateway.admit_application(
            user,
            (ways.whole.app_id.as_str(), bytes),
            live.generation.to_string(),
            call,
        );
        running.await.map_err(|error| unreserved(&error))
    }

    /// Runs to the end, books it and leaves the ending with the commit; gives the branch back.
    async fn ask_application(
        &self,
        ways: Ways,
        live: &Arc<Live>,
        mut call: Running,
    ) -> Vec<Message> {
        let inner = &*self.0;
        let Ways {
            branch,
            in_session,
            whole,
        } = ways;
        // A session knows all above this question, and so does the one that begins with it.
        let keeps_session = in_session.is_some() || branch.len() == 1;
        let mut reading = Reading::default();
        // Dropping the stream closes the upstream's connection, so leaving this select is all that stopping takes.
        let status = tokio::select! {
            biased;
            () = live.stop.cancelled() => Ok(MessageStatus::Stopped),
            () = live.store_lost.cancelled() => {
                tracing::error!("the answer ends because it can't be stored");
                let ending = Ending::failed(FailureCode::StoreUnavailable, live.generation);
                inner.committer.add(live, |pending| pending.end = Some(ending));
                return branch;
            }
            () = inner.leaving.cancelled() => Ok(MessageStatus::Interrupted),
            ended = self.read_application(in_session, whole, live, &mut reading, &mut call) => ended,
        };
        let booked = match &status {
            Ok(status) => Booked {
                outcome: Some(match status {
                    MessageStatus::Stopped => CallOutcome::Cancelled,
                    MessageStatus::Interrupted => CallOutcome::Interrupted,
                    _ => CallOutcome::Succeeded,
                }),
                reported: reading.reported(),
                output_bytes: reading.bytes as u64,
                ..Booked::default()
            },
            Err(error) => Booked {
                output_bytes: reading.bytes as u64,
                ..Booked::failed(error)
            },
        };
        if let Err(error) = call.close(booked).await {
            tracing::error!(
                error = &error as &dyn std::error::Error,
                "an application's answer could not be booked"
            );
        }
        let is_whole = matches!(status, Ok(MessageStatus::Complete));
        let session = reading.session.take().filter(|_| keeps_session && is_whole);
        let session = session.map(|id| ApplicationSession {
            id,
            message: live.message,
            at: inner.clock.now(),
        });
        self.note_what_came(live, session, &reading).await;
        let tokens = reading.tokens();
        let (status, failure) = match status {
            Ok(status) => (status, None),
            Err(error) => {
                tracing::warn!(
                    error = &error as &dyn std::error::Error,
                    upstream.request_id = error.request_id(),
                    "the application's answer failed"
                );
                let failure = failure::of_upstream(&error, live.generation);
                (MessageStatus::Failed, Some(failure))
            }
        };
        let ending = Ending {
            status,
            failure,
            upstream_request_id: reading.request_id,
            tokens,
        };
        inner
            .committer
            .add(live, |pending| pending.end = Some(ending));
        branch
    }

    /// Asks in the session; where Bailian refuses that before a word, with the conversation.
    async fn read_application(
        &self,
        in_session: Option<AppRequest>,
        whole: AppRequest,
        live: &Arc<Live>,
        reading: &mut Reading,
        call: &mut Running,
    ) -> Result<MessageStatus, bailian::Error> {
        if let Some(request) = in_session {
            match self.stream_application(request, live, reading, call).await {
                Err(error) if reading.bytes == 0 && is_refusal(error.kind()) => {
                    tracing::info!(
                        error = &error as &dyn std::error::Error,
                        "the application does not go on in its session"
                    );
                    let ended = self.stream_application(whole, live, reading, call).await;
                    // It is not said that a session which begins in the middle knows what was before.
                    reading.session = None;
                    return ended;
                }
                ended => return ended,
            }
        }
        self.stream_application(whole, live, reading, call).await
    }

    async fn stream_application(
        &self,
        request: AppRequest,
        live: &Arc<Live>,
        reading: &mut Reading,
        call: &mut Running,
    ) -> Result<MessageStatus, bailian::Error> {
        let inner = &*self.0;
        let mut events = inner.client.ask_app_stream(request).await?;
        reading.request_id = events.request_id().map(ToOwned::to_owned);
        let mut status = MessageStatus::Complete;
        while let Some(event) = events.next().await {
            let event = event?;
            if event.output.finish_reason == Some(FinishReason::Length) {
                status = MessageStatus::Truncated;
            }
            let has_begun = reading.bytes > 0;
            let news = reading.take(event);
            if !has_begun && reading.bytes > 0 {
                call.answers(reading.request_id.clone());
            }
            inner.committer.add(live, |pending| {
                pending.reasoning.push_str(&news.reasoning);
                pending.text.push_str(&news.text);
                pending.reasoning_ms = news.reasoning_ms.or(pending.reasoning_ms);
            });
            if reading.bytes > LONGEST {
                return Ok(MessageStatus::Truncated);
            }
            live.room().await;
        }
        let rest = reading.rest();
        inner
            .committer
            .add(live, |pending| pending.text.push_str(&rest));
        Ok(status)
    }

    /// Keeps what is known beside the answer, before that ends: whoever sees its end finds it.
    async fn note_what_came(
        &self,
        live: &Live,
        session: Option<ApplicationSession>,
        reading: &Reading,
    ) {
        let db = &self.0.db;
        let noted = db.note_session(live.conversation, session.as_ref()).await;
        let noted = match noted {
            Ok(()) if reading.references.is_empty() => Ok(()),
            Ok(()) => {
                db.note_references(live.generation, &reading.references)
                    .await
            }
            Err(error) => Err(error),
        };
        if let Err(error) = noted {
            tracing::warn!(
                error = &error as &dyn std::error::Error,
                "an application's session or references were not kept"
            );
        }
    }
}

/// With its steps and its references told.
fn told(request: AppRequest) -> AppRequest {
    request.has_thoughts(true).doc_reference_type("indexed")
}

/// Nothing says that applications take a system message: what stands in one goes before the last question.
fn said(turns: Vec<bailian::Message>) -> Vec<(Role, String)> {
    let mut about = String::new();
    let mut said = Vec::with_capacity(turns.len());
    for turn in turns {
        let text = turn.text();
        if turn.role == Role::System {
            about = text;
        } else {
            said.push((turn.role, text));
        }
    }
    if let Some((_, question)) = said.last_mut().filter(|_| !about.is_empty()) {
        *question = format!("{about}\n\n{question}");
    }
    said
}

/// Whether Bailian does not accept what it was asked, as it does with a session that it has forgotten.
fn is_refusal(kind: &ErrorKind) -> bool {
    matches!(
        kind,
        ErrorKind::InvalidParameter { .. } | ErrorKind::NotFound
    )
}
