//! Words that must not be shown: `special_word_filter`.

use serde_json::Value;

use crate::Refusal;

/// What happens to which words.
#[derive(Clone, Debug, Default)]
pub(crate) struct Filter {
    masked: Vec<String>,
    removed: Vec<String>,
}

impl Filter {
    /// Reads the parameter, which is JSON in a string.
    pub(crate) fn read(given: Option<&str>) -> Result<Self, Refusal> {
        let Some(given) = given.filter(|given| !given.is_empty()) else {
            return Ok(Self::default());
        };
        let rules: Value = serde_json::from_str(given).map_err(|_| {
            Refusal::invalid_parameter("special_word_filter is not a valid JSON string")
        })?;
        let words = |name: &str| {
            let list = rules[name]["word_list"].as_array();
            let words = list.into_iter().flatten().filter_map(Value::as_str);
            words.map(str::to_owned).collect()
        };
        Ok(Self {
            masked: words("filter_with_signed"),
            removed: words("filter_with_empty"),
        })
    }

    pub(crate) fn apply(&self, text: &str) -> String {
        let mut text = text.to_owned();
        for word in &self.masked {
            text = text.replace(word, &"*".repeat(word.chars().count()));
        }
        for word in &self.removed {
            text = text.replace(word, "");
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::Filter;

    #[test]
    fn words_are_masked_or_left_out() {
        let rules = r#"{"filter_with_signed":{"word_list":["预算"]},"filter_with_empty":{"word_list":["那个"]}}"#;
        let filter = Filter::read(Some(rules)).unwrap();
        assert_eq!(filter.apply("那个预算安排"), "**安排");
        assert!(Filter::read(Some("预算")).is_err());
    }
}
