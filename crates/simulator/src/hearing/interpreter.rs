//! Translations: of the sentences that are made up, a real one; of others, the text with the language in front.

use super::{Tongue, fill::SENTENCES};

/// The text in the language of this code.
pub(crate) fn translate(text: &str, target: &str) -> String {
    let from = Tongue::written(text);
    let to = Tongue::of(target);
    if from == to && (target.starts_with("en") || target.starts_with("zh")) {
        return text.to_owned();
    }
    let known = SENTENCES
        .iter()
        .find_map(|[chinese, english]| match (from, to) {
            (Tongue::Chinese, Tongue::English) => (*chinese == text).then_some(*english),
            (Tongue::English, Tongue::Chinese) if target.starts_with("zh") => {
                (*english == text.trim()).then_some(*chinese)
            }
            _ => None,
        });
    known.map_or_else(|| format!("[{target}] {text}"), str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::translate;

    #[test]
    fn what_is_made_up_is_translated_and_the_rest_marked() {
        assert_eq!(
            translate("今天主要讨论三件事情。", "en"),
            "There are three things to discuss today."
        );
        assert_eq!(translate("你好。", "en"), "[en] 你好。");
        assert_eq!(translate("你好。", "zh"), "你好。");
        assert_eq!(translate("你好。", "ja"), "[ja] 你好。");
    }
}
