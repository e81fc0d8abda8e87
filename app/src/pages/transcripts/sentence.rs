//! A sentence: when it is said and by whom, its words, its translation, and putting it right.

use std::fmt::Write as _;

use leptos::{ev::SubmitEvent, html, prelude::*, task::spawn_local};
use model::{
    Stretch, TranscriptId,
    invisible::{is_hidden, stretches},
    transcript::{Participant, Sentence},
};

use super::{player::Player, words::clock};
use crate::{
    api::transcripts::edit_sentence,
    error::AppError,
    language::use_words,
    ui::{
        icon::{Glyph, Icon},
        keys::{Action, Lines, decide},
        notice::Notice,
        text_field::press_of,
        visible::visible,
    },
};

/// The transcript that is open, as its parts share it.
#[derive(Clone, Copy)]
pub(super) struct Open {
    pub(super) id: TranscriptId,
    pub(super) player: Player,
    pub(super) speakers: RwSignal<Vec<Participant>>,
    pub(super) version: RwSignal<i64>,
    /// The sentence that is being put right.
    pub(super) editing: RwSignal<Option<u32>>,
}

/// The words, each in an element of its own, as one piece of HTML: nothing else is kept of them in the page.
fn marked(sentence: &Sentence) -> String {
    let mut html = String::with_capacity(sentence.text.len() * 2);
    if sentence.words.is_empty() {
        escape(&sentence.text, &mut html);
    }
    for (_, word) in sentence.spoken() {
        html.push_str("<span>");
        escape(word, &mut html);
        html.push_str("</span>");
    }
    html
}

/// A text as HTML that means nothing but itself; what nobody would see in it is marked.
fn escape(text: &str, html: &mut String) {
    if !text.contains(is_hidden) {
        plain(text, html);
        return;
    }
    for part in stretches(text) {
        match part {
            Stretch::Seen(text) => plain(&text, html),
            Stretch::Hidden(label) => {
                // Writing into a text can't fail.
                let _ = write!(
                    html,
                    r#"<span class="invisible" role="img" aria-label="{label}"></span>"#
                );
            }
        }
    }
}

fn plain(text: &str, html: &mut String) {
    for c in text.chars() {
        match c {
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            '"' => html.push_str("&quot;"),
            c if c.is_control() => html.push(' '),
            c => html.push(c),
        }
    }
}

/// One sentence.
#[component]
pub(super) fn SentenceView(sentence: Sentence, open: Open) -> impl IntoView {
    let words = use_words();
    let (id, begin_ms, speaker) = (sentence.id, sentence.begin_ms, sentence.speaker);
    let translation = sentence.translation.clone();
    let sentence = ArcRwSignal::new(sentence);
    let shown = {
        let sentence = sentence.clone();
        move || sentence.with(marked)
    };
    let name = speaker.map(|speaker| {
        let name = move || {
            let name = open
                .speakers
                .with(|speakers| words.speaker_name(speakers, speaker));
            visible(name)
        };
        view! { <span class="sentence__speaker" data-voice=(speaker % 6).to_string()>{name}</span> }
    });
    let is_edited = Memo::new(move |_| open.editing.get() == Some(id));
    view! {
        <li class="sentence" id=format!("s-{id}") data-sentence=id.to_string()>
            <p class="sentence__head">
                <a class="sentence__moment" href=format!("#s-{id}")>{clock(begin_ms)}</a>
                {name}
                <button
                    class="sentence__pen"
                    type="button"
                    data-needs="script"
                    title=words.sentence_edit
                    aria-label=words.sentence_edit
                    on:click=move |_| open.editing.set(Some(id))
                >
                    <Glyph icon=Icon::Pen/>
                </button>
            </p>
            {move || {
                if is_edited.get() {
                    view! { <Edit sentence=sentence.clone() open/> }.into_any()
                } else {
                    view! { <p class="sentence__words" inner_html=shown.clone()></p> }.into_any()
                }
            }}
            {translation.map(|text| view! { <p class="sentence__translation">{visible(text)}</p> })}
        </li>
    }
}

/// Putting it right, in its place. What was typed stays when it could not be kept.
#[component]
fn Edit(sentence: ArcRwSignal<Sentence>, open: Open) -> impl IntoView {
    let words = use_words();
    let before = sentence.get_untracked();
    let typed = NodeRef::<html::Textarea>::new();
    let error = RwSignal::new(None::<AppError>);
    let busy = RwSignal::new(false);
    let (id, version) = (before.id, before.version);
    Effect::new(move |_| {
        if let Some(field) = typed.get() {
            let _focused = field.focus();
        }
    });
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let Some(field) = typed.get_untracked().filter(|_| !busy.get_untracked()) else {
            return;
        };
        busy.set(true);
        let (text, sentence) = (field.value(), sentence.clone());
        spawn_local(async move {
            match edit_sentence(open.id.to_string(), id, text, version).await {
                Ok(edited) => {
                    open.player.retime(id, edited.words.clone());
                    sentence.set(edited);
                    open.editing.try_set(None);
                }
                Err(refusal) => {
                    error.try_set(Some(refusal));
                    busy.try_set(false);
                }
            }
        });
    };
    let pressed = move |event: leptos::ev::KeyboardEvent| {
        // Esc that closes the words on offer is the input method's.
        if decide(press_of(&event, None), Lines::Many) == Action::Escape {
            open.editing.set(None);
        }
    };
    view! {
        <form class="sentence__edit" on:submit=submit on:keydown=pressed>
            <textarea class="field__line" rows="3" maxlength="10000" aria-label=words.sentence_text node_ref=typed prop:value=before.text></textarea>
            <Notice error/>
            <div class="panel__row">
                <button class="button" data-tone="primary" disabled=move || busy.get()>{words.save}</button>
                <button class="button" type="button" on:click=move |_| open.editing.set(None)>{words.cancel}</button>
            </div>
        </form>
    }
}

#[cfg(test)]
mod tests {
    use model::transcript::WordTime;

    use super::*;

    #[test]
    fn words_stand_in_elements_and_mean_nothing_but_themselves() {
        let mut sentence = Sentence {
            id: 0,
            begin_ms: 0,
            end_ms: 9,
            speaker: None,
            text: "a <b>&\"你好".to_owned(),
            words: vec![WordTime(0, 1, 2), WordTime(1, 2, 5), WordTime(2, 3, 2)],
            version: 0,
            translation: None,
        };
        assert_eq!(
            marked(&sentence),
            "<span>a </span><span>&lt;b&gt;&amp;&quot;</span><span>你好</span>"
        );
        sentence.words.clear();
        assert_eq!(marked(&sentence), "a &lt;b&gt;&amp;&quot;你好");
    }

    // LM-03.
    #[test]
    fn what_nobody_would_see_is_marked_within_its_word() {
        let sentence = Sentence {
            id: 0,
            begin_ms: 0,
            end_ms: 9,
            speaker: None,
            text: "a\u{202e}b<c".to_owned(),
            words: vec![WordTime(0, 1, 3), WordTime(1, 2, 2)],
            version: 0,
            translation: None,
        };
        let mark = r#"<span class="invisible" role="img" aria-label="U+202E"></span>"#;
        assert_eq!(
            marked(&sentence),
            format!("<span>a{mark}b</span><span>&lt;c</span>")
        );
    }
}
