//! What the model is sent: the branch above the answer, as much of it as the model takes.

use bailian::{ChatRequest, Message as Turn};
use model::{ModelName, Speaker};

use super::{
    models::{Spec, Thinking},
    wishes::Wishes,
};
use crate::store::Message;

/// Asks for an answer to the last of `branch`.
pub(super) fn answer(
    model: &ModelName,
    spec: Spec,
    branch: &[Message],
    wishes: &Wishes,
) -> ChatRequest {
    wishes.request(model, turns(beside(spec, wishes), branch))
}

/// Asks to go on from where the answer, the last of `branch`, was cut: Bailian's prefix continuation, which
/// excludes thinking. [`can_continue`] tells whether that will do.
pub(super) fn continuation(
    model: &ModelName,
    spec: Spec,
    branch: &[Message],
    wishes: &Wishes,
) -> ChatRequest {
    let (mut turns, cut) = match branch.split_last() {
        Some((cut, above)) => (turns(beside(spec, wishes), above), cut.text()),
        None => (Vec::new(), String::new()),
    };
    turns.push(Turn::assistant(cut).partial(true));
    let request = wishes.request(model, turns);
    match spec.thinking {
        Thinking::ByDefault => request.enable_thinking(false),
        Thinking::OnRequest | Thinking::Always => request,
    }
}

/// Whether an answer that begins with `text` can be continued by a model that is asked so.
pub(super) fn can_continue(spec: Spec, text: &str) -> bool {
    !text.is_empty() && spec.continues
}

/// The room that is left beside what the model is told before the conversation.
fn beside(spec: Spec, wishes: &Wishes) -> Spec {
    let told = wishes.system().map_or(0, |told| told.chars().count());
    Spec {
        context_characters: spec.context_characters.saturating_sub(told),
        ..spec
    }
}

/// The newest turns that fit, beginning with a question.
fn turns(spec: Spec, branch: &[Message]) -> Vec<Turn> {
    let mut room = spec.context_characters;
    let mut turns = Vec::new();
    for message in branch.iter().rev() {
        let text = message.text();
        let length = text.chars().count();
        // The question itself is sent whatever its length: the model's refusal says more than ours could.
        if length > room && !turns.is_empty() {
            break;
        }
        room = room.saturating_sub(length);
        if !text.is_empty() {
            turns.push((message.speaker, text));
        }
    }
    while turns
        .last()
        .is_some_and(|(speaker, _)| *speaker == Speaker::Assistant)
    {
        turns.pop();
    }
    let turn = |(speaker, text)| match speaker {
        Speaker::User => Turn::user(text),
        Speaker::Assistant => Turn::assistant(text),
    };
    turns.into_iter().rev().map(turn).collect()
}

#[cfg(test)]
mod tests {
    use model::{Branch, MessageId, MessageStatus, Millis};
    use uuid::Uuid;

    use super::*;
    use crate::store::Part;

    fn said(speaker: Speaker, text: &str) -> Message {
        Message {
            id: MessageId::from_uuid(Uuid::nil()),
            parent: None,
            speaker,
            status: MessageStatus::Complete,
            parts: vec![Part::Text {
                text: text.to_owned(),
            }],
            rendered: None,
            reasoning_ms: None,
            model: None,
            failure: None,
            edited: false,
            last_seq: 0,
            branch: Branch {
                index: 1,
                count: 1,
                previous: None,
                next: None,
            },
            created_at: Millis::new(0),
        }
    }

    const PLAIN: Spec = Spec {
        thinking: Thinking::OnRequest,
        continues: true,
        context_characters: 400_000,
    };

    const THINKER: Spec = Spec {
        thinking: Thinking::Always,
        continues: false,
        context_characters: 48_000,
    };

    fn name(name: &str) -> ModelName {
        ModelName::parse(name).expect("a name")
    }

    #[test]
    fn the_branch_is_sent_in_order_without_empty_answers() {
        let branch = [
            said(Speaker::User, "一"),
            said(Speaker::Assistant, ""),
            said(Speaker::User, "二"),
        ];
        let request = answer(&name("qwen-plus"), PLAIN, &branch, &Wishes::default());
        let texts: Vec<_> = request.messages.iter().map(Turn::text).collect();
        assert_eq!(texts, ["一", "二"]);
    }

    #[test]
    fn what_does_not_fit_is_left_out_from_the_top_down_to_a_question() {
        let long = "字".repeat(30_000);
        let branch = [
            said(Speaker::User, &long),
            said(Speaker::Assistant, &long),
            said(Speaker::User, &long),
        ];
        let request = answer(&name("qwq-plus"), THINKER, &branch, &Wishes::default());
        assert_eq!(
            request.messages.len(),
            1,
            "an answer without its question helps nobody"
        );
    }

    #[test]
    fn a_cut_answer_goes_back_as_a_prefix_with_thinking_off() {
        let branch = [
            said(Speaker::User, "背诗"),
            said(Speaker::Assistant, "春眠"),
        ];
        let newer = Spec {
            thinking: Thinking::ByDefault,
            ..PLAIN
        };
        let request = continuation(&name("qwen3.5-plus"), newer, &branch, &Wishes::default());
        let json = serde_json::to_value(&request).expect("json");
        assert_eq!(json["messages"][1]["partial"], true);
        assert_eq!(json["enable_thinking"], false);
        assert!(!can_continue(THINKER, "春眠"), "it always thinks");
        assert!(!can_continue(PLAIN, ""), "there is nothing to go on from");
    }
}
