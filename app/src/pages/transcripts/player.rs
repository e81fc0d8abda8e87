//! The sound, and the words lit up as they are said. One listener for all of them: what is lit is found by the times that the
//! sentences have, and nothing is kept for each word.

#![expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    reason = "milliseconds of a recording: the browser's player has them as fractions"
)]

use std::{cell::RefCell, rc::Rc, sync::Arc};

use leptos::{ev, html, prelude::*, task::spawn_local};
use model::{
    TranscriptId,
    transcript::{TranscriptView, WordTime},
};
use wasm_bindgen::{JsCast, closure::Closure};
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    Element, HtmlAudioElement, ScrollBehavior, ScrollIntoViewOptions, ScrollLogicalPosition,
};

use super::words::clock;
use crate::{
    browser,
    language::use_words,
    ui::icon::{Glyph, Icon},
};

/// What arrow keys skip, in seconds.
const SKIP_S: f64 = 5.0;
const SPEEDS: [&str; 6] = ["0.75", "1", "1.25", "1.5", "1.75", "2"];

/// What is called before a frame is drawn.
type Frame = Closure<dyn FnMut()>;

/// Plays it. A browser that does not let it, or that is told to pause meanwhile, shows it paused.
fn play(audio: &HtmlAudioElement) {
    if let Ok(playing) = audio.play() {
        spawn_local(async move {
            let _played = JsFuture::from(playing).await;
        });
    }
}

/// When a sentence is said, and its words.
struct Timed {
    id: u32,
    begin_ms: f64,
    end_ms: f64,
    words: Vec<WordTime>,
}

/// The sound of a transcript. It is the page's, and outlives what is drawn anew while it plays.
#[derive(Clone, Copy)]
pub struct Player {
    of: StoredValue<Option<TranscriptId>>,
    audio: NodeRef<html::Audio>,
    times: StoredValue<Arc<Vec<Timed>>>,
    /// The sentence and the word that are lit.
    lit: StoredValue<(Option<u32>, Option<u32>)>,
    pub(super) plays: RwSignal<bool>,
    pub(super) follows: RwSignal<bool>,
    pub(super) now_ms: RwSignal<i64>,
}

impl Player {
    /// Nothing is to be heard yet.
    pub(super) fn new() -> Self {
        Self {
            of: StoredValue::new(None),
            audio: NodeRef::new(),
            times: StoredValue::new(Arc::new(Vec::new())),
            lit: StoredValue::new((None, None)),
            plays: RwSignal::new(false),
            follows: RwSignal::new(true),
            now_ms: RwSignal::new(0),
        }
    }

    /// The sound of that one from now on. Whether it is another one than before, of which nothing is played yet.
    pub(super) fn takes(self, view: &TranscriptView) -> bool {
        let times = view.sentences.iter().map(|sentence| Timed {
            id: sentence.id,
            begin_ms: sentence.begin_ms as f64,
            end_ms: sentence.end_ms as f64,
            words: sentence.words.clone(),
        });
        self.times.set_value(Arc::new(times.collect()));
        let is_another = self.of.get_value() != Some(view.line.id);
        if is_another {
            let lit = self.lit.get_value();
            // On the server nothing is lit, and there is nothing to put out.
            if lit.0.is_some() {
                mark(sentence(lit.0).as_ref(), false);
                mark(word_of(lit).as_ref(), false);
            }
            self.of.set_value(Some(view.line.id));
            self.lit.set_value((None, None));
            self.plays.set(false);
            self.follows.set(true);
            self.now_ms.set(0);
        }
        is_another
    }

    /// Goes to a moment and plays from there.
    pub(super) fn play_from(self, ms: i64) {
        let Some(audio) = self.audio.get_untracked() else {
            return;
        };
        audio.set_current_time(ms as f64 / 1000.0);
        self.follows.set(true);
        play(&audio);
        self.light();
    }

    fn toggle(self) {
        if let Some(audio) = self.audio.get_untracked() {
            if audio.paused() {
                play(&audio);
            } else {
                // Throws for nothing that is loaded.
                let _paused = audio.pause();
            }
        }
    }

