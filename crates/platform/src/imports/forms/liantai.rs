//! The export of one conversation from here, or from another Liantai.

use model::{Millis, ModelName};

use super::{Item, planted, speaker};
use crate::imports::{draft::Draft, plant::Node};

pub(super) fn draft(item: Item) -> Draft {
    let entries = item.messages.0.into_iter().filter_map(|entry| entry.0);
    let nodes: Vec<Node> = entries
        .map(|entry| Node {
            key: entry.id.0,
            parent: entry.parent.0,
            speaker: speaker(&entry.role.0),
            text: entry.text.0,
            reasoning: entry.reasoning.0,
            things: u32::try_from(entry.attachments.0.len()).unwrap_or(u32::MAX),
            model: ModelName::parse(&entry.model.0).ok(),
            at: entry.created_at.0.map(Millis::new),
            ..Node::default()
        })
        .collect();
    planted(&item.title.0, &nodes, &item.current.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_question_of_files_only_stays_between_two_answers() {
        let file = r#"{"messages":[
            {"id":"a","role":"user","text":"A"},
            {"id":"b","parent":"a","role":"assistant","text":"B"},
            {"id":"c","parent":"b","role":"user","text":"","attachments":[{"name":"c.png"},{"name":"d.png"}]},
            {"id":"d","parent":"c","role":"assistant","text":"D"}]}"#;
        let draft = draft(serde_json::from_str(file).unwrap());
        let texts: Vec<&str> = draft.messages.iter().map(|one| one.text.as_str()).collect();
        assert_eq!(texts, ["A", "B", "📎", "D"]);
        assert_eq!(draft.left_out.attachments, 2);
    }
}
