//! Passkeys, by an authenticator in software.

mod kept;

use futures_util::future::join;
use model::{Factor, FailureCode, RecoveryCodes};
use serde_json::Value;

use super::{
    House,
    authenticator::{Authenticator, PRESENT, VERIFIED, challenge_bits},
    browser::{Browser, home, lines, member, site},
    code, tokens,
};
use crate::store::testing::on_both;

const REFUSED: Result<(), FailureCode> = Err(FailureCode::PasskeyRefused);

/// One thing that is wrong with an answer.
type Fault = (&'static str, fn(&mut Authenticator));

const FAULTS: [Fault; 5] = [
    ("another origin", |key| {
        key.origin = "https://ai.example.com.evil.example".to_owned();
    }),
    ("another site", |key| key.host = "example.com".to_owned()),
    ("nobody there", |key| key.flags = VERIFIED),
    ("nobody verified", |key| key.flags = PRESENT),
    ("something else done", |key| key.kind = Some("payment.get")),
];

/// Adds a passkey.
pub(super) async fn add(
    house: &House,
    browser: &Browser<'_>,
    key: &mut Authenticator,
) -> Result<Option<RecoveryCodes>, FailureCode> {
    let (identity, session) = (&house.identity, browser.session());
    let caller = browser.newcomer().await;
    let (ceremony, options) = code(identity.passkey_options(&session, &caller).await)?;
    assert!(challenge_bits(&options) >= 128);
    let answer = key.create(&options);
    let added = identity
        .add_passkey(&session, &caller, &ceremony, "My phone", &answer)
        .await;
    code(added)
}

/// Asks for a sign-in by a passkey alone.
async fn ask(house: &House, browser: &Browser<'_>) -> (String, Value) {
    let session = browser.session();
    let asked = house
        .identity
        .passkey_sign_in_options(&session, &crate::identity::testing::visitor())
        .await;
    browser.keep(&session);
    asked.unwrap()
}

/// Answers it.
async fn answer(
    house: &House,
    browser: &Browser<'_>,
    ceremony: &str,
    response: &str,
) -> Result<(), FailureCode> {
    let session = browser.session();
    let answer = house
        .identity
        .passkey_sign_in(&session, ceremony, response, &home())
        .await;
    code(answer)?;
    browser.keep(&session);
    Ok(())
}

async fn sign_in(
    house: &House,
    browser: &Browser<'_>,
    key: &mut Authenticator,
) -> Result<(), FailureCode> {
    let (ceremony, options) = ask(house, browser).await;
    let response = key.get(&options);
    answer(house, browser, &ceremony, &response).await
}

/// AU-35.
#[tokio::test]
async fn a_passkey_alone_signs_in() {
    on_both(async |db| {
        let house = House::with(&db, site());
        let lin = member(&house).await;
        let mut key = Authenticator::new();
        let codes = add(&house, &Browser::of(&house, lin).await, &mut key).await;
        assert_eq!(codes.unwrap().unwrap().0.len(), 10);
        let browser = Browser::new(&house);
        assert_eq!(sign_in(&house, &browser, &mut key).await, Ok(()));
        assert_eq!(browser.caller().await, Ok(lin));
        let caller = browser.newcomer().await;
        let overview = house.identity.security(&caller).await.unwrap();
        assert_eq!(overview.passkeys.len(), 1);
        assert_eq!(overview.passkeys[0].name, "My phone");
        assert!(overview.passkeys[0].used_at.is_some());
        assert_eq!(lines(&house, "factor.passkey.add", "done").await, 1);
        let by = "SELECT COUNT(*) FROM audit_log WHERE details LIKE '%\"passkey\"%'";
        assert_eq!(house.count(by).await, 1);

        tokens::disable(&house, lin).await;
        assert_eq!(
            sign_in(&house, &Browser::new(&house), &mut key).await,
            REFUSED
        );
    })
    .await;
}

/// AU-35.
#[tokio::test]
async fn an_answer_with_anything_wrong_signs_nobody_in() {
    on_both(async |db| {
        let house = House::with(&db, site());
        let lin = member(&house).await;
        let mei = member(&house).await;
        let mut key = Authenticator::new();
        add(&house, &Browser::of(&house, lin).await, &mut key)
            .await
            .unwrap();
        let right = (key.origin.clone(), key.host.clone());
        for (fault, break_it) in FAULTS {
            break_it(&mut key);
            let browser = Browser::new(&house);
            assert_eq!(
                sign_in(&house, &browser, &mut key).await,
                REFUSED,
                "{fault}"
            );
            assert!(browser.signed_in().await.is_none());
            (key.origin, key.host) = right.clone();
            (key.flags, key.kind) = (PRESENT | VERIFIED, None);
        }
        let user = key.user.take();
        assert_eq!(
            sign_in(&house, &Browser::new(&house), &mut key).await,
            REFUSED,
            "no account"
        );
        key.user = Some(mei.as_uuid().as_bytes().to_vec());
        assert_eq!(
            sign_in(&house, &Browser::new(&house), &mut key).await,
            REFUSED,
            "another's"
        );
        key.user.clone_from(&user);
        let mut other = Authenticator::new();
        (other.id, other.user) = (key.id.clone(), user);
        assert_eq!(
            sign_in(&house, &Browser::new(&house), &mut other).await,
            REFUSED,
            "forged"
        );
        for garbage in ["", "{}", "[]", "null"] {
            let browser = Browser::new(&house);
            let (ceremony, _) = ask(&house, &browser).await;
            assert_eq!(answer(&house, &browser, &ceremony, garbage).await, REFUSED);
        }
        assert_eq!(lines(&house, "session.begin", "refused").await, 8);
        assert_eq!(
            sign_in(&house, &Browser::new(&house), &mut key).await,
            Ok(())
        );
    })
    .await;
}

/// AU-35.
#[tokio::test]
async fn a_challenge_belongs_to_its_browser_and_its_purpose_and_is_used_once_and_soon() {
    on_both(async |db| {
        let house = House::with(&db, site());
        let lin = member(&house).await;
        let at_home = Browser::of(&house, lin).await;
        let mut key = Authenticator::new();
        add(&house, &at_home, &mut key).await.unwrap();

        let browser = Browser::new(&house);
        let (ceremony, options) = ask(&house, &browser).await;
        let response = key.get(&options);
        let thief = Browser::new(&house);
        ask(&house, &thief).await;
        assert_eq!(answer(&house, &thief, &ceremony, &response).await, REFUSED);
        let (own, _) = ask(&house, &browser).await;
        assert_eq!(
            answer(&house, &browser, &own, &response).await,
            REFUSED,
            "another challenge"
        );
        let twice = join(
            answer(&house, &browser, &ceremony, &response),
            answer(&house, &browser, &ceremony, &response),
        );
        let (one, two) = twice.await;
        assert_ne!(one.is_ok(), two.is_ok(), "one of two");

        let browser = Browser::new(&house);
        let (ceremony, options) = ask(&house, &browser).await;
        let response = key.get(&options);
        house.clock.advance(5 * 60_000);
        assert_eq!(
            answer(&house, &browser, &ceremony, &response).await,
            REFUSED,
            "too late"
        );

        let (session, caller) = (at_home.session(), at_home.newcomer().await);
        let asked = house
            .identity
            .passkey_step_up_options(&session, &caller)
            .await;
        let (ceremony, options) = asked.unwrap();
        let response = key.get(&options);
        assert_eq!(
            answer(&house, &at_home, &ceremony, &response).await,
            REFUSED,
            "another purpose"
        );

        house.clock.advance(5 * 60_000);
        house.identity.purge().await.unwrap();
        assert_eq!(house.count("SELECT COUNT(*) FROM ceremonies").await, 0);
    })
    .await;
}

/// AU-35.
#[tokio::test]
async fn a_copied_authenticator_is_noticed_by_its_counter() {
    on_both(async |db| {
        let house = House::with(&db, site());
        let lin = member(&house).await;
        let mut key = Authenticator::new();
        key.counter = 7;
        add(&house, &Browser::of(&house, lin).await, &mut key)
            .await
            .unwrap();
        for (counter, expected) in [(8, Ok(())), (8, REFUSED), (3, REFUSED), (9, Ok(()))] {
            key.counter = counter;
            let answer = sign_in(&house, &Browser::new(&house), &mut key).await;
            assert_eq!(answer, expected, "{counter}");
        }
    })
    .await;
}

/// AU-35, AU-28.
#[tokio::test]
async fn a_passkey_is_the_second_half_of_a_sign_in() {
    on_both(async |db| {
        let house = House::with(&db, site());
        let (lin, mei) = (member(&house).await, member(&house).await);
        let (mut key, mut hers) = (Authenticator::new(), Authenticator::new());
        add(&house, &Browser::of(&house, lin).await, &mut key)
            .await
            .unwrap();
        add(&house, &Browser::of(&house, mei).await, &mut hers)
            .await
            .unwrap();
        let browser = Browser::new(&house);
        let awaited = browser.says_password(lin).await;
        assert_eq!(awaited, [Factor::Passkey, Factor::RecoveryCode]);
        let identity = &house.identity;
        for (key, expected) in [(&mut hers, REFUSED), (&mut key, Ok(()))] {
            let session = browser.session();
            let (ceremony, options) = identity.passkey_factor_options(&session).await.unwrap();
            browser.keep(&session);
            let response = key.get(&options);
            let session = browser.session();
            let answer = identity
                .passkey_factor(&session, &ceremony, &response, &home())
                .await;
            assert_eq!(code(answer), expected);
            browser.keep(&session);
        }
        assert_eq!(browser.caller().await, Ok(lin));
        let nobody = Browser::new(&house).session();
        let asked = identity.passkey_factor_options(&nobody).await;
        assert_eq!(code(asked).map(|_| ()), Err(FailureCode::SignInNeeded));
    })
    .await;
}
