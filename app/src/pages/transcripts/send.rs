//! A recording on its way to the server, and the wish that follows it.

use leptos::{
    either::{Either, EitherOf3},
    ev,
    prelude::*,
    task::spawn_local,
};
use web_sys::Blob;

use super::new::Choices;
use crate::{
    api::transcripts::{TranscriptForm, make_transcript},
    browser::{
        self,
        local::Local,
        tus::{self, Progress, Wanted, live::Live},
    },
    error::AppError,
    language::use_words,
    ui::{confirm::Confirm, notice::Notice},
};

/// Where it is.
#[derive(Clone, Copy, Debug, PartialEq)]
enum State {
    /// Nothing is on its way.
    Idle,
    /// So much of it is there, from 0 to 1; or the network is away.
    Sending(Progress, f64),
    /// It is there, and is handed in.
    HandingIn,
}

/// What is on its way. A recording that failed to arrive is kept until it is thrown away.
#[derive(Clone, Copy)]
pub(super) struct Sending {
    choices: Choices,
    state: RwSignal<State>,
    paused: RwSignal<bool>,
    called_off: RwSignal<bool>,
    error: RwSignal<Option<AppError>>,
    kept: Local<(Blob, String)>,
    /// A recording that was sent while it was made, and is to be finished.
    live: Local<Live>,
    can_retry: RwSignal<bool>,
}

impl Sending {
    pub(super) fn new(choices: Choices) -> Self {
        let sending = Self {
            choices,
            state: RwSignal::new(State::Idle),
            paused: RwSignal::new(false),
            called_off: RwSignal::new(false),
            error: RwSignal::new(None),
            kept: Local::new(),
            live: Local::new(),
            can_retry: RwSignal::new(false),
        };
        // Nobody leaves by mistake while a recording is only here.
        Effect::new(move |_| {
            let listener = window_event_listener(ev::beforeunload, move |event| {
                if sending.kept.is_some() || sending.live.is_some() {
                    event.prevent_default();
                }
            });
            on_cleanup(move || listener.remove());
        });
        sending
    }

    /// What is spoken; empty where it is to be found out.
    pub(super) fn language(self) -> RwSignal<String> {
        self.choices.language
    }

    /// Whether nothing else can be sent: something is on its way, or is kept until it is sent again or thrown away.
    pub(super) fn is_busy(self) -> bool {
        self.state.get() != State::Idle || self.can_retry.get()
    }

    /// Sends it and has it written down.
    pub(super) fn send(self, file: Blob, name: String) {
        if untrack(|| self.is_busy()) {
            return;
        }
        self.kept.set(Some((file, name)));
        self.again();
    }

    /// Finishes a recording that was sent while it was made, and has it written down.
    pub(super) fn finish(self, live: Live) {
        if !untrack(|| self.is_busy()) {
            self.live.set(Some(live));
            self.again();
        }
    }

