//! How text is counted and cut: an estimate that needs no vocabulary.

/// Splits text, without loss, into what the simulator counts as tokens.
///
/// The estimate: two Chinese characters, up to eight letters (with the space before them), up to three digits, a run of
/// white space, or any other single character are one token each. It is deterministic and about right for Qwen.
pub(crate) fn split(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let end = first_token(rest)?;
        let (token, after) = rest.split_at(end);
        rest = after;
        Some(token)
    })
}

/// How many tokens [`split`] finds.
pub(crate) fn count(text: &str) -> u32 {
    u32::try_from(split(text).count()).unwrap_or(u32::MAX)
}

/// Whether the character is counted as Chinese, Japanese or Korean writing.
pub(crate) fn is_cjk(character: char) -> bool {
    matches!(character, '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '\u{ac00}'..='\u{d7af}' | '\u{20000}'..='\u{3134f}')
}

fn first_token(text: &str) -> Option<usize> {
    let first = text.chars().next()?;
    let spaced = first == ' ' && text[1..].starts_with(|next: char| next.is_ascii_alphabetic());
    let (offset, limit, kind): (usize, usize, fn(char) -> bool) = match first {
        _ if spaced => (1, 8, |c| c.is_ascii_alphabetic()),
        c if is_cjk(c) => (0, 2, is_cjk),
        c if c.is_ascii_alphabetic() => (0, 8, |c| c.is_ascii_alphabetic()),
        c if c.is_ascii_digit() => (0, 3, |c| c.is_ascii_digit()),
        c if c.is_whitespace() => (0, usize::MAX, char::is_whitespace),
        other => return Some(other.len_utf8()),
    };
    let length: usize = text[offset..]
        .chars()
        .take(limit)
        .take_while(|&c| kind(c))
        .map(char::len_utf8)
        .sum();
    Some(offset + length)
}

#[cfg(test)]
mod tests {
    use super::{count, split};

    #[test]
    fn splitting_loses_nothing() {
        for text in [
            "",
            " ",
            "春眠不觉晓，处处闻啼鸟。",
            "let x = 12345;\n\n  return x",
            "a 🙂 b\r\n",
            "  two  spaces",
        ] {
            assert_eq!(split(text).collect::<String>(), text);
        }
    }

    #[test]
    fn the_estimate_is_as_stated() {
        assert_eq!(count("春眠不觉晓"), 3);
        assert_eq!(count("Hello brave world"), 3);
        assert_eq!(count("12345"), 2);
    }
}
