//! An administrator's work.

use http::{Method, StatusCode, header};
use model::BuiltIn;
use serde_json::{Value, json};

use crate::support::{Api, PASSWORD, TestApp, TestResult, databases};

#[tokio::test]
async fn a_role_a_group_and_a_person_are_made_and_the_log_tells() -> TestResult {
    for database in databases().await? {
        let app = TestApp::start_on(database).await?;
        let device = app.device("boss", BuiltIn::Administrator).await?;
        let boss = Api::of(&app)?.bearing(&device.access);
        let role = json!({ "name": "Helpers", "rank": 30, "permissions": ["users.read"] });
        let role = boss.post("/rest/v1/roles", role).await?.done()?;
        let group = json!({ "name": "Night shift", "roles": [role["id"]], "quota": { "answers_per_day": 5 } });
        let group = boss.post("/rest/v1/groups", group).await?.done()?;
        let who = json!({ "name": "Bo", "email": "bo@example.com", "groups": [group["id"]] });
        let made = boss.post("/rest/v1/users", who).await?;
        assert_eq!(made.status, StatusCode::CREATED);
        let bo = made.text("id");
        let detail = boss.get(&format!("/rest/v1/users/{bo}")).await?.done()?;
        assert_eq!(detail["groups"][0]["name"], "Night shift");
        assert_eq!(detail["has_password"], false);

        let closed = json!({ "users": [bo] });
        let outcome = boss.post("/rest/v1/users/disable", closed).await?.done()?;
        assert_eq!(outcome["done"], json!([bo]));
        let found = boss.get("/rest/v1/users?state=disabled").await?.done()?;
        assert_eq!(found["items"][0]["email"], "bo@example.com");

        let lines = boss
            .get("/rest/v1/audit?action=user.&limit=100")
            .await?
            .done()?;
        let actions = lines["items"].as_array().cloned().unwrap_or_default();
        assert!(
            actions
                .iter()
                .any(|line| line["action"] == "user.disable" && line["object_id"] == bo)
        );
        let export = json!({ "format": "csv", "action": "user.disable" });
        let export = boss.post("/rest/v1/audit/export", export).await?;
        assert_eq!(
            export.header(header::CONTENT_TYPE),
            "text/csv; charset=utf-8"
        );
        assert!(String::from_utf8(export.bytes.to_vec())?.contains(&bo));
    }
    Ok(())
}

/// AC-14.
#[tokio::test]
async fn nobody_touches_an_equal_or_a_higher_rank() -> TestResult {
    let app = TestApp::start().await?;
    let device = app.device("boss", BuiltIn::Administrator).await?;
    app.device("equal", BuiltIn::Administrator).await?;
    app.device("above", BuiltIn::Owner).await?;
    let api = Api::of(&app)?;
    let boss = api.bearing(&device.access);
    for name in ["equal", "above"] {
        let found = boss
            .get(&format!("/rest/v1/users?search={name}"))
            .await?
            .done()?;
        let id = found["items"][0]["id"]
            .as_str()
            .unwrap_or_default()
            .to_owned();
        let outcome = boss
            .post("/rest/v1/users/disable", json!({ "users": [id] }))
            .await?
            .done()?;
        assert_eq!(outcome["refused"], json!([[id, "rank_too_high"]]), "{name}");
        for (method, path, body) in [
            (
                Method::POST,
                format!("/rest/v1/users/{id}/reset-factors"),
                Value::Null,
            ),
            (
                Method::POST,
                format!("/rest/v1/users/{id}/send-reset"),
                Value::Null,
            ),
            (
                Method::PUT,
                format!("/rest/v1/users/{id}/roles"),
                json!({ "roles": [] }),
            ),
        ] {
            let refused = boss.call(method, &path, body).await?;
            assert_eq!(refused.code(), "rank_too_high", "{name} {path}");
        }
        assert!(
            api.log_in(name, PASSWORD).await?.status.is_success(),
            "{name}"
        );
    }
    Ok(())
}

