//! Where questions are written.

mod writing;

use leptos::{either::Either, ev::SubmitEvent, prelude::*};
use model::{Asked, Draft, ModelChoice, ModelName};
use server_fn::ServerFn;

use super::{
    attachments::{AttachButton, Attached, Attaching, FitsNot},
    beginning::{Beginning, FIELD, FORM},
    calling::{Calling, PromptPicker},
    dictation::{Dictation, DictationButton, DictationProblem},
    drafts::{keep_draft, posted},
    estimating::{EstimateBeneath, Estimating},
    gauge::ContextGauge,
    model_picker::ModelPicker,
    once::{CalledOnce, GivenFields},
    parameters::{ParametersButton, ParametersDialog, ParametersOf},
    recalling::edit_last,
    sidebar::Sidebar,
    switches::ParameterSwitches,
};
use crate::{
    api::generation::{Ask, Offer, Stop},
    browser,
    error::AppError,
    language::use_words,
    ui::{
        icon::{Glyph, Icon},
        text_field::{Kind, TextField},
    },
};
use writing::said;

pub use writing::Writing;

/// The id of the button that chooses files.
const ATTACH: &str = "attach";

/// What stands beneath: that answers may be wrong, and how full the model's window is.
#[component]
fn Foot(estimating: Estimating, beginning: Beginning) -> impl IntoView {
    let is_application = Signal::derive(move || beginning.is_application());
    view! {
        <div class="composer__foot">
            <p class="composer__fallible">{use_words().fallible}</p>
            <ContextGauge estimating is_application/>
        </div>
    }
}

/// The model and what is set for it. An application has a model of its own, so only what the form needs is there.
#[component]
fn HowToAnswer(
    beginning: Beginning,
    models: Vec<ModelChoice>,
    model: RwSignal<ModelName>,
    parameters: ParametersOf,
    several: Signal<Option<String>>,
    problem: RwSignal<Option<AppError>>,
) -> impl IntoView {
    move || {
        if beginning.is_application() {
            let name = model.with(|name| name.as_str().to_owned());
            Either::Left(view! { <input type="hidden" name="model" value=name/> })
        } else {
            let models = models.clone();
            Either::Right(view! {
                <ModelPicker models chosen=model/>
                <ParameterSwitches of=parameters problem/>
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
    /// The draft that the server has; the text may begin with more.
    kept: Draft,
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
    let draft = posted(kept.kept_at);
    let keeping = keep_draft(
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
        writing.send(asked, sidebar, keeping);
        go_on_writing();
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
            <input type="hidden" name="draft" value=draft/>
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
                    <HowToAnswer
                        beginning
                        models=offer.models
                        model
                        parameters
                        several=writing.several
                        problem=writing.problem
                    />
                    <span class="composer__hint" data-send="enter">{words.send_hint}</span>
                    <span class="composer__hint" data-send="command">{words.send_hint_command}</span>
                    <DictationButton dictation/>
                    <SendOrStop writing/>
                </div>
            </div>
            <DictationProblem dictation/>
            <EstimateBeneath estimating/>
            <Foot estimating beginning/>
        </form>
        <ParametersDialog of=parameters/>
    }
}

/// Gives the keyboard back to the field: the button that was pressed makes room for another one. A finger would only be shown its keyboard.
fn go_on_writing() {
    if !browser::has_coarse_pointer() && !browser::has_keyboard(FIELD) {
        browser::write_at_end(FIELD);
    }
}

/// Sends; while an answer is being written, stops that, and what is sent meanwhile waits.
#[component]
fn SendOrStop(writing: Writing) -> impl IntoView {
    let words = use_words();
    let is_live = RwSignal::new(false);
    // Without scripts nothing would enable the button again.
    Effect::new(move |_| is_live.set(true));
    // Changes with few of the keys, and is looked at by several attributes.
    let is_held = Memo::new(move |_| is_live.get() && !writing.is_ready());
    let cannot_send = move || is_held.get();
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
                        go_on_writing();
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
