//! From events that repeat the whole text to events that hold what is new.

use std::collections::BTreeMap;

use super::{Content, Generation, Message, Part};
use crate::{Error, ToolCallDelta};

/// What earlier events of a stream said, answer by answer.
#[derive(Debug, Default)]
pub(super) struct Said(BTreeMap<u32, Answer>);

#[derive(Debug, Default)]
struct Answer {
    content: String,
    media: usize,
    reasoning: String,
    logprobs: usize,
    calls: BTreeMap<u32, String>,
}

impl Said {
    /// Leaves in an event only what the events before did not say.
    ///
    /// Fails with [`Malformed`](crate::ErrorKind::Malformed) when an event takes back what was said.
    pub(super) fn reduce(&mut self, mut event: Generation) -> Result<Generation, Error> {
        if let Some(text) = &mut event.output.text {
            let answer = self.0.entry(0).or_default();
            *text = news(&mut answer.content, std::mem::take(text))?;
        }
        for choice in &mut event.output.choices {
            let answer = self.0.entry(choice.index).or_default();
            answer.reduce(&mut choice.message)?;
            if let Some(logprobs) = &mut choice.logprobs {
                let seen = answer.logprobs.min(logprobs.content.len());
                answer.logprobs = answer.logprobs.max(logprobs.content.len());
                logprobs.content.drain(..seen);
            }
        }
        Ok(event)
    }
}

impl Answer {
    fn reduce(&mut self, message: &mut Message) -> Result<(), Error> {
        match message.content.take() {
            Some(Content::Text(text)) => {
                message.content = Some(Content::Text(news(&mut self.content, text)?));
            }
            Some(Content::Parts(parts)) => {
                message.content = Some(Content::Parts(self.new_parts(parts)?));
            }
            None => {}
        }
        if let Some(reasoning) = &mut message.reasoning_content {
            *reasoning = news(&mut self.reasoning, std::mem::take(reasoning))?;
        }
        for (place, call) in (0..).zip(&mut message.tool_calls) {
            self.reduce_call(place, call)?;
        }
        Ok(())
    }

    fn new_parts(&mut self, parts: Vec<Part>) -> Result<Vec<Part>, Error> {
        let (spoken, media): (Vec<_>, Vec<_>) =
            parts.into_iter().partition(|part| part.text.is_some());
        let whole = spoken.into_iter().filter_map(|part| part.text).collect();
        let text = news(&mut self.content, whole)?;
        let seen = self.media.min(media.len());
        self.media = self.media.max(media.len());
        let text = (!text.is_empty()).then(|| Part::text(text));
        Ok(text
            .into_iter()
            .chain(media.into_iter().skip(seen))
            .collect())
    }

    fn reduce_call(&mut self, place: u32, call: &mut ToolCallDelta) -> Result<(), Error> {
        let arguments = self.calls.entry(call.index.unwrap_or(place)).or_default();
        let function = call.function.as_mut();
        if let Some(whole) = function.and_then(|function| function.arguments.as_mut()) {
            *whole = news(arguments, std::mem::take(whole))?;
        }
        Ok(())
    }
}

/// The part of `whole` that `said` lacks. Events without text, such as the last, say nothing new.
pub(crate) fn news(said: &mut String, whole: String) -> Result<String, Error> {
    if said.starts_with(&whole) {
        return Ok(String::new());
    }
    let Some(new) = whole.strip_prefix(said.as_str()).map(str::to_owned) else {
        return Err(Error::malformed("an event takes back what was said"));
    };
    *said = whole;
    Ok(new)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn event(message: &serde_json::Value) -> Generation {
        let body = json!({"output": {"choices": [{"message": message, "finish_reason": "null"}]}});
        serde_json::from_value(body).unwrap()
    }

    #[test]
    fn reasoning_parts_and_calls_are_reduced_each_by_itself() {
        let call = |arguments: &str| json!([{"index": 0, "id": "call_1", "function": {"name": "f", "arguments": arguments}}]);
        let mut said = Said::default();
        let first = event(&json!({"reasoning_content": "想", "content": []}));
        let second = event(
            &json!({"reasoning_content": "想好", "content": [{"text": "春"}, {"image_hw": [[1, 2]]}], "tool_calls": call("{")}),
        );
        let third = event(
            &json!({"reasoning_content": "", "content": [{"text": "春眠"}, {"image_hw": [[1, 2]]}], "tool_calls": call("{}")}),
        );
        let reduced: Vec<_> = [first, second, third]
            .into_iter()
            .map(|event| said.reduce(event).unwrap().output.choices.remove(0).message)
            .collect();
        let reasoning: Vec<_> = reduced
            .iter()
            .map(|m| m.reasoning_content.as_deref())
            .collect();
        assert_eq!(reasoning, [Some("想"), Some("好"), Some("")]);
        assert_eq!(reduced[1].text(), "春");
        assert_eq!(reduced[2].content, Some(vec![Part::text("眠")].into()));
        let arguments =
            |message: &Message| message.tool_calls[0].function.clone().unwrap().arguments;
        assert_eq!(arguments(&reduced[1]).as_deref(), Some("{"));
        assert_eq!(arguments(&reduced[2]).as_deref(), Some("}"));
    }

    #[test]
    fn an_event_cannot_take_back_what_was_said() {
        let mut said = Said::default();
        said.reduce(event(&json!({"content": "春眠"}))).unwrap();
        assert!(said.reduce(event(&json!({"content": "春花"}))).is_err());
    }

    proptest! {
        #[test]
        fn the_pieces_make_the_whole_again(pieces in prop::collection::vec("[a春🌸]{0,4}", 0..12)) {
            let (mut said, mut whole, mut gathered) = (Said::default(), String::new(), String::new());
            for piece in &pieces {
                whole.push_str(piece);
                let reduced = said.reduce(event(&json!({"content": whole}))).unwrap();
                gathered.push_str(&reduced.output.text());
            }
            prop_assert_eq!(gathered, whole);
        }
    }
}
