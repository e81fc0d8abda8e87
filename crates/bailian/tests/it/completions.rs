//! Text that goes on.

use bailian::completions::CompletionRequest;
use bailian::{ErrorKind, FinishReason};
use futures_util::TryStreamExt;

use crate::support::{Upstream, reply, stream_of};

#[tokio::test]
async fn a_gap_is_filled_whole_and_in_pieces() {
    let body = r#"{"id":"cmpl-1","object":"text_completion","created":1,"model":"qwen2.5-coder-32b-instruct","choices":[{"finish_reason":"stop","index":0,"logprobs":null,"text":"    return a + b\n"}],"usage":{"prompt_tokens":13,"completion_tokens":6,"total_tokens":19}}"#;
    let upstream = Upstream::answering(reply("200 OK", "application/json", body)).await;
    let gap =
        || CompletionRequest::between("qwen2.5-coder-32b-instruct", "def add(a, b):\n", "\nx");
    let completion = upstream.client().complete(gap()).await.unwrap();
    assert_eq!(completion.text(), "    return a + b\n");
    assert_eq!(
        completion.choices[0].finish_reason,
        Some(FinishReason::Stop)
    );
    assert_eq!(completion.request_id.as_deref(), Some("req-1"));
    let sent = &upstream.requests()[0];
    assert!(sent.starts_with("POST /compatible-mode/v1/completions HTTP/1.1"));
    assert!(sent.contains(r"<|fim_prefix|>def add(a, b):\n<|fim_suffix|>\nx<|fim_middle|>"));

    let piece = |text: &str, reason: &str| {
        format!(
            "data: {{\"choices\":[{{\"finish_reason\":{reason},\"index\":0,\"text\":\"{text}\"}}],\"usage\":null}}\n\n"
        )
    };
    let begun = piece("    return", "null");
    for (rest, ending) in [
        (piece(" a", "\"stop\"") + "data: [DONE]\n\n", None),
        (piece(" a", "null"), Some(ErrorKind::Interrupted)),
    ] {
        let upstream = Upstream::answering(stream_of(&format!("{begun}{rest}"))).await;
        let mut pieces = upstream.client().complete_stream(gap()).await.unwrap();
        let mut text = String::new();
        let error = loop {
            match pieces.try_next().await {
                Ok(Some(piece)) => text.push_str(piece.text()),
                Ok(None) => break None,
                Err(error) => break Some(error.kind().clone()),
            }
        };
        assert_eq!((text.as_str(), error), ("    return a", ending));
    }
}
