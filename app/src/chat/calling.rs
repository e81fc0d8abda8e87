//! Calling a prompt, an assistant or a model in the composer: what may be meant is offered while it is typed, and the keys choose from it.

mod asking;
mod offering;

use leptos::{
    ev::{FocusEvent, KeyboardEvent},
    prelude::*,
    task::spawn_local,
};
use model::{AssistantCard, AssistantView, ModelChoice, ModelName, SavedPrompt, template};
use wasm_bindgen::JsCast;
use web_sys::HtmlTextAreaElement;

pub use asking::asked_id;

use super::{
    beginning::Beginning,
    call::{Call, Mark},
    part::Part,
};
use crate::{
    api::assistants::load_assistant,
    browser::{self, number::lower},
    error::AppError,
    routes::Own,
    ui::{
        keys::{Composition, has_modifier, is_of_input_method},
        turns::Turns,
    },
};

/// The composer's field.
const FIELD: &str = ".composer textarea[name=prompt]";

/// The id of the list that is offered.
pub const LIST: &str = "prompts-offered";

/// A prompt whose variables are asked for, and where it goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Filling {
    /// The prompt.
    pub prompt: SavedPrompt,
    call: Call,
}

/// Something that may be meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Offered {
    /// A prompt.
    Prompt(SavedPrompt),
    /// An assistant.
    Assistant(AssistantCard),
    /// A model.
    Model(ModelChoice),
    /// What could not be loaded; choosing it tries again.
    Missing,
}

impl Offered {
    /// Whether these letters, in lower case, may mean it after that mark.
    fn is_meant(&self, mark: Mark, letters: &str) -> bool {
        match self {
            Self::Prompt(prompt) => {
                mark == Mark::Slash && lower(prompt.name.as_str()).contains(letters)
            }
            Self::Assistant(card) => mark == Mark::At && lower(&card.name).contains(letters),
            Self::Model(model) => {
                let is_label = lower(&model.label).contains(letters);
                mark == Mark::At && (is_label || model.name.as_str().contains(letters))
            }
            Self::Missing => false,
        }
    }
}

/// What a call can change beside the text.
#[derive(Clone, Copy)]
pub struct Callable {
    /// The models on offer.
    pub models: StoredValue<Vec<ModelChoice>>,
    /// The one that answers next.
    pub model: RwSignal<ModelName>,
    /// What a new conversation begins with.
    pub beginning: Beginning,
    /// What went wrong last.
    pub problem: RwSignal<Option<AppError>>,
}

/// How far a call has come.
#[derive(Clone, Copy)]
pub struct Calling {
    text: RwSignal<String>,
    callable: Callable,
    call: RwSignal<Option<Call>>,
    /// What may be meant.
    pub offered: RwSignal<Vec<Offered>>,
    /// The one of them that Enter takes.
    pub active: RwSignal<usize>,
    /// The prompt whose variables are asked for.
    pub filling: RwSignal<Option<Filling>>,
    /// The assistant whose variables are asked for, before a question is put to it.
    pub asking: RwSignal<Option<AssistantView>>,
    /// What an input method does in the field.
    pub composition: Composition,
    /// Where a call was given up by Esc: it does not come back by typing on.
    given_up: StoredValue<Option<usize>>,
    /// Counts what was typed, so that an older answer never takes a newer one's place.
    turns: Turns,
}

impl Calling {
    /// Nothing is called in `text` yet.
    pub fn new(text: RwSignal<String>, callable: Callable) -> Self {
        Self {
            text,
            callable,
            call: RwSignal::new(None),
            offered: RwSignal::new(Vec::new()),
            active: RwSignal::new(0),
            filling: RwSignal::new(None),
            asking: RwSignal::new(None),
            composition: Composition::new(),
            given_up: StoredValue::new(None),
            turns: Turns::new(),
        }
    }

