//! The folders and tags themselves: choosing one to look at, making, renaming and deleting them.

use leptos::{html, prelude::*};
use leptos_router::{NavigateOptions, hooks::use_navigate};
use model::{Cabinet, Folder, Shelf, Tag};
use server_fn::ServerFn;

use super::{Asked, PATH, text, toast};
use crate::{
    admin::form::sends_quietly,
    api::folders::{CreateFolder, DeleteFolder, DeleteTag, RenameFolder, RenameTag},
    browser,
    chat::sidebar::Sidebar,
    error::Field,
    language::use_words,
    ui::{
        select::Select,
        shown_anew::show_anew,
        submission::Submission,
        text_field::{Kind, TextField},
    },
};

/// Makes a folder, and leads into it.
#[component]
pub(super) fn NewFolder() -> impl IntoView {
    let words = use_words();
    let sidebar = expect_context::<Sidebar>();
    let submission = Submission::new(&[Field::Name]);
    let navigate = use_navigate();
    let fold = NodeRef::<html::Details>::new();
    let name = RwSignal::new(String::new());
    let create = sends_quietly::<CreateFolder>(submission, move |id: model::FolderId| {
        name.try_set(String::new());
        if let Some(fold) = fold.try_get_untracked().flatten() {
            fold.set_open(false);
        }
        sidebar.reload();
        navigate(&format!("{PATH}?folder={id}"), NavigateOptions::default());
    });
    view! {
        <details class="prompt-new" node_ref=fold>
            <summary class="button">{words.folder_new}</summary>
            <form class="form panel" method="post" action=CreateFolder::PATH on:submit=create>
                {submission.view_as("")}
                <TextField
                    name="name"
                    label=words.folder_name
                    kind=Kind::Line("off")
                    value=name
                    hint=words.folder_name_hint
                    problem=submission.problem_of(Field::Name)
                />
                <button class="button" data-tone="primary" aria-busy=submission.busy()>{words.save}</button>
            </form>
        </details>
    }
}

/// Chooses a folder and a tag; without scripts it asks for the page that it is on.
#[component]
pub(super) fn Narrowing(asked: Asked, cabinet: Cabinet) -> impl IntoView {
    let words = use_words();
    if asked.shelf != Shelf::Kept || (cabinet.folders.is_empty() && cabinet.tags.is_empty()) {
        return None;
    }
    let all = |label: &str| (String::new(), label.to_owned());
    let folders = cabinet.folders.into_iter();
    let folders = folders.map(|folder| (folder.id.to_string(), folder.name.into()));
    let tags = cabinet.tags.into_iter();
    let tags = tags.map(|tag| (tag.id.to_string(), tag.name.into()));
    let options = |first, others: Vec<(String, String)>| {
        let mut options = vec![first];
        options.extend(others);
        options
    };
    Some(view! {
        <form class="narrowing" method="get" action=PATH aria-label=words.narrow>
            <Select
                name="folder"
                label=words.folder
                value=RwSignal::new(text(asked.folder))
                options=options(all(words.folders_all), folders.collect())
            />
            <Select
                name="tag"
                label=words.tag
                value=RwSignal::new(text(asked.tag))
                options=options(all(words.tags_all), tags.collect())
            />
            <button class="button">{words.narrow}</button>
        </form>
    })
}

/// The folder and the tag that are looked at, to be renamed or deleted.
#[component]
pub(super) fn Chosen(folder: Option<Folder>, tag: Option<Tag>) -> impl IntoView {
    view! {
        {folder.map(|folder| view! { <ThisFolder folder/> })}
        {tag.map(|tag| view! { <ThisTag tag/> })}
    }
}

