//! Text in files: what can be some, and which characters its bytes are.

use encoding_rs::{Encoding, GB18030};
use model::invisible::is_hidden;

/// Whether what begins so can be text: nothing in it that no text has. Which encoding it is in, only the whole can tell.
pub(super) fn may_begin(head: &[u8]) -> bool {
    let is_wide = Encoding::for_bom(head).is_some();
    let is_plain = |byte: &u8| !matches!(byte, 0..=8 | 11 | 14..=26 | 28..=31 | 127);
    !head.is_empty() && (is_wide || head.iter().all(is_plain))
}

/// The text in UTF-8, UTF-16 with its mark, or GB18030, without what nobody would see in it (LM-03). `None` for what is none of
/// these, or no text.
pub(crate) fn decoded(bytes: &[u8]) -> Option<String> {
    let text = match Encoding::for_bom(bytes) {
        Some((encoding, mark)) => {
            let rest = bytes.get(mark..)?;
            encoding.decode_without_bom_handling_and_without_replacement(rest)?
        }
        None => match std::str::from_utf8(bytes) {
            Ok(text) => text.into(),
            Err(_) => GB18030.decode_without_bom_handling_and_without_replacement(bytes)?,
        },
    };
    let is_text = |c: char| !c.is_control() || matches!(c, '\t' | '\n' | '\r' | '\x0c' | '\x1b');
    if !text.chars().all(is_text) {
        return None;
    }
    let seen = text.chars().filter(|&c| is_shown(c) || c == '\x0c');
    Some(seen.collect())
}

/// Whether a reader sees the character, or the white space that it is.
pub(crate) fn is_shown(c: char) -> bool {
    !is_hidden(c)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_read_in_the_encodings_that_it_comes_in() {
        let gb = GB18030.encode("春眠不觉晓").0.into_owned();
        let wide: Vec<u8> = [0xFEFF_u16]
            .into_iter()
            .chain("春".encode_utf16())
            .flat_map(u16::to_le_bytes)
            .collect();
        for (bytes, expected) in [
            ("春眠\r\n不觉晓".as_bytes().to_vec(), Some("春眠\n不觉晓")),
            (b"\xEF\xBB\xBFmarked".to_vec(), Some("marked")),
            (gb, Some("春眠不觉晓")),
            (wide, Some("春")),
            (b"a\0b".to_vec(), None),
            (b"\xFF\xFF\xFF".to_vec(), None),
        ] {
            assert_eq!(decoded(&bytes).as_deref(), expected, "{bytes:?}");
        }
    }

    /// LM-03.
    #[test]
    fn what_nobody_would_see_is_left_out() {
        let hidden = "pay\u{200B}\u{202E}ment\u{E0041}\u{E0042}";
        assert_eq!(decoded(hidden.as_bytes()).as_deref(), Some("payment"));
    }

    #[test]
    fn what_holds_what_no_text_does_is_none() {
        for (head, expected) in [
            (&b"plain\ttext\n"[..], true),
            ("春".as_bytes(), true),
            (b"\xFF\xFEa\0", true),
            (b"\x89PNG\r\n\x1a\n\0\0", false),
            (b"PK\x03\x04", false),
            (b"\x7fELF", false),
            (b"", false),
        ] {
            assert_eq!(may_begin(head), expected, "{head:?}");
        }
    }
}