    fn skip(self, seconds: f64) {
        if let Some(audio) = self.audio.get_untracked() {
            audio.set_current_time((audio.current_time() + seconds).max(0.0));
            self.light();
        }
    }

    /// What a click on a word or on a moment means.
    pub(super) fn click(self, event: &ev::MouseEvent) {
        let Some(target) = event
            .target()
            .and_then(|target| target.dyn_into::<Element>().ok())
        else {
            return;
        };
        let closest = |selector| target.closest(selector).ok().flatten();
        let Some(item) = closest("[data-sentence]") else {
            return;
        };
        let id = item
            .get_attribute("data-sentence")
            .and_then(|id| id.parse::<u32>().ok());
        let times = self.times.get_value();
        let Some(timed) = times.iter().find(|timed| Some(timed.id) == id) else {
            return;
        };
        if closest(".sentence__moment").is_some() {
            event.prevent_default();
            self.play_from(timed.begin_ms as i64);
        } else if let Some(word) = closest(".sentence__words > span") {
            let place = std::iter::successors(
                word.previous_element_sibling(),
                Element::previous_element_sibling,
            );
            let time = timed.words.get(place.count());
            self.play_from(time.map_or(timed.begin_ms as i64, |word| i64::from(word.0)));
        }
    }

    /// Lights what is said now.
    fn light(self) {
        let Some(audio) = self.audio.get_untracked() else {
            return;
        };
        let now = audio.current_time() * 1000.0;
        if self.now_ms.get_untracked() / 1000 != now as i64 / 1000 {
            self.now_ms.set(now as i64);
        }
        let times = self.times.get_value();
        let next = times.partition_point(|timed| timed.begin_ms <= now);
        let timed = next.checked_sub(1).and_then(|place| times.get(place));
        let timed = timed.filter(|timed| now < timed.end_ms + 400.0);
        let word = timed.and_then(|timed| {
            let next = timed.words.partition_point(|word| f64::from(word.0) <= now);
            u32::try_from(next.checked_sub(1)?).ok()
        });
        let lit = (timed.map(|timed| timed.id), word);
        let before = self.lit.get_value();
        if lit == before {
            return;
        }
        self.lit.set_value(lit);
        if lit.0 != before.0 {
            mark(sentence(before.0).as_ref(), false);
            let item = sentence(lit.0);
            mark(item.as_ref(), true);
            if let Some(item) = item.filter(|_| self.follows.get_untracked()) {
                show(&item);
            }
        }
        mark(word_of(before).as_ref(), false);
        mark(word_of(lit).as_ref(), true);
    }

    /// Shows a sentence without playing it.
    pub(super) fn show(self, id: u32) {
        self.follows.set(false);
        if let Some(item) = sentence(Some(id)) {
            show(&item);
        }
    }

    /// A sentence was put right: its words have other times.
    pub(super) fn retime(self, id: u32, words: Vec<WordTime>) {
        // The page may have been left while that was being kept.
        let Some(times) = self.times.try_get_value() else {
            return;
        };
        let changed = times.iter().map(|timed| Timed {
            id: timed.id,
            begin_ms: timed.begin_ms,
            end_ms: timed.end_ms,
            words: if timed.id == id {
                words.clone()
            } else {
                timed.words.clone()
            },
        });
        self.times.set_value(Arc::new(changed.collect()));
        self.lit.set_value((None, None));
    }

    /// Space plays and holds on, arrows skip, unless something is being typed.
    fn press(self, event: &ev::KeyboardEvent) {
        let typed = event
            .target()
            .and_then(|target| target.dyn_into::<Element>().ok());
        let busy = typed.is_some_and(|element| {
            let inputs = "input, textarea, select, button, summary, a, dialog, audio";
            element.closest(inputs).ok().flatten().is_some()
        });
        if busy || event.ctrl_key() || event.meta_key() || event.alt_key() {
            return;
        }
        match event.key().as_str() {
            " " => self.toggle(),
            "ArrowLeft" => self.skip(-SKIP_S),
            "ArrowRight" => self.skip(SKIP_S),
            _ => return,
        }
        event.prevent_default();
    }

