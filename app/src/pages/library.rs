//! `/library`: everything that was made, written down or uploaded, to find, look at and delete.

mod chosen;
mod filters;
mod related;
mod storage;
mod tile;
mod trash;
mod words;

use leptos::{either::Either, prelude::*, task::spawn_local};
use leptos_meta::Title;
use leptos_router::{hooks::use_query_map, params::ParamsMap};
use model::{
    LibraryId, LibraryItem, LibraryKind, Millis, Page, Related, RelatedState, Session, WorkId,
    WorkView,
};

use crate::{
    address::with_query,
    api::{files::load_storage, library::load_library, works::load_related},
    chat::header::Header,
    error::AppError,
    language::use_words,
    ui::{
        loaded::Loaded,
        notice::{Notice, problem_in_query},
        skeleton::Shape,
    },
    works::{
        deleted::{DeletedToast, deleted_in_query},
        lightbox::{Deleted, Lightbox},
    },
};
use chosen::ChosenBar;
use filters::Filters;
use related::{FoundRelated, RelatedWorks};
use storage::Storage;
use tile::Tile;
use trash::Trash;

/// Where it is.
const PATH: &str = "/library";

/// A page of what is kept.
type Found = Page<LibraryItem>;

/// What the address asks for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Asked {
    /// Of this kind only.
    pub kind: String,
    /// With these words in prompt, title, text or name.
    pub words: String,
    /// From this cursor on.
    pub after: String,
}

impl Asked {
    fn of(query: &ParamsMap) -> Self {
        let text = |name| query.get_str(name).unwrap_or_default().to_owned();
        Self {
            kind: text("kind"),
            words: text("words"),
            after: text("after"),
        }
    }

    /// Where it is asked for.
    pub fn link(&self) -> String {
        with_query(
            PATH,
            &[
                ("kind", &self.kind),
                ("words", &self.words),
                ("after", &self.after),
            ],
        )
    }

    fn is_narrowed(&self) -> bool {
        !self.kind.is_empty() || !self.words.is_empty()
    }

    /// Whether there may be works that mean something like the words, beneath those that have them.
    fn may_relate(&self) -> bool {
        let is_of_works = LibraryKind::from_name(&self.kind).and_then(LibraryKind::of_works);
        let is_asked = self.kind.is_empty() || is_of_works.is_some();
        is_asked && !self.words.is_empty() && self.after.is_empty()
    }
}

/// The page: what is there, or what was deleted and can be brought back.
#[component]
pub fn LibraryPage() -> impl IntoView {
    let query = use_query_map();
    let is_trash = Memo::new(move |_| query.with(|query| query.get_str("shelf") == Some(TRASH)));
    move || {
        if is_trash.get() {
            Either::Left(view! { <Trash/> })
        } else {
            Either::Right(view! { <KeptThings/> })
        }
    }
}

/// What the address calls what was deleted.
const TRASH: &str = "deleted";

#[component]
fn KeptThings() -> impl IntoView {
    let words = use_words();
    let query = use_query_map();
    let asked = Memo::new(move |_| query.with(Asked::of));
    let found = Resource::new_blocking(
        move || asked.get(),
        |asked| load_library(asked.kind, asked.words, asked.after),
    );
    // What the words mean takes a call: what has them in it is shown without waiting for that.
    let related: FoundRelated = Resource::new(
        move || asked.get(),
        |asked| async move {
            if !asked.may_relate() {
                return Ok(Related::none(RelatedState::Off));
            }
            load_related(asked.kind, asked.words).await
        },
    );
    let storage = Resource::new_blocking(|| (), |()| load_storage());
    let stayed = query.with_untracked(|query| query.get_str("count")?.parse::<u32>().ok());
    let stayed = stayed.filter(|count| *count > 0);
    let deleted = RwSignal::new(deleted_in_query());
    let back = Callback::new(move |()| {
        found.refetch();
        storage.refetch();
    });
    view! {
        <Title text=format!("{} · {}", words.library, words.product)/>
        <Header>
            <h1 class="topbar__title">{words.library}</h1>
        </Header>
        <div class="library" id="main" tabindex="-1">
            <div class="library__column">
                <div class="library__head">
                    <Filters asked/>
                    <div class="library__room">
                        <Storage storage/>
                        <a class="library__trash" href=with_query(PATH, &[("shelf", TRASH)])>{words.library_trash}</a>
                    </div>
                </div>
                <Notice error=Signal::stored(problem_in_query().map(AppError::new))/>
                {stayed.map(|count| {
                    let told = words.library_stayed(&count.to_string());
                    view! { <p class="notice" role="status">{told}</p> }
                })}
                <Loaded
                    what=found
                    shape=Shape::Tiles
                    view=move |page: Found, _session: Session| {
                        view! { <Things page asked=asked.get_untracked() storage related deleted back/> }
                    }
                />
            </div>
        </div>
        <DeletedToast deleted page=PATH back/>
    }
}

