//! Six digits from an app.

use futures_util::future::join_all;
use model::{Factor, FailureCode};

use super::{
    HOME, House, PASSWORD,
    browser::{App, Browser, address, ask_members_for_a_factor, home, lines, member, site},
    cheap, code, tokens,
};
use crate::{
    identity::{IdentityOptions, Limits, testing::Received},
    store::testing::{execute, on_both},
    visitor::Visitor,
};

const MINUTE: i64 = 60_000;

/// AU-28.
#[tokio::test]
async fn half_a_sign_in_is_no_session() {
    on_both(async |db| {
        let house = House::on(&db);
        let lin = member(&house).await;
        let (app, _) = App::of(&Browser::of(&house, lin).await).await;
        let browser = Browser::new(&house);
        let awaited = browser.says_password(lin).await;
        assert_eq!(awaited, [Factor::Totp, Factor::RecoveryCode]);
        assert!(browser.signed_in().await.is_none());
        assert_eq!(browser.caller().await, Err(FailureCode::SignInNeeded));
        let half = browser.cookie();
        assert_eq!(
            browser.says_code(&app.wrong_code(&house)).await,
            Err(FailureCode::WrongCode)
        );
        assert_eq!(browser.says_code(&app.code(&house)).await, Ok(()));
        assert_eq!(browser.caller().await, Ok(lin));
        assert_ne!(browser.cookie(), half, "a new id");
        assert_eq!(lines(&house, "session.begin", "refused").await, 1);
        let by = "SELECT COUNT(*) FROM audit_log WHERE details LIKE '%\"password+totp\"%'";
        assert_eq!(house.count(by).await, 1);
    })
    .await;
}

/// AU-28.
#[tokio::test]
async fn half_a_sign_in_is_forgotten_soon_and_worth_nothing_to_the_disabled() {
    on_both(async |db| {
        let house = House::on(&db);
        let lin = member(&house).await;
        let (app, _) = App::of(&Browser::of(&house, lin).await).await;
        let slow = Browser::new(&house);
        slow.says_password(lin).await;
        house.clock.advance(10 * MINUTE + 1);
        let answer = slow.says_code(&app.code(&house)).await;
        assert_eq!(answer, Err(FailureCode::SignInNeeded));

        slow.says_password(lin).await;
        tokens::disable(&house, lin).await;
        let answer = slow.says_code(&app.code(&house)).await;
        assert_eq!(answer, Err(FailureCode::SignInNeeded));
    })
    .await;
}

/// AU-28, SE-08: whoever is half in with the old password is out with the new one.
#[tokio::test]
async fn half_a_sign_in_ends_with_the_password_that_it_was_begun_by() {
    on_both(async |db| {
        let house = House::on(&db);
        let lin = member(&house).await;
        let (app, _) = App::of(&Browser::of(&house, lin).await).await;
        let half = Browser::new(&house);
        half.says_password(lin).await;
        let reset = format!("UPDATE users SET password_hash = 'another' WHERE id = '{lin}'");
        execute(&db, &reset).await;
        let answer = half.says_code(&app.code(&house)).await;
        assert_eq!(answer, Err(FailureCode::SignInNeeded));
    })
    .await;
}

/// AU-29.
#[tokio::test]
async fn a_code_works_once_also_in_parallel() {
    on_both(async |db| {
        let limits = Limits {
            account_failures: 100,
            address_failures: 100,
            ..Limits::default()
        };
        let house = House::with(&db, IdentityOptions { limits, ..cheap() });
        let lin = member(&house).await;
        let (app, _) = App::of(&Browser::of(&house, lin).await).await;
        let browsers: Vec<_> = (0..8).map(|_| Browser::new(&house)).collect();
        for browser in &browsers {
            browser.says_password(lin).await;
        }
        let (earlier, now) = (app.code_off(&house, -1), app.code(&house));
        let answers = browsers.iter().map(|browser| browser.says_code(&now));
        let answers = join_all(answers).await;
        let let_in = answers.iter().filter(|answer| answer.is_ok()).count();
        assert_eq!(let_in, 1, "{answers:?}");

        let late = Browser::new(&house);
        late.says_password(lin).await;
        for used in [&now, &earlier] {
            assert_eq!(late.says_code(used).await, Err(FailureCode::WrongCode));
        }
        assert_eq!(late.says_code(&app.code_off(&house, 1)).await, Ok(()));
    })
    .await;
}

/// AU-30.
#[tokio::test]
async fn a_code_is_good_by_the_servers_clock_with_one_step_to_either_side() {
    on_both(async |db| {
        let house = House::on(&db);
        let lin = member(&house).await;
        let (app, _) = App::of(&Browser::of(&house, lin).await).await;
        let browser = Browser::new(&house);
        for (off, answer) in [
            (-2, Err(FailureCode::WrongCode)),
            (2, Err(FailureCode::WrongCode)),
            (1, Ok(())),
        ] {
            browser.says_password(lin).await;
            let code = app.code_off(&house, off);
            assert_eq!(browser.says_code(&code).await, answer, "{off}");
        }
    })
    .await;
}

