//! What is written in one transaction, and what each part of it does to the accounts.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap, HashSet},
    ops::AddAssign,
    sync::Arc,
};

use model::CallId;

use super::{Account, Decision, Hold};
use crate::{
    ledger::{Bound, CallEnd},
    store::Then,
};

/// A reservation that is asked for.
pub(crate) struct Opening {
    pub(crate) hold: Arc<Hold>,
    /// What binds it; all of `hold.accounts.held` and nothing else.
    pub(crate) bounds: Arc<[Bound]>,
}

/// What is written in one transaction, in the order in which it came.
#[derive(Default)]
pub(crate) struct Batch {
    pub(crate) openings: Vec<Opening>,
    pub(crate) closings: Vec<(Arc<Hold>, Arc<CallEnd>)>,
    /// Reservations whose callers left before they heard of them, or asked nothing.
    pub(crate) forgotten: Vec<Arc<Hold>>,
    /// Calls that wait for a task from now on, which they name.
    pub(crate) tasks: Vec<Arc<Hold>>,
    /// Whether some of it was tried before: a commit's answer can be lost with the connection, so it may be there.
    pub(crate) again: bool,
    /// What whoever has it written does then.
    pub(crate) then: Then,
}

/// What a batch comes down to.
pub(super) struct Plan<'a> {
    /// Calls that end: each once, in the order of their ids, in which everybody inserts them.
    pub(super) ends: Vec<(&'a Hold, &'a CallEnd)>,
    /// Reservations that may be there and must go.
    pub(super) leaving: HashMap<CallId, &'a Hold>,
    /// Reservations to be written.
    pub(super) wanted: Vec<&'a Opening>,
}

/// What is added to an account.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Change {
    pub(crate) spent: i64,
    pub(crate) held: i64,
}

impl AddAssign for Change {
    /// Never overflows, whatever the store says that an account stands at.
    fn add_assign(&mut self, more: Self) {
        self.spent = self.spent.saturating_add(more.spent);
        self.held = self.held.saturating_add(more.held);
    }
}

/// Changes in the order of their accounts, in which everybody takes the locks.
pub(super) type Changes = BTreeMap<Account, Change>;

/// What accounts stand at.
pub(super) type Balances = HashMap<Account, Change>;

impl Batch {
    /// What is to be done.
    pub(super) fn plan(&self) -> Plan<'_> {
        let ends = self.ends();
        Plan {
            leaving: self.leaving(&ends),
            wanted: self.wanted(&ends),
            ends,
        }
    }

    fn ends(&self) -> Vec<(&Hold, &CallEnd)> {
        let closings = self.closings.iter();
        let mut ends: Vec<_> = closings.map(|(hold, end)| (&**hold, &**end)).collect();
        // Stable: of two ends of one call the first one counts.
        ends.sort_by_key(|(hold, _)| hold.id);
        ends.dedup_by_key(|(hold, _)| hold.id);
        ends
    }

    /// Those that nothing binds and that end in the same batch are not written, nor are those whose callers left
    /// meanwhile: nobody would ever see them.
    fn wanted(&self, ends: &[(&Hold, &CallEnd)]) -> Vec<&Opening> {
        let over = |id: CallId| ends.binary_search_by_key(&id, |(hold, _)| hold.id).is_ok();
        let forgotten: HashSet<CallId> = self.forgotten.iter().map(|hold| hold.id).collect();
        let wanted = |opening: &&Opening| {
            let id = opening.hold.id;
            let never_seen = opening.bounds.is_empty() && over(id);
            !forgotten.contains(&id) && !never_seen
        };
        self.openings.iter().filter(wanted).collect()
    }

    fn leaving<'a>(&'a self, ends: &[(&'a Hold, &'a CallEnd)]) -> HashMap<CallId, &'a Hold> {
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
            .chain(self.forgotten.iter().map(|hold| &**hold))
            .chain(undone.map(|opening| &*opening.hold))
            .map(|hold| (hold.id, hold))
            .collect()
    }

    /// What became of its openings, in their order: what was decided of those that were wanted.
    pub(super) fn answers(&self, wanted: &[&Opening], decisions: Vec<Decision>) -> Vec<Decision> {
        let ids = wanted.iter().map(|opening| opening.hold.id);
        let mut decided: HashMap<CallId, Decision> = ids.zip(decisions).collect();
        let decision = |opening: &Opening| {
            decided
                .remove(&opening.hold.id)
                .unwrap_or(Decision::Reserved)
        };
        self.openings.iter().map(decision).collect()
    }
}

impl<'a> Plan<'a> {
    /// Calls whose lines were inserted just now: only these count.
    pub(super) fn ended(
        &self,
        inserted: &HashSet<CallId>,
    ) -> impl Iterator<Item = (&'a Hold, &'a CallEnd)> {
        let new = |(hold, _): &&(&Hold, &CallEnd)| inserted.contains(&hold.id);
        self.ends.iter().filter(new).copied()
    }

    /// Reservations that were there and went.
    pub(super) fn gone(&self, ids: &[CallId]) -> impl Iterator<Item = &'a Hold> {
        ids.iter().filter_map(|id| self.leaving.get(id).copied())
    }

    /// Reservations that were granted.
    pub(super) fn reserved(&self, decisions: &[Decision]) -> impl Iterator<Item = &'a Hold> {
        self.wanted
            .iter()
            .zip(decisions)
            .filter(|(_, decision)| **decision == Decision::Reserved)
            .map(|(opening, _)| &*opening.hold)
    }
}

/// Accounts that decide over what is wanted.
pub(super) fn asked(wanted: &[&Opening]) -> BTreeSet<Account> {
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
    wanted: &[&Opening],
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
pub(super) fn decide(wanted: &[&Opening], balances: &mut Balances) -> (Vec<Decision>, Changes) {
    let mut added = Changes::new();
    let decide = |opening: &&Opening| {
        let hold = &opening.hold;
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
