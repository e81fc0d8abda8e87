//! What a search of the web adds to a native answer: sources, marks in the text, and what it is billed as.

use serde_json::{Value, json};

use super::body::Body;
use crate::{Answer, Refusal, dice::Dice};

/// How many sources a search finds.
const SOURCES: u32 = 3;

/// What was asked of a search.
#[derive(Clone, Debug)]
pub(super) struct Search {
    question: String,
    /// `output.search_info` tells the sources.
    tells: bool,
    /// How a source is marked in the text, `<number>` in the place of its number.
    mark: Option<String>,
    /// The sources come in an event of their own, before the text.
    pub(super) first: bool,
    /// Tools for special questions are asked too.
    extends: bool,
}

impl Search {
    /// Reads the options of a search that is made.
    pub(super) fn read(body: &Body<'_>, question: &str) -> Result<Self, Refusal> {
        let options = body.parameter("search_options");
        let option = |name: &str| options.and_then(|options| options.get(name));
        let is_true = |name: &str| option(name).and_then(Value::as_bool) == Some(true);
        let tells = is_true("enable_source");
        let cites = tells && is_true("enable_citation");
        let mark = match option("citation_format").map(Value::as_str) {
            None => "[<number>]",
            Some(Some(format @ ("[<number>]" | "[ref_<number>]"))) => format,
            Some(_) => {
                return Err(Refusal::invalid_parameter(
                    "The type or value of citation_format is out of definition.",
                ));
            }
        };
        Ok(Self {
            question: question.to_owned(),
            tells,
            mark: cites.then(|| mark.to_owned()),
            first: tells && is_true("prepend_search_result"),
            extends: is_true("enable_search_extension"),
        })
    }

    /// Marks the end of an answer with its sources.
    pub(super) fn cite(&self, answers: &mut [Answer]) {
        let Some(mark) = &self.mark else { return };
        for answer in answers {
            if let Some(last) = answer.words.last_mut() {
                last.push_str(&mark.replace("<number>", "1"));
            }
        }
    }

    /// `output.search_info`, where it is asked for.
    pub(super) fn info(&self) -> Option<Value> {
        if !self.tells {
            return None;
        }
        let mut dice = Dice::new(0).and(&self.question);
        let results = (1..=SOURCES).map(|index| {
            let page = dice.hex(8);
            json!({
                "index": index,
                "site_name": "示例网站",
                "icon": "https://example.com/favicon.ico",
                "title": format!("{}：示例结果 {index}", short(&self.question)),
                "url": format!("https://example.com/{page}"),
            })
        });
        let mut info = json!({ "search_results": results.collect::<Vec<_>>() });
        if self.extends {
            let result = format!("{}：示例数据", short(&self.question));
            info["extra_tool_info"] = json!([{ "tool": "simulated", "result": result }]);
        }
        Some(info)
    }

    /// What follows an event that held everything.
    pub(super) fn nothing_more(&self) -> Option<Value> {
        let mut nothing = json!({ "search_results": [] });
        if self.extends {
            nothing["extra_tool_info"] = json!([]);
        }
        self.tells.then_some(nothing)
    }

    /// `usage.plugins`.
    pub(super) fn plugins() -> Value {
        json!({ "search": { "count": 1 } })
    }
}

fn short(question: &str) -> String {
    question.chars().take(24).collect()
}
