//! What is opened by a press, and seen by none before: a part of the module that is loaded with the first of them.

#![expect(
    clippy::unnecessary_wraps,
    reason = "a part says that it may be missing, for whoever loads it"
)]

use leptos::{prelude::*, task::spawn_local_scoped, wasm_split::wasm_split};

use super::parts::Missing;
use crate::{browser::local::Local, chat::opened::MessagePanels, ui::step_up::ProofDialog};

/// What is opened.
#[derive(Clone, Copy, Debug)]
pub enum Opened {
    /// [`MessagePanels`]
    OfMessages,
    /// [`ProofDialog`]
    Proof,
}

#[wasm_split(opened, wasm_split_path = ::leptos::wasm_split, fallible)]
fn opened(what: Opened) -> Result<AnyView, Missing> {
    Ok(match what {
        Opened::OfMessages => view! { <MessagePanels/> }.into_any(),
        Opened::Proof => view! { <ProofDialog/> }.into_any(),
    })
}

/// Draws it when it is first `wanted`. It stays then: what closes it is still running when it is closed. Where it can't be had, `missing` is
/// told, and the next wish asks for it anew.
#[component]
pub fn OpenedPart(
    what: Opened,
    #[prop(into)] wanted: Signal<bool>,
    missing: Callback<()>,
) -> impl IntoView {
    let view = Local::<AnyView>::new();
    let is_there = RwSignal::new(false);
    // What is drawn later is this component's all the same.
    let owner = Owner::current();
    Effect::new(move |_| {
        if !wanted.get() || is_there.get_untracked() {
            return;
        }
        let load = async move {
            let loaded = opened(what).await;
            if is_there.try_get_untracked() != Some(false) {
                // The page has gone meanwhile, or it is there already.
                return;
            }
            match loaded {
                Ok(loaded) => {
                    view.set(Some(loaded));
                    is_there.set(true);
                }
                Err(Missing) => missing.run(()),
            }
        };
        if let Some(owner) = &owner {
            owner.with(|| untrack(|| spawn_local_scoped(load)));
        }
    });
    move || is_there.get().then(|| view.take())
}
