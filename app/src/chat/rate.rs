//! What the reader thinks of an answer: a thumb up or down, and a few words once there is one. Forms, so they work before the page is live.

use leptos::{ev::SubmitEvent, prelude::*, task::spawn_local};
use model::{Comment, Rating};
use server_fn::ServerFn;

use super::{acts::more_id, answer::OpenMessage, open::OpenConversation};
use crate::{
    api::ratings::{RateAnswer, RemoveRating, rate_answer, remove_rating},
    browser,
    language::use_words,
    ui::{
        icon::{Glyph, Icon},
        text_field::as_text,
    },
};

/// Both thumbs, and behind them what there is to say. Not below what the reader wrote.
#[component]
pub fn Rate(message: OpenMessage, conversation: OpenConversation) -> impl IntoView {
    let rating = message.rating.clone();
    let is_rated = Memo::new(move |_| rating.with(Option::is_some));
    (!message.edited).then(|| {
        view! {
            <Thumb good=true message=message.clone() conversation/>
            <Thumb good=false message=message.clone() conversation/>
            {move || {
                let message = message.clone();
                is_rated.get().then(|| view! { <Words message conversation/> })
            }}
        }
    })
}

#[component]
fn Thumb(good: bool, message: OpenMessage, conversation: OpenConversation) -> impl IntoView {
    let words = use_words();
    let (id, rating) = (message.id, message.rating);
    let (label, icon) = if good {
        (words.rate_good, Icon::ThumbUp)
    } else {
        (words.rate_bad, Icon::ThumbDown)
    };
    let shown = rating.clone();
    let is_given = Memo::new(move |_| {
        shown.with(|rating| rating.as_ref().is_some_and(|rating| rating.good == good))
    });
    let press = move |event: SubmitEvent| {
        event.prevent_default();
        let rating = rating.clone();
        spawn_local(async move {
            match rate_answer(conversation.id, id, good.to_string(), None).await {
                Ok(()) => rating.update(|rating| {
                    let said = rating.take().map(|rating| rating.comment);
                    let comment = said.unwrap_or_default();
                    *rating = Some(Rating { good, comment });
                }),
                Err(error) => {
                    conversation.problem.try_set(Some(error));
                }
            }
        });
    };
    view! {
        <form method="post" action=RateAnswer::PATH on:submit=press>
            <input type="hidden" name="id" value=conversation.id.to_string()/>
            <input type="hidden" name="message" value=id.to_string()/>
            <input type="hidden" name="good" value=good.to_string()/>
            <button
                class="icon-button"
                title=label
                aria-label=label
                aria-pressed=move || is_given.get().to_string()
            >
                <Glyph icon/>
            </button>
        </form>
    }
}

/// A few words about it, and taking it all back.
#[component]
fn Words(message: OpenMessage, conversation: OpenConversation) -> impl IntoView {
    let words = use_words();
    let (id, rating) = (message.id, message.rating);
    let said = rating.with_untracked(|rating| {
        let rating = rating.as_ref();
        rating
            .map(|rating| rating.comment.clone())
            .unwrap_or_default()
    });
    let typed = RwSignal::new(said.clone());
    let field = format!("comment-{id}");
    let shown = rating.clone();
    let is_good =
        Memo::new(move |_| shown.with(|rating| rating.as_ref().is_some_and(|rating| rating.good)));
    let kept = rating.clone();
    let save = move |event: SubmitEvent| {
        event.prevent_default();
        let (kept, good, comment) = (kept.clone(), is_good.get_untracked(), typed.get_untracked());
        spawn_local(async move {
            let sent = Some(comment.clone());
            match rate_answer(conversation.id, id, good.to_string(), sent).await {
                Ok(()) => {
                    kept.set(Some(Rating { good, comment }));
                    conversation.acts.tell(words.rating_saved);
                }
                Err(error) => {
                    conversation.problem.try_set(Some(error));
                }
            }
        });
    };
    let remove = move |event: SubmitEvent| {
        event.prevent_default();
        let rating = rating.clone();
        spawn_local(async move {
            match remove_rating(conversation.id, id).await {
                Ok(()) => {
                    rating.set(None);
                    // What was pressed goes with it.
                    browser::focus_drawn(more_id(id));
                }
                Err(error) => {
                    conversation.problem.try_set(Some(error));
                }
            }
        });
    };
    view! {
        <details class="rate">
            <summary class="rate__summary">{words.rating_comment}</summary>
            <form class="rate__form" method="post" action=RateAnswer::PATH on:submit=save>
                <input type="hidden" name="id" value=conversation.id.to_string()/>
                <input type="hidden" name="message" value=id.to_string()/>
                <input type="hidden" name="good" value=move || is_good.get().to_string()/>
                <label class="field__label" for=field.clone()>{words.rating_comment_label}</label>
                <textarea
                    class="field__line field__area"
                    id=field
                    name="comment"
                    rows="3"
                    maxlength=Comment::MAX.to_string()
                    autocomplete="off"
                    on:input:target=move |event| typed.set(event.target().value())
                >
                    {as_text(said)}
                </textarea>
                <p class="field__hint">{words.rating_note}</p>
                <button class="button">{words.rating_save}</button>
            </form>
            <form method="post" action=RemoveRating::PATH on:submit=remove>
                <input type="hidden" name="id" value=conversation.id.to_string()/>
                <input type="hidden" name="message" value=id.to_string()/>
                <button class="button">{words.rating_remove}</button>
            </form>
        </details>
    }
}