/// SE-11, AC-18: a key that may administer people still gives nobody a role, neither with the account nor by a group, and
/// neither does who signed in long ago.
#[tokio::test]
async fn roles_are_given_by_who_has_just_signed_in_however_they_are_given() -> TestResult {
    let app = TestApp::start().await?;
    let (device, stale) = (
        app.device("boss", BuiltIn::Owner).await?,
        app.device("stale", BuiltIn::Owner).await?,
    );
    let api = Api::of(&app)?;
    let boss = api.bearing(&device.access);
    let draft = json!({ "name": "A program", "scopes": ["users.read", "users.write", "users.grant", "groups.write"] });
    let key = boss
        .post("/rest/v1/me/api-keys", draft)
        .await?
        .text("secret");
    let group = json!({ "name": "Operators", "roles": [BuiltIn::Operator.id()] });
    let group = boss.post("/rest/v1/groups", group).await?.text("id");
    let plain = boss
        .post("/rest/v1/groups", json!({ "name": "Plain" }))
        .await?
        .text("id");
    let sql = format!(
        "UPDATE token_families SET authenticated_at = 1 WHERE id = '{}'",
        stale.id
    );
    app.database.execute(&sql).await?;

    for (name, caller, refusal) in [
        ("key", api.keyed(&key), "forbidden"),
        ("stale", api.bearing(&stale.access), "step_up_needed"),
    ] {
        let who = |extra: (&str, Value)| {
            let mut who = json!({ "name": name, "email": format!("{name}-made@example.com") });
            who[extra.0] = extra.1;
            who
        };
        let roles = who(("roles", json!([BuiltIn::Operator.id()])));
        assert_eq!(
            caller.post("/rest/v1/users", roles).await?.code(),
            refusal,
            "{name}"
        );
        let groups = who(("groups", json!([group])));
        assert_eq!(
            caller.post("/rest/v1/users", groups).await?.code(),
            refusal,
            "{name}"
        );
        let made = caller
            .post("/rest/v1/users", who(("groups", json!([plain]))))
            .await?;
        assert_eq!(made.status, StatusCode::CREATED, "{name}: {made:?}");
        let id = made.text("id");
        let roles = json!({ "roles": [BuiltIn::Operator.id()] });
        let path = format!("/rest/v1/users/{id}/roles");
        assert_eq!(
            caller.call(Method::PUT, &path, roles).await?.code(),
            refusal,
            "{name}"
        );
        let path = format!("/rest/v1/users/{id}/groups");
        let groups = json!({ "groups": [group] });
        assert_eq!(
            caller.call(Method::PUT, &path, groups).await?.code(),
            refusal,
            "{name}"
        );
        let path = format!("/rest/v1/groups/{group}/add-members");
        let added = caller.post(&path, json!({ "users": [id] })).await?;
        assert_eq!(added.code(), refusal, "{name}");
        let person = boss.get(&format!("/rest/v1/users/{id}")).await?.done()?;
        assert_eq!(
            person["person"]["rank"],
            BuiltIn::Member.rank().get(),
            "{name}"
        );
    }
    Ok(())
}

/// AU-25.
#[tokio::test]
async fn an_invitation_opens_a_closed_site_once() -> TestResult {
    let app = TestApp::start().await?;
    let device = app.device("boss", BuiltIn::Administrator).await?;
    let boss = Api::of(&app)?.bearing(&device.access);
    let made = boss.post("/rest/v1/invitations", json!({})).await?.done()?;
    let link = made["link"].as_str().unwrap_or_default();
    let (_, token) = link.rsplit_once('=').unwrap_or_default();
    let register = |name: &'static str| json!({ "name": name, "email": format!("{name}@example.com"), "password": PASSWORD, "invitation": token });
    let api = Api::of(&app)?;
    let entered = api
        .post("/rest/v1/auth/register", register("first"))
        .await?;
    assert_eq!(entered.status, StatusCode::CREATED, "{entered:?}");
    let refused = api
        .post("/rest/v1/auth/register", register("second"))
        .await?;
    assert_eq!(refused.code(), "invitation_invalid");
    let left = boss.get("/rest/v1/invitations").await?.done()?;
    assert_eq!(left["items"], json!([]));
    Ok(())
}

/// AP-13, IO-20.
#[tokio::test]
async fn lists_are_bounded_and_led_on_by_key() -> TestResult {
    let app = TestApp::start().await?;
    let device = app.device("boss", BuiltIn::Administrator).await?;
    let boss = Api::of(&app)?.bearing(&device.access);
    for name in ["ann", "bea", "cat"] {
        app.user(name).await?;
    }
    for query in ["limit=0", "limit=101"] {
        let refused = boss.get(&format!("/rest/v1/users?{query}")).await?;
        assert_eq!(refused.code(), "invalid_number", "{query}");
    }
    for query in [
        "limit=-1",
        "limit=x",
        "sort=name",
        "limit=1&limit=2",
        "role=owner",
    ] {
        let refused = boss.get(&format!("/rest/v1/users?{query}")).await?;
        assert_eq!(refused.status, StatusCode::BAD_REQUEST, "{query}");
    }
    let (mut names, mut after) = (Vec::new(), String::new());
    loop {
        let page = boss
            .get(&format!("/rest/v1/users?limit=1{after}"))
            .await?
            .done()?;
        names.push(
            page["items"][0]["name"]
                .as_str()
                .unwrap_or_default()
                .to_owned(),
        );
        match page["next"].as_str() {
            Some(next) => after = format!("&after={}", escaped(next)),
            None => break,
        }
    }
    assert_eq!(names, ["ann", "bea", "boss", "cat"]);
    Ok(())
}

