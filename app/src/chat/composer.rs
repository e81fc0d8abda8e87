//! Where questions are written.

use leptos::{
    either::Either,
    ev::SubmitEvent,
    prelude::{Callable as _, *},
    task::spawn_local,
};
use model::{Asked, ConversationId, Draft, FailureCode, MessageId, ModelChoice, ModelName, Queue};

use server_fn::ServerFn;

use super::{
    attachments::{AttachButton, Attached, Attaching, FitsNot},
    beginning::{Beginning, Called, FORM, called_of},
    calling::{Callable, Calling, PromptPicker},
    dictation::{Dictation, DictationButton, DictationProblem},
    drafts::{keep_behind, keep_draft},
    estimating::{EstimateBeneath, Estimating},
    model_picker::ModelPicker,
    once::{CalledOnce, GivenFields},
    parameters::{ParametersButton, ParametersDialog, ParametersOf},
    recalling::edit_last,
    sidebar::Sidebar,
};
use crate::{
    api::{
        generation::{Ask, Offer, Stop, ask, stop},
        queue::queue_message,
    },
    browser,
    error::AppError,
    language::use_words,
    ui::{
        icon::{Glyph, Icon},
        text_field::{Kind, TextField},
    },
};

/// The id of the button that chooses files.
const ATTACH: &str = "attach";

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

/// A message that is to wait for the end of an answer.
struct Waits {
    text: String,
    model: String,
    submission: String,
    files: Vec<String>,
    called: Called,
}

impl Writing {
    /// Whether there is something to send, and all of it is here and fits the model.
    fn is_ready(self) -> bool {
        let is_blank = self.text.with(|text| text.trim().is_empty());
        let has_files = !self.attaching.files().is_empty();
        (!is_blank || has_files) && !self.attaching.is_busy() && self.attaching.misfit().is_none()
    }

    /// Sends what is typed; while an answer is being written, it waits for its end. Text and files leave the field at once and
    /// come back if the server refuses them.
    fn send(self, asked: Callback<Asked>, sidebar: Option<Sidebar>) {
        let text = self.text.get_untracked();
        let busy = self.pending.with_untracked(Option::is_some);
        let waits =
            self.being_written.with_untracked(Option::is_some) && self.conversation.is_some();
        if busy || untrack(|| !self.is_ready()) {
            return;
        }
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
        let (assistant, names, variables) = called.clone();
        let request = ask(
            self.conversation.map(|id| id.to_string()),
            text.clone(),
            model.clone().into(),
            submission.clone(),
            files.clone(),
            assistant,
            variables,
            names,
            said(self.is_temporary.get_untracked()),
        );
        let (is_temporary, sent) = (self.is_temporary.get_untracked(), files.clone());
        let message = Waits {
            text: text.clone(),
            model: model.into(),
            submission,
            files,
            called,
        };
        spawn_local(async move {
            let done = if waits {
                self.wait(message).await.map(|()| None)
            } else {
                match request.await {
                    // Another page was faster.
                    Err(error) if self.can_wait(&error) => self.wait(message).await.map(|()| None),
                    done => done.map(Some),
                }
            };
            match done {
                Ok(done) => {
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
                    self.attaching.put_back(items);
                    let called = called_of(once.as_ref());
                    self.beginning.call_again(once);
                    let come_back = self.text.try_update(|present| {
                        if present.is_empty() || text.is_empty() {
                            present.push_str(&text);
                        } else {
                            // Something was typed meanwhile: both are kept.
                            *present = format!("{text}\n{present}");
                        }
                    });
                    if come_back.is_none() && !is_temporary {
                        // The page was left meanwhile: they are there when it is opened again.
                        keep_behind(self.conversation, text, sent, called);
                    }
                }
            }
        });
    }

    fn can_wait(self, error: &AppError) -> bool {
        error.code == FailureCode::AlreadyGenerating && self.conversation.is_some()
    }

    /// Lets a message wait.
    async fn wait(self, message: Waits) -> Result<(), AppError> {
        let Waits {
            text,
            model,
            submission,
            files,
            called: (assistant, names, values),
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
        );
        let queue = queue.await?;
        if let Some(shown) = self.queue {
            shown.try_set(queue);
        }
        Ok(())
    }

    /// What can be called in its field.
    fn callable(self, models: Vec<ModelChoice>) -> Callable {
        Callable {
            models: StoredValue::new(models),
            model: self.model,
            beginning: self.beginning,
            problem: self.problem,
        }
    }

