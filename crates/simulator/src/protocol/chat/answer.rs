//! The answer that the simulator thinks of by itself, within the limits of the request.

use super::request::Ask;
use crate::{
    Answer,
    compose::{self, Role},
    pace::Pace,
    tokens,
};

/// One answer for each choice.
pub(crate) fn compose(ask: &Ask, seed: u64, pace: &mut Pace) -> Vec<Answer> {
    (0..u64::from(ask.choices))
        .map(|choice| one(ask, seed ^ (ask.seed << 16) ^ choice, pace))
        .collect()
}

fn one(ask: &Ask, seed: u64, pace: &mut Pace) -> Answer {
    let calls = compose::tool_calls(
        seed,
        &ask.messages,
        &ask.tools,
        &ask.tool_choice,
        ask.parallel_calls,
    );
    if !calls.is_empty() {
        return Answer {
            tool_calls: calls,
            reasoning: reasoning(ask, seed, pace),
            ..Answer::default()
        };
    }
    let reasoning = reasoning(ask, seed, pace);
    let thought = tokens::count(&reasoning.concat());
    let text = match (&ask.json_schema, &ask.prefix) {
        (Some(schema), _) => compose::json(&ask.messages, schema),
        (None, Some(prefix)) => compose::continuation(seed, &ask.messages, prefix),
        (None, None) => prose(ask, seed),
    };
    let stop = ask
        .stop
        .iter()
        .filter(|word| !word.is_empty())
        .filter_map(|word| text.find(word.as_str()))
        .min();
    let text = &text[..stop.unwrap_or(text.len())];
    let answer_limit = if ask.limits_reasoning {
        ask.max_answer_tokens.saturating_sub(thought)
    } else {
        ask.max_answer_tokens
    };
    let limit = answer_limit.min(ask.max_completion_tokens.saturating_sub(thought));
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

/// What it sees and hears comes first.
fn prose(ask: &Ask, seed: u64) -> String {
    let question = ask
        .messages
        .iter()
        .rev()
        .find(|message| message.role == Role::User);
    let question = question.map_or("", |message| message.text.as_str());
    if let Some(language) = &ask.target_language {
        return format!("[{language}] {question}");
    }
    let mut sights = ask.sights.clone();
    sights.extend(compose::passage(question));
    if sights.is_empty() {
        return compose::text(seed, &ask.messages);
    }
    let shown = compose::describe(&sights, question);
    format!("{shown}\n\n{}", compose::text(seed, &ask.messages))
}

fn reasoning(ask: &Ask, seed: u64, pace: &mut Pace) -> Vec<String> {
    if !ask.thinking {
        return Vec::new();
    }
    let limit = usize::try_from(reasoning_limit(ask)).unwrap_or(usize::MAX);
    let text = compose::reasoning(seed, &ask.messages);
    let kept: String = tokens::split(&text).take(limit).collect();
    pace.chunks(&kept)
}

/// The budget, and what limits the whole answer.
fn reasoning_limit(ask: &Ask) -> u32 {
    let limit = ask.thinking_budget.min(ask.max_completion_tokens);
    if ask.limits_reasoning {
        limit.min(ask.max_answer_tokens)
    } else {
        limit
    }
}
