//! Answers on a page cost money like all calls: reserved before, booked when they end.

use bailian::{ChatRequest, Message as Turn, Usage};
use model::{CallId, CallOutcome, FailureCode, MessageStatus, UserId};

use super::Generations;
use crate::gateway::{Ending, GatewayError, Running};

/// Bytes by which a token of pictures and sound is reserved: what was read of a stopped answer is reckoned back from them.
const BYTES_PER_TOKEN: u64 = 4;

/// Bytes around each text of a request.
const AROUND: usize = 256;

impl Generations {
    /// Reserves what the answer can cost at most, or says why it may not be asked for. `media` is how many tokens the request's
    /// pictures and sound are at most.
    pub(super) async fn reserve(
        &self,
        user: UserId,
        (request, media): (&ChatRequest, u64),
        request_id: String,
        id: Option<CallId>,
    ) -> Result<Running, FailureCode> {
        let bytes = bytes(request, media);
        let running = self
            .0
            .gateway
            .admit_page(user, (request, bytes), request_id, id)
            .await;
        running.map_err(|error| unreserved(&error))
    }
}

/// Why an answer may not be asked for.
pub(super) fn unreserved(error: &GatewayError) -> FailureCode {
    match error {
        GatewayError::OverBudget { .. }
        | GatewayError::NoPrice
        | GatewayError::QuotaUsedUp { .. } => FailureCode::QuotaUsedUp,
        GatewayError::Overloaded { .. } => FailureCode::Overloaded,
        error => {
            tracing::error!(
                error = error as &dyn std::error::Error,
                "an answer's money could not be reserved"
            );
            FailureCode::StoreUnavailable
        }
    }
}

/// Bytes that the request counts for: those of its text with the tools and their calls, and what its media come to.
fn bytes(request: &ChatRequest, media: u64) -> usize {
    if media == 0 {
        return serde_json::to_vec(request).map_or(0, |json| json.len());
    }
    // Encoded, a picture has far more bytes than what it is reckoned by.
    let texts = request.messages.iter().map(Turn::text);
    let texts = texts.fold(0, |sum: usize, text| {
        sum.saturating_add(text.len() + AROUND)
    });
    let calls = request.messages.iter().flat_map(|turn| &turn.tool_calls);
    let calls = calls.fold(0, |sum: usize, call| {
        let called = &call.function;
        sum.saturating_add(called.name.len() + called.arguments.len() + AROUND)
    });
    let tools = serde_json::to_vec(&request.tools).map_or(0, |json| json.len());
    let media = usize::try_from(media.saturating_mul(BYTES_PER_TOKEN)).unwrap_or(usize::MAX);
    let all = [texts, calls, tools, media].into_iter();
    all.fold(0, usize::saturating_add)
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

#[cfg(test)]
mod tests {
    use bailian::{ContentPart, FunctionCall, Tool, ToolCall};
    use serde_json::json;

    use super::*;

    #[test]
    fn tools_and_their_calls_count_beside_pictures_too() {
        let looked = vec![ContentPart::image_url("https://a.example/a.png")];
        let plain = ChatRequest::new("qwen3.5-plus", [Turn::user(looked.clone())]);
        let call = ToolCall {
            function: FunctionCall {
                arguments: "a".repeat(10_000),
                ..FunctionCall::default()
            },
            ..ToolCall::default()
        };
        let calling = Turn::assistant("").with_tool_calls(vec![call]);
        let tool = Tool::function("calculate", "d".repeat(10_000), json!({}));
        let with = ChatRequest::new("qwen3.5-plus", [Turn::user(looked), calling]).tools([tool]);
        assert!(bytes(&with, 1) > bytes(&plain, 1) + 20_000);
    }
}
