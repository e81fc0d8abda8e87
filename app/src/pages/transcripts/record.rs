//! Recording in the browser: how long and how loud it is, holding on, and what was recorded until it is handed in.

use std::time::Duration;

use leptos::{prelude::*, task::spawn_local};

use super::{
    captions::{Captions, CaptionsView},
    send::Sending,
};
use crate::{
    browser::{self, local::Local, microphone::NoMicrophone, recorder::Recorder},
    language::use_words,
    ui::icon::{Glyph, Icon},
};

/// How often level and time are looked at.
const LOOK: Duration = Duration::from_millis(100);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Idle,
    Opening,
    Recording,
    Paused,
    Ending,
}

/// The microphone.
#[component]
#[expect(clippy::too_many_lines, reason = "most is what stands on the page")]
pub(super) fn Record(sending: Sending) -> impl IntoView {
    let words = use_words();
    let recorder = Local::<Recorder>::new();
    let state = RwSignal::new(State::Idle);
    let level = RwSignal::new(0.0_f64);
    let elapsed_ms = RwSignal::new(0.0_f64);
    let problem = RwSignal::new(None::<NoMicrophone>);
    let last = StoredValue::new(0.0_f64);

    let look = move || {
        let now = browser::now_ms();
        let before = last.try_get_value().unwrap_or(now);
        last.try_set_value(now);
        if state.try_get_untracked() == Some(State::Recording) {
            elapsed_ms.try_update(|elapsed| *elapsed += now - before);
            let loud = recorder.with(|recorder| recorder.level());
            level.try_set(loud.unwrap_or(0.0));
        }
    };
    Effect::new(move |_| {
        if let Ok(timer) = set_interval_with_handle(look, LOOK) {
            on_cleanup(move || timer.clear());
        }
    });
    let is_recording = Signal::derive(move || state.get() == State::Recording);
    let captions = Captions::new(is_recording, sending.language());
    let begin = move |_| {
        captions.clear();
        state.set(State::Opening);
        problem.set(None);
        elapsed_ms.set(0.0);
        spawn_local(async move {
            match Recorder::begin().await {
                Ok(opened) => {
                    recorder.set(Some(opened));
                    state.try_set(State::Recording);
                }
                Err(error) => {
                    problem.try_set(Some(error));
                    state.try_set(State::Idle);
                }
            }
        });
    };
    let hold = move |_| {
        recorder.with(|recorder| {
            if state.get_untracked() == State::Paused {
                recorder.resume();
                state.set(State::Recording);
            } else {
                recorder.pause();
                level.set(0.0);
                state.set(State::Paused);
            }
        });
    };
    let end = move |_| {
        state.set(State::Ending);
        let taken = recorder.take();
        spawn_local(async move {
            let recorded = match taken {
                Some(recorder) => recorder.end().await,
                None => None,
            };
            state.try_set(State::Idle);
            level.try_set(0.0);
            if let Some((sound, end)) = recorded {
                sending.send(sound, format!("{} {}.{end}", words.recording, stamp()));
            }
        });
    };
    let discard = move |_| {
        recorder.set(None);
        level.set(0.0);
        state.set(State::Idle);
    };
    let goes = move || matches!(state.get(), State::Recording | State::Paused);
    #[expect(clippy::cast_possible_truncation, reason = "hours at most")]
    let time = move || super::words::clock(elapsed_ms.get() as i64);
    view! {
        <div class="recorder">
            <Show
                when=goes
                fallback=move || view! {
                    <button
                        class="recorder__begin"
                        type="button"
                        disabled=move || sending.is_busy() || state.get() != State::Idle
                        on:click=begin
                    >
                        <Glyph icon=Icon::Microphone/>
                        {words.recording_begin}
                    </button>
                }
            >
                <p class="recorder__time" role="timer">{time}</p>
                <meter class="recorder__level" min="0" max="1" value=move || level.get().to_string() aria-label=words.recording_level></meter>
                <div class="panel__row">
                    <button class="button" type="button" on:click=hold>
                        {move || if state.get() == State::Paused { words.upload_resume } else { words.upload_pause }}
                    </button>
                    <button class="button" data-tone="primary" type="button" on:click=end>{words.recording_end}</button>
                    <button class="button" type="button" on:click=discard>{words.recording_discard}</button>
                </div>
            </Show>
            <CaptionsView captions/>
            {move || problem.get().map(|problem| {
                let text = match problem {
                    NoMicrophone::Refused => words.recording_refused,
                    NoMicrophone::Missing => words.recording_missing,
                };
                view! { <p class="notice" data-tone="danger" role="alert">{text}</p> }
            })}
        </div>
    }
}

/// `2026-11-29 16-05`, by the clock of this device.
fn stamp() -> String {
    let now = js_sys::Date::new_0();
    format!(
        "{}-{:02}-{:02} {:02}-{:02}",
        now.get_full_year(),
        now.get_month() + 1,
        now.get_date(),
        now.get_hours(),
        now.get_minutes()
    )
}
