//! `/prompts`: texts that a person uses again and again, and some to begin with.

mod asking;
mod fields;
mod lines;
mod picker;
mod toast;

use leptos::{ev::SubmitEvent, html, prelude::*};
use leptos_router::{
    NavigateOptions,
    hooks::{use_navigate, use_params_map, use_query_map},
};
use model::{SavedPrompt, Session};
use server_fn::ServerFn;

use super::asked::Asked;
use crate::{
    admin::form::sends_quietly,
    api::prompts::{CreatePrompt, PromptShelf, UpdatePrompt, load_prompt, load_prompts},
    chat::header::Header,
    error::AppError,
    language::use_words,
    ui::{
        area::PageHead,
        icon::{Glyph, Icon},
        loaded::Loaded,
        sought::show_sought,
        submission::Submission,
    },
};
use fields::{FIELDS, PromptFields};
use lines::{BuiltInPrompts, OwnPrompts};
pub use picker::PromptPicker;
use toast::{Removed, RemovedToast};

/// Where it is.
pub const PATH: &str = "/prompts";

/// What the page shows, as it is loaded.
type Found = Resource<Result<PromptShelf, AppError>>;

/// The library.
#[component]
pub fn PromptsPage() -> impl IntoView {
    let words = use_words();
    let query = use_query_map();
    let asked = Memo::new(move |_| query.with(Asked::of));
    let found: Found = Resource::new_blocking(
        move || asked.get(),
        |asked| load_prompts(asked.words, asked.after),
    );
    let removed = Removed::in_query();
    // The form is drawn anew when what was typed is kept, and only then.
    let made = RwSignal::new(0_u32);
    let copied = RwSignal::new(None);
    view! {
        <Header>
            <span class="topbar__title">{words.prompts}</span>
        </Header>
        <div class="finder" id="main" tabindex="-1">
            <div class="finder__column">
                <PageHead title=words.prompts lead=words.prompts_lead/>
                <SearchForm asked/>
                <For each=move || [made.get()] key=|made| *made children=move |_| view! { <NewPrompt found made/> }/>
                <Loaded
                    what=found
                    view=move |shelf: PromptShelf, _session: Session| {
                        let asked = asked.get_untracked();
                        view! {
                            <OwnPrompts page=shelf.own asked found removed/>
                            <BuiltInPrompts prompts=shelf.built_in found copied/>
                        }
                    }
                />
            </div>
        </div>
        <RemovedToast removed found/>
    }
}

/// Without scripts it asks for the page that it is on.
#[component]
fn SearchForm(asked: Memo<Asked>) -> impl IntoView {
    let words = use_words();
    let navigate = use_navigate();
    let field = NodeRef::<html::Input>::new();
    show_sought(field, move || asked.with(|asked| asked.words.clone()));
    let search = move |event: SubmitEvent| {
        event.prevent_default();
        if let Some(field) = field.get_untracked() {
            let target = Asked {
                words: field.value().trim().to_owned(),
                after: String::new(),
            };
            navigate(&target.link(PATH), NavigateOptions::default());
        }
    };
    view! {
        <form class="finder__form" method="get" action=PATH role="search" on:submit=search>
            <Glyph icon=Icon::Search/>
            <input
                class="finder__field"
                type="search"
                name="words"
                maxlength="200"
                autocomplete="off"
                enterkeyhint="search"
                aria-label=words.prompts_search
                placeholder=words.prompts_search
                value=asked.get_untracked().words
                node_ref=field
            />
            <button class="button">{words.search}</button>
        </form>
    }
}

#[component]
fn NewPrompt(found: Found, made: RwSignal<u32>) -> impl IntoView {
    let words = use_words();
    let submission = Submission::new(FIELDS);
    let create = sends_quietly::<CreatePrompt>(submission, move |_| {
        found.refetch();
        made.try_update(|made| *made += 1);
    });
    view! {
        <details class="prompt-new">
            <summary class="button" data-tone="primary">{words.prompts_new}</summary>
            <form class="form panel" method="post" action=CreatePrompt::PATH on:submit=create>
                {submission.view()}
                <PromptFields submission/>
                <button class="button" data-tone="primary" aria-busy=submission.busy()>{words.save}</button>
            </form>
        </details>
    }
}

/// `/prompts/{id}`: one of them is changed.
#[component]
pub fn PromptPage() -> impl IntoView {
    let words = use_words();
    let params = use_params_map();
    let id = Memo::new(move |_| {
        params.with(|params| params.get_str("id").unwrap_or_default().to_owned())
    });
    let prompt = Resource::new_blocking(move || id.get(), load_prompt);
    view! {
        <Header>
            <span class="topbar__title">{words.prompts}</span>
        </Header>
        <div class="finder" id="main" tabindex="-1">
            <div class="finder__column">
                <PageHead title=words.prompts_edit/>
                <Loaded
                    what=prompt
                    view=move |prompt: SavedPrompt, _session: Session| view! { <EditPrompt prompt/> }
                />
                <a class="button" href=PATH>{words.prompts_all}</a>
            </div>
        </div>
    }
}

#[component]
fn EditPrompt(prompt: SavedPrompt) -> impl IntoView {
    let words = use_words();
    let navigate = use_navigate();
    let submission = Submission::new(FIELDS);
    let id = prompt.id.map(|id| id.to_string()).unwrap_or_default();
    let update = sends_quietly::<UpdatePrompt>(submission, move |()| {
        navigate("/prompts?done=1", NavigateOptions::default());
    });
    view! {
        <form class="form panel" method="post" action=UpdatePrompt::PATH on:submit=update>
            {submission.view()}
            <input type="hidden" name="id" value=id/>
            <PromptFields submission prompt/>
            <button class="button" data-tone="primary" aria-busy=submission.busy()>{words.save}</button>
        </form>
    }
}
