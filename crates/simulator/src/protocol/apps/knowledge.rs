//! What an application looks up before it answers.

use serde_json::{Map, Value, json};

use crate::{Refusal, dice::Dice};

/// How many of each may be named.
const MOST: [(&str, usize); 3] = [
    ("pipeline_ids", 5),
    ("file_ids", 5),
    ("session_file_ids", 10),
];

/// Behind applications whose id begins so, the pretended account has put a knowledge base in its console: they look into that unasked.
const WITH_HANDBOOK: &str = "b00c";
const HANDBOOK: &str = "handbook";

/// The sources of an answer.
#[derive(Clone, Debug, Default)]
pub(super) struct Knowledge {
    sources: Vec<String>,
    question: String,
    /// Whether the answer says where it has things from.
    cites: bool,
}

impl Knowledge {
    pub(super) fn read(
        app: &str,
        input: &Map<String, Value>,
        parameters: &Map<String, Value>,
        question: &str,
    ) -> Result<Self, Refusal> {
        let options = parameters.get("rag_options");
        let mut sources = Vec::new();
        if app.starts_with(WITH_HANDBOOK) {
            sources.push(HANDBOOK.to_owned());
        }
        for (name, most) in MOST {
            let ids = options
                .and_then(|options| options.get(name)?.as_array())
                .map(Vec::as_slice)
                .unwrap_or_default();
            let is_id = |id: &Value| {
                let is_of_session = id
                    .as_str()
                    .is_some_and(|id| id.starts_with("file_session_"));
                id.is_string() && (name != "session_file_ids" || is_of_session)
            };
            if ids.len() > most || !ids.iter().all(is_id) {
                return Err(invalid(name));
            }
            sources.extend(ids.iter().filter_map(|id| Some(id.as_str()?.to_owned())));
        }
        let cites = match input.get("doc_reference_type").map(Value::as_str) {
            None | Some(None) => false,
            Some(Some("simple" | "indexed")) => !sources.is_empty(),
            Some(Some(_)) => return Err(invalid("doc_reference_type")),
        };
        Ok(Self {
            sources,
            question: question.to_owned(),
            cites,
        })
    }

    /// The mark at the end of an answer that cites.
    pub(super) fn citation(&self) -> Option<String> {
        self.cites.then(|| "<ref>[1]</ref>".to_owned())
    }

    /// `doc_references`, when the answer cites.
    pub(super) fn references(&self) -> Option<Value> {
        self.cites.then(|| self.found().into())
    }

    /// The step that looks things up, when there is anything to look into.
    pub(super) fn thought(&self) -> Option<Value> {
        if self.sources.is_empty() {
            return None;
        }
        let query = json!({ "query": self.question });
        Some(json!({
            "thought": "",
            "action_type": "agentRag",
            "action_name": "知识检索",
            "action": "searchDocument",
            "action_input_stream": query.to_string(),
            "action_input": query,
            "observation": Value::from(self.found()).to_string(),
            "response": "",
        }))
    }

    fn found(&self) -> Vec<Value> {
        let numbered = self.sources.iter().zip(1..);
        let document = |(source, number): (&String, u32)| {
            let id = Dice::new(0).and(source).hex(32);
            json!({
                "index_id": number.to_string(),
                "title": format!("示例文档 {source}"),
                "doc_id": format!("file_{id}"),
                "doc_name": format!("{source}.md"),
                "doc_url": null,
                "text": format!("示例文档 {source} 里与“{}”有关的一段。", self.question),
                "biz_id": null,
                "images": [],
                "page_number": [0],
            })
        };
        numbered.map(document).collect()
    }
}

fn invalid(name: &str) -> Refusal {
    Refusal::invalid_parameter(format!(
        "Required parameter({name}) missing or invalid, please check the request parameters."
    ))
}
