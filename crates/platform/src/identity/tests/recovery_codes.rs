//! Codes to write down.

use std::collections::HashSet;

use futures_util::future::join_all;
use model::FailureCode;

use super::{
    House,
    browser::{App, Browser, lines, member},
    code,
};
use crate::store::testing::on_both;

/// AU-33.
#[tokio::test]
async fn a_code_is_distinct_hashed_and_works_once_also_in_parallel() {
    on_both(async |db| {
        let house = House::on(&db);
        let lin = member(&house).await;
        let (_, codes) = App::of(&Browser::of(&house, lin).await).await;
        let codes = codes.unwrap().0;
        assert_eq!(codes.iter().collect::<HashSet<_>>().len(), 10);
        let hashed = "SELECT COUNT(*) FROM recovery_codes WHERE LENGTH(code_hash) = 64";
        assert_eq!(house.count(hashed).await, 10);
        for written in [codes[0].clone(), codes[0].replace('-', "")] {
            let clear =
                format!("SELECT COUNT(*) FROM recovery_codes WHERE code_hash LIKE '%{written}%'");
            assert_eq!(house.count(&clear).await, 0);
        }

        let browsers: Vec<_> = (0..4).map(|_| Browser::new(&house)).collect();
        for browser in &browsers {
            browser.says_password(lin).await;
        }
        let typed = codes[3].to_uppercase().replace('-', " ");
        let answers = join_all(browsers.iter().map(|browser| browser.says_code(&typed))).await;
        assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 1);
        let late = Browser::new(&house);
        late.says_password(lin).await;
        assert_eq!(late.says_code(&typed).await, Err(FailureCode::WrongCode));
        assert_eq!(late.says_code(&codes[4]).await, Ok(()));
        let caller = late.newcomer().await;
        let overview = house.identity.security(&caller).await.unwrap();
        assert_eq!(overview.recovery_codes, 8);
        assert_eq!(lines(&house, "factor.recovery.use", "done").await, 2);
        let by = "SELECT COUNT(*) FROM audit_log WHERE action = 'session.begin' \
                  AND details LIKE '%\"password+recovery_code\"%'";
        assert_eq!(house.count(by).await, 2);
    })
    .await;
}

/// AU-33.
#[tokio::test]
async fn new_codes_void_the_old_ones_and_nobody_elses() {
    on_both(async |db| {
        let house = House::on(&db);
        let (lin, mei) = (member(&house).await, member(&house).await);
        let browser = Browser::of(&house, lin).await;
        let (_, old) = App::of(&browser).await;
        let (_, hers) = App::of(&Browser::of(&house, mei).await).await;
        let (old, hers) = (old.unwrap().0, hers.unwrap().0);
        let caller = browser.newcomer().await;
        let new = house.identity.renew_recovery_codes(&caller).await.unwrap();
        assert_eq!(format!("{new:?}"), "RecoveryCodes(…)");
        let other = Browser::new(&house);
        other.says_password(lin).await;
        for void in [&old[0], &hers[0]] {
            assert_eq!(other.says_code(void).await, Err(FailureCode::WrongCode));
        }
        assert_eq!(other.says_code(&new.0[0]).await, Ok(()));
        other.says_password(mei).await;
        assert_eq!(other.says_code(&hers[0]).await, Ok(()));
        assert_eq!(lines(&house, "factor.recovery.renew", "done").await, 1);
    })
    .await;
}

#[tokio::test]
async fn there_are_no_codes_without_a_factor() {
    on_both(async |db| {
        let house = House::on(&db);
        let lin = member(&house).await;
        let caller = Browser::of(&house, lin).await.newcomer().await;
        let codes = house.identity.renew_recovery_codes(&caller).await;
        assert_eq!(code(codes), Err(FailureCode::NotFound));
    })
    .await;
}

/// AU-31: codes of both kinds are counted together.
#[tokio::test]
async fn written_codes_can_be_guessed_no_more_often_than_shown_ones() {
    on_both(async |db| {
        let house = House::on(&db);
        let lin = member(&house).await;
        let (app, codes) = App::of(&Browser::of(&house, lin).await).await;
        let browser = Browser::new(&house);
        browser.says_password(lin).await;
        for guess in ["aaaa-aaaa-aaaa-aaaa", &app.wrong_code(&house)]
            .repeat(3)
            .iter()
            .take(5)
        {
            assert_eq!(browser.says_code(guess).await, Err(FailureCode::WrongCode));
        }
        let answer = browser.says_code(&codes.unwrap().0[0]).await;
        assert_eq!(answer, Err(FailureCode::TooManyAttempts));
    })
    .await;
}
