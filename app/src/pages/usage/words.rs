//! What models, keys and people, and the words of the call log are called.

use model::{CallOutcome, Operation, Protocol, UsageBy, UsageSource};

use crate::{api::usage::Measure, language::Words};

impl Words {
    /// What a share is called; what is gone has no name any more.
    pub fn share_name(&self, by: UsageBy, id: &str, name: &str) -> String {
        match by {
            UsageBy::Model => id,
            UsageBy::Key if id.is_empty() => self.usage_no_key,
            UsageBy::Key if name.is_empty() => self.usage_key_gone,
            UsageBy::User if name.is_empty() => self.audit_gone,
            UsageBy::Key | UsageBy::User => name,
        }
        .to_owned()
    }

    /// What is drawn.
    pub fn measure(&self, measure: Measure) -> &'static str {
        match measure {
            Measure::Cost => self.usage_cost,
            Measure::Tokens => self.usage_tokens,
            Measure::Calls => self.usage_calls,
        }
    }

    /// What shares are told apart by.
    pub fn told_apart_by(&self, by: UsageBy) -> &'static str {
        match by {
            UsageBy::Model => self.usage_by_model,
            UsageBy::Key => self.usage_by_key,
            UsageBy::User => self.usage_by_person,
        }
    }

    /// What was asked for.
    pub fn operation(&self, operation: Operation) -> &'static str {
        match operation {
            Operation::Chat => self.operation_chat,
            Operation::Completion => self.operation_completion,
            Operation::Response => self.operation_response,
            Operation::Embedding => self.operation_embedding,
            Operation::Rerank => self.operation_rerank,
            Operation::Image => self.operation_image,
            Operation::Video => self.operation_video,
            Operation::Speech => self.operation_speech,
            Operation::Transcription => self.operation_transcription,
            Operation::Realtime => self.operation_realtime,
            Operation::Application => self.operation_application,
            Operation::Batch => self.operation_batch,
            Operation::Other => self.operation_other,
        }
    }

    /// What was spoken.
    pub fn protocol(&self, protocol: Protocol) -> &'static str {
        match protocol {
            Protocol::OpenAi => "OpenAI",
            Protocol::Anthropic => "Anthropic",
            Protocol::DashScope => "DashScope",
            Protocol::Page => self.protocol_page,
        }
    }

    /// What became of a call.
    pub fn call_outcome(&self, outcome: CallOutcome) -> &'static str {
        match outcome {
            CallOutcome::Succeeded => self.outcome_succeeded,
            CallOutcome::Refused => self.outcome_refused,
            CallOutcome::Failed => self.outcome_failed,
            CallOutcome::Cancelled => self.outcome_cancelled,
            CallOutcome::Interrupted => self.outcome_interrupted,
        }
    }

    /// Where the figures come from.
    pub fn usage_source(&self, source: UsageSource) -> &'static str {
        match source {
            UsageSource::Reported => self.source_reported,
            UsageSource::Estimated => self.source_estimated,
            UsageSource::Nothing => self.source_none,
            UsageSource::Cached => self.source_cached,
        }
    }
}
