//! What waits for the answer that is being written: above the composer, and at `/c/{id}/queue` as a page for whoever runs no scripts.

mod item;
mod typed;

use leptos::{either::Either, prelude::*};
use leptos_router::hooks::use_params_map;
use model::{
    ConversationId, FailureCode, ModelName, Queue, Session,
    queue::{MOST_QUEUED, QUEUED_TOGETHER},
};
use server_fn::ServerFn;

use super::chat::PageOffer;
use crate::{
    api::{
        generation::{Ask, Offer},
        parameters::load_parameters,
        queue::load_queue,
    },
    chat::{header::Header, model_picker::ModelPicker, queueing::Queueing},
    error::AppError,
    language::use_words,
    ui::{
        area::PageHead,
        figures::count,
        loaded::Loaded,
        notice::{Notice, problem_in_query},
        text_field::{Kind, TextField},
    },
};
use item::Waiting;

/// The conversation, what waits in it, and the model that answers there next.
type Waits = (ConversationId, Queue, Option<ModelName>);

/// The page.
#[component]
pub fn QueuePage() -> impl IntoView {
    let words = use_words();
    let params = use_params_map();
    let id = move || params.with(|params| params.get_str("id")?.parse::<ConversationId>().ok());
    let queue = Resource::new_blocking(id, |id| async move {
        let Some(id) = id else {
            return Err(AppError::new(FailureCode::NotFound));
        };
        let queue = load_queue(id).await?;
        // Without it, what the site offers first.
        let answering = load_parameters(id.to_string(), String::new()).await.ok();
        Ok((id, queue, answering.map(|view| view.model.name)))
    });
    let problem = RwSignal::new(problem_in_query().map(AppError::new));
    view! {
        <Header>
            <span class="topbar__title">{words.queue}</span>
        </Header>
        <div class="finder" id="main" tabindex="-1">
            <div class="finder__column">
                <PageHead title=words.queue/>
                <Notice error=problem/>
                <Loaded
                    what=queue
                    view=move |(id, queue, model): Waits, _session: Session| {
                        let queueing = Queueing {
                            conversation: id,
                            queue: RwSignal::new(queue),
                            problem,
                            composer: None,
                        };
                        view! {
                            <List queueing/>
                            <Adding conversation=id model/>
                            <a class="button" href=format!("/c/{id}")>{words.queue_back}</a>
                        }
                    }
                />
            </div>
        </div>
    }
}

/// Writing one more: while an answer is written the conversation's page loads itself anew, and this one does not.
#[component]
fn Adding(conversation: ConversationId, model: Option<ModelName>) -> impl IntoView {
    let words = use_words();
    let PageOffer(offer) = expect_context();
    let model = StoredValue::new(model);
    let form = move |offer: Offer| {
        let is_offered = |name: &ModelName| offer.models.iter().any(|model| model.name == *name);
        let own = model.get_value().filter(is_offered);
        let text = RwSignal::new(String::new());
        let chosen = RwSignal::new(own.unwrap_or(offer.default));
        view! {
            <form class="panel" method="post" action=Ask::PATH>
                <input type="hidden" name="conversation" value=conversation.to_string()/>
                <input type="hidden" name="submission" value=offer.submission/>
                <TextField name="prompt" label=words.ask_anything kind=Kind::LongText value=text/>
                <ModelPicker models=offer.models chosen/>
                <button class="button">{words.send}</button>
            </form>
        }
    };
    view! {
        <Suspense>
            {move || Suspend::new(async move { offer.await.ok().map(form) })}
        </Suspense>
    }
}

/// The same in the chat.
#[component]
pub fn QueuePanel() -> impl IntoView {
    let queueing: Queueing = expect_context();
    view! {
        {move || {
            let is_empty = queueing.queue.with(Queue::is_empty);
            (!is_empty).then(|| view! { <List queueing/> })
        }}
    }
}

#[component]
fn List(queueing: Queueing) -> impl IntoView {
    let words = use_words();
    let is_empty = Memo::new(move |_| queueing.queue.with(Queue::is_empty));
    let is_paused = Memo::new(move |_| queueing.queue.with(|queue| queue.is_paused));
    let told = move || {
        let waiting = queueing.queue.with(|queue| queue.items.len());
        words.queue_waiting(&waiting.to_string())
    };
    let most = MOST_QUEUED.to_string();
    let together = count(i64::try_from(QUEUED_TOGETHER).unwrap_or(i64::MAX));
    move || {
        if is_empty.get() {
            return Either::Left(view! { <p>{words.queue_empty}</p> });
        }
        let limits = words.queue_limits(&most, &together);
        Either::Right(view! {
            <section class="queue" aria-label=words.queue>
                <p class="queue__head" role="status">
                    <span>{told}</span>
                    {move || is_paused.get().then(|| view! { <span class="queue__paused">{words.queue_paused}</span> })}
                </p>
                <ol class="queue__list">
                    <For
                        each=move || queueing.queue.get().items
                        key=|item| item.id
                        children=move |item| view! { <Waiting queueing item is_paused/> }
                    />
                </ol>
                <p class="queue__limits">{limits}</p>
            </section>
        })
    }
}
