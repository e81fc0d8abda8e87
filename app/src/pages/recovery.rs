//! `/forgot` and `/reset`: a new password for whoever lost theirs.

use leptos::{either::Either, prelude::*};
use leptos_router::hooks::use_query_map;
use server_fn::ServerFn;

use crate::{
    api::recovery::{RequestReset, ResetPassword, check_reset_link, request_reset, reset_password},
    error::Field,
    language::use_words,
    pages::welcome::{Posting, Welcome},
    ui::{
        check::Check,
        text_field::{Kind, TextField},
    },
};

/// Asking for the link.
#[component]
pub fn ForgotPage() -> impl IntoView {
    let words = use_words();
    let is_sent = use_query_map().with_untracked(|query| query.get("sent").is_some());
    let posting = Posting::new();
    let email = RwSignal::new(String::new());
    let submit = move |event: leptos::ev::SubmitEvent| {
        posting.submit(
            &event,
            "/forgot?sent=1",
            request_reset(email.get_untracked()),
        );
    };
    let content = if is_sent {
        Either::Left(view! { <p class="welcome__lead" role="status">{words.forgot_sent}</p> })
    } else {
        Either::Right(view! {
            <p class="welcome__lead">{words.forgot_lead}</p>
            <form class="form" method="post" action=RequestReset::PATH on:submit=submit>
                {posting.view()}
                <TextField
                    name="email"
                    label=words.email
                    kind=Kind::Email
                    value=email
                    problem=posting.problem_of(Field::Email)
                />
                <button class="button" data-tone="primary" aria-busy=move || posting.is_busy().get().then_some("true")>
                    {words.forgot_send}
                </button>
            </form>
        })
    };
    view! {
        <Welcome title=words.forgot_title>
            {content}
            <p class="welcome__aside"><a href="/login">{words.back_to_sign_in}</a></p>
        </Welcome>
    }
}

/// Following it.
#[component]
pub fn ResetPage() -> impl IntoView {
    let words = use_words();
    let (token, is_done) = use_query_map().with_untracked(|query| {
        (
            query.get_str("token").unwrap_or_default().to_owned(),
            query.get("done").is_some(),
        )
    });
    let content = if is_done {
        Either::Left(view! {
            <p class="welcome__lead" role="status">{words.reset_done}</p>
            <a class="button" data-tone="primary" href="/login">{words.sign_in}</a>
        })
    } else {
        Either::Right(view! { <Reset token/> })
    };
    view! { <Welcome title=words.reset_title>{content}</Welcome> }
}

#[component]
fn Reset(token: String) -> impl IntoView {
    let words = use_words();
    let valid = {
        let token = token.clone();
        Resource::new_blocking(|| (), move |()| check_reset_link(token.clone()))
    };
    view! {
        <Suspense>
            {move || {
                let token = token.clone();
                Suspend::new(async move {
                    if valid.await == Ok(true) {
                        Either::Left(view! { <ResetForm token/> })
                    } else {
                        Either::Right(view! {
                            <p class="welcome__lead">{words.reset_invalid}</p>
                            <p class="welcome__aside"><a href="/forgot">{words.forgot_title}</a></p>
                        })
                    }
                })
            }}
        </Suspense>
    }
}

#[component]
fn ResetForm(token: String) -> impl IntoView {
    let words = use_words();
    let posting = Posting::new();
    let password = RwSignal::new(String::new());
    let ends_others = RwSignal::new(true);
    let submit = {
        let token = token.clone();
        move |event: leptos::ev::SubmitEvent| {
            let end_others = ends_others.get_untracked().then(|| "true".to_owned());
            let request = reset_password(token.clone(), password.get_untracked(), end_others);
            posting.submit(&event, "/reset?done=1", request);
        }
    };
    view! {
        <form class="form" method="post" action=ResetPassword::PATH on:submit=submit>
            <input type="hidden" name="token" value=token/>
            {posting.view()}
            <TextField
                name="new_password"
                label=words.new_password
                kind=Kind::Password("new-password")
                value=password
                hint=words.password_hint
                problem=posting.problem_of(Field::Password)
            />
            <Check name="end_others" value="true" label=words.end_others checked=ends_others/>
            <button class="button" data-tone="primary" aria-busy=move || posting.is_busy().get().then_some("true")>
                {words.reset_button}
            </button>
        </form>
    }
}
