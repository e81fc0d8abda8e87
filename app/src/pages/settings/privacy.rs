//! `/settings/privacy`: taking one's data along, and leaving.

use leptos::prelude::*;
use model::{SecurityOverview, Session};
use server_fn::ServerFn;

use super::security::FreshFirst;
use crate::{
    api::{
        account::{DeleteAccount, check_export, delete_account},
        security::load_security,
    },
    browser,
    error::Field,
    language::use_words,
    ui::{
        area::PageHead,
        confirm::Confirm,
        loaded::Loaded,
        submission::Submission,
        text_field::{Kind, TextField},
    },
};

/// The page.
#[component]
pub fn PrivacyPage() -> impl IntoView {
    let words = use_words();
    let overview = Resource::new_blocking(|| (), |()| load_security());
    view! {
        <PageHead title=words.settings_privacy/>
        <Loaded
            what=overview
            view=move |overview: SecurityOverview, session: Session| {
                let email = session.account.map(|account| String::from(account.email)).unwrap_or_default();
                view! {
                    <FreshFirst fresh=overview.fresh/>
                    <ExportPanel/>
                    <DeletePanel email/>
                }
            }
        />
    }
}

/// The browser posts the form itself, so that the answer is a file. Before that a script sees to a fresh proof.
#[component]
fn ExportPanel() -> impl IntoView {
    let words = use_words();
    let submission = Submission::new(&[]);
    let form = NodeRef::<leptos::html::Form>::new();
    let export = submission.on_submit(check_export, move |()| {
        if let Some(form) = form.try_get_untracked().flatten() {
            // Past the handler of its own; throws only for a form that is not on the page.
            let _sent = form.submit();
        }
    });
    view! {
        <section class="panel" aria-labelledby="export-heading">
            <h2 id="export-heading">{words.export_title}</h2>
            <p class="panel__note">{words.export_lead}</p>
            <form method="post" action="/account/export" node_ref=form on:submit=export>
                {submission.view_as(words.export_begun)}
                <button class="button" aria-busy=submission.busy()>{words.export_button}</button>
            </form>
        </section>
    }
}

#[component]
fn DeletePanel(email: String) -> impl IntoView {
    let words = use_words();
    let submission = Submission::new(&[Field::Confirmation]);
    let typed = RwSignal::new(String::new());
    let delete = submission.on_submit(
        move || delete_account(typed.get_untracked()),
        |()| browser::go_to("/login"),
    );
    view! {
        <section class="panel" aria-labelledby="delete-heading">
            <h2 id="delete-heading">{words.delete_title}</h2>
            <Confirm label=words.delete_title question=words.delete_lead>
                <form class="form" method="post" action=DeleteAccount::PATH on:submit=delete>
                    {submission.view()}
                    <TextField
                        name="typed_email"
                        label=words.delete_type(&email)
                        kind=Kind::Line("off")
                        value=typed
                        problem=submission.problem_of(Field::Confirmation)
                    />
                    <button class="button" data-tone="danger" aria-busy=submission.busy()>{words.delete_button}</button>
                </form>
            </Confirm>
        </section>
    }
}
