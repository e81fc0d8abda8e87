//! The services around text against the simulator, which was written from the documents alone.

use std::sync::Arc;
use std::time::Duration;

use bailian::apps::{AppMessage, AppRequest};
use bailian::batches::{BatchQuery, BatchRequest, BatchStatus, BatchWriter};
use bailian::capability::Catalogue;
use bailian::embeddings::{
    EmbeddingContent, EmbeddingRequest, MultimodalEmbeddingRequest, TextEmbeddingRequest,
};
use bailian::files::{FileQuery, Purpose};
use bailian::models::ModelQuery;
use bailian::native::{GenerationRequest, Message, Part};
use bailian::rerank::RerankRequest;
use bailian::{
    Accumulator, ChatEvent, ChatRequest, Client, ClientOptions, ErrorKind, FinishReason, Role,
    Source,
};
use futures_util::TryStreamExt;
use simulator::{Answer, Options, Simulator};

use crate::support::KEY;

/// Ids of applications have 32 hexadecimal digits.
const APP: &str = "6105c965c31b40958a43dc93c28c7a59";

struct Account {
    simulator: Simulator,
    client: Client,
}

async fn account() -> Account {
    let simulator = Simulator::start(Options::immediate()).await.unwrap();
    let client = Client::new(ClientOptions::new(simulator.base_url(), KEY)).unwrap();
    Account { simulator, client }
}

fn asking() -> [Message; 1] {
    [Message::user("背一首诗")]
}

#[tokio::test]
async fn native_text_is_the_same_whole_in_pieces_and_as_chat() {
    let Account { simulator, client } = account().await;
    let words = || Answer::words(["春", "眠", "不觉晓"]).reasoning(["想", "好"]);
    let request = || GenerationRequest::text("qwen-plus", asking()).enable_thinking(true);
    simulator.next_answer(words());
    let whole = client.generate(request()).await.unwrap();
    assert_eq!(whole.output.text(), "春眠不觉晓");
    assert_eq!(
        whole.output.choices[0].finish_reason,
        Some(FinishReason::Stop)
    );
    let usage = whole.usage.unwrap();
    let sum = usage.input_tokens.unwrap() + usage.output_tokens.unwrap();
    assert_eq!(usage.total_tokens, Some(sum));

    simulator.next_answer(words());
    let mut chunks = client.generate_stream(request()).await.unwrap().into_chat();
    let mut gathered = Accumulator::new();
    while let Some(chunk) = chunks.try_next().await.unwrap() {
        gathered.push(&chunk).unwrap();
    }
    let answer = gathered.finish();
    let message = answer.message().unwrap();
    assert_eq!(message.text(), "春眠不觉晓");
    assert_eq!(message.reasoning_content.as_deref(), Some("想好"));
    assert!(answer.usage.unwrap().completion_tokens > Some(0));

    simulator.next_answer(Answer::words(["春", "眠", "不觉晓"]));
    let repeated = GenerationRequest::text("qwen-plus", asking()).incremental_output(false);
    let events = client.generate_stream(repeated).await.unwrap();
    let events: Vec<_> = events.try_collect().await.unwrap();
    let pieces = events.iter().map(|event| event.output.text());
    assert_eq!(pieces.collect::<String>(), "春眠不觉晓");
}

