//! A conversation in the sidebar: open, rename, delete.

use leptos::{ev::SubmitEvent, prelude::*, task::spawn_local};
use leptos_router::{NavigateOptions, hooks::use_navigate};
use model::ConversationId;
use server_fn::ServerFn;

use wasm_bindgen::JsCast;
use web_sys::HtmlInputElement;

use super::{
    keyboard::{LINE, go_on_line, hand_on},
    sidebar::Sidebar,
};
use crate::{
    api::conversations::{
        DeleteConversation, RenameConversation, delete_conversation, rename_conversation,
    },
    browser,
    language::use_words,
    ui::{
        icon::{Glyph, Icon},
        text_field::{Kind, TextField},
    },
};

/// A line of the sidebar.
#[component]
pub fn SidebarItem(id: ConversationId, title: String, generating: bool) -> impl IntoView {
    let words = use_words();
    let sidebar = expect_context::<Sidebar>();
    let is_open = move || sidebar.open.get() == Some(id);
    let is_unseen = move || sidebar.unseen.with(|unseen| unseen.contains(&id));
    let is_renaming = move || sidebar.renaming.get() == Some(id);
    let navigate = use_navigate();
    let bin = move |event: SubmitEvent| {
        event.prevent_default();
        let line = browser::closest(&event, LINE);
        delete(id, sidebar, navigate.clone(), move || {
            if let Some(line) = line {
                hand_on(&line);
            }
        });
    };
    let name = title;
    let old = name.clone();
    let rename = move |event: leptos::ev::MouseEvent| {
        event.prevent_default();
        sidebar.new_title.set(old.clone());
        sidebar.renaming.set(Some(id));
    };
    let renamed = move || {
        sidebar.renaming.try_set(None);
        go_on_line(format!("/c/{id}"));
    };
    view! {
        <li class="conversation" data-open=move || is_open().then_some("true")>
            <Show
                when=move || !is_renaming()
                fallback=move || view! { <RenameForm id value=sidebar.new_title done=renamed/> }
            >
                <a
                    class="conversation__link"
                    href=format!("/c/{id}")
                    aria-current=move || is_open().then_some("page")
                >
                    <span class="conversation__title">{name.clone()}</span>
                    {generating
                        .then(|| view! { <span class="spinner" role="img" aria-label=words.is_generating></span> })}
                    {move || {
                        is_unseen()
                            .then(|| view! { <span class="conversation__new" role="img" aria-label=words.unseen_answer></span> })
                    }}
                </a>
                <div class="conversation__actions">
                    <a
                        class="icon-button"
                        href=format!("/c/{id}?rename=1")
                        title=words.rename
                        aria-label=format!("{}: {name}", words.rename)
                        on:click=rename.clone()
                    >
                        <Glyph icon=Icon::Pen/>
                    </a>
                    <form method="post" action=DeleteConversation::PATH on:submit=bin.clone()>
                        <input type="hidden" name="id" value=id.to_string()/>
                        <button class="icon-button" title=words.delete aria-label=format!("{}: {name}", words.delete)>
                            <Glyph icon=Icon::Bin/>
                        </button>
                    </form>
                </div>
            </Show>
        </li>
    }
}

/// Deletes a conversation, which can be taken back for a while, and leaves it if it is open. `leaving` is done before its line goes.
pub fn delete(
    id: ConversationId,
    sidebar: Sidebar,
    navigate: impl Fn(&str, NavigateOptions) + 'static,
    leaving: impl FnOnce() + 'static,
) {
    spawn_local(async move {
        match delete_conversation(id).await {
            Ok(()) => {
                leaving();
                sidebar.problem.try_set(None);
                sidebar.deleted.try_set(vec![id]);
                sidebar.reload();
                if sidebar.open.try_get_untracked() == Some(Some(id)) {
                    navigate("/", NavigateOptions::default());
                }
            }
            Err(error) => {
                sidebar.problem.try_set(Some(error));
            }
        }
    });
}

/// Where a title is typed.
const FIELD: &str = ".rename input[name=title]";

/// Gives a conversation another title, which is typed into `value`; Esc gives up.
#[component]
pub fn RenameForm(
    id: ConversationId,
    value: RwSignal<String>,
    #[prop(into)] done: Callback<()>,
) -> impl IntoView {
    let words = use_words();
    let sidebar = expect_context::<Sidebar>();
    Effect::new(|_| browser::after_layout(write));
    let problem = RwSignal::new(None::<String>);
    let rename = move |event: SubmitEvent| {
        event.prevent_default();
        spawn_local(async move {
            match rename_conversation(id, value.get_untracked()).await {
                Ok(()) => {
                    sidebar.reload();
                    // The form may be gone by now, or drawn anew.
                    if done.try_run(()).is_none()
                        && sidebar.renaming.try_get_untracked() == Some(Some(id))
                    {
                        sidebar.renaming.set(None);
                    }
                }
                Err(error) => {
                    problem.try_set(Some(words.failure(error.code).to_owned()));
                }
            }
        });
    };
    view! {
        <form class="rename" method="post" action=RenameConversation::PATH on:submit=rename>
            <input type="hidden" name="id" value=id.to_string()/>
            <TextField name="title" label=words.title kind=Kind::Line("off") value problem on_escape=done/>
            <button class="button" data-tone="primary">{words.save}</button>
        </form>
    }
}

/// Goes on writing at the title's end: what was pressed is gone.
fn write() {
    let field = browser::all(FIELD).into_iter().next();
    if let Some(Ok(field)) = field.map(JsCast::dyn_into::<HtmlInputElement>) {
        let end = u32::try_from(field.value().encode_utf16().count()).unwrap_or(u32::MAX);
        // Both fail for nothing that is on the page.
        let _focused = field.focus();
        let _placed = field.set_selection_range(end, end);
    }
}
