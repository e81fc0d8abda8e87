//! Conversations that are deleted, and accounts that are closed, in the middle of an answer.

use model::CallOutcome;

use super::{ending::halfway, *};
use crate::store::testing::{count, rows};

/// Waits until nothing is written, so long at most.
async fn settled_within(house: &House, limit: Duration) {
    tokio::time::timeout(limit, house.settled()).await.unwrap();
}

/// the stream ends within a second.
#[tokio::test]
async fn a_conversation_that_is_deleted_while_it_is_answered_stays_deleted_and_paid_for() {
    on_both(async |db| {
        let house = House::on(&db).await;
        let (asked, _) = halfway(&house).await;
        let (id, conversations) = (asked.conversation, &house.services.conversations);
        conversations.delete(&house.lin, id).await.unwrap();
        settled_within(&house, Duration::from_secs(1)).await;
        let opened = conversations.open(&house.lin, id).await;
        assert_eq!(
            code(opened),
            Some(FailureCode::NotFound),
            "not by the late save either"
        );
        house
            .clock
            .advance((crate::conversations::TRASH_DAYS + 1) * Millis::DAY);
        assert_eq!(conversations.purge().await.unwrap(), 1);
        for table in [
            "conversations",
            "messages",
            "generations",
            "generation_chunks",
        ] {
            let left = count(&db, &format!("SELECT COUNT(*) FROM {table}")).await;
            assert_eq!(left, 0, "{table}");
        }
        assert_eq!(
            rows(&db, "SELECT outcome FROM calls").await,
            [CallOutcome::Cancelled.as_str()]
        );
        assert_eq!(
            count(&db, "SELECT COUNT(*) FROM calls WHERE cost > 0").await,
            1
        );
        assert_eq!(count(&db, "SELECT COUNT(*) FROM call_holds").await, 0);
    })
    .await;
}

/// the stream ends within five seconds.
#[tokio::test]
async fn an_account_that_is_closed_while_it_is_answered_is_written_for_no_longer() {
    on_both(async |db| {
        let house = House::on(&db).await;
        let people = &house.services.people;
        let owner = house
            .services
            .identity
            .signed_up("olga", BuiltIn::Owner)
            .await;
        let (asked, _) = halfway(&house).await;
        people
            .set_disabled(&owner, &[house.lin.user()], true)
            .await
            .unwrap();
        settled_within(&house, Duration::from_secs(5)).await;
        assert_eq!(house.stored(&asked).await.status, MessageStatus::Stopped);

        people
            .set_disabled(&owner, &[house.lin.user()], false)
            .await
            .unwrap();
        halfway(&house).await;
        people
            .delete(&owner, &[house.lin.user()], "1")
            .await
            .unwrap();
        settled_within(&house, Duration::from_secs(5)).await;
        for table in [
            "conversations",
            "messages",
            "generations",
            "generation_chunks",
        ] {
            let left = count(&db, &format!("SELECT COUNT(*) FROM {table}")).await;
            assert_eq!(left, 0, "{table}");
        }
        assert_eq!(
            count(&db, "SELECT COUNT(*) FROM calls").await,
            2,
            "what was spent stays"
        );
    })
    .await;
}
