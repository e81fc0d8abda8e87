//! What becomes of passkeys: adding, naming and taking them away.

use futures_util::future::join;
use model::{BuiltIn, FailureCode};

use super::{FAULTS, REFUSED, add, sign_in};
use crate::{
    identity::tests::{
        House,
        authenticator::{Authenticator, PRESENT, VERIFIED},
        browser::{App, Browser, ask_members_for_a_factor, lines, member, site},
        code, tokens,
    },
    store::testing::{self, on_both},
};

/// AU-35.
#[tokio::test]
async fn a_passkey_is_added_by_a_right_answer_only_and_once() {
    on_both(async |db| {
        let house = House::with(&db, site());
        let (lin, mei) = (member(&house).await, member(&house).await);
        let browser = Browser::of(&house, lin).await;
        let mut key = Authenticator::new();
        let right = (key.origin.clone(), key.host.clone());
        for (fault, break_it) in FAULTS {
            break_it(&mut key);
            let added = add(&house, &browser, &mut key).await;
            assert_eq!(added.map(|_| ()), REFUSED, "{fault}");
            (key.origin, key.host) = right.clone();
            (key.flags, key.kind) = (PRESENT | VERIFIED, None);
        }
        assert!(add(&house, &browser, &mut key).await.unwrap().is_some());
        assert_eq!(
            add(&house, &browser, &mut key).await.map(|_| ()),
            REFUSED,
            "twice"
        );
        let hers = Browser::of(&house, mei).await;
        assert_eq!(
            add(&house, &hers, &mut key).await.map(|_| ()),
            REFUSED,
            "somebody's"
        );
        let caller = browser.newcomer().await;
        let overview = house.identity.security(&caller).await.unwrap();
        assert_eq!(overview.passkeys.len(), 1);
    })
    .await;
}

#[tokio::test]
async fn a_passkey_is_its_owners_to_name_and_to_take_away() {
    on_both(async |db| {
        let house = House::with(&db, site());
        let (lin, mei) = (member(&house).await, member(&house).await);
        let browser = Browser::of(&house, lin).await;
        let mut key = Authenticator::new();
        add(&house, &browser, &mut key).await.unwrap();
        let (identity, caller) = (&house.identity, browser.newcomer().await);
        let id = identity.security(&caller).await.unwrap().passkeys[0].id;
        let stranger = Browser::of(&house, mei).await.newcomer().await;
        let not_found = Err(FailureCode::NotFound);
        assert_eq!(
            code(identity.rename_passkey(&stranger, id, "Mine").await),
            not_found
        );
        assert_eq!(
            code(identity.remove_passkey(&stranger, id).await),
            not_found
        );
        let empty = identity.rename_passkey(&caller, id, " ").await;
        assert_eq!(code(empty), Err(FailureCode::InvalidName));
        identity
            .rename_passkey(&caller, id, " Old phone ")
            .await
            .unwrap();
        let overview = identity.security(&caller).await.unwrap();
        assert_eq!(overview.passkeys[0].name, "Old phone");
        identity.remove_passkey(&caller, id).await.unwrap();
        assert_eq!(
            sign_in(&house, &Browser::new(&house), &mut key).await,
            REFUSED
        );
        let overview = identity.security(&caller).await.unwrap();
        assert_eq!((overview.passkeys.len(), overview.recovery_codes), (0, 0));
        assert_eq!(lines(&house, "factor.passkey.remove", "done").await, 1);
    })
    .await;
}

/// AU-27, AU-36.
#[tokio::test]
async fn of_two_factors_that_are_taken_away_at_once_one_stays_where_one_must() {
    on_both(async |db| {
        let house = House::with(&db, site());
        ask_members_for_a_factor(&house).await;
        let lin = member(&house).await;
        let browser = Browser::of(&house, lin).await;
        App::of(&browser).await;
        add(&house, &browser, &mut Authenticator::new())
            .await
            .unwrap();
        let (identity, caller) = (&house.identity, browser.newcomer().await);
        let id = identity.security(&caller).await.unwrap().passkeys[0].id;
        let (one, two) = join(
            identity.remove_totp(&caller),
            identity.remove_passkey(&caller, id),
        )
        .await;
        assert_ne!(one.is_ok(), two.is_ok());
        let refused = code(one).and(code(two));
        assert_eq!(refused, Err(FailureCode::LastWayIn));
        assert_eq!(browser.caller().await, Ok(lin));
    })
    .await;
}

