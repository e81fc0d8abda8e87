//! The nodes of a workflow: one that begins, one that asks a model, one that ends.

use serde_json::{Value, json};

use super::request::Call;
use crate::dice::Dice;

/// A node, in the order in which they run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Node {
    Start,
    Model,
    End,
}

impl Node {
    fn kind(self) -> &'static str {
        match self {
            Self::Start => "Start",
            Self::Model => "LLM",
            Self::End => "End",
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Start => "开始",
            Self::Model => "大模型",
            Self::End => "结束",
        }
    }

    /// The same node has the same id in every run.
    fn id(self) -> String {
        let kind = self.kind();
        format!("{kind}_{}", Dice::new(0).and(kind).hex(4))
    }
}

/// The nodes up to `at`, which is over when `is_done`.
pub(super) fn nodes(call: &Call, text: &str, at: Node, is_done: bool) -> Vec<Value> {
    let shown = [Node::Start, Node::Model, Node::End]
        .into_iter()
        .filter(|node| *node <= at);
    shown
        .map(|node| {
            let is_over = node < at || is_done;
            let result = match node {
                Node::Start => Value::from(call.business.clone()),
                Node::Model | Node::End => json!({ "result": text }),
            };
            let told = json!({
                "nodeName": node.name(),
                "nodeType": node.kind(),
                "nodeStatus": if is_over { "success" } else { "executing" },
                "nodeId": node.id(),
                "nodeExecTime": "0ms",
                "nodeResult": result.to_string(),
                "reasoningContent": "",
            });
            json!({ "response": told.to_string() })
        })
        .collect()
}

/// A message of the last node.
pub(super) fn message(call: &Call, text: &str, number: u32, is_done: bool) -> Value {
    let node = Node::End;
    let content = if is_done && call.incremental {
        ""
    } else {
        text
    };
    json!({
        "node_id": node.id(),
        "node_name": node.name(),
        "node_type": node.kind(),
        "node_status": if is_done { "success" } else { "executing" },
        "node_is_completed": is_done,
        "node_msg_seq_id": number,
        "message": { "role": "assistant", "content": content },
    })
}
