//! Two keys at Bailian, each an account of its own: what one of them has made the other one does not see.

use std::collections::BTreeSet;

use http::{Method, StatusCode};
use serde_json::{Value, json};
use server::config::{Config, UpstreamConfig};
use simulator::{Options, Simulator};

use crate::support::{Api, Browser, Program, TestApp, TestResult, answered, question, recording};

const SECOND: &str = "second";

fn with_second(config: &mut Config) {
    let upstream = UpstreamConfig {
        api_key: "sk-second".to_owned().into(),
        base_url: None,
        workspace: None,
        account: None,
        weight: 1,
        priority: 0,
        models: Vec::new(),
        requests_per_minute: None,
        tokens_per_minute: None,
        model_limits: std::collections::BTreeMap::new(),
    };
    let upstreams = &mut config.bailian.upstreams;
    upstreams.insert(SECOND.to_owned(), upstream);
}

async fn two() -> anyhow::Result<(Simulator, TestApp)> {
    let simulator = Simulator::start(Options::immediate()).await?;
    let app = TestApp::start_at(&simulator, with_second).await?;
    Ok((simulator, app))
}

async fn upload(
    program: &Program,
    purpose: &str,
    name: &str,
    text: &str,
) -> anyhow::Result<String> {
    let file = reqwest::multipart::Part::bytes(text.to_owned().into_bytes());
    let form = reqwest::multipart::Form::new()
        .text("purpose", purpose.to_owned())
        .part("file", file.file_name(name.to_owned()));
    let request = program.api.request(Method::POST, "/v1/files");
    let made = answered(request.multipart(form)).await?.done()?;
    Ok(made["id"].as_str().unwrap_or_default().to_owned())
}

async fn document(program: &Program) -> anyhow::Result<String> {
    upload(program, "file-extract", "loom.txt", "A loom weaves.").await
}

fn about(files: &[&str]) -> Value {
    let named: Vec<String> = files.iter().map(|id| format!("fileid://{id}")).collect();
    json!({
        "model": "qwen-long",
        "messages": [
            { "role": "system", "content": named.join(",") },
            { "role": "user", "content": "What does it say?" },
        ],
    })
}

/// The keys that the upstream was shown for paths that end so.
fn keys_at(app: &TestApp, end: &str) -> BTreeSet<String> {
    let received = app.simulator.received().into_iter();
    let those = received.filter(|request| request.path.ends_with(end));
    those.map(|request| request.key).collect()
}

fn ids(list: &Value) -> BTreeSet<String> {
    let items = list["data"].as_array().into_iter().flatten();
    items
        .filter_map(|item| Some(item["id"].as_str()?.to_owned()))
        .collect()
}

/// New files are shared out over the keys, one person's to one of them; each is read, listed, asked about and deleted there.
#[tokio::test]
async fn a_file_is_where_it_was_put() -> TestResult {
    let (_simulator, app) = two().await?;
    let mut people = Vec::new();
    for name in ["lin", "mei", "tao", "wen"] {
        let person = app.program(name).await?;
        let file = document(&person).await?;
        people.push((person, file));
    }
    assert_eq!(keys_at(&app, "/files").len(), 2);
    for (person, file) in &people {
        let path = format!("/v1/files/{file}");
        for _ in 0..2 {
            assert_eq!(person.api.get(&path).await?.done()?["id"], **file);
            person.ask(&about(&[file])).await?.done()?;
        }
        // Whatever else is asked of the keys meanwhile, what is uploaded next can be used together with it.
        person.ask(&question("qwen-plus")).await?.done()?;
        let another = document(person).await?;
        person.ask(&about(&[file, &another])).await?.done()?;
        let listed = person.api.get("/v1/files").await?.done()?;
        assert_eq!(ids(&listed), BTreeSet::from([file.clone(), another]));
        person
            .api
            .call(Method::DELETE, &path, Value::Null)
            .await?
            .done()?;
    }
    let (_, of_mei) = &people[1];
    let (lin, _) = &people[0];
    let theirs = lin.ask(&about(&[of_mei])).await?;
    assert_eq!(theirs.status, StatusCode::NOT_FOUND);
    Ok(())
}

