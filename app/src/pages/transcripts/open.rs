//! One transcript: its sound, what is said in it, and what was written about it.

use leptos::{either::EitherOf3, html, prelude::*};
use leptos_router::hooks::{use_params_map, use_query_map};
use model::{
    Shareable,
    transcript::{NotesState, Participant, TranscriptState, TranscriptView},
};
use server_fn::ServerFn;

use super::{
    ask::Ask,
    export::Export,
    heading::Heading,
    notes::NotesPanel,
    player::{Player, PlayerBar},
    search::{Search, Sought},
    sentence::{Open, SentenceView},
    speakers::Speakers,
    watch::watch,
    words::clock,
};
use crate::{
    api::transcripts::{CancelTranscript, DeleteTranscript, TranscriptAgain, load_transcript},
    chat::header::Header,
    language::use_words,
    ui::{loaded::Loaded, notice::problem_in_query, shown_anew::show_anew},
    works::share::ShareBox,
};

/// What the upstream says of a recording in which nobody speaks.
const NOBODY_SPEAKS: &str = "SUCCESS_WITH_NO_VALID_FRAGMENT";

/// The page, and how it is loaded anew.
pub(super) type Found = Resource<Result<TranscriptView, crate::error::AppError>>;

/// The page.
#[component]
pub fn TranscriptPage() -> impl IntoView {
    let words = use_words();
    let (params, query) = (use_params_map(), use_query_map());
    let asked = Memo::new(move |_| {
        let id = params.with(|params| params.get("id").unwrap_or_default());
        let translation = query.with(|query| query.get("translation").unwrap_or_default());
        (id, translation)
    });
    let found: Found = Resource::new_blocking(
        move || asked.get(),
        |(id, translation)| load_transcript(id, translation),
    );
    let problem = problem_in_query();
    // Whoever puts a sentence right keeps what is typed: what has come meanwhile is drawn afterwards.
    let editing = RwSignal::new(None::<u32>);
    let is_behind = RwSignal::new(false);
    // What is heard and looked for goes on meanwhile too.
    let (player, sought) = (Player::new(), Sought::new());
    Effect::new(move |_| {
        if editing.get().is_none() && is_behind.get_untracked() {
            is_behind.set(false);
            found.refetch();
        }
    });
    watch(move |news| {
        let Some(Ok((id, before))) = found.try_get_untracked().flatten().map(|view| {
            view.map(|view| {
                (
                    view.line.id,
                    (view.line.state, view.line.step, view.line.notes),
                )
            })
        }) else {
            return;
        };
        if news.id == id && (news.state, news.step, news.notes) != before {
            if editing.try_get_untracked().flatten().is_some() {
                is_behind.try_set(true);
            } else {
                found.refetch();
            }
        }
    });
    view! {
        <Header>
            <a class="topbar__title minutes__back" href="/transcripts">{words.transcripts}</a>
        </Header>
        <div class="minutes" id="main" tabindex="-1">
            {problem.map(|code| view! { <p class="notice" data-tone="danger" role="alert">{words.failure(code)}</p> })}
            <Loaded
                what=found
                view=move |view: TranscriptView, _session| view! { <Minutes view found editing player sought/> }
            />
        </div>
    }
}

#[component]
fn Minutes(
    view: TranscriptView,
    found: Found,
    editing: RwSignal<Option<u32>>,
    player: Player,
    sought: Sought,
) -> impl IntoView {
    let words = use_words();
    // Of what is drawn anew, which may be another one, no sentence is put right yet.
    editing.set(None);
    let title = view.line.title.clone();
    let version = RwSignal::new(view.version);
    let facts: Vec<String> = [
        (view.line.duration_ms > 0).then(|| clock(view.line.duration_ms)),
        (!view.line.language.is_empty()).then(|| words.spoken_language(&view.line.language)),
    ]
    .into_iter()
    .flatten()
    .collect();
    let works = (view.line.job.is_some() && view.line.state != TranscriptState::Failed)
        .then(|| view! { <Working view=view.clone()/> });
    let transcript = view.line.id;
    let id = transcript.to_string();
    // Whether the recording goes too was said of this one alone.
    let removal = NodeRef::<html::Form>::new();
    show_anew(removal, id.clone());
    let body = match view.line.state {
        TranscriptState::Ready => {
            EitherOf3::A(view! { <Text view found version editing player sought/> })
        }
        TranscriptState::Making => EitherOf3::B(()),
        TranscriptState::Failed | TranscriptState::Cancelled => {
            EitherOf3::C(view! { <Failed view/> })
        }
    };
    view! {
        <header class="minutes__head">
            <Heading id=transcript title version/>
            <p class="minutes__facts">{facts.join(" · ")}</p>
            {works}
            <div class="minutes__remove">
                <form class="panel__row" method="post" action=DeleteTranscript::PATH node_ref=removal>
                    <input type="hidden" name="id" value=id/>
                    <label class="check">
                        <input type="checkbox" name="recording" value="1" checked/>
                        {words.transcript_delete_recording}
                    </label>
                    <button class="button" data-tone="danger">{words.delete}</button>
                </form>
            </div>
        </header>
        {body}
    }
}

