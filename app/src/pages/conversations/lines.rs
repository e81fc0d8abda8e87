//! The conversations of one place, each with a box to choose it.

use leptos::{either::Either, ev, html, prelude::*, task::spawn_local};
use model::{Cabinet, DayGroup, Folder, Page, Shelf, ShelfLine, Tag};
use server_fn::ServerFn;
use wasm_bindgen::JsCast;
use web_sys::{HtmlFormElement, HtmlInputElement};

use super::{Asked, PATH, acts::Acts, stays::Stays};
use crate::{
    api::conversations::OrderConversations,
    error::AppError,
    language::use_words,
    ui::{
        icon::{Glyph, Icon},
        moment::Moment,
        notice::Notice,
    },
};

/// The boxes of the form, and how many are ticked. What is chosen is what the browser would send.
#[derive(Clone, Copy)]
pub(super) struct Choice {
    pub(super) form: NodeRef<html::Form>,
    pub(super) count: RwSignal<usize>,
    pub(super) stays: Stays,
}

impl Choice {
    fn boxes(self) -> Vec<HtmlInputElement> {
        let form: Option<HtmlFormElement> = self.form.get_untracked();
        let Some(Ok(boxes)) = form.map(|form| form.query_selector_all("input[name='ids[]']"))
        else {
            return Vec::new();
        };
        (0..boxes.length())
            .filter_map(|index| boxes.item(index)?.dyn_into().ok())
            .collect()
    }

    /// The ids that are chosen.
    pub(super) fn ids(self) -> Vec<String> {
        let chosen = self.boxes().into_iter().filter(HtmlInputElement::checked);
        chosen.map(|chosen| chosen.value()).collect()
    }

    /// Chooses all that are shown, or none.
    pub(super) fn choose(self, all: bool) {
        for shown in self.boxes() {
            shown.set_checked(all);
        }
        self.recount();
    }

    /// Chooses these, and no others.
    fn choose_these(self, ids: &[String]) {
        for shown in self.boxes() {
            shown.set_checked(ids.contains(&shown.value()));
        }
    }

    /// Counts those that are ticked.
    pub(super) fn recount(self) {
        let ids = self.ids();
        self.count.set(ids.len());
        self.stays.ticks(ids);
    }
}

/// The form with the lines, more of them on demand, and what can be done.
#[component]
pub(super) fn Lines(
    lines: Page<ShelfLine>,
    cabinet: Cabinet,
    asked: Asked,
    /// With how many something was done.
    told: RwSignal<Option<u64>>,
    /// What was shown and ticked before this was drawn.
    stays: Stays,
) -> impl IntoView {
    let words = use_words();
    let shelf = asked.shelf;
    let ticked = stays.drawn(&asked);
    let explained = match shelf {
        Shelf::Kept => words.shelf_kept_lead,
        Shelf::Archive => words.shelf_archive_lead,
        Shelf::Trash => words.shelf_trash_lead,
    };
    let lead = view! { <p class="finder__hint">{explained}</p> };
    if lines.items.is_empty() {
        let nothing = match shelf {
            Shelf::Kept if asked.is_narrowed() => words.narrow_nothing,
            Shelf::Kept => words.no_conversations,
            Shelf::Archive => words.shelf_archive_empty,
            Shelf::Trash => words.shelf_trash_empty,
        };
        return Either::Left(view! {
            {lead}
            <p class="finder__nothing" role="status">{nothing}</p>
        });
    }
    let choice = Choice {
        form: NodeRef::new(),
        count: RwSignal::new(0),
        stays,
    };
    Effect::new(move |_| {
        // Boxes that are drawn again in place are ticked by what they were before.
        if let Some(ticked) = ticked.as_ref().filter(|_| choice.form.get().is_some()) {
            choice.choose_these(ticked);
            choice.recount();
        }
    });
    let items = RwSignal::new(lines.items);
    let next = RwSignal::new(lines.next);
    let of = asked.clone();
    Effect::new(move |_| stays.shows(&of, items.with(Vec::len)));
    let problem = RwSignal::new(None::<AppError>);
    let (more_of, narrowed) = (asked.clone(), asked.tag_of(&cabinet));
    let is_loading = RwSignal::new(false);
    let more = move |event: ev::MouseEvent| {
        event.prevent_default();
        // A second press before the answer would have the same page appended twice.
        if is_loading.get_untracked() {
            return;
        }
        is_loading.set(true);
        let following = Asked {
            after: next.get_untracked().unwrap_or_default(),
            ..more_of.clone()
        };
        spawn_local(async move {
            let loaded = following.load().await;
            is_loading.try_set(false);
            match loaded {
                Ok(page) => {
                    next.try_set(page.next);
                    items.try_update(|items| items.extend(page.items));
                }
                Err(error) => drop(problem.try_set(Some(error))),
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
    Either::Right(view! {
        {lead}
        <form
            class="tidy"
            method="post"
            action=OrderConversations::PATH
            node_ref=choice.form
            on:change=move |_| choice.recount()
        >
            <ul class="tidy__lines" aria-label=words.conversations>
                <For each=move || items.get() key=|line| line.summary.id let:line>
                    <Line line shelf/>
                </For>
            </ul>
            <Notice error=problem/>
            <Show when=move || next.with(Option::is_some)>
                <a class="button finder__more" href=link.clone() rel="external" on:click=more.clone()>{words.load_more}</a>
            </Show>
            <Acts shelf choice told cabinet narrowed/>
        </form>
    })
}

#[component]
fn Line(line: ShelfLine, shelf: Shelf) -> impl IntoView {
    let words = use_words();
    let ShelfLine {
        summary,
        folder,
        tags,
    } = line;
    let title = String::from(summary.title);
    let label = words.choose_this(&title);
    let filing = (shelf != Shelf::Trash).then(|| {
        let href = format!("{PATH}/{}", summary.id);
        let name = format!("{}: {title}", words.filing);
        view! {
            <a class="icon-button" href=href title=words.filing aria-label=name><Glyph icon=Icon::Folder/></a>
        }
    });
    let title = match shelf {
        // What is in the trash can't be opened.
        Shelf::Trash => Either::Left(view! { <span class="tidy__title"><bdi>{title}</bdi></span> }),
        Shelf::Kept | Shelf::Archive => {
            let href = format!("/c/{}", summary.id);
            Either::Right(view! { <a class="tidy__title" href=href><bdi>{title}</bdi></a> })
        }
    };
    let pinned = (summary.day == DayGroup::Pinned)
        .then(|| view! { <span class="hit__tag">{words.pinned}</span> });
    view! {
        <li class="tidy__line">
            <label class="tidy__choose">
                <input type="checkbox" name="ids[]" value=summary.id.to_string() aria-label=label/>
            </label>
            {title}
            {pinned}
            <Chips folder tags/>
            <span class="tidy__moment"><Moment at=summary.updated_at/></span>
            {filing}
        </li>
    }
}

/// The folder and the tags, each leading to what else is there.
#[component]
fn Chips(folder: Option<Folder>, tags: Vec<Tag>) -> impl IntoView {
    let chip = |href: String, name: String| view! { <a class="hit__tag tidy__chip" href=href><bdi>{name}</bdi></a> };
    let folder =
        folder.map(|folder| chip(format!("{PATH}?folder={}", folder.id), folder.name.into()));
    let tags = tags.into_iter();
    let tags = tags.map(|tag| {
        chip(
            format!("{PATH}?tag={}", tag.id),
            format!("#{}", tag.name.as_str()),
        )
    });
    view! { <span class="tidy__chips">{folder} {tags.collect_view()}</span> }
}
