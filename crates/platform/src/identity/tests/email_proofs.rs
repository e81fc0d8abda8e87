//! Verifying and changing addresses.

use futures_util::future::join_all;

use super::*;
use crate::store::testing::on_both;

const HOUR: i64 = 60 * 60 * 1000;

fn verifying() -> IdentityOptions {
    IdentityOptions {
        verify_email: true,
        ..cheap()
    }
}

impl House {
    /// Lin, whose address is not verified.
    async fn unverified(&self) -> Caller {
        self.register(lin(), None).await.unwrap();
        let proof = self
            .sign_in("lin@example.com", PASSWORD, HOME)
            .await
            .unwrap();
        self.caller(proof.user).await
    }

    async fn verify(&self, token: &str) -> Result<(), FailureCode> {
        code(self.identity.verify_email(token, &Visitor::at(AWAY)).await)
    }

    async fn change_email(&self, caller: &Caller, new: &str) -> Result<(), FailureCode> {
        code(self.identity.change_email(caller, new, Language::En).await)
    }
}

#[tokio::test]
async fn a_verification_link_is_good_once_for_a_day_and_the_newest_only() {
    on_both(async |db| {
        let house = House::with(&db, verifying());
        let lin = house.unverified().await;
        let first = house.mail.newest("verify-email").await;
        house
            .identity
            .send_verification(&lin, Language::Zh)
            .await
            .unwrap();
        let second = house.mail.newest("verify-email").await;
        assert!(second.text.contains("请打开下面的链接"));
        assert_eq!(
            house.verify(first.token()).await,
            Err(FailureCode::LinkInvalid)
        );
        house.clock.advance(24 * HOUR);
        assert_eq!(
            house.verify(second.token()).await,
            Err(FailureCode::LinkInvalid)
        );
        house
            .identity
            .send_verification(&lin, Language::En)
            .await
            .unwrap();
        let third = house.mail.newest("verify-email").await;
        let uses = join_all((0..6).map(|_| house.verify(third.token()))).await;
        assert_eq!(uses.iter().filter(|used| used.is_ok()).count(), 1);
        let user = db.user(lin.user()).await.unwrap().unwrap();
        assert!(user.email_verified_at.is_some());

        let letters = house.mail.letters().await.len();
        house
            .identity
            .send_verification(&lin, Language::En)
            .await
            .unwrap();
        assert_eq!(house.mail.letters().await.len(), letters, "it is verified");
    })
    .await;
}

#[tokio::test]
async fn a_reset_link_does_not_verify_and_a_verification_link_does_not_reset() {
    on_both(async |db| {
        let house = House::with(&db, verifying());
        house.unverified().await;
        let verify = house.mail.newest("verify-email").await;
        assert!(
            !house
                .identity
                .reset_link_is_valid(verify.token())
                .await
                .unwrap()
        );
        house.forgot("lin@example.com").await.unwrap();
        let reset = house.mail.newest("reset-password").await;
        assert_eq!(
            house.verify(reset.token()).await,
            Err(FailureCode::LinkInvalid)
        );
    })
    .await;
}

#[tokio::test]
async fn an_address_changes_when_the_link_at_the_new_one_is_followed() {
    on_both(async |db| {
        let house = House::on(&db);
        let lin = house.lin().await;
        let caller = house.caller(lin.id).await;
        house
            .change_email(&caller, " new@example.com")
            .await
            .unwrap();
        assert!(
            house
                .sign_in("lin@example.com", PASSWORD, HOME)
                .await
                .is_ok()
        );
        let letter = house.mail.newest("verify-email").await;
        assert_eq!(letter.to, "new@example.com");
        let notice = house.mail.newest("email-changed").await;
        assert_eq!(notice.to, "Lin@example.com");
        assert!(notice.text.contains("new@example.com"));
        assert!(!notice.text.contains(letter.token()));

        house.verify(letter.token()).await.unwrap();
        assert_eq!(
            house.account(lin.id).await.email.as_str(),
            "new@example.com"
        );
        assert!(
            house
                .sign_in("new@example.com", PASSWORD, HOME)
                .await
                .is_ok()
        );
        let old = house.sign_in("lin@example.com", PASSWORD, HOME).await;
        assert_eq!(code(old).err(), Some(FailureCode::WrongCredentials));
        let lines = "SELECT COUNT(*) FROM audit_log WHERE action = 'email.change'";
        assert_eq!(house.count(lines).await, 2, "asked, done");
    })
    .await;
}

