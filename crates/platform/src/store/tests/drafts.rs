use super::*;
use crate::store::testing::on_both;

impl Desk {
    /// By when what is typed there is known.
    async fn types(
        &self,
        owner: UserId,
        slot: Option<ConversationId>,
        text: &str,
        now: Millis,
    ) -> Millis {
        let kept = self.db.save_draft(owner, slot, (text, &[]), now).await;
        kept.unwrap().unwrap()
    }
}

#[tokio::test]
async fn each_conversation_and_the_new_one_have_a_draft_of_their_own() {
    on_both(async |db| {
        let desk = Desk::on(&db);
        let (lin, wang) = (desk.person().await, desk.person().await);
        let id = desk.ask(lin, None).await.conversation;
        assert_eq!(db.draft(lin, None).await.unwrap().0, "");
        for (slot, text) in [(None, "新"), (Some(id), "first"), (Some(id), "second")] {
            desk.types(lin, slot, text, NOW).await;
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
        desk.types(lin, None, "x", NOW).await;
        desk.types(lin, None, "", NOW).await;
        assert_eq!(desk.count("SELECT COUNT(*) FROM drafts").await, 0);
    })
    .await;
}

/// Two processes may have clocks that differ.
#[tokio::test]
async fn each_state_of_a_draft_has_a_time_of_its_own() {
    on_both(async |db| {
        let desk = Desk::on(&db);
        let lin = desk.person().await;
        let mut before = Millis::new(0);
        for now in [NOW, NOW, NOW.plus(-MINUTE), NOW.plus(MINUTE)] {
            let kept_at = desk.types(lin, None, "x", now).await;
            assert!(kept_at > before, "{kept_at:?}");
            assert_eq!(db.draft(lin, None).await.unwrap().2, Some(kept_at));
            before = kept_at;
        }
        assert_eq!(before, NOW.plus(MINUTE));
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
            desk.types(lin, slot, ASKED, NOW).await;
        }
        desk.ask(lin, here).await;
        assert_eq!(db.draft(lin, here).await.unwrap().0, "");
        assert_eq!(db.draft(lin, None).await.unwrap().0, ASKED);
        desk.ask(lin, None).await;
        assert_eq!(db.draft(lin, None).await.unwrap().0, "");
    })
    .await;
}
