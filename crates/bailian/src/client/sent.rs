//! Whether anything has left.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::Client;

/// Whether anything of some calls has left for the provider: what waits for its turn has not, nor what finds no connection. Clones tell the same; see
/// [`Client::noting`].
#[derive(Clone, Debug, Default)]
pub struct Sent(Arc<AtomicBool>);

impl Sent {
    /// Notes that something leaves now.
    pub fn note(&self) {
        self.0.store(true, Ordering::SeqCst);
    }

    /// It has not: there was no connection.
    pub(super) fn take_back(&self) {
        self.0.store(false, Ordering::SeqCst);
    }

    /// Whether anything has left.
    pub fn is_noted(&self) -> bool {
        self.0.load(Ordering::SeqCst)
    }
}

impl Client {
    /// The same client, which notes there whether it has sent anything.
    #[must_use]
    pub fn noting(&self, sent: &Sent) -> Self {
        Self {
            sent: Some(sent.clone()),
            ..self.clone()
        }
    }
}
