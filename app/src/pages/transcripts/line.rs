//! A transcript in the list.

use leptos::prelude::*;
use model::transcript::{TranscriptLine, TranscriptState};

use super::words::clock;
use crate::{
    language::use_words,
    ui::{moment::Moment, visible::visible},
};

/// One of the list.
#[component]
pub fn Line(line: RwSignal<TranscriptLine>) -> impl IntoView {
    let words = use_words();
    let first = line.get_untracked();
    let href = match &first.hit {
        Some(hit) => format!("/transcripts/{}#s-{}", first.id, hit.sentence),
        None => format!("/transcripts/{}", first.id),
    };
    let facts = move || {
        line.with(|line| {
            let length = (line.duration_ms > 0).then(|| clock(line.duration_ms));
            let language =
                (!line.language.is_empty()).then(|| words.spoken_language(&line.language));
            let facts: Vec<String> = length.into_iter().chain(language).collect();
            facts.join(" · ")
        })
    };
    let works =
        move || line.with(|line| line.job.is_some() && line.state != TranscriptState::Failed);
    let failed = move || line.with(|line| line.state == TranscriptState::Failed);
    let hit = first.hit.map(|hit| {
        view! { <p class="recordings__hit"><span class="recordings__moment">{clock(hit.begin_ms)}</span> {visible(hit.text)}</p> }
    });
    view! {
        <li class="recordings__item">
            <a class="recordings__link" href=href>
                <span class="recordings__title">{move || visible(line.with(|line| line.title.clone()))}</span>
                {hit}
                <span class="recordings__facts">
                    <Moment at=first.created_at/>
                    <span>{facts}</span>
                    <span
                        class="recordings__state"
                        data-tone=move || failed().then_some("danger")
                        role="status"
                    >
                        {move || line.with(|line| words.transcript_state(line))}
                    </span>
                </span>
            </a>
            <Show when=works fallback=|| ()>
                <progress class="recordings__progress" aria-label=words.transcript_progress></progress>
            </Show>
        </li>
    }
}
