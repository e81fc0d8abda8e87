//! Messages that wait for the answer that is being written: the way from the composer to where they are seen and changed.

use leptos::{prelude::*, task::spawn_local};
use model::{Attachment, ConversationId, Queue, QueuedMessage};

use super::{
    attachments::Attaching, beginning::Beginning, drafts::put_before, open::OpenConversation,
    part::Part,
};
use crate::{api::queue::load_queue, error::AppError, language::use_words, routes::Own};

/// What waits in the conversation that the page shows.
#[derive(Clone, Copy)]
pub struct Queueing {
    /// The conversation.
    pub conversation: ConversationId,
    /// What waits.
    pub queue: RwSignal<Queue>,
    /// What went wrong last.
    pub problem: RwSignal<Option<AppError>>,
    /// What is typed, the files beside it and who is asked, where what is withdrawn goes; none on a page without a composer.
    pub composer: Option<(RwSignal<String>, Attaching, Beginning)>,
}

impl Queueing {
    /// Puts what was withdrawn before what is typed.
    pub fn take_back(self, message: QueuedMessage) {
        let Some((text, attaching, beginning)) = self.composer else {
            return;
        };
        text.update(|present| put_before(present, &message.text));
        beginning.call_again(message.assistant);
        let files = untrack(|| attaching.files());
        let is_new = |file: &Attachment| !files.contains(&file.file);
        let attachments = message.attachments.into_iter().filter(is_new);
        attaching.beginning_with(&attachments.collect::<Vec<_>>());
    }
}

/// What waits, above the composer: from a part of the module that is loaded when something does. Without
/// scripts, the way to its page, which does not load itself anew while somebody writes.
#[component]
pub fn QueueAbove(conversation: OpenConversation, queueing: Queueing) -> impl IntoView {
    let words = use_words();
    provide_context(queueing);
    let count = queueing.queue.with_untracked(|queue| queue.items.len());
    let is_wanted = count > 0 || conversation.is_generating().get_untracked();
    let way = is_wanted.then(|| {
        let told = words.queue_waiting(&count.to_string());
        // Ours alone: an id, a number and words of the translations.
        let link = format!(
            r#"<p class="notice"><a href="/c/{}/queue">{told}</a></p>"#,
            conversation.id
        );
        view! { <noscript inner_html=link></noscript> }
    });
    let is_live = RwSignal::new(false);
    Effect::new(move |_| is_live.set(true));
    let wanted = Memo::new(move |was_wanted: Option<&bool>| {
        was_wanted == Some(&true) || (is_live.get() && !queueing.queue.with(Queue::is_empty))
    });
    view! {
        {way}
        <Part page=Own::QueuePanel wanted=wanted.into()/>
    }
}

/// Loads what waits, some time: it may have changed while nothing could be told.
pub fn reload_queue(conversation: ConversationId, queue: RwSignal<Queue>) {
    spawn_local(async move {
        // What can't be loaded now is told with the next change.
        if let Ok(loaded) = load_queue(conversation).await {
            queue.try_set(loaded);
        }
    });
}
