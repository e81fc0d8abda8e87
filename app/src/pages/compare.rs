//! `/c/{id}/compare/{question}`: answers to one question beside each other.

mod asking;
mod comparing;

use leptos::{either::Either, ev::SubmitEvent, prelude::*};
use leptos_meta::Title;
use leptos_router::hooks::use_params_map;
use model::{
    Comparison, ConversationId, FailureCode, MessageId, MessageStatus,
    compare::{MOST_AT_ONCE, MOST_COMPARED},
};
use server_fn::ServerFn;

use super::chat::{LoadFailed, PageOffer};
use crate::{
    api::{
        compare::{StopCompared, load_comparison},
        conversations::ShowBranch,
        generation::Offer,
    },
    browser::frames::OnceAFrame,
    chat::{
        answer::OpenMessage,
        attachments::Attachments,
        found::message_link,
        header::Header,
        message::Ending,
        once::AskedOnce,
        reasoning::{BlockList, Reasoning},
        sidebar::Sidebar,
        tools::{self, Preview},
    },
    error::AppError,
    language::use_words,
    ui::{
        figures::exact_yuan,
        notice::{Notice, problem_in_query},
        skeleton::Skeleton,
        visible::visible,
    },
};
use asking::{ANSWERS, Asking};
use comparing::Comparing;

/// Loads what the address names.
#[component]
pub fn ComparePage() -> impl IntoView {
    let params = use_params_map();
    let PageOffer(offer) = expect_context();
    let subject = move || {
        params.with(|params| {
            let id = params.get_str("id")?.parse::<ConversationId>().ok()?;
            let question = params.get_str("question")?.parse::<MessageId>().ok()?;
            Some((id, question))
        })
    };
    let compared = Resource::new_blocking(subject, |subject| async move {
        let Some((id, question)) = subject else {
            return Err(AppError::new(FailureCode::NotFound));
        };
        Ok((id, load_comparison(id, question).await?))
    });
    view! {
        <Transition fallback=|| view! { <Skeleton/> }>
            {move || Suspend::new(async move {
                match (compared.await, offer.await) {
                    (Ok((id, comparison)), Ok(offer)) => {
                        Either::Left(view! { <Answers id comparison offer/> })
                    }
                    (Err(error), _) | (_, Err(error)) => {
                        Either::Right(view! { <LoadFailed error/> })
                    }
                }
            })}
        </Transition>
    }
}

