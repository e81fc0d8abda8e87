//! Who may call what: every server function and every page × every kind of caller. What the tables don't list fails.

use std::collections::BTreeSet;

use anyhow::Context;
use http::{Method, StatusCode, header};
use leptos_axum::generate_route_list;
use model::{BuiltIn, FailureCode, Permission};

use crate::support::{
    Access, Browser, FUNCTIONS, Function, Reply, Target, TestApp, TestResult, databases,
};

/// Somebody who calls.
struct Kind {
    name: &'static str,
    browser: Browser,
    /// What they may do; `None` when they are not signed in.
    role: Option<BuiltIn>,
    /// What all is answered with that asks for somebody without anything lacking.
    lacks: Option<FailureCode>,
}

/// One of every kind. The site asks for verified addresses only once those are there who have none.
async fn everybody(app: &TestApp) -> anyhow::Result<Vec<Kind>> {
    let mut kinds = vec![Kind {
        name: "nobody",
        browser: app.anonymous()?,
        role: None,
        lacks: None,
    }];
    for role in BuiltIn::ALL {
        kinds.push(Kind {
            name: role.as_str(),
            browser: app.person(role.as_str(), role).await?,
            role: Some(role),
            lacks: None,
        });
    }
    let disabled = app.person("disabled", BuiltIn::Owner).await?;
    let close = "UPDATE users SET disabled = TRUE WHERE email_key = 'disabled@example.com'";
    app.database.execute(close).await?;
    kinds.push(Kind {
        name: "a disabled owner",
        browser: disabled,
        role: None,
        lacks: None,
    });
    let unproven = app.person("unproven", BuiltIn::Administrator).await?;
    let require = "INSERT INTO roles (id, name, name_key, description, rank, permissions, built_in, requires_second_factor, created_at, updated_at) \
         VALUES ('01990000-0000-7000-8000-00000000000f', 'strict', 'strict', '', 1, '[]', FALSE, TRUE, 0, 0); \
         INSERT INTO user_roles (user_id, role_id, granted_at) \
         SELECT id, '01990000-0000-7000-8000-00000000000f', 0 FROM users WHERE email_key = 'unproven@example.com'";
    app.database.execute(require).await?;
    kinds.push(Kind {
        name: "an administrator who owes a second factor",
        browser: unproven,
        role: Some(BuiltIn::Administrator),
        lacks: Some(FailureCode::SecondFactorRequired),
    });
    Ok(kinds)
}

/// The refusal that the table of functions promises; `None` when the caller is let through to the act itself.
fn expected(function: &Function, kind: &Kind) -> Option<FailureCode> {
    let access = function.access;
    let role = match (access, kind.role) {
        (Access::Anyone, _) | (Access::Newcomer, Some(_)) => return None,
        // Nobody here is half in.
        (Access::HalfIn, _) | (_, None) => return Some(FailureCode::SignInNeeded),
        (_, Some(role)) => role,
    };
    if let Some(lacks) = kind.lacks {
        return Some(lacks);
    }
    if function.asks_a_model() && !role.permissions().contains(Permission::ChatUse) {
        return Some(FailureCode::Forbidden);
    }
    match access {
        Access::Permitted(permission) if !role.permissions().contains(permission) => {
            Some(FailureCode::Forbidden)
        }
        Access::Permitted(_)
        | Access::Anyone
        | Access::HalfIn
        | Access::Newcomer
        | Access::Member
        | Access::Owner => None,
    }
}

/// What stops a caller before the act: everything else is an answer of the act itself.
const GATES: [FailureCode; 4] = [
    FailureCode::SignInNeeded,
    FailureCode::SecondFactorRequired,
    FailureCode::EmailUnverified,
    FailureCode::Forbidden,
];

async fn gate(kind: &Kind, function: &Function) -> anyhow::Result<Option<FailureCode>> {
    let arguments = function.arguments(Target::nowhere());
    let arguments: Vec<(&str, &str)> = arguments
        .iter()
        .map(|(name, value)| (*name, value.as_str()))
        .collect();
    let reply = kind.browser.call(function.name, &arguments).await?;
    anyhow::ensure!(
        !reply.status.is_server_error(),
        "{} by {}: {} {}",
        function.name,
        kind.name,
        reply.status,
        reply.text()
    );
    if reply.status.is_success() {
        return Ok(None);
    }
    let refused = reply.failure();
    let refused = refused.with_context(|| format!("{} by {}", function.name, kind.name))?;
    Ok(Some(refused).filter(|code| GATES.contains(code)))
}

