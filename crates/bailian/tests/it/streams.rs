//! How streams end, and that nothing they say is lost.

use bailian::{Accumulator, ChatEvent, ErrorKind, FinishReason};
use futures_util::TryStreamExt;

use crate::support::{Step, Upstream, asking, collect, stream_head, stream_of, text};

const HELLO: &str = concat!(
    "data: {\"choices\":[{\"delta\":{\"content\":\"\",\"role\":\"assistant\"},\"index\":0,\"finish_reason\":null}],\"usage\":null,\"id\":\"c\",\"model\":\"qwen-plus\"}\n\n",
    "data: {\"choices\":[{\"delta\":{\"content\":\"春🌸\"},\"index\":0,\"finish_reason\":null}],\"usage\":null,\"id\":\"c\",\"model\":\"qwen-plus\"}\n\n",
);
const FINISH: &str = "data: {\"choices\":[{\"finish_reason\":\"stop\",\"delta\":{\"content\":\"\"},\"index\":0}],\"id\":\"c\"}\n\n";
const USAGE: &str = "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":24,\"completion_tokens\":4,\"total_tokens\":28},\"id\":\"c\"}\n\n";
const DONE: &str = "data: [DONE]\n\n";

#[tokio::test]
async fn a_stream_is_whole_or_its_ending_is_named() {
    let error = "data: {\"error\":{\"code\":\"data_inspection_failed\",\"message\":\"m\"},\"request_id\":\"r\"}\n\n";
    let native = "id:1\nevent:error\n:HTTP_STATUS/500\ndata:{\"code\":\"InternalError\",\"message\":\"m\"}\n\n";
    for (rest, ending) in [
        (format!("{FINISH}{USAGE}{DONE}"), None),
        (format!("{FINISH}{USAGE}"), None),
        (FINISH.to_owned(), None),
        (FINISH.trim_end().to_owned(), None),
        (DONE.to_owned(), None),
        (DONE.trim_end().to_owned(), None),
        (format!("{FINISH}{DONE}{DONE}{HELLO}data: oops\n\n"), None),
        (format!("{FINISH}data: {{\"cho"), None),
        (String::new(), Some(ErrorKind::Interrupted)),
        ("data: {\"choi".to_owned(), Some(ErrorKind::Interrupted)),
        ("data: {oops}\n\n".to_owned(), Some(ErrorKind::Malformed)),
        (error.to_owned(), Some(ErrorKind::ContentInspection)),
        (native.to_owned(), Some(ErrorKind::Unavailable)),
    ] {
        let upstream = Upstream::answering(stream_of(&format!("{HELLO}{rest}"))).await;
        let stream = upstream.client().chat_stream(asking()).await.unwrap();
        assert_eq!(stream.request_id(), Some("req-1"));
        let (chunks, error) = collect(stream).await;
        assert_eq!(text(&chunks), "春🌸", "{rest}");
        assert_eq!(error.map(|error| error.kind().clone()), ending, "{rest}");
        assert_eq!(
            upstream.requests().len(),
            1,
            "never sent again once something was shown"
        );
    }
}

#[tokio::test]
async fn a_reset_after_any_byte_leaves_the_whole_events_and_a_named_ending() {
    let body = format!("{HELLO}{FINISH}");
    let finish_at = HELLO.len();
    for cut in (0..body.len()).step_by(7) {
        let bytes = [stream_head(), body.as_bytes()[..cut].to_vec()].concat();
        let upstream = Upstream::playing(vec![vec![Step::Send(bytes), Step::Reset]]).await;
        let error = match upstream.client().chat_stream(asking()).await {
            Ok(stream) => collect(stream).await.1,
            Err(error) => Some(error),
        };
        assert!(cut > finish_at || error.is_some(), "cut at {cut}");
    }
}

#[tokio::test]
async fn a_character_cut_between_packets_is_whole() {
    let body = format!("{HELLO}{FINISH}{DONE}");
    let at = body.find('🌸').unwrap() + 2;
    let (before, after) = body.as_bytes().split_at(at);
    let script = vec![
        Step::Send([&stream_head()[..], before].concat()),
        Step::Send(after.to_vec()),
    ];
    let upstream = Upstream::playing(vec![script]).await;
    let (chunks, error) = collect(upstream.client().chat_stream(asking()).await.unwrap()).await;
    assert!(error.is_none());
    assert_eq!(text(&chunks), "春🌸");
}

