//! The end of a call: what became of it, what it used, what that costs.

use bailian::{Error as UpstreamError, Sent, capability::Unit};
use model::{CallOutcome, CallUsage, Operation, Protocol, UsageSource};
use tokio::time::Instant;

use super::{BYTES_PER_TOKEN, Running, as_i64, possible};
use crate::{gateway::scan::Reported, ledger::CallEnd};

/// How a call ended, as far as whoever handed its bytes on has seen.
#[derive(Debug, Default)]
pub struct Ending {
    /// What became of it.
    pub outcome: Option<CallOutcome>,
    /// The upstream's status.
    pub status: Option<u16>,
    /// The upstream's code.
    pub code: Option<String>,
    /// What the upstream says was used.
    pub reported: Option<Reported>,
    /// Bytes of text that came out, for an estimate when nothing is reported.
    pub output_bytes: u64,
    /// Something came that is no text, as sound is.
    pub has_sound: bool,
    /// The upstream has begun to answer, so that its question is paid for whatever came.
    pub is_begun: bool,
    /// The upstream's id of the request.
    pub upstream_request_id: Option<String>,
    /// The answer was not whole, so that figures may be missing or not the last.
    pub is_partial: bool,
}

impl Ending {
    /// The answer came to its end.
    pub fn succeeded(status: u16) -> Self {
        Self {
            outcome: Some(CallOutcome::Succeeded),
            status: Some(status),
            ..Self::default()
        }
    }

    /// The upstream refused, though the status of its answer says that all is well.
    pub fn refused_within(status: u16, error: &UpstreamError) -> Self {
        Self {
            outcome: Some(CallOutcome::Refused),
            status: Some(status),
            ..Self::failed(error)
        }
    }

    /// It was ended on this side.
    pub fn cancelled() -> Self {
        Self {
            outcome: Some(CallOutcome::Cancelled),
            ..Self::default()
        }
    }

    /// This process ends before an answer does that has begun.
    pub fn interrupted(status: u16) -> Self {
        Self {
            outcome: Some(CallOutcome::Interrupted),
            status: Some(status),
            is_begun: true,
            is_partial: true,
            ..Self::default()
        }
    }

    /// What came is no answer, or no whole one.
    pub fn broken(status: u16) -> Self {
        Self {
            outcome: Some(CallOutcome::Failed),
            status: Some(status),
            ..Self::default()
        }
    }

    /// The upstream did not answer, or refused.
    pub fn failed(error: &UpstreamError) -> Self {
        let refused = error
            .status()
            .is_some_and(|status| (400..500).contains(&status) && status != 429);
        Self {
            outcome: Some(if refused {
                CallOutcome::Refused
            } else {
                CallOutcome::Failed
            }),
            status: error.status(),
            code: error
                .code()
                .map(ToOwned::to_owned)
                .or_else(|| Some(error.kind().name().to_owned())),
            upstream_request_id: error.request_id().map(ToOwned::to_owned),
            ..Self::default()
        }
    }
}

impl Running {
    pub(super) fn end(&mut self, ending: Ending) -> CallEnd {
        let end = self.reckon(ending);
        let (protocol, operation) = (self.protocol.as_str(), self.operation.as_str());
        self.gateway
            .observe(protocol, operation, &self.served, &end);
        end
    }

    fn reckon(&mut self, mut ending: Ending) -> CallEnd {
        let outcome = ending.outcome.unwrap_or(CallOutcome::Cancelled);
        let mut source = UsageSource::Reported;
        if ending.reported.is_none() {
            // What came is paid for, with its question. Nothing was used by what was refused or what failed before a word
            // came; who leaves before that pays for the question, if the upstream has it: what waits for its turn has not left.
            let has_question = match outcome {
                CallOutcome::Succeeded => true,
                CallOutcome::Cancelled => self.sent.as_ref().is_none_or(Sent::is_noted),
                CallOutcome::Failed | CallOutcome::Interrupted => {
                    ending.is_begun || ending.output_bytes > 0 || ending.has_sound
                }
                CallOutcome::Refused => false,
            };
            ending.reported = (has_question && self.operation != Operation::Other)
                .then(|| self.estimate(ending.output_bytes));
            source = if ending.reported.is_some() {
                UsageSource::Estimated
            } else {
                UsageSource::Nothing
            };
        }
        let prices = self.gateway.prices();
        let mut reported = ending.reported.unwrap_or_default();
        if ending.is_partial && source == UsageSource::Reported {
            // What came is paid for, also where the figures of the output would have come last.
            source = UsageSource::Estimated;
            let came = ending.output_bytes.div_ceil(BYTES_PER_TOKEN);
            if self.protocol == Protocol::Anthropic {
                let output = reported.usage.completion_tokens.get_or_insert_default();
                *output = came.max(*output);
            }
        }
        if self.is_absurd(&mut reported) {
            source = UsageSource::Estimated;
        }
        // An application says itself which model it asked.
        if self.operation == Operation::Application
            && let Some(model) = &reported.model
        {
            self.served.clone_from(model);
        }
        let cost = match source {
            UsageSource::Nothing => Some(0),
            _ if self.operation == Operation::Other => Some(0),
            _ if !reported.by_model.is_empty() => {
                prices.of_each(self.operation, &reported.by_model)
            }
            _ => prices.of(&self.served, self.operation, &reported),
        };
        let usage: CallUsage = reported.call_usage();
        self.pass
            .used(usage.input_tokens.saturating_add(usage.output_tokens));
        let until = |moment: Instant| {
            as_i64(u64::try_from((moment - self.began).as_millis()).unwrap_or(u64::MAX))
        };
        CallEnd {
            outcome,
            status: ending.status.map(i64::from),
            code: ending.code,
            usage,
            usage_source: source,
            cost: cost.unwrap_or(0),
            priced: cost.is_some(),
            first_byte_ms: self.first_byte.map(until),
            duration_ms: until(Instant::now()),
            upstream_request_id: ending
                .upstream_request_id
                .or_else(|| self.upstream_request_id.take()),
            served_model: Some(self.served.clone()),
            upstream: self.upstream.clone(),
        }
    }

    /// Brings figures that no answer can have down to what is possible.
    fn is_absurd(&self, reported: &mut Reported) -> bool {
        let card = self.gateway.0.options.catalogue.get(&self.served);
        let input = possible::input(card);
        let output = possible::output(card, self.output_at_most, self.answers);
        reported.cap(input, output)
    }

    fn estimate(&self, output_bytes: u64) -> Reported {
        let tokens = |bytes: u64| bytes.div_ceil(BYTES_PER_TOKEN);
        let card = self.gateway.0.options.catalogue.get(&self.served);
        let mut prices = card.into_iter().flat_map(|card| &card.unit_prices);
        let speaks = prices.any(|prices| prices.unit == Unit::TenThousandCharacters);
        Reported {
            usage: bailian::Usage {
                prompt_tokens: Some(tokens(self.text_bytes).max(u64::from(!self.has_media))),
                completion_tokens: Some(tokens(output_bytes)),
                ..bailian::Usage::default()
            },
            // A Chinese character counts as two and is three bytes: no more than what is billed of other text.
            characters: speaks.then(|| {
                let at_most = self.text_bytes.saturating_mul(2) / 3;
                self.spoken.unwrap_or(at_most)
            }),
            ..Reported::default()
        }
    }
}
