//! A native chat request: the compatible one in another order, with a few rules of its own.

use serde_json::{Map, Value, json};

use super::{body::Body, parts, search::Search};
use crate::{
    Refusal,
    compose::Role,
    models::{Ability, Kind, Model, Thinking},
    protocol::chat::request::Ask,
};

/// Which path a chat model is asked on; it decides how content looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Path {
    Text,
    Multimodal,
}

/// How the answer is put.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Form {
    pub(crate) path: Path,
    /// `output.choices` rather than `output.text`.
    pub(crate) message: bool,
    /// Every event says only what is new.
    pub(crate) incremental: bool,
    /// The sizes of the pictures are told at the end.
    pub(crate) sizes: bool,
}

/// A valid request.
#[derive(Debug)]
pub(super) struct Request {
    pub(super) ask: Ask,
    pub(super) form: Form,
    /// The search that is made before the answer.
    pub(super) search: Option<Search>,
}

/// Reads a request, as a stream or not.
pub(super) fn read(
    body: &Value,
    models: &[Model],
    path: Path,
    stream: bool,
) -> Result<Request, Refusal> {
    let body = Body::read(body, models, |model| belongs(model, path))?;
    let mut compatible = Map::new();
    compatible.insert("model".to_owned(), body.model_id.into());
    compatible.insert("messages".to_owned(), messages(&body)?);
    compatible.insert("stream".to_owned(), stream.into());
    let shared = body
        .parameters()
        .filter(|(name, _)| !NOT_SHARED.contains(&name.as_str()));
    compatible.extend(shared.map(|(name, value)| (name.clone(), value.clone())));
    let seed = seed(&body)?;
    let mut ask = Ask::parse_any(&compatible.into(), models)?;
    ask.seed = seed.unwrap_or(ask.seed);
    let form = form(&body, path, &ask)?;
    let question = ask
        .messages
        .iter()
        .rfind(|message| message.role == Role::User);
    let question = question.map_or("", |message| message.text.as_str());
    let search = Search::read(&body, question)?;
    Ok(Request {
        form,
        search: ask.searches.then_some(search),
        ask,
    })
}

/// Parameters that the compatible protocol doesn't have, or reads in another way.
const NOT_SHARED: [&str; 7] = [
    "seed",
    "result_format",
    "incremental_output",
    "stream",
    "stream_options",
    "messages",
    "model",
];

fn belongs(model: &Model, path: Path) -> bool {
    let sees = model.accepts.has(Ability::Parts);
    model.kind == Kind::Chat && sees == (path == Path::Multimodal)
}

/// The messages, made of `prompt` and `history` where those are still used.
fn messages(body: &Body<'_>) -> Result<Value, Refusal> {
    let prompt = body.input("prompt").and_then(Value::as_str);
    match (body.input("messages"), prompt) {
        (Some(_), Some(_)) => Err(Refusal::invalid_parameter(
            r#"Only one of the parameters "prompt" and "messages" can be present"#,
        )),
        (Some(messages), None) => parts::messages(messages),
        (None, Some(prompt)) => {
            let turns = body
                .input("history")
                .and_then(Value::as_array)
                .into_iter()
                .flatten();
            let said = |turn: &Value, who: &str, role: &str| {
                let text = turn.get(who)?.as_str()?;
                Some(json!({ "role": role, "content": text }))
            };
            let mut messages: Vec<Value> = turns
                .flat_map(|turn| [said(turn, "user", "user"), said(turn, "bot", "assistant")])
                .flatten()
                .collect();
            messages.push(json!({ "role": "user", "content": prompt }));
            Ok(messages.into())
        }
        (None, None) => Err(Refusal::invalid_parameter(
            r#"Either "prompt" or "messages" must exist and cannot both be none"#,
        )),
    }
}

/// Wider than in the compatible protocol.
fn seed(body: &Body<'_>) -> Result<Option<u64>, Refusal> {
    let Some(value) = body.parameter("seed") else {
        return Ok(None);
    };
    let seed = value.as_u64().filter(|&seed| i64::try_from(seed).is_ok());
    seed.map(Some).ok_or_else(|| {
        Refusal::invalid_parameter("Range of seed should be [0, 9223372036854775807]")
    })
}

fn form(body: &Body<'_>, path: Path, ask: &Ask) -> Result<Form, Refusal> {
    let multimodal = path == Path::Multimodal;
    let message = match body.parameter("result_format").map(Value::as_str) {
        _ if multimodal => true,
        None => is_newer(body.model) || body.model.id.starts_with("qwen-long"),
        Some(Some("message")) => true,
        Some(Some("text")) => false,
        Some(_) => {
            return Err(Refusal::invalid_parameter(
                "Required parameter(result_format) missing or invalid, please check the request parameters.",
            ));
        }
    };
    let incremental = match body.parameter("incremental_output") {
        Some(told) => told.as_bool().unwrap_or(false),
        None => is_newer(body.model),
    };
    if ask.thinking && !message {
        return Err(Refusal::invalid_parameter(
            r#"The result_format parameter must be "message" when enable_thinking is true"#,
        ));
    }
    if ask.thinking && ask.stream && !incremental {
        return Err(Refusal::invalid_parameter(
            r#"The incremental_output parameter must be "true" when enable_thinking is true"#,
        ));
    }
    Ok(Form {
        path,
        message,
        incremental,
        sizes: body
            .parameter("vl_enable_image_hw_output")
            .and_then(Value::as_bool)
            == Some(true),
    })
}

/// The models since Qwen3, `QwQ` and QVQ answer with messages, piece by piece, unless told otherwise.
fn is_newer(model: &Model) -> bool {
    let families = ["qwen3", "qwq", "qvq"];
    matches!(model.thinking, Thinking::Always | Thinking::On)
        || families.iter().any(|family| model.id.starts_with(family))
}
