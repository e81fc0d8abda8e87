//! How titles, times and texts are written into files that people take along.

use jiff::Timestamp;

/// A title as a file's name everywhere, or `otherwise` where nothing of it is left.
pub(crate) fn file_name(title: &str, otherwise: &str) -> String {
    let plain: String = title
        .chars()
        .map(|c| {
            if c.is_control() || turns_the_reading(c) || "/\\:*?\"<>|".contains(c) {
                '_'
            } else {
                c
            }
        })
        .collect();
    let plain = plain.trim().trim_start_matches('.').trim();
    if plain.is_empty() {
        otherwise.to_owned()
    } else {
        plain.to_owned()
    }
}

/// Marks of the reading direction, by which a name's end could be read as another.
const fn turns_the_reading(c: char) -> bool {
    matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// A text as Markdown that means nothing but itself.
pub(crate) fn plain_markdown(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for c in text.chars() {
        if "\\`*_{}[]<>#|~".contains(c) {
            plain.push('\\');
        }
        plain.push(c);
    }
    plain
}

/// A text as HTML that means nothing but itself, also inside of quotes.
pub(crate) fn plain_html(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => plain.push_str("&amp;"),
            '<' => plain.push_str("&lt;"),
            '>' => plain.push_str("&gt;"),
            '"' => plain.push_str("&quot;"),
            '\'' => plain.push_str("&#39;"),
            _ => plain.push(c),
        }
    }
    plain
}

/// `2026-01-31 12:00 UTC`.
pub(crate) fn date(millis: i64) -> String {
    Timestamp::from_millisecond(millis)
        .map(|moment| moment.strftime("%Y-%m-%d %H:%M UTC").to_string())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_title_becomes_a_name_that_every_system_takes() {
        for (title, name) in [
            ("周会: 1/2", "周会_ 1_2"),
            ("../", "_"),
            ("...", "chat"),
            ("\u{202e}gnp.exe", "_gnp.exe"),
            (" a\nb ", "a_b"),
        ] {
            assert_eq!(file_name(title, "chat"), name);
        }
    }

    /// IO-05.
    #[test]
    fn what_was_typed_stays_text() {
        let typed = "<img src=x onerror='a(\"b\")'> & [x](y)";
        assert_eq!(
            plain_html(typed),
            "&lt;img src=x onerror=&#39;a(&quot;b&quot;)&#39;&gt; &amp; [x](y)"
        );
        assert_eq!(plain_markdown("# *a* [b]<c>"), "\\# \\*a\\* \\[b\\]\\<c\\>");
        assert_eq!(date(1_767_182_400_000), "2025-12-31 12:00 UTC");
    }
}
