//! A call is booked once, whatever becomes of it.

use std::time::Duration;

use model::{BudgetPeriod, BudgetScope, CallFilter};

use super::{House, end, whole};
use crate::{
    ledger::{CallEnd, LedgerError, Terms},
    store::{
        CallsQuery,
        testing::{self, on_both},
    },
};

/// The sums that say on which days a model was called are written with the call.
#[tokio::test]
async fn a_call_is_found_by_its_model_as_soon_as_it_is_booked() {
    on_both(async |db| {
        let house = House::on(&db);
        let ledger = house.node("here");
        let found = async |owner, key, model: &str| {
            let filter = CallFilter {
                owner,
                key,
                model: Some(model.to_owned()),
                ..CallFilter::default()
            };
            let query = CallsQuery {
                filter: &filter,
                before: None,
                limit: 50,
            };
            house.db.calls(&query).await.unwrap().len()
        };
        assert_eq!(found(None, None, "gpt-4o-mini").await, 0);
        for booked in 1..=3 {
            let open = ledger.open(house.call(&[])).await.unwrap();
            open.close(end(42)).await.unwrap();
            for (owner, key) in [
                (None, None),
                (Some(house.lin), None),
                (None, Some(house.key)),
                (Some(house.lin), Some(house.key)),
            ] {
                assert_eq!(found(owner, key, "gpt-4o-mini").await, booked);
            }
        }
        assert_eq!(
            found(None, None, "qwen-plus").await,
            0,
            "it was asked for by another name"
        );
        ledger.close_down().await;
    })
    .await;
}

#[tokio::test]
async fn a_call_that_is_closed_is_durable_and_booked_on_everybody() {
    on_both(async |db| {
        let house = House::on(&db);
        let ledger = house.node("here");
        let open = ledger.open(house.call(&[])).await.unwrap();
        open.close(end(42)).await.unwrap();
        let line = "SELECT COUNT(*) FROM calls WHERE cost = 42 AND outcome = 'succeeded' AND served_model = 'qwen-plus' \
                    AND model = 'gpt-4o-mini' AND input_tokens = 7 AND upstream_request_id = 'u-1'";
        assert_eq!(house.count(line).await, 1);
        for scope in BudgetScope::ALL {
            for period in BudgetPeriod::ALL {
                assert_eq!(house.spent(*scope, *period).await, 42, "{scope:?} {period:?}");
            }
        }
        assert_eq!(house.holds().await, 0);
        let today = ledger.today(house.lin).await.unwrap();
        assert_eq!((today.calls, today.tokens), (1, 10));
        assert_eq!(today.ends_at, super::millis("2026-11-28T16:00:00Z"));
        whole(&ledger).await;
        ledger.close_down().await;
    })
    .await;
}

#[tokio::test]
async fn a_call_that_ends_twice_is_booked_once() {
    on_both(async |db| {
        let house = House::on(&db);
        let (here, there) = (house.node("here"), house.node("there"));
        let site = house.bound(BudgetScope::Site, BudgetPeriod::Month, 1_000);
        let open = here.open(house.call(&[site])).await.unwrap();
        let hold = open.hold.clone().unwrap();
        open.close(end(42)).await.unwrap();
        for ledger in [&here, &there] {
            for _ in 0..3 {
                ledger.0.writer.close(hold.clone(), end(99)).await.unwrap();
            }
        }
        let ends = (0..20).map(|_| there.0.writer.close(hold.clone(), end(99)));
        futures_util::future::join_all(ends).await;
        assert_eq!(house.calls().await, 1);
        assert_eq!(
            house.spent(BudgetScope::Site, BudgetPeriod::Total).await,
            42
        );
        assert_eq!(house.held(BudgetScope::Site, BudgetPeriod::Month).await, 0);
        whole(&there).await;
        here.close_down().await;
        there.close_down().await;
    })
    .await;
}

