//! Whom a call is booked on.

use model::{BudgetPeriod, BudgetScope, GroupId};
use serde::{Deserialize, Serialize};

use super::Hold;

/// What somebody spends in a period.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Account {
    pub(crate) scope: BudgetScope,
    pub(crate) id: String,
    pub(crate) period: BudgetPeriod,
    /// When the period began; 0 for ever.
    pub(crate) starts_at: i64,
}

/// What tells the accounts of a call, fixed when it begins: a call belongs to the day on which it began, and to the
/// groups that its owner was in then.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Accounts {
    /// The day, counted from 1970.
    pub(crate) date: i64,
    /// When the day began.
    pub(crate) day: i64,
    /// When the month began.
    pub(crate) month: i64,
    pub(crate) groups: Vec<GroupId>,
    /// Where the amount is reserved: sorted, each once.
    pub(crate) held: Vec<(BudgetScope, String, BudgetPeriod)>,
}

impl Accounts {
    /// When the period of the call began.
    pub(crate) const fn starts_at(&self, period: BudgetPeriod) -> i64 {
        match period {
            BudgetPeriod::Day => self.day,
            BudgetPeriod::Month => self.month,
            BudgetPeriod::Total => 0,
        }
    }

    /// Where the amount is reserved.
    pub(crate) fn held(&self) -> impl Iterator<Item = Account> {
        self.held
            .iter()
            .map(|(scope, id, period)| self.account(*scope, id.clone(), *period))
    }

    /// The account of that scope in the call's period.
    pub(crate) fn account(&self, scope: BudgetScope, id: String, period: BudgetPeriod) -> Account {
        Account {
            scope,
            id,
            period,
            starts_at: self.starts_at(period),
        }
    }
}

impl Hold {
    /// Where its cost is booked, whether or not there is a budget: one that is set later knows what was spent.
    pub(crate) fn booked(&self) -> impl Iterator<Item = Account> {
        let key = self.key.map(|key| (BudgetScope::Key, key.to_string()));
        let groups = self.accounts.groups.iter();
        let groups = groups.map(|group| (BudgetScope::Group, group.to_string()));
        key.into_iter()
            .chain([
                (BudgetScope::User, self.owner.to_string()),
                (BudgetScope::Site, String::new()),
            ])
            .chain(groups)
            .flat_map(move |(scope, id)| {
                BudgetPeriod::ALL
                    .iter()
                    .map(move |period| self.accounts.account(scope, id.clone(), *period))
            })
    }
}
