//! Who may call what: every operation of the description × every kind of caller. What the table does not list fails.

mod operations;
mod routes;

use std::collections::BTreeSet;

use http::Method;
use model::{BuiltIn, Permission, PermissionSet};
use serde_json::{Value, json};

use crate::support::{Api, Device, TestApp, TestResult, databases};

use operations::operations;

/// What an operation asks for.
#[derive(Clone, Copy, Debug)]
enum Needs {
    Nothing,
    /// Somebody by themselves, not by a key.
    Person,
    /// Somebody who has just signed in.
    Fresh,
    /// The permission, by whatever credential.
    May(Permission),
    /// The permission, by themselves.
    MayPerson(Permission),
    /// The permission, and to have just signed in.
    MayFresh(Permission),
    /// The permission, and to have just signed in, or a key.
    MayFreshOrKey(Permission),
}

impl Needs {
    const fn permission(self) -> Option<Permission> {
        match self {
            Self::Nothing | Self::Person | Self::Fresh => None,
            Self::May(permission)
            | Self::MayPerson(permission)
            | Self::MayFresh(permission)
            | Self::MayFreshOrKey(permission) => Some(permission),
        }
    }

    const fn is_fresh(self) -> bool {
        matches!(
            self,
            Self::Fresh | Self::MayFresh(_) | Self::MayFreshOrKey(_)
        )
    }

    const fn is_for_keys(self) -> bool {
        matches!(self, Self::Nothing | Self::May(_) | Self::MayFreshOrKey(_))
    }
}

/// How somebody calls.
enum Credential {
    /// With none that is good; the code says how they are refused.
    Bad(&'static str),
    /// With a token of somebody with that role.
    Token(BuiltIn),
    /// With a token of an owner who signed in long ago.
    Stale,
    /// With a token of an administrator who owes a second factor.
    Lacking,
    /// With a key of an administrator with these scopes.
    Key(PermissionSet),
}

struct Kind {
    name: &'static str,
    api: Api,
    credential: Credential,
}

/// The method, the path, what it needs, and a body that does no harm.
type Operation = (&'static str, &'static str, Needs, Value);

const NOWHERE: &str = "01990000-0000-7000-8000-000000000000";

/// One of every kind.
async fn everybody(app: &TestApp) -> anyhow::Result<Vec<Kind>> {
    let api = Api::of(app)?;
    let bad = |name, api, code| Kind {
        name,
        api,
        credential: Credential::Bad(code),
    };
    let mut kinds = vec![
        bad("nobody", api.clone(), "sign_in_needed"),
        bad(
            "a wrong token",
            api.bearing("eyJhbGciOiJub25lIn0.e30."),
            "invalid_token",
        ),
        bad("a wrong key", api.keyed("lt-guessed"), "invalid_token"),
    ];
    for role in BuiltIn::ALL {
        let device = app.device(role.as_str(), role).await?;
        kinds.push(Kind {
            name: role.as_str(),
            api: api.bearing(&device.access),
            credential: Credential::Token(role),
        });
    }
    let device = app.device("refreshing", BuiltIn::Owner).await?;
    let refresh = api.bearing(&device.refresh);
    kinds.push(bad("a refresh token", refresh, "invalid_token"));

    let expired = app.device("expired", BuiltIn::Owner).await?;
    end(app, &expired, "expires_at").await?;
    kinds.push(bad(
        "an ended device",
        api.bearing(&expired.access),
        "invalid_token",
    ));

    let disabled = app.device("disabled", BuiltIn::Owner).await?;
    let close = "UPDATE users SET disabled = TRUE WHERE email_key = 'disabled@example.com'";
    app.database.execute(close).await?;
    kinds.push(bad(
        "a disabled owner",
        api.bearing(&disabled.access),
        "invalid_token",
    ));

    let stale = app.device("stale", BuiltIn::Owner).await?;
    end(app, &stale, "authenticated_at").await?;
    kinds.push(Kind {
        name: "an owner who signed in long ago",
        api: api.bearing(&stale.access),
        credential: Credential::Stale,
    });

    let programmer = app.device("programmer", BuiltIn::Administrator).await?;
    let programmer = api.bearing(&programmer.access);
    for (name, scopes) in [
        ("a key without scopes", PermissionSet::EMPTY),
        ("a key with all scopes", PermissionSet::all()),
        (
            "a key that reads people",
            PermissionSet::of(&[Permission::UsersRead]),
        ),
    ] {
        let draft = json!({ "name": name, "scopes": scopes });
        let made = programmer.post("/rest/v1/me/api-keys", draft).await?;
        let key = made.done()?["secret"]
            .as_str()
            .unwrap_or_default()
            .to_owned();
        kinds.push(Kind {
            name,
            api: if scopes.is_empty() {
                api.bearing(&key)
            } else {
                api.keyed(&key)
            },
            credential: Credential::Key(scopes),
        });
    }

    let unproven = app.device("unproven", BuiltIn::Administrator).await?;
    let require = "INSERT INTO roles (id, name, name_key, description, rank, permissions, built_in, requires_second_factor, created_at, updated_at) \
         VALUES ('01990000-0000-7000-8000-00000000000f', 'strict', 'strict', '', 1, '[]', FALSE, TRUE, 0, 0); \
         INSERT INTO user_roles (user_id, role_id, granted_at) \
         SELECT id, '01990000-0000-7000-8000-00000000000f', 0 FROM users WHERE email_key = 'unproven@example.com'";
    app.database.execute(require).await?;
    kinds.push(Kind {
        name: "an administrator who owes a second factor",
        api: api.bearing(&unproven.access),
        credential: Credential::Lacking,
    });
    Ok(kinds)
}

async fn end(app: &TestApp, device: &Device, column: &str) -> anyhow::Result<()> {
    let sql = format!(
        "UPDATE token_families SET {column} = 1 WHERE id = '{}'",
        device.id
    );
    app.database.execute(&sql).await
}

/// The refusal that the table promises; `None` when the caller is let through to the act itself.
fn expected(needs: Needs, credential: &Credential) -> Option<&'static str> {
    if matches!(needs, Needs::Nothing) {
        return None;
    }
    let lacks = |permissions: PermissionSet| {
        let needed = needs.permission();
        needed.is_some_and(|permission| !permissions.contains(permission))
    };
    match credential {
        Credential::Bad(code) => Some(code),
        Credential::Lacking => Some("second_factor_required"),
        Credential::Token(role) => lacks(role.permissions()).then_some("forbidden"),
        Credential::Stale => needs.is_fresh().then_some("step_up_needed"),
        Credential::Key(scopes) => (!needs.is_for_keys() || lacks(*scopes)).then_some("forbidden"),
    }
}

