//! With what a conversation begins: an assistant, or nothing but the model that is chosen.

use leptos::{either::Either, prelude::*};
use leptos_router::hooks::use_query_map;
use model::{AssistantCard, AssistantPicture, AssistantView, ModelName, assistant::sign, template};

use super::attachments::Offered;
use crate::{address::with_query, browser, language::use_words, ui::visible::visible};

/// The composer's form, for fields that stand outside of it.
pub const FORM: &str = "composer";

/// Where one writes.
pub const FIELD: &str = ".composer textarea[name=prompt]";

/// An assistant that is called, as it is sent and kept: its key, and names and values of its variables.
pub type Called = (String, Vec<String>, Vec<String>);

/// How that one is sent and kept; nothing where none is called.
pub fn called_of(card: Option<&AssistantCard>) -> Called {
    let Some(card) = card else {
        return Called::default();
    };
    let given = card.given.iter();
    let (names, values) = given
        .map(|one| (one.name.clone(), one.value.clone()))
        .unzip();
    (card.key.to_string(), names, values)
}

/// The assistant that a new conversation begins with, and what stands for the variables of its instructions.
#[derive(Clone, Copy)]
pub struct Beginning {
    /// The assistant.
    pub assistant: RwSignal<Option<AssistantView>>,
    /// For each variable, in the order in which these are met first.
    values: RwSignal<Vec<String>>,
    /// The assistant that the next question alone is put to, in a conversation that has begun.
    pub once: RwSignal<Option<AssistantCard>>,
    /// The conversation has begun: an application answers in it, or none does.
    begun: Option<bool>,
}

impl Beginning {
    /// A conversation that has not begun.
    pub fn with(assistant: Option<AssistantView>) -> Self {
        let this = Self {
            assistant: RwSignal::new(None),
            values: RwSignal::new(Vec::new()),
            once: RwSignal::new(None),
            begun: None,
        };
        this.choose(assistant);
        this
    }

    /// One that has, with whom the next question alone is put to.
    pub fn over(is_application: bool, once: Option<AssistantCard>) -> Self {
        Self {
            begun: Some(is_application),
            once: RwSignal::new(once),
            ..Self::with(None)
        }
    }

    /// Whether an assistant can still be chosen.
    pub const fn is_open(self) -> bool {
        self.begun.is_none()
    }

    /// Begins with that one instead.
    pub fn choose(self, assistant: Option<AssistantView>) {
        let text = assistant
            .as_ref()
            .map(|view| view.assistant.instructions.as_str());
        let variables = template::variables(text.unwrap_or_default()).into_iter();
        let values = variables.map(|found| found.default.unwrap_or_default().to_owned());
        self.values.set(values.collect());
        self.assistant.set(assistant);
    }

    /// Whether an application answers, which has a model of its own.
    pub fn is_application(self) -> bool {
        self.begun.unwrap_or_else(|| {
            self.assistant
                .with(|view| view.as_ref().is_some_and(|view| view.is_application))
        })
    }

    /// The assistant that the next question alone is put to, as it is sent and kept.
    pub fn called(self) -> Called {
        self.once.with(|card| called_of(card.as_ref()))
    }

    /// The model that the next question is put to: that of the assistant it is put to alone, where that has one which is on offer, or the
    /// one that was chosen.
    pub fn asked(self, chosen: RwSignal<ModelName>, offered: Offered) -> Signal<ModelName> {
        Signal::derive(move || {
            let own = self
                .once
                .with(|card| card.as_ref().and_then(|card| card.model.clone()));
            own.filter(|own| offered.has(own))
                .unwrap_or_else(|| chosen.get())
        })
    }

    /// Puts the next question alone to that one again, unless another was called meanwhile.
    pub fn call_again(self, card: Option<AssistantCard>) {
        self.once.try_update(|once| {
            if once.is_none() {
                *once = card;
            }
        });
    }

    /// What is sent of it: the assistant, the names of its variables where one question alone is put to it, and their values.
    pub fn sent(self) -> Called {
        if !self.is_open() {
            return self.called();
        }
        let key = self
            .assistant
            .with(|view| view.as_ref().map(|view| view.key.to_string()));
        (key.unwrap_or_default(), Vec::new(), self.values.get())
    }
}

