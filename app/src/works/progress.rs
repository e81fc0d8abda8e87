//! How a making goes: what it does, how far it is, for how long. Nothing is invented: there is no percentage.

use leptos::prelude::*;
use model::{JobKind, Making};

use super::desk::use_desk;
use crate::{language::use_words, ui::figures::yuan};

/// One line while it goes on, and another when it has ended.
#[component]
pub fn Progress(making: ArcRwSignal<Making>) -> impl IntoView {
    let words = use_words();
    let desk = use_desk();
    let step = {
        let making = making.clone();
        Memo::new(move |_| making.with(|making| words.making_step(making)))
    };
    let is_final = {
        let making = making.clone();
        Memo::new(move |_| making.with(|making| making.state.is_final()))
    };
    let told = {
        let making = making.clone();
        move || making.with(|making| so_far(words, making))
    };
    let elapsed = move || {
        let now = desk.now.get().filter(|_| !is_final.get())?;
        making.with(|making| {
            #[expect(
                clippy::cast_precision_loss,
                reason = "milliseconds since 1970 fit for ages"
            )]
            let seconds = ((now - making.created_at.get() as f64) / 1_000.0).max(0.0);
            Some(clock(seconds))
        })
    };
    view! {
        <p class="progress" aria-busy=move || (!is_final.get()).then_some("true")>
            {move || (!is_final.get()).then(|| view! { <span class="spinner" aria-hidden="true"></span> })}
            <span role="status">{step}</span>
            <span class="progress__told">{told}</span>
            // Each second would be read out.
            <span class="progress__elapsed" aria-hidden="true">{elapsed}</span>
        </p>
    }
}

/// Beside the step: how many are there, what it may take, what it did cost.
fn so_far(words: &crate::language::Words, making: &Making) -> String {
    if making.state.is_final() {
        return making.cost.map_or_else(String::new, yuan);
    }
    let mut told = Vec::new();
    if let Some((done, all)) = making.done.filter(|(_, all)| *all > 1) {
        told.push(words.done_of(&done.to_string(), &all.to_string()));
    }
    if making.wish.kind() == JobKind::Video {
        told.push(words.takes_minutes.to_owned());
    }
    told.join(" · ")
}

/// Seconds as a stop-watch shows them: `0:07`, `12:30`.
fn clock(seconds: f64) -> String {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "not negative, and no making takes ages"
    )]
    let seconds = seconds as u64;
    format!("{}:{:02}", seconds / 60, seconds % 60)
}

#[cfg(test)]
mod tests {
    use super::clock;

    #[test]
    fn elapsed_time_is_a_stop_watch() {
        for (seconds, expected) in [(0.0, "0:00"), (7.9, "0:07"), (750.0, "12:30")] {
            assert_eq!(clock(seconds), expected);
        }
    }
}
