//! The editing box: a question or an answer becomes another version of itself. What was typed and not sent is kept by the
//! tab and offered again, however the box was left.

use leptos::{
    ev::{KeyboardEvent, SubmitEvent},
    prelude::*,
    task::spawn_local,
};
use model::{FileId, MessageId, Speaker};

use super::{
    acts::{more_id, unsaved_key},
    answer::OpenMessage,
    attachments::{AttachButton, Attached, Attaching, FitsNot, Offered},
    open::OpenConversation,
    scroller::Scroller,
};
use crate::{
    api::messages::{edit_answer, edit_question, save_question},
    browser,
    error::AppError,
    language::use_words,
    ui::{
        keys::is_of_input_method,
        text_field::{Kind, TextField},
    },
};

/// The id of the button that chooses files for a question that is edited.
const ATTACH: &str = "edit-attach";

/// Whether the box of this message is open.
pub fn is_editing(conversation: OpenConversation, message: MessageId) -> Memo<bool> {
    let editing = conversation.acts.editing;
    Memo::new(move |_| {
        editing.with(|edit| edit.as_ref().is_some_and(|edit| edit.message == message))
    })
}

/// What is done with a version.
#[derive(Clone, Copy, PartialEq, Eq)]
enum How {
    /// A question is asked, and an answer is kept.
    Sent,
    /// A question is kept, and nobody is asked.
    Kept,
}

/// An open box.
#[derive(Clone)]
struct Draft {
    conversation: OpenConversation,
    scroller: Scroller,
    message: MessageId,
    speaker: Speaker,
    original: String,
    /// The files that were handed in and are there still.
    files: Vec<FileId>,
    unsaved: ArcRwSignal<bool>,
    text: RwSignal<String>,
    /// The files of a question.
    attaching: Attaching,
    busy: RwSignal<bool>,
    problem: RwSignal<Option<AppError>>,
    /// What was sent last, and under which press: the same text again, because its answer was lost, is the same press.
    sent: StoredValue<(String, String)>,
}

impl Draft {
    fn new(message: OpenMessage, conversation: OpenConversation, scroller: Scroller) -> Self {
        let editing = conversation.acts.editing;
        let original =
            editing.with_untracked(|edit| edit.as_ref().map(|edit| edit.original.clone()));
        let original = original.unwrap_or_default();
        let kept = browser::kept(&unsaved_key(message.id));
        let text = RwSignal::new(kept.unwrap_or_else(|| original.clone()));
        let offered = use_context().unwrap_or_else(|| Offered::new(Vec::new(), false));
        // Whom a question was put to alone is asked its other version too.
        let own = message
            .assistant
            .as_ref()
            .and_then(|asked| asked.model.clone());
        let (own, chosen) = (own.filter(|own| offered.has(own)), conversation.model);
        let asked = Signal::derive(move || own.clone().unwrap_or_else(|| chosen.get()));
        let attaching = Attaching::new(offered, chosen, text).asking(asked);
        let attaching = attaching.beginning_with(&message.attachments);
        let there = message.attachments.iter().filter(|file| !file.is_gone);
        let files = there.map(|attachment| attachment.file).collect();
        Self {
            conversation,
            scroller,
            message: message.id,
            speaker: message.speaker,
            text,
            attaching,
            original,
            files,
            unsaved: message.unsaved,
            busy: RwSignal::new(false),
            problem: RwSignal::new(None),
            sent: StoredValue::new((String::new(), String::new())),
        }
    }

    /// Keeps in the tab what is typed, as long as it differs from what was there.
    fn keep(&self) {
        let (text, original) = (self.text, self.original.clone());
        let (key, unsaved) = (unsaved_key(self.message), self.unsaved.clone());
        Effect::new(move |_| {
            let differs = text.with(|text| *text != original);
            if differs {
                text.with(|text| browser::keep(&key, text));
            } else {
                browser::forget(&key);
            }
            if unsaved.get_untracked() != differs {
                unsaved.set(differs);
            }
        });
    }

    fn close(&self) {
        self.conversation.acts.editing.try_set(None);
        browser::focus_drawn(more_id(self.message));
    }