/// AU-31.
#[tokio::test]
async fn guesses_are_counted_by_person_whatever_the_session_and_survive_a_restart() {
    on_both(async |db| {
        let house = House::on(&db);
        let lin = member(&house).await;
        let (app, _) = App::of(&Browser::of(&house, lin).await).await;
        for _ in 0..5 {
            let browser = Browser::new(&house);
            browser.says_password(lin).await;
            let answer = browser.says_code(&app.wrong_code(&house)).await;
            assert_eq!(answer, Err(FailureCode::WrongCode));
        }
        let browser = Browser::new(&house);
        browser.says_password(lin).await;
        let answer = browser.says_code(&app.code(&house)).await;
        assert_eq!(answer, Err(FailureCode::TooManyAttempts));

        let restarted = House::on(&db);
        restarted.clock.advance(30_000);
        let (identity, visitor) = (&restarted.identity, home());
        let proof = identity.sign_in(&address(lin), PASSWORD, &visitor).await;
        let answer = identity
            .prove_code(proof.unwrap(), "000000", &visitor)
            .await;
        assert_eq!(
            code(answer.map(|_| ())),
            Err(FailureCode::TooManyAttempts),
            "and by whichever way in"
        );

        house.clock.advance(5 * MINUTE);
        assert_eq!(browser.says_code(&app.code(&house)).await, Ok(()));
    })
    .await;
}

/// AU-32.
#[tokio::test]
async fn a_seed_is_sealed_shown_once_and_never_again() {
    on_both(async |db| {
        let house = House::on(&db);
        let lin = member(&house).await;
        let browser = Browser::of(&house, lin).await;
        let caller = browser.newcomer().await;
        let first = house.identity.begin_totp(&caller).await.unwrap();
        assert_eq!(format!("{first:?}"), "TotpEnrolment(…)");
        let (app, _) = App::of(&browser).await;
        assert_eq!(app.seed().len() * 8, 160);
        assert_ne!(app.seed(), App::with(&first.secret).seed());
        let kept = db.totp_secret(lin).await.unwrap().unwrap();
        let shows = kept
            .windows(4)
            .any(|part| app.seed().windows(4).any(|seed| seed == part));
        assert!(!shows, "the seed is in the database");
        let waiting = "SELECT COUNT(*) FROM totp_enrolments";
        assert_eq!(house.count(waiting).await, 0);
        let again = house.identity.totp_enrolment(&caller).await;
        assert_eq!(code(again), Ok(None), "once it is confirmed");
    })
    .await;
}

/// AU-34.
#[tokio::test]
async fn a_factor_that_works_stays_until_the_new_one_is_confirmed() {
    on_both(async |db| {
        let house = House::on(&db);
        let lin = member(&house).await;
        let browser = Browser::of(&house, lin).await;
        let (old, codes) = App::of(&browser).await;
        assert_eq!(codes.unwrap().0.len(), 10);
        let caller = browser.newcomer().await;
        let shown = house.identity.begin_totp(&caller).await.unwrap();
        let new = App::with(&shown.secret);
        let wrong = new.wrong_code(&house);
        let refused = house.identity.confirm_totp(&caller, &wrong).await;
        assert_eq!(code(refused), Err(FailureCode::WrongCode));
        let again = house.identity.totp_enrolment(&caller).await.unwrap();
        assert!(
            again == Some(shown),
            "a page that is loaded anew shows the same"
        );
        let other = Browser::new(&house);
        other.says_password(lin).await;
        assert_eq!(other.says_code(&old.code(&house)).await, Ok(()));

        let first = new.code(&house);
        let confirmed = house.identity.confirm_totp(&caller, &first).await;
        assert_eq!(code(confirmed), Ok(None), "the codes stay");
        house.clock.advance(30_000);
        other.says_password(lin).await;
        let answer = other.says_code(&old.code(&house)).await;
        assert_eq!(answer, Err(FailureCode::WrongCode));
        assert_eq!(other.says_code(&new.code(&house)).await, Ok(()));
        assert_eq!(lines(&house, "factor.totp.add", "done").await, 2);
    })
    .await;
}

#[tokio::test]
async fn a_seed_that_is_not_confirmed_in_time_is_forgotten() {
    on_both(async |db| {
        let house = House::on(&db);
        let lin = member(&house).await;
        let caller = Browser::of(&house, lin).await.newcomer().await;
        let shown = house.identity.begin_totp(&caller).await.unwrap();
        house.clock.advance(10 * MINUTE + 1);
        let code_ = App::with(&shown.secret).code(&house);
        let late = house.identity.confirm_totp(&caller, &code_).await;
        assert_eq!(code(late), Err(FailureCode::WrongCode));
        house.identity.purge().await.unwrap();
        let waiting = "SELECT COUNT(*) FROM totp_enrolments";
        assert_eq!(house.count(waiting).await, 0);
    })
    .await;
}

