//! The one table of the page's routes.

pub mod opened;
pub mod over;
mod parts;

use leptos::prelude::*;
use leptos_meta::provide_meta_context;
use leptos_router::{
    SsrMode,
    components::{ParentRoute, Route, Router, Routes},
    path,
};

use crate::{
    browser::worker,
    language::Language,
    pages::{
        chat::{Chat, ConversationPage, NewConversationPage},
        not_found::NotFound,
    },
    session::provide_session,
};
pub use parts::Own;
use parts::{Entrance, Site, Studio};

/// The library writes a title into the page as it is. (IO-05)
#[cfg(feature = "ssr")]
fn escape_title() {
    // On the server it is taken where it is made, and stands nowhere itself.
    let _taken = view! { <leptos_meta::Title formatter=crate::ui::text_field::as_text/> };
}

/// The whole page below `<body>`.
#[component]
pub fn App() -> impl IntoView {
    provide_meta_context();
    #[cfg(feature = "ssr")]
    escape_title();
    provide_context(page_language());
    provide_session();
    Effect::new(|_| worker::register());
    view! {
        <Router>
            <Routes fallback=NotFound>
                // Whole pages, in order: a streamed fragment needs scripts to find its place.
                <Route path=path!("/login") view=Entrance::Login ssr=SsrMode::Async/>
                <Route path=path!("/login/factor") view=Entrance::Factor ssr=SsrMode::Async/>
                <Route path=path!("/forgot") view=Entrance::Forgot ssr=SsrMode::Async/>
                <Route path=path!("/reset") view=Entrance::Reset ssr=SsrMode::Async/>
                <Route path=path!("/verify") view=Entrance::Verify ssr=SsrMode::Async/>
                <Route path=path!("/register") view=Entrance::Register ssr=SsrMode::Async/>
                <Route path=path!("/setup") view=Entrance::Setup ssr=SsrMode::Async/>
                <Route path=path!("/s/:token") view=Entrance::Shared ssr=SsrMode::Async/>
                <ParentRoute path=path!("") view=Chat ssr=SsrMode::Async>
                    <Route path=path!("") view=NewConversationPage ssr=SsrMode::Async/>
                    <Route path=path!("/c/:id") view=ConversationPage ssr=SsrMode::Async/>
                    <Route path=path!("/c/:id/queue") view=Own::Queue ssr=SsrMode::Async/>
                    <Route path=path!("/c/:id/compare/:question") view=Own::Compare ssr=SsrMode::Async/>
                    <Route path=path!("/conversations") view=Own::Conversations ssr=SsrMode::Async/>
                    <Route path=path!("/conversations/:id") view=Own::Filing ssr=SsrMode::Async/>
                    <Route path=path!("/documents/:id") view=Own::Document ssr=SsrMode::Async/>
                    <Route path=path!("/search") view=Own::Search ssr=SsrMode::Async/>
                    <Route path=path!("/parameters") view=Own::Parameters ssr=SsrMode::Async/>
                    <Route path=path!("/assistants") view=Own::Assistants ssr=SsrMode::Async/>
                    <Route path=path!("/assistants/new") view=Own::NewAssistant ssr=SsrMode::Async/>
                    <Route path=path!("/assistants/:id/edit") view=Own::Assistant ssr=SsrMode::Async/>
                    <Route path=path!("/prompts") view=Own::Prompts ssr=SsrMode::Async/>
                    <Route path=path!("/prompts/:id") view=Own::Prompt ssr=SsrMode::Async/>
                    <Route path=path!("/images") view=Studio::Images ssr=SsrMode::Async/>
                    <Route path=path!("/videos") view=Studio::Videos ssr=SsrMode::Async/>
                    <Route path=path!("/speech") view=Studio::Speech ssr=SsrMode::Async/>
                    <Route path=path!("/library") view=Studio::Library ssr=SsrMode::Async/>
                    <ParentRoute path=path!("/settings") view=Own::Frame ssr=SsrMode::Async>
                        <Route path=path!("") view=Own::Profile ssr=SsrMode::Async/>
                        <Route path=path!("security") view=Own::Security ssr=SsrMode::Async/>
                        <Route path=path!("security/totp") view=Own::Totp ssr=SsrMode::Async/>
                        <Route path=path!("keys") view=Own::Keys ssr=SsrMode::Async/>
                        <Route path=path!("keys/:id") view=Own::Key ssr=SsrMode::Async/>
                        <Route path=path!("appearance") view=Own::Appearance ssr=SsrMode::Async/>
                        <Route path=path!("privacy") view=Own::Privacy ssr=SsrMode::Async/>
                        <Route path=path!("shares") view=Own::Shares ssr=SsrMode::Async/>
                        <Route path=path!("instructions") view=Own::Instructions ssr=SsrMode::Async/>
                        <Route path=path!("memory") view=Own::Memory ssr=SsrMode::Async/>
                        <Route path=path!("import") view=Own::Import ssr=SsrMode::Async/>
                        <Route path=path!("confirm") view=Own::Confirm ssr=SsrMode::Async/>
                    </ParentRoute>
                    <ParentRoute path=path!("/playground") view=Own::Frame ssr=SsrMode::Async>
                        <Route path=path!("") view=Own::Playground ssr=SsrMode::Async/>
                    </ParentRoute>
                    <ParentRoute path=path!("/usage") view=Own::Frame ssr=SsrMode::Async>
                        <Route path=path!("") view=Own::Usage ssr=SsrMode::Async/>
                    </ParentRoute>
                    <Route path=path!("/transcripts") view=Studio::Transcripts ssr=SsrMode::Async/>
                    <Route path=path!("/transcripts/:id") view=Studio::Transcript ssr=SsrMode::Async/>
                    <AdministrationRoutes/>
                </ParentRoute>
            </Routes>
        </Router>
    }
    // Made into machine code once, here: the type of all pages together would be again in each crate that draws them.
    .into_any()
}

