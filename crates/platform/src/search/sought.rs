//! What somebody looks for.

use std::ops::Range;

use super::{
    fold::{Script, Sign, fold},
    terms::{LONGEST_BEGINNING, Term, runs, word},
};

/// So many characters of what is typed count.
const LONGEST: usize = 200;

/// So many words of it.
const MOST_WORDS: usize = 12;

/// So many places of a text are marked.
const MOST_MARKS: usize = 100;

/// Words, parted by spaces as they were typed; all of them must be there. A word is found where it stands as typed, at the beginning
/// of a word or, in scripts without spaces, anywhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sought(Vec<Vec<Sign>>);

impl Sought {
    /// What was typed; `None` when there is neither letter nor digit in it.
    pub fn parse(typed: &str) -> Option<Self> {
        let end = typed.char_indices().nth(LONGEST);
        let typed = end.map_or(typed, |(end, _)| &typed[..end]);
        let words: Vec<Vec<Sign>> = typed
            .split_whitespace()
            .map(fold)
            .filter(|word| !word.is_empty())
            .take(MOST_WORDS)
            .collect();
        (!words.is_empty()).then_some(Self(words))
    }

    /// What an index must know of a text in which all words are. It may know that of other texts too.
    pub(crate) fn terms(&self) -> Vec<Term> {
        let mut terms: Vec<Term> = self.0.iter().flat_map(|word| terms_of(word)).collect();
        terms.sort();
        terms.dedup();
        terms
    }

    /// Where the words are in the text, from its beginning and apart from each other; `None` unless all of them are there.
    pub fn marks(&self, text: &str) -> Option<Vec<Range<usize>>> {
        let signs = fold(text);
        let mut marks = Vec::new();
        for word in &self.0 {
            let before = marks.len();
            marks.extend(places(&signs, word).take(MOST_MARKS));
            if marks.len() == before {
                return None;
            }
        }
        marks.sort_by_key(|mark| (mark.start, mark.end));
        Some(joined(marks))
    }
}

fn terms_of(sought: &[Sign]) -> Vec<Term> {
    let exactly = |text: String| Term {
        text,
        begins: false,
    };
    let mut terms = Vec::new();
    let mut runs = runs(sought).peekable();
    while let Some(run) = runs.next() {
        match run[0].script {
            Script::Gap => {}
            Script::Spaced => {
                let text = word(run);
                // Only the last one may go on.
                let begins = runs.peek().is_none() && run.len() > LONGEST_BEGINNING;
                terms.push(Term { text, begins });
            }
            Script::Unspaced => match run {
                [alone] => terms.push(exactly(alone.character.into())),
                _ => terms.extend(
                    run.windows(2)
                        .map(|pair| exactly(pair.iter().map(|sign| sign.character).collect())),
                ),
            },
        }
    }
    terms
}

/// Where the word is among the signs.
fn places(signs: &[Sign], word: &[Sign]) -> impl Iterator<Item = Range<usize>> {
    let begins_word = word[0].script == Script::Spaced;
    signs
        .windows(word.len())
        .enumerate()
        .filter(move |(at, window)| {
            let is_same = window
                .iter()
                .zip(word)
                .all(|(here, sought)| here.character == sought.character);
            let is_inside = begins_word && *at > 0 && signs[at - 1].script == Script::Spaced;
            is_same && !is_inside
        })
        .map(|(_, window)| window[0].from..window[window.len() - 1].to)
}

/// Sorted marks, those that touch as one.
fn joined(marks: Vec<Range<usize>>) -> Vec<Range<usize>> {
    let mut joined: Vec<Range<usize>> = Vec::with_capacity(marks.len());
    for mark in marks {
        match joined.last_mut() {
            Some(last) if mark.start <= last.end => last.end = last.end.max(mark.end),
            _ => joined.push(mark),
        }
    }
    joined
}

#[cfg(test)]
mod tests {
    use model::UserId;
    use proptest::prelude::*;

    use super::*;
    use crate::search::Scope;

