//! What a film costs, as its generation writes it.

use serde_json::{Value, json};

use super::{plan::Shooting, shape};
use crate::models::media::{FilmForm, FilmUsage};

/// Seconds of films handed in that are billed at most.
const MOST_INPUT: f64 = 5.0;

/// The seconds that are billed: those that were made, and those that came in.
pub(super) fn seconds(shooting: &Shooting) -> f64 {
    f64::from(shooting.plan.seconds) + input(shooting)
}

fn input(shooting: &Shooting) -> f64 {
    shooting
        .references
        .seconds
        .iter()
        .sum::<f64>()
        .min(MOST_INPUT)
}

/// `usage`.
pub(super) fn of(shooting: &Shooting, model: &str) -> Value {
    let (plan, lines) = (&shooting.plan, shape::lines(shooting.size));
    match plan.usage {
        FilmUsage::Ratio => json!({
            "video_count": 1,
            "video_duration": plan.seconds,
            "video_ratio": "standard",
        }),
        FilmUsage::Resolution => json!({
            "video_count": 1,
            "duration": plan.seconds,
            "SR": lines,
        }),
        FilmUsage::InAndOut => {
            let mut usage = json!({
                "duration": seconds(shooting),
                "input_video_duration": whole_or_not(input(shooting)),
                "output_video_duration": plan.seconds,
                "video_count": 1,
                "SR": lines,
            });
            let (width, height) = shooting.size;
            if matches!(
                plan.form,
                FilmForm::Text | FilmForm::TextWithRatio | FilmForm::References
            ) {
                usage["size"] = format!("{width}*{height}").into();
            }
            if model.contains("flash") {
                usage["audio"] = plan.has_sound.into();
            }
            usage
        }
    }
}

/// 0 is written without a fraction.
fn whole_or_not(seconds: f64) -> Value {
    if seconds == 0.0 {
        0.into()
    } else {
        seconds.into()
    }
}
