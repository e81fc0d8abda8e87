//! Calls that a page of this site makes for somebody: in the same log and on the same budgets as those of programs.

use std::sync::Arc;

use bailian::Usage;
use model::{CallId, CallOutcome, Operation, Protocol, UserId};

use super::{
    Ask, Ending, Gateway, GatewayError, Running, call::Payer, limits::Pass, room::overloaded,
    scan::Reported,
};

impl Gateway {
    /// Reserves what an answer to that question can cost at most. `text_bytes` is what the model is sent; `id` is the
    /// call's, where somebody has noted it already.
    #[tracing::instrument(name = "gateway.admit_page", skip_all)]
    pub async fn admit_page(
        &self,
        user: UserId,
        model: &str,
        text_bytes: usize,
        request_id: String,
        id: Option<CallId>,
    ) -> Result<Running, GatewayError> {
        if let Some(shortage) = self.shortage() {
            return Err(overloaded(shortage));
        }
        let ask = Ask {
            id,
            streamed: true,
            text_bytes: text_bytes as u64,
            ..asked(Operation::Chat, model, request_id)
        };
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

    /// Reserves what vectors of texts can cost at most that have so many bytes together.
    #[tracing::instrument(name = "gateway.admit_embedding", skip_all)]
    pub(crate) async fn admit_embedding(
        &self,
        user: UserId,
        model: &str,
        text_bytes: usize,
        request_id: String,
    ) -> Result<Running, GatewayError> {
        if let Some(shortage) = self.shortage() {
            return Err(overloaded(shortage));
        }
        let ask = Ask {
            text_bytes: text_bytes as u64,
            ..asked(Operation::Embedding, model, request_id)
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
