//! What is deleted: open to nobody, brought back for thirty days, and no way around how many there may be.

use model::{FailureCode, Millis};

use super::{House, code, draft, pictures::png};
use crate::{
    assistants::MOST,
    store::testing::{count, execute, on_both},
};

#[tokio::test]
async fn a_deleted_assistant_is_open_to_nobody_and_can_be_brought_back_for_thirty_days() {
    on_both(async |db| {
        let house = House::on(&db).await;
        let assistants = &house.assistants;
        let none = Some(FailureCode::NotFound);
        let mine = house.keep(&house.lin, "Mine", "private").await.unwrap();
        let all = house.keep(&house.boss, "All", "everybody").await.unwrap();
        assistants
            .set_picture(&house.boss, all, &png())
            .await
            .unwrap();

        assert_eq!(code(assistants.restore(&house.lin, mine).await), none);
        assistants.delete(&house.lin, mine).await.unwrap();
        assistants.delete(&house.boss, all).await.unwrap();
        assert_eq!(house.open_to(mine).await, [false; 4]);
        assert_eq!(house.open_to(all).await, [false; 4]);
        assert_eq!(code(assistants.own(&house.lin, mine).await), none);
        assert_eq!(code(assistants.picture(&house.boss, all).await), none);
        assert_eq!(code(assistants.delete(&house.lin, mine).await), none);
        let changed = house
            .write(&house.lin, Some(mine), &draft("Anew", "private"))
            .await;
        assert_eq!(code(changed), none);
        for stranger in [&house.tao, &house.boss] {
            assert_eq!(code(assistants.restore(stranger, mine).await), none);
        }

        assistants.restore(&house.lin, mine).await.unwrap();
        assert_eq!(house.open_to(mine).await, [true, false, false, false]);
        assert_eq!(code(assistants.restore(&house.lin, mine).await), none);
        assistants.restore(&house.boss, all).await.unwrap();
        assert_eq!(house.open_to(all).await, [true; 4]);
        assert!(assistants.picture(&house.lin, all).await.is_ok());

        assistants.delete(&house.boss, all).await.unwrap();
        // What was for everybody is not published again by who may not publish any more.
        let member = house.lin.user();
        let given = format!("UPDATE assistants SET owner_id = '{member}' WHERE id = '{all}'");
        execute(&db, &given).await;
        assert_eq!(
            code(assistants.restore(&house.lin, all).await),
            Some(FailureCode::Forbidden)
        );
        house.clock.advance(30 * Millis::DAY);
        assert_eq!(assistants.purge().await.unwrap(), 0, "not over yet");
        house.clock.advance(1);
        assert_eq!(assistants.purge().await.unwrap(), 1);
        assert_eq!(count(&db, "SELECT COUNT(*) FROM assistants").await, 1);
        let pictures = "SELECT COUNT(*) FROM assistant_pictures";
        assert_eq!(count(&db, pictures).await, 0, "they go with it");
    })
    .await;
}

#[tokio::test]
async fn nobody_has_more_than_they_may_nor_keeps_more_that_was_deleted() {
    on_both(async |db| {
        let house = House::on(&db).await;
        let (assistants, tao) = (&house.assistants, &house.tao);
        let first = house.keep(tao, "first", "private").await.unwrap();
        for n in 2..MOST {
            house.keep(tao, &n.to_string(), "private").await.unwrap();
        }
        let too_many = Some(FailureCode::TooMany);
        let (one, other) = tokio::join!(
            house.keep(tao, "one", "private"),
            house.keep(tao, "other", "private")
        );
        let both = [code(one), code(other)];
        assert!(both.contains(&None) && both.contains(&too_many), "{both:?}");

        assistants.delete(tao, first).await.unwrap();
        let second = house.keep(tao, "second", "private").await.unwrap();
        assert_eq!(code(assistants.restore(tao, first).await), too_many);
        assistants.delete(tao, second).await.unwrap();
        let (one, other) = tokio::join!(
            assistants.restore(tao, first),
            assistants.restore(tao, second)
        );
        let both = [code(one), code(other)];
        assert!(both.contains(&None) && both.contains(&too_many), "{both:?}");

        let theirs = house.keep(&house.lin, "theirs", "private").await.unwrap();
        assistants.delete(&house.lin, theirs).await.unwrap();
        let owner = tao.user();
        let all_deleted =
            format!("UPDATE assistants SET deleted_at = 1 WHERE owner_id = '{owner}'");
        execute(&db, &all_deleted).await;
        let last = house.keep(tao, "last", "private").await.unwrap();
        assistants.delete(tao, last).await.unwrap();
        let kept = count(&db, "SELECT COUNT(*) FROM assistants").await;
        assert_eq!(kept, i64::from(MOST) + 1);
        assistants.restore(tao, last).await.unwrap();
        assistants.restore(&house.lin, theirs).await.unwrap();
    })
    .await;
}
