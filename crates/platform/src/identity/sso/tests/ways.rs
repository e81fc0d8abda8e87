//! Whose an account elsewhere is, and what comes of having one.

use model::{BuiltIn, Factor, FailureCode};
use serde_json::json;

use super::{Site, SsoIntent, SsoOutcome, entered};
use crate::store::testing::{count, execute, on_both, rows};

/// AU-39.
#[tokio::test]
async fn somebody_new_gets_an_account_and_finds_it_again_under_another_address() {
    on_both(async |db| {
        let site = Site::on(&db).await;
        let first = site.enter().await;
        site.provider.claim("email", json!("daiyu@elsewhere.example"));
        let second = site.enter().await;
        assert_eq!(first.user(), second.user());
        assert_eq!(first.rank(), BuiltIn::Member.rank());
        assert_eq!(
            rows(&db, "SELECT name || ' ' || email FROM users").await,
            ["Lin Daiyu lin@example.com"]
        );
        let verified = "SELECT COUNT(*) FROM users WHERE email_verified_at IS NOT NULL";
        assert_eq!(count(&db, verified).await, 1);
        let logged = "SELECT action FROM audit_log WHERE action IN ('user.register', 'sso.link') ORDER BY seq";
        assert_eq!(rows(&db, logged).await, ["user.register", "sso.link"]);
    })
    .await;
}

/// AU-39.
#[tokio::test]
async fn another_person_with_the_same_address_is_another_person() {
    on_both(async |db| {
        let site = Site::on(&db).await;
        site.enter().await;
        site.provider.claim("sub", json!("s-2"));
        site.provider
            .script(|script| script.userinfo = json!({ "sub": "s-2" }));
        assert_eq!(site.refusal().await, FailureCode::NoSuchAccount);
    })
    .await;
}

/// AU-39.
#[tokio::test]
async fn an_address_never_opens_an_account_that_exists() {
    on_both(async |db| {
        let site = Site::on(&db).await;
        site.identity.person("lin", BuiltIn::Member).await;
        assert_eq!(site.refusal().await, FailureCode::NoSuchAccount);
        assert_eq!(count(&db, "SELECT COUNT(*) FROM linked_accounts").await, 0);
        assert_eq!(
            count(&db, "SELECT COUNT(*) FROM sessions").await,
            1,
            "nobody is in"
        );
    })
    .await;
}

/// AU-39.
#[tokio::test]
async fn where_no_accounts_are_made_only_who_is_linked_gets_in() {
    on_both(async |db| {
        let site = Site::with(&db, |corp| corp.create_accounts = false).await;
        assert_eq!(site.refusal().await, FailureCode::NoSuchAccount);
        let (session, caller) = site.at_home("lin").await;
        let linked = site.link(&session, &caller).await.unwrap();
        assert_eq!(linked, SsoOutcome::Linked);
        assert_eq!(site.enter().await.user(), caller.user());
    })
    .await;
}

/// AU-39.
#[tokio::test]
async fn linking_takes_a_fresh_session_the_same_until_the_end_and_an_account_that_is_nobodys() {
    on_both(async |db| {
        let site = Site::on(&db).await;
        let (session, lin) = site.at_home("lin").await;
        let error = site
            .begin(&session, SsoIntent::Link, None)
            .await
            .unwrap_err();
        assert_eq!(error.code(), FailureCode::SignInNeeded);

        // Signed out in between, and somebody else in at the same browser.
        let way = site
            .begin(&session, SsoIntent::Link, Some(&lin))
            .await
            .unwrap();
        let (other, bao) = site.at_home("bao").await;
        let error = site.finish(&other, site.answer(&way)).await.unwrap_err();
        assert_eq!(error.code(), FailureCode::ProviderRefused);

        site.link(&session, &lin).await.unwrap();
        site.link(&session, &lin).await.expect("the same again");
        let error = site.link(&other, &bao).await.unwrap_err();
        assert_eq!(error.code(), FailureCode::AlreadyLinked);

        site.clock.advance(11 * 60 * 1000);
        let error = site.link(&session, &lin).await.unwrap_err();
        assert_eq!(error.code(), FailureCode::StepUpNeeded);
    })
    .await;
}

/// AU-34.
#[tokio::test]
async fn the_last_way_in_can_not_be_unlinked_and_nobody_elses_link() {
    on_both(async |db| {
        let site = Site::on(&db).await;
        let lin = site.enter().await;
        let id = db.linked_accounts(lin.user()).await.unwrap()[0].id;
        let (_, bao) = site.at_home("bao").await;
        let code = |result: Result<(), crate::identity::IdentityError>| result.unwrap_err().code();
        assert_eq!(
            code(site.identity.unlink(&bao, id).await),
            FailureCode::NotFound
        );
        assert_eq!(
            code(site.identity.unlink(&lin, id).await),
            FailureCode::LastWayIn
        );
        execute(&db, "UPDATE users SET password_hash = 'x'").await;
        site.clock.advance(11 * 60 * 1000);
        assert_eq!(
            code(site.identity.unlink(&lin, id).await),
            FailureCode::StepUpNeeded
        );
        site.clock.advance(-11 * 60 * 1000);
        site.identity.unlink(&lin, id).await.unwrap();
        let logged = "SELECT COUNT(*) FROM audit_log WHERE action = 'sso.unlink'";
        assert_eq!(count(&db, logged).await, 1);
    })
    .await;
}

