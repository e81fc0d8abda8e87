//! What may be spent: by a key, a person, a group or the site, in a day, a month or ever.

use std::sync::Arc;

use model::{
    ApiKeyId, BudgetLine, BudgetPeriod, BudgetScope, FailureCode, GroupId, Page, Permission, UserId,
};
use serde_json::json;

use super::{Bound, Ledger};
use crate::{
    audit::Record,
    identity::{Caller, IdentityError},
    store,
};

/// So many are shown at a time.
const PAGE: u32 = 50;

/// Beyond what anybody means: a thousand million yuan.
const MOST: i64 = 1_000_000_000_000_000;

/// A budget as somebody asks for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BudgetDraft {
    /// Whose.
    pub scope: BudgetScope,
    /// The key's, person's or group's id; empty for the site.
    pub id: String,
    /// In which time.
    pub period: BudgetPeriod,
    /// How much, in micro-yuan.
    pub limit: i64,
}

impl Ledger {
    /// The budgets that bind a call by this key of this person in these groups: the key's own first, the site's last.
    /// With the key its own budget by month, which stands in its row.
    pub async fn budgets_of(
        &self,
        key: Option<(ApiKeyId, Option<i64>)>,
        owner: UserId,
        groups: &[GroupId],
    ) -> Result<Arc<[Bound]>, store::Error> {
        let key_id = key.map(|(key, _)| (BudgetScope::Key, key.to_string()));
        let whose: Vec<(BudgetScope, String)> = key_id
            .clone()
            .into_iter()
            .chain([
                (BudgetScope::User, owner.to_string()),
                (BudgetScope::Site, String::new()),
            ])
            .chain(
                groups
                    .iter()
                    .map(|group| (BudgetScope::Group, group.to_string())),
            )
            .collect();
        let mut bounds = self.0.db.budgets_of(&whose).await?;
        if let (Some((scope, id)), Some((_, Some(limit)))) = (key_id, key) {
            bounds.push(Bound {
                scope,
                id,
                period: BudgetPeriod::Month,
                limit,
            });
        }
        bounds.sort_by(|a, b| (a.scope, &a.id, a.period).cmp(&(b.scope, &b.id, b.period)));
        Ok(bounds.into())
    }

    /// All budgets, with what is spent and reserved of each in the period that runs.
    #[tracing::instrument(name = "api.ledger.budgets", skip_all)]
    pub async fn budgets(&self, caller: &Caller) -> Result<Vec<BudgetLine>, IdentityError> {
        caller.require(Permission::UsageRead)?;
        let inner = &*self.0;
        let now = inner.calendar.moment(inner.clock.now());
        Ok(inner.db.budgets(now.day, now.month).await?)
    }

    /// A page of them, of that scope where there is one, after what the page before named as its end.
    #[tracing::instrument(name = "api.ledger.budget_page", skip_all)]
    pub async fn budget_page(
        &self,
        caller: &Caller,
        scope: Option<BudgetScope>,
        after: &str,
    ) -> Result<Page<BudgetLine>, IdentityError> {
        caller.require(Permission::UsageRead)?;
        let wrong = IdentityError::Refused(FailureCode::BadRequest);
        if after.contains('\0') {
            return Err(wrong);
        }
        let parts: Vec<&str> = after.split('~').collect();
        let after = match parts[..] {
            [""] => ("", "", ""),
            [scope, id, period] => (scope, id, period),
            _ => return Err(wrong),
        };
        let inner = &*self.0;
        let now = inner.calendar.moment(inner.clock.now());
        let days = (now.day, now.month);
        let found = inner.db.budget_page(days, scope, after, PAGE + 1).await?;
        let more = found.len() > PAGE as usize;
        let items: Vec<BudgetLine> = found.into_iter().take(PAGE as usize).collect();
        let end = items.last().filter(|_| more).map(|line| &line.budget);
        let next = end.map(|end| {
            let (scope, period) = (end.scope.as_str(), end.period.as_str());
            format!("{scope}~{}~{period}", end.id)
        });
        Ok(Page { items, next })
    }

    /// Sets a budget or changes it. What was spent in the period before counts.
    #[tracing::instrument(name = "api.ledger.set_budget", skip_all)]
    pub async fn set_budget(
        &self,
        caller: &Caller,
        draft: BudgetDraft,
    ) -> Result<(), IdentityError> {
        let inner = &*self.0;
        let record = self.record(caller, "budget.set", draft.scope, &draft.id);
        self.judge(caller, &record).await?;
        if !(0..=MOST).contains(&draft.limit) {
            return Err(IdentityError::Refused(FailureCode::InvalidNumber));
        }
        let bound = Bound {
            id: id_of(draft.scope, &draft.id)?,
            scope: draft.scope,
            period: draft.period,
            limit: draft.limit,
        };
        let record = record.with(&json!({
            "scope": bound.scope, "period": bound.period, "limit": bound.limit,
        }));
        there(
            inner
                .db
                .set_budget(&bound, inner.clock.now(), &record)
                .await?,
        )
    }

    /// Takes a budget away.
    #[tracing::instrument(name = "api.ledger.unset_budget", skip_all)]
    pub async fn unset_budget(
        &self,
        caller: &Caller,
        scope: BudgetScope,
        id: &str,
        period: BudgetPeriod,
    ) -> Result<(), IdentityError> {
        let record = self.record(caller, "budget.delete", scope, id);
        self.judge(caller, &record).await?;
        let id = id_of(scope, id)?;
        let record = record.with(&json!({ "scope": scope, "period": period }));
        there(self.0.db.unset_budget(scope, &id, period, &record).await?)
    }

    fn record(
        &self,
        caller: &Caller,
        action: &'static str,
        scope: BudgetScope,
        id: &str,
    ) -> Record {
        // What is no id was typed by somebody: the log does not keep it.
        let id = id_of(scope, id).unwrap_or_default();
        let record = self.0.audit.by(caller, action);
        record.on(scope.as_str(), id)
    }

    /// Refuses who may not, and writes that down.
    async fn judge(&self, caller: &Caller, record: &Record) -> Result<(), IdentityError> {
        let allowed = caller.require(Permission::GatewayWrite);
        if let Err(error) = &allowed {
            let record = record.clone().with(&json!({ "reason": error.code() }));
            self.0.audit.write(record.refused()).await?;
        }
        allowed
    }
}

/// The id in its one form; the site has none.
fn id_of(scope: BudgetScope, id: &str) -> Result<String, IdentityError> {
    let id = match scope {
        BudgetScope::Key => id.parse().map(|id: ApiKeyId| id.to_string()).ok(),
        BudgetScope::User => id.parse().map(|id: UserId| id.to_string()).ok(),
        BudgetScope::Group => id.parse().map(|id: GroupId| id.to_string()).ok(),
        BudgetScope::Site => id.is_empty().then(String::new),
    };
    id.ok_or(IdentityError::NotFound)
}

fn there(found: bool) -> Result<(), IdentityError> {
    if found {
        Ok(())
    } else {
        Err(IdentityError::NotFound)
    }
}
