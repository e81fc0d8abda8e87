//! Addresses that a person wrote: the only ones that are fetched, so that what a model read elsewhere can't send anything anywhere.

use std::iter;

use reqwest::Url;

/// What ends an address in a text.
fn ends(c: char) -> bool {
    c.is_whitespace()
        || c.is_control()
        || matches!(
            c,
            '<' | '>'
                | '"'
                | '\''
                | '`'
                | '，'
                | '。'
                | '；'
                | '：'
                | '！'
                | '？'
                | '、'
                | '（'
                | '）'
                | '「'
                | '」'
                | '《'
                | '》'
                | '“'
                | '”'
                | '‘'
                | '’'
                | '【'
                | '】'
        )
}

/// What may stand behind an address without being part of it.
const PUNCTUATION: [char; 11] = ['.', ',', ';', ':', '!', '?', ')', ']', '}', '*', '_'];

/// So much of it is looked at.
const MOST_PUNCTUATION: usize = 8;

/// The address that a model asks for, if the person wrote it in one of these texts.
pub(super) fn written<'a>(asked: &str, texts: impl IntoIterator<Item = &'a str>) -> Option<Url> {
    let asked = whole(asked.trim())?;
    let mut texts = texts.into_iter();
    texts
        .any(|text| addresses(text).any(|address| address == asked))
        .then_some(asked)
}

/// Every address in a text: as it stands, and without the last, the last two … of what punctuation is behind it.
fn addresses(text: &str) -> impl Iterator<Item = Url> {
    let begins = text.match_indices("http").map(|(at, _)| at);
    begins.flat_map(move |at| {
        let rest = &text[at..];
        let end = rest.find(ends).unwrap_or(rest.len());
        iter::successors(Some(&rest[..end]), |long| long.strip_suffix(PUNCTUATION))
            .take(MOST_PUNCTUATION)
            .filter_map(whole)
    })
}

/// What is behind `#` is no business of the server's.
fn whole(address: &str) -> Option<Url> {
    let is_web = address.starts_with("http://") || address.starts_with("https://");
    let mut url = is_web.then(|| Url::parse(address).ok()).flatten()?;
    url.set_fragment(None);
    Some(url)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_was_written_is_found() {
        let texts = [
            "看看 https://example.com/a?b=1，谢谢",
            "And (http://example.org/x_(y)).",
        ];
        for asked in [
            "https://example.com/a?b=1",
            " https://EXAMPLE.com/a?b=1#top ",
            "http://example.org/x_(y)",
        ] {
            assert!(written(asked, texts).is_some(), "{asked}");
        }
        for asked in [
            "https://example.com/",
            "https://example.com/a",
            "https://example.com/a?b=12",
            "http://example.com/a?b=1",
            "https://evil.example/?q=https://example.com/a?b=1",
            "example.com/a?b=1",
            "",
        ] {
            assert!(written(asked, texts).is_none(), "{asked}");
        }
    }
}
