//! What is written in the composer, and how it is sent.

use leptos::{
    prelude::{Callable as _, *},
    task::spawn_local,
};
use model::{Asked, ConversationId, FailureCode, MessageId, ModelChoice, ModelName, Queue};

use crate::{
    api::{
        generation::{ask, stop},
        queue::queue_message,
    },
    browser,
    chat::{
        attachments::Attaching,
        beginning::{Beginning, Called, called_of},
        calling::Callable,
        drafts::{Keeping, Returned, give_back, put_before},
        sidebar::Sidebar,
    },
    error::AppError,
};

/// What the composer works on.
#[derive(Clone, Copy)]
pub struct Writing {
    /// The conversation, once there is one.
    pub conversation: Option<ConversationId>,
    /// What is typed.
    pub text: RwSignal<String>,
    /// The model that will answer.
    pub model: RwSignal<ModelName>,
    /// What a new conversation begins with.
    pub beginning: Beginning,
    /// The files that go along.
    pub attaching: Attaching,
    /// The question that is on its way.
    pub pending: RwSignal<Option<String>>,
    /// What went wrong last.
    pub problem: RwSignal<Option<AppError>>,
    /// The answer at the conversation's end, while that is being written.
    pub being_written: Signal<Option<MessageId>>,
    /// What waits for its end, once there is a conversation.
    pub queue: Option<RwSignal<Queue>>,
    /// Nothing of it is kept.
    pub is_temporary: Signal<bool>,
    /// Where several models are asked the question that stands last, once there is one.
    pub several: Signal<Option<String>>,
}

/// What is sent: a question, or what is to wait for the end of an answer.
struct Message {
    text: String,
    model: String,
    submission: String,
    files: Vec<String>,
    called: Called,
    /// By when the server knows its draft.
    draft: String,
}

impl Writing {
    /// Whether there is something to send, and all of it is here and fits the model.
    pub(super) fn is_ready(self) -> bool {
        let is_blank = self.text.with(|text| text.trim().is_empty());
        let has_files = !self.attaching.files().is_empty();
        (!is_blank || has_files) && !self.attaching.is_busy() && self.attaching.misfit().is_none()
    }

    /// Sends what is typed, whose draft goes with that; while an answer is being written, it waits for its end. Text and files leave the
    /// field at once and come back if the server refuses them.
    pub(super) fn send(self, asked: Callback<Asked>, sidebar: Option<Sidebar>, keeping: Keeping) {
        let text = self.text.get_untracked();
        let busy = self.pending.with_untracked(Option::is_some);
        let waits =
            self.being_written.with_untracked(Option::is_some) && self.conversation.is_some();
        if busy || untrack(|| !self.is_ready()) {
            return;
        }
        let draft = keeping.sends();
        let files = untrack(|| self.attaching.files());
        let items = self.attaching.take();
        let called = untrack(|| self.beginning.sent());
        let once = self.beginning.once.get_untracked();
        self.beginning.once.set(None);
        self.problem.set(None);
        if !waits {
            self.pending.set(Some(text.clone()));
        }
        self.text.set(String::new());
        let (model, submission) = (self.model.get_untracked(), browser::fresh_uuid());
        let files: Vec<String> = files.iter().map(ToString::to_string).collect();
        let (is_temporary, sent) = (self.is_temporary.get_untracked(), files.clone());
        let mut message = Message {
            text: text.clone(),
            model: model.into(),
            submission,
            files,
            called,
            draft: String::new(),
        };
        spawn_local(async move {
            message.draft = draft.await;
            let done = if waits {
                self.wait(message).await.map(|()| None)
            } else {
                let asked = self.put(&message, said(is_temporary)).await;
                match asked {
                    // Another page was faster.
                    Err(error) if self.can_wait(&error) => self.wait(message).await.map(|()| None),
                    asked => asked.map(Some),
                }
            };
            match done {
                Ok(done) => {
                    // Before another page comes of it, which would be told what stands here.
                    keeping.was_sent();
                    let was_left = done.is_some_and(|done| asked.try_run(done).is_none());
                    // The page was left meanwhile, which would have said so.
                    if let Some(sidebar) = sidebar.filter(|_| was_left) {
                        sidebar.reload();
                    }
                    self.pending.try_set(None);
                }
                Err(error) => {
                    self.pending.try_set(None);
                    self.problem.try_set(Some(error));
                    let files = items.clone();
                    self.attaching.put_back(items);
                    let called = called_of(once.as_ref());
                    self.beginning.call_again(once.clone());
                    // Something may have been typed meanwhile: both are kept.
                    let come_back = self.text.try_update(|present| put_before(present, &text));
                    keeping.comes_back();
                    if come_back.is_none() && !is_temporary {
                        // The page was left meanwhile: they are there when it is opened again, or in what was opened since.
                        let returned = Returned {
                            conversation: self.conversation,
                            text,
                            items: files,
                            once,
                        };
                        give_back(returned, (sent, called), sidebar);
                    }
                }
            }
        });
    }

    fn can_wait(self, error: &AppError) -> bool {
        error.code == FailureCode::AlreadyGenerating && self.conversation.is_some()
    }

    /// Asks.
    async fn put(self, message: &Message, temporary: String) -> Result<Asked, AppError> {
        let (assistant, names, variables) = message.called.clone();
        let asked = ask(
            self.conversation.map(|id| id.to_string()),
            message.text.clone(),
            message.model.clone(),
            message.submission.clone(),
            message.files.clone(),
            assistant,
            variables,
            names,
            temporary,
            message.draft.clone(),
        );
        asked.await
    }

    /// Lets a message wait.
    async fn wait(self, message: Message) -> Result<(), AppError> {
        let Message {
            text,
            model,
            submission,
            files,
            called: (assistant, names, values),
            draft,
        } = message;
        let (Some(conversation), Ok(submission)) = (self.conversation, submission.parse()) else {
            return Err(AppError::new(FailureCode::BadRequest));
        };
        let queue = queue_message(
            conversation,
            text,
            model,
            submission,
            files,
            assistant,
            names,
            values,
            draft,
        );
        let queue = queue.await?;
        if let Some(shown) = self.queue {
            shown.try_set(queue);
        }
        Ok(())
    }

    /// What can be called in its field.
    pub(super) fn callable(self, models: Vec<ModelChoice>) -> Callable {
        Callable {
            models: StoredValue::new(models),
            model: self.model,
            beginning: self.beginning,
            problem: self.problem,
        }
    }

    /// Stops the answer that is being written.
    pub(super) fn stop(self) {
        let Some(conversation) = self.conversation else {
            return;
        };
        if let Some(answer) = self.being_written.get_untracked() {
            spawn_local(async move {
                if let Err(error) = stop(conversation, answer.to_string()).await {
                    self.problem.try_set(Some(error));
                }
            });
        }
    }
}

/// As a form says it.
pub(super) fn said(is_temporary: bool) -> String {
    if is_temporary { "1" } else { "" }.to_owned()
}