    /// Whether something is offered.
    pub fn is_open(self) -> bool {
        self.call.with(Option::is_some) && self.offered.with(|offered| !offered.is_empty())
    }

    /// Whether what is offered are assistants and models.
    pub fn is_mention(self) -> bool {
        let mark = self.call.with(|call| call.as_ref().map(|call| call.mark));
        mark == Some(Mark::At)
    }

    /// Something was typed.
    pub fn typed(self) {
        if !self.composition.is_on() {
            self.look();
        }
    }

    /// An input method has chosen, at that time of the event.
    pub fn composed(self, time_stamp: f64) {
        self.composition.ends(time_stamp);
        self.look();
    }

    /// The keyboard leaves something in the composer. What is offered goes with that of the field.
    pub fn left(self, event: &FocusEvent) {
        let is_called = self.call.with_untracked(Option::is_some);
        if is_called && browser::closest(event, FIELD).is_some() {
            self.close();
        }
    }

    /// A key in the composer, before the composer hears of it.
    pub fn pressed(self, event: &KeyboardEvent) {
        let is_composed = is_of_input_method(event) || self.composition.is_on();
        let count = self.offered.with_untracked(Vec::len);
        if is_composed || has_modifier(event) || count == 0 || self.stands() != Some(true) {
            return;
        }
        // The buttons beside the field have keys of their own, and what is not seen is not chosen: its part of the module may be missing.
        if browser::closest(event, FIELD).is_none() || !is_drawn() {
            return;
        }
        match event.key().as_str() {
            "ArrowDown" => self.active.update(|active| *active = (*active + 1) % count),
            "ArrowUp" => self
                .active
                .update(|active| *active = (*active + count - 1) % count),
            "Enter" | "Tab" => self.choose(self.active.get_untracked()),
            "Escape" => {
                let from = self
                    .call
                    .with_untracked(|call| call.as_ref().map(|call| call.from));
                self.given_up.set_value(from);
                self.close();
            }
            _ => return,
        }
        event.prevent_default();
        event.stop_propagation();
    }

    /// Takes what is offered in that place: a prompt is put into the text, or asks for its variables first; a model answers next; a new
    /// conversation begins with an assistant, and in one that has begun the next question is put to it, once its variables were asked for;
    /// what could not be loaded is, once more.
    pub fn choose(self, place: usize) {
        let chosen = self
            .offered
            .with_untracked(|offered| offered.get(place).cloned());
        let (Some(chosen), Some(call)) = (chosen, self.call.get_untracked()) else {
            return;
        };
        self.close();
        let prompt = match chosen {
            Offered::Prompt(prompt) => prompt,
            Offered::Model(model) => {
                self.callable.model.set(model.name);
                self.put(&call, "");
                return;
            }
            Offered::Assistant(card) => {
                self.put(&call, "");
                if self.callable.beginning.is_open() {
                    self.begin_with(&card);
                } else {
                    let key = card.key.clone();
                    self.callable.beginning.once.set(Some(card));
                    self.ask_for(key);
                }
                return;
            }
            Offered::Missing => {
                self.offer(call);
                return;
            }
        };
        if template::variables(prompt.text.as_str()).is_empty() {
            self.put(&call, prompt.text.as_str());
        } else {
            self.filling.set(Some(Filling { prompt, call }));
            browser::focus_drawn(variable_id(0));
        }
    }

    fn begin_with(self, card: &AssistantCard) {
        let key = card.key.to_string();
        let Callable {
            models,
            model,
            beginning,
            problem,
        } = self.callable;
        spawn_local(async move {
            match load_assistant(key).await {
                Ok(view) => {
                    let preset = view.assistant.model.clone();
                    let on_offer = |name: &ModelName| {
                        let found = models
                            .try_with_value(|models| models.iter().any(|it| it.name == *name));
                        found == Some(true)
                    };
                    if let Some(preset) = preset.filter(on_offer) {
                        model.try_set(preset);
                    }
                    if problem.try_set(None).is_none() {
                        beginning.choose(Some(view));
                    }
                }
                Err(error) => {
                    problem.try_set(Some(error));
                }
            }
        });
    }