/// AC-01, AC-02, AC-16, AC-20.
#[tokio::test]
async fn every_function_lets_in_whom_the_table_says_and_nobody_else() -> TestResult {
    for database in databases().await? {
        let app = TestApp::start_on(database).await?;
        let kinds = everybody(&app).await?;
        let mut wrong = Vec::new();
        for function in FUNCTIONS
            .iter()
            .filter(|function| !function.ends_a_session() && !function.is_read_by_get())
        {
            for kind in &kinds {
                let found = gate(kind, function).await?;
                let promised = expected(function, kind);
                if found != promised {
                    wrong.push(format!(
                        "{} by {}: {found:?} instead of {promised:?}",
                        function.name, kind.name
                    ));
                }
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }
    Ok(())
}

/// Every page's path, and what it takes to see it.
const PAGES: &[(&str, Page)] = &[
    ("/", Page::SignedIn),
    ("/c/{id}", Page::SignedIn),
    ("/c/{id}/queue", Page::SignedIn),
    ("/c/{id}/compare/{question}", Page::SignedIn),
    ("/search", Page::SignedIn),
    ("/conversations", Page::SignedIn),
    ("/conversations/{id}", Page::SignedIn),
    ("/parameters", Page::SignedIn),
    ("/assistants", Page::Offered(Permission::ChatUse)),
    ("/assistants/new", Page::Offered(Permission::ChatUse)),
    ("/assistants/{id}/edit", Page::SignedIn),
    ("/prompts", Page::Offered(Permission::ChatUse)),
    ("/prompts/{id}", Page::SignedIn),
    ("/documents/{id}", Page::Offered(Permission::FilesUse)),
    ("/login", Page::Anyone),
    ("/register", Page::Anyone),
    ("/login/factor", Page::Anyone),
    ("/forgot", Page::Anyone),
    ("/reset", Page::Anyone),
    ("/verify", Page::Anyone),
    ("/images", Page::Offered(Permission::MediaUse)),
    ("/videos", Page::Offered(Permission::MediaUse)),
    ("/speech", Page::Offered(Permission::MediaUse)),
    ("/library", Page::Offered(Permission::MediaUse)),
    ("/transcripts", Page::Offered(Permission::MediaUse)),
    ("/transcripts/{id}", Page::Offered(Permission::MediaUse)),
    ("/settings", Page::SignedIn),
    ("/settings/security", Page::Newcomer),
    ("/settings/security/totp", Page::Newcomer),
    ("/settings/keys", Page::SignedIn),
    ("/settings/keys/{id}", Page::SignedIn),
    ("/settings/appearance", Page::SignedIn),
    ("/settings/shares", Page::Offered(Permission::MediaShare)),
    ("/settings/instructions", Page::SignedIn),
    ("/settings/memory", Page::SignedIn),
    ("/settings/import", Page::Offered(Permission::ChatUse)),
    ("/settings/privacy", Page::SignedIn),
    ("/settings/confirm", Page::Newcomer),
    ("/playground", Page::SignedIn),
    ("/usage", Page::SignedIn),
    ("/s/{token}", Page::Anyone),
    ("/setup", Page::Anyone),
    ("/admin", Page::FirstOfAdministration),
    ("/admin/users", Page::Permitted(Permission::UsersRead)),
    ("/admin/users/new", Page::Permitted(Permission::UsersWrite)),
    ("/admin/users/{id}", Page::Permitted(Permission::UsersRead)),
    (
        "/admin/invitations",
        Page::Permitted(Permission::UsersInvite),
    ),
    ("/admin/groups", Page::Permitted(Permission::GroupsRead)),
    (
        "/admin/groups/new",
        Page::Permitted(Permission::GroupsWrite),
    ),
    (
        "/admin/groups/{id}",
        Page::Permitted(Permission::GroupsRead),
    ),
    ("/admin/roles", Page::Permitted(Permission::RolesRead)),
    ("/admin/roles/new", Page::Permitted(Permission::RolesWrite)),
    ("/admin/roles/{id}", Page::Permitted(Permission::RolesRead)),
    ("/admin/keys", Page::Permitted(Permission::UsersRead)),
    ("/admin/usage", Page::Permitted(Permission::UsageRead)),
    ("/admin/budgets", Page::Permitted(Permission::UsageRead)),
    ("/admin/tools", Page::Permitted(Permission::ToolsWrite)),
    ("/admin/models", Page::Permitted(Permission::UsageRead)),
    ("/admin/ratings", Page::Permitted(Permission::UsageRead)),
    ("/admin/jobs", Page::Permitted(Permission::JobsRead)),
    ("/admin/audit", Page::Permitted(Permission::AuditRead)),
];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Page {
    Anyone,
    /// Whoever is signed in, also while they owe a second factor.
    Newcomer,
    SignedIn,
    /// Whoever has the permission; the others are told that they lack it.
    Offered(Permission),
    /// Whoever has the permission; for the others it is not there.
    Permitted(Permission),
    /// Leads to the first page of administration that the caller may see; for whom there is none it is not there.
    FirstOfAdministration,
}

/// AC-02.
#[tokio::test]
async fn the_table_of_pages_is_complete() {
    let served: BTreeSet<String> = generate_route_list(app::App)
        .iter()
        .map(|route| route.path().to_owned())
        .collect();
    let listed: BTreeSet<String> = PAGES.iter().map(|(path, _)| (*path).to_owned()).collect();
    assert_eq!(served, listed);
}

/// AC-01.
#[tokio::test]
async fn every_page_is_shown_to_whom_the_table_says() -> TestResult {
    let app = TestApp::start().await?;
    for kind in everybody(&app).await? {
        for (path, page) in PAGES {
            let path = path.replace("{id}", "00000000-0000-7000-8000-000000000000");
            let url = format!("{}{path}", kind.browser.origin);
            let request = kind.browser.request(Method::GET, &url);
            let reply = Reply::to(request.header(header::ACCEPT, "text/html")).await?;
            let led_away = reply.status.is_redirection();
            match (page, kind.role) {
                (Page::Anyone, _) => assert!(!reply.status.is_server_error(), "{path}"),
                (
                    Page::Newcomer
                    | Page::SignedIn
                    | Page::Offered(_)
                    | Page::Permitted(_)
                    | Page::FirstOfAdministration,
                    None,
                ) => {
                    assert!(led_away, "{path} by {}: {}", kind.name, reply.status);
                }
                (Page::Newcomer, Some(_)) => {
                    assert!(!led_away, "{path} by {}: {}", kind.name, reply.status);
                }
                (Page::SignedIn, Some(_)) => {
                    assert_eq!(led_away, kind.lacks.is_some(), "{path} by {}", kind.name);
                }
                (Page::Offered(permission), Some(role)) => {
                    let allowed = role.permissions().contains(*permission);
                    if kind.lacks.is_some() {
                        assert!(led_away, "{path} by {}", kind.name);
                    } else {
                        let is_refused = reply.status == StatusCode::FORBIDDEN;
                        assert_eq!(is_refused, !allowed, "{path} by {}", kind.name);
                    }
                }
                (Page::Permitted(permission), Some(role)) => {
                    let allowed = role.permissions().contains(*permission);
                    if kind.lacks.is_some() {
                        assert!(led_away, "{path} by {}", kind.name);
                    } else if !allowed {
                        assert_eq!(
                            reply.status,
                            StatusCode::NOT_FOUND,
                            "{path} by {}",
                            kind.name
                        );
                    }
                }
                (Page::FirstOfAdministration, Some(role)) => {
                    let administers = role.permissions().contains(Permission::UsersRead);
                    assert_eq!(led_away, administers, "{path} by {}", kind.name);
                    if !administers {
                        assert_eq!(
                            reply.status,
                            StatusCode::NOT_FOUND,
                            "{path} by {}",
                            kind.name
                        );
                    }
                }
            }
        }
    }
    Ok(())
}