    fn again(self) {
        let live = self.live.with(|live| (*live).clone());
        let kept = self.kept.with(|kept| (*kept).clone());
        if live.is_none() && kept.is_none() {
            return;
        }
        self.error.set(None);
        self.can_retry.set(false);
        self.paused.set(false);
        self.called_off.set(false);
        self.state.set(State::Sending(Progress::Sent(0.0), 0.0));
        let submission = browser::fresh_uuid();
        spawn_local(async move {
            let size = match (&live, &kept) {
                (Some(live), _) => live.size(),
                (None, Some((file, _))) => file.size(),
                (None, None) => 0.0,
            };
            let size = size.max(1.0);
            let wanted = move || match (
                self.called_off.try_get_untracked(),
                self.paused.try_get_untracked(),
            ) {
                (Some(false), Some(false)) => Wanted::Yes,
                (Some(false), Some(true)) => Wanted::Paused,
                _ => Wanted::No,
            };
            let tell = move |progress| {
                self.state.try_update(|state| {
                    let before = match state {
                        State::Sending(_, share) => *share,
                        State::Idle | State::HandingIn => 0.0,
                    };
                    let share = match progress {
                        Progress::Sent(bytes) => bytes / size,
                        Progress::Waiting => before,
                    };
                    *state = State::Sending(progress, share);
                });
            };
            let sent = match (&live, &kept) {
                (Some(live), _) => live.finish(wanted, tell).await,
                (None, Some((file, name))) => tus::upload(file, name, wanted, tell).await,
                (None, None) => Ok(None),
            };
            let made = match sent {
                Ok(None) if live.is_some() => {
                    // It lies at the server and here: whoever does not want it says so.
                    self.state.try_set(State::Idle);
                    self.can_retry.try_set(true);
                    return;
                }
                Ok(None) => {
                    self.forget();
                    return;
                }
                Ok(Some(id)) => {
                    self.state.try_set(State::HandingIn);
                    make_transcript(self.form(id.to_string()), submission).await
                }
                Err(error) => Err(error),
            };
            let was_left = self.state.try_set(State::Idle).is_some();
            match made {
                Ok(_) if was_left => self.forget(),
                Ok(id) => {
                    self.forget();
                    browser::go_to(&format!("/transcripts/{id}"));
                }
                Err(error) => {
                    self.error.try_set(Some(error));
                    self.can_retry.try_set(true);
                }
            }
        });
    }

    fn forget(self) {
        self.kept.set(None);
        if let Some(live) = self.live.take() {
            spawn_local(async move { live.discard().await });
        }
        self.state.try_set(State::Idle);
        self.error.try_set(None);
        self.can_retry.try_set(false);
    }

    fn form(self, file: String) -> TranscriptForm {
        let text = |signal: RwSignal<String>| signal.try_get_untracked().unwrap_or_default();
        TranscriptForm {
            file,
            model: text(self.choices.model),
            title: String::new(),
            language: text(self.choices.language),
            speakers: text(self.choices.speakers),
            translate_to: text(self.choices.translate_to),
        }
    }
}

/// How far it is, and holding it on.
#[component]
pub(super) fn SendingView(sending: Sending) -> impl IntoView {
    let words = use_words();
    let is_retry = move || sending.can_retry.get();
    view! {
        <div class="recordings__sending" aria-live="polite">
            {move || match sending.state.get() {
                State::Idle => EitherOf3::A(()),
                State::HandingIn => EitherOf3::B(view! { <p>{words.transcript_handing_in}</p> }),
                State::Sending(progress, share) => EitherOf3::C(view! {
                    <p>
                        {if progress == Progress::Waiting {
                            words.upload_waiting.to_owned()
                        } else {
                            words.upload_sent(&format!("{:.0}", share * 100.0))
                        }}
                    </p>
                    <progress class="recordings__progress" max="1" value=share.to_string() aria-label=words.upload></progress>
                    <div class="panel__row">
                        <button class="button" type="button" on:click=move |_| sending.paused.update(|paused| *paused = !*paused)>
                            {move || if sending.paused.get() { words.upload_resume } else { words.upload_pause }}
                        </button>
                        <button class="button" type="button" on:click=move |_| sending.called_off.set(true)>{words.cancel}</button>
                    </div>
                }),
            }}
            <Notice error=sending.error/>
            <Show when=is_retry fallback=|| ()>
                <div class="panel__row">
                    <button class="button" type="button" on:click=move |_| sending.again()>{words.try_again}</button>
                    {if sending.live.is_some() {
                        // It is nowhere else as a whole, unlike a file that was chosen.
                        Either::Left(view! {
                            <Confirm label=words.recording_discard question=words.recording_discard_question>
                                <button class="button" data-tone="danger" type="button" on:click=move |_| sending.forget()>
                                    {words.recording_discard}
                                </button>
                            </Confirm>
                        })
                    } else {
                        Either::Right(view! {
                            <button class="button" type="button" on:click=move |_| sending.forget()>{words.recording_discard}</button>
                        })
                    }}
                </div>
            </Show>
        </div>
    }
}
