//! Which people are shown: a form of the browser's own, so that the address says it and can be kept.

use leptos::prelude::*;

use crate::{
    admin::{
        filters::{SearchField, or_all},
        known::Known,
    },
    api::people::PeopleQuery,
    language::use_words,
    ui::select::Select,
};

/// The filters as they are now.
#[component]
pub fn Filters(asked: PeopleQuery, known: Known) -> impl IntoView {
    let words = use_words();
    let states = [
        ("active", words.state_active),
        ("pending", words.state_pending),
        ("disabled", words.state_disabled),
    ];
    let states = states.map(|(state, label)| (state.to_owned(), label.to_owned()));
    let states = or_all(words, states);
    let roles = known
        .roles
        .iter()
        .map(|role| (role.id.to_string(), words.role_name(role.id, &role.name)));
    let roles = or_all(words, roles);
    let groups = known
        .groups
        .iter()
        .map(|group| (group.id.to_string(), group.name.clone()));
    let groups = or_all(words, groups);
    let is_filtered = asked != PeopleQuery::default();
    let value = RwSignal::new;
    view! {
        <form class="filters" method="get" action="/admin/users" role="search">
            <SearchField name="search" label=words.search_people value=asked.search/>
            <Select name="state" label=words.state value=value(asked.state) options=states/>
            {(roles.len() > 1)
                .then(|| view! { <Select name="role" label=words.role value=value(asked.role) options=roles/> })}
            {(groups.len() > 1)
                .then(|| view! { <Select name="group" label=words.group value=value(asked.group) options=groups/> })}
            <button class="button">{words.search}</button>
            {is_filtered.then(|| view! { <a class="button" href="/admin/users">{words.filter_clear}</a> })}
        </form>
    }
}
