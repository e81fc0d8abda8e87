//! What the sums are narrowed to: a form of the browser's own, so that the address says it and can be kept.

use leptos::prelude::*;
use model::{CallLine, UsageChoices};

use super::{Place, kept::kept};
use crate::{
    admin::filters::or_all, api::usage::UsageForm, language::use_words, ui::select::Select,
};

/// The filters as they are now.
#[component]
pub fn Filters(
    form: UsageForm,
    place: Place,
    choices: UsageChoices,
    /// The calls that are shown: they know what the person is called.
    calls: Vec<CallLine>,
) -> impl IntoView {
    let words = use_words();
    let models = choices
        .models
        .into_iter()
        .map(|model| (model.clone(), model));
    let keys = choices
        .keys
        .into_iter()
        .map(|(id, name)| (id.to_string(), name));
    let models = with_chosen(or_all(words, models), &form.model);
    let keys = with_chosen(or_all(words, keys), &form.key);
    let cleared = UsageForm {
        key: String::new(),
        model: String::new(),
        person: String::new(),
        after: String::new(),
        ..form.clone()
    };
    let clear = form.is_narrowed().then(|| {
        let href = cleared.link(place.path);
        view! { <a class="button" href=href>{words.filter_clear}</a> }
    });
    let person = (!form.person.is_empty()).then(|| {
        let known = calls.first().map(|line| line.owner_name.clone());
        let name = known.filter(|name| !name.is_empty());
        let name = name.unwrap_or_else(|| short(&form.person));
        view! { <p class="panel__note">{words.usage_only_theirs(&name)}</p> }
    });
    let kept = kept(&form, &["model", "key"]);
    let value = RwSignal::new;
    view! {
        {person}
        <form class="filters" method="get" action=place.path>
            {kept}
            <Select name="model" label=words.usage_by_model value=value(form.model) options=models/>
            <Select name="key" label=words.usage_by_key value=value(form.key) options=keys/>
            <button class="button">{words.filter}</button>
            {clear}
        </form>
    }
}

/// The choices, with the one that is chosen even when it is not among them.
fn with_chosen(mut choices: Vec<(String, String)>, chosen: &str) -> Vec<(String, String)> {
    if choices.iter().all(|(value, _)| value != chosen) {
        choices.push((chosen.to_owned(), short(chosen)));
    }
    choices
}

/// The beginning of an id.
fn short(id: &str) -> String {
    id.chars().take(24).collect()
}
