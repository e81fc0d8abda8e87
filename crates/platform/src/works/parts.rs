//! A long text in parts that are spoken one after the other.

/// The text in parts of so many characters at most, cut where a sentence ends if there is one. `counted_as` says for how many
/// a character stands.
pub(super) fn parts(text: &str, most: usize, counted_as: fn(char) -> usize) -> Vec<&str> {
    let mut parts = Vec::new();
    let mut rest = text.trim();
    while !rest.is_empty() {
        let mut length = 0;
        let beyond = rest.char_indices().find(|(_, character)| {
            length += counted_as(*character);
            length > most
        });
        let end = beyond.map_or(rest.len(), |(longest, _)| cut(rest, longest));
        let (part, left) = rest.split_at(end);
        if !part.trim().is_empty() {
            parts.push(part.trim());
        }
        rest = left.trim_start();
    }
    parts
}

/// Where a part ends that may be so long: behind the last sentence, else the last clause, else the last word.
fn cut(text: &str, longest: usize) -> usize {
    let head = &text[..longest];
    let behind = |ends: &[char]| {
        let found = head.char_indices().rfind(|(_, c)| ends.contains(c));
        found.map(|(at, c)| at + c.len_utf8())
    };
    behind(&['。', '！', '？', '.', '!', '?', '\n', '…'])
        .or_else(|| behind(&['，', '；', '、', ',', ';', '：', ':']))
        .or_else(|| behind(&[' ']))
        .filter(|end| *end > 0)
        .unwrap_or(longest)
}

#[cfg(test)]
mod tests {
    use super::parts;

    #[test]
    fn a_text_is_cut_where_sentences_end_and_nothing_is_lost() {
        assert_eq!(parts("  短。 ", 10, |_| 1), ["短。"]);
        assert_eq!(
            parts("第一句。第二句很长很长", 8, |_| 1),
            ["第一句。", "第二句很长很长"]
        );
        assert_eq!(
            parts("One, two and three", 8, |_| 1),
            ["One,", "two and", "three"]
        );
        assert_eq!(
            parts("没有标点的文字", 3, |_| 1),
            ["没有标", "点的文", "字"]
        );
        let text = "甲乙丙。".repeat(500);
        let cut = parts(&text, 500, |_| 1);
        assert!(cut.iter().all(|part| part.chars().count() <= 500));
        assert_eq!(cut.concat(), text);
        assert_eq!(parts(" \n ", 5, |_| 1), [""; 0]);
    }
    #[test]
    fn characters_that_count_twice_make_shorter_parts() {
        let doubled = |character: char| if character.is_ascii() { 1 } else { 2 };
        assert_eq!(parts("甲乙丙丁ab", 4, doubled), ["甲乙", "丙丁", "ab"]);
        let text = "甲乙丙。".repeat(500);
        let cut = parts(&text, 1_000, doubled);
        assert!(cut.iter().all(|part| part.chars().count() <= 500));
        assert_eq!(cut.concat(), text);
    }
}
