//! The keys behind access tokens.

use std::sync::Arc;

use futures_util::future::join_all;
use jsonwebtoken::decode_header;
use model::BuiltIn;
use secrecy::ExposeSecret;
use serde_json::Value;

use super::{House, MINUTE, access, cheap, device, on_both, person};
use crate::{
    clock::Ids,
    identity::{Identity, Tokens, testing::Mailbox},
    store::{Db, testing},
};

const HOUR: i64 = 60 * MINUTE;

/// The service as another process has it.
fn another_process(house: &House, db: &Db) -> House {
    let clock = house.clock.clone();
    let inner = &house.identity.0;
    House {
        identity: Identity::new(
            db.clone(),
            Arc::new(clock.clone()),
            Ids::new(Arc::new(clock.clone())),
            inner.vault.clone(),
            inner.mailer.clone(),
            cheap(),
        ),
        clock,
        mail: Mailbox::new(),
        db: db.clone(),
    }
}

async fn shown(house: &House) -> Vec<String> {
    let set = house.identity.jwks().await.unwrap();
    let keys = set["keys"].as_array().unwrap().iter();
    keys.map(|key| key["kid"].as_str().unwrap().to_owned())
        .collect()
}

fn kid(tokens: &Tokens) -> String {
    decode_header(tokens.access_token.expose_secret())
        .unwrap()
        .kid
        .unwrap()
}

#[tokio::test]
async fn the_set_shows_public_halves_and_nothing_else() {
    on_both(async |db| {
        let house = House::on(&db);
        let lin = person(&house, BuiltIn::Member).await;
        let tokens = device(&house, lin).await;
        let set = house.identity.jwks().await.unwrap();
        let key = set["keys"][0].as_object().unwrap();
        let mut names: Vec<&str> = key.keys().map(String::as_str).collect();
        names.sort_unstable();
        assert_eq!(names, ["alg", "crv", "kid", "kty", "use", "x"]);
        assert_eq!(key["kid"], Value::from(kid(&tokens)));
        let read: jsonwebtoken::jwk::JwkSet = serde_json::from_value(set.clone()).unwrap();
        assert_eq!(read.keys.len(), 1);
    })
    .await;
}

/// SE-26.
#[tokio::test]
async fn a_key_is_shown_before_it_signs_and_believed_after() {
    on_both(async |db| {
        let house = House::on(&db);
        let lin = person(&house, BuiltIn::Member).await;
        let old = kid(&device(&house, lin).await);
        assert!(house.identity.rotate_signing_keys().await.unwrap());
        let keys = shown(&house).await;
        assert_eq!(keys.len(), 2);
        assert_eq!(keys[0], old);

        house.clock.advance(HOUR - 1);
        let last = device(&house, lin).await;
        assert_eq!(kid(&last), old, "the next one is not known everywhere yet");
        house.clock.advance(1);
        let first = device(&house, lin).await;
        assert_eq!(kid(&first), keys[1]);

        house.clock.advance(15 * MINUTE - 2_000);
        assert!(access(&house, &last).await.is_ok(), "the overlap");
        house.clock.advance(3 * MINUTE);
        assert_eq!(shown(&house).await, keys[1..]);
        house.identity.purge().await.unwrap();
        assert_eq!(house.count("SELECT COUNT(*) FROM signing_keys").await, 1);
    })
    .await;
}

/// SE-26.
#[tokio::test]
async fn keys_change_by_age_and_one_process_makes_the_next() {
    on_both(async |db| {
        let house = House::on(&db);
        let other = another_process(&house, &db);
        house.identity.purge().await.unwrap();
        assert_eq!(shown(&house).await.len(), 1);
        house.clock.advance(30 * 24 * HOUR - 1);
        house.identity.purge().await.unwrap();
        assert_eq!(shown(&house).await.len(), 1, "not old enough");
        house.clock.advance(1);
        let purges = [&house, &other, &house, &other].map(|house| house.identity.purge());
        for purged in join_all(purges).await {
            purged.unwrap();
        }
        assert_eq!(shown(&house).await.len(), 2);
        assert_eq!(shown(&other).await, shown(&house).await);
    })
    .await;
}

#[tokio::test]
async fn what_one_process_signs_and_ends_is_so_for_all() {
    on_both(async |db| {
        let house = House::on(&db);
        let other = another_process(&house, &db);
        let lin = person(&house, BuiltIn::Member).await;
        let tokens = device(&house, lin).await;
        assert_eq!(access(&other, &tokens).await, Ok(lin));
        let token = tokens.refresh_token.expose_secret();
        let visitor = crate::visitor::Visitor::default();
        other.identity.end_tokens(token, &visitor).await.unwrap();
        assert!(access(&house, &tokens).await.is_err());
    })
    .await;
}

/// SE-23: the private half is sealed for its row.
#[tokio::test]
async fn a_private_key_is_sealed_and_of_use_in_its_row_only() {
    on_both(async |db| {
        let house = House::on(&db);
        let lin = person(&house, BuiltIn::Member).await;
        device(&house, lin).await;
        let length = "SELECT CAST(LENGTH(secret) AS BIGINT) FROM signing_keys";
        assert_eq!(house.count(length).await, 1 + 24 + 32 + 16);
        let moved = "UPDATE signing_keys SET id = '01990000-0000-7000-8000-000000000000'";
        testing::execute(&db, moved).await;
        let visitor = crate::visitor::Visitor::default();
        let begun = house
            .identity
            .begin_tokens(super::proof(lin), "", &visitor)
            .await;
        assert_eq!(
            begun.map(drop).map_err(|e| e.code()),
            Err(model::FailureCode::Internal)
        );
    })
    .await;
}
