//! A message on the page: a signal for each part that changes, so that a token touches one node.

use leptos::prelude::*;
use model::{
    AnswerFailure, AskedAssistant, Attachment, Branch, DocumentReference, MessageId, MessageStatus,
    MessageView, Millis, ModelName, Progress, Rating, Speaker, ToolCallView,
};

use super::follow::{Answer, Outcome};

/// The blocks of a message, each with its own signal.
pub type Blocks = ArcRwSignal<Vec<ArcRwSignal<String>>>;

/// A message that is shown.
#[derive(Clone)]
pub struct OpenMessage {
    /// Its id.
    pub id: MessageId,
    /// The message that it answers, or that it goes on from.
    pub parent: Option<MessageId>,
    /// Who speaks.
    pub speaker: Speaker,
    /// What the person wrote.
    pub text: String,
    /// The files that were handed in with it.
    pub attachments: Vec<Attachment>,
    /// The assistant that it was put to, or that wrote it, where that is not who answers in the conversation.
    pub assistant: Option<AskedAssistant>,
    /// The model that writes or wrote it.
    pub model: Option<ModelName>,
    /// Where it is in its life.
    pub status: ArcRwSignal<MessageStatus>,
    /// The answer.
    pub blocks: Blocks,
    /// The reasoning.
    pub reasoning: Blocks,
    /// The tools that were called.
    pub tools: ArcRwSignal<Vec<ToolCallView>>,
    /// How long the model reasoned.
    pub reasoning_ms: ArcRwSignal<Option<i64>>,
    /// Why it failed.
    pub failure: ArcRwSignal<Option<AnswerFailure>>,
    /// When it was begun, where it had failed before it was shown.
    pub failed_of: Option<Millis>,
    /// A person wrote this version.
    pub edited: bool,
    /// Its place among siblings.
    pub branch: ArcRwSignal<Branch>,
    /// The documents that it refers to.
    pub references: ArcRwSignal<Vec<DocumentReference>>,
    /// What the reader thinks of it.
    pub rating: ArcRwSignal<Option<Rating>>,
    /// Something was typed into its editing box and not sent.
    pub unsaved: ArcRwSignal<bool>,
    answer: ArcStoredValue<Answer>,
}

impl OpenMessage {
    /// As the server rendered it.
    pub fn new(view: MessageView) -> Self {
        let answer = Answer::of(&view);
        Self {
            id: view.id,
            parent: view.parent,
            speaker: view.speaker,
            text: view.text,
            attachments: view.attachments,
            assistant: view.assistant,
            model: view.model,
            status: ArcRwSignal::new(view.status),
            blocks: signals(&answer.blocks),
            reasoning: signals(&answer.reasoning),
            tools: ArcRwSignal::new(answer.tools.clone()),
            reasoning_ms: ArcRwSignal::new(answer.reasoning_ms),
            failure: ArcRwSignal::new(answer.failure.clone()),
            failed_of: (view.status == MessageStatus::Failed).then_some(view.created_at),
            edited: view.edited,
            branch: ArcRwSignal::new(view.branch),
            references: ArcRwSignal::new(view.references),
            rating: ArcRwSignal::new(view.rating),
            unsaved: ArcRwSignal::new(false),
            answer: ArcStoredValue::new(answer),
        }
    }

    /// Where watching resumes.
    pub fn seq(&self) -> u64 {
        self.answer.read_value().seq
    }

    /// Applies an event and shows what it changed.
    pub fn apply(&self, progress: &Progress) -> Outcome {
        let outcome = self.answer.write_value().apply(progress);
        if outcome == Outcome::Applied {
            self.show();
        }
        outcome
    }

    /// Takes a newer copy from the server.
    pub fn absorb(&self, view: &MessageView) {
        if self.branch.get_untracked() != view.branch {
            self.branch.set(view.branch);
        }
        set_changed(&self.references, &view.references);
        set_changed(&self.rating, &view.rating);
        if self.answer.write_value().absorb(view) {
            self.show();
        }
    }

    fn show(&self) {
        let answer = self.answer.read_value();
        show_blocks(&self.reasoning, &answer.reasoning);
        show_blocks(&self.blocks, &answer.blocks);
        set_changed(&self.tools, &answer.tools);
        set_changed(&self.reasoning_ms, &answer.reasoning_ms);
        set_changed(&self.failure, &answer.failure);
        set_changed(&self.status, &answer.status);
    }
}

fn signals(blocks: &[String]) -> Blocks {
    ArcRwSignal::new(blocks.iter().cloned().map(ArcRwSignal::new).collect())
}

/// Finished blocks don't change, so comparing them is one length and a few bytes of each.
fn show_blocks(shown: &Blocks, blocks: &[String]) {
    let present = shown.get_untracked();
    for (signal, block) in present.iter().zip(blocks) {
        set_changed(signal, block);
    }
    if present.len() != blocks.len() {
        shown.update(|shown| {
            shown.truncate(blocks.len());
            let known = shown.len();
            shown.extend(blocks.iter().skip(known).cloned().map(ArcRwSignal::new));
        });
    }
}

fn set_changed<T: Clone + PartialEq + Send + Sync + 'static>(signal: &ArcRwSignal<T>, value: &T) {
    if signal.with_untracked(|present| present != value) {
        // In the same place: a text that grows by pieces would ask for a new one with each.
        signal.update(|present| present.clone_from(value));
    }
}
