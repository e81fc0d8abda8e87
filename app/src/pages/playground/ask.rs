//! What is asked, and the same as a program would write it.

use serde_json::{Map, Value, json};

/// A question with its settings.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Ask {
    pub(super) model: String,
    pub(super) system: String,
    pub(super) message: String,
    pub(super) temperature: Option<f64>,
    pub(super) max_tokens: Option<u32>,
    pub(super) is_streamed: bool,
}

/// A way of writing it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Way {
    Curl,
    Python,
    Node,
}

impl Way {
    pub(super) const ALL: [Self; 3] = [Self::Curl, Self::Python, Self::Node];

    pub(super) const fn label(self) -> &'static str {
        match self {
            Self::Curl => "curl",
            Self::Python => "Python",
            Self::Node => "Node.js",
        }
    }
}

impl Ask {
    /// The request's body.
    pub(super) fn body(&self) -> Map<String, Value> {
        let mut messages = Vec::new();
        if !self.system.is_empty() {
            messages.push(json!({ "role": "system", "content": self.system }));
        }
        messages.push(json!({ "role": "user", "content": self.message }));
        let mut body = Map::new();
        let mut set = |name: &str, value: Value| body.insert(name.to_owned(), value);
        set("model", json!(self.model));
        set("messages", json!(messages));
        if let Some(temperature) = self.temperature {
            set("temperature", json!(temperature));
        }
        if let Some(most) = self.max_tokens {
            set("max_tokens", json!(most));
        }
        if self.is_streamed {
            set("stream", json!(true));
            set("stream_options", json!({ "include_usage": true }));
        }
        body
    }

    /// The request as a program that sends it.
    pub(super) fn written(&self, way: Way, origin: &str) -> String {
        match way {
            Way::Curl => self.as_curl(origin),
            Way::Python => self.as_python(origin),
            Way::Node => self.as_node(origin),
        }
    }

    fn as_curl(&self, origin: &str) -> String {
        // What ends the quotation is written outside of it.
        let body = pretty(&Value::Object(self.body()), 0).replace('\'', r"'\''");
        let unbuffered = if self.is_streamed { "-N " } else { "" };
        format!(
            "curl {unbuffered}{origin}/v1/chat/completions \\\n  -H \"Authorization: Bearer $LIANTAI_API_KEY\" \\\n  \
             -H \"Content-Type: application/json\" \\\n  -d '{body}'"
        )
    }

    fn as_python(&self, origin: &str) -> String {
        let body = self.body();
        let arguments: Vec<_> = in_order(&body)
            .into_iter()
            .map(|(name, value)| format!("    {name}={},", python(value, 1)))
            .collect();
        let arguments = arguments.join("\n");
        let read = if self.is_streamed {
            "for chunk in answer:\n    for choice in chunk.choices:\n        print(choice.delta.content or \"\", end=\"\", flush=True)"
        } else {
            "print(answer.choices[0].message.content)"
        };
        format!(
            "# pip install openai\nimport os\nfrom openai import OpenAI\n\n\
             client = OpenAI(base_url=\"{origin}/v1\", api_key=os.environ[\"LIANTAI_API_KEY\"])\n\
             answer = client.chat.completions.create(\n{arguments}\n)\n{read}"
        )
    }

    fn as_node(&self, origin: &str) -> String {
        let body = pretty(&Value::Object(self.body()), 0);
        let read = if self.is_streamed {
            "for await (const chunk of answer) {\n  process.stdout.write(chunk.choices[0]?.delta?.content ?? \"\");\n}"
        } else {
            "console.log(answer.choices[0].message.content);"
        };
        format!(
            "// npm install openai\nimport OpenAI from \"openai\";\n\nconst client = new OpenAI({{\n  \
             baseURL: \"{origin}/v1\",\n  apiKey: process.env.LIANTAI_API_KEY,\n}});\n\
             const answer = await client.chat.completions.create({body});\n{read}"
        )
    }
}

