use model::ConversationAct;

use super::*;
use crate::store::{Listed, testing::on_both};

async fn listed(desk: &Desk, owner: UserId) -> Vec<Listed> {
    desk.db.list_conversations(owner, None, 50).await.unwrap()
}

#[tokio::test]
async fn ten_thousand_conversations_are_paged_without_a_gap_or_a_repetition() {
    on_both(async |db| {
        let desk = Desk::on(&db);
        let lin = desk.person().await;
        testing::many_conversations(&db, lin, 10_000).await;
        let (mut seen, mut after) = (Vec::new(), None);
        loop {
            let page = db.list_conversations(lin, after, 41).await.unwrap();
            let Some(last) = page.last() else { break };
            after = Some((last.updated_at, last.id));
            seen.extend(page.into_iter().map(|line| line.id.as_uuid()));
        }
        let expected: Vec<_> = (1..=10_000).rev().map(testing::nth).collect();
        assert_eq!(seen, expected);
    })
    .await;
}

#[tokio::test]
async fn the_list_says_which_conversations_are_being_answered() {
    on_both(async |db| {
        let desk = Desk::on(&db);
        let lin = desk.person().await;
        let settled = desk.answered(lin, None, MessageStatus::Complete).await;
        let running = desk.ask(lin, None).await;
        let lines = listed(&desk, lin).await;
        let lines: Vec<_> = lines
            .iter()
            .map(|line| (line.id, line.generating))
            .collect();
        assert_eq!(
            lines,
            [(running.conversation, true), (settled.conversation, false)]
        );
    })
    .await;
}

#[tokio::test]
async fn of_some_conversations_those_are_told_that_are_being_answered() {
    on_both(async |db| {
        let desk = Desk::on(&db);
        let (lin, wang) = (desk.person().await, desk.person().await);
        let settled = desk.answered(lin, None, MessageStatus::Complete).await;
        let running = desk.ask(lin, None).await.conversation;
        let (foreign, thrown) = (desk.ask(wang, None).await, desk.ask(lin, None).await);
        let deleted = db.delete_conversation(lin, thrown.conversation, NOW);
        assert!(deleted.await.unwrap());
        let asked = [
            settled.conversation,
            running,
            running,
            foreign.conversation,
            thrown.conversation,
        ];
        assert_eq!(db.written_among(lin, &asked).await.unwrap(), [running]);
        assert_eq!(db.written_among(lin, &[]).await.unwrap(), []);
    })
    .await;
}

#[tokio::test]
async fn a_strangers_conversation_is_as_if_it_were_not_there() {
    on_both(async |db| {
        let desk = Desk::on(&db);
        let (lin, wang) = (desk.person().await, desk.person().await);
        let turn = desk.answered(lin, None, MessageStatus::Stopped).await;
        let (id, model) = (turn.conversation, model());
        assert_eq!(listed(&desk, wang).await, []);
        assert_eq!(db.conversation(wang, id).await.unwrap(), None);
        assert!(!db.rename_conversation(wang, id, &title("x")).await.unwrap());
        assert!(!db.delete_conversation(wang, id, NOW).await.unwrap());
        assert!(!db.show_branch(wang, id, turn.question).await.unwrap());
        assert_eq!(db.branch(wang, id, turn.answer, 9).await.unwrap(), []);
        assert_eq!(db.message(wang, id, turn.answer).await.unwrap(), None);
        let begun = desk.answer(turn.answer, &model);
        assert!(!db.reopen_answer(wang, id, begun).await.unwrap());
        let begun = desk.answer(desk.message(), &model);
        assert!(
            !db.answer_again(wang, id, turn.question, begun)
                .await
                .unwrap()
        );
        let (_, submitted) = desk.submit(wang, Some(id), desk.submission()).await;
        assert_eq!(submitted.unwrap(), Submitted::NoConversation);
        assert!(
            db.save_draft(wang, Some(id), ("x", &[]), NOW)
                .await
                .unwrap()
                .is_none()
        );
        assert!(db.delete_conversation(lin, id, NOW).await.unwrap());
        assert!(!db.restore_conversation(wang, id).await.unwrap());
        assert!(db.restore_conversation(lin, id).await.unwrap());
        let kept = db.conversation(lin, id).await.unwrap().unwrap();
        assert_eq!(
            (kept.title, kept.model, kept.leaf),
            (title("Spring"), model, Some(turn.answer))
        );
    })
    .await;
}

