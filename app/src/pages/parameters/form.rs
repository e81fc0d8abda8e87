//! The form of parameters: what the model that answers next can do, each with its limits.

use leptos::{either::Either, prelude::*};
use model::{Abilities, Parameters, ParametersDraft, ParametersView, ThinkingAbility};
use server_fn::ServerFn;

use super::unsaved::{self, UnsavedNote};
use crate::{
    admin::form::sends_quietly,
    api::parameters::{ResetParameters, SetParameters},
    browser,
    error::Field,
    language::{Words, use_words},
    ui::{
        check::Check,
        figures::count,
        lines::LinesField,
        select::Select,
        submission::Submission,
        text_field::{Kind, TextField},
    },
};

/// Fields whose problems stand at them.
const FIELDS: &[Field] = &[
    Field::Temperature,
    Field::TopP,
    Field::MaxTokens,
    Field::Seed,
    Field::ThinkingBudget,
    Field::Json,
    Field::Instructions,
];

/// What stays when the forms are drawn again with what is set now.
#[derive(Clone, Copy)]
pub struct Setting {
    submission: Submission,
    /// How often everything was left to the model again.
    resets: RwSignal<u32>,
}

impl Setting {
    /// Nothing was sent yet.
    pub fn new() -> Self {
        Self {
            submission: Submission::new(FIELDS),
            resets: RwSignal::new(0),
        }
    }
}

/// The form, and the one that empties it.
#[component]
pub fn ParametersForms(
    shown: ParametersView,
    setting: Setting,
    /// What is typed and not saved is there again later.
    #[prop(optional)]
    keeps: bool,
    saved: Callback<()>,
    reset: Callback<()>,
) -> impl IntoView {
    let words = use_words();
    let id = shown
        .conversation
        .map(|id| id.to_string())
        .unwrap_or_default();
    let name = String::from(shown.model.name.clone());
    let lead = if shown.conversation.is_some() {
        words.parameters_lead
    } else {
        words.parameters_next_lead
    };
    let model = words.parameters_model(&shown.model.label);
    let is_empty = shown.parameters.is_empty();
    let resetting = Submission::new(&[]);
    let Setting { submission, resets } = setting;
    let key = unsaved::key_of(&id);
    let empty = sends_quietly::<ResetParameters>(resetting, move |()| {
        submission.forget();
        if keeps {
            browser::forget(&key);
        }
        resets.try_update(|resets| *resets += 1);
        reset.try_run(());
    });
    // What is drawn over keeps what was typed into it. After a reset nothing of that may stay, so the other branch is drawn.
    let form = if resets.get_untracked().is_multiple_of(2) {
        Either::Left(view! { <ParametersForm shown submission keeps saved/> })
    } else {
        Either::Right(view! { <ParametersForm shown submission keeps saved/> })
    };
    view! {
        <p class="panel__note">{lead} " " {model}</p>
        {form}
        {(!is_empty)
            .then(|| {
                view! {
                    <form method="post" action=ResetParameters::PATH on:submit=empty>
                        <input type="hidden" name="conversation" value=id/>
                        <input type="hidden" name="model" value=name/>
                        {resetting.view_as("")}
                        <button class="button" aria-busy=resetting.busy()>{words.parameters_reset}</button>
                    </form>
                }
            })}
    }
}

#[component]
fn ParametersForm(
    shown: ParametersView,
    submission: Submission,
    keeps: bool,
    saved: Callback<()>,
) -> impl IntoView {
    let words = use_words();
    let conversation = shown.conversation.map(|id| id.to_string());
    let key = unsaved::key_of(conversation.as_deref().unwrap_or_default());
    let kept = key.clone();
    let save = sends_quietly::<SetParameters>(submission, move |()| {
        if keeps {
            browser::forget(&kept);
        }
        saved.try_run(());
    });
    let ParametersDraft {
        temperature,
        top_p,
        max_tokens,
        seed,
        instructions,
        ..
    } = ParametersDraft::from(&shown.parameters);
    let id = conversation.unwrap_or_default();
    let (instructions, note) = if keeps {
        let text = unsaved::go_on(key, instructions.clone());
        (text, Some(view! { <UnsavedNote text saved=instructions/> }))
    } else {
        (RwSignal::new(instructions), None)
    };
    let name = String::from(shown.model.name.clone());
    let longest = shown.abilities.max_tokens.map_or_else(
        || words.max_tokens_free.to_owned(),
        |most| words.max_tokens_hint(&count(i64::from(most))),
    );
    let most = count(i64::try_from(Parameters::MAX_INSTRUCTIONS).unwrap_or(i64::MAX));
    view! {
        <form class="form" method="post" action=SetParameters::PATH on:submit=save>
            {submission.view()}
            <input type="hidden" name="conversation" value=id/>
            <input type="hidden" name="model" value=name/>
            <TextField
                name="form[temperature]"
                label=words.temperature
                kind=Kind::Optional("off")
                value=RwSignal::new(temperature)
                hint=words.temperature_hint
                problem=submission.problem_of(Field::Temperature)
            />
            <TextField
                name="form[top_p]"
                label=words.top_p
                kind=Kind::Optional("off")
                value=RwSignal::new(top_p)
                hint=words.top_p_hint
                problem=submission.problem_of(Field::TopP)
            />
            <TextField
                name="form[max_tokens]"
                label=words.max_tokens
                kind=Kind::Number
                value=RwSignal::new(max_tokens)
                hint=longest
                problem=submission.problem_of(Field::MaxTokens)
            />
            <TextField
                name="form[seed]"
                label=words.answer_seed
                kind=Kind::Number
                value=RwSignal::new(seed)
                hint=words.answer_seed_hint
                problem=submission.problem_of(Field::Seed)
            />
            <Thinking shown=shown.clone() submission/>
            <Switches shown submission/>
            {note}
            <LinesField
                name=unsaved::FIELD
                label=words.conversation_instructions
                value=instructions
                hint=words.conversation_instructions_hint(&most)
                problem=submission.problem_of(Field::Instructions)
            />
            <button class="button" data-tone="primary" aria-busy=submission.busy()>{words.save}</button>
        </form>
    }
}

