//! What can be done about somebody's way in.

use leptos::{either::Either, prelude::*};
use leptos_router::{NavigateOptions, hooks::use_navigate};
use model::{PersonDetail, PersonState};
use server_fn::ServerFn;

use super::Detail;
use crate::{
    admin::form::sends,
    api::people::ActOnPerson,
    error::Field,
    language::use_words,
    ui::{
        confirm::Confirm,
        submission::Submission,
        text_field::{Kind, TextField},
    },
};

/// All of it, or why nothing of it.
#[component]
pub fn Access(person: PersonDetail, detail: Detail) -> impl IntoView {
    let words = use_words();
    let content = if person.can_write {
        let id = person.person.id.to_string();
        let (act, label, question) = if person.person.state == PersonState::Disabled {
            ("enable", words.act_enable, words.person_enable_question)
        } else {
            ("disable", words.act_disable, words.person_disable_question)
        };
        let acts = [
            (act, label, question),
            (
                "end_sessions",
                words.act_end_sessions,
                words.person_end_sessions_question,
            ),
            (
                "reset_factors",
                words.person_reset_factors,
                words.person_reset_factors_question,
            ),
            (
                "send_reset",
                words.person_send_reset,
                words.person_send_reset_question,
            ),
        ];
        let acts = acts.map(|(act, label, question)| {
            view! { <Act id=id.clone() act label question detail/> }
        });
        Either::Left(view! {
            {acts.collect_view()}
            <Delete id email=String::from(person.person.email)/>
        })
    } else {
        Either::Right(view! { <p class="panel__note">{words.person_out_of_reach}</p> })
    };
    view! {
        <section class="panel" aria-labelledby="access-heading">
            <h2 id="access-heading">{words.access}</h2>
            {content}
        </section>
    }
}

#[component]
fn Act(
    id: String,
    act: &'static str,
    label: &'static str,
    question: &'static str,
    detail: Detail,
) -> impl IntoView {
    let submission = Submission::new(&[]);
    let send = sends::<ActOnPerson>(submission, move |()| detail.refetch());
    // To let somebody in again takes nothing from anybody.
    let tone = (act != "enable").then_some("danger");
    view! {
        <Confirm label question>
            <form method="post" action=ActOnPerson::PATH on:submit=send>
                <input type="hidden" name="id" value=id/>
                <input type="hidden" name="act" value=act/>
                {submission.view()}
                <button class="button" data-tone=tone aria-busy=submission.busy()>{label}</button>
            </form>
        </Confirm>
    }
}

#[component]
fn Delete(id: String, email: String) -> impl IntoView {
    let words = use_words();
    let submission = Submission::new(&[Field::Confirmation]);
    let navigate = use_navigate();
    let send = sends::<ActOnPerson>(submission, move |()| {
        navigate("/admin/users?done=1", NavigateOptions::default());
    });
    view! {
        <Confirm label=words.person_delete question=words.person_delete_question>
            <form class="form" method="post" action=ActOnPerson::PATH on:submit=send>
                <input type="hidden" name="id" value=id/>
                <input type="hidden" name="act" value="delete"/>
                {submission.view()}
                <TextField
                    name="typed_email"
                    label=words.delete_type(&email)
                    kind=Kind::Line("off")
                    value=RwSignal::new(String::new())
                    problem=submission.problem_of(Field::Confirmation)
                />
                <button class="button" data-tone="danger" aria-busy=submission.busy()>{words.act_delete}</button>
            </form>
        </Confirm>
    }
}
