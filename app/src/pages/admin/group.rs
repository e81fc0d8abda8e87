//! `/admin/groups/{id}`: what a group gives and limits, and who is in it; `/admin/groups/new`.

mod fields;
mod members;

use leptos::{either::Either, html, prelude::*};
use leptos_router::{
    NavigateOptions,
    hooks::{use_navigate, use_params_map},
};
use model::{GroupDetail, GroupDraft, GroupId, Permission, Session};
use server_fn::ServerFn;

use crate::{
    admin::{
        form::sends,
        known::{Known, WithKnown, use_known},
        subject::{Subject, if_permitted},
    },
    api::groups::{CreateGroup, DeleteGroup, UpdateGroup, load_group},
    error::{AppError, Field},
    language::use_words,
    session::use_session,
    ui::{area::PageHead, confirm::Confirm, shown_anew::show_anew, submission::Submission},
};
use fields::{Fields, Summary};
use members::Members;

type Detail = Resource<Result<GroupDetail, AppError>>;

const FIELDS: &[Field] = &[Field::Name, Field::Description];

/// One group.
#[component]
pub fn GroupPage() -> impl IntoView {
    let session = use_session();
    let params = use_params_map();
    let id = Memo::new(move |_| {
        params.with(|params| params.get_str("id").unwrap_or_default().to_owned())
    });
    let detail: Detail = Resource::new_blocking(
        move || id.get(),
        move |id| if_permitted(session, Permission::GroupsRead, || load_group(id)),
    );
    let known = use_known(session);
    let people = members::use_people(session, id);
    view! {
        <Subject
            what=detail
            view=move |group: GroupDetail, session: Session| {
                let can_write = group.can_write;
                let id = group.group.id;
                let shown = group.clone();
                let for_edit = session.clone();
                let edit = move |known: Known| {
                    if can_write {
                        Either::Left(view! { <Edit group=shown.clone() known session=for_edit.clone() detail/> })
                    } else {
                        Either::Right(view! { <Summary group=shown.clone()/> })
                    }
                };
                let sees_people = session.permissions.contains(Permission::UsersRead);
                view! {
                    <PageHead title=group.group.name.clone()/>
                    <WithKnown known view=edit/>
                    {sees_people.then(|| view! { <Members id people can_write/> })}
                    {can_write.then(|| view! { <Delete id/> })}
                }
            }
        />
    }
}

#[component]
fn Edit(group: GroupDetail, known: Known, session: Session, detail: Detail) -> impl IntoView {
    let words = use_words();
    let submission = Submission::new(FIELDS);
    let save = sends::<UpdateGroup>(submission, move |()| detail.refetch());
    let id = group.group.id.to_string();
    // Only text and numbers: it can be written.
    let seen = serde_json::to_string(&GroupDraft::from(&group)).unwrap_or_default();
    let form = NodeRef::<html::Form>::new();
    show_anew(form, id.clone());
    view! {
        <section class="panel">
            <form class="form" method="post" action=UpdateGroup::PATH node_ref=form on:submit=save>
                <input type="hidden" name="id" value=id/>
                <input type="hidden" name="seen" value=seen/>
                {submission.view()}
                <Fields group=Some(group) known session submission/>
                <button class="button" data-tone="primary" aria-busy=submission.busy()>{words.save}</button>
            </form>
        </section>
    }
}

#[component]
fn Delete(id: GroupId) -> impl IntoView {
    let words = use_words();
    let submission = Submission::new(&[]);
    let navigate = use_navigate();
    let delete = sends::<DeleteGroup>(submission, move |()| {
        navigate("/admin/groups?done=1", NavigateOptions::default());
    });
    view! {
        <section class="panel">
            <Confirm label=words.group_delete question=words.group_delete_question>
                <form method="post" action=DeleteGroup::PATH on:submit=delete>
                    <input type="hidden" name="id" value=id.to_string()/>
                    {submission.view()}
                    <button class="button" data-tone="danger" aria-busy=submission.busy()>{words.group_delete}</button>
                </form>
            </Confirm>
        </section>
    }
}

/// A new group.
#[component]
pub fn NewGroupPage() -> impl IntoView {
    let words = use_words();
    let session = use_session();
    let known = use_known(session);
    let allowed = Resource::new_blocking(
        || (),
        move |()| {
            if_permitted(session, Permission::GroupsWrite, move || async move {
                known.await
            })
        },
    );
    view! {
        <Subject
            what=allowed
            view=move |known: Known, session: Session| {
                view! {
                    <PageHead title=words.group_new lead=words.groups_lead/>
                    <New known session/>
                    <p><a href="/admin/groups">{words.groups}</a></p>
                }
            }
        />
    }
}

#[component]
fn New(known: Known, session: Session) -> impl IntoView {
    let words = use_words();
    let submission = Submission::new(FIELDS);
    let navigate = use_navigate();
    let create = sends::<CreateGroup>(submission, move |id: GroupId| {
        navigate(
            &format!("/admin/groups/{id}?done=1"),
            NavigateOptions::default(),
        );
    });
    view! {
        <section class="panel">
            <form class="form" method="post" action=CreateGroup::PATH on:submit=create>
                {submission.view()}
                <Fields group=None known session submission/>
                <button class="button" data-tone="primary" aria-busy=submission.busy()>{words.group_create}</button>
            </form>
        </section>
    }
}
