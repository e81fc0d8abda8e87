//! A work as large as there is room for it.

use leptos::prelude::*;
use model::{JobKind, Pixels};

/// The image to look at, or the player. `source` is where its file is, `prompt` what is said of it to who doesn't see it.
#[component]
pub fn Large(
    medium: JobKind,
    source: String,
    prompt: String,
    pixels: Option<Pixels>,
) -> impl IntoView {
    let (width, height) = pixels.map(|size| (size.width, size.height)).unzip();
    match medium {
        JobKind::Image => view! {
            <img class="large__picture" src=source alt=prompt width=width height=height/>
        }
        .into_any(),
        JobKind::Video => view! {
            <video class="large__picture" controls playsinline preload="metadata" src=source aria-label=prompt></video>
        }
        .into_any(),
        JobKind::Speech | JobKind::Transcript => view! {
            <audio class="large__sound" controls preload="metadata" src=source aria-label=prompt></audio>
        }
        .into_any(),
    }
}
