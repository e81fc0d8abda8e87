//! A table that becomes a card a row on a phone.

use leptos::prelude::*;

/// A table with these headings; the rows are the children. An empty heading is one for the eye to do without.
#[component]
pub fn Table(
    #[prop(into)] label: String,
    columns: Vec<&'static str>,
    children: Children,
) -> impl IntoView {
    view! {
        <table class="table" aria-label=label>
            <thead>
                <tr>{columns.into_iter().map(|column| view! { <th scope="col">{column}</th> }).collect_view()}</tr>
            </thead>
            <tbody>{children()}</tbody>
        </table>
    }
}

/// A cell; on a phone its heading stands before it.
#[component]
pub fn Cell(heading: &'static str, children: Children) -> impl IntoView {
    view! {
        <td class="table__cell" data-heading=heading>
            <div class="table__content">{children()}</div>
        </td>
    }
}
