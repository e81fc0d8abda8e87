use super::*;
use crate::store::testing::on_both;

#[tokio::test]
async fn each_conversation_and_the_new_one_have_a_draft_of_their_own() {
    on_both(async |db| {
        let desk = Desk::on(&db);
        let (lin, wang) = (desk.person().await, desk.person().await);
        let id = desk.ask(lin, None).await.conversation;
        assert_eq!(db.draft(lin, None).await.unwrap().0, "");
        for (slot, text) in [(None, "新"), (Some(id), "first"), (Some(id), "second")] {
            assert!(db.save_draft(lin, slot, (text, &[]), NOW).await.unwrap());
        }
        assert_eq!(db.draft(lin, None).await.unwrap().0, "新");
        assert_eq!(db.draft(lin, Some(id)).await.unwrap().0, "second");
        assert_eq!(db.draft(wang, None).await.unwrap().0, "");
        assert_eq!(db.draft(wang, Some(id)).await.unwrap().0, "");
    })
    .await;
}

#[tokio::test]
async fn an_empty_draft_takes_no_room() {
    on_both(async |db| {
        let desk = Desk::on(&db);
        let lin = desk.person().await;
        assert!(db.save_draft(lin, None, ("x", &[]), NOW).await.unwrap());
        assert!(db.save_draft(lin, None, ("", &[]), NOW).await.unwrap());
        assert_eq!(desk.count("SELECT COUNT(*) FROM drafts").await, 0);
    })
    .await;
}

#[tokio::test]
async fn asking_forgets_the_draft_of_that_place_only() {
    on_both(async |db| {
        let desk = Desk::on(&db);
        let lin = desk.person().await;
        let turn = desk.answered(lin, None, MessageStatus::Complete).await;
        let here = Some(turn.conversation);
        for slot in [None, here] {
            assert!(
                db.save_draft(lin, slot, ("unsent", &[]), NOW)
                    .await
                    .unwrap()
            );
        }
        desk.ask(lin, here).await;
        assert_eq!(db.draft(lin, here).await.unwrap().0, "");
        assert_eq!(db.draft(lin, None).await.unwrap().0, "unsent");
        desk.ask(lin, None).await;
        assert_eq!(db.draft(lin, None).await.unwrap().0, "");
    })
    .await;
}