    /// Puts the filled prompt in the place of its call. Nothing is sent by that.
    pub fn fill(self, filled: &str) {
        if let Some(filling) = self.filling.get_untracked() {
            self.filling.set(None);
            self.put(&filling.call, filled);
        }
    }

    /// Offers nothing any more.
    pub fn close(self) {
        // What is still on its way is not offered.
        self.turns.begin();
        self.call.set(None);
        self.offered.set(Vec::new());
    }

    /// Whether what calls is still in the text; nothing when nothing is called, or the composer is gone.
    fn stands(self) -> Option<bool> {
        let call = self.call.try_get_untracked().flatten()?;
        self.text.try_with_untracked(|text| call.stands_in(text))
    }

    fn put(self, call: &Call, filled: &str) {
        self.text.update(|text| *text = call.replaced(text, filled));
        browser::focus_at_end(FIELD.to_owned());
    }

    fn look(self) {
        // The field is looked for only where something may be called: it stands at the page's end.
        let may_call = self.text.with_untracked(|text| text.contains(Mark::SIGNS));
        let field = may_call.then(field).flatten();
        let caret = field.and_then(|field| field.selection_start().ok().flatten());
        let caret = caret.and_then(|caret| usize::try_from(caret).ok());
        let call = caret.and_then(|caret| self.text.with_untracked(|text| Call::at(text, caret)));
        let Some(call) = call else {
            self.given_up.set_value(None);
            if self.call.with_untracked(Option::is_some) {
                self.close();
            }
            return;
        };
        if self.given_up.get_value() == Some(call.from) {
            return;
        }
        self.offer(call);
    }
}

/// What is offered, and the form for variables: from a part of the module that is loaded with the first slash.
#[component]
pub fn PromptPicker(calling: Calling) -> impl IntoView {
    provide_context(calling);
    let wanted = Memo::new(move |was_wanted: Option<&bool>| {
        was_wanted == Some(&true) || calling.call.with(Option::is_some)
    });
    // A call ends too when its text is sent, or otherwise replaced.
    Effect::new(move |_| {
        calling.text.track();
        if calling.call.with_untracked(Option::is_some) {
            // Until then, what is typed on has been looked at.
            browser::after_layout(move || {
                if calling.stands() == Some(false) {
                    calling.close();
                }
            });
        }
    });
    // A field that is typed into says what is chosen for it elsewhere.
    Effect::new(move |_| {
        // Read first, so that this runs again when the field is not there yet.
        let active = calling.is_open().then(|| option_id(calling.active.get()));
        let Some(field) = field() else { return };
        let attributes = [
            ("aria-controls", active.is_some().then(|| LIST.to_owned())),
            ("aria-activedescendant", active),
        ];
        for (name, value) in attributes {
            // Constant attributes can be set and removed.
            let _changed = match value {
                Some(value) => field.set_attribute(name, &value),
                None => field.remove_attribute(name),
            };
        }
    });
    view! { <div class="prompt-picker"><Part page=Own::PromptPicker wanted=wanted.into()/></div> }
}

/// The id of the field for a variable.
pub fn variable_id(place: usize) -> String {
    format!("variable-{place}")
}

/// The id of an offered prompt.
pub fn option_id(place: usize) -> String {
    format!("{LIST}-{place}")
}

/// Whether what is offered is on the page.
fn is_drawn() -> bool {
    let document = browser::window().and_then(|window| window.document());
    document.is_some_and(|document| document.get_element_by_id(LIST).is_some())
}

fn field() -> Option<HtmlTextAreaElement> {
    let document = browser::window()?.document()?;
    document.query_selector(FIELD).ok()??.dyn_into().ok()
}
