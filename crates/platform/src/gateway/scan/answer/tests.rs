use proptest::prelude::*;

use super::*;

const CHAT: &str = concat!(
    ": keep-alive\n\n",
    "data: {\"choices\":[{\"delta\":{\"content\":\"\",\"role\":\"assistant\"},\"index\":0,\"finish_reason\":null}],\"usage\":null}\n\n",
    "data: {\"choices\":[{\"delta\":{\"content\":null,\"reasoning_content\":\"春\"},\"finish_reason\":null}],\"usage\":null}\n\n",
    "data: {\"choices\":[{\"delta\":{\"content\":\"say \\\"usage\\\":{}\"},\"finish_reason\":null}],\"usage\":null}\n\n",
    "data: {\"choices\":[{\"finish_reason\":\"stop\",\"delta\":{\"content\":\"\"}}],\"usage\":null}\n\n",
    "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":24,\"completion_tokens\":4,\"total_tokens\":28},\"id\":\"x\"}\n\n",
    "data: [DONE]\n\n",
);

const NATIVE: &str = concat!(
    "id:1\nevent:result\n:HTTP_STATUS/200\ndata:{\"output\":{\"choices\":[{\"message\":{\"content\":\"Hang\"},\"finish_reason\":\"null\"}]},\"usage\":{\"total_tokens\":25,\"output_tokens\":1,\"input_tokens\":24},\"request_id\":\"a\"}\n\n",
    "id:2\nevent:result\n:HTTP_STATUS/200\ndata:{\"output\":{\"choices\":[{\"message\":{\"content\":\"zhou\"},\"finish_reason\":\"stop\"}]},\"usage\":{\"total_tokens\":28,\"output_tokens\":4,\"input_tokens\":24},\"request_id\":\"a\"}\n\n",
);

const ANTHROPIC: &str = concat!(
    "event:message_start\ndata:{\"type\":\"message_start\",\"message\":{\"id\":\"m\",\"usage\":{\"input_tokens\":24,\"output_tokens\":0}}}\n\n",
    "event:ping\ndata:{\"type\":\"ping\"}\n\n",
    "event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"delta\":{\"type\":\"text_delta\",\"text\":\"A dog.\"}}\n\n",
    "event:message_delta\ndata:{\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"end_turn\"},\"usage\":{\"input_tokens\":20,\"output_tokens\":8,\"cache_creation_input_tokens\":0,\"cache_read_input_tokens\":4}}\n\n",
    "event:message_stop\ndata:{\"type\":\"message_stop\"}\n\n",
);

const RESPONSES: &str = concat!(
    "id:1\nevent:response.created\n:HTTP_STATUS/200\ndata:{\"type\":\"response.created\",\"response\":{\"error\":null,\"usage\":null}}\n\n",
    "id:2\nevent:response.output_text.delta\n:HTTP_STATUS/200\ndata:{\"delta\":\"Hello\",\"type\":\"response.output_text.delta\"}\n\n",
    "id:3\nevent:response.output_text.done\ndata:{\"text\":\"Hello\",\"delta\":\"no\"}\n\n",
    "id:4\nevent:response.completed\n:HTTP_STATUS/200\ndata:{\"type\":\"response.completed\",\"response\":{\"usage\":{\"input_tokens\":37,\"output_tokens\":2}}}\n\n",
);

/// Everything that a stream comes to. The bytes of events may part inside a `\r\n`, so they are joined.
#[derive(Debug, PartialEq)]
struct Whole {
    bytes: Vec<u8>,
    kinds: Vec<EventKind>,
    ended: Ended,
    reported: Option<Reported>,
    failure: Option<Failure>,
    output_bytes: u64,
}

fn read(pieces: &[&[u8]], shape: UsageShape) -> Whole {
    let mut scan = AnswerScan::new(shape);
    let mut events = Vec::new();
    for piece in pieces {
        scan.feed(Bytes::copy_from_slice(piece), &mut events)
            .unwrap();
    }
    let (ended, rest) = scan.finish();
    let mut bytes: Vec<u8> = Vec::new();
    for event in &events {
        bytes.extend_from_slice(&event.bytes);
    }
    bytes.extend_from_slice(&rest);
    Whole {
        bytes,
        kinds: events.iter().map(|event| event.kind).collect(),
        ended,
        reported: scan.reported(),
        failure: scan.failure().cloned(),
        output_bytes: scan.output_bytes(),
    }
}

fn all_of(text: &str, shape: UsageShape) -> Whole {
    read(&[text.as_bytes()], shape)
}

fn used(whole: &Whole) -> [i64; 3] {
    let used = whole.reported.as_ref().unwrap().call_usage();
    [used.input_tokens, used.output_tokens, used.cached_tokens]
}

