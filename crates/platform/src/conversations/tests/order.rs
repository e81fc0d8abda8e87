//! What is pinned, in the archive and in the trash, on both databases.

use model::{ConversationAct, Shelf};

use super::*;

fn nth(row: u32) -> ConversationId {
    ConversationId::from_uuid(testing::nth(row))
}

impl House {
    /// So many conversations of Lin's, the last one the newest.
    async fn many(&self, count: u32) {
        testing::many_conversations(&self.db, self.lin.user(), count).await;
    }

    async fn order(&self, act: ConversationAct, ids: &[ConversationId]) -> u64 {
        let done = self.conversations.order(&self.lin, act, ids).await;
        done.unwrap()
    }

    async fn standing(&self, shelf: Shelf) -> Vec<ConversationId> {
        let (mut seen, mut after) = (Vec::new(), None::<String>);
        loop {
            let page = self
                .conversations
                .shelf(&self.lin, shelf, after.as_deref(), UTC)
                .await
                .unwrap();
            seen.extend(page.items.iter().map(|line| line.id));
            after = page.next;
            if after.is_none() {
                return seen;
            }
        }
    }
}

#[tokio::test]
async fn what_is_pinned_stands_above_all_days_and_only_there() {
    on_both(async |db| {
        let house = House::on(&db).await;
        house.many(100).await;
        let service = &house.conversations;
        assert_eq!(
            house.order(ConversationAct::Pin, &[nth(3), nth(50)]).await,
            2
        );
        house.clock.advance(1);
        assert_eq!(
            house.order(ConversationAct::Pin, &[nth(7), nth(3)]).await,
            1
        );
        let page = service.list(&house.lin, None, UTC).await.unwrap();
        let pinned: Vec<_> = page
            .items
            .iter()
            .take_while(|line| line.day == DayGroup::Pinned)
            .map(|line| line.id)
            .collect();
        assert_eq!(pinned, [nth(7), nth(50), nth(3)]);
        let mut all = house.standing(Shelf::Kept).await;
        assert_eq!(all[3], nth(100));
        all.sort_unstable();
        assert_eq!(all, (1..=100).map(nth).collect::<Vec<_>>(), "each once");

        assert_eq!(
            house
                .order(ConversationAct::Unpin, &[nth(50), nth(9)])
                .await,
            1
        );
        assert_eq!(
            house.standing(Shelf::Kept).await[..3],
            [nth(7), nth(3), nth(100)]
        );
        let opened = service.open(&house.lin, nth(7)).await.unwrap();
        assert!(opened.is_pinned && !opened.is_archived);
    })
    .await;
}

#[tokio::test]
async fn of_more_than_fifty_it_is_not_asked_whether_they_are_being_answered() {
    on_both(async |db| {
        let house = House::on(&db).await;
        house.many(51).await;
        let ids: Vec<_> = (1..=51).map(nth).collect();
        let written = house.conversations.written(&house.lin, &ids[1..]).await;
        assert_eq!(written.unwrap(), []);
        let refused = house.conversations.written(&house.lin, &ids).await;
        assert!(matches!(
            refused,
            Err(Error::Refused(FailureCode::BadRequest))
        ));
    })
    .await;
}

#[tokio::test]
async fn what_is_archived_is_not_listed_but_opened() {
    on_both(async |db| {
        let house = House::on(&db).await;
        house.many(90).await;
        house.order(ConversationAct::Pin, &[nth(2)]).await;
        let away: Vec<_> = (1..=85).map(nth).collect();
        assert_eq!(house.order(ConversationAct::Archive, &away).await, 85);
        assert_eq!(
            house.order(ConversationAct::Archive, &away).await,
            0,
            "once"
        );
        let kept: Vec<_> = (86..=90).rev().map(nth).collect();
        assert_eq!(house.standing(Shelf::Kept).await, kept);
        let mut archived = house.standing(Shelf::Archive).await;
        archived.sort_unstable();
        assert_eq!(archived, away);
        let opened = house.conversations.open(&house.lin, nth(2)).await.unwrap();
        assert!(opened.is_archived && !opened.is_pinned);

        assert_eq!(house.order(ConversationAct::Unarchive, &[nth(1)]).await, 1);
        assert_eq!(house.order(ConversationAct::Pin, &[nth(2)]).await, 1);
        assert_eq!(house.standing(Shelf::Archive).await.len(), 83);
        assert_eq!(house.standing(Shelf::Kept).await[0], nth(2));
        assert_eq!(house.standing(Shelf::Kept).await.len(), 7);
    })
    .await;
}

#[tokio::test]
async fn the_trash_gives_back_or_takes_for_good() {
    on_both(async |db| {
        let house = House::on(&db).await;
        house.many(60).await;
        let (service, lin) = (&house.conversations, &house.lin);
        service
            .save_draft(lin, Some(nth(5)), ("unsent", &[]))
            .await
            .unwrap();
        assert_eq!(
            house.order(ConversationAct::Erase, &[nth(5)]).await,
            0,
            "not at once"
        );
        let thrown: Vec<_> = (1..=50).map(nth).collect();
        assert_eq!(house.order(ConversationAct::Delete, &thrown).await, 50);
        house.clock.advance(1);
        assert_eq!(
            house
                .order(ConversationAct::Delete, &[nth(60), nth(1)])
                .await,
            1
        );
        let trash = house.standing(Shelf::Trash).await;
        assert_eq!((trash[0], trash.len()), (nth(60), 51));
        for act in [ConversationAct::Pin, ConversationAct::Archive] {
            assert_eq!(house.order(act, &[nth(60)]).await, 0, "{act:?}");
        }

        assert_eq!(
            house
                .order(ConversationAct::Restore, &[nth(60), nth(4)])
                .await,
            2
        );
        assert_eq!(house.order(ConversationAct::Erase, &thrown).await, 49);
        assert_eq!(house.standing(Shelf::Trash).await, []);
        assert_eq!(house.standing(Shelf::Kept).await.len(), 11);
        for (expected, sql) in [
            (11, "SELECT COUNT(*) FROM conversations"),
            (0, "SELECT COUNT(*) FROM drafts"),
        ] {
            assert_eq!(testing::count(&db, sql).await, expected, "{sql}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_stranger_puts_nothing_in_order() {
    on_both(async |db| {
        let house = House::on(&db).await;
        house.many(2).await;
        assert_eq!(house.order(ConversationAct::Delete, &[nth(2)]).await, 1);
        let (service, wang) = (&house.conversations, &house.wang);
        for act in [
            ConversationAct::Pin,
            ConversationAct::Archive,
            ConversationAct::Delete,
            ConversationAct::Restore,
            ConversationAct::Erase,
        ] {
            let done = service.order(wang, act, &[nth(1), nth(2), nth(3)]).await;
            assert_eq!(done.unwrap(), 0, "{act:?}");
        }
        for shelf in Shelf::ALL {
            let page = service.shelf(wang, shelf, None, UTC).await.unwrap();
            assert_eq!(page.items, [], "{shelf:?}");
        }
        assert_eq!(house.standing(Shelf::Kept).await, [nth(1)]);
        assert_eq!(house.standing(Shelf::Trash).await, [nth(2)]);
    })
    .await;
}

#[tokio::test]
async fn too_many_at_once_are_refused() {
    on_both(async |db| {
        let house = House::on(&db).await;
        let ids: Vec<_> = (1..=201).map(nth).collect();
        let done = house
            .conversations
            .order(&house.lin, ConversationAct::Pin, &ids)
            .await;
        assert_eq!(code(done), Some(FailureCode::BadRequest));
    })
    .await;
}