#[tokio::test]
async fn native_tools_and_images_are_understood() {
    let Account { simulator, client } = account().await;
    simulator.next_answer(Answer::calls("weather", r#"{"city":"杭州"}"#));
    let tool = bailian::Tool::function("weather", "", serde_json::json!({"type": "object"}));
    let request = GenerationRequest::text("qwen-plus", asking()).tools([tool]);
    let events = client.generate_stream(request).await.unwrap().events();
    let events: Vec<ChatEvent> = events.try_collect().await.unwrap();
    let called = events.iter().find_map(|event| match event {
        ChatEvent::ToolCall(call) => Some(&call.function),
        _ => None,
    });
    assert_eq!(called.unwrap().arguments, r#"{"city":"杭州"}"#);

    let seen = [Message::user(vec![
        Part::image("https://example.com/a.jpg"),
        Part::text("这是什么？"),
    ])];
    let request = GenerationRequest::multimodal("qwen3-vl-plus", seen);
    let answer = client.generate(request).await.unwrap();
    assert!(!answer.output.text().is_empty());

    let misled = client
        .generate(GenerationRequest::text("qwen3-vl-plus", asking()))
        .await;
    assert!(matches!(
        misled.unwrap_err().kind(),
        ErrorKind::InvalidParameter { .. }
    ));
}

#[tokio::test]
async fn vectors_are_alike_in_both_protocols() {
    let Account {
        simulator: _simulator,
        client,
    } = account().await;
    let texts = ["春眠不觉晓", "处处闻啼鸟"];
    let request = EmbeddingRequest::new("text-embedding-v4", texts).dimensions(64_u32);
    let compatible = client.embed(request).await.unwrap();
    let base64 = EmbeddingRequest::new("text-embedding-v4", texts)
        .dimensions(64_u32)
        .encoding_format("base64");
    let native = TextEmbeddingRequest::new("text-embedding-v4", texts)
        .dimension(64_u32)
        .output_type("dense&sparse");
    let native = client.embed_texts(native).await.unwrap().output.embeddings;
    assert_eq!(compatible.data.len(), 2);
    assert_eq!(compatible.data[1].embedding.len(), 64);
    assert_eq!(native[1].embedding.len(), 64);
    assert!(!native[0].sparse_embedding.is_empty());
    assert_eq!(client.embed(base64).await.unwrap().data, compatible.data);

    let things = [EmbeddingContent::new().text("猫")];
    let request = MultimodalEmbeddingRequest::new("tongyi-embedding-vision-plus", things);
    let vectors = client.embed_contents(request).await.unwrap();
    assert_eq!(vectors.output.embeddings[0].embedding.len(), 1152);

    let many = EmbeddingRequest::new("text-embedding-v4", vec!["x"; 11]);
    let refused = client.embed(many).await.unwrap_err();
    assert!(matches!(refused.kind(), ErrorKind::InvalidParameter { .. }));
}

#[tokio::test]
async fn documents_are_ranked_in_both_forms() {
    let Account {
        simulator: _simulator,
        client,
    } = account().await;
    let documents = ["杭州是浙江的省会", "猫喜欢睡觉", "浙江的省会在哪里"];
    let asked = |model| RerankRequest::new(model, "浙江的省会", documents).top_n(2_u32);
    let flat = client.rerank(asked("qwen3-rerank")).await.unwrap();
    let native = asked("gte-rerank-v2").return_documents(true);
    let native = client.rerank_natively(native).await.unwrap();
    for ranking in [&flat, &native] {
        assert_eq!(ranking.results.len(), 2);
        assert!(ranking.results[0].relevance_score >= ranking.results[1].relevance_score);
        assert_ne!(ranking.results[0].index, 1);
        assert!(ranking.usage.as_ref().unwrap().total_tokens > Some(0));
        assert!(ranking.request_id.is_some());
    }
    assert!(flat.results[0].document.is_none() && native.results[0].document.is_some());
}

#[tokio::test]
async fn a_file_is_kept_listed_and_deleted() {
    let Account {
        simulator: _simulator,
        client,
    } = account().await;
    let contents = Source::from(b"hello".to_vec());
    let kept = client
        .upload_file(Purpose::FileExtract, "你好.txt", contents)
        .await
        .unwrap();
    assert_eq!((kept.filename.as_str(), kept.bytes), ("你好.txt", Some(5)));
    assert_eq!(kept.purpose, Some(Purpose::FileExtract));
    assert_eq!(client.file(&kept.id).await.unwrap().id, kept.id);
    let page = client.files(FileQuery::new().limit(1_u32)).await.unwrap();
    assert_eq!(page.data[0].id, kept.id);
    assert!(client.delete_file(&kept.id).await.unwrap());
    assert!(client.file(&kept.id).await.is_err());
    assert!(client.file("../batches").await.is_err());
}

#[tokio::test]
async fn a_batch_answers_each_line() {
    let Account {
        simulator: _simulator,
        client,
    } = account().await;
    let mut lines = BatchWriter::new();
    for id in ["1", "2"] {
        let question = [bailian::Message::user("2+2?")];
        lines
            .chat(id, &ChatRequest::new("qwen-plus", question))
            .unwrap();
    }
    let file = client
        .upload_file(Purpose::Batch, "a.jsonl", lines.finish())
        .await
        .unwrap();
    let request = BatchRequest::chat(file.id).metadata("ds_name", "nightly");
    let created = client.create_batch(request).await.unwrap();
    assert_eq!(created.metadata["ds_name"], "nightly");
    let batch = loop {
        let batch = client.batch(&created.id).await.unwrap();
        if batch.status.is_over() {
            break batch;
        }
        tokio::task::yield_now().await;
    };
    assert_eq!(batch.status, BatchStatus::Completed);
    assert_eq!(batch.request_counts.unwrap().completed, Some(2));
    let output = batch.output_file_id.unwrap();
    let mut results = client.batch_results(&output, 1 << 20).await.unwrap();
    let mut ids = Vec::new();
    while let Some(result) = results.next().await.unwrap() {
        ids.push(result.custom_id.clone());
        assert!(
            !result
                .chat_completion()
                .unwrap()
                .message()
                .unwrap()
                .text()
                .is_empty()
        );
    }
    ids.sort();
    assert_eq!(ids, ["1", "2"]);
    let page = client
        .batches(BatchQuery::new().ds_name("nightly"))
        .await
        .unwrap();
    assert_eq!(page.data[0].id, created.id);
}

#[tokio::test]
async fn an_application_remembers_its_session() {
    let Account { simulator, client } = account().await;
    simulator.next_answer(Answer::words(["小米", "手机"]));
    let first = client
        .ask_app(AppRequest::new(APP, "推荐一款手机"))
        .await
        .unwrap();
    assert_eq!(first.output.text, "小米手机");
    let session = first.output.session_id.unwrap();

    for incremental in [true, false] {
        simulator.next_answer(Answer::words(["便宜", "的"]));
        let request = AppRequest::new(APP, "便宜一点的")
            .session_id(session.clone())
            .incremental_output(incremental);
        let events = client.ask_app_stream(request).await.unwrap();
        let events: Vec<_> = events.try_collect().await.unwrap();
        let text: String = events
            .iter()
            .map(|event| event.output.text.as_str())
            .collect();
        assert_eq!(text, "便宜的");
        let last = &events.last().unwrap().output;
        assert_eq!(last.finish_reason, Some(FinishReason::Stop));
        assert_eq!(last.session_id.as_ref(), Some(&session));
    }
    let own = AppRequest::conversation(APP, [AppMessage::new(Role::User, "你好")]);
    assert!(!client.ask_app(own).await.unwrap().output.text.is_empty());
}

#[tokio::test]
async fn a_temporary_key_opens_the_account() {
    let Account {
        simulator: _simulator,
        client,
    } = account().await;
    let key = client
        .temporary_token(Duration::from_mins(1))
        .await
        .unwrap();
    assert!(!format!("{key:?}").contains("st-"));
    let brief = client.with_key(key.token).unwrap();
    let counted = brief.tokenize("qwen-turbo", asking()).await.unwrap();
    let count = counted.output.tokens.len();
    assert_eq!(counted.output.token_ids.len(), count);
    assert_eq!(counted.usage.unwrap().input_tokens, Some(count as u64));
    let text = client
        .tokenize_text("qwen-turbo", "背一首诗")
        .await
        .unwrap();
    assert_eq!(text.output.tokens.concat(), "背一首诗");
    let too_long = client.temporary_token(Duration::from_secs(1_801)).await;
    assert!(matches!(
        too_long.unwrap_err().kind(),
        ErrorKind::InvalidParameter { .. }
    ));
}

#[tokio::test]
async fn models_are_described_and_limited() {
    let Account {
        simulator: _simulator,
        client,
    } = account().await;
    let page = client
        .listed_models(ModelQuery::new().model("qwen3-max"))
        .await
        .unwrap();
    assert_eq!(page.models[0].model, "qwen3-max");
    let sizes = page.models[0].model_info.as_ref().unwrap();
    assert_eq!(sizes.max_output_tokens, Some(65_536));
    assert!(!page.models[0].prices.is_empty());
    let limits = client
        .model_limits(ModelQuery::new().model("qwen3-max"))
        .await
        .unwrap();
    let limit = limits.quotas[0].model_limit.as_ref().unwrap();
    assert!(limit.usage_limit > Some(0));
    assert_eq!(client.model("qwen-plus").await.unwrap().id, "qwen-plus");
}

#[tokio::test]
async fn a_client_with_a_catalogue_sends_nothing_that_would_be_refused() {
    let simulator = Simulator::start(Options::immediate()).await.unwrap();
    let mut options = ClientOptions::new(simulator.base_url(), KEY);
    options.catalogue = Some(Arc::new(Catalogue::built_in()));
    let client = Client::new(options).unwrap();
    let question = || [bailian::Message::user("你好")];
    let refused = [
        client
            .chat(ChatRequest::new("qwq-plus", question()))
            .await
            .err(),
        client
            .chat(ChatRequest::new("text-embedding-v4", question()))
            .await
            .err(),
        client
            .generate(GenerationRequest::text("qwen3-vl-plus", asking()))
            .await
            .err(),
        client
            .embed(EmbeddingRequest::new("text-embedding-v4", vec!["x"; 11]))
            .await
            .err(),
    ];
    for error in refused {
        assert!(matches!(
            error.unwrap().kind(),
            ErrorKind::InvalidParameter { .. }
        ));
    }
    assert_eq!(simulator.received().len(), 0);
    client
        .chat(ChatRequest::new("qwen-plus", question()))
        .await
        .unwrap();
    assert_eq!(simulator.received().len(), 1);
}
