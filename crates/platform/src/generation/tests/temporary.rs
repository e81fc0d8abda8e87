//! Temporary conversations, and what is remembered: what reaches the model, and what is left afterwards.

use model::{ConversationAct, FactText, Shelf};

use super::*;
use crate::{
    generation::Asking,
    store::testing::{count, execute, rows},
};

const MINUTE: i64 = 60_000;

impl House {
    async fn ask_temporarily(&self, text: &str) -> Asked {
        let asking = Asking {
            temporary: true,
            ..Prompt::parse(text).unwrap().into()
        };
        let (model, submission) = (name("qwen-plus"), self.submission());
        let asked = self
            .generations()
            .ask(&self.lin, None, asking, model, submission);
        let asked = asked.await.unwrap();
        self.settled().await;
        asked
    }

    /// How many rows there are of it in each table that has any of a conversation.
    async fn left(&self) -> i64 {
        let mut left = 0;
        for table in [
            "conversations",
            "messages",
            "generations",
            "generation_chunks",
            "search_entries",
            "drafts",
        ] {
            left += count(&self.db, &format!("SELECT COUNT(*) FROM {table}")).await;
        }
        left
    }
}

#[tokio::test]
async fn a_temporary_conversation_is_in_no_list_no_search_and_no_title_and_gone_when_it_is_left() {
    on_both(async |db| {
        let house = House::on(&db).await;
        let (service, lin) = (&house.services.conversations, &house.lin);
        service
            .save_draft(lin, None, ("背一首诗", &[]))
            .await
            .unwrap();
        let asked = house.ask_temporarily("背一首诗").await;
        let id = asked.conversation;
        let view = service.open(lin, id).await.unwrap();
        assert!(view.is_temporary);
        assert_eq!(view.messages.items.len(), 2);
        let asked_of = house.simulator.received();
        assert_eq!(asked_of.len(), 1, "no title was asked for");
        for shelf in Shelf::ALL {
            let page = service.shelf(lin, shelf, None, 0).await.unwrap();
            assert_eq!(page.items, [], "{shelf:?}");
        }
        assert_eq!(service.list(lin, None, 0).await.unwrap().items, []);
        let title = model::Title::parse("背诗").unwrap();
        service.rename(lin, id, title).await.unwrap();
        assert_eq!(count(&db, "SELECT COUNT(*) FROM search_entries").await, 0);
        for act in [
            ConversationAct::Pin,
            ConversationAct::Archive,
            ConversationAct::Delete,
        ] {
            assert_eq!(service.order(lin, act, &[id]).await.unwrap(), 0, "{act:?}");
        }
        let folder = model::FolderName::parse("Work").unwrap();
        let folder = service.create_folder(lin, folder).await.unwrap();
        assert_eq!(
            service
                .put_in_folder(lin, Some(folder), &[id])
                .await
                .unwrap(),
            0
        );
        let tag = model::TagName::parse("poems").unwrap();
        assert_eq!(service.tag(lin, tag, &[id]).await.unwrap(), 0);
        assert_eq!(
            service.draft(lin, None).await.unwrap().text,
            "",
            "it was asked"
        );

        let eve = sign_up(&house.services).await;
        let none = Some(FailureCode::NotFound);
        assert_eq!(code(service.forget(&eve, id).await), none);
        service
            .save_draft(lin, Some(id), ("half", &[]))
            .await
            .unwrap();
        service.forget(lin, id).await.unwrap();
        assert_eq!(house.left().await, 0);
        assert_eq!(code(service.forget(lin, id).await), none);
        assert_eq!(code(service.open(lin, id).await), none);
        let calls = rows(&db, "SELECT outcome FROM calls").await;
        assert_eq!(calls, ["succeeded"], "what was used is booked");
    })
    .await;
}

#[tokio::test]
async fn one_that_nobody_leaves_goes_an_hour_after_its_last_question_also_while_it_answers() {
    on_both(async |db| {
        let house = House::on(&db).await;
        let service = &house.services.conversations;
        let kept = house.answered(None, "你好").await;
        let asked = house.ask_temporarily("背一首诗").await;
        house.clock.advance(40 * MINUTE);
        house.answered(Some(asked.conversation), "再背一首").await;
        house.clock.advance(40 * MINUTE);
        assert_eq!(service.forget_expired().await.unwrap(), 0);
        house.clock.advance(20 * MINUTE);
        house
            .simulator
            .next_answer(Answer::words(["春", "眠"]).held_after(1));
        // A question would make it last; what still runs does not.
        house.ask(Some(asked.conversation), "还有吗").await;
        house.arrived().await;
        execute(
            &db,
            "UPDATE conversations SET expires_at = 1 WHERE expires_at IS NOT NULL",
        )
        .await;
        assert_eq!(service.forget_expired().await.unwrap(), 1);
        house.settled().await;
        let left = service.open(&house.lin, asked.conversation).await;
        assert_eq!(code(left), Some(FailureCode::NotFound));
        assert!(service.open(&house.lin, kept.conversation).await.is_ok());
        // Others go on.
        house.answered(Some(kept.conversation), "再见").await;
    })
    .await;
}