/// The picture of an assistant. It says nothing to screen readers: the name stands beside it.
#[component]
pub fn Sign(
    emoji: String,
    name: String,
    picture: Option<AssistantPicture>,
    #[prop(optional)] large: bool,
) -> impl IntoView {
    let size = large.then_some("large");
    if let Some(picture) = picture {
        Either::Left(view! {
            <img class="picture" data-size=size src=picture.address() alt="" loading="lazy"/>
        })
    } else {
        let shown = sign(&emoji, &name).to_owned();
        Either::Right(
            view! { <span class="picture" data-size=size aria-hidden="true">{shown}</span> },
        )
    }
}

/// Questions to begin with, and where they go.
#[derive(Clone, Copy)]
pub struct Starting {
    text: RwSignal<String>,
    /// The one that was chosen last.
    last: StoredValue<String>,
}

impl Starting {
    /// They go into that text.
    pub fn new(text: RwSignal<String>) -> Self {
        Self {
            text,
            last: StoredValue::new(String::new()),
        }
    }

    /// Puts this one where one writes, in the place of the one that was chosen before; what was typed stays before it.
    pub fn choose(self, starter: &str) {
        let last = self.last.get_value();
        self.text
            .update(|typed| *typed = with_starter(typed, &last, starter));
        self.last.set_value(starter.to_owned());
        // A finger would only be shown its keyboard.
        if !browser::has_coarse_pointer() {
            browser::focus_at_end(FIELD.to_owned());
        }
    }
}

/// What is typed, with a question behind it instead of the last one.
fn with_starter(typed: &str, last: &str, starter: &str) -> String {
    let typed = typed.strip_suffix(last).unwrap_or(typed).trim_end();
    if typed.is_empty() {
        starter.to_owned()
    } else {
        format!("{typed}\n\n{starter}")
    }
}

/// The assistant, what it is told, what it asks for, and questions to begin with; choosing one of these fills the composer.
#[component]
pub fn AssistantIntro(
    view: AssistantView,
    beginning: Beginning,
    text: RwSignal<String>,
) -> impl IntoView {
    let words = use_words();
    let AssistantView {
        assistant,
        is_application,
        picture,
        ..
    } = view;
    let variables: Vec<String> = template::variables(&assistant.instructions)
        .into_iter()
        .map(|found| found.name.to_owned())
        .collect();
    let told = assistant.instructions.clone();
    let starters = assistant.starters.into_iter();
    let starting = Starting::new(text);
    view! {
        <section class="greeting">
            <Sign emoji=assistant.emoji name=assistant.name.clone() picture large=true/>
            <h1>{assistant.name}</h1>
            <p class="greeting__about">{assistant.description}</p>
            {is_application.then(|| view! { <p class="greeting__about">{words.assistant_application_lead}</p> })}
            <div class="greeting__fields">
                {variables
                    .into_iter()
                    .enumerate()
                    .map(|(place, name)| view! { <Variable beginning place name/> })
                    .collect_view()}
            </div>
            {(!told.is_empty()).then(|| view! { <Told text=told lead=words.assistant_told_template/> })}
            <ul class="greeting__starters" data-needs="script">
                {starters
                    .map(|starter| {
                        let label = starter.clone();
                        view! {
                            <li>
                                <button
                                    class="greeting__starter"
                                    type="button"
                                    on:click=move |_| starting.choose(&starter)
                                >
                                    {label}
                                </button>
                            </li>
                        }
                    })
                    .collect_view()}
            </ul>
            <div class="greeting__ways">
                <a class="button" href="/assistants">{words.assistant_other}</a>
                <PutAway beginning/>
            </div>
        </section>
    }
}