/// As JSON, in lines.
fn pretty(value: &Value, depth: usize) -> String {
    written(value, depth, Value::to_string)
}

/// As Python writes it: the words for true, false and nothing differ.
fn python(value: &Value, depth: usize) -> String {
    written(value, depth, |value| match value {
        Value::Bool(true) => "True".to_owned(),
        Value::Bool(false) => "False".to_owned(),
        Value::Null => "None".to_owned(),
        other => other.to_string(),
    })
}

/// Fields as one would write them: what it is about first.
fn in_order(fields: &Map<String, Value>) -> Vec<(&String, &Value)> {
    const FIRST: [&str; 4] = ["model", "messages", "role", "content"];
    let place = |name: &str| FIRST.iter().position(|first| *first == name);
    let mut fields: Vec<_> = fields.iter().collect();
    fields.sort_by_key(|(name, _)| place(name).unwrap_or(FIRST.len()));
    fields
}

/// Lists and objects in lines of their own, unless they are short and hold no others.
fn written(value: &Value, depth: usize, plain: fn(&Value) -> String) -> String {
    let (open, close, parts): (_, _, Vec<String>) = match value {
        Value::Array(items) => {
            let items = items.iter().map(|item| written(item, depth + 1, plain));
            ('[', ']', items.collect())
        }
        Value::Object(fields) => {
            let fields = in_order(fields).into_iter().map(|(name, value)| {
                let value = written(value, depth + 1, plain);
                format!("{}: {value}", Value::from(name.as_str()))
            });
            ('{', '}', fields.collect())
        }
        other => return plain(other),
    };
    let line = parts.join(", ");
    if line.len() < 60 && !line.contains('\n') && depth > 0 {
        let space = if open == '{' { " " } else { "" };
        return format!("{open}{space}{line}{space}{close}");
    }
    let indent = "  ".repeat(depth + 1);
    let lines = parts.join(&format!(",\n{indent}"));
    format!("{open}\n{indent}{lines}\n{}{close}", "  ".repeat(depth))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ask() -> Ask {
        Ask {
            model: "qwen-plus".to_owned(),
            system: "Be brief.".to_owned(),
            message: "What's a \"loom\"?".to_owned(),
            temperature: Some(0.2),
            max_tokens: Some(100),
            is_streamed: true,
        }
    }

    #[test]
    fn a_request_says_what_was_set_and_nothing_else() {
        let plain = Ask {
            model: "qwen-plus".to_owned(),
            message: "Hi".to_owned(),
            ..Ask::default()
        };
        let body =
            json!({ "model": "qwen-plus", "messages": [{ "role": "user", "content": "Hi" }] });
        assert_eq!(Value::Object(plain.body()), body);
        let body = ask().body();
        assert_eq!(body["stream_options"]["include_usage"], true);
        assert_eq!(body["messages"][0]["role"], "system");
    }

    /// A shell reads the same JSON, whatever was typed.
    #[test]
    fn quotes_do_not_end_the_request() {
        let written = ask().written(Way::Curl, "https://ai.example.com");
        let (_, quoted) = written.split_once("-d '").unwrap();
        let read = quoted.strip_suffix('\'').unwrap().replace(r"'\''", "'");
        assert_eq!(
            serde_json::from_str::<Map<_, _>>(&read).unwrap(),
            ask().body()
        );
        assert!(written.starts_with("curl -N https://ai.example.com/v1/chat/completions "));
    }

    #[test]
    fn each_language_has_its_own_words() {
        let python = ask().written(Way::Python, "https://ai.example.com");
        assert!(
            python.contains("    stream=True,\n    stream_options={ \"include_usage\": True },\n"),
            "{python}"
        );
        assert!(python.contains("temperature=0.2"));
        assert!(
            python.contains("create(\n    model=\"qwen-plus\",\n    messages=["),
            "{python}"
        );
        let node = ask().written(Way::Node, "https://ai.example.com");
        assert!(node.contains("\"stream\": true"), "{node}");
        assert!(node.contains("for await"));
    }
}