    fn found<'a>(words: &str, text: &'a str) -> Option<Vec<&'a str>> {
        let marks = Sought::parse(words).expect("words").marks(text)?;
        Some(marks.into_iter().map(|mark| &text[mark]).collect())
    }

    #[test]
    fn all_words_must_be_there_as_they_were_typed() {
        for (words, text, expected) in [
            ("不觉", "春眠不觉晓", Some(&["不觉"][..])),
            ("觉", "春眠不觉晓", Some(&["觉"])),
            ("眠晓", "春眠不觉晓", None),
            ("眠不", "春眠。不觉晓", None),
            ("春眠 晓", "春眠不觉晓", Some(&["春眠", "晓"])),
            ("春眠 雨", "春眠不觉晓", None),
            ("春眠 眠不", "春眠不觉晓", Some(&["春眠不"])),
            ("HEL", "Hello, hell", Some(&["Hel", "hel"])),
            ("ello", "hello", None),
            ("qwen", "Qwen3-max", Some(&["Qwen"])),
            ("qwen3-max", "use Qwen3 Max today", Some(&["Qwen3 Max"])),
            ("qwen-max", "Qwen3-max", None),
            ("rust编", "用 Rust 编程", Some(&["Rust 编"])),
            ("ｒｕｓｔ", "Rust", Some(&["Rust"])),
            ("<b>", "a <b>bold</b> word", Some(&["b", "b", "b"])),
            ("预算", "预\u{200b}算", Some(&["预\u{200b}算"])),
        ] {
            let expected = expected.map(<[&str]>::to_vec);
            assert_eq!(found(words, text), expected, "{words:?} in {text:?}");
        }
    }

    #[test]
    fn signs_alone_are_nothing_to_look_for() {
        for typed in ["", "  ", "!!!", "“”", "\u{200b}"] {
            assert_eq!(Sought::parse(typed), None, "{typed:?}");
        }
    }

    #[test]
    fn terms_are_those_of_the_index() {
        let terms = |words| -> Vec<(String, bool)> {
            let terms = Sought::parse(words).expect("words").terms();
            let pair = |term: Term| (term.text, term.begins);
            terms.into_iter().map(pair).collect()
        };
        let term = |text: &str, begins| (text.to_owned(), begins);
        assert_eq!(
            terms("春眠不 晓"),
            [term("春眠", false), term("晓", false), term("眠不", false)]
        );
        assert_eq!(terms("hel"), [term("hel", false)]);
        assert_eq!(terms("hell"), [term("hell", true)]);
        assert_eq!(
            terms("qwen3-max"),
            [term("max", false), term("qwen3", false)]
        );
        assert_eq!(
            terms("rust编程"),
            [term("rust", false), term("编程", false)]
        );
    }

    #[test]
    fn too_much_is_cut_and_not_refused() {
        let typed = "字 ".repeat(500);
        let sought = Sought::parse(&typed).expect("words");
        assert_eq!(sought.0.len(), MOST_WORDS);
        assert_eq!(
            Sought::parse(&"a".repeat(900)).expect("a word").0[0].len(),
            LONGEST
        );
    }

    fn knows(terms: &[String], scope: &Scope, term: &Term) -> bool {
        let sought = scope.term(term);
        terms
            .iter()
            .any(|known| *known == sought || (term.begins && known.starts_with(&sought)))
    }

    proptest! {
        /// What stands in a text is never left out by its index.
        #[test]
        fn an_index_never_knows_too_little(text in "[春眠不觉晓aBc1 ,。é한ไ-]{0,24}", words in "[春眠不觉晓aBc1 ,。é한ไ-]{1,8}") {
            let scope = Scope::texts(UserId::from_uuid(uuid::Uuid::nil()));
            let known = scope.terms(&text);
            if let Some(sought) = Sought::parse(&words)
                && sought.marks(&text).is_some()
            {
                for term in sought.terms() {
                    prop_assert!(knows(&known, &scope, &term), "{term:?} of {words:?} in {text:?}");
                }
            }
        }

        /// Marks are places in the text, in order and apart.
        #[test]
        fn marks_can_be_cut_out(text in "\\PC{0,40}", words in "\\PC{1,6}") {
            if let Some(marks) = Sought::parse(&words).and_then(|sought| sought.marks(&text)) {
                let mut end = 0;
                for mark in marks {
                    prop_assert!(mark.start >= end && mark.start < mark.end);
                    prop_assert!(text.get(mark.clone()).is_some());
                    end = mark.end + 1;
                }
            }
        }
    }
}
