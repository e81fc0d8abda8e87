//! A conversation as one page that needs nothing else: no scripts, nothing loaded, readable in both themes and on paper.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use model::{MessageView, Speaker};
use sha2::{Digest as _, Sha256};

use super::{Reader, forms};
use crate::written::{date, plain_html};

/// All that the page is drawn by: the product's colours, how it draws answers, and a little for the page itself.
const STYLE: &str = concat!(
    include_str!("../../../../../style/tokens.css"),
    include_str!("../../../../../style/components/prose.css"),
    include_str!("../../../../../style/paper.css"),
);

/// Opens the browser's printing as soon as all of the page is there.
const PRINT_SCRIPT: &str = "addEventListener(\"load\",()=>print())";

/// What a kept file may do when it is opened: draw itself.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'";

/// The SHA-256 of the style and of the script that a printed page has in it, in Base64, by which its policy allows these two and
/// nothing else.
pub fn digests() -> [String; 2] {
    [STYLE, PRINT_SCRIPT].map(|text| STANDARD.encode(Sha256::digest(text)))
}

/// What stands behind the messages.
pub(super) const FOOT: &str = "</main>\n</body>\n</html>\n";

/// What stands before the messages.
pub(super) fn head(title: &str, reader: Reader, chinese: bool) -> String {
    let title = plain_html(title);
    let language = if chinese { "zh-CN" } else { "en" };
    let own = match reader {
        Reader::Keeper => {
            format!("<meta http-equiv=\"content-security-policy\" content=\"{POLICY}\">")
        }
        Reader::Printer => format!("<script>{PRINT_SCRIPT}</script>"),
    };
    let hint = match reader {
        Reader::Keeper => String::new(),
        Reader::Printer => {
            let hint = if chinese {
                "用浏览器的打印功能打印本页，或另存为 PDF。"
            } else {
                "Print this page with your browser, or save it as a PDF."
            };
            format!("<p class=\"paper__hint\">{hint}</p>\n")
        }
    };
    format!(
        "<!DOCTYPE html>\n<html lang=\"{language}\">\n<head>\n<meta charset=\"utf-8\">{own}\
         <meta name=\"referrer\" content=\"no-referrer\"><meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <meta name=\"generator\" content=\"Liantai\"><link rel=\"icon\" href=\"data:,\"><title>{title}</title>\n<style>{STYLE}</style>\n</head>\n\
         <body>\n{hint}<main class=\"paper\">\n<h1 class=\"paper__title\">{title}</h1>\n"
    )
}

/// A question as it was typed with the names of what was handed in, or an answer as it is shown; without what was thought.
pub(super) fn message(view: &MessageView, asked: Option<&str>, chinese: bool) -> String {
    let (speaker, role) = match view.speaker {
        Speaker::User => (forms::own(chinese).to_owned(), "user"),
        Speaker::Assistant => {
            let author = forms::author(asked, view.model.as_ref(), chinese);
            (author, "assistant")
        }
    };
    let when = date(view.created_at.get());
    let mut written = format!(
        "<article class=\"paper__message\" data-speaker=\"{role}\">\n\
         <h2 class=\"paper__speaker\">{} <time>{when}</time></h2>\n",
        plain_html(&speaker)
    );
    match view.speaker {
        Speaker::User => {
            written.push_str("<div class=\"paper__question\">");
            let files = view.attachments.iter();
            let files = files.map(|file| format!("{} {}", forms::FILE, file.name));
            let said = Some(view.text.clone()).filter(|text| !text.is_empty());
            let lines: Vec<String> = said.into_iter().chain(files).collect();
            written.push_str(&plain_html(&lines.join("\n")));
        }
        Speaker::Assistant => {
            written.push_str("<div class=\"prose\">");
            tools(&mut written, view, 0);
            for (place, block) in (1..).zip(&view.blocks) {
                written.push_str("<div class=\"prose__block\">");
                written.push_str(block);
                written.push_str("</div>\n");
                tools(&mut written, view, place);
            }
        }
    }
    written.push_str("</div>\n</article>\n");
    written
}

/// The tools that were called behind so many blocks.
fn tools(written: &mut String, view: &MessageView, after: u32) {
    for tool in view.tools.iter().filter(|tool| tool.after == after) {
        let line = forms::tool(&tool.name, &tool.arguments, tool.result.as_deref());
        written.push_str("<p class=\"paper__tool\">");
        written.push_str(&plain_html(&line));
        written.push_str("</p>\n");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// IO-05.
    #[test]
    fn a_title_can_neither_leave_its_place_nor_bring_anything_along() {
        for reader in [Reader::Keeper, Reader::Printer] {
            let head = head("</title><script>alert(1)</script>", reader, false);
            assert!(!head.contains("<script>alert"), "{head}");
            assert!(head.contains("<title>&lt;/title&gt;&lt;script&gt;"));
        }
        assert!(!head("a", Reader::Keeper, true).contains("<script"));
    }

    #[test]
    fn the_style_loads_nothing_and_does_not_end_early() {
        assert!(!STYLE.contains("</style") && !STYLE.contains("@import"));
        for address in STYLE.split("url(").skip(1) {
            assert!(address.starts_with("\"data:image/svg+xml,"), "{address}");
        }
    }
}
