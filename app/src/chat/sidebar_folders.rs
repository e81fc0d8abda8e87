//! The folders above the days. What is in one is loaded when it is opened; which are open, the browser remembers.

use leptos::{html, prelude::*, task::spawn_local};
use model::{ConversationSummary, Folder, FolderId};

use super::{
    keyboard::{go_on_line, on_line},
    sidebar::Sidebar,
    sidebar_ends::follow_ends,
    sidebar_item::SidebarItem,
    sidebar_list::shown,
};
use crate::{
    api::folders::{list_folders, open_folder},
    browser::lasting,
    error::AppError,
    language::use_words,
    pages::conversations,
    ui::{
        icon::{Glyph, Icon},
        list::list_of,
    },
};

/// Where the ids of open folders are kept, with dots between them.
const OPEN: &str = "lt_folders";

/// What the sidebar loads of them.
pub type FolderList = Resource<Result<Vec<Folder>, AppError>>;

/// All folders. Nothing where there are none.
#[component]
pub fn SidebarFolders(folders: Vec<Folder>) -> impl IntoView {
    let words = use_words();
    let folders = RwSignal::new(folders);
    let looks = expect_context::<Sidebar>().looks();
    Effect::new(move |_| {
        if looks.get() > 0 {
            spawn_local(async move {
                if let Ok(found) = list_folders().await {
                    folders.try_set(found);
                }
            });
        }
    });
    view! {
        <Show when=move || folders.with(|folders| !folders.is_empty())>
            <ul class="sidebar__folders" aria-label=words.folders>
                {list_of(
                    move || folders.get(),
                    |folder| format!("{} {}", folder.id, folder.name.as_str()),
                    |folder| view! { <FolderLine folder/> },
                )}
            </ul>
        </Show>
    }
}

/// A folder that opens in its place; without scripts it leads to its page.
#[component]
fn FolderLine(folder: Folder) -> impl IntoView {
    let words = use_words();
    let id = folder.id;
    let name = String::from(folder.name);
    let looks = expect_context::<Sidebar>().looks();
    let line = NodeRef::<html::Details>::new();
    let is_open = RwSignal::new(false);
    let items = RwSignal::new(None::<Vec<ConversationSummary>>);
    let next = RwSignal::new(None::<String>);
    let failed = RwSignal::new(false);
    let load = move |after: Option<String>| {
        let is_more = after.is_some();
        // What is loaded anew is as many as were shown.
        let shown = items.with_untracked(|items| items.as_ref().map_or(0, Vec::len));
        let wanted = if is_more { 0 } else { shown };
        spawn_local(async move {
            let mut found = Vec::new();
            let mut after = after.unwrap_or_default();
            let following = loop {
                let Ok(page) = open_folder(id.to_string(), after).await else {
                    // What is shown is not said to be missing.
                    let is_missing = items.try_with_untracked(Option::is_none) == Some(true);
                    failed.try_set(is_more || is_missing);
                    return;
                };
                found.extend(page.items);
                match page.next {
                    Some(next) if found.len() < wanted => after = next,
                    following => break following,
                }
            };
            next.try_set(following);
            failed.try_set(false);
            let line = on_line();
            items.try_update(|items| {
                let shown = items.get_or_insert_default();
                if !is_more {
                    shown.clear();
                }
                for item in found {
                    // A conversation that moved up meanwhile is in the list already.
                    if !shown.iter().any(|known| known.id == item.id) {
                        shown.push(item);
                    }
                }
            });
            line.into_iter().for_each(go_on_line);
        });
    };
    Effect::new(move |_| {
        let Some(line) = line.get_untracked() else {
            return;
        };
        if line.open() {
            // It was opened before the page was alive.
            is_open.set(true);
            remember(id, true);
        } else if open_folders().contains(&id.to_string()) {
            line.set_open(true);
        }
    });
    Effect::new(move |_| {
        looks.track();
        if is_open.get() {
            load(None);
        }
    });
    let listed = Signal::derive(move || items.get().unwrap_or_default());
    follow_ends(listed, Callback::new(move |()| load(None)));
    let toggled = move |_| {
        let opened = line.get_untracked().is_some_and(|line| line.open());
        is_open.set(opened);
        remember(id, opened);
    };
    let more = move |_| load(next.get_untracked());
    let is_empty = move || items.with(|items| items.as_ref().is_some_and(Vec::is_empty));
    view! {
        <li>
            <details class="folder" node_ref=line on:toggle=toggled>
                <summary class="folder__name"><Glyph icon=Icon::Folder/><bdi>{name}</bdi></summary>
                <ul class="sidebar__items folder__items">
                    {list_of(
                        move || items.get().unwrap_or_default(),
                        |item| shown(item.id, item.title.as_str(), item.generating),
                        |item| view! { <SidebarItem id=item.id title=item.title.into() generating=item.generating/> },
                    )}
                </ul>
                <Show when=is_empty>
                    <p class="sidebar__empty">{words.folder_empty}</p>
                </Show>
                <Show when=move || failed.get()>
                    <p class="sidebar__empty" role="status">{words.load_failed}</p>
                </Show>
                <Show when=move || failed.get() || next.with(Option::is_some)>
                    <button class="sidebar__more" type="button" on:click=more>
                        {move || if failed.get() { words.try_again } else { words.load_more }}
                    </button>
                </Show>
                <a class="sidebar__tidy" href=format!("{}?folder={id}", conversations::PATH)>{words.folder_page}</a>
            </details>
        </li>
    }
}

fn open_folders() -> Vec<String> {
    let kept = lasting::kept(OPEN).unwrap_or_default();
    kept.split('.').map(str::to_owned).collect()
}

fn remember(id: FolderId, is_open: bool) {
    let id = id.to_string();
    let mut open = open_folders();
    open.retain(|known| !known.is_empty() && *known != id);
    if is_open {
        open.push(id);
    }
    lasting::keep(OPEN, &open.join("."));
}
