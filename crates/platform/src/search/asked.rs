//! What is looked for in lists, where it may stand anywhere in a name or a text.

/// The longest words that are looked for, in bytes.
const LONGEST_WORDS: usize = 200;

/// The words, if they can be looked for: Postgres takes no NUL.
pub(crate) fn asked_words(words: Option<&str>) -> Option<&str> {
    words
        .map(str::trim)
        .filter(|words| !words.is_empty() && words.len() <= LONGEST_WORDS && !words.contains('\0'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_no_database_takes_is_not_looked_for() {
        let long = "墨".repeat(67);
        for words in [None, Some(""), Some(" \n"), Some("墨\0"), Some(&*long)] {
            assert_eq!(asked_words(words), None, "{words:?}");
        }
        assert_eq!(asked_words(Some(" 墨 水 ")), Some("墨 水"));
    }
}