#[tokio::test]
async fn a_message_is_not_found_through_another_conversation_of_the_same_person() {
    on_both(async |db| {
        let desk = Desk::on(&db);
        let lin = desk.person().await;
        let here = desk.answered(lin, None, MessageStatus::Stopped).await;
        let there = desk.answered(lin, None, MessageStatus::Stopped).await;
        let (id, model) = (here.conversation, model());
        assert_eq!(db.message(lin, id, there.answer).await.unwrap(), None);
        assert!(!db.show_branch(lin, id, there.question).await.unwrap());
        let begun = desk.answer(there.answer, &model);
        assert!(!db.reopen_answer(lin, id, begun).await.unwrap());
    })
    .await;
}

#[tokio::test]
async fn a_persons_title_beats_the_models_and_the_models_beats_the_questions() {
    on_both(async |db| {
        let desk = Desk::on(&db);
        let lin = desk.person().await;
        let id = desk.ask(lin, None).await.conversation;
        let now = async || db.conversation(lin, id).await.unwrap().unwrap().title;
        assert!(
            db.title_conversation(id, &title("By the model"))
                .await
                .unwrap()
        );
        assert_eq!(now().await, title("By the model"));
        assert!(!db.title_conversation(id, &title("Twice")).await.unwrap());
        assert!(
            db.rename_conversation(lin, id, &title("By Lin"))
                .await
                .unwrap()
        );
        assert!(!db.title_conversation(id, &title("Late")).await.unwrap());
        assert_eq!(now().await, title("By Lin"));
    })
    .await;
}

#[tokio::test]
async fn what_is_in_the_trash_is_nowhere_else_and_comes_back_whole() {
    on_both(async |db| {
        let desk = Desk::on(&db);
        let lin = desk.person().await;
        let turn = desk.answered(lin, None, MessageStatus::Complete).await;
        let id = turn.conversation;
        assert!(db.delete_conversation(lin, id, NOW).await.unwrap());
        assert!(!db.delete_conversation(lin, id, NOW).await.unwrap(), "once");
        assert_eq!(listed(&desk, lin).await, []);
        assert_eq!(db.conversation(lin, id).await.unwrap(), None);
        assert_eq!(db.message(lin, id, turn.answer).await.unwrap(), None);
        assert!(!db.rename_conversation(lin, id, &title("x")).await.unwrap());
        let (_, submitted) = desk.submit(lin, Some(id), desk.submission()).await;
        assert_eq!(submitted.unwrap(), Submitted::NoConversation);
        assert!(db.restore_conversation(lin, id).await.unwrap());
        assert!(!db.restore_conversation(lin, id).await.unwrap(), "once");
        assert_eq!(listed(&desk, lin).await.len(), 1);
        assert_eq!(desk.read(lin, turn).await.text(), "春眠不觉晓");
    })
    .await;
}

#[tokio::test]
async fn what_goes_on_is_not_in_the_archive_any_more() {
    on_both(async |db| {
        let desk = Desk::on(&db);
        let lin = desk.person().await;
        let id = desk
            .answered(lin, None, MessageStatus::Complete)
            .await
            .conversation;
        let put_away = db
            .order_conversations(lin, ConversationAct::Archive, &[id], NOW)
            .await;
        assert_eq!(put_away.unwrap(), [id]);
        assert_eq!(listed(&desk, lin).await, []);
        desk.ask(lin, Some(id)).await;
        assert_eq!(listed(&desk, lin).await.len(), 1);
    })
    .await;
}

#[tokio::test]
async fn purging_leaves_nothing_of_a_conversation_however_long_it_was() {
    on_both(async |db| {
        let desk = Desk::on(&db);
        let lin = desk.person().await;
        testing::long_branch(&db, lin, 2_000).await;
        let old = ConversationId::from_uuid(testing::nth(1));
        assert!(
            db.save_draft(lin, Some(old), ("unsent", &[]), NOW)
                .await
                .unwrap()
                .is_some()
        );
        let young = desk.ask(lin, None).await.conversation;
        let kept = desk.ask(lin, None).await.conversation;
        assert!(
            db.save_draft(lin, Some(kept), ("unsent", &[]), NOW)
                .await
                .unwrap()
                .is_some()
        );
        assert!(db.delete_conversation(lin, old, NOW).await.unwrap());
        let later = NOW.plus(1);
        assert!(db.delete_conversation(lin, young, later).await.unwrap());
        assert_eq!(db.purge_conversations(NOW).await.unwrap(), 0);
        assert_eq!(db.purge_conversations(later).await.unwrap(), 1);
        for (expected, sql) in [
            (2, "SELECT COUNT(*) FROM conversations"),
            (4, "SELECT COUNT(*) FROM messages"),
            (1, "SELECT COUNT(*) FROM drafts"),
        ] {
            assert_eq!(desk.count(sql).await, expected, "{sql}");
        }
        assert!(db.restore_conversation(lin, young).await.unwrap());
    })
    .await;
}
