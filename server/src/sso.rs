//! `/sso/{provider}`: the way to a provider of accounts, and back.
//!
//! These are the site's only redirects that lead elsewhere. What begins with a form (linking, proving again) can't be
//! redirected off the site, because the page's policy binds where forms may lead: a script goes to the provider by
//! itself, and without one the form leads to `/continue`, a page that goes on.

use app::glue::{is_local, with_next};
use axum::{
    extract::{Extension, Path, Query, State},
    response::{Html, IntoResponse, Redirect, Response},
};
use model::FailureCode;
use platform::{
    Services, Visitor,
    identity::{IdentityError, SsoAnswer, SsoIntent, SsoOutcome},
};
use serde::Deserialize;
use tower_sessions::Session;

/// Where somebody wants to go afterwards.
#[derive(Deserialize)]
pub(crate) struct Onward {
    next: Option<String>,
}

/// Sends the browser to the provider, to sign in.
pub(crate) async fn begin(
    State(services): State<Services>,
    Path(provider): Path<String>,
    Query(onward): Query<Onward>,
    session: Session,
    Extension(visitor): Extension<Visitor>,
) -> Response {
    let next = onward.next.filter(|path| is_local(path));
    let intent = SsoIntent::SignIn {
        next: next.unwrap_or_else(|| "/".to_owned()),
    };
    let way = services
        .identity
        .begin_sso(&session, &provider, intent, None, &visitor)
        .await;
    match way {
        Ok(way) => Redirect::to(&way).into_response(),
        Err(error) => refuse("/login", &error),
    }
}

/// Goes on to the provider from a form that was posted without a script: where to is in the session, once.
pub(crate) async fn go_on(State(services): State<Services>, session: Session) -> Response {
    match services.identity.take_way(&session).await {
        Ok(Some(way)) => {
            let way = escape(&way);
            Html(format!(
                "<!doctype html><meta charset=\"utf-8\"><meta name=\"referrer\" content=\"no-referrer\">\
                 <meta http-equiv=\"refresh\" content=\"0; url={way}\"><title>…</title>\
                 <a href=\"{way}\">…</a>"
            ))
            .into_response()
        }
        Ok(None) => Redirect::to("/settings/security").into_response(),
        Err(error) => refuse("/settings/security", &error),
    }
}

/// Takes what the provider sent back.
pub(crate) async fn finish(
    State(services): State<Services>,
    Path(provider): Path<String>,
    Query(answer): Query<SsoAnswer>,
    session: Session,
    Extension(visitor): Extension<Visitor>,
) -> Response {
    let identity = &services.identity;
    let outcome = identity
        .finish_sso(&session, &provider, answer, &visitor)
        .await;
    match outcome {
        Ok(SsoOutcome::Entered { awaited, next }) if awaited.is_empty() => {
            Redirect::to(&next).into_response()
        }
        Ok(SsoOutcome::Entered { awaited: _, next }) => {
            Redirect::to(&with_next("/login/factor", &next)).into_response()
        }
        Ok(SsoOutcome::Linked) => Redirect::to("/settings/security").into_response(),
        Ok(SsoOutcome::SteppedUp { next }) => Redirect::to(&next).into_response(),
        Err(error) => {
            // Who is signed in came to link or to prove again, and would not see a problem on the page for signing in.
            let signed_in = identity.signed_in(&session, &visitor).await;
            let page = match signed_in {
                Ok(Some(_)) => "/settings/security",
                Ok(None) | Err(_) => "/login",
            };
            refuse(page, &error)
        }
    }
}

fn refuse(page: &str, error: &IdentityError) -> Response {
    let code = error.code();
    if code == FailureCode::ProviderRefused {
        // The page says no more than that; why is for the operator.
        tracing::warn!(
            error = error as &dyn std::error::Error,
            "a sign-in elsewhere was refused"
        );
    } else if code.status() >= 500 {
        tracing::error!(
            error = error as &dyn std::error::Error,
            "a sign-in elsewhere failed"
        );
    }
    Redirect::to(&format!("{page}?problem={}", code.as_str())).into_response()
}

/// For an attribute's value.
fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('"', "&quot;")
        .replace('<', "&lt;")
}