    fn stop(self) {
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
fn said(is_temporary: bool) -> String {
    if is_temporary { "1" } else { "" }.to_owned()
}

/// The model and what is set for it. An application has a model of its own, so only what the form needs is there.
#[component]
fn HowToAnswer(
    beginning: Beginning,
    models: Vec<ModelChoice>,
    model: RwSignal<ModelName>,
    parameters: ParametersOf,
    several: Signal<Option<String>>,
) -> impl IntoView {
    move || {
        if beginning.is_application() {
            let name = model.with(|name| name.as_str().to_owned());
            Either::Left(view! { <input type="hidden" name="model" value=name/> })
        } else {
            let models = models.clone();
            Either::Right(view! {
                <ModelPicker models chosen=model/>
                <ParametersButton of=parameters/>
                <Several several/>
            })
        }
    }
}

/// The way to several models beside the choice of one. Where there is little room, the menu of the answer has it alone.
#[component]
fn Several(several: Signal<Option<String>>) -> impl IntoView {
    let words = use_words();
    move || {
        several.get().map(|way| {
            view! {
                <a
                    class="icon-button composer__several"
                    href=way
                    title=words.compare_last
                    aria-label=words.compare_last
                >
                    <Glyph icon=Icon::Columns/>
                </a>
            }
        })
    }
}

/// The composer. `asked` is called with what *Send* made.
#[component]
pub fn Composer(
    writing: Writing,
    offer: Offer,
    #[prop(into)] asked: Callback<Asked>,
    /// The draft that the server has, where the text begins with more.
    #[prop(into, optional)]
    kept: Option<Draft>,
) -> impl IntoView {
    let words = use_words();
    let Writing {
        conversation,
        text,
        model,
        beginning,
        attaching,
        being_written,
        ..
    } = writing;
    keep_draft(
        (conversation, beginning),
        text,
        attaching,
        kept,
        writing.is_temporary,
    );
    attaching.watch_drops();
    let calling = Calling::new(text, writing.callable(offer.models.clone()));
    let estimating = Estimating {
        conversation,
        text,
        attaching,
        model: attaching.asked(),
        is_generating: Signal::derive(move || being_written.with(Option::is_some)),
    };

    let parameters = ParametersOf::new(conversation, model);
    let dictation = Dictation::new(text, writing.problem);
    let id = conversation.map(|id| id.to_string()).unwrap_or_default();
    let sidebar = use_context::<Sidebar>();
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        writing.send(asked, sidebar);
    };
    view! {
        <PromptPicker calling/>
        <form
            class="composer"
            id=FORM
            method="post"
            action=Ask::PATH
            on:submit=submit
            on:paste=move |event| attaching.paste(&event)
        >
            <input type="hidden" name="conversation" value=id.clone()/>
            <input type="hidden" name="id" value=id/>
            <input type="hidden" name="submission" value=offer.submission/>
            <input type="hidden" name="assistant" value=move || beginning.sent().0/>
            <GivenFields beginning/>
            <DraftFiles attaching/>
            <input type="hidden" name="temporary" value=move || said(writing.is_temporary.get())/>
            <FitsNot attaching/>
            <div
                class="composer__box"
                data-over=move || attaching.is_over().then_some("true")
                on:keydown:capture=move |event| {
                    calling.pressed(&event);
                    edit_last(&event, text);
                }
                on:compositionstart=move |_| calling.composition.begins()
                on:compositionend=move |event| calling.composed(event.time_stamp())
                on:input=move |_| calling.typed()
                on:focusout=move |event| calling.left(&event)
            >
                <CalledOnce beginning/>
                <Attached attaching button=ATTACH/>
                <TextField
                    name="prompt"
                    label=words.ask_anything
                    kind=Kind::Text
                    value=text
                    on_escape=Callback::new(move |()| writing.stop())
                />
                <div class="composer__bar">
                    <AttachButton attaching id=ATTACH/>
                    <HowToAnswer beginning models=offer.models model parameters several=writing.several/>
                    <span class="composer__hint" data-send="enter">{words.send_hint}</span>
                    <span class="composer__hint" data-send="command">{words.send_hint_command}</span>
                    <DictationButton dictation/>
                    <SendOrStop writing/>
                </div>
            </div>
            <DictationProblem dictation/>
            <EstimateBeneath estimating/>
            <p class="composer__fallible">{words.fallible}</p>
        </form>
        <ParametersDialog of=parameters/>
    }
}

/// Sends; while an answer is being written, stops that, and what is sent meanwhile waits.
#[component]
fn SendOrStop(writing: Writing) -> impl IntoView {
    let words = use_words();
    let is_live = RwSignal::new(false);
    // Without scripts nothing would enable the button again.
    Effect::new(move |_| is_live.set(true));
    let cannot_send = move || is_live.get() && !writing.is_ready();
    move || {
        if writing.being_written.with(Option::is_some) {
            view! {
                <button
                    class="composer__send"
                    title=words.queue_add
                    aria-label=words.queue_add
                    hidden=cannot_send
                    disabled=cannot_send
                >
                    <Glyph icon=Icon::Send/>
                </button>
                <button
                    class="composer__send"
                    data-tone="stop"
                    formaction=Stop::PATH
                    formnovalidate
                    title=words.stop
                    aria-label=words.stop
                    on:click=move |event| {
                        event.prevent_default();
                        writing.stop();
                    }
                >
                    <Glyph icon=Icon::Stop/>
                </button>
            }
            .into_any()
        } else {
            view! {
                <button class="composer__send" title=words.send aria-label=words.send disabled=cannot_send>
                    <Glyph icon=Icon::Send/>
                </button>
            }
                .into_any()
        }
    }
}

/// The files of a draft, for a page without scripts.
#[component]
fn DraftFiles(attaching: Attaching) -> impl IntoView {
    move || {
        let files = attaching.files().into_iter().enumerate();
        let field = |(place, file): (usize, model::FileId)| {
            let name = format!("attachments[{place}]");
            view! { <input type="hidden" name=name value=file.to_string()/> }
        };
        files.map(field).collect_view()
    }
}
