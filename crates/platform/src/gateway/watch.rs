//! Answers that still run end when what their caller came in by does.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError, Weak},
};

use model::PermissionSet;
use tokio_util::sync::CancellationToken;

use super::{Gateway, Principal};
use crate::identity::{Caller, Credential, Identity};

/// One watch for each credential with running answers, however many these are, and for what it allowed when they began: an answer
/// ends with what it was let in by, and not with what others had.
#[derive(Debug, Default)]
pub(super) struct Watches(Mutex<HashMap<(CredentialKey, PermissionSet), Weak<Watch>>>);

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum CredentialKey {
    Key(model::ApiKeyId),
    Family(model::FamilyId),
    Session(model::SessionId),
    Absent(model::UserId),
}

impl From<&Caller> for CredentialKey {
    fn from(caller: &Caller) -> Self {
        match caller.credential() {
            Credential::Key { id } => Self::Key(id),
            Credential::Token { family, .. } => Self::Family(family),
            Credential::Session { id, .. } => Self::Session(id),
            Credential::Absent => Self::Absent(caller.user()),
        }
    }
}

/// A watch over what somebody came in by.
#[derive(Debug)]
pub struct RightEnded(Arc<Watch>);

impl RightEnded {
    /// Waits until it has ended.
    pub async fn cancelled(&self) {
        self.0.ended.cancelled().await;
    }
}

/// Held by each running answer.
#[derive(Debug)]
pub(super) struct Watch {
    ended: CancellationToken,
    /// Nobody holds the watch any more.
    unneeded: CancellationToken,
}

impl Watch {
    fn begin(identity: &Identity, principal: &Principal) -> Arc<Self> {
        let watch = Self {
            ended: CancellationToken::new(),
            unneeded: CancellationToken::new(),
        };
        let (ended, unneeded) = (watch.ended.clone(), watch.unneeded.clone());
        let until_ended = identity.until_ended_since(&principal.caller, Some(principal.looked_up));
        tokio::spawn(async move {
            if unneeded.run_until_cancelled(until_ended).await.is_some() {
                ended.cancel();
            }
        });
        Arc::new(watch)
    }

    /// Ends when the credential does.
    pub(super) fn ended(&self) -> CancellationToken {
        self.ended.clone()
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.unneeded.cancel();
    }
}

impl Gateway {
    /// Ends when what the caller came in by does, for as long as calls of theirs run.
    pub fn right_ended(&self, principal: &Principal) -> RightEnded {
        RightEnded(self.watch(principal))
    }

    pub(super) fn watch(&self, principal: &Principal) -> Arc<Watch> {
        let caller = &principal.caller;
        let key = (CredentialKey::from(caller), caller.permissions());
        let mut watches = self
            .0
            .watches
            .0
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let known = watches.get(&key).and_then(Weak::upgrade);
        // What was taken away and given back is there again; answers of before still hold the watch that ended.
        if let Some(watch) = known.filter(|watch| !watch.ended.is_cancelled()) {
            return watch;
        }
        watches.retain(|_, watch| watch.strong_count() > 0);
        let watch = Watch::begin(&self.0.identity, principal);
        watches.insert(key, Arc::downgrade(&watch));
        watch
    }
}
