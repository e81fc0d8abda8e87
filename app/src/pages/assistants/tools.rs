//! Which tools the models of an assistant may call.

use leptos::prelude::*;
use model::{Assistant, ToolOffer};

use super::fields::most;
use crate::{
    admin::choices::Tick,
    language::use_words,
    pages::parameters::tools::{Offered, called},
};

const FIELD: &str = "form[tools][]";

/// What the reader may use, to tick. What is on but not offered to them stays on unless they take it away: it may be off for a while,
/// and others who use the assistant may have it. Nothing where there is neither.
#[component]
pub(super) fn ToolFields(offered: Vec<ToolOffer>, on: Vec<String>) -> impl IntoView {
    let words = use_words();
    let mut missing = on.clone();
    missing.retain(|name| offered.iter().all(|tool| tool.name.as_str() != name));
    if offered.is_empty() && missing.is_empty() {
        return None;
    }
    let offered = offered.into_iter().map(|tool| {
        let tool = ToolOffer {
            is_on: on.iter().any(|name| name == tool.name.as_str()),
            ..tool
        };
        view! { <Offered tool field=FIELD/> }
    });
    let offered = offered.collect_view();
    let missing = missing.into_iter().map(|name| {
        let label = called(words, &name);
        let hint = words.assistant_tool_missing;
        view! { <Tick name=FIELD value=name label checked=true hint/> }
    });
    let missing = missing.collect_view();
    Some(view! {
        <fieldset class="fieldset">
            <legend class="field__label">{words.assistant_tools}</legend>
            <div class="checks">{offered} {missing}</div>
            <p class="field__hint">{words.assistant_tools_hint(&most(Assistant::MAX_TOOLS))}</p>
        </fieldset>
    })
}