#[tokio::test]
async fn whoever_has_no_password_keeps_the_last_passkey() {
    on_both(async |db| {
        let house = House::with(&db, site());
        let lin = member(&house).await;
        let browser = Browser::of(&house, lin).await;
        add(&house, &browser, &mut Authenticator::new())
            .await
            .unwrap();
        let (identity, caller) = (&house.identity, browser.newcomer().await);
        let id = identity.security(&caller).await.unwrap().passkeys[0].id;
        let sql = format!("UPDATE users SET password_hash = NULL WHERE id = '{lin}'");
        testing::execute(&db, &sql).await;
        let removed = identity.remove_passkey(&caller, id).await;
        assert_eq!(code(removed), Err(FailureCode::LastWayIn));
    })
    .await;
}

#[tokio::test]
async fn nobody_has_more_than_twenty_passkeys() {
    on_both(async |db| {
        let house = House::with(&db, site());
        let lin = member(&house).await;
        let browser = Browser::of(&house, lin).await;
        for _ in 0..20 {
            add(&house, &browser, &mut Authenticator::new())
                .await
                .unwrap();
        }
        let more = add(&house, &browser, &mut Authenticator::new()).await;
        assert_eq!(more.map(|_| ()), Err(FailureCode::TooMany));
    })
    .await;
}

/// AU-36: who has lost all factors has them taken away, all and at once.
#[tokio::test]
async fn all_factors_of_somebody_are_cleared_together() {
    on_both(async |db| {
        let house = House::with(&db, site());
        let lin = member(&house).await;
        let browser = Browser::of(&house, lin).await;
        let (app, _) = App::of(&browser).await;
        add(&house, &browser, &mut Authenticator::new())
            .await
            .unwrap();
        let caller = browser.newcomer().await;
        house.identity.begin_totp(&caller).await.unwrap();
        let owner = tokens::person(&house, BuiltIn::Owner).await;
        let owner = tokens::caller(&house, owner).await;
        let record = house.identity.0.audit.by(&owner, "user.factors.reset");
        let record = record.on("user", lin);
        house
            .identity
            .clear_factors(lin, None, &record)
            .await
            .unwrap();
        for table in [
            "totp_factors",
            "totp_enrolments",
            "passkeys",
            "recovery_codes",
        ] {
            let rows = house.count(&format!("SELECT COUNT(*) FROM {table}")).await;
            assert_eq!(rows, 0, "{table}");
        }
        assert_eq!(lines(&house, "user.factors.reset", "done").await, 1);
        let late = house
            .identity
            .confirm_totp(&caller, &app.code(&house))
            .await;
        assert_eq!(code(late), Err(FailureCode::WrongCode));
    })
    .await;
}

/// Browsers know no passkeys for a site that has an address but no name.
#[tokio::test]
async fn a_site_without_a_name_offers_no_passkeys() {
    on_both(async |db| {
        let house = House::on(&db);
        let session = Browser::new(&house).session();
        let asked = house
            .identity
            .passkey_sign_in_options(&session, &crate::identity::testing::visitor())
            .await;
        assert_eq!(code(asked).map(|_| ()), REFUSED);
    })
    .await;
}

/// AU-15: a first step leaves a row, so one address has so many of them; another is not kept from signing in by that.
#[tokio::test]
async fn first_steps_of_one_address_are_counted() {
    on_both(async |db| {
        let mut options = site();
        options.limits.address_failures = 1;
        let house = House::with(&db, options);
        let mut here = crate::identity::testing::visitor();
        let session = Browser::new(&house).session();
        let mut begun = 0;
        let refused = loop {
            match house
                .identity
                .passkey_sign_in_options(&session, &here)
                .await
            {
                Ok(_) => begun += 1,
                Err(error) => break error.code(),
            }
            assert!(begun < 1_000);
        };
        assert_eq!(refused, FailureCode::TooManyAttempts);
        assert!(begun >= 20, "{begun}");
        here.address = "203.0.113.77".parse().unwrap();
        let elsewhere = house.identity.passkey_sign_in_options(&session, &here);
        assert!(elsewhere.await.is_ok());
    })
    .await;
}
