//! Halves of characters in JSON: programs that cut texts after so many UTF-16 units leave one half of an emoji at the end. No text can hold
//! that, and the parser would read no further, so such a half becomes the sign for what is no character.

use std::io::{self, Read};

/// What stands for a half.
const NO_CHARACTER: &[u8] = b"\\uFFFD";

/// How much is looked at at once, in bytes.
const PIECE: usize = 8 * 1024;

/// JSON that is read, with whole characters only.
pub(super) struct Whole<R> {
    inner: R,
    /// Looked at and not read yet, from this place on.
    ready: Vec<u8>,
    at: usize,
    escapes: Escapes,
}

impl<R> Whole<R> {
    pub(super) fn over(inner: R) -> Self {
        Self {
            inner,
            ready: Vec::with_capacity(PIECE + 16),
            at: 0,
            escapes: Escapes::default(),
        }
    }
}

impl<R: Read> Read for Whole<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        while self.at == self.ready.len() && !into.is_empty() {
            self.ready.clear();
            self.at = 0;
            let mut piece = [0; PIECE];
            let read = self.inner.read(&mut piece)?;
            if read == 0 {
                self.escapes.end(&mut self.ready);
                break;
            }
            self.escapes.look(&piece[..read], &mut self.ready);
        }
        let read = (&self.ready[self.at..]).read(into)?;
        self.at += read;
        Ok(read)
    }
}

/// Where in the JSON it stands.
#[derive(Default)]
struct Escapes {
    is_in_string: bool,
    /// The first half of a character, whose second must come next.
    half: Vec<u8>,
    /// An escape whose end was not seen yet.
    escape: Vec<u8>,
}

impl Escapes {
    fn look(&mut self, mut piece: &[u8], out: &mut Vec<u8>) {
        while let Some((&byte, rest)) = piece.split_first() {
            if self.half.is_empty() && self.escape.is_empty() {
                let end = memchr::memchr2(b'"', b'\\', piece).unwrap_or(piece.len());
                if end > 0 {
                    out.extend_from_slice(&piece[..end]);
                    piece = &piece[end..];
                    continue;
                }
            }
            self.byte(byte, out);
            piece = rest;
        }
    }

    fn byte(&mut self, byte: u8, out: &mut Vec<u8>) {
        if self.escape.is_empty() {
            if self.is_in_string && byte == b'\\' {
                self.escape.push(byte);
                return;
            }
            self.give_up_half(out);
            self.is_in_string ^= byte == b'"';
            out.push(byte);
            return;
        }
        self.escape.push(byte);
        let is_of_four = match self.escape.len() {
            2 => byte == b'u',
            _ => byte.is_ascii_hexdigit(),
        };
        if !is_of_four {
            // Another escape, or none: the parser knows which.
            self.give_up_half(out);
            out.append(&mut self.escape);
        } else if self.escape.len() == 6 {
            self.unit(out);
        }
    }

    /// An escape of four digits is complete.
    fn unit(&mut self, out: &mut Vec<u8>) {
        let digits = std::str::from_utf8(&self.escape[2..]).unwrap_or_default();
        match u16::from_str_radix(digits, 16).unwrap_or_default() {
            0xd800..=0xdbff => {
                self.give_up_half(out);
                self.half.append(&mut self.escape);
            }
            0xdc00..=0xdfff if self.half.is_empty() => {
                out.extend_from_slice(NO_CHARACTER);
                self.escape.clear();
            }
            0xdc00..=0xdfff => {
                out.append(&mut self.half);
                out.append(&mut self.escape);
            }
            _ => {
                self.give_up_half(out);
                out.append(&mut self.escape);
            }
        }
    }

    /// Something else came than the second half.
    fn give_up_half(&mut self, out: &mut Vec<u8>) {
        if !self.half.is_empty() {
            self.half.clear();
            out.extend_from_slice(NO_CHARACTER);
        }
    }

    fn end(&mut self, out: &mut Vec<u8>) {
        self.give_up_half(out);
        out.append(&mut self.escape);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Gives only so many bytes at once.
    struct Slow<'a>(&'a [u8], usize);

    impl Read for Slow<'_> {
        fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
            let most = self.1.min(into.len());
            self.0.read(&mut into[..most])
        }
    }

    fn read(json: &str, step: usize) -> String {
        let mut out = String::new();
        Whole::over(Slow(json.as_bytes(), step))
            .read_to_string(&mut out)
            .unwrap();
        out
    }

    #[test]
    fn halves_of_characters_are_replaced_wherever_they_are_cut() {
        for (written, expected) in [
            (r#""\ud83d""#, r#""\uFFFD""#),
            (r#""\uDE00a""#, r#""\uFFFDa""#),
            (r#""\ud83d\ude00""#, r#""\ud83d\ude00""#),
            (r#""\ud83d\ud83d\ude00""#, r#""\uFFFD\ud83d\ude00""#),
            (r#""\ud83d\n\ude00""#, r#""\uFFFD\n\uFFFD""#),
            (r#""\ud83d\u0041""#, r#""\uFFFD\u0041""#),
            (r#""\ud83dx\"\\""#, r#""\uFFFDx\"\\""#),
            // No escape: a backslash, and letters.
            (r#""\\ud83d""#, r#""\\ud83d""#),
            (r#""\\\ud83d""#, r#""\\\uFFFD""#),
            (
                r#"["春","\ud83d",{"a\udc00":1}]"#,
                r#"["春","\uFFFD",{"a\uFFFD":1}]"#,
            ),
        ] {
            for step in 1..=written.len() {
                assert_eq!(read(written, step), expected, "{step}");
            }
            assert!(serde_json::from_str::<serde_json::Value>(expected).is_ok());
        }
    }

    #[test]
    fn what_is_no_json_is_handed_on() {
        for odd in [r"\ud83d", r#""\ud8"#, r#""\u12g4""#, r#""\"#, "", "a\"b"] {
            for step in 1..=odd.len().max(1) {
                assert_eq!(read(odd, step), odd, "{step}");
            }
        }
    }
}