/// What is done for it now.
#[component]
fn Working(view: TranscriptView) -> impl IntoView {
    let words = use_words();
    let line = view.line;
    view! {
        <div class="minutes__working" role="status">
            <p>{words.transcript_step(line.step)}</p>
            <progress class="recordings__progress" aria-label=words.transcript_progress></progress>
            <form method="post" action=CancelTranscript::PATH>
                <input type="hidden" name="id" value=line.id.to_string()/>
                <button class="button">{words.cancel}</button>
            </form>
        </div>
    }
}

/// Why there is nothing to read, and trying again.
#[component]
fn Failed(view: TranscriptView) -> impl IntoView {
    let words = use_words();
    let failure = view.line.failure.as_ref();
    let silent =
        failure.is_some_and(|failure| failure.upstream_code.as_deref() == Some(NOBODY_SPEAKS));
    let why = match failure {
        _ if silent => words.transcript_silent,
        Some(failure) => words.failure(failure.code),
        None => words.transcript_cancelled,
    };
    let code = failure
        .and_then(|failure| failure.upstream_code.clone())
        .filter(|_| !silent);
    let again = view.file.is_some().then(|| {
        view! {
            <form method="post" action=TranscriptAgain::PATH>
                <input type="hidden" name="id" value=view.line.id.to_string()/>
                <input type="hidden" name="what" value="hearing"/>
                <button class="button">{words.try_again}</button>
            </form>
        }
    });
    view! {
        <div class="notice" data-tone="danger" role="alert">
            <p>{why}</p>
            {code.map(|code| view! { <p class="notice__reference">{code}</p> })}
            {again}
        </div>
    }
}

/// What is said, beside what was written about it.
#[component]
fn Text(
    view: TranscriptView,
    found: Found,
    version: RwSignal<i64>,
    editing: RwSignal<Option<u32>>,
    player: Player,
    sought: Sought,
) -> impl IntoView {
    let words = use_words();
    if player.takes(&view) {
        sought.forget();
    }
    let speakers: RwSignal<Vec<Participant>> = RwSignal::new(view.speakers.clone());
    let open = Open {
        id: view.line.id,
        player,
        speakers,
        version,
        editing,
    };
    let languages = view.translations.clone();
    let shown = view.translation.clone();
    let both = shown.is_some().then_some("true");
    let search = view! { <Search sentences=view.sentences.clone() sought player/> };
    let sentences = view
        .sentences
        .iter()
        .map(|sentence| view! { <SentenceView sentence=sentence.clone() open/> })
        .collect_view();
    view! {
        <div class="minutes__body">
            <section class="minutes__notes" aria-label=words.transcript_notes>
                <NotesPanel view=view.clone() player/>
                <Ask id=view.line.id/>
            </section>
            <section class="minutes__text" aria-label=words.transcript_text data-both=both>
                <div class="minutes__tools">
                    {search}
                    <Export id=view.line.id translation=shown.clone()/>
                    <ShareBox thing=Shareable::Transcript(view.line.id)/>
                    <Translations view=view.clone() languages shown/>
                    <Speakers open found/>
                </div>
                <ol class="minutes__sentences" on:click=move |event| player.click(&event)>{sentences}</ol>
            </section>
        </div>
        <PlayerBar player view/>
    }
}

/// The languages that it is there in, and asking for another one.
#[component]
fn Translations(
    view: TranscriptView,
    languages: Vec<String>,
    shown: Option<String>,
) -> impl IntoView {
    let words = use_words();
    let path = format!("/transcripts/{}", view.line.id);
    let is_here = shown.clone();
    let link = move |language: Option<&str>, label: String| {
        let href = language.map_or_else(
            || path.clone(),
            |language| format!("{path}?translation={language}"),
        );
        let current = (is_here.as_deref() == language).then_some("true");
        view! { <a class="choice__option" href=href aria-current=current>{label}</a> }
    };
    let there = (!languages.is_empty()).then(|| {
        let original = link(None, words.transcript_original.to_owned());
        let others = languages
            .iter()
            .map(|language| link(Some(language), words.spoken_language(language)))
            .collect_view();
        view! { <div class="choice" role="group" aria-label=words.transcript_translation>{original} {others}</div> }
    });
    let failed = (view.translating == NotesState::Failed).then(
        || view! { <p class="notice" data-tone="danger">{words.transcript_translation_failed}</p> },
    );
    let options = model::transcript::LANGUAGES
        .iter()
        .filter(|code| **code != view.line.language)
        .map(|code| view! { <option value=*code>{words.spoken_language(code)}</option> })
        .collect_view();
    view! {
        <details class="confirm">
            <summary class="button">{words.transcript_translation}</summary>
            <div class="confirm__question" data-tone="calm">
                {there}
                {failed}
                <form class="panel__row" method="post" action=TranscriptAgain::PATH>
                    <input type="hidden" name="id" value=view.line.id.to_string()/>
                    <input type="hidden" name="what" value="translation"/>
                    <select class="field__line" name="language" aria-label=words.transcript_translation>{options}</select>
                    <button class="button">{words.transcript_translate}</button>
                </form>
            </div>
        </details>
    }
}
