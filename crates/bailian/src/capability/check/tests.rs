use serde_json::json;

use super::*;
use crate::native::GenerationRequest as Native;
use crate::{ErrorKind, Message, Tool};

fn asking(model: &str) -> ChatRequest {
    ChatRequest::new(model, [Message::user("你好")])
}

fn refused(checked: Result<(), Error>) -> Option<String> {
    match checked.err()?.kind().clone() {
        ErrorKind::InvalidParameter { parameter } => parameter,
        other => panic!("{other:?}"),
    }
}

#[test]
fn what_the_page_rules_out_is_named() {
    let catalogue = Catalogue::built_in();
    let tool = Tool::function("f", "", json!({}));
    let picture = Message::user(vec![ContentPart::image_url("https://x/a.png")]);
    let partial = [Message::user("x"), Message::assistant("def").partial(true)];
    for (request, field) in [
        (asking("text-embedding-v4"), "model"),
        (asking("wan2.6-t2i"), "model"),
        (asking("qwen-audio-turbo"), "model"),
        (asking("qwen-max").max_tokens(8_193_u32), "max_tokens"),
        (
            asking("qwen-plus").thinking_budget(81_921_u32),
            "thinking_budget",
        ),
        (
            asking("qwen3-coder-plus").enable_thinking(true),
            "enable_thinking",
        ),
        (
            asking("deepseek-r1").enable_thinking(false),
            "enable_thinking",
        ),
        (asking("qwq-plus"), "stream"),
        (asking("qwen3-32b"), "stream"),
        (asking("qwen-turbo").tools([tool.clone()]), "tools"),
        (asking("qwen-turbo").enable_search(true), "enable_search"),
        (
            asking("qwen-plus").tool_choice(ToolChoice::required()),
            "tool_choice",
        ),
        (
            asking("qwen-plus")
                .enable_thinking(true)
                .tool_choice(ToolChoice::function("f")),
            "tool_choice",
        ),
        (
            asking("qwen-plus").response_format(ResponseFormat::json_object()),
            "messages",
        ),
        (
            asking("qwen-vl-plus-latest").response_format(ResponseFormat::json_schema(
                "n",
                &json!({}),
                true,
            )),
            "response_format",
        ),
        (ChatRequest::new("qwen-turbo", partial), "messages"),
        (ChatRequest::new("qwen-plus", [picture]), "messages"),
        (asking("qwen3-max").speak("Cherry"), "modalities"),
        (
            asking("qwen3.8-max")
                .reasoning_effort("low")
                .thinking_budget(9_u32),
            "reasoning_effort",
        ),
    ] {
        let checked = refused(catalogue.check(&request));
        assert_eq!(checked.as_deref(), Some(field), "{request:?}");
    }
}

#[test]
fn what_is_allowed_or_unknown_passes() {
    let catalogue = Catalogue::built_in();
    let tool = Tool::function("f", "", json!({}));
    let picture = Message::user(vec![ContentPart::image_url("https://x/a.png")]);
    let mut streamed = asking("qwq-plus");
    streamed.stream = Some(true);
    for request in [
        asking("qwen-plus")
            .tools([tool.clone()])
            .enable_thinking(true)
            .max_tokens(32_768_u32),
        ChatRequest::new("qwen3-vl-plus", [picture]),
        asking("qwen3-32b").enable_thinking(false),
        // The catalogue lists no features of it at all.
        asking("qwen3-coder-next").tools([tool]),
        asking("unheard-of").max_tokens(u32::MAX),
        asking("qwen3-asr-flash"),
        streamed,
    ] {
        assert_eq!(refused(catalogue.check(&request)), None, "{request:?}");
    }
    let strict = Catalogue::built_in().strict();
    assert_eq!(
        refused(strict.check(&asking("unheard-of"))).as_deref(),
        Some("model")
    );
}

#[test]
fn native_requests_go_to_the_models_own_service() {
    let catalogue = Catalogue::built_in();
    let said = || [native::Message::user("x")];
    for (request, field) in [
        (Native::text("qwen3-vl-plus", said()), Some("service")),
        (Native::multimodal("qwen-plus", said()), Some("service")),
        (Native::text("qwen-plus", said()), None),
        (Native::multimodal("qwen3.5-plus", said()), None),
        (Native::multimodal("kimi-k2.6", said()), None),
        (Native::text("qwen3-asr-flash", said()), Some("model")),
    ] {
        let checked = refused(catalogue.check_generation(&request, false));
        assert_eq!(checked.as_deref(), field, "{request:?}");
    }
}

#[test]
fn vectors_and_ranks_have_their_limits() {
    let catalogue = Catalogue::built_in();
    let texts = |count: usize| vec!["x"; count];
    let embed = |model, count| EmbeddingRequest::new(model, texts(count));
    for (checked, field) in [
        (
            catalogue.check_embedding(&embed("text-embedding-v4", 11)),
            Some("input"),
        ),
        (
            catalogue.check_embedding(&embed("text-embedding-v2", 25)),
            None,
        ),
        (
            catalogue.check_embedding(&embed("text-embedding-v3", 1).dimensions(2048_u32)),
            Some("dimensions"),
        ),
        (
            catalogue.check_embedding(&embed("qwen-plus", 1)),
            Some("model"),
        ),
        (
            catalogue.check_text_embedding(
                &TextEmbeddingRequest::new("text-embedding-v4", texts(1)).dimension(3_u32),
            ),
            Some("dimension"),
        ),
        (
            catalogue.check_rerank(&RerankRequest::new("qwen3-vl-rerank", "x", texts(101))),
            Some("documents"),
        ),
    ] {
        assert_eq!(refused(checked).as_deref(), field);
    }
}
