use bytes::Bytes;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;

fn scan(text: &str) -> Result<RequestScan, ScanError> {
    RequestScan::read(&Bytes::copy_from_slice(text.as_bytes()))
}

fn scanned(text: &str) -> RequestScan {
    scan(text).unwrap()
}

#[test]
fn what_readers_could_understand_differently_is_refused() {
    let deep = |levels: usize| {
        let (open, close) = ("[".repeat(levels - 1), "]".repeat(levels - 1));
        [
            format!("{{\"x\":{open}{close}}}"),
            format!("{{\"messages\":{open}{close}}}"),
            format!("{{\"input\":{open}{close}}}"),
        ]
    };
    for body in deep(127) {
        assert!(scan(&body).is_ok(), "{body}");
    }
    let in_section = format!(
        "{{\"parameters\":{{\"x\":{}{}}}}}",
        "[".repeat(126),
        "]".repeat(126)
    );
    let endless = "[".repeat(100_000);
    let broken = [
        "",
        " ",
        "[]",
        "\"{}\"",
        "null",
        "{",
        "{}}",
        "{} {}",
        "{}x",
        "{\"a\":}",
        "{\"a\":1,}",
        "{'a':1}",
        "{\"a\":01}",
        "{\"a\":+1}",
        "{\"a\":NaN}",
        "{\"a\":1e999}",
        "{\"a\":\"\\ud800\"}",
        "{\"a\":\"\n\"}",
        "{\"messages\":[{\"content\":\"\\ud83d\"}]}",
        "\u{feff}{}",
        &endless,
        &in_section,
    ];
    for body in broken
        .into_iter()
        .map(str::to_owned)
        .chain(deep(128))
        .chain(deep(5_000))
    {
        assert!(
            matches!(scan(&body), Err(ScanError::Malformed(_))),
            "{body}"
        );
    }
    let latin = RequestScan::read(&Bytes::from_static(b"{\"a\":\"\xe9\"}"));
    assert!(matches!(latin, Err(ScanError::Malformed(_))));
}