#[test]
fn chats_are_read() {
    use EventKind::{Comment, Data, Done, UsageOnly};
    let chat = all_of(CHAT, UsageShape::OpenAi);
    assert_eq!(
        chat.kinds,
        [Comment, Data, Data, Data, Data, UsageOnly, Done]
    );
    assert_eq!(used(&chat), [24, 4, 0]);
    assert_eq!((chat.ended, chat.failure.clone()), (Ended::Whole, None));
    // The reasoning, and what only looks like figures.
    assert_eq!(chat.output_bytes, 3 + 14);
}

#[test]
fn the_other_protocols_are_read() {
    use EventKind::{Data, Done};
    let native = all_of(NATIVE, UsageShape::Native);
    assert_eq!(
        (native.kinds.clone(), native.ended),
        (vec![Data, Data], Ended::Whole)
    );
    assert_eq!((used(&native), native.output_bytes), ([24, 4, 0], 8));

    let anthropic = all_of(ANTHROPIC, UsageShape::Anthropic);
    assert_eq!(anthropic.kinds, [Data, Data, Data, Data, Done]);
    assert_eq!(
        (used(&anthropic), anthropic.ended),
        ([24, 8, 4], Ended::Whole)
    );
    assert_eq!(anthropic.output_bytes, 6);

    let responses = all_of(RESPONSES, UsageShape::Responses);
    assert_eq!(responses.kinds, [Data, Data, Data, Done]);
    assert_eq!(
        (used(&responses), responses.ended),
        ([37, 2, 0], Ended::Whole)
    );
    assert_eq!(responses.output_bytes, 5);
}

#[test]
fn names_that_stand_in_the_data_alone_end_a_stream_too() {
    for (data, shape) in [
        (
            "data: {\"type\":\"message_stop\"}\n\n",
            UsageShape::Anthropic,
        ),
        (
            "data: {\"response\":{\"output\":[{\"type\":\"message\"}]},\"type\":\"response.incomplete\"}\n\n",
            UsageShape::Responses,
        ),
    ] {
        let whole = all_of(data, shape);
        assert_eq!(
            (whole.kinds, whole.ended),
            (vec![EventKind::Done], Ended::Whole)
        );
    }
}

#[test]
fn a_stream_without_its_end_is_cut() {
    for (text, shape) in [
        (NATIVE, UsageShape::Native),
        (ANTHROPIC, UsageShape::Anthropic),
        (RESPONSES, UsageShape::Responses),
    ] {
        let last = text.trim_end().rfind("\n\n").unwrap();
        assert_eq!(all_of(&text[..last + 2], shape).ended, Ended::Cut);
        assert_eq!(all_of(&text[..text.len() - 1], shape).ended, Ended::Cut);
    }
    assert_eq!(all_of("", UsageShape::OpenAi).ended, Ended::Cut);
    let unfinished = all_of(
        "data: {\"choices\":[]}\n\ndata: [DONE]\n",
        UsageShape::OpenAi,
    );
    assert_eq!((unfinished.ended, unfinished.kinds.len()), (Ended::Cut, 1));
}

#[test]
fn failures_are_told_in_every_shape() {
    for (text, shape, status, code) in [
        (
            "data: {\"error\":{\"code\":\"data_inspection_failed\",\"type\":\"x\"},\"request_id\":\"r\"}\n\n",
            UsageShape::OpenAi,
            None,
            "data_inspection_failed",
        ),
        (
            "data: {\"error\":{\"code\":null,\"type\":\"server_error\"},\"request_id\":\"r\"}\n\n",
            UsageShape::OpenAi,
            None,
            "server_error",
        ),
        (
            "id:1\nevent:error\n:HTTP_STATUS/429\ndata:{\"request_id\":\"r\",\"code\":\"Throttling\",\"message\":\"m\"}\n\n",
            UsageShape::OpenAi,
            Some(429),
            "Throttling",
        ),
        (
            "id:1\nevent: result\nstatus:400\ndata:{\"request_id\":\"r\",\"code\":\"InvalidParameter\"}\n\n",
            UsageShape::Native,
            Some(400),
            "InvalidParameter",
        ),
        (
            "data:{\"code\":\"Arrearage\",\"request_id\":\"r\"}\n\n",
            UsageShape::Native,
            None,
            "Arrearage",
        ),
        (
            "event: error\ndata: {\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\",\"message\":\"m\"},\"request_id\":\"r\"}\n\n",
            UsageShape::Anthropic,
            None,
            "overloaded_error",
        ),
        (
            "event:response.failed\ndata:{\"type\":\"response.failed\",\"response\":{\"error\":{\"code\":\"server_error\"}},\"request_id\":\"r\"}\n\n",
            UsageShape::Responses,
            None,
            "server_error",
        ),
    ] {
        let whole = all_of(text, shape);
        let expected = Failure {
            status,
            code: Some(code.to_owned()),
            request_id: Some("r".to_owned()),
        };
        assert_eq!(
            (whole.kinds, whole.ended),
            (vec![EventKind::Error], Ended::Failed),
            "{text}"
        );
        assert_eq!(whole.failure, Some(expected), "{text}");
    }
    let odd = all_of("event:error\ndata:oops\n\n", UsageShape::OpenAi);
    assert_eq!(
        (odd.ended, odd.failure),
        (Ended::Failed, Some(Failure::default()))
    );
}

