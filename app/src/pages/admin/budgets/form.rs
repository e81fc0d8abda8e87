//! Setting a budget: whose, in which time, how much.

use leptos::prelude::*;
use model::{BudgetPeriod, BudgetScope, Group};
use server_fn::ServerFn;

use super::Found;
use crate::{
    admin::form::sends,
    api::budgets::SetBudget,
    error::Field,
    language::use_words,
    ui::{
        select::Select,
        submission::Submission,
        text_field::{Kind, TextField},
    },
};

/// The form. Which group and which person is asked for only where it matters, by the style alone.
#[component]
pub fn New(groups: Vec<Group>, finds_people: bool, found: Found) -> impl IntoView {
    let words = use_words();
    let submission = Submission::new(&[Field::Email, Field::Amount]);
    let set = sends::<SetBudget>(submission, move |()| found.refetch());
    let option = |value: &str, label: &str| (value.to_owned(), label.to_owned());
    let has_groups = !groups.is_empty();
    let mut whom = vec![option(BudgetScope::Site.as_str(), words.budget_site)];
    if has_groups {
        whom.push(option(BudgetScope::Group.as_str(), words.budget_group));
    }
    if finds_people {
        whom.push(option(BudgetScope::User.as_str(), words.budget_person));
    }
    let groups = groups.into_iter();
    let groups: Vec<(String, String)> = groups
        .map(|group| (group.id.to_string(), group.name))
        .collect();
    let periods = BudgetPeriod::ALL.iter();
    let periods: Vec<(String, String)> = periods
        .map(|period| option(period.as_str(), words.period_of_budget(*period)))
        .collect();
    let value = |text: &str| RwSignal::new(text.to_owned());
    view! {
        <section class="panel" aria-labelledby="new-budget">
            <h2 id="new-budget">{words.budget_new}</h2>
            <form class="form" method="post" action=SetBudget::PATH on:submit=set>
                {submission.view()}
                <Select
                    name="budget[whom]"
                    label=words.budget_whom
                    value=value(BudgetScope::Site.as_str())
                    options=whom
                />
                {has_groups
                    .then(|| view! {
                        <div class="budget__whom" data-whom="group">
                            <Select name="budget[group]" label=words.group value=value("") options=groups/>
                        </div>
                    })}
                {finds_people
                    .then(|| view! {
                        <div class="budget__whom" data-whom="user">
                            <TextField
                                name="budget[email]"
                                label=words.budget_email
                                kind=Kind::Optional("off")
                                value=value("")
                                problem=submission.problem_of(Field::Email)
                            />
                        </div>
                    })}
                <Select
                    name="budget[period]"
                    label=words.budget_period
                    value=value(BudgetPeriod::Month.as_str())
                    options=periods
                />
                <p class="field__hint">{words.budget_period_hint}</p>
                <TextField
                    name="budget[amount]"
                    label=words.budget_amount
                    kind=Kind::Amount
                    value=value("")
                    hint=words.budget_amount_hint
                    problem=submission.problem_of(Field::Amount)
                />
                <button class="button" data-tone="primary" aria-busy=submission.busy()>{words.budget_set}</button>
            </form>
        </section>
    }
}