#[test]
fn a_field_stated_twice_is_refused_however_it_is_written() {
    for (body, expected) in [
        (r#"{"model":"a","model":"b"}"#, "model"),
        (r#"{"model":"a","mod\u0065l":"a"}"#, "model"),
        (r#"{"messages":[],"x":1,"messages":[]}"#, "messages"),
        (r#"{"input":"a","input":{"text":"a"}}"#, "input"),
        (r#"{"input":{"text":"a","text":"a"}}"#, "input.text"),
        (r#"{"parameters":{"n":1,"n":2}}"#, "parameters.n"),
        (
            r#"{"stream_options":{"include_usage":true,"include_usage":true}}"#,
            "stream_options.include_usage",
        ),
    ] {
        let field = expected.to_owned();
        assert_eq!(
            scan(body).unwrap_err(),
            ScanError::Duplicate { field },
            "{body}"
        );
    }
    assert!(scan(r#"{"n":1,"parameters":{"n":1},"parameters.n":2,"x":{"y":1,"y":1}}"#).is_ok());
}

#[test]
fn wrong_types_and_absurd_numbers_are_refused() {
    for number in [
        "-1",
        "1.5",
        "1.0",
        "1e3",
        "\"12\"",
        "0",
        "[]",
        "{}",
        "true",
        "9223372036854775808",
        "2147483648",
        "-0",
    ] {
        for body in [
            format!("{{\"max_tokens\":{number}}}"),
            format!("{{\"parameters\":{{\"max_tokens\":{number}}}}}"),
        ] {
            let refused = scan(&body).unwrap_err();
            assert!(
                !matches!(refused, ScanError::Malformed(_)),
                "{body}: {refused}"
            );
        }
    }
    for body in [
        r#"{"model":7}"#,
        r#"{"stream":"true"}"#,
        r#"{"stream":1}"#,
        r#"{"n":129}"#,
        r#"{"n":0}"#,
        r#"{"temperature":"1"}"#,
        r#"{"stream_options":true}"#,
        r#"{"stream_options":{"include_usage":1}}"#,
        r#"{"parameters":[]}"#,
    ] {
        assert!(scan(body).is_err(), "{body}");
    }
    for body in [
        r#"{"max_tokens":null,"n":128,"temperature":-1.5e0,"stream":null,"stream_options":null,"parameters":null}"#,
        r#"{"max_tokens":2147483647,"seed":-1,"top_k":-1,"tools":[{"n":"x"}],"input":{"n":"x","model":7}}"#,
    ] {
        assert!(scan(body).is_ok(), "{body}");
    }
}

#[test]
fn fields_are_read_by_name_and_type() {
    let scan = scanned(
        r#" { "model" : "qwen-\u0070lus" , "stream":true,"n":3,"x":"春","e":1.50,"input":{"voice":"Cherry","text":"a"},
            "parameters":{"n":2,"size":"1024*1024"},"parameters.seed":9,"messages":[] } "#,
    );
    assert_eq!(
        scan.str_field("model").unwrap().as_deref(),
        Some("qwen-plus")
    );
    assert_eq!(scan.str_field("x").unwrap().as_deref(), Some("春"));
    assert_eq!(scan.bool_field("stream").unwrap(), Some(true));
    assert_eq!(scan.u64_field("n").unwrap(), Some(3));
    assert_eq!(scan.u64_field("parameters.n").unwrap(), Some(2));
    assert_eq!(scan.u64_field("parameters.seed").unwrap(), None);
    assert_eq!(
        scan.str_field("input.voice").unwrap().as_deref(),
        Some("Cherry")
    );
    assert_eq!(scan.raw_field("e"), Some("1.50"));
    assert_eq!(scan.raw_field("messages"), None);
    assert!(scan.has_field("messages") && scan.has_field("input.text"));
    assert!(!scan.has_field("input.model"));
    assert!(
        scan.str_field("n").is_err()
            && scan.u64_field("x").is_err()
            && scan.bool_field("n").is_err()
    );
}

#[test]
fn media_are_seen_in_what_is_asked_and_nowhere_else() {
    for body in [
        r#"{"messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":"https://a/b.png"}}]}]}"#,
        r#"{"messages":[{"content":[{"type":"image","source":{"type":"base64","data":"iVBO"}}]}]}"#,
        r#"{"messages":[{"content":"oss://bucket/a.png"}]}"#,
        r#"{"input":{"messages":[{"content":[{"video":["https://a/1.jpg"]}]}]}}"#,
        r#"{"input":{"image":"https://a/b.png"}}"#,
        r#"{"input":{"file_urls":["https://a/b.wav"]}}"#,
        r#"{"input":[{"content":[{"type":"input_image","image_url":"https://a/b"}]}]}"#,
        r#"{"input":{"contents":[{"image":"data:image/png;base64,iVBO"}]}}"#,
    ] {
        assert!(scanned(body).has_media(), "{body}");
    }
    for body in [
        r#"{"messages":[{"role":"assistant","content":"image_url","audio":null}],"audio":{"voice":"Cherry"}}"#,
        r#"{"messages":[],"tools":[{"function":{"parameters":{"properties":{"image":{"type":"image"}}}}}]}"#,
        r#"{"messages":[{"content":[{"type":"text","text":"image"}]}],"modalities":["text","audio"]}"#,
    ] {
        assert!(!scanned(body).has_media(), "{body}");
    }
}

#[test]
fn text_is_counted_as_it_is_meant_and_media_are_left_out() {
    let data = "A".repeat(100_000);
    let written = r#"{"messages":[{"role":"user","content":"\u6625\u7720"}]}"#;
    let plain = r#"{"messages":[{"role":"user","content":"春眠"}]}"#;
    assert_eq!(scanned(written).text_bytes(), scanned(plain).text_bytes());
    let seen = format!(
        r#"{{"messages":[{{"content":[{{"type":"image_url","image_url":{{"url":"{data}"}}}}]}}]}}"#
    );
    assert!(scanned(&seen).text_bytes() < 200);
    let source = format!(
        r#"{{"messages":[{{"content":[{{"type":"image","source":{{"data":"{data}"}}}}]}}]}}"#
    );
    assert!(scanned(&source).text_bytes() < 200);
    let said = format!(r#"{{"prompt":"{data}"}}"#);
    assert!(scanned(&said).text_bytes() > 100_000);
}

#[test]
fn only_what_must_change_changes() {
    for (body, expected) in [
        ("{}", r#"{"stream_options":{"include_usage":true}}"#),
        (" { } ", r#" { "stream_options":{"include_usage":true}} "#),
        (
            r#"{"a":1 }"#,
            r#"{"a":1 ,"stream_options":{"include_usage":true}}"#,
        ),
        (
            r#"{"messages":[]}"#,
            r#"{"messages":[],"stream_options":{"include_usage":true}}"#,
        ),
        (
            r#"{ "stream_options" : { } ,"model" :  "a\"b", "big":12345678901234567890123, "e":1.0e+2}"#,
            r#"{ "stream_options" : { "include_usage":true} ,"model" :  "q\"w", "big":12345678901234567890123, "e":1.0e+2}"#,
        ),
        (
            r#"{"stream_options":null}"#,
            r#"{"stream_options":{"include_usage":true}}"#,
        ),
        (
            r#"{"stream_options":{"x":1}}"#,
            r#"{"stream_options":{"x":1,"include_usage":true}}"#,
        ),
        (
            r#"{"stream_options":{"include_usage": false ,"x":1}}"#,
            r#"{"stream_options":{"include_usage": true ,"x":1}}"#,
        ),
        (
            r#"{"stream_options":{"include_usage":null}}"#,
            r#"{"stream_options":{"include_usage":true}}"#,
        ),
        (
            r#"{"stream_options":{"include_usage":true}}"#,
            r#"{"stream_options":{"include_usage":true}}"#,
        ),
    ] {
        let patched = scanned(body).patch(Some("q\"w"), true);
        assert_eq!(std::str::from_utf8(&patched).unwrap(), expected);
    }
}

#[test]
fn a_body_without_a_change_is_not_copied() {
    let body = Bytes::from_static(br#"{"model":"a","stream_options":{"include_usage":true}}"#);
    let patched = RequestScan::read(&body).unwrap().patch(None, true);
    assert_eq!(patched.as_ptr(), body.as_ptr());
}

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<i32>().prop_map(|number| Value::from(f64::from(number) / 8.0)),
        ".{0,8}".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 32, 5, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            prop::collection::hash_map("[a-z\"\\\\春_]{0,6}", inner, 0..5)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

fn request() -> impl Strategy<Value = Value> {
    let name = prop_oneof![
        "[a-z.\"\\\\ ]{2,8}",
        prop::sample::select(vec!["messages", "input", "tools", "x"]).prop_map(str::to_owned),
    ];
    let options = prop::option::of(prop::option::of(any::<Option<bool>>()));
    (
        prop::collection::hash_map(name, value(), 0..6),
        options,
        any::<bool>(),
    )
        .prop_map(|(map, options, named)| {
            let mut object: serde_json::Map<_, _> = map.into_iter().collect();
            if named {
                object.insert("model".to_owned(), "old".into());
            }
            match options {
                None => {}
                Some(None) => drop(object.insert("stream_options".to_owned(), Value::Null)),
                Some(Some(asked)) => {
                    let options = match asked {
                        Some(asked) => json!({ "include_usage": asked, "y": 1 }),
                        None => json!({}),
                    };
                    object.insert("stream_options".to_owned(), options);
                }
            }
            Value::Object(object)
        })
}

proptest! {
    #[test]
    fn a_patched_body_means_the_same_but_for_the_patch(request in request(), pretty in any::<bool>()) {
        let text = if pretty { serde_json::to_string_pretty(&request) } else { serde_json::to_string(&request) }.unwrap();
        let scan = scan(&text).unwrap();
        let patched = scan.patch(Some("new"), true);
        let mut expected = request.clone();
        if !expected["model"].is_null() {
            expected["model"] = "new".into();
        }
        if expected["stream_options"].is_null() {
            expected["stream_options"] = json!({});
        }
        expected["stream_options"]["include_usage"] = true.into();
        if expected["model"].is_null() {
            expected.as_object_mut().unwrap().remove("model");
        }
        let found: Value = serde_json::from_slice(&patched).unwrap();
        prop_assert_eq!(found, expected);
        // And what was read of the patched body is what was patched into it.
        let again = RequestScan::read(&patched).unwrap();
        prop_assert_eq!(again.patch(None, true), patched);
        prop_assert_eq!(again.bool_field("stream_options.include_usage").unwrap(), Some(true));
        prop_assert_eq!(again.has_media(), scan.has_media());
    }

    #[test]
    fn every_field_is_found_where_it_stands(request in request()) {
        let text = serde_json::to_string(&request).unwrap();
        let scan = scan(&text).unwrap();
        for field in scan.fields.iter().filter(|field| field.section == Section::Top) {
            let Some(at) = field.value.clone() else { continue };
            let found: Value = serde_json::from_str(&text[at]).unwrap();
            prop_assert_eq!(&found, &request[&*field.name]);
        }
    }

    #[test]
    fn only_json_is_read(text in "[\\[\\]{}:,\"a\\\\u0-9eE.+ tn-]{0,40}") {
        let is_json = serde_json::from_str::<serde_json::Map<String, Value>>(&text).is_ok();
        prop_assert!(is_json || scan(&text).is_err());
    }

    #[test]
    fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = RequestScan::read(&bytes.into());
    }
}
