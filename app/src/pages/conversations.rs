//! `/conversations`: keeping order among one's conversations, the archive and the trash, several at once; and where one of them is kept.

mod acts;
mod cabinet;
mod filing;
mod lines;
mod stays;
mod toast;

use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::{hooks::use_query_map, params::ParamsMap};
use model::{Cabinet, Folder, FolderId, Page, Session, Shelf, ShelfLine, Tag, TagId};

use crate::{
    address::with_query,
    api::folders::{load_cabinet, load_shelf},
    chat::{header::Header, sidebar::Sidebar},
    error::AppError,
    language::{Words, use_words},
    ui::{
        loaded::Loaded,
        notice::problem_in_query,
        segments::{Segment, Segments},
    },
};
use cabinet::{Chosen, Narrowing, NewFolder};
pub use filing::FilingPage;
use lines::Lines;
use stays::Stays;
use toast::RemovedToast;

/// A page of conversations, and what they can be put into.
type Listed = (Page<ShelfLine>, Cabinet);

/// What the page loads.
type Loading = Resource<Result<Listed, AppError>>;

/// Where it is.
pub const PATH: &str = "/conversations";

/// What the address asks for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Asked {
    shelf: Shelf,
    /// Only what is in this folder.
    folder: Option<FolderId>,
    /// Only what has this tag.
    tag: Option<TagId>,
    /// From this cursor on.
    after: String,
}

impl Asked {
    fn of(query: &ParamsMap) -> Self {
        let shelf = query.get_str("shelf").and_then(Shelf::from_name);
        let shelf = shelf.unwrap_or_default();
        let is_kept = shelf == Shelf::Kept;
        Self {
            shelf,
            folder: query
                .get_str("folder")
                .and_then(|id| id.parse().ok())
                .filter(|_| is_kept),
            tag: query
                .get_str("tag")
                .and_then(|id| id.parse().ok())
                .filter(|_| is_kept),
            after: query.get_str("after").unwrap_or_default().to_owned(),
        }
    }

    /// Where it is asked for.
    fn link(&self) -> String {
        let shelf = match self.shelf {
            Shelf::Kept => "",
            Shelf::Archive | Shelf::Trash => self.shelf.as_str(),
        };
        with_query(
            PATH,
            &[
                ("shelf", shelf),
                ("folder", &text(self.folder)),
                ("tag", &text(self.tag)),
                ("after", &self.after),
            ],
        )
    }

    /// Whether only some of the place are asked for.
    const fn is_narrowed(&self) -> bool {
        self.folder.is_some() || self.tag.is_some()
    }

    fn folder_of(&self, cabinet: &Cabinet) -> Option<Folder> {
        let mut folders = cabinet.folders.iter();
        folders
            .find(|folder| Some(folder.id) == self.folder)
            .cloned()
    }

    fn tag_of(&self, cabinet: &Cabinet) -> Option<Tag> {
        let mut tags = cabinet.tags.iter();
        tags.find(|tag| Some(tag.id) == self.tag).cloned()
    }

    /// Loads that page of it.
    async fn load(&self) -> Result<Page<ShelfLine>, AppError> {
        let after = (!self.after.is_empty()).then(|| self.after.clone());
        let shelf = self.shelf.as_str().to_owned();
        load_shelf(shelf, text(self.folder), text(self.tag), after).await
    }
}

/// As addresses and forms have it; nothing where there is none.
fn text(id: Option<impl ToString>) -> String {
    id.map(|id| id.to_string()).unwrap_or_default()
}

/// The page.
#[component]
pub fn ConversationsPage() -> impl IntoView {
    let words = use_words();
    let query = use_query_map();
    let asked = Memo::new(move |_| query.with(Asked::of));
    // What was done here, or taken back from elsewhere on the page, is seen.
    let changes = expect_context::<Sidebar>().changes();
    let stays = Stays::nothing();
    let page: Loading = Resource::new_blocking(
        move || (asked.get(), changes.get()),
        move |(asked, _)| async move { Ok((stays.load(&asked).await?, load_cabinet().await?)) },
    );
    let shelves = move || {
        let chosen = asked.get().shelf;
        let segment = |shelf| Segment {
            label: shelf_name(words, shelf).to_owned(),
            chosen: shelf == chosen,
            href: Asked {
                shelf,
                ..Asked::default()
            }
            .link(),
        };
        let choices = Shelf::ALL.map(segment).to_vec();
        view! { <Segments label=words.tidy choices/> }
    };
    let problem = problem_in_query();
    let told = query.with_untracked(|query| query.get_str("count")?.parse::<u64>().ok());
    let told = RwSignal::new(told);
    // It is said of what is looked at.
    Effect::new(move |before: Option<Asked>| {
        let now = asked.get();
        if before.is_some_and(|before| before != now) {
            told.set(None);
        }
        now
    });
    view! {
        <Title text=format!("{} · {}", words.tidy, words.product)/>
        <Header>
            <h1 class="topbar__title">{words.tidy}</h1>
        </Header>
        <div class="finder" id="main" tabindex="-1">
            <div class="finder__column">
                {shelves}
                {problem.map(|code| view! { <p class="notice" data-tone="danger" role="alert">{words.failure(code)}</p> })}
                <p class="finder__hint"><a href="/settings/import">{words.import}</a></p>
                <NewFolder/>
                {move || told.get().map(|count| view! {
                    <p class="notice" role="status">{words.order_count(&count.to_string())}</p>
                })}
                <Loaded
                    what=page
                    view=move |(lines, cabinet): Listed, _session: Session| {
                        let asked = asked.get_untracked();
                        view! {
                            <Narrowing asked=asked.clone() cabinet=cabinet.clone()/>
                            <Chosen folder=asked.folder_of(&cabinet) tag=asked.tag_of(&cabinet)/>
                            <Lines lines cabinet asked told stays/>
                        }
                    }
                />
            </div>
        </div>
        <RemovedToast/>
    }
}

fn shelf_name(words: &Words, shelf: Shelf) -> &'static str {
    match shelf {
        Shelf::Kept => words.shelf_kept,
        Shelf::Archive => words.shelf_archive,
        Shelf::Trash => words.shelf_trash,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_in_the_list_is_narrowed() {
        let id = "01990000-0000-7000-8000-000000000007";
        let query: ParamsMap = [("folder", id), ("tag", "<b>")].into_iter().collect();
        let asked = Asked::of(&query);
        assert_eq!(asked.link(), format!("/conversations?folder={id}"));
        let query: ParamsMap = [("folder", id), ("shelf", "trash")].into_iter().collect();
        assert_eq!(Asked::of(&query).link(), "/conversations?shelf=trash");
    }
}
