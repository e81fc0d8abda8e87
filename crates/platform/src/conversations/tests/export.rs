//! Conversations as files, on both databases.

use futures_util::TryStreamExt as _;
use model::ConversationForm;
use serde_json::Value;

use super::*;
use crate::conversations::export::{FORMAT, Pieces};

async fn whole(pieces: Pieces) -> String {
    let pieces: Vec<Vec<u8>> = pieces.try_collect().await.unwrap();
    String::from_utf8(pieces.concat()).unwrap()
}

impl House {
    async fn file(&self, id: ConversationId, form: ConversationForm) -> String {
        let exported = self.conversations.export(&self.lin, id, form, false);
        whole(exported.await.unwrap().pieces).await
    }
}

/// Says something else in that message.
async fn say(db: &Db, message: u32, text: &str) {
    let parts = serde_json::json!([
        { "type": "reasoning", "text": "a thought" },
        { "type": "text", "text": text },
    ]);
    let parts = parts.to_string().replace('\'', "''");
    let message = testing::nth(message);
    testing::execute(
        db,
        &format!("UPDATE messages SET parts = '{parts}' WHERE id = '{message}'"),
    )
    .await;
}

#[tokio::test]
async fn a_long_branch_is_written_whole_and_in_order() {
    on_both(async |db| {
        let house = House::on(&db).await;
        let id = house.long(1_003).await;
        say(&db, 1, "the first of all").await;
        say(&db, 1_003, "the last of all").await;
        for form in [ConversationForm::Markdown, ConversationForm::Html] {
            let file = house.file(id, form).await;
            assert_eq!(file.matches("words").count(), 1_001, "{form:?}");
            let first = file.find("the first of all").unwrap();
            let last = file.find("the last of all").unwrap();
            assert!(first < file.find("words").unwrap(), "{form:?}");
            assert!(file.rfind("words").unwrap() < last, "{form:?}");
            assert!(!file.contains("a thought"), "{form:?}");
        }
        let json: Value =
            serde_json::from_str(&house.file(id, ConversationForm::Json).await).unwrap();
        assert_eq!(
            (&json["format"], json["messages"].as_array().unwrap().len()),
            (&Value::from(FORMAT), 1_003)
        );
        assert_eq!(json["messages"][0]["reasoning"], "a thought");
        assert_eq!(json["messages"][1]["parent"], json["messages"][0]["id"]);
        assert_eq!(json["current"], testing::nth(1_003).to_string());
    })
    .await;
}

/// IO-05 … IO-08.
#[tokio::test]
async fn a_page_to_keep_runs_nothing_and_loads_nothing() {
    on_both(async |db| {
        let house = House::on(&db).await;
        let id = house.long(2).await;
        let hostile = "<script>alert(1)</script><img src=x onerror=alert(2)> [a](javascript:alert(3)) ![b](https://evil.example/b.png)";
        say(&db, 1, hostile).await;
        say(&db, 2, hostile).await;
        house.conversations.rename(&house.lin, id, title("</title><script>")).await.unwrap();
        let page = house.file(id, ConversationForm::Html).await;
        for sign in ["<script", "<img", "href=\"javascript:", "onerror=alert(2)>"] {
            assert!(!page.contains(sign), "{sign} in {page}");
        }
        assert!(page.contains("default-src 'none'") && page.contains("light-dark("));
        let printed = house.conversations.print(&house.lin, id, true).await.unwrap();
        let printed = whole(printed).await;
        assert_eq!(printed.matches("<script").count(), 1, "the one that prints");
        assert!(printed.contains("lang=\"zh-CN\"") && printed.contains("打印"));
    })
    .await;
}

