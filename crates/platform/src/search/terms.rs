//! What an index knows of a text.

use std::collections::BTreeSet;

use model::UserId;

use super::fold::{Script, Sign, fold};

/// Words are told apart by so many characters.
const LONGEST_WORD: usize = 32;

/// Beginnings up to this long are terms of their own, so that finding them reads one list and not all words below them.
pub(super) const LONGEST_BEGINNING: usize = 3;

/// Terms of one text, in bytes: Postgres keeps a megabyte. What a text of more different words has beyond is not found.
const MOST_BYTES: usize = 640 * 1024;

/// Something that must be in a text.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Term {
    /// Letters and digits only.
    pub(crate) text: String,
    /// A word that begins so is enough.
    pub(crate) begins: bool,
}

/// Whose texts, and which: terms of different scopes are different terms, so that looking for somebody's reads nobody else's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Scope(String);

impl Scope {
    /// The titles of a person's conversations.
    pub(crate) fn titles(owner: UserId) -> Self {
        Self::of('t', owner)
    }

    /// The texts of a person's messages.
    pub(crate) fn texts(owner: UserId) -> Self {
        Self::of('m', owner)
    }

    /// A few random digits of the id: two people who share them are told apart by their rows, only later.
    fn of(kind: char, owner: UserId) -> Self {
        let id = owner.as_uuid().simple().to_string();
        let (_, tail) = id.split_at(id.len() - 10);
        Self(format!("{kind}{tail}"))
    }

    /// The terms of a text that is to be found, each once.
    pub(crate) fn terms(&self, text: &str) -> Vec<String> {
        let mut terms = BTreeSet::new();
        let mut bytes = 0;
        each_term(&fold(text), |term| {
            let term = format!("{}{term}", self.0);
            let length = term.len();
            if bytes + length <= MOST_BYTES && terms.insert(term) {
                bytes += length;
            }
        });
        terms.into_iter().collect()
    }

    /// The term as it is in this scope.
    pub(crate) fn term(&self, term: &Term) -> String {
        format!("{}{}", self.0, term.text)
    }
}

/// Calls `take` with each term of a text, some more than once.
fn each_term(signs: &[Sign], mut take: impl FnMut(&str)) {
    for run in runs(signs) {
        match run[0].script {
            Script::Gap => {}
            Script::Spaced => {
                let word = word(run);
                take(&word);
                let beginnings = word.char_indices().skip(1).take(LONGEST_BEGINNING);
                for (end, _) in beginnings {
                    take(&word[..end]);
                }
            }
            Script::Unspaced => {
                for (at, sign) in run.iter().enumerate() {
                    let mut term = String::from(sign.character);
                    take(&term);
                    if let Some(next) = run.get(at + 1) {
                        term.push(next.character);
                        take(&term);
                    }
                }
            }
        }
    }
}

/// Neighbours of one script.
pub(super) fn runs(signs: &[Sign]) -> impl Iterator<Item = &[Sign]> {
    signs.chunk_by(|one, next| one.script == next.script)
}

/// A word as the index knows it.
pub(super) fn word(run: &[Sign]) -> String {
    let characters = run.iter().map(|sign| sign.character);
    characters.take(LONGEST_WORD).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn terms(text: &str) -> Vec<String> {
        let mut terms = Vec::new();
        each_term(&fold(text), |term| terms.push(term.to_owned()));
        terms
    }

    #[test]
    fn a_text_is_taken_apart_by_words_and_by_neighbours() {
        for (text, expected) in [
            ("春眠", &["春", "春眠", "眠"][..]),
            ("春。眠", &["春", "眠"]),
            ("Go", &["go", "g"]),
            ("hello", &["hello", "h", "he", "hel"]),
            (
                "Qwen3模型",
                &["qwen3", "q", "qw", "qwe", "模", "模型", "型"],
            ),
            ("…", &[]),
        ] {
            assert_eq!(terms(text), expected, "{text}");
        }
    }

    #[test]
    fn scopes_of_people_and_kinds_share_no_term() {
        let (lin, wang) = (uuid::Uuid::from_u128(1), uuid::Uuid::from_u128(2));
        let (lin, wang) = (UserId::from_uuid(lin), UserId::from_uuid(wang));
        let all = [
            Scope::titles(lin),
            Scope::texts(lin),
            Scope::titles(wang),
            Scope::texts(wang),
        ];
        let terms: BTreeSet<String> = all.iter().flat_map(|scope| scope.terms("春")).collect();
        assert_eq!(terms.len(), 4);
    }

    #[test]
    fn a_text_of_any_length_has_bounded_terms() {
        let scope = Scope::texts(UserId::from_uuid(uuid::Uuid::nil()));
        let many: Vec<_> = (0..60_000).map(|n| format!("{n:x}-word")).collect();
        let many = many.join(" ");
        let bytes: usize = scope.terms(&many).iter().map(String::len).sum();
        assert!(bytes > MOST_BYTES / 2 && bytes <= MOST_BYTES, "{bytes}");
        let long = scope.terms(&"a".repeat(100_000));
        assert!(long.iter().all(|term| term.len() < 64));
    }
}
