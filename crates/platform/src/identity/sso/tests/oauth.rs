//! OAuth 2.0 as GitHub speaks it.

use model::FailureCode;
use serde_json::json;

use super::{FakeProvider, Site, SsoAnswer, SsoIntent, corp, entered};
use crate::{
    identity::{OAuthInterface, ProviderKind},
    store::{
        Db,
        testing::{on_both, rows},
    },
};

async fn hub(db: &Db, emails: bool) -> Site {
    let provider = FakeProvider::start().await;
    let origin = provider.issuer();
    let mut hub = corp(&provider);
    hub.kind = ProviderKind::OAuth(OAuthInterface {
        authorize_url: format!("{origin}/authorize"),
        token_url: format!("{origin}/token"),
        userinfo_url: format!("{origin}/me"),
        emails_url: emails.then(|| format!("{origin}/emails")),
        subject_field: "data.id".to_owned(),
        name_field: "data.login".to_owned(),
        email_field: "data.email".to_owned(),
        email_verified_field: None,
    });
    let said = json!({ "data": { "id": 42, "login": "lin", "email": "public@example.com" } });
    provider.script(|script| script.userinfo = said);
    Site::of(db, provider, vec![hub])
}

/// AU-39.
#[tokio::test]
async fn who_somebody_is_comes_from_the_fields_that_are_configured() {
    on_both(async |db| {
        let site = hub(&db, true).await;
        let first = site.enter().await;
        assert_eq!(first.user(), site.enter().await.user());
        let linked = "SELECT issuer || ' ' || subject || ' ' || email FROM linked_accounts";
        let expected = format!("{} 42 lin@example.com", site.provider.issuer());
        assert_eq!(rows(&db, linked).await, [expected]);
    })
    .await;
}

#[tokio::test]
async fn an_address_that_nobody_vouches_for_is_not_verified() {
    on_both(async |db| {
        let site = hub(&db, false).await;
        site.enter().await;
        let verified = "SELECT email FROM users WHERE email_verified_at IS NULL";
        assert_eq!(rows(&db, verified).await, ["public@example.com"]);
    })
    .await;
}

/// AU-37, AU-38.
#[tokio::test]
async fn wrong_answers_are_refused_here_too() {
    on_both(async |db| {
        let site = hub(&db, true).await;
        let (cookie, way) = site.leave().await;
        for wrong in [
            SsoAnswer {
                code: Some("guessed".to_owned()),
                ..site.answer(&way)
            },
            SsoAnswer {
                iss: Some("https://evil.example".to_owned()),
                ..site.answer(&way)
            },
            SsoAnswer {
                error: Some("access_denied".to_owned()),
                ..site.answer(&way)
            },
        ] {
            let (cookie, way) = site.leave().await;
            let session = site.identity.session(cookie);
            let state = super::value(&way, "state");
            let error = site
                .finish(&session, SsoAnswer { state, ..wrong })
                .await
                .unwrap_err();
            assert_eq!(error.code(), FailureCode::ProviderRefused);
        }
        let session = site.identity.session(cookie);
        let answer = SsoAnswer {
            iss: None,
            ..site.answer(&way)
        };
        assert_eq!(site.finish(&session, answer).await.unwrap(), entered());
    })
    .await;
}

#[tokio::test]
async fn it_can_not_prove_again_who_somebody_is() {
    on_both(async |db| {
        let site = hub(&db, true).await;
        let (session, _) = site.sign_in().await.unwrap();
        let lin = site.caller(&session).await;
        let again = SsoIntent::StepUp {
            next: "/".to_owned(),
        };
        let error = site.begin(&session, again, Some(&lin)).await.unwrap_err();
        assert_eq!(error.code(), FailureCode::ProviderRefused);
    })
    .await;
}
