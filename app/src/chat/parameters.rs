//! The way from the composer to what is set for the answers.

use leptos::{ev::MouseEvent, html, prelude::*};
use model::{ConversationId, ModelName};

use super::part::Part;
use crate::{
    address::with_query,
    language::use_words,
    routes::Own,
    ui::{
        dialog::{DialogHead, follow},
        icon::{Glyph, Icon},
    },
};

/// Where the form is a page.
pub const PATH: &str = "/parameters";

/// Whose parameters the dialog shows.
#[derive(Clone, Copy)]
pub struct ParametersOf {
    /// The conversation; none for the one that is begun next.
    pub conversation: Option<ConversationId>,
    /// The model that answers next.
    pub model: RwSignal<ModelName>,
    /// The dialog is open.
    pub open: RwSignal<bool>,
}

impl ParametersOf {
    /// Not shown yet.
    pub fn new(conversation: Option<ConversationId>, model: RwSignal<ModelName>) -> Self {
        Self {
            conversation,
            model,
            open: RwSignal::new(false),
        }
    }

    /// Where they are a page.
    pub fn link(conversation: Option<ConversationId>) -> String {
        let id = conversation.map(|id| id.to_string()).unwrap_or_default();
        with_query(PATH, &[("conversation", &id)])
    }
}

/// Opens the dialog; without scripts, the page.
#[component]
pub fn ParametersButton(of: ParametersOf) -> impl IntoView {
    let words = use_words();
    let show = move |event: MouseEvent| {
        // Another tab is for the page.
        if !(event.ctrl_key() || event.meta_key() || event.shift_key()) {
            event.prevent_default();
            of.open.set(true);
        }
    };
    view! {
        <a
            class="icon-button"
            href=ParametersOf::link(of.conversation)
            title=words.parameters
            aria-label=words.parameters
            on:click=show
        >
            <Glyph icon=Icon::Settings/>
        </a>
    }
}

/// The dialog. It holds a form, so it stands outside the composer's.
#[component]
pub fn ParametersDialog(of: ParametersOf) -> impl IntoView {
    let words = use_words();
    provide_context(of);
    let dialog = NodeRef::<html::Dialog>::new();
    follow(dialog, of.open.into());
    let close = move || of.open.set(false);
    view! {
        <dialog
            class="dialog"
            data-kind="drawer"
            aria-label=words.parameters
            node_ref=dialog
            on:close=move |_| close()
        >
            <DialogHead title=words.parameters close/>
            <Part page=Own::ParametersPanel wanted=of.open.into()/>
        </dialog>
    }
}
