//! Looking into an event's data without reading it as JSON: most events are only passed on.

use memchr::{memchr2, memmem};

use super::UsageShape;

/// A name in quotation marks. Within a text these would be escaped, so that what follows a colon is its value,
/// though on whichever level.
#[derive(Debug)]
pub(super) struct Key(memmem::Finder<'static>);

impl Key {
    fn new(quoted: &'static str) -> Self {
        Self(memmem::Finder::new(quoted))
    }

    /// What follows each place where the name is one of a field.
    pub(super) fn values<'d>(&self, data: &'d [u8]) -> impl Iterator<Item = &'d [u8]> {
        let length = self.0.needle().len();
        self.0.find_iter(data).filter_map(move |at| {
            let rest = data[at + length..].trim_ascii_start();
            Some(rest.strip_prefix(b":")?.trim_ascii_start())
        })
    }
}

/// The names that are looked for.
#[derive(Debug)]
pub(super) struct Keys {
    pub(super) usage: Key,
    pub(super) error: Key,
    pub(super) code: Key,
    pub(super) choices: Key,
    pub(super) finish_reason: Key,
    pub(super) kind: Key,
    /// Those of texts, without the mark before them: reasoning is called `reasoning_content`.
    pub(super) texts: Vec<Key>,
}

impl Keys {
    pub(super) fn of(shape: UsageShape) -> Self {
        let texts: &[&str] = match shape {
            UsageShape::OpenAi => &["content\"", "arguments\"", "\"text\""],
            UsageShape::Responses => &["\"delta\""],
            UsageShape::Native => &["content\"", "\"text\"", "arguments\""],
            UsageShape::Anthropic => &["\"text\"", "\"thinking\"", "\"partial_json\""],
        };
        Self {
            usage: Key::new("\"usage\""),
            error: Key::new("\"error\""),
            code: Key::new("\"code\""),
            choices: Key::new("\"choices\""),
            finish_reason: Key::new("\"finish_reason\""),
            kind: Key::new("\"type\""),
            texts: texts.iter().copied().map(Key::new).collect(),
        }
    }
}

/// Whether a value is `[]`.
pub(super) fn is_empty_list(value: &[u8]) -> bool {
    let inside = value.strip_prefix(b"[");
    inside.is_some_and(|inside| inside.trim_ascii_start().starts_with(b"]"))
}

/// The length of a value that is a text, about as it is meant: an escape counts as one byte, a character that is
/// written by its number as three.
pub(super) fn text_bytes(value: &[u8]) -> u64 {
    let Some(mut rest) = value.strip_prefix(b"\"") else {
        return 0;
    };
    let mut count = 0;
    while let Some(at) = memchr2(b'"', b'\\', rest) {
        count += at as u64;
        if rest[at] == b'"' {
            break;
        }
        let (bytes, written) = match rest.get(at + 1) {
            Some(b'u') => (3, 6),
            _ => (1, 2),
        };
        count += bytes;
        rest = rest.get(at + written..).unwrap_or_default();
    }
    count
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_within_texts_are_no_fields() {
        let key = Key::new("\"usage\"");
        let values = |data: &'static str| -> Vec<_> { key.values(data.as_bytes()).collect() };
        assert_eq!(values(r#"{"usage":null}"#), [b"null}"]);
        assert_eq!(values("{\"usage\" : 1}"), [b"1}"]);
        assert!(values(r#"{"a":"\"usage\":{}"}"#).is_empty());
        assert!(values(r#"{"a":"usage","b":["usage"]}"#).is_empty());
    }

    #[test]
    fn texts_are_as_long_as_they_are_meant() {
        for (value, expected) in [
            (r#""abc",""#, 3),
            (r#""""#, 0),
            ("null", 0),
            (r#""a\"b\n\\""#, 5),
            (r#""\u6625\u7720""#, 6),
            (r#""春眠""#, 6),
            (r#""\"#, 1),
            (r#""\u12"#, 3),
        ] {
            assert_eq!(text_bytes(value.as_bytes()), expected, "{value}");
        }
    }
}
