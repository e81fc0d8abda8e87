//! Who is calling, with all that decides what they may: looked up once and taken as it was for less than a second.

use std::{
    collections::HashSet,
    net::IpAddr,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use model::{ApiKeyId, BudgetScope, GroupId, Millis, Permission, UserId};
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};

use super::{
    Gateway, GatewayError, KNOWN_FOR,
    limits::{self, Allowed, Lane, LimitsPerMinute},
};
use crate::{
    identity::{Caller, Moment, api_keys},
    ledger::Bound,
    visitor::Visitor,
};

/// Whoever calls again when they have been known for so long is looked up anew meanwhile, so that of those who call all the
/// time nobody waits for it.
const RENEWED_AFTER: Duration = Duration::from_millis(750);

/// What took longer to look up is not taken: it might tell what was so more than a second ago before it ends.
const RENEWED_WITHIN: Duration = Duration::from_millis(100);

/// A credential as a whole, and from where: networks are checked for each address.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(super) struct Credentials {
    hash: [u8; 32],
    from: IpAddr,
}

/// Somebody who calls.
#[derive(Debug)]
pub struct Principal {
    pub(super) caller: Caller,
    pub(super) key: Option<ApiKeyId>,
    pub(super) groups: Vec<GroupId>,
    /// `None` is every model.
    pub(super) models: Option<HashSet<String>>,
    pub(super) lanes: Arc<[Arc<Lane>]>,
    pub(super) budgets: Arc<[Bound]>,
    finishes: bool,
    /// For how long their answers are kept, unless a request says otherwise.
    cached_for: Option<Duration>,
    /// The group whose members share kept answers with them. Of several the one that was made first, so that all who are in the
    /// same ones meet in the same.
    pub(super) shares_in: Option<GroupId>,
    /// When today's quota begins anew, if it is used up.
    quota_until: Option<Millis>,
    pub(super) looked_up: Moment,
    /// Somebody looks them up anew.
    is_renewed: AtomicBool,
}

impl Principal {
    /// Whose calls they are.
    pub fn user(&self) -> UserId {
        self.caller.user()
    }

    /// Whether only some models are theirs.
    pub fn is_restricted(&self) -> bool {
        self.models.is_some()
    }

    /// Whether their answers are read to the end, and paid for, when they have left.
    pub fn finishes(&self) -> bool {
        self.finishes
    }

    /// Whether a budget binds what they may spend.
    pub fn has_budget(&self) -> bool {
        !self.budgets.is_empty()
    }

    /// For how long their answers are kept where a request says nothing of it.
    pub fn cached_for(&self) -> Option<Duration> {
        self.cached_for
    }

    /// What is left of requests and of tokens a minute after that refusal.
    pub fn left_after(&self, refused: &GatewayError) -> (Option<Allowed>, Option<Allowed>) {
        limits::left_after(&self.lanes, refused)
    }

    /// Once: whoever is told so looks them up anew.
    fn wants_renewal(&self) -> bool {
        self.looked_up.elapsed() >= RENEWED_AFTER && !self.is_renewed.swap(true, Ordering::Relaxed)
    }

    pub(super) fn may_use(&self, model: &str) -> bool {
        self.models
            .as_ref()
            .is_none_or(|models| models.contains(model))
    }

    /// Refuses when today's quota is used up.
    pub(super) fn within_quota(&self, now: Millis) -> Result<(), GatewayError> {
        match self.quota_until {
            Some(until) if until > now => Err(GatewayError::QuotaUsedUp {
                retry_after: Duration::from_millis(until.since(now).unsigned_abs()),
            }),
            _ => Ok(()),
        }
    }
}

impl Gateway {
    /// Who is calling with that credential, an API key or an access token, and may call models.
    #[tracing::instrument(name = "gateway.principal", level = "debug", skip_all)]
    pub async fn principal(
        &self,
        credential: &str,
        visitor: &Visitor,
    ) -> Result<Arc<Principal>, GatewayError> {
        let known = Credentials {
            hash: Sha256::digest(credential.as_bytes()).into(),
            from: visitor.address,
        };
        if let Some(principal) = self.0.known.get(&known).await {
            if principal.wants_renewal() {
                self.renew(Arc::clone(&principal), known, credential, visitor);
            }
            return Ok(principal);
        }
        let look_up = async {
            let working = self.0.room.work.begin();
            let principal = self.look_up(credential, visitor).await?;
            working.ended();
            Ok::<_, GatewayError>(Arc::new(principal))
        };
        // Of a thousand requests that come at once one looks; who can't have its error looks for themselves.
        let found = self.0.known.try_get_with(known, look_up).await;
        match found.map_err(Arc::try_unwrap) {
            Ok(principal) => Ok(principal),
            Err(Ok(error)) => Err(error),
            Err(Err(_)) => Ok(Arc::new(self.look_up(credential, visitor).await?)),
        }
    }

