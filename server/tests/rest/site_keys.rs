//! Everybody's keys, for those who administer people.

use http::{Method, StatusCode};
use model::BuiltIn;
use serde_json::{Value, json};

use crate::support::{Api, TestApp, TestResult, answered, databases, eventually, question, within};

/// AP-13, AP-18: all of what a key allows is told, and nothing by which it could be used.
#[tokio::test]
async fn keys_are_listed_page_by_page_and_never_themselves() -> TestResult {
    for database in databases().await? {
        let app = TestApp::start_on(database).await?;
        let device = app.device("boss", BuiltIn::Administrator).await?;
        let boss = Api::of(&app)?.bearing(&device.access);
        let draft = json!({
            "name": "Loom", "models": ["qwen-plus"], "requests_per_minute": 60, "budget_per_month": 5_000_000,
        });
        let loom = app.program_with("lin", BuiltIn::Member, draft).await?;
        let other = app.program("mei").await?;
        let path = "/rest/v1/admin/keys";
        let first = boss.get(&format!("{path}?limit=1")).await?.done()?;
        assert_eq!(first["items"][0]["key"]["id"], json!(other.id), "{first}");
        let next = first["next"].as_str().unwrap_or_default();
        let second = boss.get(&format!("{path}?limit=1&after={next}")).await?;
        let second = second.done()?;
        assert_eq!(second["next"], Value::Null, "{second}");
        let line = &second["items"][0];
        assert_eq!(line["key"]["id"], json!(loom.id));
        assert_eq!(line["key"]["name"], "Loom");
        assert_eq!(line["key"]["models"], json!(["qwen-plus"]));
        assert_eq!(line["key"]["requests_per_minute"], 60);
        assert_eq!(line["key"]["budget_per_month"], 5_000_000);
        assert_eq!(line["owner_email"], "lin@example.com");
        assert_eq!(
            (&line["state"], &line["can_revoke"]),
            (&json!("active"), &json!(true))
        );
        let told = format!("{first} {second}");
        assert!(!told.contains(&loom.key) && !told.contains(&other.key));
        let begins: String = loom.key.chars().skip(3).take(4).collect();
        for (query, expected) in [
            (format!("search={begins}"), vec![&loom.id]),
            ("search=mei".to_owned(), vec![&other.id]),
            ("state=expired".to_owned(), vec![]),
            ("unused_days=1".to_owned(), vec![]),
            (
                "order=last_used&state=active".to_owned(),
                vec![&other.id, &loom.id],
            ),
        ] {
            let found = boss.get(&format!("{path}?{query}")).await?.done()?;
            let found = found["items"].as_array().cloned().unwrap_or_default();
            let ids: Vec<&Value> = found.iter().map(|line| &line["key"]["id"]).collect();
            let expected: Vec<Value> = expected.into_iter().map(|id| json!(id)).collect();
            assert_eq!(ids, expected.iter().collect::<Vec<_>>(), "{query}");
        }
        for (query, code) in [
            ("limit=0", "invalid_number"),
            ("unused_days=0", "invalid_number"),
            ("after=x", "bad_request"),
        ] {
            let refused = boss.get(&format!("{path}?{query}")).await?;
            assert_eq!(refused.code(), code, "{query}");
        }
        // What looks like a key is no matter for an address.
        for query in [
            "state=revoked",
            "order=name",
            "owner=lin",
            "sort=x",
            "search=lt-abcd",
        ] {
            let refused = boss.get(&format!("{path}?{query}")).await?;
            assert_eq!(refused.status, StatusCode::BAD_REQUEST, "{query}");
        }
    }
    Ok(())
}

