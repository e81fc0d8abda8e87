//! The column beside the conversation: new chat, conversations, account. A drawer on a phone.

use leptos::{either::Either, ev::MouseEvent, prelude::*};
use leptos_router::hooks::use_location;
use model::{ConversationId, ConversationSummary, FailureCode, Page, Permission, Session};

use super::{
    account_menu::AccountMenu,
    drafts::Returned,
    sidebar_folders::{FolderList, SidebarFolders},
    sidebar_list::SidebarList,
};
use crate::{
    api::folders::list_folders,
    browser,
    error::AppError,
    language::{Words, use_words},
    over::Over,
    pages::search,
    ui::{
        awaited::{awaited, awaited_as},
        icon::{Glyph, Icon, Mark},
        skeleton::Shape,
    },
};

/// What other parts of the page tell the sidebar.
#[derive(Clone, Copy)]
pub struct Sidebar {
    changes: RwSignal<u32>,
    /// How often somebody came back to this window.
    returns: RwSignal<u32>,
    /// The conversations that were deleted last, as long as that can be taken back here.
    pub deleted: RwSignal<Vec<ConversationId>>,
    /// Why the last deletion, or taking it back, did not come about.
    pub problem: RwSignal<Option<AppError>>,
    /// The conversations in which an answer ended while another page was looked at.
    pub unseen: RwSignal<Vec<ConversationId>>,
    /// The last of them with its title, until it is looked at or that is put away.
    pub ended: RwSignal<Option<(ConversationId, String)>>,
    /// The conversation whose title is being changed in the list, and what is typed for it: a line is drawn anew with whatever changes in it.
    pub renaming: RwSignal<Option<ConversationId>>,
    /// That title.
    pub new_title: RwSignal<String>,
    /// Which conversation is open.
    pub open: Memo<Option<ConversationId>>,
    /// A question that came back when its composer was gone, for the one that is there instead.
    pub returned: RwSignal<Option<Returned>>,
    /// Of which conversation something is shown: its messages, or answers beside each other.
    pub shown: Memo<Option<ConversationId>>,
}

impl Sidebar {
    /// Nothing has changed yet.
    pub fn new() -> Self {
        let path = use_location().pathname;
        Self {
            changes: RwSignal::new(0),
            returns: RwSignal::new(0),
            deleted: RwSignal::new(Vec::new()),
            problem: RwSignal::new(None),
            unseen: RwSignal::new(Vec::new()),
            ended: RwSignal::new(None),
            renaming: RwSignal::new(None),
            new_title: RwSignal::new(String::new()),
            returned: RwSignal::new(None),
            open: Memo::new(move |_| path.with(|path| path.strip_prefix("/c/")?.parse().ok())),
            shown: Memo::new(move |_| path.with(|path| conversation_of(path))),
        }
    }

    /// A title, a state or the list itself has changed.
    pub fn reload(self) {
        self.changes.try_update(|changes| *changes += 1);
    }

    /// These are back, or gone for good: that they were deleted is not taken back any more.
    pub fn settle(self, ids: &[ConversationId]) {
        self.deleted
            .try_update(|deleted| deleted.retain(|id| !ids.contains(id)));
    }

    /// How often it has changed.
    pub fn changes(self) -> Signal<u32> {
        self.changes.into()
    }

    /// Somebody came back to this window: much may have changed elsewhere.
    pub fn look_again(self) {
        self.returns.try_update(|returns| *returns += 1);
    }

    /// How often what is listed was to be loaded anew.
    pub fn looks(self) -> Signal<u32> {
        Signal::derive(move || self.changes.get() + self.returns.get())
    }
}

/// The conversation to which the page at that path belongs.
fn conversation_of(path: &str) -> Option<ConversationId> {
    path.strip_prefix("/c/")?.split('/').next()?.parse().ok()
}

/// The sidebar. The checkbox before it (see `SidebarSwitch`) opens and closes it without scripts.
#[component]
pub fn SidebarView(
    session: Resource<Result<Session, AppError>>,
    list: Resource<Result<Page<ConversationSummary>, AppError>>,
) -> impl IntoView {
    let words = use_words();
    let folders: FolderList = Resource::new_blocking(|| (), |()| list_folders());
    view! {
        <nav class="sidebar" aria-label=words.conversations>
            <div class="sidebar__head">
                <a class="sidebar__brand" href="/"><Mark/>{words.product}</a>
                <label class="icon-button" for="sidebar-switch" title=words.collapse>
                    <Glyph icon=Icon::Menu/>
                </label>
            </div>
            <a class="sidebar__new" href="/"><Glyph icon=Icon::Compose/>{words.new_chat}</a>
            <SearchLink/>
            <WorksLinks session/>
            <div class="sidebar__list">
                {awaited(move || async move {
                    folders.await.map(|folders| view! { <SidebarFolders folders/> }).ok()
                })}
                {awaited_as(Shape::Lines, move || async move {
                    match list.await {
                        Ok(page) => Either::Left(view! { <SidebarList page/> }),
                        Err(error) => Either::Right((!is_owed(error.code)).then(|| view! { <ListFailed list/> })),
                    }
                })}
            </div>
            {awaited(move || async move {
                let session = session.await.ok()?;
                let account = session.account.clone()?;
                Some(view! { <AccountMenu account session/> })
            })}
        </nav>
        <label class="sidebar-veil" for="sidebar-switch" aria-hidden="true"></label>
    }
}