/// AC-01, AC-02, AC-16, AC-18, AP-25, SE-11, SE-22.
#[tokio::test]
async fn every_operation_lets_in_whom_it_should_and_nobody_else() -> TestResult {
    const REFUSALS: [&str; 5] = [
        "sign_in_needed",
        "invalid_token",
        "forbidden",
        "step_up_needed",
        "second_factor_required",
    ];
    for database in databases().await? {
        let app = TestApp::start_on(database).await?;
        let kinds = everybody(&app).await?;
        for (method, path, needs, body) in operations() {
            for kind in &kinds {
                let path = path
                    .replace("{id}", NOWHERE)
                    .replace("{sentence}", "0")
                    .replace("{speaker}", "0")
                    .replace("{name}", "nothing");
                let upper: Method = method.to_uppercase().parse()?;
                let answer = kind.api.call(upper, &path, body.clone()).await?;
                let (code, status) = (answer.code(), answer.status);
                let what = format!("{} calls {method} {path}: {status} {code}", kind.name);
                match expected(needs, &kind.credential) {
                    Some(refusal) => assert_eq!(code, refusal, "{what}"),
                    None if matches!(needs, Needs::Nothing) => {
                        assert!(!status.is_server_error(), "{what}");
                    }
                    None => assert!(
                        !REFUSALS.contains(&code.as_str()) && !status.is_server_error(),
                        "{what}"
                    ),
                }
            }
        }
    }
    Ok(())
}

/// AC-01, AP-24.
#[tokio::test]
async fn the_table_lists_what_the_description_does() -> TestResult {
    const METHODS: [&str; 5] = ["get", "post", "put", "patch", "delete"];
    let app = TestApp::start().await?;
    let member = app.device("lin", BuiltIn::Member).await?;
    let api = Api::of(&app)?.bearing(&member.access);
    let document = api.get("/rest/openapi.json").await?.done()?;
    let mut described = BTreeSet::new();
    for (path, item) in document["paths"].as_object().into_iter().flatten() {
        for (method, operation) in item.as_object().into_iter().flatten() {
            // What is elsewhere has tables of its own: who may upload, and who may dictate.
            if METHODS.contains(&method.as_str()) && path.starts_with("/rest/") {
                described.insert(format!("{method} {path}"));
                let is_open = path.starts_with("/rest/v1/auth/");
                assert_eq!(operation["security"].is_null(), is_open, "{method} {path}");
                assert!(operation["summary"].is_string(), "{method} {path}");
                assert!(
                    operation["responses"]["default"].is_object(),
                    "{method} {path}"
                );
            }
        }
    }
    let listed = operations().into_iter();
    let listed: BTreeSet<String> = listed
        .map(|(method, path, ..)| {
            let (path, _) = path.split_once('?').unwrap_or((path, ""));
            format!("{method} {path}")
        })
        .collect();
    assert_eq!(described, listed);
    Ok(())
}

/// AP-24: whatever the description refers to is in it.
#[tokio::test]
async fn the_description_is_whole() -> TestResult {
    let app = TestApp::start().await?;
    let member = app.device("lin", BuiltIn::Member).await?;
    let api = Api::of(&app)?.bearing(&member.access);
    let document = api.get("/rest/openapi.json").await?.done()?;
    let text = document.to_string();
    let mut references: BTreeSet<&str> = BTreeSet::new();
    for rest in text.split("\"$ref\":\"#").skip(1) {
        references.extend(rest.split('"').next());
    }
    assert!(references.len() > 20, "{references:?}");
    for reference in references {
        assert!(document.pointer(reference).is_some(), "{reference}");
    }
    let permissions = &document["components"]["schemas"]["Permission"]["enum"];
    assert_eq!(permissions[0], "chat.use");
    // As tus is spoken: an upload's length may be told later.
    let uploads = &document["paths"]["/uploads"];
    let spoken = &uploads["options"]["responses"]["204"]["headers"]["Tus-Extension"];
    assert_eq!(
        spoken["description"],
        "`creation,creation-defer-length,expiration,termination`."
    );
    let asked = uploads["post"]["parameters"].as_array();
    let needed: Vec<_> = asked
        .into_iter()
        .flatten()
        .filter(|header| header["required"] == true)
        .map(|header| &header["name"])
        .collect();
    assert_eq!(needed, ["Tus-Resumable"]);
    Ok(())
}
