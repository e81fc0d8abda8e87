//! `/conversations/{id}`: the folder and the tags of one conversation.

use leptos::prelude::*;
use leptos_router::hooks::{use_params_map, use_query_map};
use model::{ConversationId, FailureCode, Filing, Session, Tag};
use server_fn::ServerFn;

use super::{PATH, text};
use crate::{
    admin::form::sends_quietly,
    api::folders::{PutInFolder, TagConversations, UntagConversations, load_filing},
    chat::{header::Header, sidebar::Sidebar},
    error::{AppError, Field},
    language::use_words,
    ui::{
        area::PageHead,
        icon::{Glyph, Icon},
        loaded::Loaded,
        select::Select,
        submission::Submission,
        text_field::{Kind, TextField},
    },
};

type Loading = Resource<Result<Filing, AppError>>;

/// The page.
#[component]
pub fn FilingPage() -> impl IntoView {
    let words = use_words();
    let params = use_params_map();
    let id = move || params.with(|params| params.get_str("id")?.parse::<ConversationId>().ok());
    let filing: Loading = Resource::new_blocking(id, |id| async move {
        match id {
            Some(id) => load_filing(id).await,
            None => Err(AppError::new(FailureCode::NotFound)),
        }
    });
    let is_done = use_query_map().with_untracked(|query| query.get("count").is_some());
    view! {
        <Header>
            <span class="topbar__title">{words.filing}</span>
        </Header>
        <div class="finder" id="main" tabindex="-1">
            <div class="finder__column">
                <PageHead title=words.filing/>
                {is_done.then(|| view! { <p class="notice" role="status">{words.saved}</p> })}
                <Loaded
                    what=filing
                    view=move |shown: Filing, _session: Session| view! { <Filed shown filing/> }
                />
            </div>
        </div>
    }
}

#[component]
fn Filed(shown: Filing, filing: Loading) -> impl IntoView {
    let words = use_words();
    let id = shown.id.to_string();
    let back = format!("/c/{id}");
    view! {
        <p class="finder__hint"><a href=back><bdi>{String::from(shown.title.clone())}</bdi></a></p>
        <FolderForm shown=shown.clone() filing/>
        <section class="panel" aria-labelledby="tags-heading">
            <h2 id="tags-heading">{words.tags}</h2>
            {shown.tags.is_empty().then(|| view! { <p class="panel__note">{words.tags_none}</p> })}
            <ul class="tags">
                {shown
                    .tags
                    .into_iter()
                    .map(|tag| view! { <Put tag id=id.clone() filing/> })
                    .collect_view()}
            </ul>
            <TagForm id known=shown.cabinet.tags filing/>
        </section>
        <a class="button" href=PATH>{words.tidy}</a>
    }
}

#[component]
fn FolderForm(shown: Filing, filing: Loading) -> impl IntoView {
    let words = use_words();
    let sidebar = expect_context::<Sidebar>();
    let submission = Submission::new(&[]);
    let put = sends_quietly::<PutInFolder>(submission, move |_| {
        sidebar.reload();
        filing.refetch();
    });
    let value = RwSignal::new(text(shown.folder.map(|folder| folder.id)));
    let mut options = vec![(String::new(), words.folder_none.to_owned())];
    let folders = shown.cabinet.folders.into_iter();
    options.extend(folders.map(|folder| (folder.id.to_string(), folder.name.into())));
    view! {
        <section class="panel" aria-label=words.folder>
            <form class="form" method="post" action=PutInFolder::PATH on:submit=put>
                {submission.view()}
                <input type="hidden" name="ids[]" value=shown.id.to_string()/>
                <Select name="folder" label=words.folder value options/>
                <button class="button" data-tone="primary" aria-busy=submission.busy()>{words.folder_put}</button>
            </form>
        </section>
    }
}

/// A tag that it has, and the button that takes it off.
#[component]
fn Put(tag: Tag, id: String, filing: Loading) -> impl IntoView {
    let words = use_words();
    let submission = Submission::new(&[]);
    let take_off = sends_quietly::<UntagConversations>(submission, move |_| filing.refetch());
    let (tag_id, name) = (tag.id.to_string(), String::from(tag.name));
    view! {
        <li class="tag">
            <a href=format!("{PATH}?tag={tag_id}")><bdi>{name.clone()}</bdi></a>
            <form method="post" action=UntagConversations::PATH on:submit=take_off>
                <input type="hidden" name="tag_id" value=tag_id.clone()/>
                <input type="hidden" name="ids[]" value=id/>
                <button
                    class="icon-button"
                    title=words.tag_take_off
                    aria-label=format!("{}: {name}", words.tag_take_off)
                    aria-busy=submission.busy()
                >
                    <Glyph icon=Icon::Close/>
                </button>
            </form>
        </li>
    }
}

#[component]
fn TagForm(id: String, known: Vec<Tag>, filing: Loading) -> impl IntoView {
    let words = use_words();
    let submission = Submission::new(&[Field::Name]);
    let put = sends_quietly::<TagConversations>(submission, move |_| filing.refetch());
    view! {
        <form class="form" method="post" action=TagConversations::PATH on:submit=put>
            {submission.view_as("")}
            <input type="hidden" name="ids[]" value=id/>
            <TextField
                name="tag"
                label=words.tag_new
                kind=Kind::Suggested("known-tags")
                value=RwSignal::new(String::new())
                hint=words.tag_hint
                problem=submission.problem_of(Field::Name)
            />
            <KnownTags known/>
            <button class="button" aria-busy=submission.busy()>{words.tag_put}</button>
        </form>
    }
}

/// What a field for a tag suggests.
#[component]
pub(super) fn KnownTags(known: Vec<Tag>) -> impl IntoView {
    let options = known.into_iter();
    view! {
        <datalist id="known-tags">
            {options.map(|tag| view! { <option value=String::from(tag.name)></option> }).collect_view()}
        </datalist>
    }
}
