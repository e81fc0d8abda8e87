//! What a model wrote about it, in parts of which one is shown: the address says which.

use leptos::{either::Either, prelude::*};
use leptos_router::hooks::{use_location, use_query_map};
use model::transcript::{Notes, NotesState, TranscriptView};
use server_fn::ServerFn;

use super::{map::MindMap, player::Player, words::clock};
use crate::{
    address::with_query,
    api::transcripts::TranscriptAgain,
    language::{Words, use_words},
    ui::visible::visible,
};

/// A part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    Summary,
    Chapters,
    Actions,
    Questions,
    Map,
}

impl Part {
    const ALL: [Self; 5] = [
        Self::Summary,
        Self::Chapters,
        Self::Actions,
        Self::Questions,
        Self::Map,
    ];

    const fn name(self) -> &'static str {
        match self {
            Self::Summary => "summary",
            Self::Chapters => "chapters",
            Self::Actions => "actions",
            Self::Questions => "questions",
            Self::Map => "map",
        }
    }

    fn named(name: &str) -> Self {
        Self::ALL
            .into_iter()
            .find(|part| part.name() == name)
            .unwrap_or(Self::Summary)
    }

    /// Whether anything was written for it.
    fn is_in(self, notes: &Notes) -> bool {
        match self {
            Self::Summary => !notes.summary.is_empty() || !notes.key_points.is_empty(),
            Self::Chapters => !notes.chapters.is_empty(),
            Self::Actions => !notes.actions.is_empty(),
            Self::Questions => !notes.questions.is_empty(),
            Self::Map => !notes.mind_map.title.is_empty() || !notes.mind_map.thoughts.is_empty(),
        }
    }

    fn label(self, words: &'static Words) -> &'static str {
        match self {
            Self::Summary => words.notes_summary,
            Self::Chapters => words.notes_chapters,
            Self::Actions => words.notes_actions,
            Self::Questions => words.notes_questions,
            Self::Map => words.notes_map,
        }
    }
}

/// The parts, and the one that is shown.
#[component]
pub(super) fn NotesPanel(view: TranscriptView, player: Player) -> impl IntoView {
    let words = use_words();
    match view.line.notes {
        NotesState::Making => {
            return view! { <p class="panel__note" role="status">{words.transcript_noting}</p> }
                .into_any();
        }
        NotesState::None | NotesState::Failed => return view! { <Missing view/> }.into_any(),
        NotesState::Ready => {}
    }
    let query = use_query_map();
    let path = use_location().pathname;
    let shown = Memo::new(move |_| {
        query.with(|query| Part::named(query.get_str("part").unwrap_or_default()))
    });
    let tabs = Part::ALL
        .map(|part| {
            let href = move || {
                let translation = query.with(|query| query.get("translation").unwrap_or_default());
                let mut pairs = vec![("part", part.name())];
                if !translation.is_empty() {
                    pairs.push(("translation", &translation));
                }
                path.with(|path| with_query(path, &pairs))
            };
            let current = move || (shown.get() == part).then_some("true");
            view! { <a class="choice__option" href=href aria-current=current>{part.label(words)}</a> }
        })
        .into_iter()
        .collect_view();
    let notes = StoredValue::new(view.notes);
    view! {
        <nav class="choice minutes__parts" aria-label=words.transcript_notes>{tabs}</nav>
        <div class="minutes__part">{move || notes.with_value(|notes| part(shown.get(), notes, Some(player), words))}</div>
    }
    .into_any()
}

/// They could not be written; it can be tried again.
#[component]
fn Missing(view: TranscriptView) -> impl IntoView {
    let words = use_words();
    let why = view
        .notes_failure
        .as_ref()
        .map(|failure| words.failure(failure.code));
    let label = if why.is_some() {
        words.try_again
    } else {
        words.notes_write
    };
    view! {
        <div class="panel">
            <p>{words.notes_missing}</p>
            {why.map(|why| view! { <p class="panel__note">{why}</p> })}
            <form method="post" action=TranscriptAgain::PATH>
                <input type="hidden" name="id" value=view.line.id.to_string()/>
                <input type="hidden" name="what" value="notes"/>
                <button class="button">{label}</button>
            </form>
        </div>
    }
}

/// All that was written, one part after the other, for who only reads: without what is empty.
#[component]
pub fn NotesInFull(notes: Notes) -> impl IntoView {
    let words = use_words();
    Part::ALL
        .into_iter()
        .filter(|part| part.is_in(&notes))
        .map(|shown| {
            view! {
                <section class="minutes__part">
                    <h2>{shown.label(words)}</h2>
                    {part(shown, &notes, None, words)}
                </section>
            }
        })
        .collect_view()
}

/// A part. Without a player, times are no buttons.
fn part(part: Part, notes: &Notes, player: Option<Player>, words: &'static Words) -> AnyView {
    let moment = move |ms: Option<i64>| {
        ms.map(|ms| match player {
            Some(player) => Either::Left(view! {
                <button class="minutes__moment" type="button" on:click=move |_| player.play_from(ms)>{clock(ms)}</button>
            }),
            None => Either::Right(view! { <span class="shared__moment">{clock(ms)}</span> }),
        })
    };
    if part != Part::Summary && !part.is_in(notes) {
        return view! { <p class="panel__note">{words.notes_nothing}</p> }.into_any();
    }
    match part {
        Part::Summary => {
            let points = notes
                .key_points
                .iter()
                .map(|point| view! { <li>{visible(point.clone())}</li> })
                .collect_view();
            let has_points = !notes.key_points.is_empty();
            view! {
                <p class="minutes__summary">{visible(notes.summary.clone())}</p>
                {has_points.then(|| view! { <h2 class="minutes__heading">{words.notes_key_points}</h2> })}
                <ul class="minutes__points">{points}</ul>
            }
            .into_any()
        }
        Part::Chapters => {
            let chapters = notes
                .chapters
                .iter()
                .map(|chapter| view! {
                    <li>
                        <p class="minutes__chapter">{moment(Some(chapter.begin_ms))} <strong>{visible(chapter.title.clone())}</strong></p>
                        <p>{visible(chapter.summary.clone())}</p>
                    </li>
                })
                .collect_view();
            view! { <ol class="minutes__items">{chapters}</ol> }.into_any()
        }
        Part::Actions => {
            let actions = notes
                .actions
                .iter()
                .map(|action| {
                    let aside: Vec<&str> =
                        [action.who.as_str(), &action.due].into_iter().filter(|text| !text.is_empty()).collect();
                    let aside = aside.join(" · ");
                    view! {
                        <li>
                            <p>{moment(action.begin_ms)} {visible(action.text.clone())}</p>
                            {(!aside.is_empty()).then(|| view! { <p class="minutes__aside">{visible(aside)}</p> })}
                        </li>
                    }
                })
                .collect_view();
            view! { <ul class="minutes__items">{actions}</ul> }.into_any()
        }
        Part::Questions => {
            let questions = notes
                .questions
                .iter()
                .map(|asked| view! {
                    <li>
                        <p class="minutes__chapter">{moment(asked.begin_ms)} <strong>{visible(asked.question.clone())}</strong></p>
                        <p>{visible(asked.answer.clone())}</p>
                    </li>
                })
                .collect_view();
            view! { <ul class="minutes__items">{questions}</ul> }.into_any()
        }
        Part::Map => {
            view! { <MindMap map=notes.mind_map.clone() label=words.notes_map/> }.into_any()
        }
    }
}
