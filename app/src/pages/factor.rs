//! `/login/factor`: the second step of a sign-in.

use leptos::{either::Either, prelude::*};
use model::Factor;
use server_fn::ServerFn;

use crate::{
    api::security::{AnswerCode, answer_code, passkey_factor, passkey_factor_options},
    browser::{self, passkeys},
    error::{AppError, Field},
    language::use_words,
    pages::welcome::{Posting, Welcome, next_in_query},
    session::use_session,
    ui::{
        passkey::PasskeyButton,
        submission::Submission,
        text_field::{Kind, TextField},
    },
};

/// A code of the app, a passkey, or a code that was written down.
#[component]
pub fn FactorPage() -> impl IntoView {
    let words = use_words();
    let session = use_session();
    let next = next_in_query();
    view! {
        <Welcome title=words.factor_title>
            <Suspense>
                {move || {
                    let next = next.clone();
                    Suspend::new(async move {
                        let awaited = session.await.unwrap_or_default().awaited;
                        if awaited.is_empty() {
                            Either::Left(view! { <p class="welcome__lead">{words.factor_expired}</p> })
                        } else {
                            Either::Right(view! { <Ways awaited next/> })
                        }
                    })
                }}
            </Suspense>
            <p class="welcome__aside"><a href="/login">{words.back_to_sign_in}</a></p>
        </Welcome>
    }
}

#[component]
fn Ways(awaited: Vec<Factor>, next: String) -> impl IntoView {
    let words = use_words();
    let has = |factor| awaited.contains(&factor);
    let passkey = has(Factor::Passkey).then(|| {
        let submission = Submission::new(&[]);
        let next = next.clone();
        let press = Callback::new(move |()| {
            let next = next.clone();
            submission.send(use_passkey, move |()| browser::go_to(&next));
        });
        view! {
            {submission.view()}
            <PasskeyButton label=words.use_passkey press busy=submission.busy()/>
        }
    });
    let code = has(Factor::Totp).then(|| {
        let next = next.clone();
        view! { <CodeForm next written=false/> }
    });
    let recovery = has(Factor::RecoveryCode).then(|| {
        view! {
            <details class="confirm">
                <summary class="button">{words.recovery_code}</summary>
                <div class="confirm__question"><CodeForm next written=true/></div>
            </details>
        }
    });
    view! {
        <p class="welcome__lead">{words.factor_lead}</p>
        {code}
        {passkey}
        {recovery}
    }
}

/// A code of the app, or one that was `written` down.
#[component]
fn CodeForm(next: String, written: bool) -> impl IntoView {
    let words = use_words();
    let code = RwSignal::new(String::new());
    let posting = Posting::new();
    let submit = {
        let next = next.clone();
        move |event: leptos::ev::SubmitEvent| {
            let request = answer_code(Some(code.get_untracked()), None, None);
            posting.submit(&event, &next, request);
        }
    };
    let problem = posting.problem_of(Field::Code);
    let field = if written {
        Either::Left(view! {
            <TextField
                name="recovery_code"
                label=words.recovery_code
                kind=Kind::Line("off")
                value=code
                hint=words.recovery_code_hint
                problem
            />
        })
    } else {
        Either::Right(view! {
            <TextField name="code" label=words.factor_code kind=Kind::Code value=code problem/>
        })
    };
    view! {
        <form class="form" method="post" action=AnswerCode::PATH on:submit=submit>
            <input type="hidden" name="next" value=next/>
            {posting.view()}
            {field}
            <button
                class="button"
                data-tone=(!written).then_some("primary")
                aria-busy=move || posting.is_busy().get().then_some("true")
            >
                {words.continue_on}
            </button>
        </form>
    }
}

async fn use_passkey() -> Result<(), AppError> {
    let question = passkey_factor_options().await?;
    let response = passkeys::get(&question.options).await?;
    passkey_factor(question.ceremony, response).await
}
