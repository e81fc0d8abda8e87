//! What is no answer to the question.

use model::FailureCode;
use serde_json::json;

use super::{FakeProvider, Site, SsoAnswer, corp, entered, provider::Script, sign_in, value};
use crate::{identity::testing::visitor, store::testing::on_both};

/// AU-37.
#[tokio::test]
async fn each_way_to_a_provider_has_secrets_of_its_own_and_asks_for_no_more_than_it_needs() {
    on_both(async |db| {
        let site = Site::on(&db).await;
        let (_, first) = site.leave().await;
        let (_, second) = site.leave().await;
        for name in ["state", "nonce", "code_challenge"] {
            let (a, b) = (value(&first, name).unwrap(), value(&second, name).unwrap());
            assert!(a.len() >= 43 && a != b, "{name}: {a} {b}");
        }
        assert_eq!(value(&first, "code_challenge_method").unwrap(), "S256");
        assert_eq!(value(&first, "scope").unwrap(), "openid email");
        assert!(!first.as_str().contains("hush"));
    })
    .await;
}

/// AU-37.
#[tokio::test]
async fn an_answer_is_good_once_in_its_own_browser_within_five_minutes() {
    on_both(async |db| {
        let site = Site::on(&db).await;
        let (cookie, way) = site.leave().await;
        let (other, _) = site.leave().await;
        let refused = FailureCode::ProviderRefused;

        let foreign = site.identity.session(other);
        let error = site.finish(&foreign, site.answer(&way)).await.unwrap_err();
        assert_eq!(error.code(), refused, "another browser");
        let nobody = site.identity.session(None);
        let error = site.finish(&nobody, site.answer(&way)).await.unwrap_err();
        assert_eq!(error.code(), refused, "a browser without a cookie");

        for state in [None, Some("guessed".to_owned()), Some("x".repeat(10_000))] {
            let own = site.identity.session(cookie);
            let wrong = SsoAnswer {
                state,
                ..site.answer(&way)
            };
            let error = site.finish(&own, wrong).await.unwrap_err();
            assert_eq!(error.code(), refused, "a wrong state");
        }

        let own = site.identity.session(cookie);
        assert_eq!(
            site.finish(&own, site.answer(&way)).await.unwrap(),
            entered()
        );
        let again = site.identity.session(cookie);
        let error = site.finish(&again, site.answer(&way)).await.unwrap_err();
        assert_eq!(error.code(), refused, "a replay");

        let (cookie, way) = site.leave().await;
        site.clock.advance(5 * 60 * 1000 + 1);
        let late = site.identity.session(cookie);
        let error = site.finish(&late, site.answer(&way)).await.unwrap_err();
        assert_eq!(error.code(), refused, "too late");
    })
    .await;
}

/// AU-38.
#[tokio::test]
async fn an_id_token_that_does_not_fit_opens_nothing() {
    type Lie = fn(&mut Script);
    let lies: [(&str, Lie); 14] = [
        ("another nonce", |s| s.claims["nonce"] = json!("other")),
        ("no nonce", |s| s.claims["nonce"] = json!(null)),
        ("another issuer", |s| {
            s.claims["iss"] = json!("https://evil.example");
        }),
        ("almost the issuer", |s| {
            s.claims["iss"] = json!("http://127.0.0.1");
        }),
        ("another audience", |s| s.claims["aud"] = json!("somebody")),
        ("one audience too many", |s| {
            s.claims["aud"] = json!(["liantai", "somebody"]);
        }),
        ("another client's", |s| s.claims["azp"] = json!("somebody")),
        ("over", |s| s.claims["exp"] = json!(1_789_999_999)),
        ("no subject", |s| s.claims["sub"] = json!("")),
        ("an endless subject", |s| {
            s.claims["sub"] = json!("x".repeat(256));
        }),
        ("unsigned", |s| {
            s.header = json!({ "alg": "none" });
            s.signs = false;
        }),
        ("without its signature", |s| s.signs = false),
        ("by the client's own secret", |s| {
            s.header = json!({ "alg": "HS256" });
        }),
        ("by somebody else's key", |s| s.key = [8; 32]),
    ];
    on_both(async |db| {
        let site = Site::on(&db).await;
        for (name, lie) in lies {
            site.provider.script(lie);
            assert_eq!(site.refusal().await, FailureCode::ProviderRefused, "{name}");
            site.provider.script(|script| {
                script.claims = json!({});
                script.header = json!({ "alg": "EdDSA", "kid": "k" });
                script.signs = true;
                script.key = [7; 32];
            });
        }
        site.enter().await;
    })
    .await;
}