#[component]
fn ThisFolder(folder: Folder) -> impl IntoView {
    let words = use_words();
    let sidebar = expect_context::<Sidebar>();
    let (renaming, deleting) = (Submission::new(&[Field::Name]), Submission::new(&[]));
    let navigate = use_navigate();
    let rename = sends_quietly::<RenameFolder>(renaming, move |()| sidebar.reload());
    let gone = toast::Removed::Folder(folder.id).link();
    let delete = sends_quietly::<DeleteFolder>(deleting, move |()| {
        sidebar.reload();
        if deleting.is_gone() {
            return;
        }
        navigate(&gone, NavigateOptions::default());
        browser::focus("main");
    });
    let (id, name) = (folder.id.to_string(), String::from(folder.name));
    let (of_name, of_deletion) = (NodeRef::new(), NodeRef::new());
    show_anew(of_name, format!("{id} {name}"));
    show_anew(of_deletion, id.clone());
    view! {
        <section class="panel" aria-labelledby="folder-heading">
            <h2 id="folder-heading"><bdi>{name.clone()}</bdi></h2>
            <form class="form" method="post" action=RenameFolder::PATH node_ref=of_name on:submit=rename>
                {renaming.view()}
                <input type="hidden" name="id" value=id.clone()/>
                <Named value=name label=words.folder_name submission=renaming/>
                <button class="button" aria-busy=renaming.busy()>{words.rename}</button>
            </form>
            <form class="form" method="post" action=DeleteFolder::PATH node_ref=of_deletion on:submit=delete>
                {deleting.view_as("")}
                <input type="hidden" name="id" value=id/>
                <p class="panel__note">{words.folder_delete_hint}</p>
                <label class="check">
                    <input type="checkbox" name="contents" value="1"/>
                    <span>{words.folder_delete_contents}</span>
                </label>
                <button class="button" data-tone="danger" aria-busy=deleting.busy()>{words.folder_delete}</button>
            </form>
        </section>
    }
}

#[component]
fn ThisTag(tag: Tag) -> impl IntoView {
    let words = use_words();
    let sidebar = expect_context::<Sidebar>();
    let (renaming, deleting) = (Submission::new(&[Field::Name]), Submission::new(&[]));
    let navigate = use_navigate();
    let rename = sends_quietly::<RenameTag>(renaming, move |()| sidebar.reload());
    let gone = toast::Removed::Tag(tag.id).link();
    let delete = sends_quietly::<DeleteTag>(deleting, move |()| {
        sidebar.reload();
        if deleting.is_gone() {
            return;
        }
        navigate(&gone, NavigateOptions::default());
        browser::focus("main");
    });
    let (id, name) = (tag.id.to_string(), String::from(tag.name));
    let form = NodeRef::new();
    show_anew(form, format!("{id} {name}"));
    view! {
        <section class="panel" aria-labelledby="tag-heading">
            <h2 id="tag-heading"><bdi>{name.clone()}</bdi></h2>
            <form class="form" method="post" action=RenameTag::PATH node_ref=form on:submit=rename>
                {renaming.view()}
                <input type="hidden" name="id" value=id.clone()/>
                <Named value=name label=words.tag submission=renaming/>
                <button class="button" aria-busy=renaming.busy()>{words.rename}</button>
            </form>
            <form class="form" method="post" action=DeleteTag::PATH on:submit=delete>
                {deleting.view_as("")}
                <input type="hidden" name="id" value=id/>
                <p class="panel__note">{words.tag_delete_hint}</p>
                <button class="button" data-tone="danger" aria-busy=deleting.busy()>{words.tag_delete}</button>
            </form>
        </section>
    }
}

/// The name as it is, to be changed. Its label is its own: the field for a new folder is on the page too.
#[component]
fn Named(value: String, label: &'static str, submission: Submission) -> impl IntoView {
    let problem = submission.problem_of(Field::Name);
    view! {
        <label class="field">
            <span class="field__label">{label}</span>
            <input class="field__line" name="name" required autocomplete="off" value=value/>
            {move || problem.get().map(|text| view! { <span class="field__problem" role="alert">{text}</span> })}
        </label>
    }
}