#[tokio::test]
async fn a_factor_is_taken_away_with_its_recovery_codes() {
    on_both(async |db| {
        let house = House::on(&db);
        let lin = member(&house).await;
        let browser = Browser::of(&house, lin).await;
        App::of(&browser).await;
        let caller = browser.newcomer().await;
        let overview = house.identity.security(&caller).await.unwrap();
        assert!(overview.totp && overview.fresh && overview.has_password);
        assert_eq!(overview.recovery_codes, 10);
        house.identity.remove_totp(&caller).await.unwrap();
        let overview = house.identity.security(&caller).await.unwrap();
        assert!(!overview.totp);
        assert_eq!(overview.recovery_codes, 0);
        assert_eq!(Browser::new(&house).says_password(lin).await, []);
        assert_eq!(lines(&house, "factor.totp.remove", "done").await, 1);
        let again = house.identity.remove_totp(&caller).await;
        assert_eq!(code(again), Err(FailureCode::NotFound));
    })
    .await;
}

/// AU-27.
#[tokio::test]
async fn whoevers_role_asks_for_a_factor_sets_one_up_first_and_keeps_it() {
    on_both(async |db| {
        let house = House::with(&db, site());
        ask_members_for_a_factor(&house).await;
        let lin = member(&house).await;
        let browser = Browser::of(&house, lin).await;
        assert_eq!(
            browser.caller().await,
            Err(FailureCode::SecondFactorRequired)
        );
        let lacking = browser.signed_in().await.unwrap().lacking;
        assert_eq!(lacking, Some(model::Lacking::SecondFactor));
        App::of(&browser).await;
        assert_eq!(browser.caller().await, Ok(lin));
        let caller = browser.newcomer().await;
        assert!(
            house
                .identity
                .security(&caller)
                .await
                .unwrap()
                .factor_required
        );
        let removed = house.identity.remove_totp(&caller).await;
        assert_eq!(code(removed), Err(FailureCode::LastWayIn));
        assert_eq!(lines(&house, "factor.totp.remove", "done").await, 0);
    })
    .await;
}

/// AU-34: whoever came in without the factor must not be able to take it away.
#[tokio::test]
async fn the_first_factor_ends_the_sessions_that_came_in_without_it() {
    on_both(async |db| {
        let house = House::on(&db);
        let lin = member(&house).await;
        let (here, elsewhere) = (
            Browser::of(&house, lin).await,
            Browser::of(&house, lin).await,
        );
        let (app, _) = App::of(&here).await;
        assert_eq!(here.caller().await, Ok(lin));
        assert_eq!(elsewhere.caller().await, Err(FailureCode::SignInNeeded));
        elsewhere.says_password(lin).await;
        elsewhere.says_code(&app.code(&house)).await.unwrap();
        App::of(&here).await;
        assert_eq!(elsewhere.caller().await, Ok(lin), "the next one does not");
    })
    .await;
}

/// AU-26: a device owes the same as a browser.
#[tokio::test]
async fn a_device_is_let_in_after_the_code_only() {
    on_both(async |db| {
        let house = House::on(&db);
        let lin = member(&house).await;
        let (app, _) = App::of(&Browser::of(&house, lin).await).await;
        let (identity, visitor) = (&house.identity, Visitor::at(HOME));
        let proof = identity
            .sign_in(&address(lin), PASSWORD, &visitor)
            .await
            .unwrap();
        let early = identity
            .begin_tokens(proof.clone(), "A phone", &visitor)
            .await;
        assert_eq!(
            code(early.map(|_| ())),
            Err(FailureCode::SecondFactorNeeded)
        );
        let proof = identity
            .prove_code(proof, &app.code(&house), &visitor)
            .await
            .unwrap();
        assert_eq!(proof.awaited(), []);
        identity
            .begin_tokens(proof, "A phone", &visitor)
            .await
            .unwrap();
    })
    .await;
}

/// AU-42.
#[tokio::test]
async fn the_owner_hears_of_each_change_of_the_factors() {
    on_both(async |db| {
        let house = House::on(&db);
        let lin = member(&house).await;
        let browser = Browser::of(&house, lin).await;
        App::of(&browser).await;
        let caller = browser.newcomer().await;
        let codes = house.identity.renew_recovery_codes(&caller).await.unwrap();
        let elsewhere = Browser::new(&house);
        elsewhere.says_password(lin).await;
        elsewhere.says_code(&codes.0[0]).await.unwrap();
        house.identity.remove_totp(&caller).await.unwrap();
        let letters = house.mail.letters().await;
        let told = letters
            .iter()
            .filter(|letter| letter.kind == "factors-changed");
        let told: Vec<&str> = told.map(|letter| letter.to.as_str()).collect();
        let address = address(lin);
        assert_eq!(told, [address.as_str(); 4], "added, renewed, used, removed");
        let secret = |letter: &Received| codes.0.iter().any(|code| letter.text.contains(code));
        assert!(!letters.iter().any(secret));
    })
    .await;
}
