//! Speaking instead of typing: the microphone's sound goes to the server while it is spoken, and what is understood stands in the
//! field, behind what was typed.

use leptos::{prelude::*, task::spawn_local};
use model::FailureCode;
use serde::Deserialize;
use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::{BinaryType, MessageEvent, WebSocket};

use crate::{
    browser::{
        self,
        local::Local,
        microphone::{self, Microphone, NoMicrophone},
    },
    error::AppError,
    language::{use_language, use_words},
    ui::icon::{Glyph, Icon},
};

/// What the server tells.
#[derive(Deserialize)]
#[serde(untagged)]
enum Told {
    Heard { index: u64, text: String },
    Failed { failure: FailureCode },
}

/// A line to the server, with what listens on it.
struct Line {
    socket: WebSocket,
    microphone: Option<Microphone>,
    _handlers: [Closure<dyn FnMut(MessageEvent)>; 2],
}

/// Dictation into a text.
#[derive(Clone, Copy)]
pub struct Dictation {
    text: RwSignal<String>,
    problem: RwSignal<Option<AppError>>,
    refusal: RwSignal<Option<NoMicrophone>>,
    is_listening: RwSignal<bool>,
    /// The sentences by their index, as they were put into the text last.
    sentences: StoredValue<Vec<(u64, String)>>,
    line: Local<Line>,
}

impl Dictation {
    /// None yet, into this text.
    pub fn new(text: RwSignal<String>, problem: RwSignal<Option<AppError>>) -> Self {
        let dictation = Self {
            text,
            problem,
            refusal: RwSignal::new(None),
            is_listening: RwSignal::new(false),
            sentences: StoredValue::new(Vec::new()),
            line: Local::new(),
        };
        on_cleanup(move || dictation.hang_up());
        dictation
    }

    /// Whether it listens.
    pub fn is_listening(self) -> bool {
        self.is_listening.get()
    }

    /// Whether the microphone could not be had.
    pub fn is_refused(self) -> bool {
        self.refusal.with(Option::is_some)
    }

    /// Listens, in a language if it is known. What is heard stands behind what the text is by then.
    pub fn begin(self, language: Option<&'static str>) {
        if self.is_listening.get_untracked() {
            return;
        }
        self.is_listening.set(true);
        self.refusal.set(None);
        self.problem.set(None);
        self.sentences.set_value(Vec::new());
        spawn_local(async move {
            let opened = microphone::open(move |sound| self.send(sound)).await;
            // While the person was asked, it was given up, or the page was left: what was opened is closed again.
            let is_wanted = self.is_listening.try_get_untracked() == Some(true);
            if !is_wanted || self.line.is_some() {
                return;
            }
            match opened {
                Ok(microphone) => self.connect(microphone, language),
                Err(why) => {
                    self.is_listening.try_set(false);
                    self.refusal.try_set(Some(why));
                }
            }
        });
    }

    fn connect(self, microphone: Microphone, language: Option<&str>) {
        let place = match language {
            Some(language) => format!("/dictation?language={language}"),
            None => "/dictation".to_owned(),
        };
        let address = browser::socket_address(&place);
        let Some(socket) = address.and_then(|address| WebSocket::new(&address).ok()) else {
            self.fail(FailureCode::Overloaded);
            return;
        };
        socket.set_binary_type(BinaryType::Arraybuffer);
        let told = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
            let told = event.data().as_string();
            match told.and_then(|told| serde_json::from_str(&told).ok()) {
                Some(Told::Heard { index, text }) => self.write(index, &text),
                Some(Told::Failed { failure }) => self.fail(failure),
                None => {}
            }
        });
        let closed = Closure::<dyn FnMut(MessageEvent)>::new(move |_| self.end());
        socket.set_onmessage(Some(told.as_ref().unchecked_ref()));
        socket.set_onclose(Some(closed.as_ref().unchecked_ref()));
        self.line.set(Some(Line {
            socket,
            microphone: Some(microphone),
            _handlers: [told, closed],
        }));
    }

    fn send(self, sound: &js_sys::ArrayBuffer) {
        self.line.with(|line| {
            if line.socket.ready_state() == WebSocket::OPEN {
                // A line that breaks meanwhile tells so by itself.
                let _sent = line.socket.send_with_array_buffer(sound);
            }
        });
    }

    /// Puts a sentence in its place.
    fn write(self, index: u64, sentence: &str) {
        let sentence = sentence.trim().to_owned();
        let known = self.sentences.try_with_value(|sentences| {
            let mut sentences = sentences.iter();
            let found = sentences.find(|(known, _)| *known == index);
            found.map(|(_, text)| text.clone())
        });
        let known = known.flatten();
        let is_put = self
            .text
            .try_update(|text| put(text, known.as_deref(), &sentence));
        if is_put != Some(true) {
            return;
        }
        self.sentences.try_update_value(|sentences| {
            match sentences.iter_mut().find(|(known, _)| *known == index) {
                Some((_, text)) => *text = sentence,
                None => sentences.push((index, sentence)),
            }
        });
    }

    /// No more sound; what is still understood comes yet.
    pub fn stop(self) {
        let told = self.line.with(|line| {
            line.microphone = None;
            if line.socket.ready_state() == WebSocket::OPEN {
                let _sent = line.socket.send_with_str("end");
            } else {
                let _closed = line.socket.close();
            }
        });
        // The microphone is still asked for.
        if told.is_none() && self.is_listening.try_get_untracked() == Some(true) {
            self.is_listening.set(false);
        }
    }

    fn end(self) {
        self.is_listening.try_set(false);
        // Not while its own handler runs.
        spawn_local(async move { self.hang_up() });
    }

    fn fail(self, code: FailureCode) {
        self.problem.try_set(Some(AppError::new(code)));
        self.end();
    }

    fn hang_up(self) {
        if let Some(line) = self.line.take() {
            line.socket.set_onmessage(None);
            line.socket.set_onclose(None);
            let _closed = line.socket.close();
        }
    }
}

