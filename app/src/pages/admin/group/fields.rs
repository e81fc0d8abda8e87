//! What a group is.

use leptos::{either::Either, prelude::*};
use model::{GroupDetail, GroupDraft, ModelName, Session};

use crate::{
    admin::{
        choices::{RoleBoxes, Tick},
        known::Known,
    },
    error::Field,
    language::use_words,
    pages::chat::PageOffer,
    ui::{
        lines::LinesField,
        submission::Submission,
        text_field::{Kind, TextField},
    },
};

/// The fields, of a group or of a new one.
#[component]
pub fn Fields(
    group: Option<GroupDetail>,
    known: Known,
    session: Session,
    submission: Submission,
) -> impl IntoView {
    let words = use_words();
    let value = RwSignal::new;
    let number = |number: Option<i64>| {
        RwSignal::new(number.map(|number| number.to_string()).unwrap_or_default())
    };
    let named = group
        .as_ref()
        .map(|group| (group.group.name.clone(), group.group.description.clone()));
    let (name, description) = named.unwrap_or_default();
    let number_of =
        move |value: RwSignal<String>| submission.problem_of_number(value, (0, GroupDraft::MOST));
    let quota = group.as_ref().map(|group| group.quota).unwrap_or_default();
    let rates = group.as_ref().map(|group| group.rates).unwrap_or_default();
    let (answers, tokens) = (number(quota.answers_per_day), number(quota.tokens_per_day));
    let (minute_requests, minute_tokens, at_once) = (
        number(rates.requests_per_minute),
        number(rates.tokens_per_minute),
        number(rates.at_once),
    );
    let shares_answers = group.as_ref().is_some_and(|group| group.shares_answers);
    let has = group
        .as_ref()
        .map(|group| group.roles.iter().map(|role| role.id).collect())
        .unwrap_or_default();
    let models = group.and_then(|group| group.models);
    view! {
        <TextField
            name="group[name]"
            label=words.group_name
            kind=Kind::Line("off")
            value=value(name)
            problem=submission.problem_of(Field::Name)
        />
        <LinesField
            name="group[description]"
            label=words.description
            value=value(description)
            problem=submission.problem_of(Field::Description)
        />
        <RoleBoxes name="group[roles][]" known session has/>
        <Models models/>
        <fieldset class="fieldset">
            <legend class="field__label">{words.group_quota}</legend>
            <TextField
                name="group[answers]"
                label=words.group_answers
                kind=Kind::Number
                value=answers
                problem=number_of(answers)
            />
            <TextField
                name="group[tokens]"
                label=words.group_tokens
                kind=Kind::Number
                value=tokens
                problem=number_of(tokens)
                hint=words.group_quota_hint
            />
        </fieldset>
        <fieldset class="fieldset">
            <legend class="field__label">{words.group_rates}</legend>
            <TextField
                name="group[minute_requests]"
                label=words.group_minute_requests
                kind=Kind::Number
                value=minute_requests
                problem=number_of(minute_requests)
            />
            <TextField
                name="group[minute_tokens]"
                label=words.group_minute_tokens
                kind=Kind::Number
                value=minute_tokens
                problem=number_of(minute_tokens)
            />
            <TextField
                name="group[at_once]"
                label=words.group_at_once
                kind=Kind::Number
                value=at_once
                problem=number_of(at_once)
                hint=words.group_rates_hint
            />
        </fieldset>
        <Tick
            name="group[shares_answers]"
            value="true"
            label=words.group_shares_answers
            checked=shares_answers
            hint=words.group_shares_answers_hint
        />
    }
}

/// The models on offer, and those of the group that are not on offer now.
#[component]
fn Models(models: Option<Vec<ModelName>>) -> impl IntoView {
    let words = use_words();
    let PageOffer(offer) = expect_context();
    let all = models.is_none();
    let chosen = models.unwrap_or_default();
    view! {
        <fieldset class="fieldset">
            <legend class="field__label">{words.group_models}</legend>
            <Tick
                name="group[all_models]"
                value="true"
                label=words.group_all_models
                checked=all
                hint=words.group_models_hint
            />
            <Transition>
                {move || {
                    let chosen = chosen.clone();
                    Suspend::new(async move {
                        let offered = offer.await.map(|offer| offer.models).unwrap_or_default();
                        let mut choices: Vec<(String, String)> = offered
                            .into_iter()
                            .map(|model| (model.name.as_str().to_owned(), model.label))
                            .collect();
                        for model in &chosen {
                            if choices.iter().all(|(name, _)| name != model.as_str()) {
                                choices.push((model.as_str().to_owned(), model.as_str().to_owned()));
                            }
                        }
                        let ticks = choices
                            .into_iter()
                            .map(|(name, label)| {
                                let checked = chosen.iter().any(|model| model.as_str() == name);
                                view! { <Tick name="group[models][]" value=name label checked/> }
                            })
                            .collect_view();
                        view! { <div class="checks">{ticks}</div> }
                    })
                }}
            </Transition>
        </fieldset>
    }
}

/// The same for who may only look.
#[component]
pub fn Summary(group: GroupDetail) -> impl IntoView {
    let words = use_words();
    let roles: Vec<String> = group
        .roles
        .iter()
        .map(|role| words.role_name(role.id, &role.name))
        .collect();
    let models = match group.models {
        None => words.group_all_models.to_owned(),
        Some(models) => {
            let names: Vec<&str> = models.iter().map(ModelName::as_str).collect();
            names.join(" · ")
        }
    };
    let limit =
        |limit: Option<i64>| limit.map_or_else(|| "—".to_owned(), |limit| limit.to_string());
    let kept_answers = if group.shares_answers {
        words.group_answers_shared
    } else {
        words.group_answers_apart
    };
    let description = group.group.description;
    let described = if description.is_empty() {
        Either::Left(())
    } else {
        Either::Right(view! { <p>{description}</p> })
    };
    view! {
        <section class="panel">
            {described}
            <dl class="facts">
                <div><dt>{words.roles}</dt><dd>{roles.join(" · ")}</dd></div>
                <div><dt>{words.group_models}</dt><dd>{models}</dd></div>
                <div><dt>{words.group_answers}</dt><dd>{limit(group.quota.answers_per_day)}</dd></div>
                <div><dt>{words.group_tokens}</dt><dd>{limit(group.quota.tokens_per_day)}</dd></div>
                <div><dt>{words.group_minute_requests}</dt><dd>{limit(group.rates.requests_per_minute)}</dd></div>
                <div><dt>{words.group_minute_tokens}</dt><dd>{limit(group.rates.tokens_per_minute)}</dd></div>
                <div><dt>{words.group_at_once}</dt><dd>{limit(group.rates.at_once)}</dd></div>
                <div><dt>{words.group_kept_answers}</dt><dd>{kept_answers}</dd></div>
            </dl>
            <p class="panel__note">{words.group_out_of_reach}</p>
        </section>
    }
}
