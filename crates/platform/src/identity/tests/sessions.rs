use std::time::Duration;

use super::*;
use crate::store::testing::on_both;

const HOUR: i64 = 60 * 60 * 1000;

async fn signed_in(house: &House) -> (model::Account, Option<Id>) {
    let account = house.lin().await;
    let session = house.session(None);
    house.identity.begin(&session, account.id).await.unwrap();
    (account, session.id())
}

async fn caller(house: &House, cookie: Option<Id>) -> Result<model::UserId, FailureCode> {
    let session = house.session(cookie);
    code(house.identity.caller(&session).await).map(|caller| caller.user())
}

#[tokio::test]
async fn a_cookie_leads_to_its_person_until_the_account_is_disabled() {
    on_both(|db| async move {
        let house = House::on(&db);
        let (account, cookie) = signed_in(&house).await;
        assert_eq!(caller(&house, cookie).await, Ok(account.id));
        assert_eq!(caller(&house, None).await, Err(FailureCode::SignInNeeded));
        house.disable(account.email.as_str()).await;
        assert_eq!(caller(&house, cookie).await, Err(FailureCode::SignInNeeded));
    })
    .await;
}

#[tokio::test]
async fn a_slow_request_cannot_revive_a_session_that_was_ended_meanwhile() {
    on_both(|db| async move {
        let house = House::on(&db);
        let (_, cookie) = signed_in(&house).await;
        let slow = house.session(cookie);
        slow.insert("theme", "dark").await.unwrap();
        house.identity.end(&house.session(cookie)).await.unwrap();
        slow.save().await.unwrap();
        assert_eq!(caller(&house, cookie).await, Err(FailureCode::SignInNeeded));
        assert_eq!(house.count("SELECT COUNT(*) FROM sessions").await, 0);
    })
    .await;
}

#[tokio::test]
async fn a_sign_in_gets_a_new_id_and_a_planted_or_ended_one_is_never_used_again() {
    on_both(|db| async move {
        let house = House::on(&db);
        let (account, first) = signed_in(&house).await;
        let again = house.session(first);
        house.identity.begin(&again, account.id).await.unwrap();
        assert_ne!(again.id(), first);
        assert_eq!(caller(&house, first).await, Err(FailureCode::SignInNeeded));

        let planted = Some(Id(7));
        let session = house.session(planted);
        house.identity.begin(&session, account.id).await.unwrap();
        assert_ne!(session.id(), planted);
        let session = house.session(planted);
        house.identity.end(&session).await.unwrap();
        session.insert("theme", "dark").await.unwrap();
        session.save().await.unwrap();
        assert_ne!(session.id(), planted);
    })
    .await;
}

#[tokio::test]
async fn a_sign_in_carries_nothing_over_from_the_session_before() {
    on_both(|db| async move {
        let house = House::on(&db);
        let account = house.lin().await;
        let session = house.session(None);
        session.insert("planted", "by somebody else").await.unwrap();
        house.identity.begin(&session, account.id).await.unwrap();
        let next = house.session(session.id());
        assert_eq!(next.get::<String>("planted").await.unwrap(), None);
    })
    .await;
}

#[tokio::test]
async fn requests_keep_a_session_alive_but_not_beyond_its_lifetime() {
    on_both(|db| async move {
        let house = House::with(
            &db,
            IdentityOptions {
                session_idle: Duration::from_hours(2),
                session_absolute: Duration::from_hours(9),
                ..cheap()
            },
        );
        let (account, cookie) = signed_in(&house).await;
        for _ in 0..8 {
            house.clock.advance(HOUR);
            assert_eq!(caller(&house, cookie).await, Ok(account.id));
        }
        house.clock.advance(HOUR);
        assert_eq!(caller(&house, cookie).await, Err(FailureCode::SignInNeeded));
        assert_eq!(house.identity.purge().await.unwrap(), 2, "session, address");
    })
    .await;
}

#[tokio::test]
async fn a_session_without_requests_ends() {
    on_both(|db| async move {
        let house = House::on(&db);
        let (_, cookie) = signed_in(&house).await;
        house.clock.advance(7 * 24 * HOUR);
        assert_eq!(caller(&house, cookie).await, Err(FailureCode::SignInNeeded));
    })
    .await;
}

#[tokio::test]
async fn all_sessions_of_one_person_end_at_once() {
    on_both(|db| async move {
        let house = House::on(&db);
        let (account, first) = signed_in(&house).await;
        let other = house.session(None);
        house.identity.begin(&other, account.id).await.unwrap();
        assert_eq!(house.identity.end_all(account.id).await.unwrap(), 2);
        for cookie in [first, other.id()] {
            assert_eq!(caller(&house, cookie).await, Err(FailureCode::SignInNeeded));
        }
    })
    .await;
}

#[tokio::test]
async fn the_cookies_value_is_not_in_the_database() {
    on_both(|db| async move {
        let house = House::on(&db);
        let (_, cookie) = signed_in(&house).await;
        let id = cookie.unwrap().to_string();
        let clear = format!("SELECT COUNT(*) FROM sessions WHERE id_hash = '{id}'");
        assert_eq!(house.count(&clear).await, 0);
        let hashed = "SELECT COUNT(*) FROM sessions WHERE LENGTH(id_hash) = 64";
        assert_eq!(house.count(hashed).await, 1);
    })
    .await;
}

#[tokio::test]
async fn without_a_store_the_answer_is_a_failure_and_not_a_stranger() {
    on_both(|db| async move {
        let house = House::on(&db);
        let (_, cookie) = signed_in(&house).await;
        db.close().await;
        assert_eq!(
            caller(&house, cookie).await,
            Err(FailureCode::StoreUnavailable)
        );
    })
    .await;
}
