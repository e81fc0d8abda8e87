//! How much of what stays open one person may have open at once in this process, in all their tabs and on all their devices.

use std::{
    collections::{HashMap, hash_map::Entry},
    fmt,
    sync::{Arc, Mutex, PoisonError},
};

use model::{FailureCode, UserId};

use super::{Caller, Identity, IdentityError};

/// What stays open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum LineKind {
    /// A page that watches.
    Events,
    /// A microphone, which holds a connection to the upstream too.
    Dictation,
}

impl LineKind {
    /// How many one person may have.
    pub const fn most(self) -> usize {
        match self {
            // Each tab that shows a conversation has one, and many tabs on a few devices are nothing unusual.
            Self::Events => 64,
            // Somebody speaks into one; another may still be ending, or be the one of captions.
            Self::Dictation => 3,
        }
    }
}

/// Those that are open, by whose they are; who has none is not in it.
#[derive(Clone, Debug, Default)]
pub(super) struct OpenLines(Arc<Mutex<HashMap<(UserId, LineKind), usize>>>);

/// Something that is open. It counts until this is dropped.
#[must_use = "it counts until this is dropped"]
pub struct OpenLine {
    lines: OpenLines,
    key: (UserId, LineKind),
}

impl OpenLines {
    fn open(&self, user: UserId, kind: LineKind) -> Option<OpenLine> {
        let key = (user, kind);
        let mut lines = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let open = lines.get(&key).copied().unwrap_or(0);
        if open >= kind.most() {
            return None;
        }
        lines.insert(key, open + 1);
        Some(OpenLine {
            lines: self.clone(),
            key,
        })
    }
}

impl Drop for OpenLine {
    fn drop(&mut self) {
        let mut lines = self.lines.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Entry::Occupied(mut open) = lines.entry(self.key) {
            *open.get_mut() -= 1;
            if *open.get() == 0 {
                open.remove();
            }
        }
    }
}

impl fmt::Debug for OpenLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("OpenLine").field(&self.key).finish()
    }
}

impl Identity {
    /// Counts something that the caller opens, for as long as what this gives is kept. Refused where they have as many.
    pub fn open_line(&self, caller: &Caller, kind: LineKind) -> Result<OpenLine, IdentityError> {
        let opened = self.0.open_lines.open(caller.user(), kind);
        opened.ok_or(IdentityError::Refused(FailureCode::TooManyOpen))
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    /// A person's lines are bounded by kind, and nobody else's count; what is closed makes room.
    #[test]
    fn one_person_has_so_much_open_and_no_more() {
        let lines = OpenLines::default();
        let [lin, tao] = [1, 2].map(|id| UserId::from_uuid(Uuid::from_u128(id)));
        for kind in [LineKind::Events, LineKind::Dictation] {
            let mut open: Vec<OpenLine> = std::iter::from_fn(|| lines.open(lin, kind))
                .take(1_000)
                .collect();
            assert_eq!(open.len(), kind.most());
            assert!(lines.open(tao, kind).is_some());
            open.pop();
            open.extend(lines.open(lin, kind));
            assert_eq!(open.len(), kind.most());
            assert!(lines.open(lin, kind).is_none());
        }
        // All of them are dropped by now.
        assert!(lines.0.lock().unwrap().is_empty());
    }
}
