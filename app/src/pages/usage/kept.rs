//! What a form of the page keeps as it is.

use leptos::prelude::*;

use crate::api::usage::UsageForm;

/// All that is chosen, in fields that nobody sees, but for what the form itself asks for. Other lines begin at their first page.
pub(super) fn kept(form: &UsageForm, asked: &[&str]) -> AnyView {
    form.fields()
        .into_iter()
        .filter(|(name, value)| !value.is_empty() && *name != "after" && !asked.contains(name))
        .map(|(name, value)| view! { <input type="hidden" name=name value=value.to_owned()/> })
        .collect_view()
        .into_any()
}
