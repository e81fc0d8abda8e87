//! Where things at the upstream are. Each account sees what its own keys have made and nothing else, so whatever is about a
//! thing, or refers to one, goes to the account of the key that made it.

use std::sync::Arc;

use bailian::{
    Client, Error as UpstreamError,
    pool::{self, Reach, Turn},
};
use model::Millis;

use super::{Gateway, GatewayError, ObjectKind, Principal, UPSTREAM};

/// A place for uploads and what lies there are forgotten after so long: the temporary storage keeps 48 hours.
const UPLOADS_MS: i64 = 3 * Millis::DAY;
/// Folders below each other that are looked for.
const DEEPEST: usize = 8;

/// The account that a request has to go to, as far as its parts have told.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Whereabouts(Option<Arc<str>>);

impl Whereabouts {
    /// The request is about something that was made at that upstream. Refuses what is in another account than the rest, and
    /// what is in one that is not here any more.
    pub fn add(&mut self, gateway: &Gateway, upstream: &str) -> Result<(), GatewayError> {
        let account = gateway.account_of(upstream)?;
        match &self.0 {
            Some(before) if *before != account => Err(GatewayError::TwoAccounts),
            _ => {
                self.0 = Some(account);
                Ok(())
            }
        }
    }

    /// Whether nothing has told yet.
    pub fn is_anywhere(&self) -> bool {
        self.0.is_none()
    }

    /// Where the request may go.
    pub fn reach(&self) -> Reach {
        self.0.clone().map_or(Reach::Any, Reach::Only)
    }
}

/// A call on its way through the upstreams, for whoever asks in another protocol than was spoken: the turns, retries and
/// ejections of [`Gateway::relay`].
#[derive(Debug)]
pub struct Round(Way);

#[derive(Debug)]
enum Way {
    Among(Box<pool::Round>),
    Alone(Client),
}

impl Round {
    /// Whose turn it is.
    pub async fn next(&mut self) -> Result<Turn, UpstreamError> {
        match &mut self.0 {
            Way::Among(round) => round.next().await,
            Way::Alone(client) => Ok(Turn {
                upstream: UPSTREAM.into(),
                client: client.clone(),
                patient: client.clone(),
            }),
        }
    }

    /// Whoever's turn it was has answered.
    pub fn answered(&mut self) {
        if let Way::Among(round) = &mut self.0 {
            round.answered();
        }
    }

    /// Whoever's turn it was has not. `Ok` if another one may be asked, else the error that stays.
    pub fn failed(&mut self, error: UpstreamError) -> Result<(), UpstreamError> {
        match &mut self.0 {
            Way::Among(round) => round.failed(error),
            Way::Alone(_) => Err(error),
        }
    }
}

impl Gateway {
    /// A call of a model with about so many bytes.
    pub fn round(&self, model: &str, bytes: u64) -> Round {
        let bytes = usize::try_from(bytes).unwrap_or(usize::MAX);
        Round(match &self.0.options.pool {
            Some(pool) => Way::Among(Box::new(pool.round(model, bytes, Reach::Any))),
            None => Way::Alone(self.0.client.clone()),
        })
    }

    /// The account of what was made at that upstream.
    pub fn account_of(&self, upstream: &str) -> Result<Arc<str>, GatewayError> {
        let account = match &self.0.options.pool {
            Some(pool) => pool.account(upstream),
            None => (upstream == UPSTREAM).then(|| UPSTREAM.into()),
        };
        account.ok_or_else(|| {
            tracing::error!(
                upstream.name = upstream,
                "what is asked for was made with a key that is not configured any more"
            );
            GatewayError::Away
        })
    }

    /// A client for what was made at that upstream; `None` if nobody here sees it.
    pub(crate) fn client_at(&self, upstream: &str) -> Option<Client> {
        match &self.0.options.pool {
            Some(pool) => pool.client_there(upstream),
            None => (upstream == UPSTREAM).then(|| self.0.client.clone()),
        }
    }

    /// The accounts in which the caller has things of a kind, in the order of their names.
    pub async fn accounts_with(
        &self,
        principal: &Principal,
        kind: ObjectKind,
    ) -> Result<Vec<Arc<str>>, GatewayError> {
        let upstreams = self.0.db.upstreams_of(kind.as_str(), principal.user());
        let mut accounts = Vec::new();
        for upstream in upstreams.await? {
            // What is away can't be listed; asked for by its id, it says so.
            if let Ok(account) = self.account_of(&upstream)
                && !accounts.contains(&account)
            {
                accounts.push(account);
            }
        }
        Ok(accounts)
    }

    /// Where something new of the caller's is best put: where their newest file or upload is, so that one request can refer
    /// to both, else wherever there is most left.
    pub async fn home_of(&self, principal: &Principal) -> Result<Reach, GatewayError> {
        let mut newest: Option<(i64, String)> = None;
        for kind in [ObjectKind::File, ObjectKind::Upload] {
            let found = self.0.db.newest_place(kind.as_str(), principal.user());
            newest = newest.max(found.await?);
        }
        let account = newest.and_then(|(_, upstream)| self.account_of(&upstream).ok());
        Ok(account.map_or(Reach::Any, Reach::Rather))
    }

    /// At which upstream the caller has put an object of the temporary storage, by what follows `oss://`; `None` if nobody
    /// was given its place here.
    pub async fn upload_at(
        &self,
        principal: &Principal,
        path: &str,
    ) -> Result<Option<String>, GatewayError> {
        let kind = ObjectKind::Upload.as_str();
        let mut folder = path;
        for _ in 0..DEEPEST {
            let Some((above, _)) = folder.rsplit_once('/') else {
                break;
            };
            folder = above;
            if self.0.db.upstream_of(kind, folder).await?.is_some() {
                // Somebody else's looks like none.
                let place = self.require_object(principal, ObjectKind::Upload, folder);
                return place.await.map(Some);
            }
        }
        Ok(None)
    }

    /// Forgets places for uploads that nothing lies at any more. How many.
    #[tracing::instrument(name = "gateway.forget_uploads", skip_all)]
    pub async fn forget_uploads(&self) -> Result<u64, GatewayError> {
        let before = self.0.clock.now().plus(-UPLOADS_MS);
        Ok(self.0.db.forget_upstream_uploads(before).await?)
    }
}

#[cfg(test)]
mod tests;
