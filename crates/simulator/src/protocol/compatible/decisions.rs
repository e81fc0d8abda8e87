//! `POST /compatible-mode/v1/systemone`: typed questions about a state, answered with probabilities.

use axum::response::Response;
use serde_json::{Map, Value, json};

use super::asked_model;
use crate::{
    Refusal,
    dice::Dice,
    models::Kind,
    protocol::{entry::Entry, reply},
    relevance,
    state::Billed,
    tokens,
};

/// Answers every question: what shares most words with the state is most probable.
pub(super) async fn create(entry: Entry) -> Result<Response, Refusal> {
    let body = entry.json()?;
    let (name, model) = asked_model(&entry.handle, &body)?;
    if model.kind != Kind::Decision {
        return Err(Refusal::invalid_parameter("url error, please check url！"));
    }
    let state = match body.get("state") {
        Some(Value::String(text)) => text.clone(),
        Some(state @ (Value::Object(_) | Value::Array(_))) => state.to_string(),
        Some(_) | None => return Err(Refusal::invalid_parameter("Field required: state")),
    };
    let questions = body
        .get("questions")
        .and_then(Value::as_object)
        .filter(|questions| !questions.is_empty())
        .ok_or_else(|| Refusal::invalid_parameter("Field required: questions"))?;
    let mut answers = Map::new();
    for (key, question) in questions {
        let dice = Dice::new(entry.handle.options().seed).and(&state).and(key);
        answers.insert(key.clone(), answer(question, &state, dice)?);
    }
    let asked = tokens::count(&state)
        .saturating_add(tokens::count(&Value::from(questions.clone()).to_string()));
    let latency = entry.first_byte().await;
    entry.bill(Billed {
        model: name.to_owned(),
        input_tokens: asked.into(),
        ..Billed::default()
    });
    Ok(reply::json(
        200,
        &json!({
            "model": name,
            "answers": answers,
            "usage": { "prompt_tokens": asked, "completion_tokens": 0, "total_tokens": asked },
            "latency_ms": latency.as_secs_f64() * 1000.0,
            "request_id": entry.id.0,
        }),
    ))
}

fn answer(question: &Value, state: &str, mut dice: Dice) -> Result<Value, Refusal> {
    let wrong =
        || Refusal::invalid_parameter("The type or value of questions is out of definition.");
    let told = question
        .get("instructions")
        .and_then(Value::as_str)
        .unwrap_or_default();
    let criteria = question.get("criteria");
    match question.get("type").and_then(Value::as_str) {
        Some("choice") => {
            let options = criteria
                .and_then(Value::as_object)
                .filter(|options| (1..=255).contains(&options.len()))
                .ok_or_else(wrong)?;
            let texts = options
                .iter()
                .map(|(name, text)| format!("{name} {}", text.as_str().unwrap_or_default()));
            let shares = shares(texts, state, &mut dice);
            let (best, confidence) = likeliest(&shares);
            let choice = options.keys().nth(best);
            let probabilities: Map<String, Value> = options
                .keys()
                .cloned()
                .zip(shares.iter().map(|&share| share.into()))
                .collect();
            Ok(
                json!({ "type": "choice", "choice": choice, "probabilities": probabilities, "confidence": confidence }),
            )
        }
        Some("noul") => {
            let yes = criteria.and_then(|criteria| criteria.get("true"));
            let no = criteria.and_then(|criteria| criteria.get("false"));
            let text =
                |side: Option<&Value>| side.and_then(Value::as_str).unwrap_or(told).to_owned();
            let shares = shares([text(yes), text(no)].into_iter(), state, &mut dice);
            Ok(json!({ "type": "noul", "noul": shares.first() }))
        }
        Some("score") => {
            let levels: Vec<&str> = criteria
                .and_then(Value::as_array)
                .filter(|levels| (2..=255).contains(&levels.len()))
                .ok_or_else(wrong)?
                .iter()
                .map(|level| level.as_str().ok_or_else(wrong))
                .collect::<Result<_, _>>()?;
            let shares = shares(levels.iter().map(ToString::to_string), state, &mut dice);
            let (_, confidence) = likeliest(&shares);
            let numbered = || (0u32..).zip(&shares);
            let score: f64 = numbered()
                .map(|(level, share)| f64::from(level) * share)
                .sum();
            let probabilities: Map<String, Value> = numbered()
                .map(|(level, &share)| (level.to_string(), share.into()))
                .collect();
            let legend: Map<String, Value> = levels
                .iter()
                .enumerate()
                .map(|(level, &text)| (level.to_string(), text.into()))
                .collect();
            Ok(
                json!({ "type": "score", "score": score, "probabilities": probabilities, "confidence": confidence, "legend": legend }),
            )
        }
        Some(_) | None => Err(wrong()),
    }
}

/// The probabilities of the options, which add up to 1.
fn shares(options: impl Iterator<Item = String>, state: &str, dice: &mut Dice) -> Vec<f64> {
    let mut weights = Vec::new();
    for option in options {
        let chance = if dice.falls_within(0.5) { 0.2 } else { 0.1 };
        weights.push(chance + 4.0 * relevance::score(&option, state));
    }
    let total: f64 = weights.iter().sum();
    weights.iter().map(|weight| weight / total).collect()
}

fn likeliest(shares: &[f64]) -> (usize, f64) {
    shares
        .iter()
        .copied()
        .enumerate()
        .max_by(|(_, one), (_, other)| one.total_cmp(other))
        .unwrap_or_default()
}
