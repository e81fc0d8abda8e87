//! The list: what is on its way first, what was said in all of them to look through.

use leptos::{either::Either, prelude::*};
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;
use model::{Page, Related, RelatedState, transcript::TranscriptLine};

use super::{line::Line, new::New, watch::watch};
use crate::{
    address::with_query,
    api::transcripts::{TranscriptsView, load_related_transcripts, load_transcripts},
    chat::header::Header,
    error::AppError,
    language::use_words,
    ui::{loaded::Loaded, notice::problem_in_query, related::RelatedPart},
    works::deleted::{DeletedToast, deleted_in_query},
};

pub(super) const PATH: &str = "/transcripts";

/// What means the same, as it is loaded.
type FoundRelated = Resource<Result<Related<TranscriptLine>, AppError>>;

/// The page.
#[component]
pub fn TranscriptsPage() -> impl IntoView {
    let words = use_words();
    let query = use_query_map();
    let asked = Memo::new(move |_| {
        let text = |name| query.with(|query| query.get(name).unwrap_or_default());
        (text("words"), text("after"))
    });
    let found = Resource::new_blocking(
        move || asked.get(),
        |(words, after)| load_transcripts(words, after),
    );
    let related: FoundRelated = Resource::new(
        move || asked.get(),
        |(words, after)| async move {
            if words.is_empty() || !after.is_empty() {
                return Ok(Related::none(RelatedState::Off));
            }
            load_related_transcripts(words).await
        },
    );
    let problem = problem_in_query();
    let deleted = RwSignal::new(deleted_in_query());
    view! {
        <Title text=words.transcripts/>
        <Header><span class="topbar__title">{words.transcripts}</span></Header>
        <div class="recordings" id="main" tabindex="-1">
            <div class="recordings__column">
                <header class="area__head">
                    <h1>{words.transcripts}</h1>
                    <p class="area__lead">{words.transcripts_lead}</p>
                </header>
                {problem.map(|code| view! { <p class="notice" data-tone="danger" role="alert">{words.failure(code)}</p> })}
                <Loaded
                    what=found
                    view=move |view: TranscriptsView, _session| {
                        let (sought, after) = asked.get_untracked();
                        let makes = sought.is_empty();
                        view! {
                            {makes.then(|| view! { <New offers=view.offers unfinished=view.unfinished/> })}
                            <Search sought=sought.clone()/>
                            <Lines page=view.lines sought after/>
                            <RelatedLines related/>
                        }
                    }
                />
            </div>
        </div>
        <DeletedToast deleted page=PATH back=move |()| found.refetch()/>
    }
}

#[component]
fn Search(sought: String) -> impl IntoView {
    let words = use_words();
    let clear = (!sought.is_empty())
        .then(|| view! { <a class="button" href=PATH>{words.filter_clear}</a> });
    view! {
        <form class="recordings__search" method="get" action=PATH role="search">
            <input
                class="field__line"
                type="search"
                name="words"
                value=sought
                maxlength="60"
                aria-label=words.transcripts_search
                placeholder=words.transcripts_search
            />
            <button class="button">{words.search}</button>
            {clear}
        </form>
    }
}

#[component]
fn Lines(page: Page<TranscriptLine>, sought: String, after: String) -> impl IntoView {
    let words = use_words();
    let first = (!after.is_empty()).then(|| {
        let href = with_query(PATH, &[("words", &sought)]);
        view! { <a class="button" href=href>{words.first_page}</a> }
    });
    if page.items.is_empty() {
        let nothing = if sought.is_empty() {
            words.transcripts_none
        } else {
            words.transcripts_not_found
        };
        return Either::Left(view! {
            <p class="panel__note">{nothing}</p>
            <div class="panel__row">{first}</div>
        });
    }
    let next = page.next.map(|after| {
        let href = with_query(PATH, &[("words", &sought), ("after", &after)]);
        view! { <a class="button" href=href rel="next">{words.transcripts_older}</a> }
    });
    let lines: Vec<RwSignal<TranscriptLine>> = page.items.into_iter().map(RwSignal::new).collect();
    let known = lines.clone();
    watch(move |news| {
        let line = known
            .iter()
            .find(|line| line.with_untracked(|line| line.id == news.id));
        if let Some(line) = line {
            line.try_update(|line| {
                let hit = line.hit.take();
                *line = TranscriptLine { hit, ..news };
            });
        }
    });
    let lines = lines
        .into_iter()
        .map(|line| view! { <Line line/> })
        .collect_view();
    Either::Right(view! {
        <ul class="recordings__list" aria-label=words.transcripts>{lines}</ul>
        <div class="panel__row">{first} {next}</div>
    })
}

/// Those in which the same is said in other words.
#[component]
fn RelatedLines(related: FoundRelated) -> impl IntoView {
    let words = use_words();
    view! {
        <Transition>
            {move || Suspend::new(async move {
                let found = related.await;
                let Related { items, state, unread } =
                    found.unwrap_or_else(|_| Related::none(RelatedState::Failed));
                let count = items.len();
                let lines = items
                    .into_iter()
                    .map(|line| view! { <Line line=RwSignal::new(line)/> })
                    .collect_view();
                view! {
                    <RelatedPart state unread count>
                        <ul class="recordings__list" aria-label=words.related>{lines}</ul>
                    </RelatedPart>
                }
            })}
        </Transition>
    }
}
