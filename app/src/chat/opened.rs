//! What the button of a message opens: its menu and, from there, what is known of it.

use leptos::prelude::*;
use model::{FailureCode, ModelChoice};

use super::{details::DetailsDialog, message_menu::MessageMenu, open::OpenConversation};
use crate::{
    error::AppError,
    routes::opened::{Opened, OpenedPart},
};

/// Of which conversation, and which models can answer in it.
#[derive(Clone, Copy)]
struct Of {
    conversation: OpenConversation,
    models: StoredValue<Vec<ModelChoice>>,
}

/// Their place, which is empty until the first press.
#[component]
pub fn OpenedFromMessages(
    conversation: OpenConversation,
    models: Vec<ModelChoice>,
) -> impl IntoView {
    let (acts, problem) = (conversation.acts, conversation.problem);
    provide_context(Of {
        conversation,
        models: StoredValue::new(models),
    });
    let wanted = Memo::new(move |_| acts.menu.with(Option::is_some));
    let missing = Callback::new(move |()| {
        acts.menu.try_set(None);
        problem.try_set(Some(AppError::new(FailureCode::Overloaded)));
    });
    view! { <OpenedPart what=Opened::OfMessages wanted missing/> }
}

/// Both of them, loaded.
#[component]
pub fn MessagePanels() -> impl IntoView {
    let Of {
        conversation,
        models,
    } = expect_context();
    let models = models.get_value();
    view! {
        <MessageMenu conversation models/>
        <DetailsDialog conversation/>
    }
}