#[component]
fn Answers(id: ConversationId, comparison: Comparison, offer: Offer) -> impl IntoView {
    let words = use_words();
    let first = another(&comparison, &offer);
    let question = comparison.question.clone();
    let is_application = comparison.is_application;
    let title = format!("{} · {}", comparison.title.as_str(), words.compare);
    let problem = RwSignal::new(problem_in_query().map(AppError::new));
    let comparing = Comparing::new(id, comparison, problem);
    comparing.watch();
    let written = comparing.being_written();
    let is_generating = Signal::derive(move || written.get() > 0);
    // The sidebar shows who is answering.
    let sidebar = expect_context::<Sidebar>();
    Effect::new(move |before: Option<bool>| {
        let now = is_generating.get();
        if before.is_some_and(|before| before != now) {
            sidebar.reload();
        }
        now
    });
    // Drawn once, by the server, for a page that can't be told.
    let refreshes = is_generating.get_untracked();
    let (at_once, shown) = (MOST_AT_ONCE.to_string(), MOST_COMPARED.to_string());
    let models = offer.models;
    let preview = RwSignal::new(None);
    let grows = OnceAFrame::new();
    Effect::new(move |_| {
        watch_growth(comparing);
        grows.ask(move || tools::name_buttons(words));
    });
    view! {
        <Title text=title/>
        {refreshes.then(|| view! { <noscript inner_html=r#"<meta http-equiv="refresh" content="2">"#></noscript> })}
        <Header>
            <span class="topbar__title">{words.compare}</span>
        </Header>
        <div class="comparison" id="main" tabindex="-1" on:click=move |event| tools::press(&event, words, preview)>
            <Notice error=problem/>
            <Show when=move || comparing.is_offline.get()>
                <p class="notice" role="status">{words.offline}</p>
            </Show>
            <section class="comparison__question" aria-label=words.you tabindex="0">
                <AskedOnce asked=question.assistant is_answer=false/>
                <Attachments attachments=question.attachments/>
                {(!question.text.is_empty()).then(|| view! { <p class="message__question">{visible(question.text)}</p> })}
            </section>
            <div class="comparison__answers" id=ANSWERS role="group" aria-label=words.compare_answers tabindex="0">
                <For
                    each=move || comparing.answers.get()
                    key=|answer| answer.id
                    children=move |answer| view! { <OneAnswer comparing answer/> }
                />
            </div>
            {move || (written.get() > 1).then(|| view! {
                <Stop comparing answer=None label=words.compare_stop_all.to_owned()>{words.compare_stop_all}</Stop>
            })}
            // An application has a model of its own.
            {(!is_application).then(|| view! { <Asking comparing models first is_generating/> })}
            <p class="comparison__note">{words.compare_note(&at_once, &shown)}</p>
            <p><a class="button" href=format!("/c/{id}")>{words.compare_back}</a></p>
        </div>
        <Preview code=preview/>
    }
}

/// Makes the running effect depend on everything that brings buttons: the block of each answer that still grows, and their ends.
fn watch_growth(comparing: Comparing) {
    comparing.answers.with(|answers| {
        for answer in answers {
            answer.status.track();
            for blocks in [&answer.reasoning, &answer.blocks] {
                blocks.with(|blocks| {
                    if let Some(open) = blocks.last() {
                        open.track();
                    }
                });
            }
        }
    });
}

/// A model that has not answered yet; the one that answers next, if all have.
fn another(comparison: &Comparison, offer: &Offer) -> model::ModelName {
    let has_answered = |name: &model::ModelName| {
        let mut answers = comparison.answers.iter();
        answers.any(|answer| answer.model.as_ref() == Some(name))
    };
    let mut names = offer.models.iter().map(|choice| &choice.name);
    let other = names.find(|name| !has_answered(name));
    other.unwrap_or(&comparison.model).clone()
}

#[component]
fn OneAnswer(comparing: Comparing, answer: OpenMessage) -> impl IntoView {
    let words = use_words();
    let (id, message) = (comparing.id, answer.id);
    let name = answer.model.clone().map(String::from).unwrap_or_default();
    let status = answer.status.clone();
    let is_generating = Memo::new(move |_| status.get() == MessageStatus::Generating);
    let waiting = answer.status.clone();
    let is_waiting = Memo::new(move |_| waiting.get() == MessageStatus::Waiting);
    let label = words.compare_keep_of(&name);
    let stop = words.compare_stop_of(&name);
    // What it cost, once it has ended.
    let cost = move || {
        let cost = comparing.cost_of(message).filter(|_| !is_generating.get());
        cost.map(|cost| format!("{} {}", words.cost, exact_yuan(cost)))
    };
    view! {
        <article
            class="comparison__answer"
            aria-label=name.clone()
            aria-busy=move || is_generating.get().then_some("true")
        >
            <header class="comparison__head">
                <h2 class="comparison__model">{name.clone()}</h2>
                {move || is_generating.get().then(|| view! {
                    <span role="status">{words.writing}</span>
                    <Stop comparing answer=Some(message) label=stop.clone()>{words.stop}</Stop>
                })}
                // Kept by a form, and so by whoever runs no scripts.
                <form method="post" action=ShowBranch::PATH>
                    <input type="hidden" name="id" value=id.to_string()/>
                    <input type="hidden" name="message" value=message.to_string()/>
                    <button class="button" aria-label=label>{words.compare_keep}</button>
                </form>
            </header>
            <Reasoning message=answer.clone()/>
            <div class="prose message__answer">
                <BlockList blocks=answer.blocks.clone()/>
            </div>
            {answer.edited.then(|| view! { <p class="message__note">{words.edited}</p> })}
            <Ending message=answer/>
            {move || cost().map(|cost| view! { <p class="message__note">{cost}</p> })}
            // What it waits for is asked where it stands in the conversation.
            {move || is_waiting.get().then(|| view! {
                <p><a class="button" href=message_link(id, message) rel="external">{words.compare_waiting}</a></p>
            })}
        </article>
    }
}

/// Stops one answer, or all that are being written.
#[component]
fn Stop(
    comparing: Comparing,
    answer: Option<MessageId>,
    label: String,
    children: Children,
) -> impl IntoView {
    let stop = move |event: SubmitEvent| {
        event.prevent_default();
        comparing.stop(answer);
    };
    view! {
        <form method="post" action=StopCompared::PATH on:submit=stop>
            <input type="hidden" name="id" value=comparing.id.to_string()/>
            <input type="hidden" name="question" value=comparing.question.to_string()/>
            <input type="hidden" name="message" value=answer.map(|id| id.to_string())/>
            <button class="button" aria-label=label>{children()}</button>
        </form>
    }
}
