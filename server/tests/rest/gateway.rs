//! Budgets and model names, as administrators set them.

use http::{Method, StatusCode};
use model::BuiltIn;
use serde_json::{Value, json};

use crate::support::{Api, TestApp, TestResult, databases};

const BUDGETS: &str = "/rest/v1/admin/budgets";
const NAMES: &str = "/rest/v1/admin/model-names";

async fn actions(boss: &Api, beginning: &str) -> anyhow::Result<Vec<Value>> {
    let path = format!("/rest/v1/audit?action={beginning}");
    let log = boss.get(&path).await?.done()?;
    let lines = log["items"].as_array().into_iter().flatten();
    Ok(lines.map(|line| line["action"].clone()).collect())
}

#[tokio::test]
async fn budgets_are_set_listed_by_name_and_taken_away() -> TestResult {
    for database in databases().await? {
        let app = TestApp::start_on(database).await?;
        let device = app.device("boss", BuiltIn::Administrator).await?;
        let boss = Api::of(&app)?.bearing(&device.access);
        let me = boss.get("/rest/v1/users?search=boss").await?.done()?;
        let me = &me["items"][0];
        let group = boss.post("/rest/v1/groups", json!({ "name": "Night shift" }));
        let group = group.await?.done()?;
        for draft in [
            json!({ "scope": "site", "period": "month", "limit": 1 }),
            json!({ "scope": "site", "period": "month", "limit": 12_500_001 }),
            json!({ "scope": "group", "id": group["id"], "period": "day", "limit": 0 }),
            json!({ "scope": "user", "id": me["id"], "period": "total", "limit": 7 }),
        ] {
            let set = boss.call(Method::PUT, BUDGETS, draft.clone()).await?;
            assert_eq!(set.status, StatusCode::NO_CONTENT, "{draft}");
        }
        let listed = boss.get(BUDGETS).await?.done()?;
        let shown: Vec<Value> = listed
            .as_array()
            .into_iter()
            .flatten()
            .map(|line| {
                json!([
                    line["scope"],
                    line["period"],
                    line["limit"],
                    line["spent"],
                    line["name"]
                ])
            })
            .collect();
        assert_eq!(
            shown,
            [
                json!(["group", "day", 0, 0, "Night shift"]),
                json!(["site", "month", 12_500_001, 0, null]),
                json!(["user", "total", 7, 0, "boss"]),
            ],
            "{listed}"
        );

        let nobody = "01990000-0000-7000-8000-0000000000ff";
        for (draft, code) in [
            (
                json!({ "scope": "site", "period": "day", "limit": -1 }),
                "invalid_number",
            ),
            (
                json!({ "scope": "user", "id": nobody, "period": "day", "limit": 1 }),
                "not_found",
            ),
            (
                json!({ "scope": "site", "period": "week", "limit": 1 }),
                "bad_request",
            ),
            (
                json!({ "scope": "site", "period": "day", "limit": 1.5 }),
                "bad_request",
            ),
        ] {
            let refused = boss.call(Method::PUT, BUDGETS, draft.clone()).await?;
            assert_eq!(refused.code(), code, "{draft}");
        }

        let site = format!("{BUDGETS}?scope=site&period=month");
        let unset = boss.call(Method::DELETE, &site, Value::Null).await?;
        assert_eq!(unset.status, StatusCode::NO_CONTENT);
        let again = boss.call(Method::DELETE, &site, Value::Null).await?;
        assert_eq!(again.code(), "not_found");
        let vague = boss.call(Method::DELETE, BUDGETS, Value::Null).await?;
        assert_eq!(vague.code(), "bad_request");
        let actions = actions(&boss, "budget.").await?;
        assert_eq!(actions.len(), 5, "{actions:?}");
        assert_eq!(actions[0], "budget.delete");
    }
    Ok(())
}

#[tokio::test]
async fn model_names_are_set_listed_and_taken_down() -> TestResult {
    for database in databases().await? {
        let app = TestApp::start_on(database).await?;
        let device = app.device("boss", BuiltIn::Administrator).await?;
        let boss = Api::of(&app)?.bearing(&device.access);
        let at = |name: &str| format!("{NAMES}/{name}");
        let models = json!({ "models": ["qwen-max", "qwen-plus"] });
        for name in ["gpt-4o-mini", "openai%2Fgpt"] {
            let set = boss.call(Method::PUT, &at(name), models.clone()).await?;
            assert_eq!(set.status, StatusCode::NO_CONTENT, "{name}");
        }
        let listed = boss.get(NAMES).await?.done()?;
        assert_eq!(
            listed,
            json!([
                { "name": "gpt-4o-mini", "models": ["qwen-max", "qwen-plus"] },
                { "name": "openai/gpt", "models": ["qwen-max", "qwen-plus"] },
            ])
        );

        let plus = |times| json!({ "models": vec!["qwen-plus"; times] });
        for (name, draft, code) in [
            ("x", json!({ "models": ["no-such-model"] }), "unknown_model"),
            ("x", plus(0), "unknown_model"),
            ("x", plus(6), "too_many"),
            ("two%20words", plus(1), "invalid_model_name"),
        ] {
            let refused = boss.call(Method::PUT, &at(name), draft.clone()).await?;
            assert_eq!(refused.code(), code, "{name}: {draft}");
        }

        let mini = at("gpt-4o-mini");
        let unset = || boss.call(Method::DELETE, &mini, Value::Null);
        let first = unset().await?;
        assert_eq!(first.status, StatusCode::NO_CONTENT);
        assert_eq!(unset().await?.code(), "not_found");
        let actions = actions(&boss, "model_route.").await?;
        assert_eq!(
            actions,
            ["model_route.delete", "model_route.set", "model_route.set"]
        );
    }
    Ok(())
}
