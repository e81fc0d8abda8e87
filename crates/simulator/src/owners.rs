//! Whose things are: each key is an account of its own, which sees what it has made and nothing else. What another account asks
//! for looks as if it were not there.

use std::{
    collections::{HashMap, VecDeque},
    sync::{Mutex, MutexGuard, PoisonError},
};

/// Older things become everybody's, so that a demonstration can run for weeks.
const REMEMBERED: usize = 65_536;

/// The account of everything that was made.
#[derive(Debug, Default)]
pub(crate) struct Owners(Mutex<Kept>);

#[derive(Debug, Default)]
struct Kept {
    accounts: HashMap<String, String>,
    order: VecDeque<String>,
}

impl Owners {
    /// The thing is the account's. What nobody's key has made is everybody's.
    pub(crate) fn claim(&self, id: &str, account: &str) {
        if account.is_empty() {
            return;
        }
        let mut kept = self.kept();
        let before = kept.accounts.insert(id.to_owned(), account.to_owned());
        if before.is_none() {
            kept.order.push_back(id.to_owned());
        }
        if kept.order.len() > REMEMBERED
            && let Some(oldest) = kept.order.pop_front()
        {
            kept.accounts.remove(&oldest);
        }
    }

    /// What was made of something is whose that is.
    pub(crate) fn inherit(&self, id: &str, from: &str) {
        let account = self.kept().accounts.get(from).cloned();
        self.claim(id, &account.unwrap_or_default());
    }

    /// Whether the account sees it.
    pub(crate) fn sees(&self, account: &str, id: &str) -> bool {
        let kept = self.kept();
        kept.accounts.get(id).is_none_or(|owner| owner == account)
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::Owners;

    #[test]
    fn an_account_sees_its_own_and_what_is_nobodys() {
        let owners = Owners::default();
        owners.claim("batch", "sk-one");
        owners.inherit("result", "batch");
        owners.claim("open", "");
        for id in ["batch", "result"] {
            assert!(owners.sees("sk-one", id) && !owners.sees("sk-two", id));
        }
        assert!(owners.sees("sk-two", "open") && owners.sees("sk-two", "unheard of"));
    }
}
