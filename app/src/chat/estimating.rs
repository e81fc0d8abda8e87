//! The way from the composer to what the question comes to: from a part of the module that is loaded once there is enough to reckon.

use leptos::prelude::*;
use model::{ConversationId, ModelName};

use super::{attachments::Attaching, part::Part};
use crate::routes::Own;

/// So many bytes are enough to be reckoned: a few lines.
const ENOUGH: usize = 240;

/// What is reckoned.
#[derive(Clone, Copy)]
pub struct Estimating {
    /// The conversation, once there is one.
    pub conversation: Option<ConversationId>,
    /// What is typed.
    pub text: RwSignal<String>,
    /// The files beside it.
    pub attaching: Attaching,
    /// The model that will answer.
    pub model: Signal<ModelName>,
    /// An answer is being written.
    pub is_generating: Signal<bool>,
}

impl Estimating {
    /// Whether there is enough to reckon.
    pub fn is_enough(self) -> bool {
        self.text.with(|text| text.len() > ENOUGH) || !self.attaching.is_empty()
    }
}

/// What it comes to, beneath the composer.
#[component]
pub fn EstimateBeneath(estimating: Estimating) -> impl IntoView {
    provide_context(estimating);
    let is_live = RwSignal::new(false);
    Effect::new(move |_| is_live.set(true));
    let wanted = Memo::new(move |was_wanted: Option<&bool>| {
        was_wanted == Some(&true) || (is_live.get() && estimating.is_enough())
    });
    view! { <Part page=Own::EstimatePanel wanted=wanted.into()/> }
}
