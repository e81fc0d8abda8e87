//! After any number of random acts, by processes that die, all is well.

use std::sync::Arc;

use model::{ApiKeyId, BudgetPeriod, BudgetScope, CallOutcome, GroupId, UserId};
use rand::{Rng, SeedableRng, rngs::StdRng, seq::IndexedRandom};
use uuid::Uuid;

use super::{House, end, killed, whole};
use crate::{
    ledger::{Bound, Ledger, LedgerError, NewCall, OpenCall, Terms},
    store::testing::on_both,
};

const ACTS: usize = 600;

/// Processes and what they have open.
struct Site {
    house: House,
    random: StdRng,
    nodes: Vec<(Ledger, Vec<OpenCall>)>,
    started: usize,
    tasks: Vec<String>,
}

impl Site {
    fn start(&mut self) {
        self.started += 1;
        let ledger = self.house.node(&format!("node-{}", self.started));
        self.nodes.push((ledger, Vec::new()));
    }

    /// Somebody's call, with some of the budgets that could bind it.
    fn call(&mut self) -> NewCall {
        let mut id = |most: u128| Uuid::from_u128(self.random.random_range(1..=most));
        let (user, key, group) = (id(3), id(5), id(2));
        self.house.lin = UserId::from_uuid(user);
        self.house.key = ApiKeyId::from_uuid(key);
        self.house.group = GroupId::from_uuid(group);
        let mut bounds: Vec<Bound> = Vec::new();
        for scope in BudgetScope::ALL {
            for period in BudgetPeriod::ALL {
                if self.random.random_bool(0.1) {
                    let limit = self.random.random_range(0..20_000);
                    bounds.push(self.house.bound(*scope, *period, limit));
                }
            }
        }
        let mut call = self.house.call(&bounds);
        if self.random.random_bool(0.2) {
            call.key = None;
        }
        call.at_most = Some(self.random.random_range(0..300));
        call
    }

    async fn act(&mut self) {
        let node = self.random.random_range(0..self.nodes.len());
        let roll = self.random.random_range(0..100);
        let ledger = self.nodes[node].0.clone();
        if roll < 50 {
            let call = self.call();
            match ledger.open(call).await {
                Ok(open) => self.nodes[node].1.push(open),
                Err(LedgerError::OverBudget { .. }) => {}
                Err(error) => panic!("{error}"),
            }
            return;
        }
        match roll {
            50..52 => {
                // Killed, and another one takes its place.
                let (dead, open) = self.nodes.swap_remove(node);
                open.into_iter().for_each(killed);
                // Its last words were said.
                dead.close_down().await;
                self.start();
                self.nodes[0].0.recover().await.unwrap();
                return;
            }
            52..55 => self.house.clock.advance(5 * 60 * 60 * 1000),
            55..60 => {
                let task = self.tasks.choose(&mut self.random).cloned();
                if let Some(task) = task {
                    ledger.close_task(&task, end(44)).await.unwrap();
                }
            }
            _ => {}
        }
        let open = &mut self.nodes[node].1;
        if open.is_empty() {
            return;
        }
        let open = open.swap_remove(self.random.random_range(0..open.len()));
        let mut ended = end(self.random.random_range(0..300));
        if roll % 5 == 0 {
            ended.outcome = CallOutcome::Failed;
            ended.cost = 0;
        }
        match roll {
            60..65 => drop(open),
            65..70 => {
                let task = open.id().to_string();
                open.wait_for_task(&task, Terms::default()).await.unwrap();
                self.tasks.push(task);
            }
            70..75 => {
                let hold = open.hold.clone().unwrap();
                let other = &self.nodes[(node + 1) % self.nodes.len()].0.0.writer;
                let twice = other.close(Arc::clone(&hold), end(1));
                let (first, second) = tokio::join!(open.close(ended), twice);
                first.and(second).unwrap();
            }
            75..85 => open.close(ended).await.unwrap(),
            _ => open.close_behind(ended),
        }
    }
}

#[tokio::test]
async fn random_acts_leave_nothing_that_differs() {
    on_both(async |db| {
        for seed in 0..2 {
            let mut site = Site {
                house: House::on(&db),
                random: StdRng::seed_from_u64(seed),
                nodes: Vec::new(),
                started: 100 * usize::try_from(seed).unwrap(),
                tasks: Vec::new(),
            };
            site.start();
            site.start();
            for act in 0..ACTS {
                site.act().await;
                if act % 100 == 0 {
                    whole(&site.nodes[0].0).await;
                }
            }
            for task in &site.tasks {
                site.nodes[0].0.close_task(task, end(1)).await.unwrap();
            }
            for (ledger, open) in site.nodes.drain(..) {
                for open in open {
                    open.close_behind(end(1));
                }
                ledger.close_down().await;
            }
            let last = site.house.node("last");
            last.recover().await.unwrap();
            whole(&last).await;
            assert_eq!(site.house.holds().await, 0);
            let sum = "SELECT CAST(SUM(cost) AS BIGINT) FROM calls";
            let spent = site.house.spent(BudgetScope::Site, BudgetPeriod::Total);
            assert_eq!(site.house.count(sum).await, spent.await);
            let below = "SELECT COUNT(*) FROM spending WHERE spent < 0 OR held <> 0";
            assert_eq!(site.house.count(below).await, 0);
            last.close_down().await;
        }
    })
    .await;
}
