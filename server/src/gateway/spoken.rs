//! What is billed of a text that is spoken.

use serde::Deserialize;

/// Characters as Bailian counts them: a Chinese one is two.
pub(super) fn billed_characters(text: &str) -> u64 {
    let of = |c: char| {
        if ('\u{4e00}'..='\u{9fff}').contains(&c) {
            2
        } else {
            1
        }
    };
    text.chars().map(of).sum()
}

/// The same of the text that a request of Bailian's own protocol wants spoken.
pub(super) fn billed_of(request: &[u8]) -> Option<u64> {
    #[derive(Deserialize)]
    struct Request {
        input: Input,
    }
    #[derive(Deserialize)]
    struct Input {
        text: String,
    }
    let request: Request = serde_json::from_slice(request).ok()?;
    Some(billed_characters(&request.input.text))
}

/// Whether an event of Bailian's own protocol brings sound, and not only its place.
pub(super) fn has_sound(event: &[u8]) -> bool {
    let name = b"\"data\"";
    memchr::memmem::find_iter(event, name).any(|at| {
        let rest = event[at + name.len()..].trim_ascii_start();
        let value = rest.strip_prefix(b":").map(<[u8]>::trim_ascii_start);
        value.is_some_and(|value| value.starts_with(b"\"") && !value.starts_with(b"\"\""))
    })
}

#[cfg(test)]
mod tests {
    use super::{billed_characters, billed_of, has_sound};

    #[test]
    fn a_request_says_what_is_spoken_and_an_event_whether_it_was() {
        let request = r#"{"model":"qwen3-tts-flash","input":{"text":"a 织，","voice":"Cherry"}}"#;
        assert_eq!(billed_of(request.as_bytes()), Some(5));
        assert_eq!(billed_of(br#"{"input":{"messages":[]}}"#), None);
        for (event, sounds) in [
            (r#"data:{"output":{"audio":{"data":"UklG"}}}"#, true),
            (r#"data: {"output": {"audio": {"data": "UklG"}}}"#, true),
            (r#"data:{"output":{"audio":{"data":"","url":"x"}}}"#, false),
            (r#"data:{"output":{"audio":{"data":null}}}"#, false),
            (r#"data:{"output":{}}"#, false),
        ] {
            assert_eq!(has_sound(event.as_bytes()), sounds, "{event}");
        }
    }

    #[test]
    fn a_chinese_character_is_two() {
        for (text, characters) in [("", 0), ("loom", 4), ("织机", 4), ("a 织，", 5)] {
            assert_eq!(billed_characters(text), characters, "{text}");
        }
    }
}
