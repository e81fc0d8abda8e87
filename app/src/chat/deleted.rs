//! Taking a deletion back.

use leptos::{ev::SubmitEvent, prelude::*, task::spawn_local};
use leptos_router::{
    NavigateOptions,
    hooks::{use_navigate, use_query_map},
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

/// For a few seconds; without scripts, as long as the page stands. One conversation is opened again, several are only back.
#[component]
pub fn DeletedToast() -> impl IntoView {
    let words = use_words();
    let sidebar = expect_context::<Sidebar>();
    let deleted = sidebar.deleted;
    let in_query = in_query();
    if !in_query.is_empty() {
        deleted.set(in_query);
    }
    Effect::new(move |_| {
        let ids = deleted.get();
        if !ids.is_empty() {
            spawn_local(async move {
                gloo_timers::future::TimeoutFuture::new(10_000).await;
                if deleted.try_get_untracked() == Some(ids) {
                    deleted.try_set(Vec::new());
                }
            });
        }
    });
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
                deleted.try_set(Vec::new());
                sidebar.reload();
                if is_one {
                    navigate(&format!("/c/{first}"), NavigateOptions::default());
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
        Some(view! {
            <div class="toast" role="status">
                <span>{told}</span>
                <form method="post" action=path on:submit=restore>
                    {fields.collect_view()}
                    {(!is_one).then(|| view! { <input type="hidden" name="act" value=RESTORE/> })}
                    <button class="toast__action">{words.undo}</button>
                </form>
            </div>
        })
    };
    view! {
        {toast}
        <Failed problem=sidebar.problem/>
    }
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

/// What a plain form has just deleted: ids with dots between them.
fn in_query() -> Vec<ConversationId> {
    use_query_map().with_untracked(|query| {
        let ids = query.get_str("deleted").unwrap_or_default().split('.');
        ids.filter_map(|id| id.parse().ok()).collect()
    })
}

fn texts(ids: &[ConversationId]) -> Vec<String> {
    ids.iter().map(ToString::to_string).collect()
}