fn escaped(text: &str) -> String {
    let escape = |byte: u8| {
        if byte.is_ascii_alphanumeric() {
            char::from(byte).to_string()
        } else {
            format!("%{byte:02X}")
        }
    };
    text.bytes().map(escape).collect()
}

/// What failed is done once more, and once only.
#[tokio::test]
async fn a_job_that_failed_is_tried_again_by_who_may() -> TestResult {
    let app = TestApp::start_with(|config| config.works.jobs_at_once = 0).await?;
    let device = app.device("boss", BuiltIn::Administrator).await?;
    let boss = Api::of(&app)?.bearing(&device.access);
    let member = app.device("lin", BuiltIn::Member).await?;
    let lin = Api::of(&app)?.bearing(&member.access);
    let wish = json!({ "wish": { "kind": "image", "model": "wan2.2-t2i-flash", "prompt": "fog", "count": 1 } });
    let id = lin.post("/rest/v1/makings", wish).await?.text("id");
    let path = format!("/rest/v1/admin/jobs/{id}/again");
    let early = boss.post(&path, Value::Null).await?;
    assert_eq!(early.status, StatusCode::NOT_FOUND);
    let failed = "UPDATE jobs SET state = 'failed', ended_at = 1, failure = '{\"code\":\"upstream_unavailable\"}'";
    app.database.execute(failed).await?;
    let refused = lin.post(&path, Value::Null).await?;
    assert_eq!(refused.code(), "forbidden");
    for _ in 0..2 {
        let again = boss.post(&path, Value::Null).await?;
        assert_eq!(again.status, StatusCode::ACCEPTED);
    }
    let jobs = boss.get("/rest/v1/admin/jobs").await?.done()?;
    assert_eq!(jobs["waiting"], 1, "{jobs}");
    assert_eq!(jobs["lines"]["items"][0]["state"], "queued");
    let lines = boss.get("/rest/v1/audit?action=job.again").await?.done()?;
    assert_eq!(lines["items"].as_array().map(Vec::len), Some(3), "{lines}");
    Ok(())
}

#[tokio::test]
async fn jobs_are_seen_and_put_first_by_who_may() -> TestResult {
    let app = TestApp::start_with(|config| config.works.jobs_at_once = 0).await?;
    let device = app.device("boss", BuiltIn::Administrator).await?;
    let boss = Api::of(&app)?.bearing(&device.access);
    let member = app.device("lin", BuiltIn::Member).await?;
    let lin = Api::of(&app)?.bearing(&member.access);
    let wish = json!({ "wish": { "kind": "image", "model": "wan2.2-t2i-flash", "prompt": "fog", "count": 1 } });
    let made = lin.post("/rest/v1/makings", wish).await?;
    assert_eq!(made.status, StatusCode::ACCEPTED);
    let id = made.text("id");
    let path = format!("/rest/v1/admin/jobs/{id}/place");
    let refused = lin
        .call(Method::PUT, &path, json!({ "first": true }))
        .await?;
    assert_eq!(refused.code(), "forbidden");
    let put = boss
        .call(Method::PUT, &path, json!({ "first": true }))
        .await?;
    assert_eq!(put.status, StatusCode::NO_CONTENT);
    let jobs = boss.get("/rest/v1/admin/jobs?state=queued").await?.done()?;
    assert_eq!(jobs["waiting"], 1);
    assert_eq!(jobs["lines"]["items"][0]["first"], true, "{jobs}");
    assert!(!jobs.to_string().contains("fog"), "what was wished for");
    let stop = format!("/rest/v1/admin/jobs/{id}/stop");
    let stopped = boss.post(&stop, Value::Null).await?;
    assert_eq!(stopped.status, StatusCode::NO_CONTENT);
    let late = boss
        .call(Method::PUT, &path, json!({ "first": false }))
        .await?;
    assert_eq!(late.status, StatusCode::NOT_FOUND);
    let lines = boss.get("/rest/v1/audit?action=job.").await?.done()?;
    let mut actions: Vec<&str> = lines["items"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|line| line["action"].as_str())
        .collect();
    actions.sort_unstable();
    assert_eq!(
        actions,
        ["job.put_first", "job.put_first", "job.stop"],
        "{lines}"
    );
    Ok(())
}
