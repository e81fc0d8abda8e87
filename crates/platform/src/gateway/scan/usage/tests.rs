use proptest::prelude::*;

use super::*;

fn read(json: &str, shape: UsageShape) -> Reported {
    usage_of_json(json.as_bytes(), shape).unwrap()
}

/// Input, output, cached, reasoning.
fn tokens(reported: &Reported) -> [i64; 4] {
    let usage = reported.call_usage();
    [
        usage.input_tokens,
        usage.output_tokens,
        usage.cached_tokens,
        usage.reasoning_tokens,
    ]
}

#[test]
fn tokens_are_read_in_every_shape() {
    use UsageShape::{Anthropic, Native, OpenAi, Responses};
    for (json, shape, expected) in [
        (
            r#"{"usage":{"prompt_tokens":24,"completion_tokens":4,"total_tokens":28,"prompt_tokens_details":{"cached_tokens":7},"completion_tokens_details":{"reasoning_tokens":2}},"model":"a"}"#,
            OpenAi,
            [24, 4, 7, 2],
        ),
        (
            r#"{"object":"list","usage":{"prompt_tokens":12,"total_tokens":12}}"#,
            OpenAi,
            [12, 0, 0, 0],
        ),
        (r#"{"usage":{"total_tokens":79}}"#, OpenAi, [79, 0, 0, 0]),
        (
            r#"{"output":{},"usage":{"total_tokens":27},"request_id":"a"}"#,
            Native,
            [27, 0, 0, 0],
        ),
        (
            r#"{"usage":{"input_tokens":55,"input_tokens_details":{"cached_tokens":0},"output_tokens":43,"output_tokens_details":{"reasoning_tokens":9},"x_details":[{"prompt_tokens_details":{"cached_tokens":5}}]}}"#,
            Responses,
            [55, 43, 5, 9],
        ),
        (
            r#"{"type":"response.completed","response":{"usage":{"input_tokens":37,"output_tokens":2}}}"#,
            Responses,
            [37, 2, 0, 0],
        ),
        (
            r#"{"usage":{"input_tokens":24,"output_tokens":8,"cache_creation_input_tokens":3,"cache_read_input_tokens":10}}"#,
            Anthropic,
            [37, 8, 10, 0],
        ),
        (
            r#"{"type":"message_start","message":{"usage":{"input_tokens":24,"output_tokens":0}}}"#,
            Anthropic,
            [24, 0, 0, 0],
        ),
        (
            r#"{"usage":{"input_tokens":10,"image_tokens":896,"input_tokens_details":{"image_tokens":896,"text_tokens":10},"image_count":1}}"#,
            Native,
            [906, 0, 0, 0],
        ),
        (
            r#"{"usage":{"models":[{"input_tokens":7,"output_tokens":1,"model_id":"qwen-max"},{"input_tokens":3,"output_tokens":2}]}}"#,
            Native,
            [10, 3, 0, 0],
        ),
        (
            r#"{"usage":{"prompt_tokens":"24","completion_tokens":4.0}}"#,
            OpenAi,
            [24, 4, 0, 0],
        ),
    ] {
        assert_eq!(tokens(&read(json, shape)), expected, "{json}");
    }
}

#[test]
fn media_are_read_under_every_name() {
    for (usage, expected) in [
        (
            r#"{"image_count":2,"input_tokens":0,"size":"1*1"}"#,
            [2, 0, 0],
        ),
        (r#"{"output_image_count":3}"#, [3, 0, 0]),
        (
            r#"{"duration":5.5,"SR":720,"video_count":1}"#,
            [0, 5_500, 0],
        ),
        (
            r#"{"video_duration":5,"video_ratio":"standard"}"#,
            [0, 5_000, 0],
        ),
        (r#"{"seconds":"3"}"#, [0, 3_000, 0]),
        (r#"{"characters":25}"#, [0, 0, 25]),
        (
            r#"{"input_tokens":10,"image_tokens":5,"image_count":1}"#,
            [0, 0, 0],
        ),
    ] {
        let body = format!("{{\"output\":{{}},\"usage\":{usage}}}");
        let used = read(&body, UsageShape::Native).call_usage();
        assert_eq!(
            [used.images, used.media_ms, used.characters],
            expected,
            "{usage}"
        );
    }
    let film = read(r#"{"usage":{"duration":5,"SR":720}}"#, UsageShape::Native);
    assert_eq!(film.resolution, Some(720));
}

#[test]
fn the_cache_is_told_apart_for_its_price() {
    let parts = |json, shape| read(json, shape).usage.prompt_tokens_details.unwrap();
    let explicit = parts(
        r#"{"usage":{"prompt_tokens":9,"prompt_tokens_details":{"cached_tokens":1,"cache_creation":{"ephemeral_5m_input_tokens":4},"cache_type":"ephemeral"}}}"#,
        UsageShape::OpenAi,
    );
    assert_eq!(explicit.cache_creation_input_tokens, Some(4));
    assert_eq!(explicit.extra["cache_type"], "ephemeral");
    let unused = r#"{"usage":{"input_tokens":9,"cache_creation_input_tokens":0,"cache_read_input_tokens":0}}"#;
    assert_eq!(
        parts(unused, UsageShape::Anthropic).cache_creation_input_tokens,
        None
    );
}

#[test]
fn absurd_figures_are_unknown_and_never_negative() {
    for (figure, expected) in [
        ("-5", None),
        ("null", None),
        ("\"many\"", None),
        ("1.5", None),
        ("[]", None),
        ("\"inf\"", None),
        ("\"-0\"", None),
        ("1e999", None),
        ("9e18", Some(9_000_000_000_000_000_000)),
        ("18446744073709551615", Some(u64::MAX)),
        ("99999999999999999999999", Some(u64::MAX)),
    ] {
        let body = format!("{{\"usage\":{{\"prompt_tokens\":{figure},\"completion_tokens\":1}}}}");
        let reported = read(&body, UsageShape::OpenAi);
        assert_eq!(reported.usage.prompt_tokens, expected, "{figure}");
        assert!(reported.call_usage().input_tokens >= 0);
    }
    for body in [
        r#"{"usage":null}"#,
        r#"{"usage":{}}"#,
        r#"{"usage":7}"#,
        r#"{"a":{"usage":{"prompt_tokens":1}}}"#,
        r#"{"a":"\"usage\":{\"prompt_tokens\":1}}"}"#,
        r#"{"usage":{"prompt_tokens":1,"prompt_tokens":2}}"#,
        "{",
    ] {
        assert_eq!(
            usage_of_json(body.as_bytes(), UsageShape::OpenAi),
            None,
            "{body}"
        );
    }
}

#[test]
fn what_can_t_be_is_brought_down_and_told() {
    let json = r#"{"usage":{"prompt_tokens":100,"completion_tokens":9000000000000,"prompt_tokens_details":{"cached_tokens":200}}}"#;
    let mut reported = read(json, UsageShape::OpenAi);
    assert_eq!(tokens(&reported)[2], 100);
    assert!(reported.cap(1_000, 50));
    assert_eq!(tokens(&reported), [100, 50, 100, 0]);
    assert!(!reported.cap(1_000, 50));
}

#[test]
fn several_models_are_told_apart() {
    let json = r#"{"usage":{"models":[{"input_tokens":7,"output_tokens":1,"model_id":"qwen-max"},{"input_tokens":3,"output_tokens":2,"model_id":"qwen-flash"}]}}"#;
    let mut reported = read(json, UsageShape::Native);
    let parts = |reported: &Reported| -> Vec<(Option<String>, i64, i64)> {
        let parts = reported.by_model.iter();
        parts
            .map(|part| {
                let [input, output, ..] = tokens(part);
                (part.model.clone(), input, output)
            })
            .collect()
    };
    let named = |model: &str, input, output| (Some(model.to_owned()), input, output);
    let both = [named("qwen-max", 7, 1), named("qwen-flash", 3, 2)];
    assert_eq!(parts(&reported), both);
    assert_eq!(tokens(&reported), [10, 3, 0, 0]);
    assert!(reported.cap(5, 5));
    assert_eq!(parts(&reported)[0], named("qwen-max", 5, 1));
    for one_or_unknown in [
        r#"{"usage":{"models":[{"input_tokens":7,"output_tokens":1,"model_id":"qwen-max"}]}}"#,
        r#"{"usage":{"models":[{"input_tokens":7,"output_tokens":1,"model_id":"qwen-max"},{"input_tokens":3,"output_tokens":2}]}}"#,
        r#"{"usage":{"models":[{"input_tokens":7,"output_tokens":1,"model_id":"qwen-max"},{"input_tokens":3,"model_id":"qwen-flash"}]}}"#,
    ] {
        let reported = read(one_or_unknown, UsageShape::Native);
        assert!(reported.by_model.is_empty(), "{one_or_unknown}");
    }
}

#[test]
fn figures_before_other_fields_of_that_name_are_found() {
    let json =
        r#"{"usage":{"prompt_tokens":1,"completion_tokens":2},"x":{"usage":{"prompt_tokens":9}}}"#;
    assert_eq!(tokens(&read(json, UsageShape::OpenAi)), [1, 2, 0, 0]);
}

proptest! {
    #[test]
    fn no_figures_make_it_panic_or_negative(text in "(\\{\"usage\":\\{)?[\\[\\]{}:,\"a0-9eE.+ _-]{0,40}(\"(prompt_tokens|output_tokens|duration|models|x_details)\":[0-9e\"{\\[.-]{0,30})?\\}{0,3}") {
        for shape in [UsageShape::OpenAi, UsageShape::Responses, UsageShape::Native, UsageShape::Anthropic] {
            let Some(mut reported) = usage_of_json(text.as_bytes(), shape) else { continue };
            let used = reported.call_usage();
            prop_assert!([used.input_tokens, used.output_tokens, used.media_ms].iter().all(|figure| *figure >= 0));
            reported.cap(10, 10);
            prop_assert!(reported.call_usage().input_tokens <= 10);
        }
    }
}
