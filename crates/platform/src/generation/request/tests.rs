//! What the model is sent, as it is documented.

use model::{Branch, FileId, MessageId, MessageStatus, Millis};
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
        attachments: Vec::new(),
        calls: Vec::new(),
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
        rating: None,
        created_at: Millis::new(0),
    }
}

const PLAIN: Spec = Spec {
    thinking: Thinking::OnRequest,
    continues: true,
    context_characters: 400_000,
    sees: true,
    hears: true,
    calls: true,
    watches: true,
    reads_documents: true,
};

const THINKER: Spec = Spec {
    thinking: Thinking::Always,
    continues: false,
    context_characters: 48_000,
    sees: false,
    hears: false,
    calls: false,
    watches: false,
    reads_documents: false,
};

fn name(name: &str) -> ModelName {
    ModelName::parse(name).expect("a name")
}

fn file(number: u128, name: &str) -> Attachment {
    Attachment {
        file: FileId::from_uuid(Uuid::from_u128(number)),
        name: name.to_owned(),
        mime: String::new(),
        bytes: 1,
        width: None,
        height: None,
        is_gone: false,
    }
}

#[test]
fn what_is_handed_in_is_sent_as_it_is_documented() {
    let files = [file(1, "a.png"), file(2, "b.wav"), file(3, "c.md")];
    let materials = Materials::default()
        .with(files[0].file, Material::Image("data:a".to_owned()))
        .with(files[1].file, Material::Audio("data:b".to_owned(), "wav"))
        .with(files[2].file, Material::Text("# 春\n```\n".to_owned()));
    let mut question = said(Speaker::User, "看看");
    question.attachments = files.to_vec();
    let request = answer(
        &name("qwen3.5-plus"),
        PLAIN,
        &[question],
        &Wishes::default(),
        &materials,
    );
    let json = serde_json::to_value(&request).expect("json");
    assert_eq!(json["messages"][0]["role"], "system");
    assert_eq!(
        json["messages"][1]["content"],
        serde_json::json!([
            {"type": "image_url", "image_url": {"url": "data:a"}},
            {"type": "input_audio", "input_audio": {"data": "data:b", "format": "wav"}},
            {"type": "text", "text": "看看\n\nAttached file: c.md\n````\n# 春\n```\n````"},
        ])
    );
}

#[test]
fn documents_and_films_are_sent_as_they_are_documented() {
    let files = [file(1, "a.pdf"), file(2, "b.docx"), file(3, "c.mp4")];
    let materials = Materials::default()
        .with(files[0].file, Material::Document("file-fe-1".to_owned(), 1))
        .with(files[1].file, Material::Document("file-fe-2".to_owned(), 1))
        .with(files[2].file, Material::Film("oss://a/film.mp4".to_owned()));
    let mut first = said(Speaker::User, "");
    first.attachments = files[..1].to_vec();
    let mut question = said(Speaker::User, "看看");
    question.attachments = files[1..].to_vec();
    let branch = [first, said(Speaker::Assistant, "好"), question];
    let (model, wishes) = (name("qwen-long"), Wishes::default());
    let request = answer(&model, PLAIN, &branch, &wishes, &materials);
    let json = serde_json::to_value(&request).expect("json");
    assert_eq!(
        json["messages"],
        serde_json::json!([
            {"role": "system", "content": "fileid://file-fe-1,fileid://file-fe-2"},
            {"role": "user", "content": "[Attached document: a.pdf]"},
            {"role": "assistant", "content": "好"},
            {"role": "user", "content": [
                {"type": "video_url", "video_url": {"url": "oss://a/film.mp4"}, "total_pixels": 134_217_728},
                {"type": "text", "text": "看看\n\n[Attached document: b.docx]"},
            ]},
        ])
    );
}

#[test]
fn what_is_not_there_is_named_and_text_alone_stays_text() {
    let files = [file(1, "a.png"), file(2, "b.txt"), file(3, "c.txt")];
    let materials = Materials::default()
        .with(files[1].file, Material::Gone)
        .with(files[2].file, Material::Unreadable);
    let mut question = said(Speaker::User, "");
    question.attachments = files.to_vec();
    let request = answer(
        &name("qwen-plus"),
        THINKER,
        &[question],
        &Wishes::default(),
        &materials,
    );
    let json = serde_json::to_value(&request).expect("json");
    assert_eq!(
        json["messages"][0]["content"],
        "[Attached file that is not shown here: a.png]\n\n[Attached file that was deleted meanwhile: b.txt]\n\n\
         [Attached file that can't be read: c.txt]"
    );
}

#[test]
fn a_file_of_several_questions_is_sent_once_with_the_newest() {
    let files = [file(1, "a.png"), file(2, "c.md")];
    let long = "字".repeat(30_000);
    let materials = Materials::default()
        .with(files[0].file, Material::Image("data:a".to_owned()))
        .with(files[1].file, Material::Text(long));
    let mut question = said(Speaker::User, "看看");
    question.attachments = [files.as_slice(), files.as_slice()].concat();
    let branch = [question.clone(), said(Speaker::Assistant, "好"), question];
    let seeing = Spec {
        sees: true,
        ..THINKER
    };
    let request = answer(
        &name("qwen3.5-plus"),
        seeing,
        &branch,
        &Wishes::default(),
        &materials,
    );
    let json = serde_json::to_value(&request).expect("json");
    let sent = json.to_string();
    assert_eq!(sent.matches("data:a").count(), 1);
    assert_eq!(sent.matches("Attached file: c.md").count(), 1);
    assert_eq!(
        json["messages"].as_array().expect("messages").len(),
        4,
        "the text takes its room once"
    );
    let named = "[Attached file that is shown elsewhere: a.png]\n\n[Attached file that is shown elsewhere: c.md]";
    let first = json["messages"][1]["content"].as_str().expect("a text");
    assert_eq!(first, format!("看看\n\n{named}\n\n{named}"));
    let newest = &json["messages"][3]["content"];
    assert_eq!(newest[0]["image_url"]["url"], "data:a");
}

#[test]
fn the_branch_is_sent_in_order_without_empty_answers() {
    let branch = [
        said(Speaker::User, "一"),
        said(Speaker::Assistant, ""),
        said(Speaker::User, "二"),
    ];
    let request = answer(
        &name("qwen-plus"),
        PLAIN,
        &branch,
        &Wishes::default(),
        &Materials::default(),
    );
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
    let request = answer(
        &name("qwq-plus"),
        THINKER,
        &branch,
        &Wishes::default(),
        &Materials::default(),
    );
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
    let request = continuation(
        &name("qwen3.5-plus"),
        newer,
        &branch,
        &Wishes::default(),
        &Materials::default(),
    );
    let json = serde_json::to_value(&request).expect("json");
    assert_eq!(json["messages"][1]["partial"], true);
    assert_eq!(json["enable_thinking"], false);
    assert!(!can_continue(THINKER, "春眠", &[]), "it always thinks");
    assert!(
        !can_continue(PLAIN, "", &[]),
        "there is nothing to go on from"
    );
}
