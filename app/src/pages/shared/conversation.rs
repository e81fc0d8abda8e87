//! A conversation that somebody shared, as it stood then.

use leptos::{either::Either, prelude::*};
use leptos_meta::Title;
use model::{SharedConversation, SharedMessage, Speaker};

use crate::{
    address::with_query,
    browser,
    chat::tools::{self, Preview},
    language::use_words,
    ui::{moment::Moment, visible::visible},
};

/// Its messages, so many a page. `path` is where the link leads.
#[component]
pub(super) fn Conversation(conversation: SharedConversation, path: String) -> impl IntoView {
    let words = use_words();
    let SharedConversation {
        title,
        taken_at,
        messages,
        is_beginning,
        next,
    } = conversation;
    let messages = messages
        .into_iter()
        .map(|message| view! { <Message message/> })
        .collect_view();
    let more = next.map(|next| with_query(&path, &[("from", &next.to_string())]));
    let has_ways = more.is_some() || !is_beginning;
    let preview = RwSignal::new(None);
    Effect::new(move |_| browser::after_layout(move || tools::name_buttons(words)));
    view! {
        <Title text=format!("{title} · {}", words.product)/>
        <h1 class="shared__title" dir="auto">{title}</h1>
        <p class="shared__facts"><span>{words.shared_as_of} " " <Moment at=taken_at/></span></p>
        <div class="shared__messages" on:click=move |event| tools::press(&event, words, preview)>{messages}</div>
        <Preview code=preview/>
        {has_ways.then(|| view! {
            <nav class="shared__ways" aria-label=words.conversations>
                {(!is_beginning).then(|| view! { <a class="button" href=path rel="external">{words.shared_beginning}</a> })}
                {more.map(|more| view! { <a class="button" href=more rel="external next">{words.shared_more}</a> })}
            </nav>
        })}
    }
}

#[component]
fn Message(message: SharedMessage) -> impl IntoView {
    let words = use_words();
    let who = match (message.speaker, message.model) {
        (Speaker::User, _) => words.shared_question.to_owned(),
        (Speaker::Assistant, Some(model)) => model.into(),
        (Speaker::Assistant, None) => words.assistant.to_owned(),
    };
    let said = match message.speaker {
        Speaker::User => Either::Left(
            view! { <div class="shared__question" dir="auto">{visible(message.text)}</div> },
        ),
        Speaker::Assistant => {
            let blocks = message
                .blocks
                .into_iter()
                .map(|html| view! { <div class="prose__block" inner_html=html></div> })
                .collect_view();
            Either::Right(view! { <div class="prose">{blocks}</div> })
        }
    };
    view! {
        <article class="shared__message">
            <h2 class="shared__who">{who}</h2>
            {said}
        </article>
    }
}
