//! What became of an act on many people: how many it was done with, and why not with the others.

use leptos::prelude::*;
use leptos_router::hooks::use_query_map;
use model::{BulkOutcome, FailureCode, UserId};

use crate::language::use_words;

/// Refusals that fit into an address; the rest is counted.
const IN_QUERY: usize = 50;

/// What is told.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Told {
    /// With how many it was done.
    pub done: usize,
    /// With whom it was not, and why.
    pub refused: Vec<(UserId, FailureCode)>,
}

impl From<BulkOutcome> for Told {
    fn from(outcome: BulkOutcome) -> Self {
        Self {
            done: outcome.done.len(),
            refused: outcome.refused,
        }
    }
}

/// As a query, for the page that a plain form leads back to. Ids and codes only: the page finds the words.
#[cfg(feature = "ssr")]
pub fn in_query(outcome: &BulkOutcome) -> String {
    let refused: Vec<String> = outcome
        .refused
        .iter()
        .take(IN_QUERY)
        .map(|(id, code)| format!("{id}.{}", code.as_str()))
        .collect();
    format!(
        "outcome={}&refused={}",
        outcome.done.len(),
        refused.join("~")
    )
}

/// What such a query says; anything else there is ignored.
fn of_query(outcome: &str, refused: &str) -> Option<Told> {
    let done = outcome.parse().ok()?;
    let refused = refused.split('~').filter_map(|pair| {
        let (id, code) = pair.split_once('.')?;
        Some((id.parse().ok()?, code.parse().ok()?))
    });
    Some(Told {
        done,
        refused: refused.take(IN_QUERY).collect(),
    })
}

/// What the form before this page came to.
pub fn told_in_query() -> Option<Told> {
    use_query_map().with_untracked(|query| {
        let refused = query.get_str("refused").unwrap_or_default();
        of_query(query.get_str("outcome")?, refused)
    })
}

/// Tells it. `names` are those of the people on the page.
#[component]
pub fn OutcomeNotice(
    #[prop(into)] told: Signal<Option<Told>>,
    names: Vec<(UserId, String)>,
) -> impl IntoView {
    let words = use_words();
    move || {
        let told = told.get()?;
        let name = |id: UserId| {
            let known = names.iter().find(|(other, _)| *other == id);
            known.map_or_else(|| id.to_string(), |(_, name)| name.clone())
        };
        let refused = told.refused.into_iter().map(|(id, code)| {
            view! { <li><strong>{name(id)}</strong> ": " {words.failure(code)}</li> }
        });
        let refused = refused.collect_view();
        let done = match told.done {
            0 if refused.is_empty() => words.outcome_nobody.to_owned(),
            done => words.outcome_done(&done.to_string()),
        };
        let tone = (!refused.is_empty()).then_some("danger");
        Some(view! {
            <div class="notice" role="status" data-tone=tone>
                <p>{done}</p>
                <ul class="notice__list">{refused}</ul>
            </div>
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_outcome_survives_an_address() {
        let id = UserId::from_uuid(uuid::Uuid::from_u128(7));
        let outcome = BulkOutcome {
            done: vec![id, id],
            refused: vec![(id, FailureCode::RankTooHigh), (id, FailureCode::LastOwner)],
        };
        let query = in_query(&outcome);
        let refused = query
            .split_once("refused=")
            .map_or("", |(_, refused)| refused);
        assert_eq!(of_query("2", refused), Some(Told::from(outcome)));
    }

    #[test]
    fn what_is_made_up_is_not_told() {
        assert_eq!(of_query("many", ""), None);
        let told = of_query("1", "<b>you won</b>.internal~x.y");
        assert_eq!(told.map(|told| told.refused), Some(Vec::new()));
    }
}
