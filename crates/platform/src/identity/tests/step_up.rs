//! Proving again who is asking.

use model::{FailureCode, PasskeyId};

use super::{
    House, PASSWORD,
    authenticator::Authenticator,
    browser::{App, Browser, lines, member, site},
    code, passkeys, tokens,
};
use crate::store::testing::on_both;

const STALE_MS: i64 = 10 * 60 * 1000 + 1;

async fn password(house: &House, browser: &Browser<'_>, text: &str) -> Result<(), FailureCode> {
    let (session, caller) = (browser.session(), browser.newcomer().await);
    code(
        house
            .identity
            .step_up_password(&session, &caller, text)
            .await,
    )?;
    browser.keep(&session);
    Ok(())
}

async fn shown(house: &House, browser: &Browser<'_>, text: &str) -> Result<(), FailureCode> {
    let (session, caller) = (browser.session(), browser.newcomer().await);
    code(house.identity.step_up_code(&session, &caller, text).await)?;
    browser.keep(&session);
    Ok(())
}

/// SE-11, AU-34.
#[tokio::test]
async fn nothing_of_the_factors_is_changed_without_a_fresh_proof() {
    on_both(async |db| {
        let house = House::with(&db, site());
        let lin = member(&house).await;
        let browser = Browser::of(&house, lin).await;
        App::of(&browser).await;
        house.clock.advance(STALE_MS);
        let (identity, caller) = (&house.identity, browser.newcomer().await);
        let session = browser.session();
        let nothing = PasskeyId::from_uuid(house.identity.0.ids.next());
        let stale = Err(FailureCode::StepUpNeeded);
        assert_eq!(code(identity.begin_totp(&caller).await).map(|_| ()), stale);
        assert_eq!(code(identity.remove_totp(&caller).await), stale);
        let codes = identity.renew_recovery_codes(&caller).await;
        assert_eq!(code(codes).map(|_| ()), stale);
        let options = identity.passkey_options(&session, &caller).await;
        assert_eq!(code(options).map(|_| ()), stale);
        assert_eq!(code(identity.remove_passkey(&caller, nothing).await), stale);
        assert!(!identity.security(&caller).await.unwrap().fresh);
    })
    .await;
}

/// SE-11.
#[tokio::test]
async fn the_password_is_a_fresh_proof_and_gives_a_new_cookie() {
    on_both(async |db| {
        let house = House::on(&db);
        let lin = member(&house).await;
        let browser = Browser::of(&house, lin).await;
        house.clock.advance(STALE_MS);
        let old = browser.cookie();
        assert_eq!(
            password(&house, &browser, "another password").await,
            Err(FailureCode::WrongPassword)
        );
        let caller = browser.newcomer().await;
        assert!(house.identity.require_fresh(&caller).is_err());
        assert_eq!(password(&house, &browser, PASSWORD).await, Ok(()));
        let caller = browser.newcomer().await;
        assert!(house.identity.require_fresh(&caller).is_ok());
        assert_ne!(browser.cookie(), old);
        let copied = house.session(old);
        let stolen = house.identity.signed_in(&copied, caller.visitor()).await;
        assert!(stolen.unwrap().is_none(), "the old cookie is worth nothing");
        assert_eq!(lines(&house, "session.step_up", "refused").await, 1);
        assert_eq!(lines(&house, "session.step_up", "done").await, 1);
    })
    .await;
}

/// AU-34, AU-29.
#[tokio::test]
async fn whoever_has_a_factor_proves_themselves_by_it_and_once_by_each_code() {
    on_both(async |db| {
        let house = House::on(&db);
        let lin = member(&house).await;
        let browser = Browser::of(&house, lin).await;
        let (app, _) = App::of(&browser).await;
        house.clock.advance(STALE_MS);
        assert_eq!(
            password(&house, &browser, PASSWORD).await,
            Err(FailureCode::SecondFactorNeeded)
        );
        let now = app.code(&house);
        assert_eq!(shown(&house, &browser, &now).await, Ok(()));
        let caller = browser.newcomer().await;
        assert!(house.identity.require_fresh(&caller).is_ok());
        assert_eq!(
            shown(&house, &browser, &now).await,
            Err(FailureCode::WrongCode)
        );
    })
    .await;
}

/// AU-35, SE-11.
#[tokio::test]
async fn a_passkey_is_a_fresh_proof() {
    on_both(async |db| {
        let house = House::with(&db, site());
        let lin = member(&house).await;
        let browser = Browser::of(&house, lin).await;
        let mut key = Authenticator::new();
        passkeys::add(&house, &browser, &mut key).await.unwrap();
        house.clock.advance(STALE_MS);
        let (session, caller) = (browser.session(), browser.newcomer().await);
        let identity = &house.identity;
        let asked = identity.passkey_step_up_options(&session, &caller).await;
        let (ceremony, options) = asked.unwrap();
        let mut other = Authenticator::new();
        other.id.clone_from(&key.id);
        let forged = other.get(&options);
        let answer = identity
            .passkey_step_up(&session, &caller, &ceremony, &forged)
            .await;
        assert_eq!(code(answer), Err(FailureCode::PasskeyRefused));
        assert_eq!(lines(&house, "session.step_up", "refused").await, 1);

        let asked = identity.passkey_step_up_options(&session, &caller).await;
        let (ceremony, options) = asked.unwrap();
        let answer = key.get(&options);
        identity
            .passkey_step_up(&session, &caller, &ceremony, &answer)
            .await
            .unwrap();
        browser.keep(&session);
        let caller = browser.newcomer().await;
        assert!(identity.require_fresh(&caller).is_ok());
    })
    .await;
}

/// SE-11: a token is as fresh as its device's sign-in, whatever is said in a browser.
#[tokio::test]
async fn a_device_is_not_made_fresh() {
    on_both(async |db| {
        let house = House::on(&db);
        let lin = member(&house).await;
        let browser = Browser::of(&house, lin).await;
        let device = tokens::caller(&house, lin).await;
        let session = browser.session();
        let answer = house
            .identity
            .step_up_password(&session, &device, PASSWORD)
            .await;
        assert_eq!(code(answer), Err(FailureCode::Forbidden));
    })
    .await;
}