    /// Looks up anew who is calling. One who may not call any more is known until what is known ends, and then told why.
    fn renew(
        &self,
        before: Arc<Principal>,
        known: Credentials,
        credential: &str,
        visitor: &Visitor,
    ) {
        let (gateway, visitor) = (self.clone(), visitor.clone());
        let credential = SecretString::from(credential);
        tokio::spawn(async move {
            let found = gateway.look_up(credential.expose_secret(), &visitor).await;
            let Ok(principal) = found else { return };
            // Never after the end of what was known: somebody else may have looked since, and been refused.
            let in_time = before.looked_up.elapsed() < KNOWN_FOR;
            if in_time && principal.looked_up.elapsed() < RENEWED_WITHIN {
                gateway.0.known.insert(known, Arc::new(principal)).await;
            }
        });
    }

    async fn look_up(
        &self,
        credential: &str,
        visitor: &Visitor,
    ) -> Result<Principal, GatewayError> {
        let inner = &*self.0;
        let looked_up = inner.identity.moment();
        let (caller, key) = if credential.starts_with(api_keys::PREFIX) {
            let (caller, key) = inner.identity.owner_of_key(credential, visitor).await?;
            (caller, Some(key))
        } else {
            (inner.identity.bearer(credential, visitor).await?, None)
        };
        caller.require(Permission::GatewayUse)?;
        let user = caller.user();
        let allowance = inner.db.allowance(user).await?;
        let of_groups = inner.db.group_rates_of(user).await?;
        let groups: Vec<GroupId> = of_groups.iter().map(|group| group.id).collect();
        let sharing = of_groups.iter().filter(|group| group.shares_answers);
        let shares_in = sharing.map(|group| group.id).min();
        let of_key = key.as_ref().map(|key| (key.id, key.budget_per_month));
        let budgets = inner.ledger.budgets_of(of_key, user, &groups).await?;
        let models = [
            allowance.models.as_ref(),
            key.as_ref().and_then(|key| key.models.as_ref()),
        ];
        let models = models
            .into_iter()
            .flatten()
            .map(|models| {
                models
                    .iter()
                    .map(|model| model.as_str().to_owned())
                    .collect::<HashSet<_>>()
            })
            .reduce(|all, more| &all & &more);
        let key_limits = key.as_ref().and_then(|key| {
            let limits = LimitsPerMinute {
                requests: key.requests_per_minute,
                tokens: key.tokens_per_minute,
                at_once: key.at_once,
            };
            inner.lanes.of(BudgetScope::Key, key.id.to_string(), limits)
        });
        let of_person = inner.lanes.of(
            BudgetScope::User,
            user.to_string(),
            inner.options.per_person,
        );
        let of_groups = of_groups.iter().map(|group| {
            let limits = LimitsPerMinute {
                requests: group.rates.requests_per_minute,
                tokens: group.rates.tokens_per_minute,
                at_once: group.rates.at_once,
            };
            inner
                .lanes
                .of(BudgetScope::Group, group.id.to_string(), limits)
        });
        let lanes = [key_limits, of_person, inner.lanes.site()];
        let lanes = lanes.into_iter().chain(of_groups);
        let cache_seconds = key.as_ref().and_then(|key| key.cache_seconds);
        Ok(Principal {
            quota_until: self.quota_until(user, &allowance.quota).await?,
            finishes: key.as_ref().is_some_and(|key| key.finishes),
            cached_for: cache_seconds.map(|seconds| Duration::from_secs(seconds.unsigned_abs())),
            shares_in,
            key: key.map(|key| key.id),
            lanes: lanes.flatten().collect(),
            caller,
            groups,
            models,
            budgets,
            looked_up,
            is_renewed: AtomicBool::new(false),
        })
    }

    pub(super) async fn groups_of(&self, user: UserId) -> Result<Vec<GroupId>, GatewayError> {
        let groups = self.0.db.groups_of(user).await?;
        Ok(groups.into_iter().map(|group| group.id).collect())
    }

    /// Calls that are begun within the second in which the quota is reached may pass it together.
    async fn quota_until(
        &self,
        user: UserId,
        quota: &model::Quota,
    ) -> Result<Option<Millis>, GatewayError> {
        if quota.answers_per_day.is_none() && quota.tokens_per_day.is_none() {
            return Ok(None);
        }
        let today = self.0.ledger.today(user).await?;
        let is_used_up = quota.is_used_up(today.calls, today.tokens);
        Ok(is_used_up.then_some(today.ends_at))
    }
}
