//! What an assistant is: the fields of its form.

use leptos::{either::Either, prelude::*};
use model::{Assistant, AssistantDraft, ModelChoice, ParametersDraft};

use super::tools::ToolFields;
use crate::{
    api::assistants::AssistantForm,
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
pub(super) const FIELDS: &[Field] = &[
    Field::Name,
    Field::Sign,
    Field::Description,
    Field::Instructions,
    Field::Starters,
    Field::Application,
    Field::Temperature,
    Field::TopP,
    Field::MaxTokens,
    Field::Seed,
    Field::ThinkingBudget,
];

/// The fields of a form for an assistant, or for one behind which an application stands.
#[component]
pub(super) fn AssistantFields(
    submission: Submission,
    form: AssistantForm,
    draft: AssistantDraft,
    is_application: bool,
) -> impl IntoView {
    let words = use_words();
    let audience = Audience {
        groups: form.groups,
        may_publish: form.may_publish,
    };
    let AssistantDraft {
        name,
        emoji,
        description,
        instructions,
        model,
        parameters,
        tools,
        starters,
        audience: whom,
        application,
    } = draft;
    let answers = if is_application {
        Either::Left(view! {
            <TextField
                name="form[application]"
                label=words.assistant_application_id
                kind=Kind::Line("off")
                value=RwSignal::new(application)
                hint=words.assistant_application_hint
                problem=submission.problem_of(Field::Application)
            />
        })
    } else {
        Either::Right(view! {
            <LinesField
                name="form[instructions]"
                label=words.assistant_instructions
                value=RwSignal::new(instructions)
                required=true
                hint=words.assistant_instructions_hint(&most(Assistant::MAX_INSTRUCTIONS))
                problem=submission.problem_of(Field::Instructions)
            />
            <Select
                name="form[model]"
                label=words.model
                options=models(words, form.models, &model)
                value=RwSignal::new(model)
            />
            <ParameterFields submission parameters/>
            <ToolFields offered=form.tools on=tools/>
        })
    };
    view! {
        <TextField
            name="form[name]"
            label=words.name
            kind=Kind::Line("off")
            value=RwSignal::new(name)
            hint=words.assistant_name_hint(&most(Assistant::MAX_NAME))
            problem=submission.problem_of(Field::Name)
        />
        <TextField
            name="form[emoji]"
            label=words.assistant_sign
            kind=Kind::Optional("off")
            value=RwSignal::new(emoji)
            hint=words.assistant_sign_hint
            problem=submission.problem_of(Field::Sign)
        />
        <TextField
            name="form[description]"
            label=words.description
            kind=Kind::Optional("off")
            value=RwSignal::new(description)
            hint=words.assistant_description_hint(&most(Assistant::MAX_DESCRIPTION))
            problem=submission.problem_of(Field::Description)
        />
        {answers}
        <LinesField
            name="form[starters]"
            label=words.assistant_starters
            value=RwSignal::new(starters)
            hint=words
                .assistant_starters_hint(&most(Assistant::MAX_STARTERS), &most(Assistant::MAX_STARTER))
            problem=submission.problem_of(Field::Starters)
        />
        <Select
            name="form[audience]"
            label=words.assistant_audience
            options=audience.options(words)
            value=RwSignal::new(whom)
        />
        <p class="field__hint">{words.assistant_audience_hint}</p>
    }
}

/// A limit, as it is written.
pub(super) fn most(number: usize) -> String {
    count(i64::try_from(number).unwrap_or(i64::MAX))
}

/// The models, with the one that is chosen also where it is offered no more.
fn models(words: &Words, offered: Vec<ModelChoice>, chosen: &str) -> Vec<(String, String)> {
    let mut options = vec![(String::new(), words.assistant_model_default.to_owned())];
    options.extend(offered.into_iter().map(|it| (it.name.into(), it.label)));
    if options.iter().all(|(name, _)| name != chosen) {
        options.push((chosen.to_owned(), chosen.to_owned()));
    }
    options
}

/// Whom the form can let use it.
struct Audience {
    groups: Vec<(model::GroupId, String)>,
    may_publish: bool,
}

impl Audience {
    fn options(self, words: &Words) -> Vec<(String, String)> {
        let mut options = vec![("private".to_owned(), words.assistant_for_me.to_owned())];
        let groups = self.groups.into_iter();
        options.extend(groups.map(|(id, name)| (id.to_string(), words.assistant_for(&name))));
        if self.may_publish {
            let everybody = words.assistant_for_everybody.to_owned();
            options.push(("everybody".to_owned(), everybody));
        }
        options
    }
}

/// How its answers are to be written. What is set here is what its conversations begin with.
#[component]
fn ParameterFields(submission: Submission, parameters: ParametersDraft) -> impl IntoView {
    let words = use_words();
    let ParametersDraft {
        temperature,
        top_p,
        max_tokens,
        seed,
        thinking,
        thinking_budget,
        search,
        json,
        // An assistant has instructions of its own.
        instructions: _,
    } = parameters;
    view! {
        <TextField
            name="form[parameters][temperature]"
            label=words.temperature
            kind=Kind::Optional("off")
            value=RwSignal::new(temperature)
            hint=words.temperature_hint
            problem=submission.problem_of(Field::Temperature)
        />
        <TextField
            name="form[parameters][top_p]"
            label=words.top_p
            kind=Kind::Optional("off")
            value=RwSignal::new(top_p)
            hint=words.top_p_hint
            problem=submission.problem_of(Field::TopP)
        />
        <TextField
            name="form[parameters][max_tokens]"
            label=words.max_tokens
            kind=Kind::Number
            value=RwSignal::new(max_tokens)
            hint=words.max_tokens_free
            problem=submission.problem_of(Field::MaxTokens)
        />
        <TextField
            name="form[parameters][seed]"
            label=words.answer_seed
            kind=Kind::Number
            value=RwSignal::new(seed)
            hint=words.answer_seed_hint
            problem=submission.problem_of(Field::Seed)
        />
        <Select
            name="form[parameters][thinking]"
            label=words.think_first
            value=RwSignal::new(thinking)
            options=vec![
                (String::new(), words.think_as_model.to_owned()),
                ("on".to_owned(), words.think_on.to_owned()),
                ("off".to_owned(), words.think_off.to_owned()),
            ]
        />
        <TextField
            name="form[parameters][thinking_budget]"
            label=words.thinking_budget
            kind=Kind::Number
            value=RwSignal::new(thinking_budget)
            hint=words.thinking_budget_free
            problem=submission.problem_of(Field::ThinkingBudget)
        />
        <div class="field">
            <Check
                name="form[parameters][search]"
                value="on"
                label=words.web_search
                checked=RwSignal::new(!search.is_empty())
            />
            <p class="field__hint">{words.web_search_hint}</p>
        </div>
        <div class="field">
            <Check
                name="form[parameters][json]"
                value="on"
                label=words.json_answer
                checked=RwSignal::new(!json.is_empty())
            />
            <p class="field__hint">{words.json_answer_hint}</p>
        </div>
        <p class="field__hint">{words.assistant_parameters_hint}</p>
    }
}
