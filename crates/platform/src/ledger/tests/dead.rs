//! What a process leaves behind is settled by another one.

use model::{BudgetPeriod, BudgetScope};

use super::{House, end, killed, whole};
use crate::store::testing::{self, on_both};

/// A time after which no lease holds that was not renewed.
const LATER_MS: i64 = 60_000;

#[tokio::test]
async fn calls_of_a_dead_process_cost_what_went_in_and_release_the_rest() {
    on_both(async |db| {
        let house = House::on(&db);
        let dead = house.node("dead");
        let bounds = [house.bound(BudgetScope::Site, BudgetPeriod::Month, 1_000)];
        for _ in 0..3 {
            killed(dead.open(house.call(&bounds)).await.unwrap());
        }
        let late = dead.open(house.call(&bounds)).await.unwrap();
        assert_eq!(house.held(BudgetScope::Site, BudgetPeriod::Month).await, 400);

        let there = house.node("there");
        house.clock.advance(LATER_MS);
        there.recover().await.unwrap();
        let settled = "SELECT COUNT(*) FROM calls WHERE outcome = 'interrupted' AND usage_source = 'estimated' \
                       AND cost = 10 AND input_tokens = 5 AND duration_ms = 60000";
        assert_eq!(house.count(settled).await, 4);
        assert_eq!(house.held(BudgetScope::Site, BudgetPeriod::Month).await, 0);
        // It was only asleep: what it says now comes too late.
        late.close(end(99)).await.unwrap();
        assert_eq!(house.spent(BudgetScope::Site, BudgetPeriod::Month).await, 40);
        assert_eq!(there.recover().await.unwrap(), 0);
        whole(&there).await;
        there.close_down().await;
        dead.close_down().await;
    })
    .await;
}

#[tokio::test]
async fn calls_of_a_process_that_vouches_for_them_are_left_alone() {
    on_both(async |db| {
        if !db.is_shared() {
            return;
        }
        let house = House::on(&db);
        let (here, there) = (house.node("here"), house.node("there"));
        let bounds = [house.bound(BudgetScope::Site, BudgetPeriod::Month, 1_000)];
        let open = here.open(house.call(&bounds)).await.unwrap();
        house.clock.advance(14_000);
        assert_eq!(there.recover().await.unwrap(), 0);
        // Whatever is written renews the lease first.
        let other = here.open(house.call(&bounds)).await.unwrap();
        house.clock.advance(14_000);
        assert_eq!(there.recover().await.unwrap(), 0);
        open.close(end(1)).await.unwrap();
        other.close(end(1)).await.unwrap();
        // Who leaves in good order leaves nothing to wait for.
        killed(here.open(house.call(&bounds)).await.unwrap());
        here.close_down().await;
        assert_eq!(there.recover().await.unwrap(), 1);
        whole(&there).await;
        there.close_down().await;
    })
    .await;
}

#[tokio::test]
async fn old_lines_are_thrown_out_and_sums_stay() {
    on_both(async |db| {
        let house = House::on(&db);
        let ledger = house.node("here");
        for _ in 0..4 {
            let open = ledger.open(house.call(&[])).await.unwrap();
            open.close(end(5)).await.unwrap();
            house.clock.advance(model::Millis::DAY);
        }
        assert_eq!(ledger.prune(2).await.unwrap(), 2);
        assert_eq!(ledger.prune(2).await.unwrap(), 0);
        assert_eq!(house.calls().await, 2);
        assert_eq!(
            house.spent(BudgetScope::Site, BudgetPeriod::Total).await,
            20
        );
        whole(&ledger).await;
        ledger.close_down().await;
    })
    .await;
}

#[tokio::test]
async fn reconciling_names_each_row_that_differs() {
    on_both(async |db| {
        let house = House::on(&db);
        let ledger = house.node("here");
        let bounds = [house.bound(BudgetScope::Group, BudgetPeriod::Month, 1_000)];
        let open = ledger.open(house.call(&bounds)).await.unwrap();
        let id = open.id();
        open.close(end(5)).await.unwrap();
        killed(ledger.open(house.call(&bounds)).await.unwrap());
        whole(&ledger).await;
        let table = [
            (
                "UPDATE calls SET cost = cost + 1",
                "UPDATE calls SET cost = cost - 1",
                "I5",
            ),
            (
                "UPDATE calls SET input_tokens = 8",
                "UPDATE calls SET input_tokens = 7",
                "I6",
            ),
            (
                "UPDATE spending SET spent = spent + 1 WHERE scope = 'user' AND period = 'day'",
                "UPDATE spending SET spent = spent - 1 WHERE scope = 'user' AND period = 'day'",
                "I2",
            ),
            (
                "UPDATE spending SET spent = spent + 1 WHERE scope = 'group' AND period = 'day'",
                "UPDATE spending SET spent = spent - 1 WHERE scope = 'group' AND period = 'day'",
                "I2",
            ),
            (
                "UPDATE spending SET held = held + 1 WHERE scope = 'group' AND period = 'month'",
                "UPDATE spending SET held = held - 1 WHERE scope = 'group' AND period = 'month'",
                "I3",
            ),
        ];
        for (change, back, rule) in table {
            testing::execute(&db, change).await;
            let found = ledger.reconcile().await.unwrap();
            let rules: Vec<&str> = found.iter().map(|row| row.rule).collect();
            assert_eq!(rules, [rule], "{change}: {found:?}");
            testing::execute(&db, back).await;
            whole(&ledger).await;
        }
        let twice =
            format!("UPDATE calls SET id = (SELECT MAX(id) FROM call_holds) WHERE id = '{id}'");
        testing::execute(&db, &twice).await;
        let found = ledger.reconcile().await.unwrap();
        assert!(found.iter().all(|row| row.rule == "I4") && found.len() == 1);
        ledger.close_down().await;
    })
    .await;
}