#[tokio::test]
async fn unknown_and_empty_things_are_kept_or_passed_over() {
    let body = concat!(
        ": heartbeat\r\n\r\n",
        "data:{\"choices\":null,\"usage\":null,\"novel\":[1]}\r\n\r\n",
        "data:\r\n\r\n",
        "data:{\"choices\":[{\"delta\":null,\"finish_reason\":\"null\"}]}\r\n\r\n",
        "data:{\"choices\":[{\"delta\":{\"reasoning_content\":\"r\",\"refusal\":null,\"x\":1},\"finish_reason\":\"novel\"}]}\r\n\r\n",
    );
    let upstream = Upstream::answering(stream_of(body)).await;
    let (chunks, error) = collect(upstream.client().chat_stream(asking()).await.unwrap()).await;
    assert!(error.is_none());
    assert_eq!(chunks[0].extra["novel"][0], 1);
    assert_eq!(chunks[1].choices[0].finish_reason, None);
    assert_eq!(chunks[2].choices[0].delta.extra["x"], 1);
    assert_eq!(
        chunks[2].choices[0].finish_reason,
        Some(FinishReason::Other("novel".to_owned()))
    );
}

#[tokio::test]
async fn tool_calls_are_put_together_by_index_and_orphans_dropped() {
    let fragment = |calls: &str| {
        format!(
            "data: {{\"choices\":[{{\"delta\":{{\"content\":null,\"tool_calls\":[{calls}]}}}}]}}\n\n"
        )
    };
    let mut body = fragment(
        r#"{"index":0,"id":"call_a","type":"function","function":{"name":"weather","arguments":null}}"#,
    );
    body += &fragment(
        r#"{"index":1,"id":"call_b","type":"function","function":{"name":"time","arguments":"{}"}}"#,
    );
    body += &fragment(r#"{"index":2,"id":"","function":{"name":"","arguments":"lost"}}"#);
    for piece in "{'city': 'Hangzhou'}".chars() {
        body += &fragment(&format!(
            r#"{{"index":0,"id":"","function":{{"arguments":"{piece}"}}}}"#
        ));
    }
    body +=
        "data: {\"choices\":[{\"finish_reason\":\"tool_calls\",\"delta\":{}}]}\n\ndata: [DONE]\n\n";
    let upstream = Upstream::answering(stream_of(&body)).await;
    let client = upstream.client();

    let mut gathered = Accumulator::new();
    for chunk in collect(client.chat_stream(asking()).await.unwrap()).await.0 {
        gathered.push(&chunk).unwrap();
    }
    let answer = gathered.finish();
    let calls = &answer.message().unwrap().tool_calls;
    let called: Vec<_> = calls
        .iter()
        .map(|call| (call.id.as_str(), call.function.arguments.as_str()))
        .collect();
    assert_eq!(
        called,
        [("call_a", "{'city': 'Hangzhou'}"), ("call_b", "{}")]
    );

    let events: Vec<_> = client
        .chat_stream(asking())
        .await
        .unwrap()
        .events()
        .try_collect()
        .await
        .unwrap();
    let expected = calls.iter().cloned().map(ChatEvent::ToolCall);
    let finished = ChatEvent::Finished {
        reason: FinishReason::ToolCalls,
    };
    assert_eq!(events, expected.chain([finished]).collect::<Vec<_>>());
}

#[tokio::test]
async fn events_tell_reasoning_text_ending_and_usage_in_order() {
    let thinking =
        "data: {\"choices\":[{\"delta\":{\"content\":null,\"reasoning_content\":\"想\"}}]}\n\n";
    let body = format!("{thinking}{HELLO}{FINISH}{FINISH}{USAGE}{DONE}");
    let upstream = Upstream::answering(stream_of(&body)).await;
    let stream = upstream
        .client()
        .chat_stream(asking().include_usage())
        .await
        .unwrap();
    let events: Vec<ChatEvent> = stream.events().try_collect().await.unwrap();
    assert_eq!(events[0], ChatEvent::Reasoning("想".to_owned()));
    assert_eq!(events[1], ChatEvent::Text("春🌸".to_owned()));
    assert_eq!(
        events[2],
        ChatEvent::Finished {
            reason: FinishReason::Stop
        }
    );
    assert!(matches!(&events[3], ChatEvent::Usage(usage) if usage.total_tokens == Some(28)));
    assert_eq!(events.len(), 4);
    assert!(upstream.requests()[0].contains("\"stream_options\":{\"include_usage\":true}"));
}

#[tokio::test]
async fn pieces_of_sound_become_one() {
    let piece = |data: &str| {
        format!(
            "data: {{\"choices\":[{{\"delta\":{{\"audio\":{{\"data\":\"{data}\",\"id\":\"audio_1\"}}}}}}]}}\n\n"
        )
    };
    let body = [piece("AQ=="), piece("AgM="), FINISH.to_owned()].concat();
    let upstream = Upstream::answering(stream_of(&body)).await;
    let mut gathered = Accumulator::new();
    for chunk in collect(upstream.client().chat_stream(asking()).await.unwrap())
        .await
        .0
    {
        gathered.push(&chunk).unwrap();
    }
    let audio = gathered.finish().choices.remove(0).message.audio.unwrap();
    assert_eq!(audio.data.as_deref(), Some("AQID"));
}
