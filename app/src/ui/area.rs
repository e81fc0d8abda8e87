//! The frame of settings and administration: a heading, the pages beside each other, and what came of a plain form.

use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::{use_location, use_query_map};
use model::Session;

use crate::{
    admin::form::JustDone,
    browser,
    chat::header::Header,
    error::AppError,
    language::{Words, use_words},
    session::use_session,
    ui::{
        awaited::awaited,
        notice::{Notice, problem_in_query},
    },
};

/// One page of an area.
#[derive(Clone, Copy, Debug)]
pub struct AreaPage {
    /// Its path.
    pub path: &'static str,
    /// What it is called.
    pub label: &'static str,
}

/// An area with those of its pages that the reader may see.
#[component]
pub fn Area(
    title: &'static str,
    pages: fn(&'static Words, &Session) -> Vec<AreaPage>,
    children: Children,
) -> impl IntoView {
    let words = use_words();
    let session = use_session();
    let path = use_location().pathname;
    view! {
        <Header>
            <span class="topbar__title">{title}</span>
        </Header>
        <div class="area">
            <nav class="area__pages" aria-label=title>
                {awaited(move || async move {
                    let session = session.await.unwrap_or_default();
                    let pages = pages(words, &session).into_iter();
                    view! {
                        <ul class="area__links">
                            {pages
                                .map(|page| {
                                    let is_here = move || path.with(|path| is_within(path, page.path));
                                    view! {
                                        <li>
                                            <a
                                                class="area__link"
                                                href=page.path
                                                aria-current=move || is_here().then_some("page")
                                            >
                                                {page.label}
                                            </a>
                                        </li>
                                    }
                                })
                                .collect_view()}
                        </ul>
                    }
                })}
            </nav>
            <div class="area__page" id="main" tabindex="-1">
                <div class="area__column">{children()}</div>
            </div>
        </div>
    }
}

/// Whether `path` is that page or below it; `/settings` and `/admin` have others below them that are not theirs.
fn is_within(path: &str, page: &str) -> bool {
    let path = path.trim_end_matches('/');
    path == page
        || (page.matches('/').count() > 1
            && path
                .strip_prefix(page)
                .is_some_and(|rest| rest.starts_with('/')))
}

/// The top of a page: its heading, and what came of the plain form that led back here.
#[component]
pub fn PageHead(
    #[prop(into)] title: String,
    #[prop(optional)] lead: Option<&'static str>,
) -> impl IntoView {
    let words = use_words();
    let error = Signal::stored(problem_in_query().map(AppError::new));
    let is_done = use_query_map().with_untracked(|query| query.get("done").is_some());
    Effect::new(move |_| {
        if is_done {
            // When the way here is in the browser's history.
            browser::after_layout(|| browser::forget_in_address("done"));
        }
    });
    // What is done in administration is as often a deletion as a change that is kept.
    let told = if use_context::<JustDone>().is_some() {
        words.act_done
    } else {
        words.saved
    };
    view! {
        <Title text=format!("{title} · {}", words.product)/>
        <header class="area__head">
            <h1>{title}</h1>
            {lead.map(|lead| view! { <p class="area__lead">{lead}</p> })}
        </header>
        <Notice error/>
        {is_done.then(|| view! { <p class="notice" role="status">{told}</p> })}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_current_on_what_is_below_it() {
        assert!(is_within("/admin/users/7", "/admin/users"));
        assert!(is_within("/settings", "/settings"));
        assert!(!is_within("/settings/keys", "/settings"));
        assert!(!is_within("/admin/users", "/admin/user"));
    }
}
