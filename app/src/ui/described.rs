//! What is said of a field beside its label: what it takes, and what is wrong with what was typed.

use leptos::prelude::*;

/// The ids of both for `aria-describedby`, the problem's while there is one.
pub fn described(
    hint_id: Option<String>,
    problem_id: String,
    problem: Signal<Option<String>>,
) -> impl Fn() -> Option<String> + Clone {
    move || {
        let problem_id = problem.with(Option::is_some).then_some(&problem_id);
        let ids: Vec<&str> = hint_id
            .iter()
            .chain(problem_id)
            .map(String::as_str)
            .collect();
        (!ids.is_empty()).then(|| ids.join(" "))
    }
}
