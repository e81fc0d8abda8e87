//! `/admin`: people, groups, roles, everybody's API keys, invitations, usage, budgets, model names, ratings, jobs and the audit log, each for those who may see it.

mod audit;
mod budgets;
mod group;
mod groups;
mod invitations;
mod jobs;
mod keys;
mod model_names;
mod ratings;
mod role;
mod roles;
mod tool_servers;
mod usage;
mod user;
mod users;

use leptos::{either::Either, prelude::*};
use leptos_router::components::{Outlet, Redirect};
use model::{FailureCode, Permission, Session};

pub use audit::AuditPage;
pub use budgets::BudgetsPage;
pub use group::{GroupPage, NewGroupPage};
pub use groups::GroupsPage;
pub use invitations::InvitationsPage;
pub use jobs::JobsPage;
pub use keys::SiteKeysPage;
pub use model_names::ModelNamesPage;
pub use ratings::RatingsPage;
pub use role::{NewRolePage, RolePage};
pub use roles::RolesPage;
pub use tool_servers::ToolServersPage;
pub use usage::SiteUsagePage;
pub use user::{NewUserPage, UserPage};
pub use users::UsersPage;

use crate::{
    admin::{
        form::{DoneToast, JustDone},
        subject::Subject,
    },
    api::security::load_security,
    error::AppError,
    language::{Words, use_words},
    pages::settings::FreshFirst,
    session::use_session,
    ui::area::{Area, AreaPage},
};

/// The frame of administration.
#[component]
pub fn Administration() -> impl IntoView {
    let words = use_words();
    let session = use_session();
    let just_done = JustDone::new();
    provide_context(just_done);
    let proof = Resource::new_blocking(|| (), |()| load_security());
    view! {
        <Area title=words.administration pages>
            <Suspense>
                {move || Suspend::new(async move {
                    let session = session.await.unwrap_or_default();
                    let fresh = proof.await.map_or(true, |proof| proof.fresh);
                    (!pages(words, &session).is_empty()).then(|| view! { <FreshFirst fresh/> })
                })}
            </Suspense>
            <Outlet/>
            <DoneToast just_done/>
        </Area>
    }
}

/// `/admin` itself leads to the first page that the reader may see.
#[component]
pub fn AdministrationIndex() -> impl IntoView {
    let words = use_words();
    let session = use_session();
    let first = Resource::new_blocking(
        || (),
        move |()| async move {
            let session = session.await?;
            let code = if session.account.is_none() {
                FailureCode::SignInNeeded
            } else {
                FailureCode::NotFound
            };
            let first = pages(words, &session)
                .first()
                .map(|page| page.path.to_owned());
            first.ok_or(AppError::new(code))
        },
    );
    view! {
        <Subject what=first view=move |path: String, session: Session| {
            // Somebody who has to do something first is led there by the frame around.
            if session.lacking.is_some() {
                Either::Left(())
            } else {
                Either::Right(view! { <Redirect path/> })
            }
        }/>
    }
}

/// Those of its pages that the reader may see.
pub fn pages(words: &'static Words, session: &Session) -> Vec<AreaPage> {
    [
        (Permission::UsersRead, "/admin/users", words.people),
        (
            Permission::UsersInvite,
            "/admin/invitations",
            words.invitations,
        ),
        (Permission::GroupsRead, "/admin/groups", words.groups),
        (Permission::RolesRead, "/admin/roles", words.roles),
        (Permission::UsersRead, "/admin/keys", words.settings_keys),
        (Permission::UsageRead, "/admin/usage", words.usage),
        (Permission::UsageRead, "/admin/budgets", words.budgets),
        (Permission::UsageRead, "/admin/models", words.model_names),
        (Permission::ToolsWrite, "/admin/tools", words.tools),
        (Permission::UsageRead, "/admin/ratings", words.ratings),
        (Permission::JobsRead, "/admin/jobs", words.jobs),
        (Permission::AuditRead, "/admin/audit", words.audit),
    ]
    .into_iter()
    .filter(|(permission, ..)| session.permissions.contains(*permission))
    .map(|(_, path, label)| AreaPage { path, label })
    .collect()
}