/// AP-18, AP-19: who found a key learns whose it is without it coming into an address.
#[tokio::test]
async fn a_whole_key_is_looked_for_in_a_body_and_refused_in_an_address() -> TestResult {
    for database in databases().await? {
        let app = TestApp::start_on(database).await?;
        let device = app.device("boss", BuiltIn::Administrator).await?;
        let boss = Api::of(&app)?.bearing(&device.access);
        let lin = app.program("lin").await?;
        let mei = app.program("mei").await?;
        let path = "/rest/v1/admin/keys";
        let by_post = format!("{path}/search");
        let begins: String = lin.key.chars().take(7).collect();
        // No more of it is looked at than how it begins, wherever it was copied from.
        for search in [lin.key.clone(), format!(" {}\n", lin.key), begins.clone()] {
            let found = boss.post(&by_post, json!({ "search": search })).await?;
            let found = found.done()?;
            let ids: Vec<&Value> = found["items"]
                .as_array()
                .into_iter()
                .flatten()
                .map(|line| &line["key"]["id"])
                .collect();
            assert_eq!(ids, [&json!(lin.id)], "{found}");
            assert!(!found.to_string().contains(&lin.key));
        }
        let all = boss.post(&by_post, json!({ "limit": 1 })).await?.done()?;
        assert_eq!(all["items"][0]["key"]["id"], json!(mei.id), "{all}");
        let more =
            json!({ "limit": 1, "after": all["next"], "order": "newest", "state": "active" });
        let more = boss.post(&by_post, more).await?.done()?;
        assert_eq!(more["items"][0]["key"]["id"], json!(lin.id), "{more}");

        // The address names the other way, in the caller's language, and not what it was given.
        for search in [lin.key.clone(), format!("%20{}", lin.key), begins] {
            let address = format!("{path}?search={search}");
            let refused = boss.get(&address).await?;
            assert_eq!(refused.status, StatusCode::BAD_REQUEST);
            let detail = refused.text("detail");
            assert!(detail.contains(&format!("POST {by_post}")), "{detail}");
            assert!(!detail.contains(search.trim_start_matches("%20")));
        }
        let chinese = boss
            .request(Method::GET, &format!("{path}?search={}", lin.key))
            .header("accept-language", "zh-CN");
        let detail = answered(chinese).await?.text("detail");
        assert!(
            detail.contains("请求体") && detail.contains(&by_post),
            "{detail}"
        );

        // A body is read as all of them are.
        for (body, status) in [
            (json!({ "sort": "x" }), StatusCode::UNPROCESSABLE_ENTITY),
            (json!({ "limit": 0 }), StatusCode::UNPROCESSABLE_ENTITY),
            (Value::Null, StatusCode::UNSUPPORTED_MEDIA_TYPE),
        ] {
            let refused = boss.post(&by_post, body.clone()).await?;
            assert_eq!(refused.status, status, "{body}");
        }
        let refused = lin.api.post(&by_post, json!({})).await?;
        assert_eq!(refused.status, StatusCode::FORBIDDEN);
    }
    Ok(())
}

/// SE-07, AC-14: as when its owner deletes it.
#[tokio::test]
async fn a_revoked_key_is_refused_and_its_answer_ends() -> TestResult {
    let app = TestApp::start().await?;
    let device = app.device("boss", BuiltIn::Administrator).await?;
    let boss = Api::of(&app)?.bearing(&device.access);
    let program = app.program("lin").await?;
    let above = app.program_with("olga", BuiltIn::Owner, json!({})).await?;
    app.simulator
        .next_answer(simulator::Answer::words(["a", "b", "c"]).held_after(1));
    let mut body = question("qwen-plus");
    body["stream"] = true.into();
    let asked = program.api.clone();
    let running = tokio::spawn(async move { asked.post("/v1/chat/completions", body).await });
    app.upstream("a call", |account| account.open_streams() > 0)
        .await?;
    let revoke = async |id: &str| {
        let path = format!("/rest/v1/admin/keys/{id}");
        boss.call(Method::DELETE, &path, Value::Null).await
    };
    assert_eq!(revoke(&above.id).await?.code(), "rank_too_high");
    assert_eq!(revoke(&program.id).await?.status, StatusCode::NO_CONTENT);
    let ended = within("the end of the answer", async { running.await? }).await?;
    let text = String::from_utf8_lossy(&ended.bytes).into_owned();
    assert!(
        text.contains("\"error\"") && !text.contains("[DONE]"),
        "{text}"
    );
    eventually("the refusal", async || {
        let refused = program.ask(&question("qwen-plus")).await?;
        Ok((refused.status == 401).then_some(()))
    })
    .await?;
    assert_eq!(revoke(&program.id).await?.status, StatusCode::NOT_FOUND);
    let lines = boss
        .get("/rest/v1/audit?action=api_key.revoke")
        .await?
        .done()?;
    let lines = lines["items"].as_array().cloned().unwrap_or_default();
    let outcomes: Vec<&Value> = lines.iter().map(|line| &line["outcome"]).collect();
    assert_eq!(outcomes, ["done", "refused"], "{lines:?}");
    assert_eq!(lines[0]["object_id"], json!(program.id));
    assert_eq!(lines[0]["details"]["name"], "A program");
    Ok(())
}