/// Things in two accounts stand in one list, page by page, but not in one request; and when a key is taken away, what it
/// made is said to be away, by whatever way it is asked for.
#[tokio::test]
async fn two_accounts_of_one_person() -> TestResult {
    let (simulator, app) = two().await?;
    let lin = app.program("lin").await?;
    let one = document(&lin).await?;
    // As if it were the first: the next one goes to the other key.
    app.database
        .execute("UPDATE upstream_objects SET owner_id = 'away-' || owner_id")
        .await?;
    let other = document(&lin).await?;
    app.database
        .execute("UPDATE upstream_objects SET owner_id = SUBSTR(owner_id, 6) WHERE owner_id LIKE 'away-%'")
        .await?;
    assert_eq!(keys_at(&app, "/files").len(), 2);

    let listed = lin.api.get("/v1/files").await?.done()?;
    assert_eq!(ids(&listed), BTreeSet::from([one.clone(), other.clone()]));
    assert_eq!(listed["has_more"], false);
    let first = lin.api.get("/v1/files?limit=1").await?.done()?;
    assert_eq!((ids(&first).len(), &first["has_more"]), (1, &json!(true)));
    let last = ids(&first).into_iter().next().unwrap_or_default();
    let rest = format!("/v1/files?limit=1&after={last}");
    let rest = lin.api.get(&rest).await?.done()?;
    assert_eq!(rest["has_more"], false);
    let both: BTreeSet<String> = ids(&first).into_iter().chain(ids(&rest)).collect();
    assert_eq!(both.len(), 2);

    let refused = lin.ask(&about(&[&one, &other])).await?;
    assert_eq!(refused.status, StatusCode::BAD_REQUEST);
    assert_eq!(refused.json()["error"]["code"], "different_accounts");
    let request = lin.api.request(Method::POST, "/v1/chat/completions");
    let request = request.header("accept-language", "zh-CN");
    let refused = answered(request.json(&about(&[&one, &other]))).await?;
    let message = refused.json()["error"]["message"].clone();
    assert!(
        message.as_str().unwrap_or_default().contains("不同账号"),
        "{message}"
    );

    let at_second =
        "SELECT COUNT(*) FROM upstream_objects WHERE kind = 'file' AND upstream = 'second'";
    assert_eq!(app.number(at_second).await?, 1);
    let one_is_there = format!("{at_second} AND id = '{one}'");
    let (stays, away) = if app.number(&one_is_there).await? == 1 {
        (other, one)
    } else {
        (one, other)
    };
    let key = lin.key.clone();
    let database = app.stopped().await?;
    let app = TestApp::start_again_at(database, &simulator, |_| {}).await?;
    let lin = Api::of(&app)?.bearing(&key);
    let before = app.simulator.received().len();
    for refused in [
        lin.get(&format!("/v1/files/{away}")).await?,
        lin.post("/v1/chat/completions", about(&[&away])).await?,
    ] {
        assert_eq!(refused.status, StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(refused.json()["error"]["code"], "account_unavailable");
        assert_eq!(refused.header("x-should-retry"), "false");
    }
    assert_eq!(app.simulator.received().len(), before);
    lin.get(&format!("/v1/files/{stays}")).await?.done()?;
    assert_eq!(
        ids(&lin.get("/v1/files").await?.done()?),
        BTreeSet::from([stays])
    );
    Ok(())
}

/// Batches, tasks and stored answers are asked for by the key that made them, also when what they are about was made first.
#[tokio::test]
async fn what_follows_goes_to_the_same_key() -> TestResult {
    let (_simulator, app) = two().await?;
    let line = json!({
        "custom_id": "1",
        "method": "POST",
        "url": "/v1/chat/completions",
        "body": question("qwen-plus"),
    });
    let ask = json!({ "model": "qwen-plus", "input": "What is a loom?" });
    for name in ["lin", "mei", "tao", "wen"] {
        let program = app.program(name).await?;
        // So that files and answers of different people have different turns.
        program.ask(&question("qwen-plus")).await?.done()?;
        let file = upload(&program, "batch", "in.jsonl", &line.to_string()).await?;
        let wish = json!({
            "input_file_id": file,
            "endpoint": "/v1/chat/completions",
            "completion_window": "24h",
        });
        let batch = program.api.post("/v1/batches", wish).await?.done()?;
        let id = batch["id"].as_str().unwrap_or_default().to_owned();
        let batch = program
            .api
            .get(&format!("/v1/batches/{id}"))
            .await?
            .done()?;
        assert_eq!(batch["id"], *id);
        let listed = program.api.get("/v1/batches").await?.done()?;
        assert_eq!(ids(&listed), BTreeSet::from([id]));

        let answer = program
            .api
            .post("/v1/responses", ask.clone())
            .await?
            .done()?;
        let id = answer["id"].as_str().unwrap_or_default().to_owned();
        for _ in 0..2 {
            let mut next = ask.clone();
            next["previous_response_id"] = id.as_str().into();
            program.api.post("/v1/responses", next).await?.done()?;
            program
                .api
                .get(&format!("/v1/responses/{id}"))
                .await?
                .done()?;
        }
    }
    assert_eq!(keys_at(&app, "/batches").len(), 2);
    assert_eq!(keys_at(&app, "/responses").len(), 2);
    Ok(())
}

/// A recording in the temporary storage is heard by whoever gave the place for it, and by nobody for a stranger.
#[tokio::test]
async fn an_upload_is_used_where_its_place_was_given() -> TestResult {
    let (simulator, app) = two().await?;
    let host = Api::by(Browser::new(simulator.base_url().to_owned())?);
    let mut uploads = Vec::new();
    for name in ["lin", "mei", "tao"] {
        let program = app.program(name).await?;
        let path = "/api/v1/uploads?action=getPolicy&model=qwen3-asr-flash";
        let place = program.api.get(path).await?.done()?["data"].clone();
        let text = |name: &str| place[name].as_str().unwrap_or_default().to_owned();
        let key = format!("{}/words.wav", text("upload_dir"));
        let file = reqwest::multipart::Part::bytes(recording(3)).file_name("words.wav");
        let form = reqwest::multipart::Form::new()
            .text("OSSAccessKeyId", text("oss_access_key_id"))
            .text("Signature", text("signature"))
            .text("policy", text("policy"))
            .text("key", key.clone())
            .text("x-oss-object-acl", text("x_oss_object_acl"))
            .text("x-oss-forbid-overwrite", text("x_oss_forbid_overwrite"))
            .text("success_action_status", "200")
            .part("file", file);
        assert!(text("upload_host").starts_with(simulator.base_url()));
        let address = text("upload_host");
        let path = &address[simulator.base_url().len()..];
        let request = host.request(Method::POST, path).multipart(form);
        assert_eq!(answered(request).await?.status, StatusCode::OK);
        uploads.push((program, key));
    }
    assert_eq!(keys_at(&app, "/uploads").len(), 2);
    let hear = async |program: &Program, key: &str| {
        let path = "/api/v1/services/aigc/multimodal-generation/generation";
        let content = json!([{ "audio": format!("oss://{key}") }]);
        let wish = json!({
            "model": "qwen3-asr-flash",
            "input": { "messages": [{ "role": "user", "content": content }] },
        });
        let request = program.api.request(Method::POST, path);
        let request = request.header("x-dashscope-ossresourceresolve", "enable");
        answered(request.json(&wish)).await
    };
    for (program, key) in &uploads {
        for _ in 0..3 {
            hear(program, key).await?.done()?;
        }
    }
    let (stranger, key) = (&uploads[0].0, &uploads[1].1);
    assert_eq!(hear(stranger, key).await?.status, StatusCode::NOT_FOUND);
    Ok(())
}

/// Translated calls take turns like others, and the log says who was really asked.
#[tokio::test]
async fn translated_calls_are_shared_out() -> TestResult {
    let (_simulator, app) = two().await?;
    let lin = app.program("lin").await?;
    for model in ["wan2.2-t2i-flash", "qwen-image-plus"] {
        for _ in 0..4 {
            let wish = json!({ "model": model, "prompt": "A loom" });
            lin.api.post("/v1/images/generations", wish).await?.done()?;
        }
        for upstream in ["bailian", SECOND] {
            let booked = format!(
                "SELECT COUNT(*) FROM calls WHERE model = '{model}' AND upstream = '{upstream}' \
                 AND outcome = 'succeeded' AND images = 1"
            );
            assert_eq!(app.number(&booked).await?, 2, "{model} at {upstream}");
        }
    }
    assert_eq!(app.number("SELECT COUNT(*) FROM call_holds").await?, 0);
    Ok(())
}

/// A key that is refused is asked once: the others answer, translated or not, and new files go to them.
#[tokio::test]
async fn a_key_that_is_refused_is_left_out() -> TestResult {
    let options = Options {
        keys: Some(vec!["sk-first".to_owned()]),
        ..Options::immediate()
    };
    let simulator = Simulator::start(options).await?;
    let app = TestApp::start_at(&simulator, with_second).await?;
    let lin = app.program("lin").await?;
    lin.ask(&question("qwen-plus")).await?.done()?;
    // It is the second key's turn.
    let file = document(&lin).await?;
    for _ in 0..4 {
        let wish = json!({ "model": "wan2.2-t2i-flash", "prompt": "A loom" });
        lin.api.post("/v1/images/generations", wish).await?.done()?;
        lin.ask(&question("qwen-plus")).await?.done()?;
    }
    let refused = app.simulator.received().into_iter();
    let refused = refused.filter(|request| request.status == Some(401));
    assert_eq!(refused.count(), 1);
    let elsewhere = "SELECT COUNT(*) FROM calls WHERE upstream <> 'bailian'";
    assert_eq!(app.number(elsewhere).await?, 0);
    lin.ask(&about(&[&file])).await?.done()?;
    // What lies there is away as long as the key is.
    app.database
        .execute("UPDATE upstream_objects SET upstream = 'second' WHERE kind = 'file'")
        .await?;
    let away = lin.api.get(&format!("/v1/files/{file}")).await?;
    assert_eq!(away.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(away.json()["error"]["code"], "account_unavailable");
    Ok(())
}

/// What became of a task nobody can tell whose account was taken away: its money stays reserved for the day on which the account
/// may come back, and is free after it. The one in the account that is there is booked.
#[tokio::test]
async fn a_task_that_is_away_is_given_up_after_a_day() -> TestResult {
    let (simulator, app) = two().await?;
    let lin = app.program("lin").await?;
    app.simulator.hold_tasks();
    let wish = json!({ "model": "wan2.2-t2i-flash", "input": { "prompt": "A loom" }, "parameters": { "n": 1, "size": "1024*1024" } });
    for _ in 0..2 {
        let path = "/api/v1/services/aigc/text2image/image-synthesis";
        let request = lin.api.request(Method::POST, path);
        let request = request.header("x-dashscope-async", "enable");
        answered(request.json(&wish)).await?.done()?;
    }
    let database = app.stopped().await?;
    let app = TestApp::start_again_at(database, &simulator, |_| {}).await?;
    app.simulator.finish_tasks();
    let waiting = "SELECT COUNT(*) FROM call_holds WHERE task_id <> ''";
    app.database
        .execute("UPDATE call_holds SET opened_at = opened_at - 300000")
        .await?;
    assert_eq!(app.gateway.settle_unheard().await?, 1);
    assert_eq!(app.number(waiting).await?, 1);
    app.database
        .execute("UPDATE call_holds SET opened_at = opened_at - 86400000")
        .await?;
    let mut settled = 0;
    for _ in 0..10 {
        // Old ones have every tenth minute.
        app.database
            .execute("UPDATE call_holds SET opened_at = opened_at - 60000")
            .await?;
        settled += app.gateway.settle_unheard().await?;
    }
    assert_eq!((settled, app.number(waiting).await?), (1, 0));
    for (outcome, upstream) in [("succeeded", "bailian"), ("interrupted", SECOND)] {
        let booked = format!(
            "SELECT COUNT(*) FROM calls WHERE outcome = '{outcome}' AND upstream = '{upstream}'"
        );
        assert_eq!(app.number(&booked).await?, 1, "{outcome}");
    }
    Ok(())
}