#[tokio::test]
async fn a_call_that_is_dropped_costs_what_went_in() {
    on_both(async |db| {
        let house = House::on(&db);
        let ledger = house.node("here");
        let site = house.bound(BudgetScope::Site, BudgetPeriod::Month, 1_000);
        drop(ledger.open(house.call(&[site])).await.unwrap());
        drop(ledger.open(house.call(&[])).await.unwrap());
        ledger.close_down().await;
        let cancelled = "SELECT COUNT(*) FROM calls WHERE outcome = 'cancelled' AND usage_source = 'estimated' \
                         AND cost = 10 AND input_tokens = 5";
        assert_eq!(house.count(cancelled).await, 2);
        assert_eq!(house.held(BudgetScope::Site, BudgetPeriod::Month).await, 0);
        whole(&ledger).await;
    })
    .await;
}

#[tokio::test]
async fn who_leaves_before_the_reservation_is_made_owes_nothing() {
    on_both(async |db| {
        let house = House::on(&db);
        let ledger = house.node("here");
        let site = house.bound(BudgetScope::Site, BudgetPeriod::Month, 1_000);
        for wait in [0, 0, 1, 2, 5] {
            let open = ledger.open(house.call(std::slice::from_ref(&site)));
            if let Ok(open) = tokio::time::timeout(Duration::from_millis(wait), open).await {
                open.unwrap().close(end(0)).await.unwrap();
            }
        }
        ledger.close_down().await;
        assert_eq!(house.holds().await, 0);
        assert_eq!(house.spent(BudgetScope::Site, BudgetPeriod::Total).await, 0);
        assert_eq!(house.held(BudgetScope::Site, BudgetPeriod::Month).await, 0);
        whole(&ledger).await;
    })
    .await;
}

#[tokio::test]
async fn what_is_released_owes_nothing_and_has_no_line() {
    on_both(async |db| {
        let house = House::on(&db);
        let ledger = house.node("here");
        let site = house.bound(BudgetScope::Site, BudgetPeriod::Month, 1_000);
        for bounds in [Vec::new(), vec![site]] {
            ledger.open(house.call(&bounds)).await.unwrap().release();
        }
        ledger.close_down().await;
        assert_eq!((house.calls().await, house.holds().await), (0, 0));
        assert_eq!(house.spent(BudgetScope::Site, BudgetPeriod::Total).await, 0);
        assert_eq!(house.held(BudgetScope::Site, BudgetPeriod::Month).await, 0);
        whole(&ledger).await;
    })
    .await;
}

#[tokio::test]
async fn what_is_written_behind_is_there_after_closing_down() {
    on_both(async |db| {
        let house = House::on(&db);
        let ledger = house.node("here");
        for _ in 0..1_500 {
            let open = ledger.open(house.call(&[])).await.unwrap();
            open.close_behind(end(1));
        }
        ledger.close_down().await;
        assert_eq!(house.calls().await, 1_500);
        assert_eq!(
            house.spent(BudgetScope::User, BudgetPeriod::Day).await,
            1_500
        );
        whole(&ledger).await;
    })
    .await;
}

#[tokio::test]
async fn absurd_figures_and_texts_are_kept_within_bounds() {
    on_both(async |db| {
        let house = House::on(&db);
        let ledger = house.node("here");
        let mut call = house.call(&[]);
        call.model = format!("a\0{}", "长".repeat(10_000));
        let open = ledger.open(call).await.unwrap();
        let mut absurd = end(i64::MIN);
        absurd.code = Some("\0".to_owned());
        absurd.usage.output_tokens = i64::MAX;
        open.close(absurd).await.unwrap();
        let open = ledger.open(house.call(&[])).await.unwrap();
        open.close(end(i64::MAX)).await.unwrap();
        assert_eq!(
            house.spent(BudgetScope::Site, BudgetPeriod::Total).await,
            1_000_000_000_000
        );
        whole(&ledger).await;
        ledger.close_down().await;
    })
    .await;
}

