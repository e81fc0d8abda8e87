//! Answers on a page cost money like all calls: reserved before, booked when they end.

use bailian::{ChatRequest, Usage};
use model::{CallId, CallOutcome, FailureCode, MessageStatus, UserId};

use super::Generations;
use crate::gateway::{Ending, GatewayError, Running};

impl Generations {
    /// Reserves what the answer can cost at most, or says why it may not be asked for.
    pub(super) async fn reserve(
        &self,
        user: UserId,
        request: &ChatRequest,
        request_id: String,
        id: Option<CallId>,
    ) -> Result<Running, FailureCode> {
        let running = self
            .0
            .gateway
            .admit_page(user, request, request_id, id)
            .await;
        running.map_err(|error| match error {
            GatewayError::OverBudget { .. }
            | GatewayError::NoPrice
            | GatewayError::QuotaUsedUp { .. } => FailureCode::QuotaUsedUp,
            GatewayError::Overloaded { .. } => FailureCode::Overloaded,
            error => {
                tracing::error!(
                    error = &error as &dyn std::error::Error,
                    "an answer's money could not be reserved"
                );
                FailureCode::StoreUnavailable
            }
        })
    }
}

/// Books how an answer ended. What can't be booked now is booked once the store is back.
pub(super) async fn close(
    call: Running,
    status: &Result<MessageStatus, bailian::Error>,
    usage: Option<Usage>,
    bytes: usize,
) {
    let ending = match status {
        Ok(status) => {
            let outcome = match status {
                MessageStatus::Stopped => CallOutcome::Cancelled,
                MessageStatus::Interrupted => CallOutcome::Interrupted,
                _ => CallOutcome::Succeeded,
            };
            Ending::of_answer(outcome, usage, bytes)
        }
        Err(error) => Ending {
            output_bytes: bytes as u64,
            ..Ending::failed(error)
        },
    };
    if let Err(error) = call.close(ending).await {
        tracing::error!(
            error = &error as &dyn std::error::Error,
            "an answer could not be booked"
        );
    }
}
