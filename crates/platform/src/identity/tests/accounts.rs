use model::RegistrationMode;

use super::*;
use crate::store::testing::on_both;

#[tokio::test]
async fn who_registered_can_sign_in_however_the_address_is_spelt() {
    on_both(|db| async move {
        let house = House::on(&db);
        let made = house.lin().await;
        let found = house.sign_in(" lin@EXAMPLE.com", PASSWORD, HOME).await;
        assert_eq!(code(found).map(|proof| proof.user), Ok(made.id));
    })
    .await;
}

#[tokio::test]
async fn unknown_wrong_and_disabled_get_the_same_answer_for_the_same_work() {
    on_both(|db| async move {
        let house = House::on(&db);
        house.lin().await;
        let tao = Registration::parse("Tao", "tao@example.com", PASSWORD).unwrap();
        house.register(tao, None).await.unwrap();
        house.disable("tao@example.com").await;
        for (email, password) in [
            ("lin@example.com", "not the password"),
            ("nobody@example.com", PASSWORD),
            ("not an address\0", PASSWORD),
            ("tao@example.com", PASSWORD),
        ] {
            let before = house.identity.0.hashing.computed();
            let answer = house.sign_in(email, password, AWAY).await;
            assert_eq!(
                code(answer).err(),
                Some(FailureCode::WrongCredentials),
                "{email}"
            );
            assert_eq!(house.identity.0.hashing.computed(), before + 1, "{email}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_password_is_compared_exactly_as_sent() {
    on_both(|db| async move {
        let house = House::on(&db);
        house.lin().await;
        for near in [format!("{PASSWORD} "), PASSWORD.to_uppercase()] {
            let answer = house.sign_in("lin@example.com", &near, HOME).await;
            assert_eq!(code(answer).err(), Some(FailureCode::WrongCredentials));
        }
    })
    .await;
}

#[tokio::test]
async fn an_endless_password_is_refused_without_hashing_it() {
    on_both(|db| async move {
        let house = House::on(&db);
        house.lin().await;
        let before = house.identity.0.hashing.computed();
        let long = "x".repeat(129);
        let answer = house.sign_in("lin@example.com", &long, HOME).await;
        assert_eq!(code(answer).err(), Some(FailureCode::WrongCredentials));
        assert_eq!(house.identity.0.hashing.computed(), before);
    })
    .await;
}

#[tokio::test]
async fn a_taken_address_is_refused_after_the_same_work_even_in_parallel() {
    on_both(|db| async move {
        let house = House::on(&db);
        let (first, second) =
            tokio::join!(house.register(lin(), None), house.register(lin(), None));
        let taken = [first, second]
            .into_iter()
            .filter(|answer| matches!(answer, Err(FailureCode::EmailTaken)))
            .count();
        assert_eq!(taken, 1);
        assert_eq!(house.identity.0.hashing.computed(), 2);
    })
    .await;
}

#[tokio::test]
async fn a_common_password_and_a_closed_door_are_refused() {
    on_both(|db| async move {
        let house = House::on(&db);
        let who = Registration::parse("Lin", "lin@example.com", "password1").unwrap();
        let answer = house.register(who, None).await;
        assert_eq!(answer.err(), Some(FailureCode::PasswordTooCommon));
        let closed = House::with(
            &db,
            IdentityOptions {
                registration: RegistrationMode::Closed,
                ..cheap()
            },
        );
        let answer = closed.register(lin(), None).await;
        assert_eq!(answer.err(), Some(FailureCode::RegistrationClosed));
    })
    .await;
}

#[tokio::test]
async fn a_sign_in_strengthens_a_hash_of_older_settings() {
    on_both(|db| async move {
        let account = House::on(&db).lin().await;
        let house = House::with(
            &db,
            IdentityOptions {
                password_cost: crate::identity::PasswordCost::new(32, 2, 1).unwrap(),
                ..IdentityOptions::default()
            },
        );
        for _ in 0..2 {
            let answer = house.sign_in("lin@example.com", PASSWORD, HOME).await;
            assert_eq!(code(answer).map(|proof| proof.user), Ok(account.id));
        }
        let user = db.user(account.id).await.unwrap().unwrap();
        assert!(user.password_hash.unwrap().contains("m=32,t=2,p=1"));
        // Verify, hash; then, with the stronger hash, only verify.
        assert_eq!(house.identity.0.hashing.computed(), 3);
    })
    .await;
}

#[test]
fn the_default_cost_is_argon2ids_recommended_minimum() {
    let params = argon2::Params::default();
    assert_eq!(
        (params.m_cost(), params.t_cost(), params.p_cost()),
        (19_456, 2, 1)
    );
}

#[tokio::test]
async fn a_full_queue_of_hashes_refuses_instead_of_waiting() {
    on_both(|db| async move {
        let house = House::on(&db);
        let mut places = Vec::new();
        while let Ok(place) = house.identity.0.hashing.enqueue() {
            places.push(place);
        }
        let answer = house.sign_in("lin@example.com", PASSWORD, HOME).await;
        assert_eq!(code(answer).err(), Some(FailureCode::Overloaded));
        drop(places);
        house.lin().await;
    })
    .await;
}
