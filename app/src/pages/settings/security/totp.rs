//! Codes of an app: on or off, and `/settings/security/totp`, where one is set up.

use leptos::{either::Either, prelude::*};
use leptos_router::{NavigateOptions, hooks::use_navigate};
use model::{RecoveryCodes, Session, TotpEnrolment};
use server_fn::ServerFn;

use super::Security;
use crate::{
    address::escaped,
    api::security::{
        BeginTotp, ConfirmTotp, RemoveTotp, begin_totp, confirm_totp, load_totp_enrolment,
        remove_totp,
    },
    browser,
    error::Field,
    language::use_words,
    ui::{
        area::PageHead,
        confirm::Confirm,
        copy::CopyText,
        loaded::Loaded,
        once::Codes,
        submission::Submission,
        text_field::{Kind, TextField},
    },
};

/// Whether it is on, and the way to the other.
#[component]
pub fn TotpPanel(is_on: bool) -> impl IntoView {
    let words = use_words();
    view! {
        <section class="panel" aria-labelledby="totp-heading">
            <h2 id="totp-heading">{words.totp_title}</h2>
            <p class="panel__note">{words.factors_lead}</p>
            <p>{if is_on { words.totp_on } else { words.totp_off }}</p>
            {if is_on { Either::Left(view! { <Remove/> }) } else { Either::Right(view! { <Begin/> }) }}
        </section>
    }
}

#[component]
fn Begin() -> impl IntoView {
    let words = use_words();
    let submission = Submission::new(&[]);
    let navigate = use_navigate();
    let begin = submission.on_submit(begin_totp, move |()| {
        navigate("/settings/security/totp", NavigateOptions::default());
    });
    view! {
        <form method="post" action=BeginTotp::PATH on:submit=begin>
            {submission.view()}
            <button class="button" data-tone="primary" aria-busy=submission.busy()>{words.totp_begin}</button>
        </form>
    }
}

#[component]
fn Remove() -> impl IntoView {
    let words = use_words();
    let security = expect_context::<Security>();
    let submission = Submission::new(&[]);
    let remove = submission.on_submit(remove_totp, move |()| security.overview.refetch());
    view! {
        <Confirm label=words.totp_remove question=words.totp_remove_question>
            <form method="post" action=RemoveTotp::PATH on:submit=remove>
                {submission.view()}
                <button class="button" data-tone="danger" aria-busy=submission.busy()>{words.totp_remove}</button>
            </form>
        </Confirm>
    }
}

/// What is being set up, if anything.
type Awaited = Option<TotpEnrolment>;

/// What to scan or type, and the first code.
#[component]
pub fn TotpPage() -> impl IntoView {
    let words = use_words();
    let enrolment = Resource::new_blocking(|| (), |()| load_totp_enrolment());
    let codes = RwSignal::new(None::<Vec<String>>);
    view! {
        <PageHead title=words.totp_title/>
        <Show
            when=move || codes.with(Option::is_none)
            fallback=move || {
                view! {
                    <Codes codes=codes.get_untracked().unwrap_or_default()/>
                    <a class="button" data-tone="primary" href="/settings/security" rel="external">
                        {words.recovery_kept}
                    </a>
                }
            }
        >
            <Loaded
                what=enrolment
                view=move |enrolment: Awaited, _: Session| match enrolment {
                    Some(enrolment) => Either::Left(view! { <Enrolment enrolment codes/> }),
                    None => {
                        Either::Right(view! {
                            <p class="panel__note">{words.totp_gone}</p>
                            <Begin/>
                        })
                    }
                }
            />
        </Show>
        <p><a href="/settings/security">{words.settings_security}</a></p>
    }
}

#[component]
fn Enrolment(enrolment: TotpEnrolment, codes: RwSignal<Option<Vec<String>>>) -> impl IntoView {
    let words = use_words();
    let submission = Submission::new(&[Field::Code]);
    let code = RwSignal::new(String::new());
    let confirm = submission.on_submit(
        move || confirm_totp(code.get_untracked()),
        move |new: Option<RecoveryCodes>| match new {
            Some(RecoveryCodes(new)) => {
                codes.try_set(Some(new));
            }
            None => browser::go_to("/settings/security?done=1"),
        },
    );
    let TotpEnrolment { svg, secret } = enrolment;
    view! {
        <section class="panel">
            <p class="panel__note">{words.totp_scan}</p>
            <img class="secret__qr" src=as_address(&svg) alt=words.totp_qr/>
            <div class="secret">
                <h2>{words.totp_secret}</h2>
                <code class="secret__text">{secret.clone()}</code>
                <CopyText text=secret.replace(' ', "")/>
            </div>
            <form class="form" method="post" action=ConfirmTotp::PATH on:submit=confirm>
                {submission.view()}
                <TextField
                    name="code"
                    label=words.factor_code
                    kind=Kind::Code
                    value=code
                    problem=submission.problem_of(Field::Code)
                />
                <button class="button" data-tone="primary" aria-busy=submission.busy()>{words.totp_confirm}</button>
            </form>
        </section>
    }
}

/// A picture as an address, so that its markup never becomes the page's.
fn as_address(svg: &str) -> String {
    format!("data:image/svg+xml,{}", escaped(svg))
}

#[cfg(test)]
mod tests {
    use super::as_address;

    #[test]
    fn nothing_of_a_picture_is_markup_in_its_address() {
        assert_eq!(
            as_address("<svg fill=\"#000\"/>"),
            "data:image/svg+xml,%3Csvg%20fill%3D%22%23000%22%2F%3E"
        );
    }
}
