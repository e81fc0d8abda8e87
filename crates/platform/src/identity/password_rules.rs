//! Which passwords are refused although they are long enough: those that everybody uses, and those that
//! name the site or their owner. There are no rules of composition.

use model::{DisplayName, Email, Password};

/// One a line, lowercased; where it comes from stands beside it.
const COMMON: &str = include_str!("../../data/common-passwords.txt");

const PRODUCT_NAMES: [&str; 2] = ["liantai", "炼台"];

/// Whether the password is among the first that a guesser would try.
pub(super) fn is_easily_guessed(
    password: &Password,
    name: &DisplayName,
    email: &Email,
    site_names: &[String],
) -> bool {
    let password = password.expose().to_lowercase();
    // A scan of 160 kB is a thousandth of the hash that follows, and needs no index in memory.
    if COMMON.lines().any(|common| common == password) {
        return true;
    }
    without_known_words(&password, &known_words(name, email, site_names))
        .is_some_and(|rest| rest.chars().count() < Password::MIN)
}

/// What a guesser knows already, longest first, so that a whole address goes before its parts.
fn known_words(name: &DisplayName, email: &Email, site_names: &[String]) -> Vec<String> {
    let split = |c: char| !c.is_alphanumeric();
    let local = email.as_str().rsplit_once('@').map(|(local, _)| local);
    let mut words: Vec<String> = PRODUCT_NAMES
        .into_iter()
        .chain(site_names.iter().map(String::as_str))
        .chain([name.as_str(), email.as_str()])
        .chain(local)
        .flat_map(|text| std::iter::once(text).chain(text.split(split)))
        .map(str::to_lowercase)
        .filter(|word| word.chars().count() >= if word.is_ascii() { 3 } else { 2 })
        .collect();
    words.sort_by_key(|word| std::cmp::Reverse(word.len()));
    words
}

/// The password without the words, which count for nothing; `None` when it has none of them.
fn without_known_words(password: &str, words: &[String]) -> Option<String> {
    let rest = words.iter().fold(password.to_owned(), |rest, word| {
        rest.replace(word.as_str(), "")
    });
    (rest != password).then_some(rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(password: &str) -> bool {
        is_easily_guessed(
            &Password::parse(password).unwrap(),
            &DisplayName::parse("Zhang Wei").unwrap(),
            &Email::parse("zhang.w@example.com").unwrap(),
            &["Forge Works".to_owned()],
        )
    }

    #[test]
    fn what_everybody_uses_is_refused_in_any_case() {
        for password in ["password", "PassWord1", "12345678", "1qaz2wsx", "woaini520"] {
            assert!(refused(password), "{password}");
        }
    }

    #[test]
    fn the_list_holds_at_least_the_three_thousand_most_used() {
        assert!(COMMON.lines().count() >= 3_000);
    }

    #[test]
    fn what_names_the_site_or_its_owner_is_refused() {
        for password in [
            "liantai2026!",
            "炼台炼台炼台炼台",
            "forge works",
            "Zhang Wei 88",
            "zhang.w@example.com",
            "example.com",
        ] {
            assert!(refused(password), "{password}");
        }
    }

    #[test]
    fn other_passwords_need_no_digits_or_signs() {
        for password in [
            "correct horse battery",
            "马到成功万事如意",
            "liantai and four lamps",
        ] {
            assert!(!refused(password), "{password}");
        }
    }
}
