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
    /// What stood there before, and the sentences by their index.
    before: StoredValue<String>,
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
            before: StoredValue::new(String::new()),
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

    /// Listens, in a language if it is known. What is heard stands behind what the text is now.
    pub fn begin(self, language: Option<&'static str>) {
        if self.is_listening.get_untracked() {
            return;
        }
        self.is_listening.set(true);
        self.refusal.set(None);
        self.problem.set(None);
        self.before.set_value(self.text.get_untracked());
        self.sentences.set_value(Vec::new());
        spawn_local(async move {
            let opened = microphone::open(move |sound| self.send(sound)).await;
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
                Some(Told::Heard { index, text }) => self.write(index, text),
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
    fn write(self, index: u64, sentence: String) {
        self.sentences.try_update_value(|sentences| {
            match sentences.iter_mut().find(|(known, _)| *known == index) {
                Some((_, text)) => *text = sentence,
                None => sentences.push((index, sentence)),
            }
        });
        let heard = self.sentences.try_with_value(|sentences| joined(sentences));
        let before = self.before.try_get_value();
        if let (Some(before), Some(heard)) = (before, heard) {
            let between = if before.is_empty() || before.ends_with(char::is_whitespace) {
                ""
            } else {
                " "
            };
            self.text.try_set(format!("{before}{between}{heard}"));
        }
    }

    /// No more sound; what is still understood comes yet.
    pub fn stop(self) {
        self.line.with(|line| {
            line.microphone = None;
            if line.socket.ready_state() == WebSocket::OPEN {
                let _sent = line.socket.send_with_str("end");
            } else {
                let _closed = line.socket.close();
            }
        });
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

/// Sentences in their order; those that end in Latin script have a space behind.
fn joined(sentences: &[(u64, String)]) -> String {
    let mut text = String::new();
    for (_, sentence) in sentences {
        if text.ends_with(|c: char| c.is_ascii()) {
            text.push(' ');
        }
        text.push_str(sentence.trim());
    }
    text
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
    use super::joined;

    #[test]
    fn sentences_follow_each_other_as_their_script_has_it() {
        let of = |sentences: &[&str]| {
            let numbered: Vec<_> = (1..)
                .zip(sentences.iter().map(|s| (*s).to_owned()))
                .collect();
            joined(&numbered)
        };
        assert_eq!(of(&["你好。", "再见。"]), "你好。再见。");
        assert_eq!(of(&["Hello.", "Good bye."]), "Hello. Good bye.");
        assert_eq!(of(&[]), "");
    }
}
