//! `/c/{id}`: an open conversation.

use leptos::{ev::SubmitEvent, prelude::*, task::spawn_local};
use leptos_meta::Title;
use model::{Asked, ConversationId, ConversationView, Draft, MessageId, Speaker};
use server_fn::ServerFn;

use crate::{
    api::{
        conversations::{RestoreConversation, restore_conversation},
        generation::Offer,
    },
    chat::{
        announcer::Announcer,
        answering::{Answering, Withdrawn},
        attachments::{Attaching, Offered},
        beginning::Beginning,
        branch_toast::BranchToast,
        composer::{Composer, Writing},
        found::{Found, message_link},
        header::{ConversationTitle, Header},
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
    ui::notice::{Notice, problem_in_query},
};

/// What stood in the composer of the conversation that was left last.
#[derive(Clone, Copy)]
pub(super) struct LeftTyped(StoredValue<Option<(ConversationId, String)>>);

impl LeftTyped {
    /// None was left yet.
    pub(super) fn nothing() -> Self {
        Self(StoredValue::new(None))
    }

    /// What to go on with in `conversation`, whose draft was loaded: where it is opened at another of its messages, what was typed is newer.
    fn or(self, conversation: ConversationId, draft: String) -> RwSignal<String> {
        let left = self.0.try_update_value(Option::take).flatten();
        let left = left.filter(|(of, _)| *of == conversation);
        let text = RwSignal::new(left.map_or(draft, |(_, typed)| typed));
        on_cleanup(move || {
            if let Some(typed) = text.try_get_untracked() {
                self.0.try_set_value(Some((conversation, typed)));
            }
        });
        text
    }
}

/// The conversation, with all that can be done in it.
#[component]
pub(super) fn Conversation(view: ConversationView, offer: Offer) -> impl IntoView {
    let words = use_words();
    let (kept, mut models) = (draft_of(&view), offer.models.clone());
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
    let text = expect_context::<LeftTyped>().or(conversation.id, kept.text.clone());
    let beginning = Beginning::over(is_application, kept.assistant.clone());
    let asked = beginning.asked(conversation.model, offered);
    let attaching = Attaching::new(offered, conversation.model, text).asking(asked);
    let writing = Writing {
        conversation: Some(conversation.id),
        text,
        model: conversation.model,
        beginning,
        attaching: attaching.beginning_with(&kept.attachments),

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
    tell_sidebar(conversation, being_written);
    Effect::new(move |_| {
        if writing.pending.with(Option::is_some) {
            scroller.sent();
        }
    });
    let asked = move |asked: Asked| {
        conversation.append(asked);
        scroller.sent();
    };
    let refreshes = being_written.with_untracked(Option::is_some) || waits(conversation);
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
                    <DeletedElsewhere conversation/>
                </Show>
                <Withdrawn is_withdrawn/>
                {is_past.then(|| view! { <WayForward conversation/> })}
                <Notice error=conversation.problem/>
                <QueueAbove conversation queueing/>
                <Composer writing offer asked kept/>
            </div>
            <Announcer conversation/>
            <OpenedFromMessages conversation models/>
            <BranchToast conversation/>
        </div>
    }
}

/// What was typed in it and not sent.
fn draft_of(view: &ConversationView) -> Draft {
    Draft {
        text: view.draft.clone(),
        attachments: view.draft_attachments.clone(),
        assistant: view.draft_assistant.clone(),
        kept_at: view.draft_kept_at,
    }
}

/// It was deleted in another window: the ways on from there. What was temporary is gone.
#[component]
fn DeletedElsewhere(conversation: OpenConversation) -> impl IntoView {
    let words = use_words();
    let sidebar = expect_context::<Sidebar>();
    let id = conversation.id;
    let restore = move |event: SubmitEvent| {
        event.prevent_default();
        spawn_local(async move {
            match restore_conversation(id).await {
                Ok(()) => {
                    conversation.reload().await;
                    sidebar.reload();
                }
                Err(error) => {
                    conversation.problem.try_set(Some(error));
                }
            }
        });
    };
    let restoring = (!conversation.is_temporary).then(|| {
        view! {
            <form method="post" action=RestoreConversation::PATH on:submit=restore>
                <input type="hidden" name="id" value=id.to_string()/>
                <button class="button">{words.restore}</button>
            </form>
        }
    });
    view! {
        <div class="notice" data-tone="danger" role="status">
            <p>{words.deleted_elsewhere}</p>
            <div class="panel__row">
                {restoring}
                <a class="button" href="/">{words.new_chat}</a>
            </div>
        </div>
    }
}

/// The sidebar shows titles and who is answering.
fn tell_sidebar(conversation: OpenConversation, being_written: Signal<Option<MessageId>>) {
    let sidebar = expect_context::<Sidebar>();
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
}

/// Whether a page that can't be told is to be drawn again, by the server. What waits may wait for answers that are not shown.
fn waits(conversation: OpenConversation) -> bool {
    let queue = conversation.queue;
    queue.with_untracked(|queue| !queue.is_empty() && !queue.is_paused)
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
