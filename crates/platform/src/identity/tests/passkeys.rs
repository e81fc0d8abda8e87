//! Passkeys, by an authenticator in software.

use futures_util::future::join;
use model::{BuiltIn, Factor, FailureCode, RecoveryCodes};
use serde_json::Value;

use super::{
    House,
    authenticator::{Authenticator, PRESENT, VERIFIED, challenge_bits},
    browser::{App, Browser, ask_members_for_a_factor, home, lines, member, site},
    code, tokens,
};
use crate::store::testing::{self, on_both};

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
    let asked = house.identity.passkey_sign_in_options(&session).await;
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
        house.identity.clear_factors(lin, None, &record).await.unwrap();
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
        let asked = house.identity.passkey_sign_in_options(&session).await;
        assert_eq!(code(asked).map(|_| ()), REFUSED);
    })
    .await;
}
