//! What an answer of any protocol says that it cost.

use serde::Deserialize;

#[derive(Deserialize)]
struct Answer {
    usage: Option<Usage>,
    /// Events of the Responses protocol.
    response: Option<Nested>,
    /// The first event of the Messages protocol.
    message: Option<Nested>,
}

#[derive(Deserialize)]
struct Nested {
    usage: Option<Usage>,
}

#[derive(Deserialize)]
struct Usage {
    #[serde(rename = "total_tokens")]
    total: Option<f64>,
    #[serde(rename = "input_tokens")]
    input: Option<f64>,
    #[serde(rename = "output_tokens")]
    output: Option<f64>,
    /// The same by another name; some answers carry both.
    #[serde(rename = "prompt_tokens")]
    prompt: Option<f64>,
    #[serde(rename = "completion_tokens")]
    completion: Option<f64>,
}

/// Input and output tokens together; `None` if the JSON does not tell, or not in numbers.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the cast saturates, which is what an absurd number deserves"
)]
pub(crate) fn total_tokens(json: &[u8]) -> Option<u32> {
    let answer: Answer = serde_json::from_slice(json).ok()?;
    let nested = |part: Option<Nested>| part.and_then(|part| part.usage);
    let usage = answer.usage;
    let usage = usage.or_else(|| nested(answer.response).or_else(|| nested(answer.message)))?;
    let input = usage.input.or(usage.prompt);
    let parts = input.zip(usage.output.or(usage.completion));
    let total = usage
        .total
        .or_else(|| parts.map(|(input, output)| input + output))?;
    Some(total as u32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_protocol_tells_its_tokens() {
        for (json, total) in [
            (
                r#"{"choices":[],"usage":{"prompt_tokens":3,"completion_tokens":4,"total_tokens":7}}"#,
                Some(7),
            ),
            (
                r#"{"output":{},"usage":{"input_tokens":3,"output_tokens":4}}"#,
                Some(7),
            ),
            (
                r#"{"type":"response.completed","response":{"usage":{"total_tokens":7.0}}}"#,
                Some(7),
            ),
            (
                r#"{"type":"message_start","message":{"usage":{"input_tokens":6,"output_tokens":1}}}"#,
                Some(7),
            ),
            (r#"{"usage":{"total_tokens":-5}}"#, Some(0)),
            (r#"{"usage":{"total_tokens":9e18}}"#, Some(u32::MAX)),
            (r#"{"usage":{"total_tokens":"12"}}"#, None),
            (r#"{"usage":null}"#, None),
            (r#"{"usage":{"image_count":1}}"#, None),
            ("[]", None),
            ("", None),
        ] {
            assert_eq!(total_tokens(json.as_bytes()), total, "{json}");
        }
    }
}
