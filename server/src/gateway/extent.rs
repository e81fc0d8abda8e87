//! How much a request can come to, by the fields that its protocol reads. What stands elsewhere nobody reads there: were it believed
//! here, less would be reserved, and perhaps booked, than the answer uses.

use model::Operation;
use platform::gateway::{
    Ask, FOUND_BYTES, MOST_REASONING,
    scan::{RequestScan, ScanError, UsageShape, may_hide_words},
};
use serde::Deserialize;

/// Pictures that an answer of words and pictures has where nobody says how many.
const BETWEEN_WORDS: u64 = 5;

/// How the types of tools begin by which the provider finds something itself.
const TOOLS_THAT_FIND: [&str; 4] = [
    "\"web_search",
    "\"web_fetch",
    "\"web_extractor",
    "\"file_search",
];

/// Where a protocol has what decides how long an answer is.
struct Fields {
    output: &'static [&'static str],
    count: &'static [&'static str],
    seconds: &'static [&'static str],
    thinks: Option<&'static str>,
    budget: &'static [&'static str],
    searches: &'static str,
}

const OPENAI: Fields = Fields {
    output: &["max_tokens", "max_completion_tokens"],
    count: &["n", "best_of"],
    seconds: &[],
    thinks: Some("enable_thinking"),
    budget: &["thinking_budget"],
    searches: "enable_search",
};
const RESPONSES: Fields = Fields {
    output: &["max_output_tokens"],
    count: &[],
    budget: &[],
    ..OPENAI
};
const ANTHROPIC: Fields = Fields {
    output: &["max_tokens"],
    count: &[],
    thinks: None,
    budget: &[],
    ..OPENAI
};
const NATIVE: Fields = Fields {
    output: &["parameters.max_tokens", "parameters.max_completion_tokens"],
    count: &["parameters.n", "parameters.max_images"],
    seconds: &["parameters.duration"],
    thinks: Some("parameters.enable_thinking"),
    budget: &["parameters.thinking_budget"],
    searches: "parameters.enable_search",
};

/// Notes it.
pub(super) fn note(ask: &mut Ask, scan: &RequestScan, shape: UsageShape) -> Result<(), ScanError> {
    let fields = match shape {
        UsageShape::OpenAi => &OPENAI,
        UsageShape::Responses => &RESPONSES,
        UsageShape::Anthropic => &ANTHROPIC,
        UsageShape::Native => &NATIVE,
    };
    ask.text_bytes = scan.text_bytes();
    if scan.raw_field(fields.searches) == Some("true") || has_tools_that_find(scan) {
        ask.found_bytes = FOUND_BYTES;
    }
    ask.has_media = scan.has_media();
    ask.output_tokens = longest(scan, fields.output)?;
    ask.count = longest(scan, fields.count)?;
    if shape == UsageShape::Native && has_pictures_between_words(scan) {
        ask.count = ask.count.max(Some(BETWEEN_WORDS));
    }
    ask.seconds = longest(scan, fields.seconds)?;
    let enabled = fields
        .thinks
        .map(|name| scan.bool_field(name))
        .transpose()?;
    let said = [enabled.flatten(), asks_for_thought(scan, shape)];
    // Which of two that contradict each other is heard is the provider's business; what is dearer is reserved.
    let thinks = said.into_iter().flatten().reduce(|one, other| one | other);
    let budget = longest(scan, fields.budget)?;
    ask.thinking = (thinks, budget.max(budget_by_effort(scan, shape)));
    Ok(())
}

/// Whether texts are to be fetched from an address, as many as stand there: nothing of the request says what they come to, and
/// Bailian's pages no limit of them.
pub(super) fn is_boundless(ask: &Ask, scan: &RequestScan) -> bool {
    ask.operation == Operation::Embedding && scan.has_field("input.url")
}

fn longest(scan: &RequestScan, names: &[&str]) -> Result<Option<u64>, ScanError> {
    let mut longest = None;
    for name in names {
        longest = longest.max(scan.u64_field(name)?);
    }
    Ok(longest)
}

/// Whether the provider itself may look something up for the answer. That another word of the body is taken for one of these tools
/// costs nobody anything.
fn has_tools_that_find(scan: &RequestScan) -> bool {
    let has = |name: &str| memchr::memmem::find(scan.body(), name.as_bytes()).is_some();
    scan.has_field("tools") && (TOOLS_THAT_FIND.into_iter().any(has) || may_hide_words(scan.body()))
}

fn has_pictures_between_words(scan: &RequestScan) -> bool {
    let number = scan.raw_field("parameters.max_images");
    scan.raw_field("parameters.enable_interleave") == Some("true")
        && number.is_none_or(|number| number == "null")
}

