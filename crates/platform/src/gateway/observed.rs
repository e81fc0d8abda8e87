//! What machines watch of the gateway: OpenTelemetry's names for generative models where it has one, ours beside them. No
//! label holds what callers write: a model that the catalogue doesn't know is `other`.
//!
//! The names are those that Prometheus makes of OpenTelemetry's: dots become underlines, and units stand at the end.

use std::time::Duration;

use metrics::{
    Unit, counter, describe_counter, describe_gauge, describe_histogram, gauge, histogram,
};

use super::{Gateway, Shortage};
use crate::ledger::CallEnd;

/// Tokens of each call, by [`TOKENS_APART`].
pub const TOKENS: &str = "gen_ai_client_token_usage";
const DURATION: &str = "gen_ai_client_operation_duration_seconds";
const FIRST: &str = "gen_ai_server_time_to_first_token_seconds";
const COST: &str = "liantai_cost_micro_yuan_total";
const CALLS: &str = "liantai_calls_total";
const REFUSED: &str = "liantai_calls_refused_total";
const SHED: &str = "liantai_calls_shed_total";
const RUNNING: &str = "liantai_calls_running";
const CACHE: &str = "liantai_answer_cache_total";
const DELAY: &str = "liantai_runtime_delay_seconds";

/// Numbers of tokens by which calls are told apart, as OpenTelemetry advises.
pub const TOKENS_APART: &[f64] = &[
    1.0,
    4.0,
    16.0,
    64.0,
    256.0,
    1_024.0,
    4_096.0,
    16_384.0,
    65_536.0,
    262_144.0,
    1_048_576.0,
    4_194_304.0,
    16_777_216.0,
    67_108_864.0,
];

/// Who answers, whichever key and region is asked. OpenTelemetry has no name for it.
const PROVIDER: &str = "bailian";

/// Tells whoever collects what the figures mean. Once for the process.
pub fn describe() {
    describe_histogram!(
        TOKENS,
        Unit::Count,
        "Tokens that models read and wrote, by call"
    );
    describe_histogram!(
        DURATION,
        Unit::Seconds,
        "From a call's admission to its end"
    );
    describe_histogram!(
        FIRST,
        Unit::Seconds,
        "From a call's admission to the first byte of its answer"
    );
    describe_counter!(COST, Unit::Count, "What calls cost, in micro-yuan");
    describe_counter!(
        CALLS,
        Unit::Count,
        "Calls that were made, by what became of them"
    );
    describe_counter!(REFUSED, Unit::Count, "Calls that were not made, by why");
    describe_counter!(
        SHED,
        Unit::Count,
        "Calls that were refused because of overload, by what there was too little of"
    );
    describe_counter!(
        CACHE,
        Unit::Count,
        "Looks for kept answers that came to a hit or a miss; away is each time that Redis did not answer or was not asked because of that"
    );
    describe_gauge!(RUNNING, Unit::Count, "Calls that hold a place");
    describe_histogram!(
        DELAY,
        Unit::Seconds,
        "How late the runtime wakes whoever is due"
    );
}

impl Gateway {
    /// A call ended.
    pub(super) fn observe(
        &self,
        protocol: &'static str,
        operation: &'static str,
        model: &str,
        end: &CallEnd,
    ) {
        let known = self.0.options.catalogue.get(model);
        let model = known.map_or_else(|| "other".to_owned(), |card| card.id.clone());
        let seconds = |ms: i64| Duration::from_millis(ms.unsigned_abs()).as_secs_f64();
        let (operation, outcome) = (named(operation), end.outcome.as_str());
        counter!(CALLS, "protocol" => protocol, "gen_ai_operation_name" => operation, "outcome" => outcome).increment(1);
        histogram!(DURATION, "gen_ai_operation_name" => operation, "gen_ai_provider_name" => PROVIDER, "outcome" => outcome)
            .record(seconds(end.duration_ms));
        if let Some(first) = end.first_byte_ms {
            histogram!(FIRST, "gen_ai_operation_name" => operation, "gen_ai_provider_name" => PROVIDER)
                .record(seconds(first));
        }
        for (kind, tokens) in [
            ("input", end.usage.input_tokens),
            ("output", end.usage.output_tokens),
        ] {
            if tokens > 0 {
                let tokens = u32::try_from(tokens).unwrap_or(u32::MAX);
                histogram!(TOKENS, "gen_ai_operation_name" => operation, "gen_ai_provider_name" => PROVIDER, "gen_ai_request_model" => model.clone(), "gen_ai_token_type" => kind)
                    .record(f64::from(tokens));
            }
        }
        if end.cost > 0 {
            counter!(COST, "gen_ai_request_model" => model).increment(end.cost.unsigned_abs());
        }
    }
}

/// What OpenTelemetry calls an operation, where it has a word for it.
fn named(operation: &'static str) -> &'static str {
    match operation {
        "completion" => "text_completion",
        "embedding" => "embeddings",
        "response" => "chat",
        other => other,
    }
}

/// A call was refused because of overload.
pub(super) fn shed(shortage: Shortage) {
    counter!(SHED, "cause" => shortage.as_str()).increment(1);
}

/// A kept answer was looked for.
pub(super) fn cache(result: &'static str) {
    counter!(CACHE, "result" => result).increment(1);
}

/// How late the runtime is, and how many calls hold a place.
pub(super) fn room(late: Duration, running: usize) {
    histogram!(DELAY).record(late.as_secs_f64());
    gauge!(RUNNING).set(u32::try_from(running).unwrap_or(u32::MAX));
}

/// A call was not made.
pub fn refused(code: &'static str) {
    counter!(REFUSED, "error_type" => code).increment(1);
}
