//! The answer that the simulator thinks of by itself, within the limits of the request.

use super::request::Ask;
use crate::{Answer, compose, pace::Pace, tokens};

/// One answer for each choice.
pub(crate) fn compose(ask: &Ask, seed: u64, pace: &mut Pace) -> Vec<Answer> {
    (0..u64::from(ask.choices))
        .map(|choice| one(ask, seed ^ (ask.seed << 16) ^ choice, pace))
        .collect()
}

fn one(ask: &Ask, seed: u64, pace: &mut Pace) -> Answer {
    if let Some(call) =
        compose::tool_call(seed, &ask.messages, &ask.tools, ask.tool_choice.as_deref())
    {
        return Answer {
            tool_call: Some(call),
            reasoning: reasoning(ask, seed, pace),
            ..Answer::default()
        };
    }
    let reasoning = reasoning(ask, seed, pace);
    let thought = tokens::count(&reasoning.concat());
    let text = match (&ask.json_schema, &ask.prefix) {
        (Some(schema), _) => compose::json(&ask.messages, schema),
        (None, Some(prefix)) => compose::continuation(seed, &ask.messages, prefix),
        (None, None) => compose::text(seed, &ask.messages),
    };
    let stop = ask
        .stop
        .iter()
        .filter(|word| !word.is_empty())
        .filter_map(|word| text.find(word.as_str()))
        .min();
    let text = &text[..stop.unwrap_or(text.len())];
    let limit = ask
        .max_answer_tokens
        .min(ask.max_completion_tokens.saturating_sub(thought));
    let kept: String = tokens::split(text)
        .take(usize::try_from(limit).unwrap_or(usize::MAX))
        .collect();
    let finish = if kept.len() < text.len() {
        "length"
    } else {
        "stop"
    };
    Answer {
        reasoning,
        words: pace.chunks(&kept),
        ..Answer::default()
    }
    .finish(finish)
}

fn reasoning(ask: &Ask, seed: u64, pace: &mut Pace) -> Vec<String> {
    if !ask.thinking {
        return Vec::new();
    }
    let limit =
        usize::try_from(ask.thinking_budget.min(ask.max_completion_tokens)).unwrap_or(usize::MAX);
    let text = compose::reasoning(seed, &ask.messages);
    let kept: String = tokens::split(&text).take(limit).collect();
    pace.chunks(&kept)
}