    /// Closes the box; `kept` says that what was typed is not lost.
    fn cancel(&self, kept: &'static str) {
        if self.unsaved.get_untracked() {
            self.conversation.acts.tell(kept);
        }
        self.attaching.abandon();
        self.close();
    }

    /// Whether there is something to send, and all of it is here and fits the model.
    fn is_ready(text: RwSignal<String>, attaching: Attaching) -> bool {
        let is_blank = text.with(|text| text.trim().is_empty());
        (!is_blank || !attaching.files().is_empty())
            && !attaching.is_busy()
            && attaching.misfit().is_none()
    }

    /// Sends or keeps what is typed; what comes of it is said by `saved`.
    fn send(&self, how: How, saved: &'static str) {
        let typed = self.text.get_untracked();
        let is_ready = untrack(|| Self::is_ready(self.text, self.attaching));
        if self.busy.get_untracked() || !is_ready {
            return;
        }
        let files = untrack(|| self.attaching.files());
        let is_kept = self.speaker == Speaker::Assistant || how == How::Kept;
        if is_kept && typed == self.original && files == self.files {
            // There is nothing to keep that isn't there.
            self.close();
            return;
        }
        let files: Vec<String> = files.iter().map(ToString::to_string).collect();
        // What was kept is not what was asked.
        let whole = format!("{is_kept} {}\n{typed}", files.join(" "));
        let press = self.sent.try_update_value(|(text, press)| {
            if *text != whole {
                (*text, *press) = (whole, browser::fresh_uuid());
            }
            press.clone()
        });
        let Some(press) = press else { return };
        self.busy.set(true);
        self.problem.set(None);
        let this = self.clone();
        spawn_local(async move {
            let what = (this.message, this.speaker);
            let version = (typed.clone(), files);
            let done = send(this.conversation, what, how, version, press).await;
            this.busy.try_set(false);
            match done {
                Ok(version) => this.became(version, how, &typed, saved),
                Err(error) => {
                    this.problem.try_set(Some(error));
                }
            }
        });
    }

    /// What was typed is that version now.
    fn became(&self, version: MessageId, how: How, typed: &str, saved: &'static str) {
        browser::forget(&unsaved_key(self.message));
        self.unsaved.set(false);
        if let Some(later) = self.text.try_get_untracked().filter(|text| text != typed) {
            // It was gone on with meanwhile: that is a change to the new version.
            browser::keep(&unsaved_key(version), &later);
        }
        self.conversation.acts.editing.try_set(None);
        self.conversation.acts.tell(saved);
        if self.speaker == Speaker::User && how == How::Sent {
            self.scroller.sent();
        }
        browser::focus_drawn(more_id(version));
    }
}

