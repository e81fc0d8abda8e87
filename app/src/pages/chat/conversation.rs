//! `/c/{id}`: an open conversation.

use leptos::{prelude::*, reactive::computed::ScopedFuture};
use leptos_meta::Title;
use leptos_router::hooks::{use_params_map, use_query_map};
use model::{
    Asked, ConversationId, ConversationView, FailureCode, MessageId, MessagePage, ModelName, Queue,
    Speaker,
};

use super::frame::{JustAsked, LoadFailed, PageOffer};
use crate::{
    api::{conversations::open_conversation, generation::Offer},
    chat::{
        announcer::Announcer,
        answering::{Answering, Withdrawn},
        attachments::{Attaching, Offered},
        beginning::Beginning,
        branch_toast::BranchToast,
        composer::{Composer, Writing},
        found::{Found, message_link},
        header::{ConversationTitle, Header},
        keyboard::Keyboard,
        open::OpenConversation,
        opened::OpenedFromMessages,
        order::OrderButtons,
        queueing::{QueueAbove, Queueing},
        scroller::Scroller,
        sidebar::Sidebar,
        take_along::TakeAlong,
        temporary::TemporaryBar,
        transcript::Transcript,
        unseen::{MARK, unseen_end},
        watch::watch,
    },
    error::AppError,
    language::use_words,
    pages::not_found::NotFound,
    ui::{
        awaited::awaited_anew,
        notice::{Notice, problem_in_query},
        skeleton::Shape,
        succession::one_by_one,
    },
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
    let JustAsked(just_asked) = expect_context();
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
        if let Some(keyboard) = keyboard.try_get_value().flatten() {
            keyboard.go_on();
        }
        drawn(opened)
    };
    awaited_anew(Shape::Transcript, move || {
        // Only waited for. What follows what is loaded is the place in it: all of this, were it to follow it, would be ended while it waits.
        ScopedFuture::new_untracked(async move {
            let _are_there = (view.await, offer.await);
            one_by_one(next, |opened| opened.key.clone(), draw)
        })
    })
}

async fn load(
    (id, before, message): Place,
    just_asked: StoredValue<Option<Asked>>,
    offer: Resource<Result<Offer, AppError>>,
) -> Result<ConversationView, AppError> {
    let Some(id) = id else {
        return Err(AppError::new(FailureCode::NotFound));
    };
    let asked = just_asked.try_update_value(Option::take).flatten();
    match asked.filter(|asked| asked.conversation == id) {
        Some(asked) => Ok(begun(asked, offer.await?.default)),
        None => open_conversation(id, before, message).await,
    }
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
        queue: Queue::default(),
        has_newer: false,
        is_pinned: false,
        is_archived: false,
        assistant: None,
        is_temporary: false,
    }
}