/// Begins without the assistant after all. One that the address names is left with it, one that was chosen here is put away.
#[component]
fn PutAway(beginning: Beginning) -> impl IntoView {
    let words = use_words();
    let query = use_query_map();
    let is_named = Memo::new(move |_| {
        query.with(|query| {
            let assistant = query.get_str("assistant");
            assistant.is_some_and(|key| !key.is_empty())
        })
    });
    let put_away = move |_| {
        beginning.choose(None);
        browser::focus_at_end(FIELD.to_owned());
    };
    let href = move || {
        query.with(|query| {
            let temporary = query.get_str("temporary").unwrap_or_default();
            with_query("/", &[("temporary", temporary)])
        })
    };
    move || {
        if is_named.get() {
            Either::Left(view! { <a class="button" href=href>{words.assistant_put_away}</a> })
        } else {
            Either::Right(view! {
                <button class="button" type="button" on:click=put_away>{words.assistant_put_away}</button>
            })
        }
    }
}

/// What an assistant is told, to be unfolded.
#[component]
pub fn Told(text: String, lead: &'static str) -> impl IntoView {
    let words = use_words();
    view! {
        <details class="told">
            <summary class="told__summary">{words.assistant_told}</summary>
            <p class="told__lead">{lead}</p>
            <pre class="told__text">{visible(text)}</pre>
        </details>
    }
}

/// What stands for a variable of the instructions. It is sent with the composer's form, outside of which it stands.
#[component]
fn Variable(beginning: Beginning, place: usize, name: String) -> impl IntoView {
    let id = format!("assistant-variable-{place}");
    let value = beginning
        .values
        .with_untracked(|values| values.get(place).cloned().unwrap_or_default());
    let typed = move |event: leptos::ev::Event| {
        let text = event_target_value(&event);
        beginning.values.update(|values| {
            if let Some(value) = values.get_mut(place) {
                *value = text;
            }
        });
    };
    view! {
        <div class="field">
            <label class="field__label" for=id.clone()>{name}</label>
            <input
                class="field__line"
                id=id
                name=format!("variables[{place}]")
                form=FORM
                maxlength=model::Assistant::MAX_VALUE.to_string()
                autocomplete="off"
                value=value
                on:input=typed
            />
        </div>
    }
}

#[cfg(test)]
mod tests {
    use model::{AssistantKey, Audience, ModelChoice, conversation::InvalidModelName};

    use super::*;

    #[test]
    fn a_starter_takes_the_place_of_another_and_of_nothing_that_was_typed() {
        assert_eq!(with_starter("", "", "A?"), "A?");
        assert_eq!(with_starter("A?", "A?", "B?"), "B?");
        assert_eq!(with_starter("半句\n", "", "A?"), "半句\n\nA?");
        assert_eq!(with_starter("半句\n\nA?", "A?", "B?"), "半句\n\nB?");
        assert_eq!(with_starter("A? Why?", "A?", "B?"), "A? Why?\n\nB?");
    }

    #[test]
    fn a_question_is_put_to_the_model_of_whom_it_is_put_to_where_that_is_on_offer()
    -> Result<(), InvalidModelName> {
        let owner = Owner::new();
        owner.set();
        let (plus, flash) = (
            ModelName::parse("qwen-plus")?,
            ModelName::parse("qwen-flash")?,
        );
        let choice = |name: &ModelName| ModelChoice {
            name: name.clone(),
            label: String::new(),
            reasons: false,
            sees: false,
            hears: false,
            watches: false,
            reads_documents: false,
            characters: 0,
        };
        let card = |model| AssistantCard {
            key: AssistantKey::BuiltIn("en-critic".to_owned()),
            name: "Critic".to_owned(),
            emoji: String::new(),
            description: String::new(),
            is_application: false,
            model,
            audience: Audience::Everybody,
            picture: None,
            given: Vec::new(),
        };
        let offered = Offered::new(vec![choice(&plus), choice(&flash)], false);
        let beginning = Beginning::over(false, Some(card(Some(flash.clone()))));
        let chosen = RwSignal::new(plus.clone());
        let asked = beginning.asked(chosen, offered);
        assert_eq!(asked.get_untracked(), flash);
        for other in [None, Some(ModelName::parse("gone-model")?)] {
            beginning.once.set(Some(card(other)));
            assert_eq!(asked.get_untracked(), plus);
        }
        beginning.once.set(Some(card(Some(flash.clone()))));
        assert_eq!(asked.get_untracked(), flash);
        beginning.once.set(None);
        assert_eq!(asked.get_untracked(), plus);
        Ok(())
    }
}
