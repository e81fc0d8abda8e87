//! No budget is passed, by however many at once.

use futures_util::future::join_all;
use model::{BudgetPeriod, BudgetScope};

use super::{House, end, millis, whole};
use crate::{
    ledger::{Bound, Ledger, LedgerError, OpenCall},
    store::testing::on_both,
};

/// Begins so many calls at once, from one process and the other in turn. Those that may be made, and what the others
/// were told.
async fn at_once(
    house: &House,
    ledgers: [&Ledger; 2],
    bounds: &[Bound],
    calls: usize,
) -> (Vec<OpenCall>, Vec<(BudgetScope, BudgetPeriod)>) {
    let opens = (0..calls).map(|turn| ledgers[turn % 2].open(house.call(bounds)));
    let (mut made, mut refused) = (Vec::new(), Vec::new());
    for open in join_all(opens).await {
        match open {
            Ok(open) => made.push(open),
            Err(LedgerError::OverBudget { scope, period, .. }) => refused.push((scope, period)),
            Err(error) => panic!("{error}"),
        }
    }
    (made, refused)
}

#[tokio::test]
async fn of_200_calls_at_once_a_budget_for_ten_lets_ten_through() {
    on_both(async |db| {
        let house = House::on(&db);
        let (here, there) = (house.node("here"), house.node("there"));
        let site = house.bound(BudgetScope::Site, BudgetPeriod::Total, 1_000);
        let bounds = [site];
        let (made, refused) = at_once(&house, [&here, &there], &bounds, 200).await;
        assert_eq!((made.len(), refused.len()), (10, 190));
        whole(&here).await;
        // What they did not cost is there for others.
        for open in made {
            open.close(end(50)).await.unwrap();
        }
        let (made, refused) = at_once(&house, [&here, &there], &bounds, 50).await;
        assert_eq!((made.len(), refused.len()), (5, 45));
        for open in made {
            open.close(end(100)).await.unwrap();
        }
        let spent = house.spent(BudgetScope::Site, BudgetPeriod::Total).await;
        assert_eq!(spent, 1_000);
        whole(&there).await;
        here.close_down().await;
        there.close_down().await;
    })
    .await;
}

#[tokio::test]
async fn of_many_budgets_the_narrowest_binds() {
    on_both(async |db| {
        let house = House::on(&db);
        let (here, there) = (house.node("here"), house.node("there"));
        // Each has spent what those before it did: together with that, each allows three more calls.
        let mut spent = 0;
        for scope in BudgetScope::ALL {
            for period in BudgetPeriod::ALL {
                let wide = BudgetScope::ALL
                    .iter()
                    .map(|scope| house.bound(*scope, BudgetPeriod::Month, 1_000_000));
                let narrow = house.bound(*scope, *period, spent + 300);
                let bounds: Vec<Bound> = wide.chain([narrow]).collect();
                let (made, refused) = at_once(&house, [&here, &there], &bounds, 20).await;
                assert_eq!(made.len(), 3, "{scope:?} {period:?}");
                assert_eq!(refused, [(*scope, *period); 17]);
                for open in made {
                    open.close(end(100)).await.unwrap();
                    spent += 100;
                }
            }
        }
        whole(&here).await;
        here.close_down().await;
        there.close_down().await;
    })
    .await;
}

#[tokio::test]
async fn a_budget_needs_a_price() {
    on_both(async |db| {
        let house = House::on(&db);
        let ledger = house.node("here");
        let mut call = house.call(&[house.bound(BudgetScope::User, BudgetPeriod::Day, 1_000)]);
        call.at_most = None;
        let mut unbound = call.clone();
        unbound.budgets = [].into();
        assert!(matches!(ledger.open(call).await, Err(LedgerError::NoPrice)));
        let open = ledger.open(unbound).await.unwrap();
        open.close(end(0)).await.unwrap();
        whole(&ledger).await;
        ledger.close_down().await;
    })
    .await;
}

#[tokio::test]
async fn a_budget_begins_anew_once_at_the_sites_midnight_across_restarts() {
    on_both(async |db| {
        let (day, month) = (BudgetPeriod::Day, BudgetPeriod::Month);
        let table = [
            (
                "Asia/Shanghai",
                day,
                "2026-11-28T15:00:00Z",
                "2026-11-28T16:00:00Z",
            ),
            (
                "Asia/Shanghai",
                month,
                "2026-11-29T00:00:00Z",
                "2026-11-30T16:00:00Z",
            ),
            // The day has 23 hours, the other one 25.
            (
                "Europe/Berlin",
                day,
                "2027-03-27T23:30:00Z",
                "2027-03-28T22:00:00Z",
            ),
            (
                "Europe/Berlin",
                day,
                "2027-10-30T22:30:00Z",
                "2027-10-31T23:00:00Z",
            ),
            (
                "Europe/Berlin",
                month,
                "2027-10-31T12:00:00Z",
                "2027-10-31T23:00:00Z",
            ),
        ];
        let mut house = House::at(&db, "UTC", "2026-11-01T00:00:00Z");
        for (row, (zone, period, now, resets)) in table.into_iter().enumerate() {
            let at = House::at(&db, zone, now);
            (house.clock, house.ids, house.zone) = (at.clock, at.ids, at.zone);
            // Somebody who has spent nothing yet.
            house.lin = model::UserId::from_uuid(uuid::Uuid::from_u128(100 + row as u128));
            let bounds = [house.bound(BudgetScope::User, period, 100)];
            let resets = millis(resets);
            let mut restarts = 0..;
            let mut restarted = || house.node(&format!("{row}-{}", restarts.next().unwrap()));

            let ledger = restarted();
            let open = ledger.open(house.call(&bounds)).await.unwrap();
            open.close(end(100)).await.unwrap();
            ledger.close_down().await;

            let ledger = restarted();
            let last = resets.plus(-1).since(crate::Clock::now(&house.clock));
            house.clock.advance(last);
            match ledger.open(house.call(&bounds)).await {
                Err(LedgerError::OverBudget { resets_at, .. }) => {
                    assert_eq!(resets_at, Some(resets), "{zone} {period:?}");
                }
                other => panic!("{zone} {period:?}: {:?}", other.map(|open| open.id())),
            }
            house.clock.advance(1);
            let open = ledger.open(house.call(&bounds)).await.unwrap();
            open.close(end(100)).await.unwrap();
            ledger.close_down().await;

            let ledger = restarted();
            assert!(ledger.open(house.call(&bounds)).await.is_err());
            ledger.close_down().await;
        }
        assert_eq!(house.holds().await, 0);
    })
    .await;
}

#[tokio::test]
async fn a_call_belongs_to_the_day_on_which_it_began() {
    on_both(async |db| {
        let house = House::at(&db, "Asia/Shanghai", "2026-11-28T15:59:59Z");
        let ledger = house.node("here");
        let bounds = [house.bound(BudgetScope::Site, BudgetPeriod::Day, 100)];
        let late = ledger.open(house.call(&bounds)).await.unwrap();
        house.clock.advance(2_000);
        let early = ledger.open(house.call(&bounds)).await.unwrap();
        late.close(end(60)).await.unwrap();
        early.close(end(40)).await.unwrap();
        let days = "SELECT COUNT(*) FROM spending WHERE scope = 'site' AND period = 'day' AND spent IN (40, 60)";
        assert_eq!(house.count(days).await, 2);
        whole(&ledger).await;
        ledger.close_down().await;
    })
    .await;
}