/// What the parts of the page share.
#[derive(Clone, Copy)]
pub struct Shelf {
    /// What is shown.
    pub items: RwSignal<Vec<LibraryItem>>,
    /// Works that mean the same and are shown beneath.
    pub related: RwSignal<Vec<WorkView>>,
    /// Those that are ticked.
    pub chosen: RwSignal<Vec<LibraryId>>,
    /// The work that is shown large.
    pub shown: RwSignal<Option<WorkId>>,
    /// What went wrong last.
    pub problem: RwSignal<Option<AppError>>,
}

impl Shelf {
    /// The works among it, those beneath too.
    fn works(self) -> Vec<WorkView> {
        let mut works: Vec<WorkView> = self.items.with(|items| {
            let works = items.iter().filter_map(|item| match item {
                LibraryItem::Work(work) => Some(work.clone()),
                LibraryItem::Transcript(_) | LibraryItem::File(_) => None,
            });
            works.collect()
        });
        works.extend(self.related.get());
        works
    }

    /// Takes off what was deleted, and the recordings that went with their transcripts.
    pub fn take_off(self, ids: &[LibraryId]) {
        let is_gone = |item: &LibraryItem| {
            let went_along = match item {
                LibraryItem::File(kept) if kept.conversation.is_none() => {
                    let of = kept.transcript.map(LibraryId::Transcript);
                    of.is_some_and(|id| ids.contains(&id))
                }
                LibraryItem::File(_) | LibraryItem::Work(_) | LibraryItem::Transcript(_) => false,
            };
            went_along || ids.contains(&item.id())
        };
        self.items
            .try_update(|items| items.retain(|item| !is_gone(item)));
        self.related
            .try_update(|works| works.retain(|work| !ids.contains(&LibraryId::Work(work.id))));
        self.chosen
            .try_update(|chosen| chosen.retain(|id| !ids.contains(id)));
    }
}

#[component]
fn Things(
    page: Found,
    asked: Asked,
    storage: storage::StorageResource,
    related: FoundRelated,
    deleted: RwSignal<Option<Millis>>,
    back: Callback<()>,
) -> impl IntoView {
    let words = use_words();
    let shelf = Shelf {
        items: RwSignal::new(page.items),
        related: RwSignal::new(Vec::new()),
        chosen: RwSignal::new(Vec::new()),
        shown: RwSignal::new(None),
        problem: RwSignal::new(None),
    };
    let next = RwSignal::new(page.next);
    let is_empty = Memo::new(move |_| shelf.items.with(Vec::is_empty));
    let nothing = if asked.is_narrowed() {
        words.library_none_found
    } else {
        words.library_empty
    };
    let older = asked.clone();
    let is_loading = RwSignal::new(false);
    let more = move |event: leptos::ev::MouseEvent| {
        event.prevent_default();
        let Asked { kind, words, .. } = older.clone();
        // A second press before the answer would have the same page appended twice.
        let waits = is_loading.get_untracked();
        let Some(after) = next.get_untracked().filter(|_| !waits) else {
            return;
        };
        is_loading.set(true);
        spawn_local(async move {
            let loaded = load_library(kind, words, after).await;
            is_loading.try_set(false);
            match loaded {
                Ok(page) => {
                    next.try_set(page.next);
                    shelf.items.try_update(|items| items.extend(page.items));
                }
                Err(error) => drop(shelf.problem.try_set(Some(error))),
            }
        });
    };
    let link = move || {
        let after = next.get().unwrap_or_default();
        Asked {
            after,
            ..asked.clone()
        }
        .link()
    };
    let works = Signal::derive(move || shelf.works());
    let gone = move |at: Option<Millis>| {
        deleted.try_set(at);
        storage.refetch();
    };
    let dropped = move |(id, at): Deleted| {
        shelf.take_off(&[LibraryId::Work(id)]);
        gone(at);
    };
    view! {
        <Notice error=shelf.problem/>
        <Show when=move || is_empty.get()>
            <p class="makings__empty">{nothing}</p>
        </Show>
        <ul class="shelf" aria-label=words.library>
            <For each=move || shelf.items.get() key=LibraryItem::id let:item>
                <Tile item shelf/>
            </For>
        </ul>
        {move || next.with(Option::is_some).then({
            let (link, more) = (link.clone(), more.clone());
            move || view! {
                <a class="button library__more" href=link rel="external" on:click=more>{words.load_more}</a>
            }
        })}
        <RelatedWorks related shelf/>
        <ChosenBar shelf gone/>
        <Lightbox
            shown=shelf.shown
            works
            deleted=dropped
            toast=move || view! { <DeletedToast deleted page=PATH back/> }
        />
    }
}