/// AU-38.
#[tokio::test]
async fn keys_that_changed_are_asked_again_and_not_more_than_once_a_minute() {
    on_both(async |db| {
        let site = Site::on(&db).await;
        site.enter().await;
        site.provider.script(|script| {
            script.header = json!({ "alg": "EdDSA", "kid": "new" });
        });
        for _ in 0..3 {
            assert_eq!(site.refusal().await, FailureCode::ProviderRefused);
        }
        assert_eq!(site.provider.asked("/jwks"), 1);
        site.clock.advance(61_000);
        for _ in 0..3 {
            assert_eq!(site.refusal().await, FailureCode::ProviderRefused);
        }
        assert_eq!(site.provider.asked("/jwks"), 2);
    })
    .await;
}

/// AU-40.
#[tokio::test]
async fn answers_of_providers_are_not_mixed_up() {
    on_both(async |db| {
        let (one, two) = (FakeProvider::start().await, FakeProvider::start().await);
        let mut other = corp(&two);
        "other".clone_into(&mut other.id);
        let site = Site::of(&db, one, vec![corp(&two), other]);
        // Begun with one, answered at the other's address.
        let (cookie, way) = site.leave().await;
        let answer = SsoAnswer {
            iss: Some(two.issuer()),
            ..site.answer(&way)
        };
        let session = site.identity.session(cookie);
        let error = site
            .identity
            .finish_sso(&session, "other", answer, &visitor())
            .await
            .unwrap_err();
        assert_eq!(error.code(), FailureCode::ProviderRefused);
        assert_eq!(
            two.asked("/token"),
            0,
            "no code is shown to another provider"
        );

        // Another issuer answers, or none where this one always says who it is.
        let site = Site::of(&db, two, vec![]);
        let site = Site::of(&db, FakeProvider::start().await, vec![corp(&site.provider)]);
        for iss in [Some("https://evil.example".to_owned()), None] {
            let session = site.identity.session(None);
            let way = site.begin(&session, sign_in(), None).await.unwrap();
            let answer = SsoAnswer {
                iss,
                ..site.answer(&way)
            };
            let error = site.finish(&session, answer).await.unwrap_err();
            assert_eq!(error.code(), FailureCode::ProviderRefused);
        }
    })
    .await;
}

/// AU-38, AU-40.
#[tokio::test]
async fn a_provider_that_is_not_who_it_should_be_is_not_asked() {
    on_both(async |db| {
        for lie in [
            json!({ "issuer": "https://evil.example" }),
            json!({ "token_endpoint": "http://evil.example/token" }),
            json!({ "jwks_uri": "file:///etc/passwd" }),
            json!({ "authorization_endpoint": null }),
        ] {
            let site = Site::on(&db).await;
            site.provider
                .script(|script| script.discovery = lie.clone());
            let session = site.identity.session(None);
            let error = site.begin(&session, sign_in(), None).await.unwrap_err();
            assert_eq!(error.code(), FailureCode::ProviderUnavailable, "{lie}");
        }
    })
    .await;
}

/// AU-38.
#[tokio::test]
async fn what_the_interface_says_of_somebody_else_is_not_taken() {
    on_both(async |db| {
        let site = Site::on(&db).await;
        site.provider
            .script(|script| script.userinfo = json!({ "sub": "s-2" }));
        assert_eq!(site.refusal().await, FailureCode::ProviderRefused);
    })
    .await;
}

/// AU-41.
#[tokio::test]
async fn no_token_of_the_provider_and_no_secret_is_kept_or_printed() {
    on_both(async |db| {
        let site = Site::on(&db).await;
        site.provider.script(|script| script.status = 500);
        let (cookie, way) = site.leave().await;
        let answer = site.answer(&way);
        let printed = format!("{answer:?}");
        let session = site.identity.session(cookie);
        let error = site.finish(&session, answer).await.unwrap_err();
        assert_eq!(error.code(), FailureCode::ProviderUnavailable);
        for text in [
            printed,
            format!("{error:?} {error}"),
            format!("{:?}", corp(&site.provider)),
        ] {
            assert!(!text.contains("hush") && !text.contains("code-"), "{text}");
        }
    })
    .await;
}

/// AU-15: a provider that is down is asked once, however many come.
#[tokio::test]
async fn a_provider_that_is_down_is_not_asked_for_everybody() {
    on_both(async |db| {
        let site = Site::on(&db).await;
        site.provider
            .script(|script| script.discovery = json!({ "issuer": "https://evil.example" }));
        for _ in 0..5 {
            let session = site.identity.session(None);
            let error = site.begin(&session, sign_in(), None).await.unwrap_err();
            assert_eq!(error.code(), FailureCode::ProviderUnavailable);
        }
        assert_eq!(site.provider.asked("/.well-known/"), 1);
    })
    .await;
}
