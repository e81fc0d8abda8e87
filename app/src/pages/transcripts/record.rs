//! Recording in the browser: how long and how loud it is, holding on, and sending what is recorded while it is: whatever becomes of
//! the page, the last seconds are lost at most.

use std::time::Duration;

use leptos::{ev, prelude::*, task::spawn_local};

use super::{
    captions::{Captions, CaptionsView},
    send::Sending,
};
use crate::{
    browser::{
        self,
        local::Local,
        microphone::NoMicrophone,
        recorder::Recorder,
        tus::live::{Live, Sent},
    },
    error::AppError,
    language::use_words,
    ui::{
        confirm::Confirm,
        icon::{Glyph, Icon},
        notice::Notice,
    },
};

/// How often level and time are looked at.
const LOOK: Duration = Duration::from_millis(100);
/// How often what was recorded is sent, in milliseconds: what is lost at most.
const SEND_MS: u32 = 5_000;
/// The same after a refusal.
const REFUSED_MS: u32 = 30_000;
/// Bytes that are kept here while the network is away, more than an hour: then the recording is held.
const HELD: f64 = 32.0 * 1024.0 * 1024.0;

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
    let live = Local::<Live>::new();
    let is_away = RwSignal::new(false);
    let refusal = RwSignal::new(None::<AppError>);
    // None before the first look: a recording may begin before that.
    let last = StoredValue::new(None::<f64>);

    let look = move || {
        let now = browser::now_ms();
        let before = last.try_get_value().flatten().unwrap_or(now);
        last.try_set_value(Some(now));
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
    // Nobody leaves by mistake while more than seconds are only here.
    Effect::new(move |_| {
        let listener = window_event_listener(ev::beforeunload, move |event| {
            if is_away.get_untracked() && live.is_some() {
                event.prevent_default();
            }
        });
        on_cleanup(move || listener.remove());
    });
    let pause = move || {
        recorder.with(|recorder| recorder.pause());
        level.try_set(0.0);
        state.try_update(|state| {
            if *state == State::Recording {
                *state = State::Paused;
            }
        });
    };
    // Sends what is recorded until it has an end, which is sent with the wish.
    let send = move |live: Live| {
        spawn_local(async move {
            let mut wait = SEND_MS;
            loop {
                gloo_timers::future::TimeoutFuture::new(wait).await;
                let now = state.try_get_untracked();
                let has_ended =
                    now.is_some_and(|now| !matches!(now, State::Recording | State::Paused));
                if has_ended || live.is_over() {
                    return;
                }
                live.recorded(elapsed_ms.try_get_untracked().unwrap_or(0.0));
                wait = SEND_MS;
                match live.send(false).await {
                    Ok(sent) => {
                        is_away.try_set(sent == Sent::Away);
                        refusal.try_set(None);
                        if sent == Sent::Some {
                            wait = 0;
                        }
                    }
                    // Thrown away meanwhile.
                    Err(_) if live.is_over() => return,
                    Err(error) => {
                        refusal.try_set(Some(error));
                        wait = REFUSED_MS;
                        pause();
                    }
                }
                if live.held() > HELD {
                    pause();
                }
                // The page has gone elsewhere: that was the last of it.
                if now.is_none() {
                    return;
                }
            }
        });
    };
    let is_recording = Signal::derive(move || state.get() == State::Recording);
    let captions = Captions::new(is_recording, sending.language());
    let begin = move |_| {
        captions.clear();
        state.set(State::Opening);
        problem.set(None);
        elapsed_ms.set(0.0);
        is_away.set(false);
        refusal.set(None);
        spawn_local(async move {
            let take = move |piece| {
                live.with(|live| live.add(piece));
            };
            match Recorder::begin(take).await {
                Ok(opened) => {
                    let (kind, end) = opened.kind();
                    let name = format!("{} {}.{end}", words.recording, stamp());
                    let begun = Live::new(&name, &kind);
                    live.set(Some(begun.clone()));
                    send(begun);
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
        refusal.set(None);
    };
    let end = move |_| {
        state.set(State::Ending);
        let taken = recorder.take();
        spawn_local(async move {
            if let Some(recorder) = taken {
                recorder.end().await;
            }
            state.try_set(State::Idle);
            level.try_set(0.0);
            is_away.try_set(false);
            let recorded = live.take().filter(|live| live.size() > 0.0);
            if let Some(recorded) = recorded {
                recorded.recorded(elapsed_ms.try_get_untracked().unwrap_or(0.0));
                sending.finish(recorded);
            }
        });
    };
    let discard = move |_| {
        recorder.set(None);
        level.set(0.0);
        is_away.set(false);
        refusal.set(None);
        state.set(State::Idle);
        if let Some(live) = live.take() {
            spawn_local(async move { live.discard().await });
        }
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
                    <button
                        class="button"
                        data-tone="primary"
                        type="button"
                        disabled=move || sending.is_busy()
                        on:click=end
                    >{words.recording_end}</button>
                    <Confirm label=words.recording_discard question=words.recording_discard_question>
                        <button class="button" data-tone="danger" type="button" on:click=discard>
                            {words.recording_discard}
                        </button>
                    </Confirm>
                </div>
            </Show>
            <Show when=move || is_away.get() && goes() fallback=|| ()>
                <p class="notice" role="status">{words.recording_kept_here}</p>
            </Show>
            <Notice error=refusal/>
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
