//! A work among others: what it is at a glance, a box to tick, and a way to see it large.

use leptos::prelude::*;
use model::{JobKind, WorkView};

use super::{Shelf, chosen::CHOSEN};
use crate::{
    language::use_words,
    ui::{
        figures::duration,
        icon::{Glyph, Icon},
        moment::Moment,
    },
    works::{picker::keep_ticked, result::address},
};

/// The tile.
#[component]
pub fn Tile(work: WorkView, shelf: Shelf) -> impl IntoView {
    let words = use_words();
    let id = work.id;
    let is_chosen = move || shelf.chosen.with(|chosen| chosen.contains(&id));
    let take = move || shelf.chosen.update(|chosen| chosen.push(id));
    let node = NodeRef::new();
    keep_ticked(node, is_chosen, take);
    let tick = move |event: leptos::ev::Event| {
        let is_ticked = event_target_checked(&event);
        shelf.chosen.update(|chosen| {
            chosen.retain(|other| *other != id);
            if is_ticked {
                chosen.push(id);
            }
        });
    };
    let open = move |event: leptos::ev::MouseEvent| {
        if !(event.ctrl_key() || event.meta_key() || event.shift_key()) {
            event.prevent_default();
            shelf.shown.set(Some(id));
        }
    };
    view! {
        <li class="shelf__place" data-chosen=move || is_chosen().then_some("true")>
            <a
                class="shelf__open"
                href=address(&work)
                rel="external"
                aria-label=words.open_work(words.work_kind(work.kind), &work.prompt)
                on:click=open
            >
                <Glance work=work.clone()/>
            </a>
            <label class="shelf__choose" title=words.choose_work>
                <input
                    type="checkbox"
                    form=CHOSEN
                    name="ids[]"
                    value=id.to_string()
                    aria-label=words.choose_this(&work.prompt)
                    node_ref=node
                    on:change=tick
                />
            </label>
            <p class="shelf__prompt">{work.prompt.clone()}</p>
            <p class="shelf__facts">
                <span>{work.model.clone()}</span>
                <Moment at=work.created_at/>
            </p>
        </li>
    }
}

#[component]
fn Glance(work: WorkView) -> impl IntoView {
    let lasts = work.duration_ms.map(duration);
    match work.kind {
        JobKind::Image => view! {
            <img class="shelf__picture" src=format!("/files/{}/thumbnail?side=512", work.file) alt="" loading="lazy"/>
        }
        .into_any(),
        JobKind::Video => view! {
            <video class="shelf__picture" src=address(&work) preload="metadata" muted playsinline tabindex="-1" aria-hidden="true"></video>
            <span class="shelf__badge"><Glyph icon=Icon::Film/>{lasts}</span>
        }
        .into_any(),
        JobKind::Speech | JobKind::Transcript => view! {
            <span class="shelf__sound"><Glyph icon=Icon::Voice/></span>
            <span class="shelf__badge">{lasts}</span>
        }
        .into_any(),
    }
}
