//! What is typed into the field: words, and behind `folder:` and `tag:` the name of one.

use model::{Cabinet, Folder, Tag};

/// What conversations can be narrowed by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Folder,
    Tag,
}

impl Kind {
    pub(super) const BOTH: [Self; 2] = [Self::Folder, Self::Tag];

    /// What is typed before the colon, in either language: whoever writes Chinese need not change the keyboard for it.
    fn of(key: &str) -> Option<Self> {
        let is_one_of = |keys: [&str; 2]| keys.iter().any(|one| one.eq_ignore_ascii_case(key));
        if is_one_of(["folder", "文件夹"]) {
            Some(Self::Folder)
        } else if is_one_of(["tag", "标签"]) {
            Some(Self::Tag)
        } else {
            None
        }
    }

    /// The ids of all that there are, and what they are called.
    pub(super) fn all(self, cabinet: &Cabinet) -> Vec<(String, String)> {
        match self {
            Self::Folder => {
                let folders = cabinet.folders.iter();
                let line = |one: &Folder| (one.id.to_string(), one.name.as_str().to_owned());
                folders.map(line).collect()
            }
            Self::Tag => {
                let tags = cabinet.tags.iter();
                let line = |one: &Tag| (one.id.to_string(), one.name.as_str().to_owned());
                tags.map(line).collect()
            }
        }
    }
}

/// A word, or a name with what is before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Piece<'a> {
    /// All of it, as it was typed.
    written: &'a str,
    /// What it names, unless it is a word.
    named: Option<(Kind, &'a str)>,
}

/// All that was typed, in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Typed<'a>(Vec<Piece<'a>>);

impl<'a> Typed<'a> {
    pub(super) fn parse(text: &'a str) -> Self {
        let mut pieces = Vec::new();
        let mut rest = text.trim_start();
        while !rest.is_empty() {
            let piece = name(rest).unwrap_or_else(|| word(rest));
            rest = rest[piece.written.len()..].trim_start();
            pieces.push(piece);
        }
        Self(pieces)
    }

    /// Whether something is named.
    pub(super) fn has_names(&self) -> bool {
        self.0.iter().any(|piece| piece.named.is_some())
    }

    /// What is named of that kind; of several, what was typed last.
    pub(super) fn named(&self, kind: Kind) -> Option<&'a str> {
        let mut named = self.0.iter().rev().filter_map(|piece| piece.named);
        named.find(|(of, _)| *of == kind).map(|(_, name)| name)
    }

    /// The rest, without names of that kind.
    pub(super) fn without(&self, kind: Kind) -> String {
        let is_of_kind = |piece: &&Piece<'_>| piece.named.is_some_and(|(of, _)| of == kind);
        let rest = self.0.iter().filter(|piece| !is_of_kind(piece));
        rest.map(|piece| piece.written)
            .collect::<Vec<_>>()
            .join(" ")
    }
}

/// The word at the beginning.
fn word(text: &str) -> Piece<'_> {
    let end = text.find(char::is_whitespace).unwrap_or(text.len());
    Piece {
        written: &text[..end],
        named: None,
    }
}

/// The name at the beginning, if there is one.
fn name(text: &str) -> Option<Piece<'_>> {
    let (key, value) = text.split_once([':', '：'])?;
    let kind = Kind::of(key)?;
    let (name, behind) = value_of(value);
    Some(Piece {
        written: &text[..text.len() - behind.len()],
        named: Some((kind, name.trim())),
    })
}

/// A name, and what is behind it. In quotes it may have spaces; without the last of them, it has all that follows.
fn value_of(text: &str) -> (&str, &str) {
    let mut characters = text.chars();
    let ends: Option<&[char]> = match characters.next() {
        Some('"' | '＂' | '“' | '”') => Some(&['"', '＂', '“', '”']),
        Some('「') => Some(&['」']),
        _ => None,
    };
    if let Some(ends) = ends {
        let quoted = characters.as_str();
        quoted.split_once(ends).unwrap_or((quoted, ""))
    } else {
        text.split_at(text.find(char::is_whitespace).unwrap_or(text.len()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_told_from_words_in_both_languages_and_with_either_colon() {
        for (text, folder, tag, rest) in [
            ("spring rain", None, None, "spring rain"),
            ("folder:Work rain", Some("Work"), None, "rain"),
            ("rain  TAG:poems spring", None, Some("poems"), "rain spring"),
            ("folder:\"My work\" 雨", Some("My work"), None, "雨"),
            ("folder:\"My work\"rain", Some("My work"), None, "rain"),
            ("folder:\" My work", Some("My work"), None, ""),
            ("folder：诗　春天", Some("诗"), None, "春天"),
            (
                "文件夹：“我的 诗” 标签：春",
                Some("我的 诗"),
                Some("春"),
                "",
            ),
            ("tag：「春 雨」夏", None, Some("春 雨"), "夏"),
            ("tag:\"\" x", None, Some(""), "x"),
            ("folder: rain", Some(""), None, "rain"),
            ("tag:a tag:b", None, Some("b"), ""),
            ("tag:a:b", None, Some("a:b"), ""),
            (
                "\"tag:a\" my-tag:b 时间:tag",
                None,
                None,
                "\"tag:a\" my-tag:b 时间:tag",
            ),
            ("https://folder:80/ ：", None, None, "https://folder:80/ ："),
            ("", None, None, ""),
        ] {
            let typed = Typed::parse(text);
            let named = (typed.named(Kind::Folder), typed.named(Kind::Tag));
            assert_eq!(named, (folder, tag), "{text}");
            assert_eq!(typed.has_names(), folder.or(tag).is_some(), "{text}");
            let without = typed.without(Kind::Folder);
            let rest_of = Typed::parse(&without).without(Kind::Tag);
            assert_eq!(rest_of, rest, "{text}");
        }
    }

    #[test]
    fn what_stays_is_as_it_was_typed() {
        let typed = Typed::parse("a  folder:\"My work\"  b tag:“x y”");
        assert_eq!(typed.without(Kind::Folder), "a b tag:“x y”");
        assert_eq!(typed.without(Kind::Tag), "a folder:\"My work\" b");
    }
}
