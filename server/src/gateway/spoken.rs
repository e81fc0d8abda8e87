//! What is billed of a text that is spoken.

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

#[cfg(test)]
mod tests {
    use super::billed_characters;

    #[test]
    fn a_chinese_character_is_two() {
        for (text, characters) in [("", 0), ("loom", 4), ("织机", 4), ("a 织，", 5)] {
            assert_eq!(billed_characters(text), characters, "{text}");
        }
    }
}
