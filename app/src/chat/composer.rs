//! Where questions are written.

use leptos::{either::Either, ev::SubmitEvent, prelude::*, task::spawn_local};
use model::{Asked, ConversationId, ModelChoice, ModelName};
use server_fn::ServerFn;

use super::{
    attachments::{AttachButton, Attached, Attaching, FitsNot},
    beginning::{Beginning, FORM},
    calling::{Callable, Calling, PromptPicker},
    dictation::{Dictation, DictationButton, DictationProblem},
    drafts::keep_draft,
    model_picker::ModelPicker,
    parameters::{ParametersButton, ParametersDialog, ParametersOf},
};
use crate::{
    api::generation::{Ask, Offer, Stop, ask, stop},
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
    /// An answer is being written.
    pub is_generating: Signal<bool>,
}

impl Writing {
    /// Whether there is something to send, and all of it is here and fits the model.
    fn is_ready(self) -> bool {
        let is_blank = self.text.with(|text| text.trim().is_empty());
        let has_files = !self.attaching.files().is_empty();
        (!is_blank || has_files) && !self.attaching.is_busy() && self.attaching.misfit().is_none()
    }

    /// Sends what is typed. Text and files leave the field at once and come back if the server refuses them.
    fn send(self, asked: Callback<Asked>) {
        let text = self.text.get_untracked();
        let busy =
            self.is_generating.get_untracked() || self.pending.with_untracked(Option::is_some);
        if busy || untrack(|| !self.is_ready()) {
            return;
        }
        let files = untrack(|| self.attaching.files());
        let items = self.attaching.take();
        let (assistant, variables) = untrack(|| self.beginning.sent());
        self.problem.set(None);
        self.pending.set(Some(text.clone()));
        self.text.set(String::new());
        let request = ask(
            self.conversation.map(|id| id.to_string()),
            text.clone(),
            self.model.get_untracked().into(),
            browser::fresh_uuid(),
            files.iter().map(ToString::to_string).collect(),
            assistant,
            variables,
        );
        spawn_local(async move {
            match request.await {
                Ok(done) => {
                    asked.run(done);
                    self.pending.try_set(None);
                }
                Err(error) => {
                    self.pending.try_set(None);
                    self.problem.try_set(Some(error));
                    self.attaching.put_back(items);
                    self.text.try_update(|present| {
                        if present.is_empty() || text.is_empty() {
                            present.push_str(&text);
                        } else {
                            // Something was typed meanwhile: both are kept.
                            *present = format!("{text}\n{present}");
                        }
                    });
                }
            }
        });
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
        if self.is_generating.get_untracked() {
            spawn_local(async move {
                if let Err(error) = stop(conversation).await {
                    self.problem.try_set(Some(error));
                }
            });
        }
    }
}

/// The model and what is set for it. An application has a model of its own, so only what the form needs is there.
#[component]
fn HowToAnswer(
    beginning: Beginning,
    models: Vec<ModelChoice>,
    model: RwSignal<ModelName>,
    parameters: ParametersOf,
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
            })
        }
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
    kept: Option<String>,
) -> impl IntoView {
    let words = use_words();
    let Writing {
        conversation,
        text,
        model,
        beginning,
        attaching,
        is_generating,
        ..
    } = writing;
    keep_draft(conversation, text, kept);
    attaching.watch_drops();
    let calling = Calling::new(text, writing.callable(offer.models.clone()));
    let parameters = ParametersOf::new(conversation, model);
    let dictation = Dictation::new(text, writing.problem);
    let id = conversation.map(|id| id.to_string()).unwrap_or_default();
    let is_live = RwSignal::new(false);
    // Without scripts nothing would enable the button again.
    Effect::new(move |_| is_live.set(true));
    let cannot_send = move || is_live.get() && !writing.is_ready();
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        writing.send(asked);
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
            <FitsNot attaching/>
            <div
                class="composer__box"
                data-over=move || attaching.is_over().then_some("true")
                on:keydown:capture=move |event| calling.pressed(&event)
                on:compositionstart=move |_| calling.composes(true)
                on:compositionend=move |_| calling.composes(false)
                on:input=move |_| calling.typed()
                on:focusout=move |event| calling.left(&event)
            >
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
                    <HowToAnswer beginning models=offer.models model parameters/>
                    <span class="composer__hint" data-send="enter">{words.send_hint}</span>
                    <span class="composer__hint" data-send="command">{words.send_hint_command}</span>
                    <DictationButton dictation/>
                    {move || {
                        if is_generating.get() {
                            view! {
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
                    }}
                </div>
            </div>
            <DictationProblem dictation/>
            <p class="composer__fallible">{words.fallible}</p>
        </form>
        <ParametersDialog of=parameters/>
    }
}