    /// Looks at each frame while it plays.
    fn run(self) {
        let frame: Rc<RefCell<Option<Frame>>> = Rc::default();
        let again = Rc::clone(&frame);
        *frame.borrow_mut() = Some(Closure::new(move || {
            self.light();
            if self.plays.try_get_untracked() == Some(true) {
                request(again.borrow().as_ref());
            } else {
                again.borrow_mut().take();
            }
        }));
        request(frame.borrow().as_ref());
    }
}

fn request(frame: Option<&Closure<dyn FnMut()>>) {
    if let (Some(frame), Some(window)) = (frame, browser::window()) {
        // Throws for nothing that is a function.
        let _asked = window.request_animation_frame(frame.as_ref().unchecked_ref());
    }
}

fn sentence(id: Option<u32>) -> Option<Element> {
    browser::window()?
        .document()?
        .get_element_by_id(&format!("s-{}", id?))
}

fn word_of((id, word): (Option<u32>, Option<u32>)) -> Option<Element> {
    let words = sentence(Some(id?))?
        .query_selector(".sentence__words")
        .ok()??;
    words.children().item(word?)
}

fn mark(element: Option<&Element>, is_now: bool) {
    let Some(element) = element else { return };
    let _marked = if is_now {
        element.set_attribute("data-now", "")
    } else {
        element.remove_attribute("data-now")
    };
}

fn show(item: &Element) {
    let options = ScrollIntoViewOptions::new();
    options.set_block(ScrollLogicalPosition::Center);
    options.set_behavior(if browser::prefers_reduced_motion() {
        ScrollBehavior::Auto
    } else {
        ScrollBehavior::Smooth
    });
    item.scroll_into_view_with_scroll_into_view_options(&options);
}

/// The bar beneath, with the sound.
#[component]
pub fn PlayerBar(player: Player, view: TranscriptView) -> impl IntoView {
    let words = use_words();
    let Some(file) = view.file else {
        return view! { <p class="player player__gone">{words.transcript_no_recording}</p> }
            .into_any();
    };
    let length = view.line.duration_ms;
    Effect::new(move |_| {
        let keys = window_event_listener(ev::keydown, move |event| player.press(&event));
        // Whoever scrolls by themselves is not scrolled away.
        let wheel = window_event_listener(ev::wheel, move |_| player.follows.set(false));
        let touch = window_event_listener(ev::touchmove, move |_| player.follows.set(false));
        on_cleanup(move || {
            keys.remove();
            wheel.remove();
            touch.remove();
        });
    });
    let began = move |_| {
        player.plays.set(true);
        player.run();
    };
    let source = format!("/files/{file}");
    let speeds = SPEEDS
        .iter()
        .map(|speed| view! { <option value=*speed selected=*speed == "1">{format!("{speed}×")}</option> })
        .collect_view();
    let speed_changed = move |event: ev::Event| {
        let chosen = event_target_value(&event).parse().unwrap_or(1.0);
        if let Some(audio) = player.audio.get_untracked() {
            audio.set_playback_rate(chosen);
        }
    };
    view! {
        <div class="player" role="group" aria-label=words.player>
            <audio
                class="player__audio"
                controls=true
                preload="metadata"
                src=source
                node_ref=player.audio
                on:play=began
                on:pause=move |_| player.plays.set(false)
                on:ended=move |_| player.plays.set(false)
                on:timeupdate=move |_| player.light()
                on:seeked=move |_| player.light()
            ></audio>
            <div class="player__tools" data-needs="script">
                <button class="icon-button" type="button" title=words.player_toggle aria-label=words.player_toggle on:click=move |_| player.toggle()>
                    {move || if player.plays.get() { view! { <Glyph icon=Icon::Stop/> } } else { view! { <Glyph icon=Icon::Continue/> } }}
                </button>
                <span class="player__time">{move || clock(player.now_ms.get())} " / " {clock(length)}</span>
                <select class="player__speed" aria-label=words.player_speed on:change=speed_changed>{speeds}</select>
                <button
                    class="button"
                    type="button"
                    aria-pressed=move || player.follows.get().to_string()
                    on:click=move |_| player.follows.update(|follows| *follows = !*follows)
                >
                    {words.player_follow}
                </button>
            </div>
        </div>
    }
    .into_any()
}
