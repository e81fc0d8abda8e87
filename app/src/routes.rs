//! The one table of the page's routes.

use leptos::prelude::*;
use leptos_meta::provide_meta_context;
use leptos_router::{
    SsrMode,
    components::{ParentRoute, Route, Router, Routes},
    path,
};

use crate::{
    language::Language,
    pages::{
        admin::{
            Administration, AdministrationIndex, AuditPage, BudgetsPage, GroupPage, GroupsPage,
            InvitationsPage, JobsPage, ModelNamesPage, NewGroupPage, NewRolePage, NewUserPage,
            RolePage, RolesPage, SiteUsagePage, UserPage, UsersPage,
        },
        chat::{Chat, ConversationPage, NewConversationPage},
        factor::FactorPage,
        images::ImagesPage,
        library::LibraryPage,
        login::LoginPage,
        not_found::NotFound,
        playground::PlaygroundPage,
        recovery::{ForgotPage, ResetPage},
        register::RegisterPage,
        settings::{
            ConfirmPage, KeyPage, KeysPage, PrivacyPage, ProfilePage, SecurityPage, Settings,
            SharesPage, TotpPage,
        },
        setup::SetupPage,
        shared::SharedPage,
        speech::SpeechPage,
        transcripts::{TranscriptPage, TranscriptsPage},
        usage::UsagePage,
        verify::VerifyPage,
        videos::VideosPage,
    },
    session::provide_session,
};

/// The whole page below `<body>`.
#[component]
pub fn App() -> impl IntoView {
    provide_meta_context();
    provide_context(page_language());
    provide_session();
    view! {
        <Router>
            <Routes fallback=NotFound>
                // Whole pages, in order: a streamed fragment needs scripts to find its place.
                <Route path=path!("/login") view=LoginPage ssr=SsrMode::Async/>
                <Route path=path!("/login/factor") view=FactorPage ssr=SsrMode::Async/>
                <Route path=path!("/forgot") view=ForgotPage ssr=SsrMode::Async/>
                <Route path=path!("/reset") view=ResetPage ssr=SsrMode::Async/>
                <Route path=path!("/verify") view=VerifyPage ssr=SsrMode::Async/>
                <Route path=path!("/register") view=RegisterPage ssr=SsrMode::Async/>
                <Route path=path!("/setup") view=SetupPage ssr=SsrMode::Async/>
                <Route path=path!("/s/:token") view=SharedPage ssr=SsrMode::Async/>
                <ParentRoute path=path!("") view=Chat ssr=SsrMode::Async>
                    <Route path=path!("") view=NewConversationPage ssr=SsrMode::Async/>
                    <Route path=path!("/c/:id") view=ConversationPage ssr=SsrMode::Async/>
                    <Route path=path!("/images") view=ImagesPage ssr=SsrMode::Async/>
                    <Route path=path!("/videos") view=VideosPage ssr=SsrMode::Async/>
                    <Route path=path!("/speech") view=SpeechPage ssr=SsrMode::Async/>
                    <Route path=path!("/library") view=LibraryPage ssr=SsrMode::Async/>
                    <ParentRoute path=path!("/settings") view=Settings ssr=SsrMode::Async>
                        <Route path=path!("") view=ProfilePage ssr=SsrMode::Async/>
                        <Route path=path!("security") view=SecurityPage ssr=SsrMode::Async/>
                        <Route path=path!("security/totp") view=TotpPage ssr=SsrMode::Async/>
                        <Route path=path!("keys") view=KeysPage ssr=SsrMode::Async/>
                        <Route path=path!("keys/:id") view=KeyPage ssr=SsrMode::Async/>
                        <Route path=path!("shares") view=SharesPage ssr=SsrMode::Async/>
                        <Route path=path!("privacy") view=PrivacyPage ssr=SsrMode::Async/>
                        <Route path=path!("confirm") view=ConfirmPage ssr=SsrMode::Async/>
                    </ParentRoute>
                    <ParentRoute path=path!("/playground") view=Settings ssr=SsrMode::Async>
                        <Route path=path!("") view=PlaygroundPage ssr=SsrMode::Async/>
                    </ParentRoute>
                    <ParentRoute path=path!("/usage") view=Settings ssr=SsrMode::Async>
                        <Route path=path!("") view=UsagePage ssr=SsrMode::Async/>
                    </ParentRoute>
                    <Route path=path!("/transcripts") view=TranscriptsPage ssr=SsrMode::Async/>
                    <Route path=path!("/transcripts/:id") view=TranscriptPage ssr=SsrMode::Async/>
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
        <ParentRoute path=path!("/admin") view=Administration ssr=SsrMode::Async>
            <Route path=path!("") view=AdministrationIndex ssr=SsrMode::Async/>
            <Route path=path!("users") view=UsersPage ssr=SsrMode::Async/>
            <Route path=path!("users/new") view=NewUserPage ssr=SsrMode::Async/>
            <Route path=path!("users/:id") view=UserPage ssr=SsrMode::Async/>
            <Route path=path!("invitations") view=InvitationsPage ssr=SsrMode::Async/>
            <Route path=path!("groups") view=GroupsPage ssr=SsrMode::Async/>
            <Route path=path!("groups/new") view=NewGroupPage ssr=SsrMode::Async/>
            <Route path=path!("groups/:id") view=GroupPage ssr=SsrMode::Async/>
            <Route path=path!("roles") view=RolesPage ssr=SsrMode::Async/>
            <Route path=path!("roles/new") view=NewRolePage ssr=SsrMode::Async/>
            <Route path=path!("roles/:id") view=RolePage ssr=SsrMode::Async/>
            <Route path=path!("usage") view=SiteUsagePage ssr=SsrMode::Async/>
            <Route path=path!("budgets") view=BudgetsPage ssr=SsrMode::Async/>
            <Route path=path!("models") view=ModelNamesPage ssr=SsrMode::Async/>
            <Route path=path!("jobs") view=JobsPage ssr=SsrMode::Async/>
            <Route path=path!("audit") view=AuditPage ssr=SsrMode::Async/>
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
