//! Text as it is counted and spoken.

use crate::tokens::is_cjk;

/// What is paid: a Han character counts 2, anything else 1.
pub(crate) fn characters(text: &str) -> u64 {
    text.chars().map(|c| if is_cjk(c) { 2 } else { 1 }).sum()
}

/// The sentences that are whole, and what is left.
pub(crate) fn sentences(text: &str) -> (Vec<String>, String) {
    let mut whole = Vec::new();
    let mut sentence = String::new();
    let mut characters = text.chars().peekable();
    while let Some(c) = characters.next() {
        sentence.push(c);
        let is_end = match c {
            '。' | '！' | '？' | '…' | '\n' => true,
            // A full stop can be part of a number; whether it is shows only with what follows.
            '.' | '!' | '?' => characters.peek().is_some_and(|next| next.is_whitespace()),
            _ => false,
        };
        let is_more = characters
            .peek()
            .is_some_and(|next| matches!(next, '。' | '！' | '？' | '…' | '”' | '"' | '\n'));
        if is_end && !is_more && !sentence.trim().is_empty() {
            whole.push(std::mem::take(&mut sentence));
        }
    }
    (whole, sentence)
}

/// The text without SSML tags.
pub(crate) fn strip_tags(text: &str) -> String {
    let mut plain = String::new();
    let mut rest = text;
    while let Some((before, tail)) = rest.split_once('<') {
        plain.push_str(before);
        let is_tag =
            tail.starts_with(|c: char| c.is_ascii_alphabetic() || matches!(c, '/' | '!' | '?'));
        match tail.split_once('>') {
            Some((_, after)) if is_tag => rest = after,
            _ => {
                plain.push('<');
                rest = tail;
            }
        }
    }
    plain.push_str(rest);
    plain
}

#[cfg(test)]
mod tests {
    use super::{characters, sentences, strip_tags};

    #[test]
    fn sentences_are_cut_where_they_surely_end() {
        let (whole, rest) = sentences("下雨了！？真的。It is 3.5 km. Yes");
        assert_eq!(whole, ["下雨了！？", "真的。", "It is 3.5 km."]);
        assert_eq!(rest, " Yes");
        assert_eq!(sentences("Yes.").1, "Yes.");
    }

    #[test]
    fn han_counts_twice_and_tags_not_at_all() {
        assert_eq!(characters("你好, world"), 4 + 7);
        assert_eq!(
            strip_tags("<speak>你<break time=\"1s\"/>好</speak>"),
            "你好"
        );
        assert_eq!(strip_tags("1 < 2 and a<b"), "1 < 2 and a<b");
    }
}
