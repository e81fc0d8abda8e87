//! What the ledger promises, on both databases.

mod booking;
mod budgets;
mod dead;
mod faults;
mod invariants;
mod limits;

use std::sync::Arc;

use jiff::{Timestamp, tz::TimeZone};
use model::{
    ApiKeyId, BudgetPeriod, BudgetScope, CallId, CallOutcome, CallUsage, GroupId, Millis,
    Operation, Protocol, UsageSource, UserId,
};
use uuid::Uuid;

use super::{Bound, CallEnd, Ledger, NewCall, OpenCall};
use crate::{
    Ids, ManualClock,
    identity::{
        Identity,
        testing::{cheap, mailer, vault},
    },
    store::{Db, testing},
};

/// A site with ledgers over one database.
struct House {
    db: Db,
    clock: ManualClock,
    ids: Ids,
    identity: Identity,
    zone: TimeZone,
    lin: UserId,
    key: ApiKeyId,
    group: GroupId,
}

impl House {
    fn on(db: &Db) -> Self {
        Self::at(db, "Asia/Shanghai", "2026-11-28T04:00:00Z")
    }

    fn at(db: &Db, zone: &str, moment: &str) -> Self {
        let clock = ManualClock::at(millis(moment));
        let shared = Arc::new(clock.clone());
        let ids = Ids::new(shared.clone());
        Self {
            identity: Identity::new(db.clone(), shared, ids.clone(), vault(), mailer(), cheap()),
            db: db.clone(),
            clock,
            ids,
            zone: TimeZone::get(zone).unwrap(),
            lin: UserId::from_uuid(Uuid::from_u128(1)),
            key: ApiKeyId::from_uuid(Uuid::from_u128(2)),
            group: GroupId::from_uuid(Uuid::from_u128(3)),
        }
    }

    /// A process of that name.
    fn node(&self, name: &str) -> Ledger {
        Ledger::start(
            self.db.clone(),
            Arc::new(self.clock.clone()),
            self.identity.audit().clone(),
            name.to_owned(),
            self.zone.clone(),
        )
    }

    /// A call that may cost 100.
    fn call(&self, budgets: &[Bound]) -> NewCall {
        NewCall {
            id: CallId::from_uuid(self.ids.next()),
            started_at: crate::Clock::now(&self.clock),
            owner: self.lin,
            key: Some(self.key),
            groups: vec![self.group],
            protocol: Protocol::OpenAi,
            operation: Operation::Chat,
            model: "gpt-4o-mini".to_owned(),
            served_model: "qwen-plus".to_owned(),
            upstream: "bailian".to_owned(),
            streamed: true,
            request_id: "r-1".to_owned(),
            at_most: Some(100),
            floor_cost: 10,
            floor_tokens: 5,
            budgets: budgets.into(),
        }
    }

    fn bound(&self, scope: BudgetScope, period: BudgetPeriod, limit: i64) -> Bound {
        let id = match scope {
            BudgetScope::Key => self.key.to_string(),
            BudgetScope::User => self.lin.to_string(),
            BudgetScope::Group => self.group.to_string(),
            BudgetScope::Site => String::new(),
        };
        Bound {
            scope,
            id,
            period,
            limit,
        }
    }

    async fn count(&self, sql: &str) -> i64 {
        testing::count(&self.db, sql).await
    }

    /// What the scope has spent in all periods of that kind.
    async fn spent(&self, scope: BudgetScope, period: BudgetPeriod) -> i64 {
        self.sum("spent", scope, period).await
    }

    async fn held(&self, scope: BudgetScope, period: BudgetPeriod) -> i64 {
        self.sum("held", scope, period).await
    }

    async fn sum(&self, what: &str, scope: BudgetScope, period: BudgetPeriod) -> i64 {
        let (scope, period) = (scope.as_str(), period.as_str());
        let sql = format!(
            "SELECT CAST(COALESCE(SUM({what}), 0) AS BIGINT) FROM spending \
             WHERE scope = '{scope}' AND period = '{period}'"
        );
        self.count(&sql).await
    }

    async fn holds(&self) -> i64 {
        self.count("SELECT COUNT(*) FROM call_holds").await
    }

    async fn calls(&self) -> i64 {
        self.count("SELECT COUNT(*) FROM calls").await
    }
}

/// The end of a call that was answered and cost so much.
fn end(cost: i64) -> CallEnd {
    CallEnd {
        outcome: CallOutcome::Succeeded,
        status: Some(200),
        code: None,
        usage: CallUsage {
            input_tokens: 7,
            output_tokens: 3,
            ..CallUsage::default()
        },
        usage_source: UsageSource::Reported,
        cost,
        priced: true,
        first_byte_ms: Some(3),
        duration_ms: 9,
        upstream_request_id: Some("u-1".to_owned()),
        served_model: None,
        upstream: None,
    }
}

fn millis(text: &str) -> Millis {
    Millis::new(text.parse::<Timestamp>().unwrap().as_millisecond())
}

/// The process dies: what it had open is never heard of again.
fn killed(open: OpenCall) {
    std::mem::forget(open);
}

/// Nothing differs.
async fn whole(ledger: &Ledger) {
    assert_eq!(ledger.reconcile().await.unwrap(), []);
}
