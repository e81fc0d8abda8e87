//! Whose voices are heard: names, and two that are one.

use leptos::{ev::SubmitEvent, prelude::*};
use server_fn::ServerFn;

use super::{open::Found, sentence::Open};
use crate::{
    api::transcripts::{MergeSpeakers, NameSpeaker, merge_speakers, name_speaker},
    browser,
    language::use_words,
    ui::{confirm::Confirm, submission::Submission},
};

/// The voices.
#[component]
pub(super) fn Speakers(open: Open, found: Found) -> impl IntoView {
    let words = use_words();
    let voices = open.speakers.get_untracked();
    // One for all of them: each that is kept makes what the others have seen outdated.
    let submission = Submission::new(&[]);
    if voices.is_empty() {
        return ().into_any();
    }
    let ids: Vec<u32> = voices.iter().map(|voice| voice.id).collect();
    let names = ids
        .iter()
        .map(|id| view! { <Name voice=*id open submission/> })
        .collect_view();
    let merge = (ids.len() > 1).then(|| view! { <Merge ids open found submission/> });
    view! {
        <details class="confirm minutes__speakers">
            <summary class="button">{words.speakers}</summary>
            <div class="confirm__question" data-tone="calm">
                {names}
                {merge}
                {submission.view()}
            </div>
        </details>
    }
    .into_any()
}

#[component]
fn Name(voice: u32, open: Open, submission: Submission) -> impl IntoView {
    let words = use_words();
    let speakers = open.speakers.get_untracked();
    let named = speakers.iter().find(|known| known.id == voice);
    let typed = RwSignal::new(named.map(|known| known.name.clone()).unwrap_or_default());
    let label = words.speaker_number(&(voice + 1).to_string());
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let name = typed.get_untracked().trim().to_owned();
        let version = open.version.get_untracked();
        let called = name.clone();
        submission.send(
            move || name_speaker(open.id.to_string(), voice, name.clone(), version),
            move |()| {
                open.version.try_set(version + 1);
                open.speakers.try_update(|speakers| {
                    if let Some(known) = speakers.iter_mut().find(|known| known.id == voice) {
                        known.name.clone_from(&called);
                    }
                });
            },
        );
    };
    view! {
        <form class="panel__row" method="post" action=NameSpeaker::PATH on:submit=submit>
            <input type="hidden" name="id" value=open.id.to_string()/>
            <input type="hidden" name="speaker" value=voice.to_string()/>
            <input type="hidden" name="version" value=move || open.version.get().to_string()/>
            <input
                class="field__line"
                name="name"
                maxlength="60"
                aria-label=label.clone()
                placeholder=label
                value=typed.get_untracked()
                prop:value=typed
                on:input:target=move |event| typed.set(event.target().value())
            />
            <button class="button" aria-busy=submission.busy()>{words.save}</button>
        </form>
    }
}

#[component]
fn Merge(ids: Vec<u32>, open: Open, found: Found, submission: Submission) -> impl IntoView {
    let words = use_words();
    let (from, into) = (
        RwSignal::new(ids[1].to_string()),
        RwSignal::new(ids[0].to_string()),
    );
    let options = |chosen: RwSignal<String>, name: &'static str, label: &'static str| {
        let options = ids
            .iter()
            .map(|id| {
                let id = *id;
                let is_chosen = chosen.get_untracked() == id.to_string();
                let called = move || {
                    open.speakers
                        .with(|speakers| words.speaker_name(speakers, id))
                };
                view! { <option value=id.to_string() selected=is_chosen>{called}</option> }
            })
            .collect_view();
        view! {
            <select class="field__line" name=name aria-label=label on:change:target=move |event| chosen.set(event.target().value())>
                {options}
            </select>
        }
    };
    let (first, second) = (
        options(from, "from", words.speakers_merge_from),
        options(into, "into", words.speakers_merge_into),
    );
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let voice = |signal: RwSignal<String>| signal.get_untracked().parse().unwrap_or(u32::MAX);
        let (one, other) = (voice(from), voice(into));
        let version = open.version.get_untracked();
        submission.send(
            move || merge_speakers(open.id.to_string(), one, other, version),
            move |()| {
                // The voices stand elsewhere then, and nobody was asked about those.
                browser::close_questions();
                found.refetch();
            },
        );
    };
    view! {
        <form class="panel__row" method="post" action=MergeSpeakers::PATH on:submit=submit>
            <input type="hidden" name="id" value=open.id.to_string()/>
            <input type="hidden" name="version" value=move || open.version.get().to_string()/>
            {first}
            <span>{words.speakers_merge_is}</span>
            {second}
            <Confirm label=words.speakers_merge question=words.speakers_merge_question>
                <button class="button" data-tone="danger" aria-busy=submission.busy()>{words.speakers_merge}</button>
            </Confirm>
        </form>
    }
}
