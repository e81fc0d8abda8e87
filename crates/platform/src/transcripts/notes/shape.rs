//! The form in which a model is asked for notes, and reading it leniently: what does not fit is left out.

use std::fmt::Write as _;

use model::transcript::{ActionItem, Chapter, Exchange, Notes, Sentence, Thought};
use serde_json::{Value, json};

fn object_of(properties: &Value) -> Value {
    let names: Vec<&String> = properties
        .as_object()
        .into_iter()
        .flat_map(|all| all.keys())
        .collect();
    json!({"type": "object", "properties": properties, "required": names, "additionalProperties": false})
}

fn list_of(item: &Value) -> Value {
    json!({"type": "array", "items": item})
}

fn map() -> Value {
    let text = json!({"type": "string"});
    let branch = object_of(&json!({"title": text, "points": list_of(&text)}));
    object_of(&json!({"title": text, "branches": list_of(&branch)}))
}

/// Notes of a part.
pub(super) fn of_part() -> Value {
    let (text, number) = (json!({"type": "string"}), json!({"type": "integer"}));
    let chapter = object_of(&json!({"title": text, "summary": text, "sentence": number}));
    let action = object_of(&json!({"text": text, "who": text, "due": text, "sentence": number}));
    let question = object_of(&json!({"question": text, "answer": text, "sentence": number}));
    object_of(&json!({
        "summary": text,
        "key_points": list_of(&text),
        "chapters": list_of(&chapter),
        "actions": list_of(&action),
        "questions": list_of(&question),
        "mind_map": map(),
    }))
}

/// What draws parts together.
pub(super) fn of_whole() -> Value {
    let text = json!({"type": "string"});
    object_of(&json!({"summary": text, "key_points": list_of(&text), "mind_map": map()}))
}

/// The object of an answer; some models put a fence around it.
pub(super) fn object(text: &str) -> Option<Value> {
    let (begin, end) = (text.find('{')?, text.rfind('}')?);
    let read: Value = serde_json::from_str(text.get(begin..=end)?).ok()?;
    read.is_object().then_some(read)
}

/// The notes of an answer, with sentences as moments.
pub(super) fn notes(answer: &Value, sentences: &[Sentence]) -> Notes {
    let moment = |of: &Value| {
        let number = of["sentence"].as_u64()?;
        let sentence = sentences.iter().find(|said| u64::from(said.id) == number)?;
        Some(sentence.begin_ms)
    };
    let mut chapters: Vec<Chapter> = list(&answer["chapters"])
        .filter_map(|chapter| {
            Some(Chapter {
                title: text(&chapter["title"]).filter(|title| !title.is_empty())?,
                summary: text(&chapter["summary"]).unwrap_or_default(),
                begin_ms: moment(chapter)?,
            })
        })
        .collect();
    chapters.sort_by_key(|chapter| chapter.begin_ms);
    let actions = list(&answer["actions"]).filter_map(|action| {
        Some(ActionItem {
            text: text(&action["text"]).filter(|text| !text.is_empty())?,
            who: text(&action["who"]).unwrap_or_default(),
            due: text(&action["due"]).unwrap_or_default(),
            begin_ms: moment(action),
        })
    });
    let questions = list(&answer["questions"]).filter_map(|asked| {
        Some(Exchange {
            question: text(&asked["question"]).filter(|text| !text.is_empty())?,
            answer: text(&asked["answer"]).unwrap_or_default(),
            begin_ms: moment(asked),
        })
    });
    let map = &answer["mind_map"];
    let leaf = |point: &Value| {
        Some(Thought {
            title: text(point).filter(|title| !title.is_empty())?,
            thoughts: Vec::new(),
        })
    };
    let branches = list(&map["branches"]).filter_map(|branch| {
        Some(Thought {
            title: text(&branch["title"]).filter(|title| !title.is_empty())?,
            thoughts: list(&branch["points"]).filter_map(leaf).collect(),
        })
    });
    Notes {
        summary: text(&answer["summary"]).unwrap_or_default(),
        key_points: list(&answer["key_points"]).filter_map(text).collect(),
        actions: actions.collect(),
        questions: questions.collect(),
        mind_map: Thought {
            title: text(&map["title"]).unwrap_or_default(),
            thoughts: branches.collect(),
        },
        chapters,
    }
}

/// The notes of a part in words, to be drawn together with others.
pub(super) fn told(notes: &Notes) -> String {
    let mut told = notes.summary.clone();
    for point in &notes.key_points {
        // Writing into a text can't fail.
        let _ = write!(told, "\n- {point}");
    }
    for chapter in &notes.chapters {
        let _ = write!(told, "\n# {}: {}", chapter.title, chapter.summary);
    }
    told
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

fn text(value: &Value) -> Option<String> {
    Some(value.as_str()?.replace('\0', "").trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sentence(id: u32) -> Sentence {
        Sentence {
            id,
            begin_ms: i64::from(id) * 1000,
            end_ms: i64::from(id) * 1000 + 900,
            speaker: None,
            text: "x".to_owned(),
            words: Vec::new(),
            version: 0,
            translation: None,
        }
    }

    #[test]
    fn notes_are_read_and_what_does_not_fit_is_left_out() {
        let answer = "```json\n{\"summary\":\" 周会 \",\"key_points\":[\"上线\",3],\"chapters\":[{\"title\":\"二\",\"summary\":\"\",\"sentence\":2},\
            {\"title\":\"一\",\"summary\":\"s\",\"sentence\":0},{\"title\":\"无\",\"sentence\":99}],\"actions\":[{\"text\":\"写文档\",\"who\":\"林\"}],\
            \"questions\":\"none\",\"mind_map\":{\"title\":\"周会\",\"branches\":[{\"title\":\"上线\",\"points\":[\"周五\",\"\"]}]}}\n```";
        let sentences: Vec<_> = (0..3).map(sentence).collect();
        let notes = notes(&object(answer).unwrap(), &sentences);
        assert_eq!(notes.summary, "周会");
        assert_eq!(notes.key_points, ["上线"]);
        let chapters: Vec<_> = notes
            .chapters
            .iter()
            .map(|one| (one.title.as_str(), one.begin_ms))
            .collect();
        assert_eq!(chapters, [("一", 0), ("二", 2000)]);
        assert_eq!(
            (notes.actions[0].who.as_str(), notes.actions[0].begin_ms),
            ("林", None)
        );
        assert_eq!(notes.questions.len(), 0);
        assert_eq!(notes.mind_map.thoughts[0].thoughts.len(), 1);
        assert!(object("no json").is_none() && object("[1]").is_none());
    }
}
