//! A new transcript: a file that is chosen or dropped, or the microphone; and how it is to be written down.

use leptos::{ev, html, prelude::*};
use model::transcript::{TranscriptOffers, UnfinishedRecording};
use web_sys::Blob;

use super::{
    record::Record,
    send::{Sending, SendingView},
    unfinished::Unfinished,
};
use crate::{language::use_words, ui::select::Select};

/// What can be recorded or chosen.
const ACCEPTED: &str =
    "audio/*,video/mp4,video/webm,video/quicktime,.mp3,.m4a,.wav,.flac,.ogg,.opus,.amr,.aac";
/// So many speakers can be said to speak.
const VOICES: std::ops::RangeInclusive<u32> = 2..=8;

/// How it is to be written down.
#[derive(Clone, Copy)]
pub(super) struct Choices {
    pub(super) language: RwSignal<String>,
    pub(super) speakers: RwSignal<String>,
    pub(super) translate_to: RwSignal<String>,
    pub(super) model: RwSignal<String>,
}

/// The panel. Without scripts nothing can be handed in, and it says so.
#[component]
pub fn New(offers: TranscriptOffers, unfinished: Vec<UnfinishedRecording>) -> impl IntoView {
    let words = use_words();
    let text = |text: &str| RwSignal::new(text.to_owned());
    let first = offers
        .models
        .first()
        .map(|model| model.name.clone())
        .unwrap_or_default();
    let choices = Choices {
        language: text(""),
        speakers: text("auto"),
        translate_to: text(""),
        model: RwSignal::new(first),
    };
    let sending = Sending::new(choices);
    let told = RwSignal::new(None::<&'static str>);
    let named = |codes: &[String]| -> Vec<(String, String)> {
        codes
            .iter()
            .map(|code| (code.clone(), words.spoken_language(code)))
            .collect()
    };
    let mut languages = vec![(String::new(), words.transcript_any_language.to_owned())];
    languages.extend(named(&offers.languages));
    let mut translations = vec![(String::new(), words.transcript_no_translation.to_owned())];
    translations.extend(named(&offers.translations));
    let mut voices = vec![
        ("auto".to_owned(), words.speakers_auto.to_owned()),
        ("off".to_owned(), words.speakers_off.to_owned()),
    ];
    voices
        .extend(VOICES.map(|count| (count.to_string(), words.speakers_count(&count.to_string()))));
    let models: Vec<(String, String)> = offers
        .models
        .iter()
        .map(|model| (model.name.clone(), model.name.clone()))
        .collect();
    view! {
        <section class="panel" aria-labelledby="new-transcript">
            <h2 id="new-transcript">{words.transcript_new}</h2>
            <noscript><p class="panel__note">{words.transcript_needs_scripts}</p></noscript>
            {(!unfinished.is_empty()).then(|| view! { <Unfinished recordings=unfinished sending/> })}
            <div class="recordings__choices">
                <Select name="language" label=words.transcript_language value=choices.language options=languages/>
                <Select name="speakers" label=words.speakers value=choices.speakers options=voices/>
                <Select name="translation" label=words.transcript_translation value=choices.translate_to options=translations/>
                <Select name="model" label=words.model value=choices.model options=models/>
            </div>
            <div class="recordings__ways" data-needs="script">
                <Choose sending told/>
                <Record sending/>
            </div>
            <div role="status">
                {move || told.get().map(|told| view! { <p class="panel__note">{told}</p> })}
            </div>
            <SendingView sending/>
        </section>
    }
}

/// A file, chosen or dropped.
#[component]
fn Choose(
    sending: Sending,
    /// What became of what was dropped, if not all of it is sent.
    told: RwSignal<Option<&'static str>>,
) -> impl IntoView {
    let words = use_words();
    let input = NodeRef::<html::Input>::new();
    let over = RwSignal::new(false);
    let take = move |files: Option<web_sys::FileList>| {
        let Some(files) = files.filter(|files| files.length() > 0) else {
            return;
        };
        if untrack(|| sending.is_busy()) {
            told.set(Some(words.transcript_not_now));
            return;
        }
        told.set((files.length() > 1).then_some(words.transcript_one_at_a_time));
        if let Some(file) = files.get(0) {
            let name = file.name();
            sending.send(Blob::from(file), name);
        }
    };
    let take_chosen = move |input: web_sys::HtmlInputElement| {
        take(input.files());
        // The same file can be chosen once more.
        input.set_value("");
    };
    let chosen = move |_| {
        if let Some(input) = input.get_untracked() {
            take_chosen(input);
        }
    };
    // What was chosen before the page was alive.
    Effect::new(move |_| {
        if let Some(input) = input.get() {
            untrack(|| take_chosen(input));
        }
    });
    let dropped = move |event: ev::DragEvent| {
        event.prevent_default();
        over.set(false);
        take(event.data_transfer().and_then(|data| data.files()));
    };
    view! {
        <label
            class="recordings__drop"
            data-over=move || over.get().then_some("true")
            on:dragover=move |event| {
                event.prevent_default();
                over.set(true);
            }
            on:dragleave=move |_| over.set(false)
            on:drop=dropped
        >
            <span class="recordings__drop-title">{words.transcript_choose}</span>
            <span class="recordings__drop-hint">{words.transcript_choose_hint}</span>
            <input
                class="visually-hidden"
                type="file"
                accept=ACCEPTED
                node_ref=input
                disabled=move || sending.is_busy()
                on:change=chosen
            />
        </label>
    }
}
