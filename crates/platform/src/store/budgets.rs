//! What may be spent, and how much of it is.

use model::{Budget, BudgetLine, BudgetPeriod, BudgetScope, Millis};
use sqlx::{FromRow, QueryBuilder};

use super::{
    Db, Result,
    audit::{append_audit, audited},
    on_pool, rows,
};
use crate::{audit::Record, ledger::Bound};

/// `$1` and `$2` are when day and month began.
macro_rules! lines {
    () => {
        "SELECT b.scope, b.scope_id, b.period, b.limit_amount, \
     COALESCE(s.spent, 0) AS spent, COALESCE(s.held, 0) AS held, \
     COALESCE(u.name, g.name, k.name) AS name, k.hint FROM budgets b \
     LEFT JOIN spending s ON s.scope = b.scope AND s.scope_id = b.scope_id AND s.period = b.period \
     AND s.starts_at = CASE b.period WHEN 'day' THEN $1 WHEN 'month' THEN $2 ELSE 0 END \
     LEFT JOIN users u ON b.scope = 'user' AND u.id = b.scope_id \
     LEFT JOIN groups g ON b.scope = 'group' AND g.id = b.scope_id \
     LEFT JOIN api_keys k ON b.scope = 'key' AND k.id = b.scope_id "
    };
}

const LIST: &str = concat!(lines!(), "ORDER BY b.scope, b.scope_id, b.period");
/// Those after `$3`, `$4` and `$5`, up to the scope `$6`.
const PAGE: &str = concat!(
    lines!(),
    "WHERE (b.scope, b.scope_id, b.period) > ($3, $4, $5) AND b.scope <= $6 \
     ORDER BY b.scope, b.scope_id, b.period LIMIT $7"
);
/// Comes after every scope.
const LAST: &str = "zzz";
const SET: &str = "INSERT INTO budgets (scope, scope_id, period, limit_amount, updated_at) \
     VALUES ($1, $2, $3, $4, $5) ON CONFLICT (scope, scope_id, period) \
     DO UPDATE SET limit_amount = excluded.limit_amount, updated_at = excluded.updated_at";
const UNSET: &str = "DELETE FROM budgets WHERE scope = $1 AND scope_id = $2 AND period = $3";
const HAS_KEY: &str = "SELECT COUNT(*) FROM api_keys WHERE id = $1";
const HAS_USER: &str = "SELECT COUNT(*) FROM users WHERE id = $1";
const HAS_GROUP: &str = "SELECT COUNT(*) FROM groups WHERE id = $1";

/// For the proof that each uses an index.
#[cfg(test)]
pub(super) const QUERIES: &[(&str, &str)] = &[
    ("PAGE", PAGE),
    ("UNSET", UNSET),
    ("HAS_KEY", HAS_KEY),
    ("HAS_USER", HAS_USER),
    ("HAS_GROUP", HAS_GROUP),
];

#[derive(FromRow)]
struct BoundRow {
    scope: String,
    scope_id: String,
    period: String,
    limit_amount: i64,
}

#[derive(FromRow)]
struct BudgetRow {
    #[sqlx(flatten)]
    bound: BoundRow,
    spent: i64,
    held: i64,
    name: Option<String>,
    hint: Option<String>,
}

impl TryFrom<BoundRow> for Bound {
    type Error = super::Error;

    fn try_from(row: BoundRow) -> Result<Self> {
        let wrong = |column, text: &str| rows::corrupt("budgets", column, text);
        let scope = BudgetScope::from_name(&row.scope);
        let period = BudgetPeriod::from_name(&row.period);
        Ok(Self {
            scope: scope.ok_or_else(|| wrong("scope", &row.scope))?,
            period: period.ok_or_else(|| wrong("period", &row.period))?,
            id: row.scope_id,
            limit: row.limit_amount,
        })
    }
}

impl TryFrom<BudgetRow> for BudgetLine {
    type Error = super::Error;

    fn try_from(row: BudgetRow) -> Result<Self> {
        let bound = Bound::try_from(row.bound)?;
        let budget = Budget {
            scope: bound.scope,
            id: bound.id,
            period: bound.period,
            limit: bound.limit,
            spent: row.spent,
            held: row.held,
        };
        Ok(Self {
            budget,
            name: row.name,
            hint: row.hint,
        })
    }
}

