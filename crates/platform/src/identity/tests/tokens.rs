//! Access and refresh tokens.

mod forged;
mod signing_keys;

use std::{collections::HashSet, time::Duration};

use futures_util::future::join_all;
use model::{BuiltIn, Factor, FailureCode, Permission, UserId};
use secrecy::ExposeSecret;

use super::{AWAY, HOME, House, cheap, code};
use crate::{
    identity::{Caller, IdentityOptions, Proof, TokenOptions, Tokens},
    store::testing::{self, on_both},
    visitor::Visitor,
};

const MINUTE: i64 = 60_000;

/// An account with one role, and nothing else about it.
pub(super) async fn person(house: &House, role: BuiltIn) -> UserId {
    let id = UserId::from_uuid(house.identity.0.ids.next());
    for sql in [
        format!(
            "INSERT INTO users (id, email, email_key, name, created_at, updated_at) \
             VALUES ('{id}', '{id}@example.com', '{id}@example.com', 'Lin', 0, 0)"
        ),
        format!(
            "INSERT INTO user_roles (user_id, role_id, granted_at) VALUES ('{id}', '{}', 0)",
            role.id()
        ),
    ] {
        testing::execute(&house.db, &sql).await;
    }
    id
}

pub(super) async fn take_roles(house: &House, user: UserId) {
    let sql = format!("DELETE FROM user_roles WHERE user_id = '{user}'");
    testing::execute(&house.db, &sql).await;
}

pub(super) async fn disable(house: &House, user: UserId) {
    let sql = format!("UPDATE users SET disabled = TRUE WHERE id = '{user}'");
    testing::execute(&house.db, &sql).await;
}

pub(super) async fn device(house: &House, user: UserId) -> Tokens {
    let visitor = Visitor::at(HOME);
    house
        .identity
        .begin_tokens(proof(user), "A phone", &visitor)
        .await
        .unwrap()
}

pub(super) async fn caller(house: &House, user: UserId) -> Caller {
    let tokens = device(house, user).await;
    let visitor = Visitor::at(HOME);
    let token = tokens.access_token.expose_secret();
    house.identity.bearer(token, &visitor).await.unwrap()
}

pub(super) async fn bearer(house: &House, credential: &str) -> Result<Caller, FailureCode> {
    code(house.identity.bearer(credential, &Visitor::at(HOME)).await)
}

async fn access(house: &House, tokens: &Tokens) -> Result<UserId, FailureCode> {
    let caller = bearer(house, tokens.access_token.expose_secret()).await?;
    Ok(caller.user())
}

async fn refresh(house: &House, tokens: &Tokens) -> Result<Tokens, FailureCode> {
    let token = tokens.refresh_token.expose_secret();
    code(
        house
            .identity
            .refresh_tokens(token, &Visitor::at(AWAY))
            .await,
    )
}

fn proof(user: UserId) -> Proof {
    Proof {
        user,
        awaited: Vec::new(),
        by: "password",
    }
}

#[tokio::test]
async fn an_access_token_lets_its_owner_in_with_what_they_may_do() {
    on_both(async |db| {
        let house = House::on(&db);
        let lin = person(&house, BuiltIn::Member).await;
        let caller = caller(&house, lin).await;
        assert_eq!(caller.user(), lin);
        assert_eq!(caller.permissions(), BuiltIn::Member.permissions());
        assert_eq!(
            house.identity.require_fresh(&caller).map_err(|e| e.code()),
            Ok(())
        );
    })
    .await;
}

/// SE-11.
#[tokio::test]
async fn a_refresh_proves_nothing_anew() {
    on_both(async |db| {
        let house = House::on(&db);
        let lin = person(&house, BuiltIn::Member).await;
        let tokens = device(&house, lin).await;
        house.clock.advance(11 * MINUTE);
        let tokens = refresh(&house, &tokens).await.unwrap();
        let caller = bearer(&house, tokens.access_token.expose_secret())
            .await
            .unwrap();
        let fresh = house.identity.require_fresh(&caller);
        assert_eq!(code(fresh), Err(FailureCode::StepUpNeeded));
    })
    .await;
}

/// AU-28.
#[tokio::test]
async fn who_owes_a_second_factor_gets_no_tokens() {
    on_both(async |db| {
        let house = House::on(&db);
        let lin = person(&house, BuiltIn::Member).await;
        let half = Proof {
            awaited: vec![Factor::Totp],
            ..proof(lin)
        };
        let refused = house
            .identity
            .begin_tokens(half, "", &Visitor::at(HOME))
            .await;
        assert_eq!(
            code(refused.map(drop)),
            Err(FailureCode::SecondFactorNeeded)
        );
        assert_eq!(house.count("SELECT COUNT(*) FROM token_families").await, 0);
    })
    .await;
}

