//! `/verify`: the link of the letter that shows an address to be one's own, and waiting for it.

use leptos::{either::EitherOf3, prelude::*};
use leptos_router::hooks::use_query_map;
use model::Lacking;
use server_fn::ServerFn;

use crate::{
    api::{
        identity::SignOut,
        recovery::{SendVerification, VerifyEmail, send_verification, verify_email},
    },
    language::use_words,
    pages::welcome::{Posting, Welcome},
    session::use_session,
    ui::{notice::Notice, submission::Submission},
};

/// What the address has in its query decides what there is to do.
#[component]
pub fn VerifyPage() -> impl IntoView {
    let words = use_words();
    let (token, is_verified) = use_query_map().with_untracked(|query| {
        (
            query.get_str("token").map(str::to_owned),
            query.get("verified").is_some(),
        )
    });
    match (is_verified, token) {
        (true, _) => EitherOf3::A(view! {
            <Welcome title=words.verified_title>
                <p class="welcome__lead" role="status">{words.verified}</p>
                <a class="button" data-tone="primary" href="/" rel="external">{words.to_start}</a>
            </Welcome>
        }),
        (false, Some(token)) => EitherOf3::B(view! {
            <Welcome title=words.verify_title>
                <Follow token/>
            </Welcome>
        }),
        (false, None) => EitherOf3::C(view! {
            <Welcome title=words.mail_sent_title>
                <Pending/>
            </Welcome>
        }),
    }
}

/// A button, because programs that look through mail follow links and must not use them up.
#[component]
fn Follow(token: String) -> impl IntoView {
    let words = use_words();
    let posting = Posting::new();
    let submit = {
        let token = token.clone();
        move |event: leptos::ev::SubmitEvent| {
            posting.submit(&event, "/verify?verified=1", verify_email(token.clone()));
        }
    };
    view! {
        <p class="welcome__lead">{words.verify_press}</p>
        <form class="form" method="post" action=VerifyEmail::PATH on:submit=submit>
            <input type="hidden" name="token" value=token/>
            {posting.view()}
            <button class="button" data-tone="primary" aria-busy=move || posting.is_busy().get().then_some("true")>
                {words.verify_button}
            </button>
        </form>
    }
}

/// The letter is on its way.
#[component]
fn Pending() -> impl IntoView {
    let words = use_words();
    let session = use_session();
    let submission = Submission::new(&[]);
    let resend = submission.on_submit(send_verification, |()| ());
    let (problem, was_sent) = use_query_map().with_untracked(|query| {
        (
            query.get_str("problem").and_then(|code| code.parse().ok()),
            query.get("done").is_some(),
        )
    });
    let problem = Signal::stored(problem.map(crate::error::AppError::new));
    view! {
        <Suspense>
            {move || Suspend::new(async move {
                let session = session.await.unwrap_or_default();
                let is_pending = session.lacking == Some(Lacking::VerifiedEmail);
                match session.account.filter(|_| is_pending) {
                    Some(account) => words.verify_pending(account.email.as_str()),
                    None => words.mail_sent_plain.to_owned(),
                }
            })}
        </Suspense>
        <p class="welcome__aside">{words.mail_sent_hint}</p>
        <Notice error=problem/>
        {was_sent.then(|| view! { <p class="notice" role="status">{words.verify_sent}</p> })}
        <form class="form" method="post" action=SendVerification::PATH on:submit=resend>
            {submission.view_as(words.verify_sent)}
            <button class="button" aria-busy=submission.busy()>{words.verify_resend}</button>
        </form>
        <form class="form" method="post" action=SignOut::PATH>
            <button class="button">{words.sign_out}</button>
        </form>
    }
}