#[test]
fn what_is_not_a_failure_is_none() {
    for data in [
        r#"{"choices":[{"delta":{"content":"{\"error\":{}}"}}],"error":null}"#,
        r#"{"choices":[{"delta":{"x":{"error":"of the answer"}}}],"code":""}"#,
    ] {
        for shape in [UsageShape::OpenAi, UsageShape::Native] {
            let whole = all_of(&format!("data: {data}\n\n"), shape);
            assert_eq!(
                (whole.kinds, whole.failure),
                (vec![EventKind::Data], None),
                "{data}"
            );
        }
    }
}

#[test]
fn whole_events_are_handed_out_without_a_copy() {
    let piece = Bytes::from(format!("{CHAT}data: {{\"half"));
    let mut events = Vec::new();
    let mut scan = AnswerScan::new(UsageShape::OpenAi);
    scan.feed(piece.clone(), &mut events).unwrap();
    assert_eq!(events.len(), 7);
    assert_eq!(events[0].bytes.as_ptr(), piece.as_ptr());
    scan.feed(Bytes::from_static(b"\":1}\n\n"), &mut events)
        .unwrap();
    assert_eq!(events[7].bytes, "data: {\"half\":1}\n\n");
    assert_eq!(scan.finish().1, "");
}

#[test]
fn an_event_is_bounded_whatever_its_lines() {
    for line in ["data: aaaaaaaaaaaaaaaaaa", ":aaaaaaaaaaaaaaaaaaaaaa\n"] {
        let mut scan = AnswerScan::new(UsageShape::OpenAi);
        let piece = Bytes::from(line.repeat(10_000));
        let fed = (0..100).try_for_each(|_| scan.feed(piece.clone(), &mut Vec::new()));
        assert_eq!(fed, Err(EventTooLarge));
    }
}

proptest! {
    #[test]
    fn every_split_reads_the_same(
        text in prop::sample::select(vec![
            (CHAT, UsageShape::OpenAi), (NATIVE, UsageShape::Native),
            (ANTHROPIC, UsageShape::Anthropic), (RESPONSES, UsageShape::Responses),
        ]),
        end in prop::sample::select(vec!["\n", "\r", "\r\n"]),
        bom in any::<bool>(),
        step in 1_usize..70,
    ) {
        let (text, shape) = text;
        let text = format!("{}{}", if bom { "\u{feff}" } else { "" }, text.replace('\n', end));
        let whole = all_of(&text, shape);
        prop_assert_eq!(whole.ended, Ended::Whole);
        prop_assert_eq!(&whole.bytes, text.as_bytes());
        let pieces: Vec<&[u8]> = text.as_bytes().chunks(step).collect();
        prop_assert_eq!(&read(&pieces, shape), &whole);
        let (before, after) = text.as_bytes().split_at(step * text.len() / 70);
        prop_assert_eq!(&read(&[before, after], shape), &whole);
    }

    #[test]
    fn every_split_of_any_lines_reads_the_same(
        lines in prop::collection::vec("(data|event|id|status|:|)(:|: |)[a春🌸 :{}\"]{0,6}", 0..10),
        ends in prop::collection::vec(prop::sample::select(vec!["\n", "\r", "\r\n", "\n\n", "\r\n\r\n"]), 10),
    ) {
        let lines = lines.iter().zip(&ends).map(|(line, end)| format!("{line}{end}"));
        let text: String = lines.collect();
        let whole = all_of(&text, UsageShape::Native);
        for at in 0..=text.len() {
            let (before, after) = text.as_bytes().split_at(at);
            prop_assert_eq!(&read(&[before, after], UsageShape::Native), &whole, "split at {}", at);
        }
        let single: Vec<&[u8]> = text.as_bytes().chunks(1).collect();
        prop_assert_eq!(read(&single, UsageShape::Native), whole);
    }

    #[test]
    fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        for shape in [UsageShape::OpenAi, UsageShape::Responses, UsageShape::Native, UsageShape::Anthropic] {
            let whole = read(&[&bytes], shape);
            prop_assert_eq!(&whole.bytes, &bytes);
        }
    }

    #[test]
    fn no_data_makes_it_panic(data in "(\\{\"(usage|error|choices|code|finish_reason|content|delta|type)\" ?:)?[\\[\\]{}:,\"a\\\\u0-9. -]{0,40}") {
        for shape in [UsageShape::OpenAi, UsageShape::Responses, UsageShape::Native, UsageShape::Anthropic] {
            all_of(&format!("data: {data}\n\n"), shape);
        }
    }
}
