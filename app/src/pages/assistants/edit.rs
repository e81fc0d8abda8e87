//! Making an assistant, changing one, deleting one.

use leptos::{either::Either, html, prelude::*};
use leptos_router::{
    NavigateOptions,
    hooks::{use_navigate, use_params_map, use_query_map},
};
use model::{AssistantDraft, Audience, Session};
use server_fn::ServerFn;

use super::{PATH, fields::AssistantFields, picture::PictureForms};
use crate::{
    address::with_query,
    admin::form::sends_quietly,
    api::assistants::{
        AssistantForm, CreateAssistant, DeleteAssistant, UpdateAssistant, load_assistant_form,
    },
    chat::header::Header,
    language::use_words,
    ui::{area::PageHead, loaded::Loaded, shown_anew::show_anew, submission::Submission},
};

/// `/assistants/new`: an empty form, a copy, or the form for an application.
#[component]
pub fn NewAssistantPage() -> impl IntoView {
    let words = use_words();
    let query = use_query_map();
    let of = Memo::new(move |_| {
        query.with(|query| {
            let text = |name| query.get_str(name).unwrap_or_default().to_owned();
            (text("from"), text("kind") == "application")
        })
    });
    let form = Resource::new_blocking(
        move || of.get().0,
        |from| load_assistant_form(String::new(), from),
    );
    view! {
        <Header>
            <span class="topbar__title">{words.assistants}</span>
        </Header>
        <div class="finder" id="main" tabindex="-1">
            <div class="finder__column">
                <PageHead title=words.assistant_new/>
                <Loaded
                    what=form
                    view=move |form: AssistantForm, _session: Session| {
                        let is_application = of.get().1 && form.may_publish;
                        view! { <NewForm form is_application/> }
                    }
                />
                <a class="button" href=PATH>{words.assistants_all}</a>
            </div>
        </div>
    }
}

#[component]
fn NewForm(form: AssistantForm, is_application: bool) -> impl IntoView {
    let words = use_words();
    let navigate = use_navigate();
    let submission = Submission::new(super::fields::FIELDS);
    let create = sends_quietly::<CreateAssistant>(submission, move |_| {
        navigate("/assistants?done=1", NavigateOptions::default());
    });
    let filled = form.filled.as_ref();
    let draft = filled.map(|view| AssistantDraft::from(&view.assistant));
    let draft = draft.unwrap_or_default();
    let other = form.may_publish.then(|| {
        if is_application {
            Either::Left(view! { <a href="/assistants/new">{words.assistant_new_plain}</a> })
        } else {
            Either::Right(view! {
                <a href="/assistants/new?kind=application">{words.assistant_new_application}</a>
            })
        }
    });
    view! {
        {other.map(|other| view! { <p class="panel__note">{other}</p> })}
        <form class="form panel" method="post" action=CreateAssistant::PATH on:submit=create>
            {submission.view()}
            <AssistantFields submission form draft is_application/>
            <p class="field__hint">{words.assistant_picture_later}</p>
            <button class="button" data-tone="primary" aria-busy=submission.busy()>{words.save}</button>
        </form>
    }
}

/// `/assistants/{id}/edit`: one of one's own.
#[component]
pub fn AssistantPage() -> impl IntoView {
    let words = use_words();
    let params = use_params_map();
    let id = Memo::new(move |_| {
        params.with(|params| params.get_str("id").unwrap_or_default().to_owned())
    });
    let form = Resource::new_blocking(
        move || id.get(),
        |id| load_assistant_form(id, String::new()),
    );
    view! {
        <Header>
            <span class="topbar__title">{words.assistants}</span>
        </Header>
        <div class="finder" id="main" tabindex="-1">
            <div class="finder__column">
                <PageHead title=words.assistant_edit/>
                <Loaded
                    what=form
                    view=move |form: AssistantForm, _session: Session| {
                        let id = id.get_untracked();
                        view! { <EditForm form id/> }
                    }
                />
                <a class="button" href=PATH>{words.assistants_all}</a>
            </div>
        </div>
    }
}

#[component]
fn EditForm(form: AssistantForm, id: String) -> impl IntoView {
    let words = use_words();
    let submission = Submission::new(super::fields::FIELDS);
    let deletion = Submission::new(&[]);
    let leave = use_navigate();
    let stay = leave.clone();
    let update = sends_quietly::<UpdateAssistant>(submission, move |()| {
        stay("/assistants?done=1", NavigateOptions::default());
    });
    let gone = with_query(PATH, &[("removed", &id)]);
    let delete = sends_quietly::<DeleteAssistant>(deletion, move |()| {
        leave(&gone, NavigateOptions::default());
    });
    let filled = form.filled.as_ref();
    let is_application = filled.is_some_and(|view| view.is_application);
    let pictured = form.filled.clone();
    let own = id.clone();
    let draft = filled.map(|view| AssistantDraft {
        audience: match (view.audience, view.group) {
            (Audience::Group, Some(group)) => group.to_string(),
            // Its group is gone: it is its owner's alone.
            (Audience::Group, None) => Audience::Private.as_str().to_owned(),
            (audience, _) => audience.as_str().to_owned(),
        },
        ..AssistantDraft::from(&view.assistant)
    });
    let draft = draft.unwrap_or_default();
    let changes = NodeRef::<html::Form>::new();
    show_anew(changes, id.clone());
    view! {
        <form class="form panel" method="post" action=UpdateAssistant::PATH node_ref=changes on:submit=update>
            {submission.view()}
            <input type="hidden" name="id" value=id.clone()/>
            <AssistantFields submission form draft is_application/>
            <button class="button" data-tone="primary" aria-busy=submission.busy()>{words.save}</button>
        </form>
        {pictured.map(|view| view! { <PictureForms view id=own/> })}
        <form method="post" action=DeleteAssistant::PATH on:submit=delete>
            <input type="hidden" name="id" value=id/>
            {deletion.view_as("")}
            <p class="panel__note">{words.assistant_delete_hint}</p>
            <button class="button" data-tone="danger" aria-busy=deletion.busy()>{words.delete}</button>
        </form>
    }
}