impl Db {
    /// All budgets with what is spent and reserved of them in the periods that began then.
    #[tracing::instrument(name = "store.budgets.list", skip_all)]
    pub(crate) async fn budgets(&self, day: i64, month: i64) -> Result<Vec<BudgetLine>> {
        let found: Vec<BudgetRow> = on_pool!(self.reader(), |pool| sqlx::query_as(LIST)
            .bind(day)
            .bind(month)
            .fetch_all(pool)
            .await?);
        found.into_iter().map(BudgetLine::try_from).collect()
    }

    /// So many of them at most, of that scope where there is one, after that one where there is one.
    #[tracing::instrument(name = "store.budgets.page", skip_all)]
    pub(crate) async fn budget_page(
        &self,
        (day, month): (i64, i64),
        scope: Option<BudgetScope>,
        after: (&str, &str, &str),
        limit: u32,
    ) -> Result<Vec<BudgetLine>> {
        let scope = scope.map(BudgetScope::as_str);
        let (after_scope, id, period) = match (after, scope) {
            // It begins where no id comes before: not after what is of another.
            ((of, _, _), Some(scope)) if of != scope => (scope, "", ""),
            (after, _) => after,
        };
        let found: Vec<BudgetRow> = on_pool!(self.reader(), |pool| sqlx::query_as(PAGE)
            .bind(day)
            .bind(month)
            .bind(after_scope)
            .bind(id)
            .bind(period)
            .bind(scope.unwrap_or(LAST))
            .bind(i64::from(limit))
            .fetch_all(pool)
            .await?);
        found.into_iter().map(BudgetLine::try_from).collect()
    }

    /// The budgets of any of these.
    #[tracing::instrument(name = "store.budgets.of", skip_all)]
    pub(crate) async fn budgets_of(&self, whose: &[(BudgetScope, String)]) -> Result<Vec<Bound>> {
        if whose.is_empty() {
            return Ok(Vec::new());
        }
        let found: Vec<BoundRow> = on_pool!(self.reader(), |pool| {
            let mut query = QueryBuilder::new(
                "SELECT scope, scope_id, period, limit_amount FROM budgets WHERE (scope, scope_id) IN (",
            );
            query.push_values(whose, |mut row, (scope, id)| {
                row.push_bind(scope.as_str()).push_bind(id);
            });
            query.push(")");
            query.build_query_as().fetch_all(pool).await?
        });
        found.into_iter().map(Bound::try_from).collect()
    }

    /// Sets a budget or changes it. Whether there is somebody of that id.
    #[tracing::instrument(name = "store.budgets.set", skip_all)]
    pub(crate) async fn set_budget(
        &self,
        bound: &Bound,
        now: Millis,
        record: &Record,
    ) -> Result<bool> {
        let whose = match bound.scope {
            BudgetScope::Key => Some(HAS_KEY),
            BudgetScope::User => Some(HAS_USER),
            BudgetScope::Group => Some(HAS_GROUP),
            BudgetScope::Site => None,
        };
        on_pool!(self.writer(), |pool| {
            let mut transaction = pool.begin_with(self.begin()).await?;
            if let Some(whose) = whose {
                let there: i64 = sqlx::query_scalar(whose)
                    .bind(&bound.id)
                    .fetch_one(&mut *transaction)
                    .await?;
                if there == 0 {
                    return Ok(false);
                }
            }
            sqlx::query(SET)
                .bind(bound.scope.as_str())
                .bind(&bound.id)
                .bind(bound.period.as_str())
                .bind(bound.limit)
                .bind(now.get())
                .execute(&mut *transaction)
                .await?;
            append_audit!(transaction, record);
            transaction.commit().await?;
        });
        Ok(true)
    }

    /// Takes a budget away. Whether there was one.
    #[tracing::instrument(name = "store.budgets.unset", skip_all)]
    pub(crate) async fn unset_budget(
        &self,
        scope: BudgetScope,
        id: &str,
        period: BudgetPeriod,
        record: &Record,
    ) -> Result<bool> {
        Ok(audited!(
            self,
            record,
            sqlx::query(UNSET)
                .bind(scope.as_str())
                .bind(id)
                .bind(period.as_str())
        ))
    }
}
