//! Recordings whose page was closed or died: what had arrived of them by then can still be used.

use leptos::{prelude::*, task::spawn_local};
use model::transcript::UnfinishedRecording;

use super::{send::Sending, words::clock};
use crate::{
    browser::tus::live::Live,
    language::use_words,
    ui::{confirm::Confirm, moment::Moment},
};

/// The recordings, each to be used or thrown away.
#[component]
pub(super) fn Unfinished(recordings: Vec<UnfinishedRecording>, sending: Sending) -> impl IntoView {
    let shown = RwSignal::new(recordings);
    view! {
        <ul class="recordings__unfinished" data-needs="script">
            <For each=move || shown.get() key=|recording| recording.id let:recording>
                <One recording shown sending/>
            </For>
        </ul>
    }
}

#[component]
fn One(
    recording: UnfinishedRecording,
    shown: RwSignal<Vec<UnfinishedRecording>>,
    sending: Sending,
) -> impl IntoView {
    let words = use_words();
    let (id, bytes) = (recording.id, recording.bytes);
    let last_at = recording.last_at;
    let length = clock(recording.recorded_ms);
    let length_of = length.clone();
    let name = recording.name;
    let put_away = move || shown.update(|shown| shown.retain(|other| other.id != id));
    #[expect(
        clippy::cast_precision_loss,
        reason = "an upload has at most some gigabytes"
    )]
    let live = move || Live::unfinished(id, bytes as f64);
    view! {
        <li class="recordings__found" aria-label=name>
            <p>{words.recording_unfinished(&length)}" "<Moment at=last_at/></p>
            <div class="panel__row">
                <button
                    class="button"
                    type="button"
                    disabled=move || sending.is_busy()
                    on:click=move |_| {
                        put_away();
                        sending.finish(live());
                    }
                >
                    {words.recording_use}
                </button>
                <Confirm
                    label=words.recording_discard
                    of=length_of
                    question=words.recording_discard_question
                >
                    <button
                        class="button"
                        data-tone="danger"
                        type="button"
                        on:click=move |_| {
                            put_away();
                            spawn_local(async move { live().discard().await });
                        }
                    >
                        {words.recording_discard}
                    </button>
                </Confirm>
            </div>
        </li>
    }
}