/// Whether the model reasons, and how long.
#[component]
fn Thinking(shown: ParametersView, submission: Submission) -> impl IntoView {
    let words = use_words();
    let ParametersView {
        model,
        abilities,
        parameters,
        ..
    } = shown;
    let ParametersDraft {
        thinking,
        thinking_budget,
        ..
    } = ParametersDraft::from(&parameters);
    let choice = if abilities.thinks_as_told() {
        Either::Left(view! {
            <Select
                name="form[thinking]"
                label=words.think_first
                value=RwSignal::new(thinking)
                options=vec![
                    (String::new(), words.think_as_model.to_owned()),
                    ("on".to_owned(), words.think_on.to_owned()),
                    ("off".to_owned(), words.think_off.to_owned()),
                ]
            />
        })
    } else {
        let note = match abilities.thinking {
            ThinkingAbility::Always => words.model_always_thinks(&model.label),
            ThinkingAbility::Never | ThinkingAbility::OnRequest | ThinkingAbility::ByDefault => {
                words.model_never_thinks(&model.label)
            }
        };
        Either::Right(view! { <Kept name="form[thinking]" value=thinking note/> })
    };
    let budget = if abilities.thinking == ThinkingAbility::Never {
        Either::Left(
            view! { <input type="hidden" name="form[thinking_budget]" value=thinking_budget/> },
        )
    } else {
        let hint = budget_hint(words, &abilities);
        Either::Right(view! {
            <TextField
                name="form[thinking_budget]"
                label=words.thinking_budget
                kind=Kind::Number
                value=RwSignal::new(thinking_budget)
                hint
                problem=submission.problem_of(Field::ThinkingBudget)
            />
        })
    };
    view! {
        {choice}
        {budget}
    }
}

fn budget_hint(words: &'static Words, abilities: &Abilities) -> String {
    abilities.max_thinking_tokens.map_or_else(
        || words.thinking_budget_free.to_owned(),
        |most| words.thinking_budget_hint(&count(i64::from(most))),
    )
}

/// Searching the web, and JSON.
#[component]
fn Switches(shown: ParametersView, submission: Submission) -> impl IntoView {
    let words = use_words();
    let ParametersView {
        model,
        abilities,
        parameters,
        ..
    } = shown;
    let ParametersDraft { search, json, .. } = ParametersDraft::from(&parameters);
    let problem = submission.problem_of(Field::Json);
    let search = if abilities.search {
        Either::Left(view! {
            <Check name="form[search]" value="on" label=words.web_search checked=RwSignal::new(parameters.search)/>
            <p class="field__hint">{words.web_search_hint}</p>
        })
    } else {
        let note = words.model_no_search(&model.label);
        Either::Right(view! { <Kept name="form[search]" value=search note/> })
    };
    let json = if abilities.json {
        Either::Left(view! {
            <Check name="form[json]" value="on" label=words.json_answer checked=RwSignal::new(parameters.json)/>
            <p class="field__hint">{words.json_answer_hint}</p>
        })
    } else {
        let note = words.model_no_json(&model.label);
        Either::Right(view! { <Kept name="form[json]" value=json note/> })
    };
    view! {
        <div class="field">{search}</div>
        <div class="field">
            {json}
            {move || problem.get().map(|text| view! { <p class="field__problem" role="alert">{text}</p> })}
        </div>
    }
}

/// What this model can't do stays set for one that can.
#[component]
fn Kept(name: &'static str, value: String, note: String) -> impl IntoView {
    view! {
        <input type="hidden" name=name value=value/>
        <p class="field__hint">{note}</p>
    }
}
