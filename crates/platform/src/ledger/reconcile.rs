//! Comparing the ledger with itself: every amount stands in two places, and both must say the same.

use std::{
    collections::{BTreeMap, HashSet},
    fmt,
};

use jiff::tz::TimeZone;
use model::{BudgetPeriod, BudgetScope, UsageSum};

use super::Ledger;
use crate::{
    calendar::Calendar,
    store::{self, Account, Db, Facts},
};

/// A row that differs from what it must be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Discrepancy {
    /// The rule that it breaks: `I1` (nothing is below zero), `I2` (what was spent is the sum of what calls cost), `I3`
    /// (what is reserved is the sum of open reservations), `I4` (a call ends once), `I5` (sums of money by person, key,
    /// model and day), `I6` (sums of calls and tokens), `I7` (amounts are integers).
    pub rule: &'static str,
    /// Which row.
    pub row: String,
    /// What it must be.
    pub expected: i64,
    /// What it is.
    pub found: i64,
}

impl Ledger {
    /// The rows that differ: see [`reconcile`].
    #[tracing::instrument(name = "ledger.reconcile", skip_all)]
    pub async fn reconcile(&self) -> Result<Vec<Discrepancy>, store::Error> {
        in_calendar(&self.0.db, &self.0.calendar).await
    }
}

/// The rows that differ: none when all is well. Reads the whole log at one moment, changes nothing, and can be asked beside a
/// process that serves. Days before the oldest day of the log are not compared with it, because their lines were thrown
/// out.
pub async fn reconcile(db: &Db, time_zone: TimeZone) -> Result<Vec<Discrepancy>, store::Error> {
    in_calendar(db, &Calendar::new(time_zone)).await
}

async fn in_calendar(db: &Db, calendar: &Calendar) -> Result<Vec<Discrepancy>, store::Error> {
    let date = |at| calendar.moment(at).date;
    let facts = db.ledger_facts(date).await?;
    let mut found = Vec::new();
    below_zero(&facts, &mut found);
    spent(&facts, calendar, &mut found);
    spent_by_groups(&facts, &mut found);
    held(&facts, &mut found);
    sums(&facts, &mut found);
    let listed = [("I4", &facts.twice), ("I7", &facts.fractions)];
    for (rule, rows) in listed {
        found.extend(rows.iter().map(|row| Discrepancy {
            rule,
            row: row.clone(),
            expected: 0,
            found: 1,
        }));
    }
    Ok(found)
}

impl fmt::Display for Discrepancy {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            rule,
            row,
            expected,
            found,
        } = self;
        write!(out, "{rule}: {row}: {found} instead of {expected}")
    }
}

fn below_zero(facts: &Facts, found: &mut Vec<Discrepancy>) {
    for (account, stands) in &facts.accounts {
        for (what, amount) in [("spent", stands.spent), ("held", stands.held)] {
            if amount < 0 {
                found.push(Discrepancy {
                    rule: "I1",
                    row: format!("{} {what}", named(account)),
                    expected: 0,
                    found: amount,
                });
            }
        }
    }
}

/// What keys, people and the site spent against the sums of their days. Who was in which group is in no sum.
fn spent(facts: &Facts, calendar: &Calendar, found: &mut Vec<Discrepancy>) {
    let mut expected: BTreeMap<Account, i64> = BTreeMap::new();
    for (day, sum) in facts.days.iter().filter(|(_, sum)| sum.cost != 0) {
        let moment = calendar.day(day.date);
        let whose = [
            (BudgetScope::Key, &*day.key),
            (BudgetScope::User, &*day.owner),
            (BudgetScope::Site, ""),
        ];
        for (scope, id) in whose {
            if scope == BudgetScope::Key && id.is_empty() {
                continue;
            }
            for (period, starts_at) in [
                (BudgetPeriod::Day, moment.day),
                (BudgetPeriod::Month, moment.month),
                (BudgetPeriod::Total, 0),
            ] {
                let id = id.to_owned();
                let account = Account {
                    scope,
                    id,
                    period,
                    starts_at,
                };
                *expected.entry(account).or_default() += sum.cost;
            }
        }
    }
    let stands = facts.accounts.iter();
    let stands = stands
        .filter(|(account, _)| account.scope != BudgetScope::Group)
        .map(|(account, stands)| (account.clone(), stands.spent));
    differ("I2", "spent", &expected, &stands.collect(), found);
}

