//! Remembering something that was said: its beginning is taken to the page of what is remembered, to be read over and kept there.

use model::FactText;

use crate::browser;

/// Where it waits on the way, in this tab only.
pub const WAITING: &str = "lt_fact";

/// The page.
pub const PAGE: &str = "/settings/memory";

/// Has it wait for the page.
pub fn wait(text: &str) {
    browser::keep(WAITING, &beginning(text));
}

/// As much of a text as can be remembered, in one line.
fn beginning(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    words.join(" ").chars().take(FactText::MAX).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_beginning_of_what_was_said_can_be_remembered() {
        assert_eq!(beginning(" 我教\n语文 "), "我教 语文");
        assert_eq!(beginning(&"字".repeat(400)).chars().count(), 300);
    }
}