/// Puts a sentence where what was understood of it `before` stands, else behind the text; Latin script has a space before it. What was
/// understood before and is no longer there was sent meanwhile, or changed by hand, and stays so. Whether it was put.
fn put(text: &mut String, before: Option<&str>, sentence: &str) -> bool {
    if let Some(before) = before.filter(|before| !before.is_empty()) {
        let Some(at) = text.rfind(before) else {
            return false;
        };
        text.replace_range(at..at + before.len(), sentence);
        return true;
    }
    if sentence.is_empty() {
        return false;
    }
    if text.ends_with(|c: char| c.is_ascii_graphic()) {
        text.push(' ');
    }
    text.push_str(sentence);
    true
}

/// The button: begins, and ends. Without a microphone there is none.
#[component]
pub fn DictationButton(dictation: Dictation) -> impl IntoView {
    let words = use_words();
    let language = use_language();
    let is_offered = RwSignal::new(false);
    Effect::new(move |_| is_offered.set(microphone::is_there()));
    let is_listening = dictation.is_listening;
    let label = move || {
        if is_listening.get() {
            words.dictation_stop
        } else {
            words.dictation_start
        }
    };
    let press = move |_| {
        if is_listening.get_untracked() {
            dictation.stop();
        } else {
            dictation.begin(Some(language.name()));
        }
    };
    view! {
        <Show when=move || is_offered.get()>
            <button
                class="icon-button composer__microphone"
                type="button"
                title=label
                aria-label=label
                aria-pressed=move || is_listening.get().to_string()
                on:click=press
            >
                <Glyph icon=Icon::Microphone/>
            </button>
        </Show>
    }
}

/// Why the microphone is not heard.
#[component]
pub fn DictationProblem(dictation: Dictation) -> impl IntoView {
    let words = use_words();
    move || {
        let text = match dictation.refusal.get()? {
            NoMicrophone::Refused => words.dictation_refused,
            NoMicrophone::Missing => words.dictation_missing,
        };
        Some(view! { <p class="notice" data-tone="danger" role="alert">{text}</p> })
    }
}

#[cfg(test)]
mod tests {
    use super::put;

    /// Of each sentence what is understood, one after the other.
    fn heard(typed: &str, sentences: &[&[&str]]) -> String {
        let mut text = typed.to_owned();
        for understood in sentences {
            let mut before = None;
            for sentence in *understood {
                assert!(put(&mut text, before, sentence));
                before = Some(*sentence);
            }
        }
        text
    }

    #[test]
    fn sentences_follow_each_other_as_their_script_has_it() {
        assert_eq!(heard("", &[&["你", "你好。"], &["再见。"]]), "你好。再见。");
        assert_eq!(
            heard("", &[&["Hello."], &["Good", "Good bye."]]),
            "Hello. Good bye."
        );
        assert_eq!(heard("So:\n", &[&["Hello."]]), "So:\nHello.");
        assert_eq!(heard("请问", &[&["现在几点？"]]), "请问现在几点？");
    }

    #[test]
    fn what_is_typed_meanwhile_stays() {
        let mut text = "Hel and more".to_owned();
        assert!(put(&mut text, Some("Hel"), "Hello."));
        assert_eq!(text, "Hello. and more");
    }

    #[test]
    fn what_was_sent_or_changed_meanwhile_does_not_come_back() {
        for now in ["", "Hi"] {
            let mut text = now.to_owned();
            assert!(!put(&mut text, Some("Hel"), "Hello."));
            assert_eq!(text, now);
            assert!(put(&mut text, None, "Next."));
            assert!(text.ends_with("Next."));
        }
        let mut text = String::new();
        assert!(!put(&mut text, None, ""));
    }
}