/// `/admin` and below.
#[component(transparent)]
fn AdministrationRoutes() -> impl leptos_router::MatchNestedRoutes + Clone {
    view! {
        <ParentRoute path=path!("/admin") view=Site::Frame ssr=SsrMode::Async>
            <Route path=path!("") view=Site::Index ssr=SsrMode::Async/>
            <Route path=path!("users") view=Site::Users ssr=SsrMode::Async/>
            <Route path=path!("users/new") view=Site::NewUser ssr=SsrMode::Async/>
            <Route path=path!("users/:id") view=Site::User ssr=SsrMode::Async/>
            <Route path=path!("invitations") view=Site::Invitations ssr=SsrMode::Async/>
            <Route path=path!("groups") view=Site::Groups ssr=SsrMode::Async/>
            <Route path=path!("groups/new") view=Site::NewGroup ssr=SsrMode::Async/>
            <Route path=path!("groups/:id") view=Site::Group ssr=SsrMode::Async/>
            <Route path=path!("roles") view=Site::Roles ssr=SsrMode::Async/>
            <Route path=path!("roles/new") view=Site::NewRole ssr=SsrMode::Async/>
            <Route path=path!("roles/:id") view=Site::Role ssr=SsrMode::Async/>
            <Route path=path!("keys") view=Site::Keys ssr=SsrMode::Async/>
            <Route path=path!("usage") view=Site::Usage ssr=SsrMode::Async/>
            <Route path=path!("budgets") view=Site::Budgets ssr=SsrMode::Async/>
            <Route path=path!("models") view=Site::ModelNames ssr=SsrMode::Async/>
            <Route path=path!("tools") view=Site::Tools ssr=SsrMode::Async/>
            <Route path=path!("ratings") view=Site::Ratings ssr=SsrMode::Async/>
            <Route path=path!("jobs") view=Site::Jobs ssr=SsrMode::Async/>
            <Route path=path!("audit") view=Site::Audit ssr=SsrMode::Async/>
        </ParentRoute>
    }
    .into_inner()
}

#[cfg(feature = "ssr")]
fn page_language() -> Language {
    crate::glue::language()
}

/// The server has decided already.
#[cfg(not(feature = "ssr"))]
fn page_language() -> Language {
    let tag = crate::browser::root().and_then(|html| html.get_attribute("lang"));
    match tag {
        Some(tag) if tag.starts_with("zh") => Language::Zh,
        _ => Language::En,
    }
}
