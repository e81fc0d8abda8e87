//! A page of the web as text.

use std::{fmt::Write as _, thread};

use crate::outside::Page;

/// Characters of a page that a model is given.
const SHOWN: usize = 24_000;
/// Where lines of a page's text end.
const WIDTH: usize = 120;
/// Tags of a page that are read: reading takes longer with the square of how deep they lie in each other.
const TAGS: usize = 20_000;
/// What may be needed of a stack where so many tags lie in each other; it takes memory only as far as it is used.
const STACK: usize = 256 * 1024 * 1024;

/// What is written on it. Blocks while it takes the page apart.
pub(super) fn told(page: &Page) -> String {
    let is_html = matches!(page.mime.as_str(), "text/html" | "application/xhtml+xml");
    let text = if is_html {
        text_of(beginning(&page.text))
    } else {
        page.text.clone()
    };
    let mut told = format!("Text of {}\n\n", page.address);
    let mut characters = text.trim().chars();
    told.extend(characters.by_ref().take(SHOWN));
    let left = characters.count();
    if left > 0 {
        // Writing to a string can't fail.
        let _ = write!(told, "\n\n[{left} more characters are left out]");
    }
    told
}

/// What is written in HTML; nothing where it can't be read. What lies deep in each other is walked through by recursion, so it has a
/// stack of its own: a page must not be able to end the process.
fn text_of(html: &str) -> String {
    let read = || {
        let config = html2text::config::plain_no_decorate().no_table_borders();
        let read = config.string_from_read(html.as_bytes(), WIDTH);
        read.unwrap_or_default()
    };
    thread::scope(|scope| {
        let reader = thread::Builder::new().stack_size(STACK);
        let reading = reader.spawn_scoped(scope, read).ok();
        let text = reading.and_then(|reading| reading.join().ok());
        text.unwrap_or_default()
    })
}

/// As much of a page as is read.
fn beginning(html: &str) -> &str {
    let end = html.match_indices('<').nth(TAGS).map(|(at, _)| at);
    end.map_or(html, |end| &html[..end])
}

#[cfg(test)]
mod tests {
    use reqwest::Url;

    use super::*;

    #[test]
    fn a_page_is_its_text_and_not_its_scripts() {
        let page = Page {
            address: Url::parse("https://example.com/").unwrap(),
            mime: "text/html".to_owned(),
            text: "<html><head><title>t</title><style>b{}</style><script>alert(1)</script></head><body><h1>春晓</h1><p>春眠 <a href=/x>不觉</a>晓</p></body>"
                .to_owned(),
        };
        let told = told(&page);
        assert!(told.contains("春晓") && told.contains("不觉"), "{told}");
        assert!(!told.contains("alert") && !told.contains("b{}"), "{told}");
    }

    #[test]
    fn what_is_long_is_cut_and_says_so() {
        let page = Page {
            address: Url::parse("https://example.com/").unwrap(),
            mime: "text/plain".to_owned(),
            text: "字".repeat(SHOWN + 7),
        };
        assert!(told(&page).ends_with("[7 more characters are left out]"));
    }

    #[test]
    fn nesting_without_end_is_no_matter() {
        let page = Page {
            address: Url::parse("https://example.com/").unwrap(),
            mime: "text/html".to_owned(),
            text: "<div>".repeat(100_000) + "a",
        };
        assert!(told(&page).starts_with("Text of"));
    }
}
