//! What a tool made that a model called: beside the answer, as soon as it is there.

use leptos::{ev, prelude::*, task::spawn_local};
use model::{JobKind, Making, ToolCallId, WorkView};

use crate::{
    api::works::load_made,
    language::use_words,
    ui::dialog::Dialog,
    works::result::{Film, Sound, address},
};

/// The call whose work is shown.
#[derive(Clone, Copy)]
pub struct MadeBy(pub ToolCallId);

/// How often it is looked whether it is there, in milliseconds.
const LOOK_MS: u32 = 1_500;

/// The work of the call in the context; nothing where it is not kept any more.
#[component]
pub fn MadePanel() -> impl IntoView {
    let words = use_words();
    let MadeBy(call) = expect_context();
    let made = RwSignal::new(None::<Making>);
    Effect::new(move |_| {
        spawn_local(async move {
            // The library has it in any case.
            while let Ok(making) = load_made(call.to_string()).await {
                let goes_on = making.ended_at.is_none();
                if made.try_set(Some(making)).is_some() || !goes_on {
                    return;
                }
                gloo_timers::future::TimeoutFuture::new(LOOK_MS).await;
            }
        });
    });
    move || {
        let making = made.get()?;
        let failure = making.failure.as_ref().or(making.failed.first());
        let failure = failure.map(|failure| failure.code);
        if !making.works.is_empty() {
            let works = making.works.into_iter();
            let shown = works.map(|work| view! { <Shown work/> }).collect_view();
            Some(shown.into_any())
        } else if making.ended_at.is_none() {
            Some(view! { <p role="status">{words.making_working}</p> }.into_any())
        } else {
            failure.map(|code| {
                view! { <p class="notice" data-tone="danger">{words.failure(code)}</p> }.into_any()
            })
        }
    }
}

#[component]
fn Shown(work: WorkView) -> impl IntoView {
    match work.kind {
        JobKind::Image => view! { <Drawn work/> }.into_any(),
        JobKind::Video => view! { <Film work/> }.into_any(),
        JobKind::Speech | JobKind::Transcript => view! { <Sound work/> }.into_any(),
    }
}

/// An image that opens large over the page.
#[component]
fn Drawn(work: WorkView) -> impl IntoView {
    let words = use_words();
    let open = RwSignal::new(false);
    let way = address(&work);
    let (large, small) = (way.clone(), format!("{way}/thumbnail?side=512"));
    let (label, alt) = (words.open_image(&work.prompt), work.prompt);
    let enlarge = move |event: ev::MouseEvent| {
        // Who wants a tab of its own gets one.
        if !event.ctrl_key() && !event.meta_key() && !event.shift_key() {
            event.prevent_default();
            open.set(true);
        }
    };
    view! {
        <a
            class="handed__picture"
            href=way
            target="_blank"
            rel="noopener external"
            aria-label=label
            on:click=enlarge
        >
            <img src=small alt="" loading="lazy"/>
        </a>
        <Dialog open title=words.lightbox>
            <img class="handed__large" src=large.clone() alt=alt.clone()/>
        </Dialog>
    }
}