/// Whether a model is told to reason, or not to, by a word for how much.
fn asks_for_thought(scan: &RequestScan, shape: UsageShape) -> Option<bool> {
    #[derive(Deserialize)]
    struct Reasoning {
        effort: Option<String>,
    }
    #[derive(Deserialize)]
    struct Thinking {
        #[serde(rename = "type")]
        kind: String,
    }
    let present = |name: &str| scan.raw_field(name).filter(|raw| *raw != "null");
    match shape {
        UsageShape::OpenAi => present("reasoning_effort").map(|raw| raw != "\"none\""),
        UsageShape::Responses => match serde_json::from_str(present("reasoning")?) {
            Ok(Reasoning { effort }) => effort.map(|effort| effort != "none"),
            Err(_) => Some(true),
        },
        UsageShape::Anthropic => match serde_json::from_str(present("thinking")?) {
            Ok(Thinking { kind }) => Some(kind != "disabled"),
            Err(_) => Some(true),
        },
        UsageShape::Native => None,
    }
}

/// Tokens that the words for much reasoning allow at most. What those for little allow differs by model, and most have no such word.
fn budget_by_effort(scan: &RequestScan, shape: UsageShape) -> Option<u64> {
    #[derive(Deserialize)]
    struct Within {
        effort: Option<String>,
    }
    let raw = |name: &str| scan.raw_field(name).unwrap_or("null");
    let effort: Option<String> = match shape {
        UsageShape::OpenAi => serde_json::from_str(raw("reasoning_effort")).ok()?,
        UsageShape::Responses => {
            serde_json::from_str::<Within>(raw("reasoning"))
                .ok()?
                .effort
        }
        UsageShape::Anthropic => {
            serde_json::from_str::<Within>(raw("output_config"))
                .ok()?
                .effort
        }
        UsageShape::Native => serde_json::from_str(raw("parameters.reasoning_effort")).ok()?,
    };
    matches!(effort.as_deref(), Some("high" | "xhigh" | "max")).then_some(MOST_REASONING)
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use model::Protocol;

    use super::*;

    fn noted(body: &'static str, shape: UsageShape) -> Ask {
        let scan = RequestScan::read(&Bytes::from_static(body.as_bytes())).unwrap();
        let (protocol, operation) = (Protocol::OpenAi, Operation::Chat);
        let mut ask = Ask::new(protocol, operation, "m", Vec::new(), String::new());
        note(&mut ask, &scan, shape).unwrap();
        ask
    }

    /// R-60: nobody makes a long answer cheap by a field that the provider does not read.
    #[test]
    fn a_field_counts_where_its_protocol_has_it() {
        use UsageShape::{Anthropic, Native, OpenAi, Responses};
        let everywhere = r#"{"max_tokens":7,"max_output_tokens":8,"n":2,"thinking_budget":3,
            "parameters":{"max_tokens":9,"n":3,"duration":4,"thinking_budget":5}}"#;
        for (shape, output, count, seconds, budget) in [
            (OpenAi, Some(7), Some(2), None, Some(3)),
            (Responses, Some(8), None, None, None),
            (Anthropic, Some(7), None, None, None),
            (Native, Some(9), Some(3), Some(4), Some(5)),
        ] {
            let ask = noted(everywhere, shape);
            assert_eq!(ask.output_tokens, output, "{shape:?}");
            assert_eq!((ask.count, ask.seconds), (count, seconds), "{shape:?}");
            assert_eq!(ask.thinking.1, budget, "{shape:?}");
        }
        for (shape, elsewhere) in [
            (
                OpenAi,
                r#"{"max_output_tokens":1,"parameters":{"max_tokens":1,"enable_thinking":false}}"#,
            ),
            (Responses, r#"{"max_tokens":1,"max_completion_tokens":1}"#),
            (
                Anthropic,
                r#"{"max_output_tokens":1,"enable_thinking":false}"#,
            ),
            (Native, r#"{"max_tokens":1,"enable_thinking":false}"#),
        ] {
            let ask = noted(elsewhere, shape);
            assert_eq!(
                (ask.output_tokens, ask.thinking),
                (None, (None, None)),
                "{shape:?}"
            );
        }
    }

    #[test]
    fn each_protocol_has_its_words_for_thinking() {
        use UsageShape::{Anthropic, Native, OpenAi, Responses};
        for (shape, body, thinks) in [
            (OpenAi, r#"{"enable_thinking":false}"#, Some(false)),
            (
                OpenAi,
                r#"{"enable_thinking":false,"reasoning_effort":"high"}"#,
                Some(true),
            ),
            (OpenAi, r#"{"reasoning_effort":"none"}"#, Some(false)),
            (
                Responses,
                r#"{"enable_thinking":false,"reasoning":{"effort":"xhigh"}}"#,
                Some(true),
            ),
            (Responses, r#"{"reasoning":{"effort":"none"}}"#, Some(false)),
            (Responses, r#"{"reasoning":{"summary":"auto"}}"#, None),
            (
                Anthropic,
                r#"{"thinking":{"type":"enabled","budget_tokens":9}}"#,
                Some(true),
            ),
            (
                Anthropic,
                r#"{"thinking":{"type":"disabled"}}"#,
                Some(false),
            ),
            (Anthropic, r#"{"thinking":7}"#, Some(true)),
            (
                Native,
                r#"{"parameters":{"enable_thinking":true}}"#,
                Some(true),
            ),
            (Native, r#"{"reasoning_effort":"high"}"#, None),
        ] {
            assert_eq!(noted(body, shape).thinking.0, thinks, "{body}");
        }
    }

    #[test]
    fn texts_behind_an_address_have_no_bound() {
        for (operation, body, boundless) in [
            (
                Operation::Embedding,
                r#"{"input":{"url":"https://a/b"}}"#,
                true,
            ),
            (Operation::Embedding, r#"{"input":{"texts":["a"]}}"#, false),
            (Operation::Chat, r#"{"input":{"url":"https://a/b"}}"#, false),
        ] {
            let scan = RequestScan::read(&Bytes::from_static(body.as_bytes())).unwrap();
            let (protocol, models) = (Protocol::DashScope, Vec::new());
            let ask = Ask::new(protocol, operation, "m", models, String::new());
            assert_eq!(is_boundless(&ask, &scan), boundless, "{body}");
        }
    }

    #[test]
    fn much_reasoning_is_a_large_budget() {
        use UsageShape::{Anthropic, Native, OpenAi, Responses};
        for (shape, body, budget) in [
            (OpenAi, r#"{"reasoning_effort":"xhigh"}"#, Some(262_144)),
            (
                OpenAi,
                r#"{"reasoning_effort":"x\u0068igh"}"#,
                Some(262_144),
            ),
            (
                OpenAi,
                r#"{"reasoning_effort":"max","thinking_budget":1}"#,
                Some(262_144),
            ),
            (OpenAi, r#"{"reasoning_effort":"low"}"#, None),
            (OpenAi, r#"{"reasoning_effort":null}"#, None),
            (OpenAi, r#"{"reasoning_effort":7}"#, None),
            (
                Responses,
                r#"{"reasoning":{"effort":"high"}}"#,
                Some(262_144),
            ),
            (Responses, r#"{"reasoning_effort":"high"}"#, None),
            (
                Anthropic,
                r#"{"output_config":{"effort":"max"}}"#,
                Some(262_144),
            ),
            (
                Native,
                r#"{"parameters":{"reasoning_effort":"xhigh"}}"#,
                Some(262_144),
            ),
        ] {
            assert_eq!(noted(body, shape).thinking.1, budget, "{body}");
        }
    }

    #[test]
    fn what_is_found_and_painted_on_the_way_counts() {
        use UsageShape::{Anthropic, Native, OpenAi, Responses};
        for (shape, body, finds) in [
            (OpenAi, r#"{"enable_search":true}"#, true),
            (OpenAi, r#"{"enable_search":false}"#, false),
            (OpenAi, r#"{"parameters":{"enable_search":true}}"#, false),
            (Native, r#"{"parameters":{"enable_search":true}}"#, true),
            (Responses, r#"{"tools":[{"type":"web_search"}]}"#, true),
            (Responses, r#"{"tools":[{"type":"\u0077eb_search"}]}"#, true),
            (
                Anthropic,
                r#"{"tools":[{"type":"web_search_20250305"}]}"#,
                true,
            ),
            (OpenAi, r#"{"tools":[{"type":"function"}]}"#, false),
            (
                OpenAi,
                r#"{"messages":[{"content":"\"web_search"}]}"#,
                false,
            ),
        ] {
            let found = if finds { FOUND_BYTES } else { 0 };
            assert_eq!(noted(body, shape).found_bytes, found, "{body}");
        }
        for (body, count) in [
            (
                r#"{"parameters":{"enable_interleave":true,"n":1}}"#,
                Some(5),
            ),
            (
                r#"{"parameters":{"enable_interleave":true,"n":1,"max_images":2}}"#,
                Some(2),
            ),
            (r#"{"parameters":{"n":1}}"#, Some(1)),
        ] {
            assert_eq!(noted(body, Native).count, count, "{body}");
        }
    }
}
