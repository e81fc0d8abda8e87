//! What is done with everybody whose box is ticked. The boxes stand in the list and belong to this form by its id.

use leptos::prelude::*;
use model::{BulkOutcome, Page, Person};
use server_fn::ServerFn;

use crate::{
    admin::{form::sends_quietly, outcome::Told},
    api::people::ActOnPeople,
    error::{AppError, Field},
    language::use_words,
    ui::{
        confirm::Confirm,
        select::Select,
        submission::Submission,
        text_field::{Kind, TextField},
    },
};

/// The form's id.
pub const CHOSEN: &str = "chosen";

/// The form.
#[component]
pub fn Bulk(
    told: RwSignal<Option<Told>>,
    found: Resource<Result<Page<Person>, AppError>>,
) -> impl IntoView {
    let words = use_words();
    let submission = Submission::new(&[Field::Confirmation]);
    let act = sends_quietly::<ActOnPeople>(submission, move |outcome: BulkOutcome| {
        told.set(Some(outcome.into()));
        found.refetch();
    });
    let acts = vec![
        ("disable".to_owned(), words.act_disable.to_owned()),
        ("enable".to_owned(), words.act_enable.to_owned()),
        ("end_sessions".to_owned(), words.act_end_sessions.to_owned()),
        ("delete".to_owned(), words.act_delete.to_owned()),
    ];
    view! {
        <Confirm label=words.bulk question=words.bulk_question>
            <form class="form" id=CHOSEN method="post" action=ActOnPeople::PATH on:submit=act>
                {submission.view()}
                <Select name="act" label=words.bulk_act value=RwSignal::new("disable".to_owned()) options=acts/>
                <TextField
                    name="confirm"
                    label=words.bulk_confirm
                    kind=Kind::Number
                    value=RwSignal::new(String::new())
                    hint=words.bulk_confirm_hint
                    problem=submission.problem_of(Field::Confirmation)
                />
                <button class="button" data-tone="danger" aria-busy=submission.busy()>{words.bulk_apply}</button>
            </form>
        </Confirm>
    }
}
