use std::net::Ipv4Addr;

use super::*;
use crate::store::testing::on_both;

async fn guess(house: &House, email: &str, from: IpAddr) -> Result<(), FailureCode> {
    code(house.sign_in(email, "a wrong guess", from).await).map(|_| ())
}

/// An address of its own for each number, so that only the account is throttled.
fn address(number: u8) -> IpAddr {
    IpAddr::V4(Ipv4Addr::new(198, 51, 100, number))
}

#[tokio::test]
async fn five_wrong_guesses_close_an_account_for_a_second_whether_there_is_one_or_not() {
    on_both(|db| async move {
        let house = House::on(&db);
        house.lin().await;
        for email in ["lin@example.com", "nobody@example.com"] {
            for number in 0..5 {
                let answer = guess(&house, email, address(number)).await;
                assert_eq!(answer, Err(FailureCode::WrongCredentials));
            }
            let answer = house.sign_in(email, PASSWORD, address(9)).await;
            let error = answer.unwrap_err();
            assert_eq!(error.code(), FailureCode::TooManyAttempts);
            assert_eq!(error.retry_after_s(), Some(1));
        }
        house.clock.advance(1_000);
        let answer = house.sign_in("lin@example.com", PASSWORD, address(9)).await;
        assert!(answer.is_ok());
        assert_eq!(
            guess(&house, "lin@example.com", address(9)).await,
            Err(FailureCode::WrongCredentials),
            "success forgets the failures"
        );
    })
    .await;
}

#[tokio::test]
async fn the_wait_doubles_and_never_exceeds_five_minutes() {
    on_both(|db| async move {
        let house = House::on(&db);
        for number in 0..5 {
            guess(&house, "lin@example.com", address(number))
                .await
                .unwrap_err();
        }
        let mut waits = Vec::new();
        for number in 0..11 {
            let error = house
                .sign_in("lin@example.com", PASSWORD, address(100 + number))
                .await
                .unwrap_err();
            let wait = error.retry_after_s().unwrap();
            waits.push(wait);
            house.clock.advance(i64::from(wait) * 1_000);
            let answer = guess(&house, "lin@example.com", address(10 + number)).await;
            assert_eq!(answer, Err(FailureCode::WrongCredentials));
        }
        assert_eq!(waits, [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300]);
    })
    .await;
}

#[tokio::test]
async fn parallel_guesses_are_counted_before_they_are_judged() {
    on_both(|db| async move {
        let house = House::on(&db);
        house.lin().await;
        let before = house.identity.0.hashing.computed();
        let mut guesses = tokio::task::JoinSet::new();
        for number in 0..30 {
            let identity = house.identity.clone();
            guesses.spawn(async move {
                let from = Visitor::at(address(number));
                code(
                    identity
                        .sign_in("lin@example.com", "a wrong guess", &from)
                        .await,
                )
                .err()
            });
        }
        let answers = guesses.join_all().await;
        let judged = answers
            .iter()
            .filter(|answer| **answer == Some(FailureCode::WrongCredentials))
            .count();
        assert_eq!(judged, 5);
        assert_eq!(house.identity.0.hashing.computed(), before + 5);
    })
    .await;
}

#[tokio::test]
async fn an_address_has_an_allowance_that_refills_and_that_success_does_not_spend() {
    on_both(|db| async move {
        let house = House::on(&db);
        house.lin().await;
        for _ in 0..40 {
            let answer = house.sign_in("lin@example.com", PASSWORD, AWAY).await;
            assert!(answer.is_ok());
        }
        for number in 0..30 {
            let answer = guess(&house, &format!("person{number}@example.com"), AWAY).await;
            assert_eq!(answer, Err(FailureCode::WrongCredentials));
        }
        let answer = house.sign_in("lin@example.com", PASSWORD, AWAY).await;
        assert_eq!(answer.unwrap_err().retry_after_s(), Some(20));
        let elsewhere = house.sign_in("lin@example.com", PASSWORD, HOME).await;
        assert!(elsewhere.is_ok(), "another address is not concerned");
        house.clock.advance(20_000);
        let answer = house.sign_in("lin@example.com", PASSWORD, AWAY).await;
        assert!(answer.is_ok());
    })
    .await;
}

#[tokio::test]
async fn registrations_from_one_address_are_limited() {
    on_both(|db| async move {
        let mut options = cheap();
        options.limits.registrations = 2;
        let house = House::with(&db, options);
        for number in 0..3 {
            let email = format!("person{number}@example.com");
            let who = Registration::parse("Somebody", &email, PASSWORD).unwrap();
            let answer = house.register(who, None).await;
            let limited = answer.err() == Some(FailureCode::TooManyAttempts);
            assert_eq!(limited, number == 2);
        }
    })
    .await;
}

#[tokio::test]
async fn a_restart_forgets_no_failure_and_a_day_without_one_does() {
    on_both(|db| async move {
        let house = House::on(&db);
        for number in 0..5 {
            guess(&house, "lin@example.com", address(number))
                .await
                .unwrap_err();
        }
        let restarted = House::on(&db);
        assert_eq!(
            guess(&restarted, "lin@example.com", address(9)).await,
            Err(FailureCode::TooManyAttempts)
        );
        restarted.clock.advance(Millis::DAY + 1);
        assert!(restarted.identity.purge().await.unwrap() > 0);
        let left = restarted
            .count("SELECT (SELECT COUNT(*) FROM account_attempts) + (SELECT COUNT(*) FROM address_attempts)")
            .await;
        assert_eq!(left, 0);
    })
    .await;
}