/// The box. The same keys send as in the composer, Esc gives up.
#[component]
pub fn EditBox(
    message: OpenMessage,
    conversation: OpenConversation,
    scroller: Scroller,
) -> impl IntoView {
    let words = use_words();
    let is_question = message.speaker == Speaker::User;
    let (label, press) = match message.speaker {
        Speaker::User => (words.edit_question, words.send),
        Speaker::Assistant => (words.edit_answer, words.save),
    };
    let draft = Draft::new(message, conversation, scroller);
    draft.keep();
    let Draft {
        text,
        attaching,
        busy,
        problem,
        ..
    } = draft;
    let told = Signal::derive(move || {
        problem.with(|error| error.as_ref().map(|e| words.failure(e.code).to_owned()))
    });
    let (sent, kept, escaped) = (draft.clone(), draft.clone(), draft.clone());
    let saved = draft.clone();
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        sent.send(How::Sent, words.version_saved);
    };
    let keyed = move |event: KeyboardEvent| {
        if saves(&event) {
            event.prevent_default();
            saved.send(How::Kept, words.version_saved);
        }
    };
    Effect::new(move |_| browser::focus_at_end(".edit textarea".to_owned()));
    view! {
        <form
            class="edit"
            aria-label=label
            aria-busy=move || busy.get().then_some("true")
            on:submit=submit
            on:keydown=keyed
            on:paste=move |event| {
                if is_question {
                    attaching.paste(&event);
                }
            }
            on:drop=move |event| {
                if is_question {
                    attaching.dropped(&event);
                }
            }
        >
            {is_question.then(|| view! {
                <FitsNot attaching/>
                <Attached attaching button=ATTACH/>
            })}
            <TextField
                name="text"
                label
                kind=Kind::Text
                value=text
                problem=told
                on_escape=Callback::new(move |()| escaped.cancel(words.edit_kept))
            />
            <div class="edit__bar">
                {is_question.then(|| view! { <AttachButton attaching id=ATTACH/> })}
                <span class="edit__hint" data-send="enter">{words.edit_keys}</span>
                <span class="edit__hint" data-send="command">{words.edit_keys_command}</span>
                <button class="button" type="button" on:click=move |_| draft.cancel(words.edit_kept)>
                    {words.cancel}
                </button>
                {is_question.then(|| view! {
                    <button
                        class="button"
                        type="button"
                        title=words.save_unanswered_lead
                        aria-keyshortcuts="Control+S Meta+S"
                        disabled=move || !Draft::is_ready(text, attaching)
                        on:click=move |_| kept.send(How::Kept, words.version_saved)
                    >
                        {words.save_unanswered}
                    </button>
                })}
                <button
                    class="button"
                    data-tone="primary"
                    disabled=move || !Draft::is_ready(text, attaching)
                    aria-busy=move || busy.get().then_some("true")
                >
                    {press}
                </button>
            </div>
        </form>
    }
}

/// Whether a key keeps what is typed, as it keeps things elsewhere: here not the browser's page.
fn saves(event: &KeyboardEvent) -> bool {
    let is_command = (event.ctrl_key() || event.meta_key()) && !event.alt_key();
    is_command && !is_of_input_method(event) && event.key().eq_ignore_ascii_case("s")
}

/// Sends a version of a message and shows it. Its id.
async fn send(
    conversation: OpenConversation,
    (message, speaker): (MessageId, Speaker),
    how: How,
    (text, files): (String, Vec<String>),
    submission: String,
) -> Result<MessageId, AppError> {
    match speaker {
        Speaker::User => {
            let model = conversation.model.get_untracked().into();
            if how == How::Kept {
                let kept = save_question(conversation.id, message, text, model, submission, files);
                let version = kept.await?;
                conversation.reload().await;
                return Ok(version);
            }
            let asked =
                edit_question(conversation.id, message, text, model, submission, files).await?;
            let version = asked.question.id;
            conversation.replace(message, asked);
            Ok(version)
        }
        Speaker::Assistant => {
            let version = edit_answer(conversation.id, message, text, submission).await?;
            conversation.reload().await;
            Ok(version)
        }
    }
}

/// Offers what was typed into the box of a message and not sent.
#[component]
pub fn Unsaved(message: OpenMessage, conversation: OpenConversation) -> impl IntoView {
    let words = use_words();
    let (acts, problem, unsaved) = (
        conversation.acts,
        conversation.problem,
        message.unsaved.clone(),
    );
    let key = unsaved_key(message.id);
    Effect::new({
        let (unsaved, key) = (unsaved.clone(), key.clone());
        move |_| {
            if browser::kept(&key).is_some() {
                unsaved.set(true);
            }
        }
    });
    let editing = is_editing(conversation, message.id);
    move || {
        if !unsaved.get() || editing.get() {
            return None;
        }
        let (message, key, unsaved) = (message.clone(), key.clone(), unsaved.clone());
        let discard = move |_| {
            browser::forget(&key);
            unsaved.set(false);
        };
        Some(view! {
            <p class="unsaved">
                <span>{words.unsaved_edit}</span>
                <button class="unsaved__act" type="button" on:click=move |_| acts.edit(conversation.id, &message, problem)>
                    {words.unsaved_go_on}
                </button>
                <button class="unsaved__act" type="button" on:click=discard>{words.unsaved_discard}</button>
            </p>
        })
    }
}