/// What groups spent by day, by month and ever is the same.
fn spent_by_groups(facts: &Facts, found: &mut Vec<Discrepancy>) {
    let mut sums: BTreeMap<(&str, BudgetPeriod), i64> = BTreeMap::new();
    for (account, stands) in &facts.accounts {
        if account.scope == BudgetScope::Group {
            *sums.entry((&account.id, account.period)).or_default() += stands.spent;
        }
    }
    let sum = |id: &str, period| sums.get(&(id, period)).copied().unwrap_or_default();
    let groups: HashSet<&str> = sums.keys().map(|(id, _)| *id).collect();
    for id in groups {
        let expected = sum(id, BudgetPeriod::Total);
        for period in [BudgetPeriod::Day, BudgetPeriod::Month] {
            if sum(id, period) != expected {
                found.push(Discrepancy {
                    rule: "I2",
                    row: format!("group {id}, all of {}, spent", period.as_str()),
                    expected,
                    found: sum(id, period),
                });
            }
        }
    }
}

fn held(facts: &Facts, found: &mut Vec<Discrepancy>) {
    let mut expected: BTreeMap<Account, i64> = BTreeMap::new();
    for hold in &facts.holds {
        for account in hold.accounts.held() {
            *expected.entry(account).or_default() += hold.amount;
        }
    }
    let stands = facts.accounts.iter();
    let stands = stands.map(|(account, stands)| (account.clone(), stands.held));
    differ("I3", "held", &expected, &stands.collect(), found);
}

fn differ(
    rule: &'static str,
    what: &str,
    expected: &BTreeMap<Account, i64>,
    stands: &BTreeMap<Account, i64>,
    found: &mut Vec<Discrepancy>,
) {
    let mut accounts: Vec<&Account> = expected.keys().chain(stands.keys()).collect();
    accounts.sort_unstable();
    accounts.dedup();
    let amount = |of: &BTreeMap<Account, i64>, account| of.get(account).copied().unwrap_or(0);
    for account in accounts {
        let (expected, stands) = (amount(expected, account), amount(stands, account));
        if expected != stands {
            found.push(Discrepancy {
                rule,
                row: format!("{} {what}", named(account)),
                expected,
                found: stands,
            });
        }
    }
}

/// The sums of days against the lines of the log.
fn sums(facts: &Facts, found: &mut Vec<Discrepancy>) {
    let Some(oldest) = facts.calls.keys().map(|day| day.date).min() else {
        return;
    };
    let days = facts.calls.keys().chain(facts.days.keys());
    let mut days: Vec<_> = days.filter(|day| day.date >= oldest).collect();
    days.sort_unstable();
    days.dedup();
    for day in days {
        let expected = facts.calls.get(day).copied().unwrap_or_default();
        let kept = facts.days.get(day).copied().unwrap_or_default();
        for ((name, expected), (_, kept)) in figures(expected).into_iter().zip(figures(kept)) {
            if expected != kept {
                found.push(Discrepancy {
                    rule: if name == "cost" { "I5" } else { "I6" },
                    row: format!(
                        "day {} user {} key {} model {} {} {name}",
                        day.date, day.owner, day.key, day.model, day.operation
                    ),
                    expected,
                    found: kept,
                });
            }
        }
    }
}

const fn figures(sum: UsageSum) -> [(&'static str, i64); 10] {
    [
        ("calls", sum.calls),
        ("failures", sum.failures),
        ("input_tokens", sum.input_tokens),
        ("output_tokens", sum.output_tokens),
        ("cached_tokens", sum.cached_tokens),
        ("reasoning_tokens", sum.reasoning_tokens),
        ("images", sum.images),
        ("media_ms", sum.media_ms),
        ("characters", sum.characters),
        ("cost", sum.cost),
    ]
}

fn named(account: &Account) -> String {
    let Account {
        scope,
        id,
        period,
        starts_at,
    } = account;
    format!("{} {id} {} {starts_at}", scope.as_str(), period.as_str())
}
