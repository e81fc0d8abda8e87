//! Sessions promise the same wherever they are kept: one table of tests for rows in both databases and for Redis.

mod limits;
mod listing;
mod redis;
mod stores;
mod streams;

use std::time::Duration;

use model::{BuiltIn, SessionRef, UserId};
use tower_sessions::SessionStore as _;

use super::*;
use crate::{
    identity::{Caller, Credential, Proof, testing::visitor},
    store::testing::{self, on_both},
};

const HOUR: i64 = 60 * 60 * 1000;

/// Runs the test with sessions in rows of each database, and in Redis.
pub(super) async fn in_each_store(test: impl AsyncFn(House)) {
    in_each_store_with(cheap, test).await;
}

/// The same, with those options.
async fn in_each_store_with(options: impl Fn() -> IdentityOptions, test: impl AsyncFn(House)) {
    on_both(async |db| test(House::with(&db, options())).await).await;
    on_both(async |db| {
        if let Some(redis) = testing::redis().await {
            let options = IdentityOptions {
                redis: Some(redis),
                ..options()
            };
            test(House::with(&db, options)).await;
        }
    })
    .await;
}

/// An account with that role.
pub(super) async fn account(house: &House, name: &str, role: BuiltIn) -> UserId {
    house.identity.person(name, role).await
}

/// Signs in; the cookie.
pub(super) async fn sign_in(house: &House, user: UserId) -> Option<Id> {
    house.identity.entered(user).await
}

/// Who sends a request with that cookie.
pub(super) async fn caller(house: &House, cookie: Option<Id>) -> Result<Caller, FailureCode> {
    let session = house.session(cookie);
    code(house.identity.caller(&session, &visitor()).await)
}

async fn user_of(house: &House, cookie: Option<Id>) -> Result<UserId, FailureCode> {
    caller(house, cookie).await.map(|caller| caller.user())
}

/// A member who is signed in.
pub(super) async fn member(house: &House) -> (UserId, Option<Id>) {
    let user = account(house, "lin", BuiltIn::Member).await;
    (user, sign_in(house, user).await)
}
