//! Taking a deletion back.

use leptos::{
    ev::{MouseEvent, SubmitEvent},
    prelude::*,
    task::spawn_local,
};
use leptos_router::{
    NavigateOptions,
    hooks::{use_location, use_navigate, use_query_map},
};
use model::{ConversationAct, ConversationId};
use server_fn::ServerFn;

use super::sidebar::Sidebar;
use crate::{
    api::conversations::{
        OrderConversations, RestoreConversation, order_conversations, restore_conversation,
    },
    browser,
    error::AppError,
    language::use_words,
};

/// In the address, before what a plain form has just deleted: ids with dots between them.
const DELETED: &str = "deleted";

/// Until it is closed, on whatever page: the trash has it too, but nobody has to be quick (WCAG 2.2.1). One conversation is opened again,
/// several are only back.
#[component]
pub fn DeletedToast() -> impl IntoView {
    let words = use_words();
    let sidebar = expect_context::<Sidebar>();
    let deleted = sidebar.deleted;
    let in_query = in_query();
    if !in_query.is_empty() {
        deleted.set(in_query);
    }
    let place = use_location().pathname;
    let settled = use_settled(deleted, place);
    // Where one writes it stands above what is said.
    let is_above = move || place.with(|path| path == "/" || path.starts_with("/c/"));
    let navigate = use_navigate();
    let toast = move || {
        let ids = deleted.get();
        let first = *ids.first()?;
        let is_one = ids.len() == 1;
        let navigate = navigate.clone();
        let restored = ids.clone();
        let restore = move |event: SubmitEvent| {
            event.prevent_default();
            let (navigate, ids) = (navigate.clone(), restored.clone());
            spawn_local(async move {
                let restored = if is_one {
                    restore_conversation(first).await
                } else {
                    let restored = order_conversations(RESTORE.to_owned(), texts(&ids)).await;
                    restored.map(|_| ())
                };
                if let Err(error) = restored {
                    sidebar.problem.try_set(Some(error));
                    return;
                }
                sidebar.problem.try_set(None);
                sidebar.reload();
                if is_one {
                    deleted.try_set(Vec::new());
                    navigate(&format!("/c/{first}"), NavigateOptions::default());
                } else {
                    settled.try_run(());
                }
            });
        };
        let (told, path, name) = if is_one {
            (words.deleted.to_owned(), RestoreConversation::PATH, "id")
        } else {
            let count = ids.len().to_string();
            (
                words.deleted_many(&count),
                OrderConversations::PATH,
                "ids[]",
            )
        };
        let fields = texts(&ids)
            .into_iter()
            .map(|id| view! { <input type="hidden" name=name value=id/> });
        let close = move |event: MouseEvent| {
            event.prevent_default();
            settled.run(());
        };
        Some(view! {
            <div class="toast" data-kind="deleted" data-above=move || is_above().then_some("true")>
                <span>{told}</span>
                <form method="post" action=path on:submit=restore>
                    {fields.collect_view()}
                    {(!is_one).then(|| view! { <input type="hidden" name="act" value=RESTORE/> })}
                    <button class="toast__action">{words.undo}</button>
                </form>
                <a class="toast__action" href=move || place.get() on:click=close>{words.close}</a>
            </div>
        })
    };
    view! {
        <div role="status">{toast}</div>
        <Failed problem=sidebar.problem/>
    }
}

/// Goes on without it: what the address says of it leaves the address, so that a page that is loaded again does not offer it once more.
fn use_settled(deleted: RwSignal<Vec<ConversationId>>, place: Memo<String>) -> Callback<()> {
    let (query, navigate) = (use_query_map(), use_navigate());
    Callback::new(move |()| {
        deleted.try_set(Vec::new());
        let is_said = query.try_with_untracked(|query| query.get_str(DELETED).is_some());
        if let (Some(true), Some(path)) = (is_said, place.try_get_untracked()) {
            let options = NavigateOptions {
                replace: true,
                scroll: false,
                ..NavigateOptions::default()
            };
            navigate(&path, options);
        }
        browser::focus("main");
    })
}

/// Why nothing came of it, until that is closed.
#[component]
fn Failed(problem: RwSignal<Option<AppError>>) -> impl IntoView {
    let words = use_words();
    let close = move |_| {
        problem.set(None);
        browser::focus("main");
    };
    move || {
        problem.get().map(|error| {
            view! {
                <div class="toast" data-kind="problem" role="alert">
                    <span>{words.failure(error.code)}</span>
                    <button class="toast__action" type="button" on:click=close>{words.close}</button>
                </div>
            }
        })
    }
}

const RESTORE: &str = ConversationAct::Restore.as_str();

/// What a plain form has just deleted.
fn in_query() -> Vec<ConversationId> {
    use_query_map().with_untracked(|query| {
        let ids = query.get_str(DELETED).unwrap_or_default().split('.');
        ids.filter_map(|id| id.parse().ok()).collect()
    })
}

fn texts(ids: &[ConversationId]) -> Vec<String> {
    ids.iter().map(ToString::to_string).collect()
}