/// AU-27.
#[tokio::test]
async fn a_role_that_asks_for_a_factor_shuts_tokens_out_as_well() {
    on_both(async |db| {
        let house = House::on(&db);
        let lin = person(&house, BuiltIn::Administrator).await;
        let tokens = device(&house, lin).await;
        let sql = "UPDATE roles SET requires_second_factor = TRUE WHERE name = 'administrator'";
        testing::execute(&house.db, sql).await;
        let required = Err(FailureCode::SecondFactorRequired);
        assert_eq!(access(&house, &tokens).await, required);
        let visitor = Visitor::at(HOME);
        let refused = house.identity.begin_tokens(proof(lin), "", &visitor).await;
        assert_eq!(
            code(refused.map(drop)),
            Err(FailureCode::SecondFactorRequired)
        );
    })
    .await;
}

/// SE-24, SE-07.
#[tokio::test]
async fn an_ended_device_or_a_disabled_owner_is_out_at_once() {
    on_both(async |db| {
        let house = House::on(&db);
        let lin = person(&house, BuiltIn::Member).await;
        let (phone, tablet) = (device(&house, lin).await, device(&house, lin).await);
        let end = phone.refresh_token.expose_secret();
        house
            .identity
            .end_tokens(end, &Visitor::at(HOME))
            .await
            .unwrap();
        assert_eq!(access(&house, &phone).await, Err(FailureCode::InvalidToken));
        assert!(refresh(&house, &phone).await.is_err());
        assert_eq!(access(&house, &tablet).await, Ok(lin));
        // Twice is no fault.
        house
            .identity
            .end_tokens(end, &Visitor::at(HOME))
            .await
            .unwrap();
        disable(&house, lin).await;
        assert_eq!(
            access(&house, &tablet).await,
            Err(FailureCode::InvalidToken)
        );
        assert!(refresh(&house, &tablet).await.is_err());
        let ends = "SELECT COUNT(*) FROM audit_log WHERE action = 'token.end'";
        assert_eq!(house.count(ends).await, 1);
    })
    .await;
}

/// AC-17.
#[tokio::test]
async fn a_role_that_is_taken_away_is_gone_from_the_next_request_on() {
    on_both(async |db| {
        let house = House::on(&db);
        let lin = person(&house, BuiltIn::Administrator).await;
        let tokens = device(&house, lin).await;
        let token = tokens.access_token.expose_secret();
        let before = bearer(&house, token).await.unwrap();
        assert!(before.require(Permission::UsersWrite).is_ok());
        take_roles(&house, lin).await;
        let after = bearer(&house, token).await.unwrap();
        assert!(after.permissions().is_empty());
    })
    .await;
}

/// SE-25.
#[tokio::test]
async fn a_refresh_token_is_good_once_and_its_reuse_ends_the_device() {
    on_both(async |db| {
        let house = House::on(&db);
        let lin = person(&house, BuiltIn::Member).await;
        let (first, other) = (device(&house, lin).await, device(&house, lin).await);
        let second = refresh(&house, &first).await.unwrap();
        let third = refresh(&house, &second).await.unwrap();
        assert_eq!(access(&house, &third).await, Ok(lin));
        let reused = refresh(&house, &first).await;
        assert_eq!(reused.map(drop), Err(FailureCode::InvalidToken));
        for tokens in [&first, &second, &third] {
            assert_eq!(access(&house, tokens).await, Err(FailureCode::InvalidToken));
            assert!(refresh(&house, tokens).await.is_err());
        }
        assert_eq!(access(&house, &other).await, Ok(lin));
        let line = format!(
            "SELECT COUNT(*) FROM audit_log WHERE action = 'token.refresh_reuse' \
             AND outcome = 'refused' AND object_id = '{}'",
            first.family
        );
        assert_eq!(house.count(&line).await, 1);
    })
    .await;
}

/// SE-25.
#[tokio::test]
async fn of_parallel_refreshes_one_succeeds_at_most_and_the_device_ends() {
    on_both(async |db| {
        let house = House::on(&db);
        let lin = person(&house, BuiltIn::Member).await;
        let tokens = device(&house, lin).await;
        let tries = join_all((0..12).map(|_| refresh(&house, &tokens))).await;
        let done: Vec<_> = tries.into_iter().flatten().collect();
        assert_eq!(done.len(), 1);
        assert!(access(&house, &done[0]).await.is_err());
        assert!(refresh(&house, &done[0]).await.is_err());
        assert_eq!(house.count("SELECT COUNT(*) FROM token_families").await, 0);
        assert_eq!(house.count("SELECT COUNT(*) FROM refresh_tokens").await, 0);
    })
    .await;
}

