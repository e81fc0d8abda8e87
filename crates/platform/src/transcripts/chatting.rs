//! Questions to a chat model: each reserved and booked like a page's.

use bailian::{ChatRequest, ErrorKind};
use model::{CallOutcome, FailureCode, JobFailure};

use super::making::{Making, later, of_ours};
use crate::{
    gateway::{Ending, GatewayError},
    jobs::Pause,
    works::failure_of,
};

impl Making<'_> {
    /// The model's answer, or why there will be none. What is throttled or away is asked for again later.
    pub(super) async fn answer(
        &self,
        request: ChatRequest,
    ) -> Result<Result<String, JobFailure>, Pause> {
        if !self.desk.may_begin().await? {
            return Ok(Err(of_ours(FailureCode::Forbidden, self.job)));
        }
        let inner = &*self.transcripts.0;
        let allowance = inner.db.allowance(self.job.owner).await?;
        if !allowance.allows(&request.model) {
            return Ok(Err(of_ours(FailureCode::UnknownModel, self.job)));
        }
        let gateway = &inner.gateway;
        let bytes = serde_json::to_vec(&request).map_or(0, |json| json.len());
        let id = self.job.id.to_string();
        let call = gateway
            .admit_page(self.job.owner, (&request, bytes), id, None)
            .await;
        let call = match call {
            Ok(call) => call,
            Err(GatewayError::Store(error)) => return Err(error.into()),
            Err(error) => {
                let code = crate::Error::from(error).code();
                return Ok(Err(of_ours(code, self.job)));
            }
        };
        let chat = gateway.client().chat(request);
        // Dropped on the way out, it is booked as interrupted; whoever comes next asks again.
        let answered = self.desk.unless_gone(chat).await?;
        let ending = match &answered {
            Ok(answered) => Ending::of_answer(CallOutcome::Succeeded, answered.usage.clone(), 0),
            Err(error) => Ending::failed(error),
        };
        call.close(ending).await?;
        match answered {
            Ok(answered) => {
                let text = answered.message().map(bailian::Message::text);
                let unreadable = || of_ours(FailureCode::UpstreamUnreadable, self.job);
                Ok(text
                    .filter(|text| !text.trim().is_empty())
                    .ok_or_else(unreadable))
            }
            Err(error) => {
                tracing::warn!(
                    error = &error as &dyn std::error::Error,
                    "a question about a transcript was not answered"
                );
                match error.kind() {
                    ErrorKind::Throttled { .. } | ErrorKind::CircuitOpen
                        if self.job.attempts < 10 =>
                    {
                        Err(later(&error))
                    }
                    _ => Ok(Err(failure_of(&error))),
                }
            }
        }
    }
}
