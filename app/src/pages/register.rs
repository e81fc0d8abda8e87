//! `/register`.

use leptos::{either::Either, prelude::*};
use model::RegistrationMode;
use server_fn::ServerFn;

use crate::{
    api::identity::{Register, register},
    language::use_words,
    pages::welcome::{Posting, Welcome},
    session::use_session,
};

use super::setup::AccountFields;

/// Whether people can make accounts on their own.
pub fn offers_registration(mode: RegistrationMode) -> bool {
    match mode {
        RegistrationMode::Open | RegistrationMode::Domains => true,
        RegistrationMode::Invited | RegistrationMode::Closed => false,
    }
}

/// Making an account.
#[component]
pub fn RegisterPage() -> impl IntoView {
    let words = use_words();
    let session = use_session();
    view! {
        <Welcome title=words.register_title>
            <Suspense>
                {move || Suspend::new(async move {
                    if session.await.is_ok_and(|session| offers_registration(session.registration)) {
                        Either::Left(view! { <RegisterForm/> })
                    } else {
                        Either::Right(view! { <p class="welcome__lead">{words.registration_closed}</p> })
                    }
                })}
            </Suspense>
            <p class="welcome__aside">
                {words.have_account} " " <a href="/login">{words.sign_in}</a>
            </p>
        </Welcome>
    }
}

#[component]
fn RegisterForm() -> impl IntoView {
    let words = use_words();
    let posting = Posting::new();
    let name = RwSignal::new(String::new());
    let email = RwSignal::new(String::new());
    let password = RwSignal::new(String::new());
    let submit = move |event: leptos::ev::SubmitEvent| {
        let request = register(
            name.get_untracked(),
            email.get_untracked(),
            password.get_untracked(),
        );
        posting.submit(&event, "/", request);
    };
    view! {
        <form class="form" method="post" action=Register::PATH on:submit=submit>
            <AccountFields posting name email password/>
            <button class="button" data-tone="primary" aria-busy=move || posting.is_busy().get().then_some("true")>
                {words.register}
            </button>
        </form>
    }
}