#[tokio::test]
async fn a_device_ends_when_it_is_not_used_and_in_any_case_one_day() {
    on_both(async |db| {
        let options = IdentityOptions {
            tokens: TokenOptions {
                refresh: Duration::from_hours(2),
                absolute: Duration::from_hours(5),
                ..TokenOptions::default()
            },
            ..cheap()
        };
        let house = House::with(&db, options);
        let lin = person(&house, BuiltIn::Member).await;
        let idle = device(&house, lin).await;
        let mut busy = device(&house, lin).await;
        for _ in 0..3 {
            house.clock.advance(99 * MINUTE);
            busy = refresh(&house, &busy).await.unwrap();
        }
        assert!(refresh(&house, &idle).await.is_err());
        house.clock.advance(10 * MINUTE);
        let refused = refresh(&house, &busy).await;
        assert_eq!(refused.map(drop), Err(FailureCode::InvalidToken));
        assert!(access(&house, &busy).await.is_err(), "its device has ended");
    })
    .await;
}

/// SE-17.
#[tokio::test]
async fn of_too_many_devices_the_one_that_was_used_least_lately_ends() {
    on_both(async |db| {
        let options = IdentityOptions {
            sessions_per_person: 2,
            ..cheap()
        };
        let house = House::with(&db, options);
        let (lin, bo) = (
            person(&house, BuiltIn::Member).await,
            person(&house, BuiltIn::Member).await,
        );
        let others = device(&house, bo).await;
        let first = device(&house, lin).await;
        house.clock.advance(MINUTE);
        let second = device(&house, lin).await;
        house.clock.advance(MINUTE);
        assert!(access(&house, &first).await.is_ok());
        house.clock.advance(1);
        let third = device(&house, lin).await;
        assert!(access(&house, &second).await.is_err());
        for tokens in [&first, &third, &others] {
            assert!(access(&house, tokens).await.is_ok());
        }
    })
    .await;
}

/// SE-01, SE-16, LO-03.
#[tokio::test]
async fn tokens_are_random_and_neither_kept_nor_printed() {
    on_both(async |db| {
        let house = House::on(&db);
        let lin = person(&house, BuiltIn::Member).await;
        let mut seen = HashSet::new();
        for _ in 0..10 {
            let tokens = device(&house, lin).await;
            let refresh = tokens.refresh_token.expose_secret();
            assert_eq!(refresh.len(), 4 + 43, "256 bits");
            assert!(seen.insert(refresh.to_owned()));
            let printed = format!("{tokens:?}");
            assert!(!printed.contains(refresh));
            assert!(!printed.contains(tokens.access_token.expose_secret()));
            for sql in [
                format!("SELECT COUNT(*) FROM refresh_tokens WHERE token_hash LIKE '%{refresh}%'"),
                format!("SELECT COUNT(*) FROM audit_log WHERE details LIKE '%{refresh}%'"),
            ] {
                assert_eq!(house.count(&sql).await, 0);
            }
        }
    })
    .await;
}

#[tokio::test]
async fn used_tokens_are_forgotten_once_they_would_have_ended() {
    on_both(async |db| {
        let house = House::on(&db);
        let lin = person(&house, BuiltIn::Member).await;
        let mut tokens = device(&house, lin).await;
        let days = 24 * 60 * MINUTE;
        for _ in 0..3 {
            house.clock.advance(20 * days);
            tokens = refresh(&house, &tokens).await.unwrap();
        }
        house.identity.purge().await.unwrap();
        // The newest, and the two that were used within the last thirty days.
        assert_eq!(house.count("SELECT COUNT(*) FROM refresh_tokens").await, 3);
        assert!(access(&house, &tokens).await.is_ok());
    })
    .await;
}

#[tokio::test]
async fn when_a_device_was_used_is_known_to_a_minute() {
    on_both(async |db| {
        let house = House::on(&db);
        let lin = person(&house, BuiltIn::Member).await;
        let tokens = device(&house, lin).await;
        let used = "SELECT used_at - created_at FROM token_families";
        house.clock.advance(MINUTE - 1);
        access(&house, &tokens).await.unwrap();
        assert_eq!(house.count(used).await, 0);
        house.clock.advance(1);
        access(&house, &tokens).await.unwrap();
        assert_eq!(house.count(used).await, MINUTE);
    })
    .await;
}
