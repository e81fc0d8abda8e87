//! `/admin/users/new`.

use leptos::prelude::*;
use leptos_router::{NavigateOptions, hooks::use_navigate};
use model::{Permission, Session, UserId};
use server_fn::ServerFn;

use crate::{
    admin::{
        choices::{GroupBoxes, RoleBoxes},
        form::sends,
        known::{Known, use_known},
        subject::{Subject, if_permitted},
    },
    api::people::CreatePerson,
    error::Field,
    language::use_words,
    session::use_session,
    ui::{
        area::PageHead,
        submission::Submission,
        text_field::{Kind, TextField},
    },
};

/// Making an account for somebody.
#[component]
pub fn NewUserPage() -> impl IntoView {
    let words = use_words();
    let session = use_session();
    let known = use_known(session);
    let allowed = Resource::new_blocking(
        || (),
        move |()| {
            if_permitted(session, Permission::UsersWrite, move || async move {
                known.await
            })
        },
    );
    view! {
        <Subject
            what=allowed
            view=move |known: Known, session: Session| {
                view! {
                    <PageHead title=words.person_new lead=words.person_new_lead/>
                    <Form known session/>
                    <p><a href="/admin/users">{words.people}</a></p>
                }
            }
        />
    }
}

#[component]
fn Form(known: Known, session: Session) -> impl IntoView {
    let words = use_words();
    let submission = Submission::new(&[Field::Name, Field::Email]);
    let navigate = use_navigate();
    let create = sends::<CreatePerson>(submission, move |id: UserId| {
        navigate(
            &format!("/admin/users/{id}?done=1"),
            NavigateOptions::default(),
        );
    });
    let grants = session.permissions.contains(Permission::UsersGrant);
    let regroups = session.permissions.contains(Permission::GroupsWrite);
    let groups = known.groups.clone();
    view! {
        <section class="panel">
            <form class="form" method="post" action=CreatePerson::PATH on:submit=create>
                {submission.view()}
                <TextField
                    name="person[name]"
                    label=words.name
                    kind=Kind::Line("off")
                    value=RwSignal::new(String::new())
                    problem=submission.problem_of(Field::Name)
                />
                <TextField
                    name="person[email]"
                    label=words.email
                    kind=Kind::Line("off")
                    value=RwSignal::new(String::new())
                    problem=submission.problem_of(Field::Email)
                />
                {grants.then(|| view! {
                    <RoleBoxes name="person[roles][]" known session/>
                    <p class="field__hint">{words.roles_default}</p>
                })}
                {regroups.then(|| view! { <GroupBoxes name="person[groups][]" groups/> })}
                <button class="button" data-tone="primary" aria-busy=submission.busy()>{words.person_create}</button>
            </form>
        </section>
    }
}
