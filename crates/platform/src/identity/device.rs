//! What a browser says of itself, in a few words.

use woothee::parser::Parser;

/// Browser and system, `Chrome · Linux`; one of them when only that can be told, empty when neither can.
pub(crate) fn describe(user_agent: &str) -> String {
    let Some(found) = Parser::new().parse(user_agent) else {
        return String::new();
    };
    let known = [found.name, found.os].into_iter();
    let known: Vec<&str> = known
        .filter(|word| !word.is_empty() && *word != "UNKNOWN")
        .collect();
    known.join(" · ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_browser_is_told_by_its_name_and_system() {
        for (says, is) in [
            (
                "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36",
                "Chrome · Linux",
            ),
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:143.0) Gecko/20100101 Firefox/143.0",
                "Firefox · Windows 10",
            ),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) \
                 Version/18.0 Mobile/15E148 Safari/604.1",
                "Safari · iPhone",
            ),
            ("", ""),
            ("\u{1F98A} <script>", ""),
        ] {
            assert_eq!(describe(says), is, "{says}");
        }
    }
}