#[tokio::test]
async fn while_the_store_fails_nothing_begins_and_what_ended_is_booked_later() {
    on_both(async |db| {
        let house = House::on(&db);
        let ledger = house.node("here");
        let open = ledger.open(house.call(&[])).await.unwrap();
        let other = ledger.open(house.call(&[])).await.unwrap();
        // Both are there before the store fails.
        while house.holds().await < 2 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        testing::execute(&db, "ALTER TABLE calls RENAME TO gone").await;
        other.close_behind(end(2));
        assert!(open.close(end(3)).await.is_err());
        let refused = ledger.open(house.call(&[])).await;
        assert!(matches!(refused, Err(LedgerError::Store(_))));
        testing::execute(&db, "ALTER TABLE gone RENAME TO calls").await;
        ledger.close_down().await;
        assert_eq!(house.calls().await, 2);
        assert_eq!(house.spent(BudgetScope::Site, BudgetPeriod::Total).await, 5);
        assert_eq!(house.holds().await, 0);
        whole(&ledger).await;
    })
    .await;
}

#[tokio::test]
async fn a_task_settles_its_call_once() {
    on_both(async |db| {
        let house = House::on(&db);
        let (here, there) = (house.node("here"), house.node("there"));
        let site = house.bound(BudgetScope::Site, BudgetPeriod::Month, 1_000);
        for (task, bounds) in [("t-1", vec![site]), ("t-2", vec![])] {
            let open = here.open(house.call(&bounds)).await.unwrap();
            open.wait_for_task(task, Terms::default()).await.unwrap();
        }
        here.close_down().await;
        there.recover().await.unwrap();
        let waiting = there.waiting_tasks(None, 10).await.unwrap();
        let tasks: Vec<&str> = waiting.iter().map(|task| &*task.task_id).collect();
        assert_eq!(tasks, ["t-1", "t-2"]);
        let more = there.waiting_tasks(Some(waiting[0].id), 10).await.unwrap();
        assert_eq!(more, waiting[1..]);
        let found = there.waiting_task("t-1").await.unwrap();
        assert_eq!(found.as_ref(), waiting.first());
        let ends = (0..5).map(|_| there.close_task("t-1", end(70)));
        let ends: Vec<_> = futures_util::future::join_all(ends).await;
        assert!(ends.into_iter().any(|end| end.unwrap()));
        let failed = CallEnd {
            outcome: model::CallOutcome::Failed,
            ..end(0)
        };
        assert!(there.close_task("t-2", failed).await.unwrap());
        for task in ["t-1", "t-2", "t-3", ""] {
            assert!(!there.close_task(task, end(70)).await.unwrap(), "{task}");
        }
        assert_eq!(house.calls().await, 2);
        assert_eq!(
            house.spent(BudgetScope::Site, BudgetPeriod::Total).await,
            70
        );
        assert_eq!(house.held(BudgetScope::Site, BudgetPeriod::Month).await, 0);
        whole(&there).await;
        there.close_down().await;
    })
    .await;
}

/// Whoever books it has no other place to learn that from.
#[tokio::test]
async fn a_call_that_waits_keeps_its_model_and_its_prices() {
    on_both(async |db| {
        let house = House::on(&db);
        let (here, there) = (house.node("here"), house.node("there"));
        let kept = r#"{"prices":"一"}"#;
        let terms = |served: Option<&str>| Terms {
            served_model: served.map(str::to_owned),
            tariff: kept.to_owned(),
        };
        let open = here.open(house.call(&[])).await.unwrap();
        let task = open.wait_for_task("t-1", terms(Some("qwen-max")));
        task.await.unwrap();
        let job = here.open_for(house.call(&[]), "job:1", terms(None));
        job.await.unwrap();
        here.close_down().await;
        for (task, served) in [("t-1", "qwen-max"), ("job:1", "qwen-plus")] {
            let waiting = there.waiting_task(task).await.unwrap().unwrap();
            assert_eq!((&*waiting.served_model, &*waiting.tariff), (served, kept));
            assert!(there.close_task(task, end(7)).await.unwrap());
            let line = format!(
                "SELECT COUNT(*) FROM calls WHERE model = 'gpt-4o-mini' AND served_model = '{served}'"
            );
            assert_eq!(house.count(&line).await, 1);
        }
        whole(&there).await;
        there.close_down().await;
    })
    .await;
}
