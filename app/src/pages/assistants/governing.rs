//! Taking down what somebody else has published.

use leptos::prelude::*;
use server_fn::ServerFn;

use super::Found;
use crate::{
    admin::form::sends,
    api::assistants::TakeDownAssistant,
    language::use_words,
    ui::{confirm::Confirm, submission::Submission},
};

/// The button that makes it its owner's alone, and its question.
#[component]
pub(super) fn TakeDown(id: String, of: String, found: Found) -> impl IntoView {
    let words = use_words();
    let submission = Submission::new(&[]);
    let take_down = sends::<TakeDownAssistant>(submission, move |()| found.refetch());
    view! {
        <div class="assistant__govern">
            <Confirm label=words.assistant_take_down of question=words.assistant_take_down_question>
                <form method="post" action=TakeDownAssistant::PATH on:submit=take_down>
                    <input type="hidden" name="id" value=id/>
                    {submission.view()}
                    <button class="button" data-tone="danger" aria-busy=submission.busy()>
                        {words.assistant_take_down}
                    </button>
                </form>
            </Confirm>
        </div>
    }
}
