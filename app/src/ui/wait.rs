//! How long to wait until trying again makes sense, counted down. Nothing is locked meanwhile: who tries earlier may.

use std::time::Duration;

use leptos::{prelude::*, task::spawn_local};
use model::Millis;

use crate::{browser, language::use_words};

const SECOND_MS: f64 = 1_000.0;

/// An answer that was begun so much longer ago than the wait lasts has failed long ago too: it was asked for a few times before.
const ASKED_FOR_MS: f64 = 120_000.0;

/// The sentence, which changes each second where scripts run. Screen readers hear it where they read it, not whenever it changes.
#[component]
pub fn Wait(
    seconds: u32,
    /// When that was begun which failed, where it may have been long ago; else it has just failed.
    #[prop(optional_no_strip)]
    begun: Option<Millis>,
) -> impl IntoView {
    let words = use_words();
    let left = RwSignal::new(seconds);
    Effect::new(move |_| {
        let now = browser::now_ms();
        let wait = f64::from(seconds) * SECOND_MS;
        let is_past = begun.is_some_and(|begun| now - ms(begun) > wait + ASKED_FOR_MS);
        count_down(left, if is_past { now } else { now + wait });
    });
    let told = move || match left.get() {
        0 => words.retry_now.to_owned(),
        left => words.retry_after(&left.to_string()),
    };
    view! { <span role="timer">{told}</span> }
}

fn count_down(left: RwSignal<u32>, until: f64) {
    spawn_local(async move {
        while let Some(before) = left.try_get_untracked() {
            // Timers sleep in tabs that nobody looks at; the clock does not.
            let rest = rest(before, until - browser::now_ms());
            if rest != before {
                left.try_set(rest);
            }
            if rest == 0 {
                break;
            }
            gloo_timers::future::sleep(Duration::from_secs(1)).await;
        }
    });
}

/// The whole seconds that so many milliseconds last, and never more than there were before.
fn rest(before: u32, left_ms: f64) -> u32 {
    if left_ms <= 0.0 {
        return 0;
    }
    let mut rest = before;
    while rest > 1 && left_ms <= f64::from(rest - 1) * SECOND_MS {
        rest -= 1;
    }
    rest
}

#[expect(
    clippy::cast_precision_loss,
    reason = "a time in milliseconds has fewer bits than a double keeps"
)]
fn ms(at: Millis) -> f64 {
    at.get() as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_are_counted_whole_and_down() {
        for (before, left_ms, expected) in [
            (20, 20_000.0, 20),
            (20, 19_001.0, 20),
            (20, 19_000.0, 19),
            (20, 3_500.0, 4),
            (4, 9_000.0, 4),
            (1, 1.0, 1),
            (4, 0.0, 0),
            (u32::MAX, -1.0, 0),
        ] {
            assert_eq!(rest(before, left_ms), expected, "{before} {left_ms}");
        }
    }
}
