//! What a run sent to its model beside the conversation, to be read.

use model::Sent;

use crate::language::Words;

/// Name and value of each thing that was sent.
pub(super) fn lines(words: &'static Words, sent: &Sent) -> Vec<(&'static str, String)> {
    let set = &sent.parameters;
    let switch = |on: bool| if on { words.sent_on } else { words.sent_off }.to_owned();
    let told = match (sent.personal_instructions, sent.conversation_instructions) {
        (true, true) => Some(words.sent_both),
        (true, false) => Some(words.sent_personal),
        (false, true) => Some(words.sent_of_conversation),
        (false, false) => None,
    };
    let lines = [
        (words.temperature, set.temperature.map(|it| it.to_string())),
        (words.top_p, set.top_p.map(|it| it.to_string())),
        (words.max_tokens, set.max_tokens.map(|it| it.to_string())),
        (words.answer_seed, set.seed.map(|it| it.to_string())),
        (words.think_first, set.thinking.map(switch)),
        (
            words.thinking_budget,
            set.thinking_budget.map(|it| it.to_string()),
        ),
        (words.web_search, set.search.then(|| switch(true))),
        (words.json_answer, set.json.then(|| switch(true))),
        (words.sent_instructions, told.map(str::to_owned)),
        (
            if sent.application {
                words.sent_application
            } else {
                words.sent_assistant
            },
            (!sent.assistant.is_empty()).then(|| sent.assistant.clone()),
        ),
        (words.memory, sent.memory.then(|| switch(true))),
        (
            words.sent_wish,
            (!sent.wish.is_empty()).then(|| sent.wish.clone()),
        ),
    ];
    let lines = lines.into_iter();
    lines
        .filter_map(|(name, value)| Some((name, value?)))
        .collect()
}

/// The same in one line, the same in every language, without anything that was said.
pub(super) fn plain(sent: &Sent) -> String {
    let set = &sent.parameters;
    let named = [
        ("temperature", set.temperature.map(|it| it.to_string())),
        ("top_p", set.top_p.map(|it| it.to_string())),
        ("max_tokens", set.max_tokens.map(|it| it.to_string())),
        ("seed", set.seed.map(|it| it.to_string())),
        ("enable_thinking", set.thinking.map(|it| it.to_string())),
        (
            "thinking_budget",
            set.thinking_budget.map(|it| it.to_string()),
        ),
    ];
    let switches = [
        ("enable_search", set.search),
        ("json_object", set.json),
        ("personal_instructions", sent.personal_instructions),
        ("conversation_instructions", sent.conversation_instructions),
        // Its name is what somebody wrote.
        (
            "assistant_instructions",
            !sent.assistant.is_empty() && !sent.application,
        ),
        ("application", sent.application),
        ("memory", sent.memory),
        // Its words are the person's.
        ("wish", !sent.wish.is_empty()),
    ];
    let named = named
        .into_iter()
        .filter_map(|(name, value)| Some(format!("{name} {}", value?)));
    let switches = switches
        .into_iter()
        .filter(|(_, is_on)| *is_on)
        .map(|(name, _)| name.to_owned());
    named.chain(switches).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use model::{Hundredths, Parameters};

    use super::*;
    use crate::language::Language;

    #[test]
    fn what_was_sent_is_told_and_nothing_else() {
        let words = Language::En.words();
        assert!(lines(words, &Sent::default()).is_empty());
        assert_eq!(plain(&Sent::default()), "");
        let sent = Sent {
            parameters: Parameters {
                temperature: Some(Hundredths::new(70)),
                thinking: Some(false),
                search: true,
                ..Parameters::default()
            },
            personal_instructions: true,
            conversation_instructions: true,
            assistant: "Poet".to_owned(),
            application: false,
            memory: true,
            wish: "更短".to_owned(),
        };
        assert_eq!(
            plain(&sent),
            "temperature 0.7, enable_thinking false, enable_search, personal_instructions, conversation_instructions, \
             assistant_instructions, memory, wish"
        );
        let shown = lines(words, &sent);
        let values: Vec<&str> = shown.iter().map(|(_, value)| value.as_str()).collect();
        assert_eq!(
            values,
            [
                "0.7",
                "off",
                "on",
                "personal, and of the conversation",
                "Poet",
                "on",
                "更短"
            ]
        );
    }
}