#[tokio::test]
async fn only_verified_addresses_of_the_allowed_domains_come_in_every_time() {
    on_both(async |db| {
        let site = Site::with(&db, |corp| {
            corp.allowed_domains = vec!["example.com".to_owned()];
        })
        .await;
        for (email, verified) in [
            ("lin@example.com", false),
            ("lin@evil.example", true),
            ("lin@example.com.evil.example", true),
            ("lin@sub.example.com", true),
        ] {
            site.provider.claim("email", json!(email));
            site.provider.claim("email_verified", json!(verified));
            assert_eq!(
                site.refusal().await,
                FailureCode::EmailDomainRefused,
                "{email}"
            );
        }
        site.provider.claim("email", json!("Lin@Example.com"));
        site.enter().await;
        site.provider.claim("email_verified", json!(false));
        assert_eq!(site.refusal().await, FailureCode::EmailDomainRefused);
    })
    .await;
}

/// AU-36.
#[tokio::test]
async fn a_disabled_account_stays_out() {
    on_both(async |db| {
        let site = Site::on(&db).await;
        site.enter().await;
        execute(&db, "UPDATE users SET disabled = TRUE").await;
        assert_eq!(site.refusal().await, FailureCode::NoSuchAccount);
    })
    .await;
}

#[tokio::test]
async fn a_second_factor_is_awaited_unless_one_was_shown_to_a_provider_that_is_trusted() {
    on_both(async |db| {
        for trusted in [false, true] {
            execute(&db, "DELETE FROM users").await;
            let site = Site::with(&db, |corp| corp.trusts_factors = trusted).await;
            let lin = site.enter().await;
            with_totp(&db, lin.user()).await;
            let (_, outcome) = site.sign_in().await.unwrap();
            let awaited = SsoOutcome::Entered {
                awaited: vec![Factor::Totp],
                next: "/c/1".to_owned(),
            };
            assert_eq!(outcome, awaited, "one factor there");
            site.provider.claim("amr", json!(["pwd", "mfa"]));
            let (_, outcome) = site.sign_in().await.unwrap();
            assert_eq!(outcome, if trusted { entered() } else { awaited });
            // Only the signed word counts.
            site.provider.claim("amr", json!(null));
            site.provider.script(|script| {
                script.userinfo = json!({ "sub": "s-1", "amr": ["mfa"] });
            });
            let (_, outcome) = site.sign_in().await.unwrap();
            assert_ne!(outcome, entered());
        }
    })
    .await;
}

#[tokio::test]
async fn somebody_proves_again_who_they_are_by_signing_in_there_just_now() {
    on_both(async |db| {
        let site = Site::on(&db).await;
        let (session, outcome) = site.sign_in().await.unwrap();
        assert_eq!(outcome, entered());
        site.clock.advance(11 * 60 * 1000);
        let lin = site.caller(&session).await;
        assert!(site.identity.require_fresh(&lin).is_err());
        let again = || SsoIntent::StepUp {
            next: "/settings".to_owned(),
        };

        for (claim, lie) in [
            ("auth_time", json!(site.now_s() - 600)),
            ("auth_time", json!(null)),
            ("sub", json!("s-2")),
        ] {
            site.provider.claim(claim, lie);
            let way = site.begin(&session, again(), Some(&lin)).await.unwrap();
            assert!(way.as_str().contains("max_age=0"));
            let error = site.finish(&session, site.answer(&way)).await.unwrap_err();
            assert_eq!(error.code(), FailureCode::ProviderRefused, "{claim}");
            site.provider.script(|script| script.claims = json!({}));
        }

        let way = site.begin(&session, again(), Some(&lin)).await.unwrap();
        let outcome = site.finish(&session, site.answer(&way)).await.unwrap();
        assert!(matches!(outcome, SsoOutcome::SteppedUp { next } if next == "/settings"));
        let lin = site.caller(&session).await;
        assert!(site.identity.require_fresh(&lin).is_ok());

        with_totp(&db, lin.user()).await;
        let error = site.begin(&session, again(), Some(&lin)).await.unwrap_err();
        assert_eq!(error.code(), FailureCode::SecondFactorNeeded);
    })
    .await;
}

async fn with_totp(db: &crate::store::Db, user: model::UserId) {
    let insert = if db.is_shared() {
        "decode('00', 'hex')"
    } else {
        "x'00'"
    };
    let insert = format!(
        "INSERT INTO totp_factors (user_id, secret, last_step, created_at, confirmed_at) \
         VALUES ('{user}', {insert}, 0, 0, 0)"
    );
    execute(db, &insert).await;
}
