//! `/c/{id}`: the conversation that the address names is loaded, and takes the place of the one before.

use std::mem;

use leptos::{prelude::*, reactive::computed::ScopedFuture};
use leptos_router::hooks::{use_params_map, use_query_map};
use model::{
    Asked, ConversationId, ConversationView, FailureCode, MessageId, MessagePage, ModelName, Queue,
};

use super::{
    conversation::{Conversation, LeftTyped},
    frame::{JustAsked, LoadFailed, PageOffer},
};
use crate::{
    api::{conversations::open_conversation, generation::Offer},
    chat::keyboard::{Keyboard, go_on_writing},
    error::AppError,
    pages::not_found::NotFound,
    ui::{awaited::awaited_anew, skeleton::Shape, succession::one_by_one},
};

/// What an address names: the conversation, the message before whose predecessors it begins, the message at which it is opened.
type Place = (Option<ConversationId>, Option<MessageId>, Option<MessageId>);

/// What was loaded, and what is needed to draw it.
struct Opened {
    key: String,
    view: Result<ConversationView, AppError>,
    offer: Result<Offer, AppError>,
}

/// Loads the conversation that the address names. The one before stays as it is until that is there: what is typed until then is in its draft.
#[component]
pub fn ConversationPage() -> impl IntoView {
    let params = use_params_map();
    let query = use_query_map();
    let PageOffer(offer) = expect_context();
    let just_asked: JustAsked = expect_context();
    provide_context(LeftTyped::nothing());
    let wanted = move || -> Place {
        let id = params.with(|params| params.get_str("id")?.parse::<ConversationId>().ok());
        let message = |name| query.with(|query| query.get_str(name)?.parse::<MessageId>().ok());
        (id, message("before"), message("message"))
    };
    let view = Resource::new_blocking(wanted, move |place| async move {
        (place, load(place, just_asked, offer).await)
    });
    let (keyboard, present) = (
        StoredValue::new(None::<Keyboard>),
        StoredValue::new(String::new()),
    );
    let is_alive = StoredValue::new(false);
    Effect::new(move |_| is_alive.set_value(true));
    let next = move || {
        let (place, view) = view.get()?;
        let offer = offer.get()?;
        let mut key = key(place, view.is_ok() && offer.is_ok());
        if is_alive.try_get_value() == Some(true) {
            if untrack(wanted) == place {
                // Looked for while what has it is still there.
                keyboard.try_set_value(Some(Keyboard::now()));
            } else if let Some(there) = present.try_get_value().filter(|key| !key.is_empty()) {
                // One has gone on, or back, meanwhile: what is there stays for what comes next.
                key = there;
            }
        }
        present.try_set_value(key.clone());
        Some(Opened { key, view, offer })
    };
    let draw = move |opened: Opened| {
        if just_asked.writes.try_update_value(mem::take) == Some(true) {
            go_on_writing();
        } else if let Some(keyboard) = keyboard.try_get_value().flatten() {
            keyboard.go_on();
        }
        drawn(opened)
    };
    awaited_anew(Shape::Transcript, move || {
        // Only waited for. What follows what is loaded is the place in it: all of this, were it to follow it, would be ended while it waits.
        ScopedFuture::new_untracked(async move {
            let _are_there = (view.await, offer.await);
            one_by_one(next, |opened: &Opened| opened.key.clone(), draw)
        })
    })
}

async fn load(
    (id, before, message): Place,
    just_asked: JustAsked,
    offer: Resource<Result<Offer, AppError>>,
) -> Result<ConversationView, AppError> {
    let Some(id) = id else {
        return Err(AppError::new(FailureCode::NotFound));
    };
    let asked = just_asked.asked.try_update_value(Option::take).flatten();
    let typed = just_asked.typed.try_update_value(Option::take).flatten();
    let mut view = match asked.filter(|asked| asked.conversation == id) {
        Some(asked) => begun(asked, offer.await?.default),
        None => open_conversation(id, before, message).await?,
    };
    // It may not be kept yet.
    if let Some((_, typed)) = typed.filter(|(of, _)| *of == id)
        && view.draft.is_empty()
    {
        view.draft = typed;
    }
    Ok(view)
}

/// What is drawn once: a place of a conversation, or that it can't be had.
fn key((id, before, message): Place, is_there: bool) -> String {
    let parts = [
        id.map(|id| id.to_string()),
        before.map(|id| id.to_string()),
        message.map(|id| id.to_string()),
        is_there.then(String::new),
    ];
    // No id is written so.
    let parts = parts.map(|part| part.unwrap_or_else(|| "-".to_owned()));
    parts.join(" ")
}

fn drawn(opened: Opened) -> AnyView {
    match (opened.view, opened.offer) {
        (Ok(view), Ok(offer)) => view! { <Conversation view offer/> }.into_any(),
        (Err(error), _) if error.code == FailureCode::NotFound => view! { <NotFound/> }.into_any(),
        (Err(error), _) | (_, Err(error)) => view! { <LoadFailed error/> }.into_any(),
    }
}

/// A conversation of one question, as *Send* has just made it: nothing needs to be loaded.
fn begun(asked: Asked, default: ModelName) -> ConversationView {
    let words = asked.question.text.as_str();
    let first = asked.question.attachments.first();
    let first = first.filter(|_| words.is_empty());
    let title = model::Title::of_question(first.map_or(words, |file| file.name.as_str()));
    ConversationView {
        id: asked.conversation,
        title,
        model: asked.answer.model.clone().unwrap_or(default),
        messages: MessagePage {
            items: vec![asked.question, asked.answer],
            older_than: None,
        },
        draft: String::new(),
        draft_attachments: Vec::new(),
        draft_assistant: None,
        draft_kept_at: None,
        queue: Queue::default(),
        has_newer: false,
        is_pinned: false,
        is_archived: false,
        assistant: None,
        is_temporary: false,
    }
}
