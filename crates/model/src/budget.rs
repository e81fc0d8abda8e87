//! What may be spent: an amount for somebody in a period.

use serde::{Deserialize, Serialize};

use crate::call::words;

words! {
    /// Who may spend.
    BudgetScope {
        /// One API key.
        Key = "key",
        /// One person.
        User = "user",
        /// All of a group together.
        Group = "group",
        /// Everybody together.
        Site = "site",
    }
}

words! {
    /// In which time; days and months are those of the site's time zone.
    BudgetPeriod {
        /// A day.
        Day = "day",
        /// A month.
        Month = "month",
        /// Ever.
        Total = "total",
    }
}

/// An amount that somebody may spend in a period.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Budget {
    /// Who.
    pub scope: BudgetScope,
    /// The key's, person's or group's id; empty for the site.
    pub id: String,
    /// In which time.
    pub period: BudgetPeriod,
    /// How much, in micro-yuan.
    pub limit: i64,
    /// How much of it is spent, in micro-yuan.
    pub spent: i64,
    /// How much of it is reserved by calls that run, in micro-yuan.
    pub held: i64,
}

/// A budget as a list shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BudgetLine {
    /// What may be spent, and what is.
    #[serde(flatten)]
    pub budget: Budget,
    /// What the key, the person or the group is called; nothing for the site and for who is gone.
    pub name: Option<String>,
    /// How a key begins and ends.
    pub hint: Option<String>,
}