/// Whether that is said elsewhere: whoever must do something first is led to it.
const fn is_owed(code: FailureCode) -> bool {
    matches!(
        code,
        FailureCode::SignInNeeded
            | FailureCode::SecondFactorRequired
            | FailureCode::EmailUnverified
    )
}

/// The list could not be loaded. It is asked for once more in its place, or with the whole page where no scripts run.
#[component]
fn ListFailed(list: Resource<Result<Page<ConversationSummary>, AppError>>) -> impl IntoView {
    let words = use_words();
    let again = move |event: MouseEvent| {
        event.prevent_default();
        list.refetch();
    };
    view! {
        <div class="sidebar__empty" role="status">
            <p>{words.load_failed}</p>
            <a class="button" href="" rel="external" on:click=again>{words.try_again}</a>
        </div>
    }
}

/// The way to what was said once: over the page where scripts run, and to the page of the search without them or in another tab.
#[component]
fn SearchLink() -> impl IntoView {
    let words = use_words();
    let over = expect_context::<Over>();
    let open = move |event: MouseEvent| {
        if !(event.ctrl_key() || event.meta_key() || event.shift_key() || event.alt_key()) {
            event.prevent_default();
            over.toggle_palette();
        }
    };
    let path = use_location().pathname;
    let is_here = move || path.with(|path| path == search::PATH);
    view! {
        <a
            class="sidebar__search"
            href=search::PATH
            title=words.search_conversations
            aria-current=move || is_here().then_some("page")
            aria-keyshortcuts="Control+K Meta+K"
            on:click=open
        >
            <Glyph icon=Icon::Search/>
            <span>{words.search}</span>
            <kbd aria-hidden="true" data-needs="script">"Ctrl/⌘ K"</kbd>
        </a>
    }
}

/// The pages of works: where they are, what they are called.
pub fn works_pages(words: &Words) -> [(&'static str, &'static str, Icon); 5] {
    [
        ("/images", words.images, Icon::Image),
        ("/videos", words.videos, Icon::Film),
        ("/speech", words.speech, Icon::Voice),
        ("/transcripts", words.transcripts, Icon::Microphone),
        ("/library", words.library, Icon::Library),
    ]
}

/// The pages of works, for who may have them made.
#[component]
fn WorksLinks(session: Resource<Result<Session, AppError>>) -> impl IntoView {
    let words = use_words();
    let path = use_location().pathname;
    let link = move |(to, label, icon): (&'static str, &'static str, Icon)| {
        let is_here = move || path.with(|path| path.trim_end_matches('/') == to);
        view! {
            <li>
                <a class="sidebar__page" href=to aria-current=move || is_here().then_some("page")>
                    <Glyph icon/>
                    {label}
                </a>
            </li>
        }
    };
    awaited(move || async move {
        let session = session.await.ok()?;
        session.permissions.contains(Permission::MediaUse).then(|| {
            view! {
                <ul class="sidebar__pages">
                    {works_pages(words)
                        .map(link)
                        .into_iter()
                        .collect_view()}
                </ul>
            }
        })
    })
}

/// Opens and closes the sidebar by itself, without a script; closed is the state that differs per screen:
/// checked hides it on a desktop and shows it on a phone.
#[component]
pub fn SidebarSwitch() -> impl IntoView {
    let words = use_words();
    let switch = NodeRef::<leptos::html::Input>::new();
    let path = use_location().pathname;
    Effect::new(move |_| {
        path.track();
        if let Some(switch) = switch.get_untracked()
            && browser::has_drawer()
        {
            switch.set_checked(false);
        }
    });
    view! {
        <input
            class="sidebar-switch visually-hidden"
            type="checkbox"
            id="sidebar-switch"
            aria-label=words.open_menu
            node_ref=switch
        />
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_conversation_is_looked_at_on_each_of_its_pages() {
        let id = ConversationId::from_uuid(uuid::Uuid::from_u128(1));
        for (path, expected) in [
            (format!("/c/{id}"), Some(id)),
            (format!("/c/{id}/compare/{id}"), Some(id)),
            ("/".to_owned(), None),
            (format!("/conversations/{id}"), None),
            ("/c/nobody".to_owned(), None),
        ] {
            assert_eq!(conversation_of(&path), expected, "{path}");
        }
    }
}
