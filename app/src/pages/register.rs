//! `/register`, with or without an invitation.

use leptos::{either::EitherOf3, prelude::*};
use leptos_router::hooks::use_query_map;
use model::RegistrationMode;
use server_fn::ServerFn;

use crate::{
    api::{
        identity::{Register, Registered, register},
        recovery::{Invited, load_invitation},
    },
    error::AppError,
    language::use_words,
    pages::welcome::{Posting, Welcome},
    session::use_session,
    ui::notice::Notice,
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
    let (token, is_sent) = use_query_map().with_untracked(|query| {
        (
            query.get_str("invitation").unwrap_or_default().to_owned(),
            query.get("sent").is_some(),
        )
    });
    let title = if is_sent {
        words.mail_sent_title
    } else {
        words.register_title
    };
    view! {
        <Welcome title>
            {if is_sent {
                view! {
                    <p class="welcome__lead">{words.mail_sent_plain}</p>
                    <p class="welcome__aside">{words.mail_sent_hint}</p>
                }
                    .into_any()
            } else {
                view! { <Offer token/> }.into_any()
            }}
            <p class="welcome__aside">
                {words.have_account} " " <a href="/login">{words.sign_in}</a>
            </p>
        </Welcome>
    }
}

/// The form, if this visitor may use it.
#[component]
fn Offer(token: String) -> impl IntoView {
    let words = use_words();
    let session = use_session();
    let invitation = {
        let token = token.clone();
        Resource::new_blocking(
            || (),
            move |()| {
                let token = token.clone();
                async move {
                    if token.is_empty() {
                        Ok(None)
                    } else {
                        load_invitation(token).await.map(Some)
                    }
                }
            },
        )
    };
    view! {
        <Suspense>
            {move || {
                let token = token.clone();
                Suspend::new(async move {
                    let is_open = session.await.is_ok_and(|session| offers_registration(session.registration));
                    let invited: Result<Option<Invited>, AppError> = invitation.await;
                    match invited {
                        Ok(None) if !is_open => {
                            EitherOf3::A(view! { <p class="welcome__lead">{words.registration_closed}</p> })
                        }
                        Ok(invited) => EitherOf3::B(view! { <RegisterForm token invited/> }),
                        Err(error) => {
                            EitherOf3::C(view! { <Notice error=Signal::stored(Some(error))/> })
                        }
                    }
                })
            }}
        </Suspense>
    }
}

#[component]
fn RegisterForm(token: String, invited: Option<Invited>) -> impl IntoView {
    let words = use_words();
    let posting = Posting::new();
    let name = RwSignal::new(String::new());
    let password = RwSignal::new(String::new());
    let lead = invited.as_ref().map(|invited| match &invited.by {
        Some(by) => words.invited_by(by),
        None => words.invited.to_owned(),
    });
    let email = invited
        .and_then(|invited| invited.email)
        .unwrap_or_default();
    let email = RwSignal::new(email);
    let submit = {
        let token = token.clone();
        move |event: leptos::ev::SubmitEvent| {
            let request = register(
                name.get_untracked(),
                email.get_untracked(),
                password.get_untracked(),
                (!token.is_empty()).then(|| token.clone()),
            );
            posting.submit_to(&event, request, |registered| match registered {
                Registered::Entered => "/".to_owned(),
                Registered::MailSent => "/register?sent=1".to_owned(),
            });
        }
    };
    view! {
        {lead.map(|lead| view! { <p class="welcome__lead">{lead}</p> })}
        <form class="form" method="post" action=Register::PATH on:submit=submit>
            {(!token.is_empty()).then(|| view! { <input type="hidden" name="invitation" value=token.clone()/> })}
            <AccountFields posting name email password/>
            <button class="button" data-tone="primary" aria-busy=move || posting.is_busy().get().then_some("true")>
                {words.register}
            </button>
        </form>
    }
}