#[tokio::test]
async fn all_branches_are_in_json_but_not_what_was_deleted() {
    on_both(async |db| {
        let house = House::on(&db).await;
        let id = house.long(4).await;
        let third = MessageId::from_uuid(testing::nth(3));
        house
            .conversations
            .delete_branch(&house.lin, id, third)
            .await
            .unwrap();
        let json: Value =
            serde_json::from_str(&house.file(id, ConversationForm::Json).await).unwrap();
        assert_eq!(json["messages"].as_array().unwrap().len(), 2);
        assert_eq!(json["current"], testing::nth(2).to_string());
        let exported = house
            .conversations
            .export(&house.lin, id, ConversationForm::Json, false);
        assert_eq!(exported.await.unwrap().name, "A title.json");
        for form in ConversationForm::ALL {
            let foreign = house.conversations.export(&house.wang, id, *form, false);
            assert_eq!(code(foreign.await.map(drop)), Some(FailureCode::NotFound));
        }
        let foreign = house.conversations.print(&house.wang, id, false).await;
        assert_eq!(code(foreign.map(drop)), Some(FailureCode::NotFound));
    })
    .await;
}

#[tokio::test]
async fn what_was_handed_in_is_named_in_every_form() {
    on_both(async |db| {
        let house = House::on(&db).await;
        let id = house.long(2).await;
        let (owner, question, file) = (house.lin.user(), testing::nth(1), testing::nth(9));
        for (position, name) in ["a<b>.png", "c.md"].into_iter().enumerate() {
            let sql = format!(
                "INSERT INTO message_attachments (id, owner_id, message_id, position, file_id, name, mime, bytes)
                 VALUES ('a-{position}', '{owner}', '{question}', {position}, '{file}', '{name}', 'image/png', 7)"
            );
            testing::execute(&db, &sql).await;
        }
        let empty = format!("UPDATE messages SET parts = '[]' WHERE id = '{question}'");
        testing::execute(&db, &empty).await;
        let markdown = house.file(id, ConversationForm::Markdown).await;
        assert!(markdown.contains("\n\n📎 a\\<b\\>.png\n\n📎 c.md\n"), "{markdown}");
        let page = house.file(id, ConversationForm::Html).await;
        assert!(page.contains("📎 a&lt;b&gt;.png\n📎 c.md"), "{page}");
        let json = house.file(id, ConversationForm::Json).await;
        let json: Value = serde_json::from_str(&json).unwrap();
        assert_eq!(
            json["messages"][0]["attachments"],
            serde_json::json!([
                { "name": "a<b>.png", "mime": "image/png", "bytes": 7 },
                { "name": "c.md", "mime": "image/png", "bytes": 7 },
            ])
        );
        assert_eq!(json["messages"][1]["attachments"], serde_json::json!([]));
    })
    .await;
}

#[tokio::test]
async fn who_answered_a_single_question_is_named_and_what_that_is_told_is_not() {
    on_both(async |db| {
        let house = House::on(&db).await;
        let id = house.long(4).await;
        let question = testing::nth(1);
        let sql = format!(
            "INSERT INTO message_assistants (message_id, conversation_id, snapshot, parameters)
             VALUES ('{question}', '{id}', '{{\"name\":\"<b>Critic*\",\"emoji\":\"🔍\",\"instructions\":\"Be secret.\"}}', '{{}}')"
        );
        testing::execute(&db, &sql).await;
        let markdown = house.file(id, ConversationForm::Markdown).await;
        assert_eq!(
            markdown.matches("\n**\\<b\\>Critic\\*").count(),
            1,
            "{markdown}"
        );
        let page = house.file(id, ConversationForm::Html).await;
        assert_eq!(page.matches("&lt;b&gt;Critic*").count(), 1, "{page}");
        assert!(!page.contains("<b>Critic"), "{page}");
        let json = house.file(id, ConversationForm::Json).await;
        for file in [&markdown, &page, &json] {
            assert!(!file.contains("Be secret."), "{file}");
        }
        let json: Value = serde_json::from_str(&json).unwrap();
        assert_eq!(
            json["messages"][0]["assistant"],
            serde_json::json!({ "name": "<b>Critic*", "emoji": "🔍" })
        );
        assert_eq!(json["messages"][1].get("assistant"), None);
        assert_eq!(json["messages"][2].get("assistant"), None);
    })
    .await;
}
