//! What is known of a message besides its text: by which runs it was written, what they used, took and cost.

use serde::{Deserialize, Serialize};

use crate::{
    AnswerFailure, CallId, CallUsage, ConversationId, GenerationId, MessageId, MessageStatus,
    Millis, ModelName, Sent, Speaker, UsageSource,
};

/// What the reader of a message may know of it, and whoever they ask for help. Nothing of what was said.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MessageDetails {
    /// The conversation.
    pub conversation: ConversationId,
    /// The message.
    pub message: MessageId,
    /// Who speaks.
    pub speaker: Speaker,
    /// When it was made.
    pub created_at: Millis,
    /// Where it is in its life.
    pub status: MessageStatus,
    /// Why it failed.
    pub failure: Option<AnswerFailure>,
    /// A person wrote this version.
    pub edited: bool,
    /// The runs that wrote it, in order: one, and one more for each time it was taken up again.
    pub runs: Vec<MessageRun>,
    /// The server's version.
    pub version: String,
}

/// One run that wrote on a message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MessageRun {
    /// Its id.
    pub id: GenerationId,
    /// The model that was asked.
    pub model: ModelName,
    /// What that was sent beside the conversation.
    pub sent: Sent,
    /// When it began.
    pub started_at: Millis,
    /// When it ended.
    pub ended_at: Option<Millis>,
    /// The upstream's id of the request, for its support.
    pub upstream_request_id: Option<String>,
    /// What the log says of its call; nothing while it runs, when it was refused before it was asked, and when the log no
    /// longer goes back so far.
    pub call: Option<RunCall>,
}

/// A run's line in the call log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunCall {
    /// The line's id.
    pub id: CallId,
    /// What it used.
    pub usage: CallUsage,
    /// Where the figures come from.
    pub usage_source: UsageSource,
    /// What it cost, in micro-yuan.
    pub cost: i64,
    /// Whether the prices were known; without, the cost is 0.
    pub priced: bool,
    /// Milliseconds until the first token.
    pub first_token_ms: Option<i64>,
    /// Milliseconds until the end.
    pub duration_ms: i64,
}

/// What all runs of a message used together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RunSum {
    /// Tokens.
    pub usage: CallUsage,
    /// Some of the figures were reckoned here.
    pub is_estimate: bool,
    /// Micro-yuan; `None` where a price is not known.
    pub cost: Option<i64>,
    /// Milliseconds until the first token of the first run.
    pub first_token_ms: Option<i64>,
    /// Tokens written in ten seconds, the time before the first one left out.
    pub tokens_in_ten_seconds: Option<i64>,
}

impl MessageDetails {
    /// What its runs used together, as far as the log knows them; `None` when it knows none.
    pub fn sum(&self) -> Option<RunSum> {
        RunSum::of(&self.runs)
    }
}

impl RunSum {
    /// What those runs used together, as far as the log knows them; `None` when it knows none.
    pub fn of(runs: &[MessageRun]) -> Option<Self> {
        let mut calls = runs.iter().filter_map(|run| run.call).peekable();
        let first_token_ms = calls.peek()?.first_token_ms;
        let mut sum = Self {
            usage: CallUsage::default(),
            is_estimate: false,
            cost: Some(0),
            first_token_ms,
            tokens_in_ten_seconds: None,
        };
        let (mut written, mut writing_ms) = (0_i64, 0_i64);
        for call in calls {
            let (all, of_call) = (&mut sum.usage, call.usage);
            for (all, of_call) in [
                (&mut all.input_tokens, of_call.input_tokens),
                (&mut all.output_tokens, of_call.output_tokens),
                (&mut all.cached_tokens, of_call.cached_tokens),
                (&mut all.reasoning_tokens, of_call.reasoning_tokens),
            ] {
                *all = all.saturating_add(of_call);
            }
            sum.is_estimate |= call.usage_source == UsageSource::Estimated;
            sum.cost = sum
                .cost
                .filter(|_| call.priced)
                .map(|cost| cost.saturating_add(call.cost));
            if let Some(first) = call.first_token_ms {
                written = written.saturating_add(of_call.output_tokens);
                writing_ms = writing_ms.saturating_add(call.duration_ms.saturating_sub(first));
            }
        }
        // What comes in one piece has no speed.
        sum.tokens_in_ten_seconds =
            (writing_ms > 0 && written > 0).then(|| written.saturating_mul(10_000) / writing_ms);
        Some(sum)
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn call(output_tokens: i64, cost: i64, duration_ms: i64) -> RunCall {
        RunCall {
            id: CallId::from_uuid(Uuid::nil()),
            usage: CallUsage {
                input_tokens: 7,
                output_tokens,
                ..CallUsage::default()
            },
            usage_source: UsageSource::Reported,
            cost,
            priced: true,
            first_token_ms: Some(500),
            duration_ms,
        }
    }

    fn details(calls: &[Option<RunCall>]) -> MessageDetails {
        let run = |call: &Option<RunCall>| MessageRun {
            id: GenerationId::from_uuid(Uuid::nil()),
            model: ModelName::parse("qwen-plus").unwrap(),
            sent: Sent::default(),
            started_at: Millis::new(0),
            ended_at: None,
            upstream_request_id: None,
            call: *call,
        };
        MessageDetails {
            conversation: ConversationId::from_uuid(Uuid::nil()),
            message: MessageId::from_uuid(Uuid::nil()),
            speaker: Speaker::Assistant,
            created_at: Millis::new(0),
            status: MessageStatus::Complete,
            failure: None,
            edited: false,
            runs: calls.iter().map(run).collect(),
            version: String::new(),
        }
    }

    #[test]
    fn the_runs_of_a_message_are_summed_and_its_speed_is_that_of_writing() {
        let runs = [Some(call(30, 120, 2_500)), None, Some(call(10, 3, 1_500))];
        let sum = details(&runs).sum().unwrap();
        assert_eq!((sum.usage.input_tokens, sum.usage.output_tokens), (14, 40));
        assert_eq!((sum.cost, sum.first_token_ms), (Some(123), Some(500)));
        assert_eq!(sum.tokens_in_ten_seconds, Some(133), "40 in 3 seconds");
        assert!(!sum.is_estimate);
    }

    #[test]
    fn what_is_not_known_is_not_made_up() {
        assert_eq!(details(&[None]).sum(), None);
        let unpriced = RunCall {
            priced: false,
            cost: 0,
            usage_source: UsageSource::Estimated,
            first_token_ms: None,
            ..call(30, 0, 2_500)
        };
        let sum = details(&[Some(call(1, 5, 500)), Some(unpriced)])
            .sum()
            .unwrap();
        assert_eq!((sum.cost, sum.is_estimate), (None, true));
        assert_eq!(sum.tokens_in_ten_seconds, None, "all of it came at once");
    }
}