#[tokio::test]
async fn a_change_of_address_needs_a_fresh_proof() {
    on_both(async |db| {
        let house = House::on(&db);
        let lin = house.lin().await;
        let caller = house.caller(lin.id).await;
        house.clock.advance(HOUR);
        let answer = house.change_email(&caller, "new@example.com").await;
        assert_eq!(answer, Err(FailureCode::StepUpNeeded));
        let answer = house
            .change_email(&house.caller(lin.id).await, "not one")
            .await;
        assert_eq!(answer, Err(FailureCode::InvalidEmail));
    })
    .await;
}

/// AU-19: a change of address does not tell either.
#[tokio::test]
async fn a_change_to_a_taken_address_looks_like_any_other_and_its_owner_is_told() {
    on_both(async |db| {
        let house = House::on(&db);
        let tao = Registration::parse("Tao", "tao@example.com", PASSWORD).unwrap();
        house.register(tao, None).await.unwrap();
        let lin = house.lin().await;
        let caller = house.caller(lin.id).await;
        house
            .change_email(&caller, "TAO@example.com")
            .await
            .unwrap();
        let told = house.mail.newest("address-taken").await;
        assert_eq!(told.to, "tao@example.com");
        assert_eq!(house.count("SELECT COUNT(*) FROM one_time_tokens").await, 0);
        house.mail.newest("email-changed").await;
    })
    .await;
}

#[tokio::test]
async fn an_address_that_is_taken_before_the_link_is_followed_stays_its_owners() {
    on_both(async |db| {
        let house = House::on(&db);
        let lin = house.lin().await;
        let caller = house.caller(lin.id).await;
        house
            .change_email(&caller, "tao@example.com")
            .await
            .unwrap();
        let letter = house.mail.newest("verify-email").await;
        let tao = Registration::parse("Tao", "tao@example.com", PASSWORD).unwrap();
        house.register(tao, None).await.unwrap();
        assert_eq!(
            house.verify(letter.token()).await,
            Err(FailureCode::EmailTaken)
        );
        assert_eq!(
            house.account(lin.id).await.email.as_str(),
            "Lin@example.com"
        );
    })
    .await;
}

/// AU-22: who took an account over does not keep it by a change of address that is under way.
#[tokio::test]
async fn a_reset_ends_a_change_of_address_that_is_under_way() {
    on_both(async |db| {
        let house = House::on(&db);
        let lin = house.lin().await;
        let caller = house.caller(lin.id).await;
        house
            .change_email(&caller, "mallory@example.com")
            .await
            .unwrap();
        let stolen = house.mail.newest("verify-email").await;
        house.forgot("lin@example.com").await.unwrap();
        let letter = house.mail.newest("reset-password").await;
        let new = "five boats in the rain";
        house
            .identity
            .reset_password(letter.token(), new, true, &visitor())
            .await
            .unwrap();
        assert_eq!(
            house.verify(stolen.token()).await,
            Err(FailureCode::LinkInvalid)
        );
    })
    .await;
}

/// AU-13: nobody's mailbox is flooded.
#[tokio::test]
async fn letters_that_somebody_asks_for_are_limited() {
    on_both(async |db| {
        let house = House::with(&db, verifying());
        let lin = house.unverified().await;
        let mut refused = None;
        for _ in 0..6 {
            refused = code(house.identity.send_verification(&lin, Language::En).await).err();
        }
        assert_eq!(refused, Some(FailureCode::TooManyAttempts));
    })
    .await;
}
