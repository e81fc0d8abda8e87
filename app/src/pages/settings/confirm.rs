//! `/settings/confirm`: proving again who asks, before what is sensitive.

use leptos::{either::Either, prelude::*};
use leptos_router::hooks::use_location;
use model::{ProviderChoice, SecurityOverview, Session};
use server_fn::ServerFn;

use crate::{
    api::{
        security::{
            StepUpCode, StepUpPassword, load_security, passkey_step_up, passkey_step_up_options,
            step_up_code, step_up_password,
        },
        sso::{StepUpElsewhere, step_up_elsewhere},
    },
    browser::{self, passkeys},
    error::{AppError, Field},
    language::use_words,
    pages::welcome::next_in_query,
    session::use_session,
    ui::{
        area::PageHead,
        loaded::Loaded,
        passkey::PasskeyButton,
        submission::Submission,
        text_field::{Kind, TextField},
    },
};

/// The page, for those without scripts; with them a dialog asks the same.
#[component]
pub fn ConfirmPage() -> impl IntoView {
    let words = use_words();
    let next = next_in_query();
    let overview = Resource::new_blocking(|| (), |()| load_security());
    view! {
        <PageHead title=words.confirm_title/>
        <Loaded
            what=overview
            view=move |overview: SecurityOverview, _: Session| {
                let next = next.clone();
                let proven = {
                    let next = next.clone();
                    Callback::new(move |()| browser::go_to(&next))
                };
                view! {
                    <section class="panel"><Proofs overview proven next/></section>
                }
            }
        />
    }
}

/// What somebody can prove themselves with: a factor, the password of those who have none, or the account elsewhere.
#[component]
pub fn Proofs(
    overview: SecurityOverview,
    proven: Callback<()>,
    #[prop(optional)] next: String,
) -> impl IntoView {
    let words = use_words();
    let has_passkey = !overview.passkeys.is_empty();
    let has_factor = overview.totp || has_passkey;
    let asks_elsewhere = !has_factor && !overview.has_password;
    view! {
        <p class="panel__note">{words.confirm_lead}</p>
        {(!has_factor && overview.has_password)
            .then(|| view! { <PasswordProof proven next=next.clone()/> })}
        {has_passkey.then(|| view! { <PasskeyProof proven/> })}
        {has_factor.then(|| view! { <CodeProof has_app=overview.totp proven next=next.clone()/> })}
        {asks_elsewhere.then(|| view! { <ElsewhereProof next/> })}
    }
}

#[component]
fn PasswordProof(proven: Callback<()>, next: String) -> impl IntoView {
    let words = use_words();
    let submission = Submission::new(&[Field::CurrentPassword]);
    let password = RwSignal::new(String::new());
    let prove = submission.on_submit(
        move || step_up_password(password.get_untracked(), None),
        move |()| {
            proven.try_run(());
        },
    );
    view! {
        <form class="form" method="post" action=StepUpPassword::PATH on:submit=prove>
            <input type="hidden" name="next" value=next/>
            {submission.view()}
            <TextField
                name="proof_password"
                label=words.password
                kind=Kind::Password("current-password")
                value=password
                problem=submission.problem_of(Field::CurrentPassword)
            />
            <button class="button" data-tone="primary" aria-busy=submission.busy()>{words.confirm_button}</button>
        </form>
    }
}

#[component]
fn CodeProof(has_app: bool, proven: Callback<()>, next: String) -> impl IntoView {
    let words = use_words();
    let submission = Submission::new(&[Field::Code]);
    let code = RwSignal::new(String::new());
    let prove = submission.on_submit(
        move || step_up_code(code.get_untracked(), None),
        move |()| {
            proven.try_run(());
        },
    );
    let (label, hint) = if has_app {
        (words.factor_code, words.factor_code_hint)
    } else {
        (words.recovery_code, words.recovery_code_hint)
    };
    view! {
        <form class="form" method="post" action=StepUpCode::PATH on:submit=prove>
            <input type="hidden" name="next" value=next/>
            {submission.view()}
            <TextField
                name="proof_code"
                label
                kind=if has_app { Kind::Code } else { Kind::Line("off") }
                value=code
                hint
                problem=submission.problem_of(Field::Code)
            />
            <button class="button" data-tone="primary" aria-busy=submission.busy()>{words.confirm_button}</button>
        </form>
    }
}

#[component]
fn PasskeyProof(proven: Callback<()>) -> impl IntoView {
    let words = use_words();
    let submission = Submission::new(&[]);
    let press = Callback::new(move |()| {
        submission.send(use_passkey, move |()| {
            proven.try_run(());
        });
    });
    view! {
        {submission.view()}
        <PasskeyButton label=words.use_passkey press busy=submission.busy()/>
    }
}

async fn use_passkey() -> Result<(), AppError> {
    let question = passkey_step_up_options().await?;
    let response = passkeys::get(&question.options).await?;
    passkey_step_up(question.ceremony, response).await
}

/// Whoever signs in elsewhere only goes there once more, and comes back to this page.
#[component]
fn ElsewhereProof(next: String) -> impl IntoView {
    let words = use_words();
    let session = use_session();
    view! {
        <Suspense>
            {move || {
                let next = next.clone();
                Suspend::new(async move {
                    let providers = session.await.unwrap_or_default().providers;
                    if providers.is_empty() {
                        return Either::Left(view! { <p class="panel__note">{words.password_none}</p> });
                    }
                    let buttons = providers
                        .into_iter()
                        .map(|provider| view! { <ProviderProof provider next=next.clone()/> })
                        .collect_view();
                    Either::Right(view! { <div class="panel__row">{buttons}</div> })
                })
            }}
        </Suspense>
    }
}

#[component]
fn ProviderProof(provider: ProviderChoice, next: String) -> impl IntoView {
    let words = use_words();
    let submission = Submission::new(&[]);
    let ProviderChoice { id, label } = provider;
    let path = use_location().pathname;
    let prove = {
        let (id, next) = (id.clone(), next.clone());
        submission.on_submit(
            move || {
                // From the dialog one comes back to the page under it.
                let next = if next.is_empty() {
                    path.get_untracked()
                } else {
                    next.clone()
                };
                step_up_elsewhere(id.clone(), Some(next))
            },
            |way: String| browser::go_to(&way),
        )
    };
    view! {
        <form method="post" action=StepUpElsewhere::PATH on:submit=prove>
            <input type="hidden" name="provider" value=id/>
            <input type="hidden" name="next" value=next/>
            {submission.view_as("")}
            <button class="button" aria-busy=submission.busy()>{words.confirm_with(&label)}</button>
        </form>
    }
}
