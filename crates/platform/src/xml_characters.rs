//! Characters that XML has a name or a number for.

use quick_xml::events::BytesRef;

/// The character that is named: one by its number, or of the five that XML knows.
pub(crate) fn character(named: &BytesRef<'_>) -> Option<char> {
    character_of(named, |_| None)
}

/// The same, and of those that `more` knows by name.
pub(crate) fn character_of(
    named: &BytesRef<'_>,
    more: impl FnOnce(&str) -> Option<char>,
) -> Option<char> {
    if let Ok(Some(c)) = named.resolve_char_ref() {
        return Some(c);
    }
    match named.decode().ok()?.as_ref() {
        "lt" => Some('<'),
        "gt" => Some('>'),
        "amp" => Some('&'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        name => more(name),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_character_has_a_number_or_a_name_that_is_known() {
        let more = |name: &str| (name == "nbsp").then_some('\u{a0}');
        for (name, own, with_more) in [
            ("#26149", Some('春'), Some('春')),
            ("#x6625", Some('春'), Some('春')),
            ("apos", Some('\''), Some('\'')),
            ("nbsp", None, Some('\u{a0}')),
            ("laughs", None, None),
        ] {
            let named = BytesRef::new(name);
            assert_eq!(character(&named), own, "{name}");
            assert_eq!(character_of(&named, more), with_more, "{name}");
        }
    }
}
