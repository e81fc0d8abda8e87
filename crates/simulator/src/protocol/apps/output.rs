//! What applications answer.

use serde_json::{Map, Value, json};

use super::{
    request::{Call, Flow},
    workflow::{self, Node},
};
use crate::{
    Answer, Usage,
    protocol::{
        chat::steps,
        native::stream::{Delta, Event},
        reply::RequestId,
    },
};

/// An answer in one piece.
pub(super) fn whole(call: &Call, answers: &[Answer], id: &RequestId) -> Value {
    let text: String = answers
        .iter()
        .flat_map(|answer| answer.words.clone())
        .collect();
    let reasoning: String = answers
        .iter()
        .flat_map(|answer| answer.reasoning.clone())
        .collect();
    let finish = answers.first().map_or("stop", steps::finish_reason);
    let mut output = json!({
        "text": text,
        "finish_reason": finish,
        "session_id": call.session,
        "reject_status": false,
    });
    if call.has_thoughts {
        output["thoughts"] = match call.flow {
            Flow::None => thoughts(call, (!reasoning.is_empty()).then_some(&*reasoning)).into(),
            Flow::Thoughts | Flow::Messages => workflow::nodes(call, &text, Node::End, true).into(),
        };
    }
    if let Some(references) = call.knowledge.references() {
        output["doc_references"] = references;
    }
    let usage = usage(call, steps::usage(&call.ask, answers));
    json!({ "output": output, "usage": usage, "request_id": id.0 })
}

/// The data of one event.
pub(super) fn event(call: &Call, event: &Event<'_>, id: &RequestId) -> Value {
    let (finish, is_last) = match event.delta {
        Delta::End(reason) => (reason, true),
        Delta::Opening | Delta::Reasoning(_) | Delta::Text(_) | Delta::Call(..) => ("null", false),
    };
    let so_far = event.so_far;
    let (reasoning, text) = match (event.delta, call.incremental) {
        (_, false) => (&*so_far.reasoning, &*so_far.text),
        (Delta::Reasoning(piece), true) => (piece, ""),
        (Delta::Text(piece), true) => ("", piece),
        (Delta::Opening | Delta::Call(..) | Delta::End(_), true) => ("", ""),
    };
    let mut output = json!({ "session_id": call.session, "finish_reason": finish });
    let mut spent = usage(call, event.usage);
    match call.flow {
        Flow::None => {
            output["text"] = text.into();
            if call.has_thoughts {
                let thinks = call.ask.thinking.then_some(reasoning);
                output["thoughts"] = thoughts(call, thinks).into();
            }
        }
        Flow::Thoughts => {
            output["text"] = text.into();
            if call.has_thoughts {
                let at = if is_last { Node::End } else { Node::Model };
                output["thoughts"] = workflow::nodes(call, &so_far.text, at, is_last).into();
            }
        }
        Flow::Messages => {
            let number = event.number;
            output["workflow_message"] = workflow::message(call, text, number, is_last);
            if !is_last {
                spent = Map::new().into();
            }
        }
    }
    if let Some(references) = call.knowledge.references().filter(|_| is_last) {
        output["doc_references"] = references;
    }
    json!({ "output": output, "usage": spent, "request_id": id.0 })
}

fn usage(call: &Call, usage: Usage) -> Value {
    json!({ "models": [{
        "model_id": call.ask.model_id,
        "input_tokens": usage.prompt_tokens,
        "output_tokens": usage.completion_tokens,
    }] })
}

/// What an agent did and thought.
fn thoughts(call: &Call, reasoning: Option<&str>) -> Vec<Value> {
    let reasoning = reasoning.map(|text| {
        json!({
            "thought": text,
            "action": "reasoning",
            "action_type": "reasoning",
            "action_name": "思考过程",
            "response": text,
        })
    });
    let plugins = call
        .business
        .get("user_defined_params")
        .and_then(Value::as_object)
        .into_iter()
        .flatten();
    let called = plugins.map(|(plugin, parameters)| {
        json!({
            "thought": "",
            "action": plugin,
            "action_type": "api",
            "action_name": plugin,
            "action_input_stream": parameters.to_string(),
            "action_input": parameters,
            "observation": json!({ "simulated": true, "received": parameters }).to_string(),
            "response": "",
        })
    });
    reasoning
        .into_iter()
        .chain(call.knowledge.thought())
        .chain(called)
        .collect()
}
