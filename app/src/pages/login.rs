//! `/login`.

use leptos::{prelude::*, task::spawn_local};
use server_fn::ServerFn;

use crate::{
    address::with_query,
    api::{
        identity::{SignIn, sign_in},
        security::{passkey_sign_in, passkey_sign_in_options},
    },
    browser::{self, passkeys},
    error::{AppError, Field},
    language::use_words,
    pages::{
        register::offers_registration,
        welcome::{Posting, Welcome, next_in_query},
    },
    session::use_session,
    ui::{
        passkey::PasskeyButton,
        submission::Submission,
        text_field::{Kind, TextField},
    },
};

/// A step of the way to `next`, which may have a query of its own.
fn leading_to(step: &str, next: &str) -> String {
    with_query(step, &[("next", next)])
}

/// Signing in.
#[component]
pub fn LoginPage() -> impl IntoView {
    let words = use_words();
    let session = use_session();
    let next = next_in_query();
    view! {
        <Welcome title=words.sign_in_title>
            <PasswordForm next=next.clone()/>
            <PasskeySignIn next=next.clone()/>
            <Suspense>
                {move || {
                    let next = next.clone();
                    Suspend::new(async move {
                        let session = session.await.unwrap_or_default();
                        let providers = session.providers.into_iter();
                        let buttons = providers
                            .map(|provider| {
                                let address = leading_to(&format!("/sso/{}", provider.id), &next);
                                view! {
                                    <a class="button" href=address rel="external">
                                        {words.sign_in_with(&provider.label)}
                                    </a>
                                }
                            })
                            .collect_view();
                        let registration = offers_registration(session.registration)
                            .then(|| {
                                view! {
                                    <p class="welcome__aside">
                                        {words.no_account} " " <a href="/register">{words.register}</a>
                                    </p>
                                }
                            });
                        view! {
                            <div class="welcome__ways">{buttons}</div>
                            <p class="welcome__aside"><a href="/forgot">{words.forgot_link}</a></p>
                            {registration}
                        }
                    })
                }}
            </Suspense>
        </Welcome>
    }
}

#[component]
fn PasswordForm(next: String) -> impl IntoView {
    let words = use_words();
    let email = RwSignal::new(String::new());
    let password = RwSignal::new(String::new());
    let posting = Posting::new();
    let submit = {
        let next = next.clone();
        move |event: leptos::ev::SubmitEvent| {
            let request = sign_in(email.get_untracked(), password.get_untracked(), None);
            let after = leading_to("/login/factor", &next);
            let next = next.clone();
            posting.submit_to(&event, request, move |awaited| {
                if awaited.is_empty() { next } else { after }
            });
        }
    };
    let was_offered = StoredValue::new(false);
    let offer = {
        let next = next.clone();
        move |_| {
            if !was_offered.get_value() {
                was_offered.set_value(true);
                spawn_local(offer_passkeys(next.clone()));
            }
        }
    };
    view! {
        <form class="form" method="post" action=SignIn::PATH on:submit=submit on:focusin=offer>
            <input type="hidden" name="next" value=next/>
            {posting.view()}
            <TextField
                name="email"
                label=words.email
                kind=Kind::SignInName
                value=email
                problem=posting.problem_of(Field::Email)
            />
            <TextField
                name="password"
                label=words.password
                kind=Kind::Password("current-password")
                value=password
                problem=posting.problem_of(Field::Password)
            />
            <button class="button" data-tone="primary" aria-busy=move || posting.is_busy().get().then_some("true")>
                {words.sign_in}
            </button>
        </form>
    }
}

/// A passkey among what the browser fills in, where it can. What fails here is not said: nobody has asked for it, and
/// the form stands there.
async fn offer_passkeys(next: String) {
    if !passkeys::can_be_offered().await {
        return;
    }
    let Ok(question) = passkey_sign_in_options().await else {
        return;
    };
    if let Ok(response) = passkeys::offer(&question.options).await
        && passkey_sign_in(question.ceremony, response).await.is_ok()
    {
        browser::go_to(&next);
    }
}

/// A passkey alone, at the press of a button.
#[component]
fn PasskeySignIn(next: String) -> impl IntoView {
    let words = use_words();
    let submission = Submission::new(&[]);
    let press = Callback::new(move |()| {
        let next = next.clone();
        submission.send(use_passkey, move |()| browser::go_to(&next));
    });
    view! {
        {submission.view()}
        <PasskeyButton label=words.sign_in_passkey press busy=submission.busy()/>
    }
}

async fn use_passkey() -> Result<(), AppError> {
    let question = passkey_sign_in_options().await?;
    let response = passkeys::get(&question.options).await?;
    passkey_sign_in(question.ceremony, response).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_of_what_was_shared_goes_along_to_the_next_step() {
        let shared = "/?share_title=a%20b&share_text=c";
        let expected = "next=%2F%3Fshare_title%3Da%2520b%26share_text%3Dc";
        for step in ["/login/factor", "/sso/house"] {
            assert_eq!(leading_to(step, shared), format!("{step}?{expected}"));
        }
        assert_eq!(
            leading_to("/login/factor", "/c/1"),
            "/login/factor?next=%2Fc%2F1"
        );
    }
}
