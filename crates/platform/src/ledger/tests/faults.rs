//! What fails on the way to the store, and who else writes there.

use std::sync::Arc;

use futures_util::future::join_all;
use model::{BudgetPeriod, BudgetScope};

use super::{House, end, whole};
use crate::{
    ledger::Bound,
    store::{
        Batch, Decision, Hold, Opening,
        testing::{self, on_both},
    },
};

#[tokio::test]
async fn a_transaction_that_fails_at_its_end_leaves_nothing() {
    on_both(async |db| {
        let house = House::on(&db);
        let ledger = house.node("here");
        let site = house.bound(BudgetScope::Site, BudgetPeriod::Month, 1_000);
        let open = ledger.open(house.call(&[site])).await.unwrap();
        // The sums of days are written last.
        testing::execute(&db, "ALTER TABLE usage_days RENAME TO gone").await;
        assert!(open.close(end(7)).await.is_err());
        assert_eq!((house.calls().await, house.holds().await), (0, 1));
        assert_eq!(house.spent(BudgetScope::Site, BudgetPeriod::Total).await, 0);
        assert_eq!(
            house.held(BudgetScope::Site, BudgetPeriod::Month).await,
            100
        );
        testing::execute(&db, "ALTER TABLE gone RENAME TO usage_days").await;
        ledger.close_down().await;
        assert_eq!((house.calls().await, house.holds().await), (1, 0));
        assert_eq!(house.spent(BudgetScope::Site, BudgetPeriod::Total).await, 7);
        assert_eq!(house.held(BudgetScope::Site, BudgetPeriod::Month).await, 0);
        whole(&ledger).await;
    })
    .await;
}

#[tokio::test]
async fn a_batch_whose_answer_was_lost_is_written_once() {
    on_both(async |db| {
        let house = House::on(&db);
        let ledger = house.node("here");
        let bounds: Arc<[Bound]> =
            [house.bound(BudgetScope::Site, BudgetPeriod::Month, 350)].into();
        let hold = || Arc::new(ledger.hold(house.call(&bounds), 100));
        let (ends, leaves, waits) = (hold(), hold(), hold());
        let named = Arc::new(Hold {
            task_id: "t-1".to_owned(),
            ..Hold::clone(&waits)
        });
        let opening = |hold: &Arc<_>| Opening {
            hold: Arc::clone(hold),
            bounds: Arc::clone(&bounds),
        };
        let first = Batch {
            openings: [&ends, &leaves, &waits].map(opening).into(),
            ..Batch::default()
        };
        let granted = vec![Decision::Reserved; 3];
        assert_eq!(db.commit_ledger(first).await.unwrap(), granted);
        // 200 of 350 are left when the one that leaves is gone, of which the other one books 30 instead of 100.
        let (new, over) = (hold(), Arc::new(ledger.hold(house.call(&bounds), 200)));
        let mut decided = Vec::new();
        for again in [false, true, true] {
            let second = Batch {
                openings: [&new, &over].map(opening).into(),
                closings: vec![(Arc::clone(&ends), Arc::new(end(30)))],
                forgotten: vec![Arc::clone(&leaves)],
                tasks: vec![Arc::clone(&named)],
                again,
                ..Batch::default()
            };
            decided.push(db.commit_ledger(second).await.unwrap());
            whole(&ledger).await;
        }
        let over = Decision::Over(bounds[0].clone());
        assert_eq!(decided, vec![vec![Decision::Reserved, over]; 3]);
        assert_eq!((house.calls().await, house.holds().await), (1, 2));
        assert_eq!(
            house.spent(BudgetScope::Site, BudgetPeriod::Month).await,
            30
        );
        assert_eq!(
            house.held(BudgetScope::Site, BudgetPeriod::Month).await,
            200
        );
        let waiting = ledger.waiting_tasks(None, 10).await.unwrap();
        assert_eq!(waiting.len(), 1);
        ledger.close_down().await;
    })
    .await;
}

#[tokio::test]
async fn a_call_that_the_store_refuses_holds_up_nobody() {
    on_both(async |db| {
        let house = House::on(&db);
        let ledger = house.node("here");
        let refuse = if db.is_shared() {
            "ALTER TABLE calls ADD CONSTRAINT refused CHECK (model <> 'refused')"
        } else {
            "CREATE TRIGGER refused BEFORE INSERT ON calls WHEN NEW.model = 'refused' \
             BEGIN SELECT RAISE(ABORT, 'refused'); END"
        };
        testing::execute(&db, refuse).await;
        let mut opens = Vec::new();
        for model in ["one", "refused", "two"] {
            let mut call = house.call(&[]);
            call.model = model.to_owned();
            opens.push(ledger.open(call).await.unwrap());
        }
        let ends = join_all(opens.into_iter().map(|open| open.close(end(5)))).await;
        let booked: Vec<bool> = ends.iter().map(Result::is_ok).collect();
        assert_eq!(booked, [true, false, true]);
        assert_eq!(house.calls().await, 2);
        assert_eq!(
            house.spent(BudgetScope::Site, BudgetPeriod::Total).await,
            10
        );
        whole(&ledger).await;
        ledger.close_down().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn those_who_book_calls_and_those_who_write_other_things_get_their_turns() {
    const TIMES: usize = 50;
    on_both(async |db| {
        let house = Arc::new(House::on(&db));
        let ledger = house.node("here");
        let bounds = [house.bound(BudgetScope::Site, BudgetPeriod::Month, i64::MAX / 2)];
        let calling = (0..8).map(|_| {
            let (ledger, house, bounds) = (ledger.clone(), Arc::clone(&house), bounds.clone());
            tokio::spawn(async move {
                for _ in 0..TIMES {
                    let open = ledger.open(house.call(&bounds)).await.unwrap();
                    open.close(end(1)).await.unwrap();
                }
            })
        });
        let writing = (0..8).map(|_| {
            let db = db.clone();
            tokio::spawn(async move {
                for _ in 0..TIMES {
                    // Fails when it can't begin within six seconds.
                    testing::execute(&db, "UPDATE budgets SET updated_at = updated_at").await;
                }
            })
        });
        let all: Vec<_> = calling.chain(writing).collect();
        for done in join_all(all).await {
            done.unwrap();
        }
        assert_eq!(
            house.spent(BudgetScope::Site, BudgetPeriod::Total).await,
            400
        );
        whole(&ledger).await;
        ledger.close_down().await;
    })
    .await;
}