#[tokio::test]
async fn nothing_of_a_temporary_conversation_is_taken_along() {
    on_both(async |db| {
        let house = House::on(&db).await;
        let asked = house.ask_temporarily("背一首诗").await;
        let (id, answer, user) = (asked.conversation, asked.answer.id, house.lin.user());
        for sql in [
            format!("INSERT INTO drafts (user_id, slot, text, updated_at) VALUES ('{user}', '{id}', '没写完', 0)"),
            format!(
                "INSERT INTO queued_messages (id, conversation_id, owner_id, position, text, files, model, version, created_at)
                 VALUES ('q', '{id}', '{user}', 1, '排着的话', '', 'qwen-plus', 0, 0)"
            ),
            format!(
                "INSERT INTO ratings (message_id, user_id, id, good, comment, updated_at)
                 VALUES ('{answer}', '{user}', 'r', TRUE, '说得好', 0)"
            ),
            format!(
                "INSERT INTO tool_calls (id, owner_id, message_id, position, round, upstream_id, name, arguments, state, text_at,
                                         after_blocks, created_at, updated_at)
                 VALUES ('t', '{user}', '{answer}', 0, 1, 'c', 'calculate', '1+1', 'done', 0, 0, 0, 0)"
            ),
            format!(
                "INSERT INTO message_attachments (id, owner_id, message_id, position, file_id, name, mime, bytes)
                 VALUES ('a', '{user}', '{answer}', 0, 'f', 'a.txt', 'text/plain', 1)"
            ),
        ] {
            execute(&db, &sql).await;
        }
        let taken_along = async || {
            let account = serde_json::to_value(db.kept_account(user).await.unwrap()).unwrap();
            let of_account = ["drafts", "queued", "ratings"];
            let of_account = of_account.map(|kind| account[kind].as_array().unwrap().len());
            let calls = db.kept_tool_calls(user, "").await.unwrap().len();
            let attachments = db.kept_attachments(user, "").await.unwrap().len();
            (of_account, calls, attachments)
        };
        assert_eq!(taken_along().await, ([0, 0, 0], 0, 0));
        execute(&db, "UPDATE conversations SET expires_at = NULL").await;
        assert_eq!(taken_along().await, ([1, 1, 1], 1, 1));
    })
    .await;
}

#[tokio::test]
async fn deleting_a_temporary_conversation_leaves_nothing_in_the_trash() {
    on_both(async |db| {
        let house = House::on(&db).await;
        let asked = house.ask_temporarily("背一首诗").await;
        let service = &house.services.conversations;
        service
            .delete(&house.lin, asked.conversation)
            .await
            .unwrap();
        assert_eq!(house.left().await, 0);
    })
    .await;
}

#[tokio::test]
async fn what_is_remembered_is_sent_while_it_is_on_but_never_into_a_temporary_conversation() {
    on_both(async |db| {
        let house = House::on(&db).await;
        let memory = &house.services.remembered;
        let fact = FactText::parse("我教小学语文。").unwrap();
        memory.add(&house.lin, fact).await.unwrap();
        let first = |house: &House| {
            let received = house.simulator.received();
            let asked = received
                .iter()
                .rev()
                .find(|asked| asked.model == "qwen-plus");
            asked.unwrap().body["messages"][0].clone()
        };
        let asked = house.answered(None, "背一首诗").await;
        assert_eq!(first(&house)["role"], "user", "off by default");
        memory.switch(&house.lin, true).await.unwrap();
        let again = house.answered(Some(asked.conversation), "再背一首").await;
        let told = first(&house);
        assert_eq!(told["role"], "system");
        assert!(
            told["content"]
                .as_str()
                .unwrap()
                .ends_with("\n- 我教小学语文。")
        );
        let details =
            house
                .services
                .conversations
                .details(&house.lin, again.conversation, again.answer.id);
        assert!(details.await.unwrap().runs[0].sent.memory);
        house.ask_temporarily("背一首诗").await;
        assert_eq!(first(&house)["role"], "user");
        memory.switch(&house.lin, false).await.unwrap();
        house.answered(Some(asked.conversation), "还有吗").await;
        assert_eq!(first(&house)["role"], "user");
    })
    .await;
}
