//! Who may register, and what the answer tells.

use model::{BuiltIn, RegistrationMode};

use super::*;
use crate::store::testing::on_both;

fn mode(registration: RegistrationMode, verify_email: bool) -> IdentityOptions {
    IdentityOptions {
        registration,
        registration_domains: vec!["example.com".to_owned()],
        verify_email,
        ..cheap()
    }
}

fn who(email: &str) -> Registration {
    Registration::parse("Somebody", email, PASSWORD).unwrap()
}

/// AU-26: the ways in, each by its mode.
#[tokio::test]
async fn without_an_invitation_the_mode_decides() {
    on_both(async |db| {
        for (registration, email, refusal) in [
            (RegistrationMode::Open, "a@elsewhere.org", None),
            (RegistrationMode::Domains, "b@EXAMPLE.com", None),
            (
                RegistrationMode::Domains,
                "c@elsewhere.org",
                Some(FailureCode::EmailDomainRefused),
            ),
            (
                RegistrationMode::Domains,
                "d@sub.example.com",
                Some(FailureCode::EmailDomainRefused),
            ),
            (
                RegistrationMode::Domains,
                "e@notexample.com",
                Some(FailureCode::EmailDomainRefused),
            ),
            (
                RegistrationMode::Invited,
                "f@example.com",
                Some(FailureCode::RegistrationClosed),
            ),
            (
                RegistrationMode::Closed,
                "g@example.com",
                Some(FailureCode::RegistrationClosed),
            ),
        ] {
            let house = House::with(&db, mode(registration, false));
            let answer = house.register(who(email), None).await;
            assert_eq!(answer.err(), refusal, "{email}");
        }
    })
    .await;
}

/// AU-19.
#[tokio::test]
async fn where_addresses_are_verified_a_taken_one_gets_the_same_answer_for_the_same_work() {
    on_both(async |db| {
        for registration in [RegistrationMode::Open, RegistrationMode::Domains] {
            let house = House::with(&db, mode(registration, true));
            let email = format!("{registration:?}@example.com");
            for turn in 0..2 {
                let before = house.identity.0.hashing.computed();
                let lines = house.count("SELECT COUNT(*) FROM audit_log").await;
                let answer = house.register(who(&email), None).await;
                assert!(matches!(answer, Ok(Registered::MailSent)), "{turn}");
                assert_eq!(house.identity.0.hashing.computed(), before + 1);
                let written = house.count("SELECT COUNT(*) FROM audit_log").await - lines;
                assert!((1..=2).contains(&written));
            }
            let letters = house.mail.letters().await;
            let kinds: Vec<_> = letters.iter().map(|letter| letter.kind.as_str()).collect();
            assert_eq!(kinds, ["verify-email", "address-taken"]);
            assert!(letters.iter().all(|letter| letter.to == email));
            let people = format!("SELECT COUNT(*) FROM users WHERE email = '{email}'");
            assert_eq!(house.count(&people).await, 1);
        }
    })
    .await;
}

/// AU-19: what the second one typed changes nothing.
#[tokio::test]
async fn registering_again_changes_neither_name_nor_password() {
    on_both(async |db| {
        let house = House::with(&db, mode(RegistrationMode::Open, true));
        house.register(lin(), None).await.unwrap();
        let again =
            Registration::parse("Mallory", "lin@example.com", "six crows on a wire").unwrap();
        house.register(again, None).await.unwrap();
        let proof = house
            .sign_in("lin@example.com", PASSWORD, HOME)
            .await
            .unwrap();
        assert_eq!(house.account(proof.user).await.name.as_str(), "Lin");
    })
    .await;
}

#[tokio::test]
async fn who_has_not_verified_the_address_gets_no_further_than_that() {
    on_both(async |db| {
        let house = House::with(&db, mode(RegistrationMode::Domains, false));
        house.register(lin(), None).await.unwrap();
        let proof = house
            .sign_in("lin@example.com", PASSWORD, HOME)
            .await
            .unwrap();
        let session = house.session(house.identity.entered(proof.user).await);
        let refused = house.identity.caller(&session, &visitor()).await;
        assert_eq!(code(refused).err(), Some(FailureCode::EmailUnverified));
        let letter = house.mail.newest("verify-email").await;
        house
            .identity
            .verify_email(letter.token(), &visitor())
            .await
            .unwrap();
        let caller = house.identity.caller(&session, &visitor()).await.unwrap();
        assert_eq!(caller.rank(), BuiltIn::Member.rank());
    })
    .await;
}

#[tokio::test]
async fn a_newcomer_is_a_member_and_stands_in_the_log() {
    on_both(async |db| {
        let house = House::on(&db);
        let lin = house.lin().await;
        let access = db.access(lin.id).await.unwrap();
        assert_eq!(access.rank, BuiltIn::Member.rank());
        let line = format!(
            "SELECT COUNT(*) FROM audit_log WHERE action = 'user.register' AND object_id = '{}'",
            lin.id
        );
        assert_eq!(house.count(&line).await, 1);
        let address = "SELECT COUNT(*) FROM audit_log WHERE details LIKE '%example.com%'";
        assert_eq!(house.count(address).await, 0);
    })
    .await;
}
