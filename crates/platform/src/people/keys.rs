//! Everybody's API keys: which there are, and taking one away. Nobody sees a key itself here, and nobody makes one for others.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use model::{ApiKeyId, FailureCode, KeyFilter, KeyLine, KeyOrder, Millis, Page, Permission};
use serde_json::json;

use super::{PAGE, People, listing::searchable, readable, settled};
use crate::{
    identity::{Caller, IdentityError},
    store::KeysQuery,
};

impl People {
    /// A page of everybody's keys, those after `after`, at most 100.
    #[tracing::instrument(name = "api.people.api_keys", skip_all)]
    pub async fn api_keys(
        &self,
        caller: &Caller,
        filter: &KeyFilter,
        after: Option<&str>,
        limit: u32,
    ) -> Result<Page<KeyLine>, IdentityError> {
        readable(caller, Permission::UsersRead)?;
        let search = KeyFilter::cut(searchable(&filter.search)?);
        if filter
            .unused_days
            .is_some_and(|days| !(1..=KeyFilter::MOST_UNUSED_DAYS).contains(&days))
        {
            return Err(IdentityError::Refused(FailureCode::InvalidNumber));
        }
        let limit = limit.clamp(1, PAGE);
        let may_revoke = caller.permissions().contains(Permission::UsersWrite);
        let query = KeysQuery {
            filter,
            search,
            after: after.map(place).transpose()?,
            limit: limit + 1,
            now: self.clock.now(),
            reach: may_revoke.then(|| caller.rank()),
        };
        let mut items = self.db.key_lines(&query).await?;
        let more = items.len() > limit as usize;
        items.truncate(limit as usize);
        let last = items.last().filter(|_| more);
        Ok(Page {
            next: last.map(|last| led_on(filter.order, last)),
            items,
        })
    }

    /// Revokes somebody's key: it is refused from now on, and what runs with it ends, as when its owner deletes it.
    #[tracing::instrument(name = "api.people.revoke_api_key", skip_all)]
    pub async fn revoke_api_key(&self, caller: &Caller, id: ApiKeyId) -> Result<(), IdentityError> {
        self.identity.require_fresh(caller)?;
        let act = async {
            caller.require(Permission::UsersWrite)?;
            let key = self.db.owner_of_key(id).await?;
            let key = key.ok_or(IdentityError::NotFound)?;
            let record = self
                .trail()
                .by(caller, "api_key.revoke")
                .on("api_key", id)
                .with(&json!({ "owner": key.owner, "name": key.name, "hint": key.hint }));
            let ceiling = caller.rank();
            let touched = self.db.revoke_api_key(key.owner, id, ceiling, &record);
            settled(touched.await?)?;
            Ok::<_, IdentityError>(key.owner)
        };
        let on = ("api_key", id.to_string());
        let owner = self.judged(caller, "api_key.revoke", on, act).await?;
        self.identity.revoked(owner);
        Ok(())
    }
}

/// How the page after that key is asked for.
fn led_on(order: KeyOrder, last: &KeyLine) -> String {
    let used = match order {
        KeyOrder::Newest => 0,
        KeyOrder::LastUsed => last.key.used_at.map_or(0, Millis::get),
    };
    URL_SAFE_NO_PAD.encode(format!("{used} {}", last.key.id))
}

/// Where a page of keys begins.
fn place(text: &str) -> Result<(i64, ApiKeyId), IdentityError> {
    let read = || {
        let text = String::from_utf8(URL_SAFE_NO_PAD.decode(text).ok()?).ok()?;
        let (used, id) = text.split_once(' ')?;
        let used: i64 = used.parse().ok()?;
        (used >= 0).then_some((used, id.parse().ok()?))
    };
    read().ok_or(IdentityError::Refused(FailureCode::BadRequest))
}
