//! What is written in one transaction, and what each part of it does to the accounts.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use model::CallId;

use super::{Account, Decision, Hold};
use crate::ledger::{Bound, CallEnd};

/// A reservation that is asked for.
pub(crate) struct Opening<'a> {
    pub(crate) hold: &'a Hold,
    /// What binds it; all of `hold.accounts.held` and nothing else.
    pub(crate) bounds: &'a [Bound],
}

/// What is written in one transaction, in the order in which it came.
#[derive(Default)]
pub(crate) struct Batch<'a> {
    pub(crate) openings: Vec<Opening<'a>>,
    pub(crate) closings: Vec<(&'a Hold, &'a CallEnd)>,
    /// Reservations whose callers left before they heard of them.
    pub(crate) forgotten: Vec<&'a Hold>,
    /// Calls that wait for a task from now on.
    pub(crate) tasks: Vec<(&'a Hold, &'a str)>,
    /// Whether some of it was tried before: a commit's answer can be lost with the connection, so it may be there.
    pub(crate) again: bool,
}

/// What is added to an account.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Change {
    pub(crate) spent: i64,
    pub(crate) held: i64,
}

/// Changes in the order of their accounts, in which everybody takes the locks.
pub(super) type Changes = BTreeMap<Account, Change>;

/// What accounts stand at.
pub(super) type Balances = HashMap<Account, Change>;

impl<'a> Batch<'a> {
    /// Calls that end: each once, in the order of their ids, in which everybody inserts them.
    pub(super) fn ends(&self) -> Vec<(&'a Hold, &'a CallEnd)> {
        let mut ends = self.closings.clone();
        // Stable: of two ends of one call the first one counts.
        ends.sort_by_key(|(hold, _)| hold.id);
        ends.dedup_by_key(|(hold, _)| hold.id);
        ends
    }

    /// Reservations to be written. Those that nothing binds and that end in the same batch are not, nor are those whose
    /// callers left meanwhile: nobody would ever see them.
    pub(super) fn written(&self, ends: &[(&Hold, &CallEnd)]) -> Vec<&Opening<'a>> {
        let over = |id: CallId| ends.binary_search_by_key(&id, |(hold, _)| hold.id).is_ok();
        let forgotten: HashSet<CallId> = self.forgotten.iter().map(|hold| hold.id).collect();
        let wanted = |opening: &&Opening<'_>| {
            let id = opening.hold.id;
            let never_seen = opening.bounds.is_empty() && over(id);
            !forgotten.contains(&id) && !never_seen
        };
        self.openings.iter().filter(wanted).collect()
    }

    /// Reservations that may be there and must go.
    pub(super) fn leaving(&self, ends: &[(&'a Hold, &'a CallEnd)]) -> HashMap<CallId, &'a Hold> {
        let opened: HashSet<CallId> = if self.again {
            HashSet::new()
        } else {
            let openings = self.openings.iter();
            openings.map(|opening| opening.hold.id).collect()
        };
        let ended = ends.iter().map(|(hold, _)| *hold);
        let ended = ended.filter(|hold| !opened.contains(&hold.id));
        // Decided anew.
        let undone = self.openings.iter().filter(|_| self.again);
        ended
            .chain(self.forgotten.iter().copied())
            .chain(undone.map(|opening| opening.hold))
            .map(|hold| (hold.id, hold))
            .collect()
    }
}

/// Accounts that decide over what is wanted.
pub(super) fn asked(wanted: &[&Opening<'_>]) -> BTreeSet<Account> {
    let held = wanted
        .iter()
        .flat_map(|opening| opening.hold.accounts.held());
    held.collect()
}

/// What ended calls and reservations that are gone do to the accounts; the accounts of new reservations are in it too,
/// so that they are locked and known.
pub(super) fn changes<'a>(
    ended: impl Iterator<Item = (&'a Hold, &'a CallEnd)>,
    gone: impl Iterator<Item = &'a Hold>,
    wanted: &[&Opening<'_>],
) -> Changes {
    let mut changes = Changes::new();
    for (hold, end) in ended.filter(|(_, end)| end.cost != 0) {
        for account in hold.booked() {
            changes.entry(account).or_default().spent += end.cost;
        }
    }
    for hold in gone {
        for account in hold.accounts.held() {
            changes.entry(account).or_default().held -= hold.amount;
        }
    }
    for opening in wanted {
        for account in opening.hold.accounts.held() {
            changes.entry(account).or_default();
        }
    }
    changes
}

/// Decides one reservation after the other; what is granted is gone for the next one. Also what this adds to the
/// accounts.
pub(super) fn decide(wanted: &[&Opening<'_>], balances: &mut Balances) -> (Vec<Decision>, Changes) {
    let mut added = Changes::new();
    let decide = |opening: &&Opening<'_>| {
        let hold = opening.hold;
        let over = opening.bounds.iter().find(|bound| {
            let account = hold
                .accounts
                .account(bound.scope, bound.id.clone(), bound.period);
            let stands = balances.get(&account).copied().unwrap_or_default();
            stands.spent + stands.held + hold.amount > bound.limit
        });
        if let Some(bound) = over {
            return Decision::Over(bound.clone());
        }
        for account in hold.accounts.held() {
            added.entry(account.clone()).or_default().held += hold.amount;
            balances.entry(account).or_default().held += hold.amount;
        }
        Decision::Reserved
    };
    let decisions = wanted.iter().map(decide).collect();
    (decisions, added)
}
