//! A message's diagnostic: one text for whoever helps, the same in every language, with nothing of what was said.

use std::fmt::Write as _;

use model::{MessageDetails, MessageRun, Millis};

use super::sent;
use crate::ui::{figures::exact_yuan, moment::written};

/// Ids, models, times, version and failure code of a message, a line each.
pub fn diagnostic(details: &MessageDetails) -> String {
    let mut text = format!("liantai {}\n", details.version);
    // Writing into a string can't fail.
    let _ = writeln!(text, "conversation {}", details.conversation);
    let _ = writeln!(text, "message {}", details.message);
    let _ = writeln!(text, "made {}", utc(details.created_at));
    let edited = if details.edited { ", edited" } else { "" };
    let _ = writeln!(text, "status {}{edited}", details.status.as_str());
    if let Some(failure) = &details.failure {
        let reference = plain(&failure.reference);
        let _ = writeln!(text, "failure {}, reference {reference}", failure.code);
    }
    for run in &details.runs {
        write_run(&mut text, run);
    }
    text
}

fn write_run(text: &mut String, run: &MessageRun) {
    let _ = writeln!(text, "\nrun {}", run.id);
    let _ = writeln!(text, "model {}", run.model.as_str());
    let sent = sent::plain(&run.sent);
    if !sent.is_empty() {
        let _ = writeln!(text, "sent {sent}");
    }
    let ended = run.ended_at.map_or_else(|| "-".to_owned(), utc);
    let _ = writeln!(text, "from {} to {ended}", utc(run.started_at));
    let request = run
        .upstream_request_id
        .as_deref()
        .map_or_else(|| "-".to_owned(), plain);
    let _ = writeln!(text, "request {request}");
    let Some(call) = &run.call else {
        let _ = writeln!(text, "call -");
        return;
    };
    let _ = writeln!(text, "call {}", call.id);
    let usage = call.usage;
    let _ = writeln!(
        text,
        "tokens in {} (cached {}), out {} (reasoning {}), {}",
        usage.input_tokens,
        usage.cached_tokens,
        usage.output_tokens,
        usage.reasoning_tokens,
        call.usage_source.as_str(),
    );
    let cost = if call.priced {
        exact_yuan(call.cost)
    } else {
        "-".to_owned()
    };
    let first = call
        .first_token_ms
        .map_or_else(|| "-".to_owned(), |ms| format!("{ms} ms"));
    let _ = writeln!(
        text,
        "cost {cost}, first token {first}, whole {} ms",
        call.duration_ms
    );
}

/// What the upstream calls things may be anything, also what turns a line around or hides in it.
fn plain(name: &str) -> String {
    name.chars()
        .filter(char::is_ascii_graphic)
        .take(200)
        .collect()
}

fn utc(at: Millis) -> String {
    let ms = at.get().rem_euclid(60_000);
    format!("{}:{:02}.{:03} UTC", written(at, 0), ms / 1_000, ms % 1_000)
}

#[cfg(test)]
mod tests {
    use model::{
        AnswerFailure, CallId, CallUsage, ConversationId, FailureCode, GenerationId, MessageId,
        MessageStatus, ModelName, RunCall, Sent, Speaker, UsageSource,
    };
    use uuid::Uuid;

    use super::*;

    #[test]
    fn a_diagnostic_names_everything_and_tells_nothing() {
        let run = MessageRun {
            id: GenerationId::from_uuid(Uuid::from_u128(3)),
            model: ModelName::parse("qwen-plus").expect("a name"),
            sent: Sent {
                personal_instructions: true,
                ..Sent::default()
            },
            started_at: Millis::new(1_000),
            ended_at: None,
            upstream_request_id: Some("req\n1\u{202e}".to_owned()),
            call: Some(RunCall {
                id: CallId::from_uuid(Uuid::from_u128(4)),
                usage: CallUsage {
                    input_tokens: 7,
                    output_tokens: 30,
                    ..CallUsage::default()
                },
                usage_source: UsageSource::Reported,
                cost: 120,
                priced: true,
                first_token_ms: Some(500),
                duration_ms: 2_500,
            }),
        };
        let details = MessageDetails {
            conversation: ConversationId::from_uuid(Uuid::from_u128(1)),
            message: MessageId::from_uuid(Uuid::from_u128(2)),
            speaker: Speaker::Assistant,
            created_at: Millis::new(61_234),
            status: MessageStatus::Failed,
            failure: Some(AnswerFailure {
                code: FailureCode::UpstreamThrottled,
                reference: "r".to_owned(),
                retry_after_s: None,
            }),
            edited: false,
            runs: vec![run],
            version: "1.2.3".to_owned(),
        };
        assert_eq!(
            diagnostic(&details),
            "liantai 1.2.3\n\
             conversation 00000000-0000-0000-0000-000000000001\n\
             message 00000000-0000-0000-0000-000000000002\n\
             made 1970-01-01 00:01:01.234 UTC\n\
             status failed\n\
             failure upstream_throttled, reference r\n\
             \n\
             run 00000000-0000-0000-0000-000000000003\n\
             model qwen-plus\n\
             sent personal_instructions\n\
             from 1970-01-01 00:00:01.000 UTC to -\n\
             request req1\n\
             call 00000000-0000-0000-0000-000000000004\n\
             tokens in 7 (cached 0), out 30 (reasoning 0), reported\n\
             cost ¥0.00012, first token 500 ms, whole 2500 ms\n"
        );
    }
}