#[component]
fn Conversation(view: ConversationView, offer: Offer) -> impl IntoView {
    let words = use_words();
    let sidebar = expect_context::<Sidebar>();
    let (draft, mut models) = (view.draft.clone(), offer.models.clone());
    let files = view.draft_attachments.clone();
    let once = view.draft_assistant.clone();

    let is_past = view.has_newer;
    let (is_pinned, is_archived) = (view.is_pinned, view.is_archived);
    let answering = view.assistant.clone();
    let is_withdrawn = answering.as_ref().is_some_and(|it| it.is_withdrawn);
    let is_application = answering.as_ref().is_some_and(|it| it.is_application) && !is_withdrawn;
    let conversation = OpenConversation::new(view);
    let is_temporary = conversation.is_temporary;
    let being_written = conversation.being_written();
    let unseen = unseen_end(conversation);
    let found = Found::in_query();
    provide_context(found);
    conversation
        .problem
        .set(problem_in_query().map(AppError::new));
    if is_application {
        // It has a model of its own.
        models.clear();
    }
    let offered = Offered::new(offer.models.clone(), offer.attaches);
    provide_context(offered);
    let text = RwSignal::new(draft);
    let beginning = Beginning::over(is_application, once);
    let asked = beginning.asked(conversation.model, offered);
    let attaching = Attaching::new(offered, conversation.model, text).asking(asked);
    let writing = Writing {
        conversation: Some(conversation.id),
        text,
        model: conversation.model,
        beginning,
        attaching: attaching.beginning_with(&files),

        pending: RwSignal::new(None),
        problem: conversation.problem,
        being_written,
        queue: Some(conversation.queue),
        is_temporary: Signal::stored(is_temporary),
        several: Signal::derive(move || last_question(conversation)),
    };
    let queueing = Queueing {
        conversation: conversation.id,
        queue: conversation.queue,
        problem: conversation.problem,
        composer: Some((text, writing.attaching, writing.beginning)),
    };
    let scroller = Scroller::new();
    if found.is_some() {
        scroller.seek();
    }
    if !is_past {
        watch(conversation);
    }
    // The sidebar shows titles and who is answering.
    Effect::new(move |before: Option<(String, bool, u32)>| {
        let now = (
            conversation.title.get(),
            being_written.get().is_some(),
            conversation.ended_elsewhere.get(),
        );
        if before.is_some_and(|before| before != now) {
            sidebar.reload();
        }
        now
    });
    Effect::new(move |_| {
        if writing.pending.with(Option::is_some) {
            scroller.sent();
        }
    });
    let asked = move |asked: Asked| {
        conversation.append(asked);
        scroller.sent();
    };
    // Drawn once, by the server, for a page that can't be told. What waits may wait for answers that are not shown.
    let waits = conversation
        .queue
        .with_untracked(|queue| !queue.is_empty() && !queue.is_paused);
    let refreshes = being_written.with_untracked(Option::is_some) || waits;
    view! {
        <Title text=move || {
            let mark = if unseen.get() { MARK } else { "" };
            format!("{mark}{} · {}", conversation.title.get(), words.product)
        }/>
        {refreshes.then(|| view! { <noscript inner_html=r#"<meta http-equiv="refresh" content="2">"#></noscript> })}
        <Header>
            <ConversationTitle conversation/>
            {answering.map(|assistant| view! { <Answering assistant/> })}
            {(!is_temporary).then(|| view! {
                <OrderButtons conversation is_pinned is_archived/>
                <TakeAlong id=conversation.id/>
            })}
        </Header>
        <div class="conversation-view">
            <Transcript conversation scroller pending=writing.pending text=writing.text/>
            <div class="dock">
                {is_temporary.then(|| view! { <TemporaryBar conversation/> })}
                <Show when=move || conversation.is_offline.get()>
                    <p class="notice" role="status">{words.offline}</p>
                </Show>
                <Show when=move || conversation.is_deleted.get()>
                    <p class="notice" data-tone="danger" role="status">{words.deleted_elsewhere}</p>
                </Show>
                <Withdrawn is_withdrawn/>
                {is_past.then(|| view! { <WayForward conversation/> })}
                <Notice error=conversation.problem/>
                <QueueAbove conversation queueing/>
                <Composer writing offer asked/>
            </div>
            <Announcer conversation/>
            <OpenedFromMessages conversation models/>
            <BranchToast conversation/>
        </div>
    }
}

/// Where several models are asked the question that stands last. To leave a temporary conversation would end it, and of messages of the past
/// none is the last.
fn last_question(conversation: OpenConversation) -> Option<String> {
    if conversation.is_temporary || conversation.is_past {
        return None;
    }
    let question = conversation.messages.with(|messages| {
        let mut newest = messages.iter().rev();
        let question = newest.find(|message| message.speaker == Speaker::User);
        question.map(|question| question.id)
    })?;
    Some(format!("/c/{}/compare/{question}", conversation.id))
}

/// From messages of the past to those that follow, and to the end.
#[component]
fn WayForward(conversation: OpenConversation) -> impl IntoView {
    let words = use_words();
    let id = conversation.id;
    let last = conversation
        .messages
        .with_untracked(|messages| messages.last().map(|last| last.id));
    view! {
        <nav class="dock__ways" aria-label=words.newest>
            {last.map(|last| view! { <a class="dock__newest" href=message_link(id, last) rel="external">{words.later}</a> })}
            <a class="dock__newest" href=format!("/c/{id}") rel="external">{words.newest}</a>
        </nav>
    }
}
