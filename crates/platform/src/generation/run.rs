//! One run: asks the model and hands on what comes, until it ends, is stopped, or the server leaves.

use std::sync::Arc;

use bailian::{ChatEvent, ChatRequest, Client, FinishReason, ToolCall, Usage, native::Service};

use futures_util::StreamExt;
use model::{FailureCode, MessageStatus};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::{
    booking,
    commit::Committer,
    failure,
    live::{Ending, Live},
    searching,
};
use crate::{gateway::Running, store::Tokens};

/// The longest answer, in bytes: a stream without an end must end.
const LONGEST: usize = 1024 * 1024;

/// A question to the model that ended in calls of tools: the answer goes on when they are done.
pub(super) struct Called {
    /// What it called, in its order; never nothing.
    pub(super) calls: Vec<ToolCall>,
    pub(super) request_id: Option<String>,
    pub(super) tokens: Option<Tokens>,
}

/// Runs to the end and leaves the ending with the commit, or to where the model calls tools that it was offered. Whatever is thought
/// in a `later` question of the same answer stands apart from what was thought before.
#[tracing::instrument(name = "generation.run", skip_all, fields(
    conversation.id = %live.conversation, message.id = %live.message, generation.id = %live.generation,
    model.name = request.model,
))]
pub(super) async fn run(
    client: Client,
    (request, service): (ChatRequest, Option<Service>),
    live: Arc<Live>,
    committer: Committer,
    leaving: CancellationToken,
    mut call: Running,
    later: bool,
) -> Option<Called> {
    let has_tools = !request.tools.is_empty();
    let mut seen = Seen {
        stands_apart: later,
        ..Seen::default()
    };
    // Dropping the stream closes the upstream's connection, so leaving this select is all that stopping takes.
    let status = tokio::select! {
        biased;
        () = live.stop.cancelled() => Ok(MessageStatus::Stopped),
        () = live.store_lost.cancelled() => {
            tracing::error!("the answer ends because it can't be stored");
            let ending = Ending::failed(FailureCode::StoreUnavailable, live.generation);
            committer.add(&live, |pending| pending.end = Some(ending));
            return None;
        }
        () = leaving.cancelled() => Ok(MessageStatus::Interrupted),
        ended = stream(&client, (request, service), &live, &committer, &mut seen, &mut call) => ended,
    };
    booking::close(call, &status, seen.usage.take(), seen.bytes).await;
    if has_tools && !seen.calls.is_empty() && matches!(status, Ok(MessageStatus::Complete)) {
        return Some(Called {
            calls: seen.calls,
            request_id: seen.request_id,
            tokens: seen.tokens,
        });
    }
    let (status, failure) = match status {
        Ok(status) => (status, None),
        Err(error) => {
            if failure::concerns_the_operator(error.kind()) {
                tracing::error!(
                    error = &error as &dyn std::error::Error,
                    upstream.request_id = error.request_id(),
                    "Bailian refuses this site's key"
                );
            } else {
                tracing::warn!(
                    error = &error as &dyn std::error::Error,
                    upstream.request_id = error.request_id(),
                    "the answer failed"
                );
            }
            (
                MessageStatus::Failed,
                Some(failure::of_upstream(&error, live.generation)),
            )
        }
    };
    tracing::info!(
        status = status.as_str(),
        upstream.request_id = seen.request_id,
        tokens.output = seen.tokens.map(|tokens| tokens.output),
        "the answer ended"
    );
    let ending = Ending {
        status,
        failure,
        upstream_request_id: seen.request_id,
        tokens: seen.tokens,
    };
    committer.add(&live, |pending| pending.end = Some(ending));
    None
}

/// What a run learns on its way.
#[derive(Default)]
struct Seen {
    request_id: Option<String>,
    tokens: Option<Tokens>,
    usage: Option<Usage>,
    bytes: usize,
    has_begun: bool,
    stands_apart: bool,
    calls: Vec<ToolCall>,
    reasoning_since: Option<Instant>,
}

impl Seen {
    /// Notes when the answer began, once.
    fn first_token(&mut self, call: &mut Running) {
        if !self.has_begun {
            self.has_begun = true;
            call.answers(self.request_id.clone());
        }
    }
}

async fn stream(
    client: &Client,
    (request, service): (ChatRequest, Option<Service>),
    live: &Arc<Live>,
    committer: &Committer,
    seen: &mut Seen,
    call: &mut Running,
) -> Result<MessageStatus, bailian::Error> {
    let mut events = searching::open(client, request, service).await?;
    seen.request_id = events.request_id().map(ToOwned::to_owned);
    let mut status = MessageStatus::Complete;
    while let Some(event) = events.next().await {
        match event? {
            ChatEvent::Reasoning(piece) => {
                seen.first_token(call);
                seen.reasoning_since.get_or_insert_with(Instant::now);
                seen.bytes += piece.len();
                let gap = std::mem::take(&mut seen.stands_apart);
                committer.add(live, |pending| {
                    if gap {
                        pending.reasoning.push_str("\n\n");
                    }
                    append(&mut pending.reasoning, &piece);
                });
            }
            ChatEvent::Text(piece) => {
                seen.first_token(call);
                let reasoned = seen.reasoning_since.take();
                seen.bytes += piece.len();
                committer.add(live, |pending| {
                    append(&mut pending.text, &piece);
                    if let Some(since) = reasoned {
                        pending.reasoning_ms = i64::try_from(since.elapsed().as_millis()).ok();
                    }
                });
            }
            ChatEvent::Search(found) => {
                let sources = searching::sources(found);
                committer.add(live, |pending| pending.sources = sources);
            }
            ChatEvent::Finished {
                reason: FinishReason::Length,
            } => status = MessageStatus::Truncated,
            ChatEvent::Usage(usage) => {
                seen.tokens = Some(tokens(&usage));
                seen.usage = Some(usage);
            }
            ChatEvent::ToolCall(called) => {
                seen.first_token(call);
                seen.bytes += called.function.name.len() + called.function.arguments.len();
                seen.calls.push(called);
            }
            // The client may learn of events that this program does not know.
            ChatEvent::Finished { .. } | _ => {}
        }
        if seen.bytes > LONGEST {
            return Ok(MessageStatus::Truncated);
        }
        live.room().await;
    }
    Ok(status)
}

/// Postgres takes no NUL in text: one in an answer would hold up everybody's commit.
fn append(text: &mut String, piece: &str) {
    text.extend(piece.split('\0'));
}

fn tokens(usage: &Usage) -> Tokens {
    let count = |tokens: Option<u64>| i64::try_from(tokens.unwrap_or(0)).unwrap_or(i64::MAX);
    let input = usage.prompt_tokens_details.as_ref();
    let output = usage.completion_tokens_details.as_ref();
    Tokens {
        input: count(usage.prompt_tokens),
        output: count(usage.completion_tokens),
        reasoning: count(output.and_then(|details| details.reasoning_tokens)),
        cached: count(input.and_then(|details| details.cached_tokens)),
    }
}
