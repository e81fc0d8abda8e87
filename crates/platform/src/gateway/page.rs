//! Calls that a page of this site makes for somebody: in the same log and on the same budgets as those of programs.

use std::sync::Arc;

use bailian::{ChatRequest, Usage};
use model::{CallId, CallOutcome, Operation, Protocol, UserId};

use super::{
    Ask, Ending, Gateway, GatewayError, Running, call::Payer, limits::Pass, room::overloaded,
    scan::Reported,
};

/// What a search of the web adds to a question at most, in bytes: nobody says, and what is found goes in as text.
pub const FOUND_BYTES: u64 = 64 * 1024;

impl Gateway {
    /// Reserves what an answer to that question can cost at most, which counts for so many bytes of text; `id` is the call's,
    /// where somebody has noted it already.
    #[tracing::instrument(name = "gateway.admit_page", skip_all)]
    pub async fn admit_page(
        &self,
        user: UserId,
        (request, text_bytes): (&ChatRequest, usize),
        request_id: String,
        id: Option<CallId>,
    ) -> Result<Running, GatewayError> {
        if let Some(shortage) = self.shortage() {
            return Err(overloaded(shortage));
        }
        let ask = chat(request, text_bytes as u64, request_id, id);
        self.admit_ask(user, ask).await
    }

    /// Reserves what so many seconds of listening can cost at most.
    #[tracing::instrument(name = "gateway.admit_dictation", skip_all)]
    pub(crate) async fn admit_dictation(
        &self,
        user: UserId,
        model: &str,
        seconds: u64,
        request_id: String,
    ) -> Result<Running, GatewayError> {
        let ask = Ask {
            streamed: true,
            has_media: true,
            seconds: Some(seconds),
            ..asked(Operation::Transcription, model, request_id)
        };
        self.admit_ask(user, ask).await
    }

    /// Reserves what a model that reads texts and writes none can cost at most: `operation` is making vectors of them, or putting them
    /// in order. `text_bytes` are those of all of them together; where they are compared with something, with that once for each.
    #[tracing::instrument(name = "gateway.admit_texts", skip_all, fields(operation = operation.as_str()))]
    pub(crate) async fn admit_texts(
        &self,
        user: UserId,
        (operation, model): (Operation, &str),
        text_bytes: usize,
        request_id: String,
    ) -> Result<Running, GatewayError> {
        if let Some(shortage) = self.shortage() {
            return Err(overloaded(shortage));
        }
        let ask = Ask {
            text_bytes: text_bytes as u64,
            ..asked(operation, model, request_id)
        };
        self.admit_ask(user, ask).await
    }

    /// Reserves what an application's answer can cost at most, as far as that can be said: it chooses its models itself, so whoever
    /// has a budget is refused, as with a key. `text_bytes` is what goes in.
    #[tracing::instrument(name = "gateway.admit_application", skip_all)]
    pub(crate) async fn admit_application(
        &self,
        user: UserId,
        (application, text_bytes): (&str, usize),
        request_id: String,
        id: CallId,
    ) -> Result<Running, GatewayError> {
        if let Some(shortage) = self.shortage() {
            return Err(overloaded(shortage));
        }
        let ask = Ask {
            id: Some(id),
            streamed: true,
            text_bytes: text_bytes as u64,
            ..Ask::new(
                Protocol::Page,
                Operation::Application,
                application,
                Vec::new(),
                request_id,
            )
        };
        self.admit_ask(user, ask).await
    }

    async fn admit_ask(&self, user: UserId, ask: Ask) -> Result<Running, GatewayError> {
        let groups = self.groups_of(user).await?;
        let budgets = self.0.ledger.budgets_of(None, user, &groups).await?;
        let payer = Payer {
            owner: user,
            key: None,
            groups: &groups,
            budgets: &budgets,
        };
        let pass = Pass::here(&Arc::default(), 0)?;
        self.begin(payer, ask, pass, None).await
    }
}

/// A question, as far as it decides what an answer can cost.
fn chat(request: &ChatRequest, text_bytes: u64, request_id: String, id: Option<CallId>) -> Ask {
    let found = if request.enable_search == Some(true) {
        FOUND_BYTES
    } else {
        0
    };
    Ask {
        id,
        streamed: true,
        text_bytes: text_bytes.saturating_add(found),
        output_tokens: request.max_tokens.map(u64::from),
        thinking: (
            request.enable_thinking,
            request.thinking_budget.map(u64::from),
        ),
        ..asked(Operation::Chat, &request.model, request_id)
    }
}

fn asked(operation: Operation, model: &str, request_id: String) -> Ask {
    let models = vec![model.to_owned()];
    Ask::new(Protocol::Page, operation, model, models, request_id)
}

impl Ending {
    /// How an answer on a page ended.
    pub(crate) fn of_answer(
        outcome: CallOutcome,
        usage: Option<Usage>,
        output_bytes: usize,
    ) -> Self {
        Self {
            outcome: Some(outcome),
            status: None,
            reported: usage.map(|usage| Reported {
                usage,
                ..Reported::default()
            }),
            output_bytes: output_bytes as u64,
            ..Self::default()
        }
    }
}

#[cfg(test)]
mod tests {
    use bailian::Message;

    use super::*;

    fn reserved(request: &ChatRequest) -> Ask {
        chat(request, 1000, "r".to_owned(), None)
    }

    #[test]
    fn what_is_reserved_follows_what_is_asked_for() {
        let plain = ChatRequest::new("qwen-plus", [Message::user("背一首诗")]);
        let ask = reserved(&plain);
        assert_eq!((ask.output_tokens, ask.thinking), (None, (None, None)));
        let bounded = plain
            .clone()
            .max_tokens(800_u32)
            .enable_thinking(true)
            .thinking_budget(64_u32);
        let ask = reserved(&bounded);
        assert_eq!(ask.output_tokens, Some(800));
        assert_eq!(ask.thinking, (Some(true), Some(64)));
        assert_eq!(ask.text_bytes, 1000);
        let searching = reserved(&plain.clone().enable_search(true)).text_bytes;
        assert_eq!(searching, 1000 + FOUND_BYTES);
    }
}
