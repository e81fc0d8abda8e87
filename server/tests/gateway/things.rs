//! What callers make at the upstream is there for them alone.

use std::time::Duration;

use bailian::{Client, ClientOptions, files::Purpose};
use http::Method;
use serde_json::{Value, json};
use simulator::{Fault, FaultOrder, Options, Simulator, Strike};

use crate::support::{Program, TestApp, TestResult, answered, eventually};

async fn upload(program: &Program) -> anyhow::Result<String> {
    let file = reqwest::multipart::Part::bytes(b"A loom weaves.".to_vec()).file_name("loom.txt");
    let form = reqwest::multipart::Form::new()
        .text("purpose", "file-extract")
        .part("file", file);
    let request = program
        .api
        .request(Method::POST, "/v1/files")
        .multipart(form);
    let made = answered(request).await?.done()?;
    Ok(made["id"].as_str().unwrap_or_default().to_owned())
}

fn ids(list: &Value) -> Vec<String> {
    let items = list["data"].as_array().into_iter().flatten();
    items
        .filter_map(|item| Some(item["id"].as_str()?.to_owned()))
        .collect()
}

/// LM-13, AC-06.
#[tokio::test]
async fn a_file_is_there_for_whoever_uploaded_it() -> TestResult {
    let app = TestApp::start().await?;
    let (lin, mei) = (app.program("lin").await?, app.program("mei").await?);
    let (of_lin, of_mei) = (upload(&lin).await?, upload(&mei).await?);
    assert!(!of_lin.is_empty() && of_lin != of_mei);
    let path = format!("/v1/files/{of_lin}");
    assert_eq!(lin.api.get(&path).await?.status, 200);
    let (theirs, nothing) = (
        mei.api.get(&path).await?,
        mei.api.get("/v1/files/file-fe-none").await?,
    );
    assert_eq!(theirs.status, 404);
    assert_eq!(theirs.json()["error"], nothing.json()["error"]);
    assert_eq!(
        mei.api
            .call(Method::DELETE, &path, json!(null))
            .await?
            .status,
        404
    );
    assert_eq!(
        ids(&lin.api.get("/v1/files").await?.done()?),
        std::slice::from_ref(&of_lin)
    );
    assert_eq!(ids(&mei.api.get("/v1/files").await?.done()?), [of_mei]);
    // Referring to it is reading it.
    let question = json!({
        "model": "qwen-long",
        "messages": [
            { "role": "system", "content": format!("fileid://{of_lin}") },
            { "role": "user", "content": "What does it say?" },
        ],
    });
    assert_eq!(mei.ask(&question).await?.status, 404);
    assert_eq!(lin.ask(&question).await?.status, 200);
    // So it is in the words of other protocols.
    let part = json!({ "type": "file", "file": { "file_id": of_lin } });
    let question = json!({
        "model": "qwen-plus",
        "messages": [{ "role": "user", "content": [part] }],
    });
    assert_eq!(mei.ask(&question).await?.status, 404);
    let source = json!({ "type": "file", "file_id": of_lin });
    let question = json!({
        "model": "qwen-plus",
        "max_tokens": 9,
        "messages": [{ "role": "user", "content": [{ "type": "document", "source": source }] }],
    });
    assert_eq!(mei.api.post("/v1/messages", question).await?.status, 404);
    Ok(())
}

/// Bailian's own form takes several files at once.
#[tokio::test]
async fn every_file_of_an_upload_is_there_for_whoever_uploaded_it() -> TestResult {
    let app = TestApp::start().await?;
    let (lin, mei) = (app.program("lin").await?, app.program("mei").await?);
    let part =
        |name: &str| reqwest::multipart::Part::bytes(b"{}".to_vec()).file_name(name.to_owned());
    let form = reqwest::multipart::Form::new()
        .part("files", part("one.jsonl"))
        .part("files", part("two.jsonl"));
    let request = lin.api.request(Method::POST, "/api/v1/files");
    let made = answered(request.multipart(form)).await?.done()?;
    let made = made["data"]["uploaded_files"].as_array().cloned();
    let made = made.unwrap_or_default();
    assert_eq!(made.len(), 2);
    for file in &made {
        let path = format!("/api/v1/files/{}", file["file_id"].as_str().unwrap_or("-"));
        lin.api.get(&path).await?.done()?;
        assert_eq!(mei.api.get(&path).await?.status, 404);
    }
    for (person, all) in [(&lin, 2), (&mei, 0)] {
        let listed = person.api.get("/api/v1/files").await?.done()?;
        let files = listed["data"]["files"].as_array().map(Vec::len);
        assert_eq!(files, Some(all), "{listed}");
    }
    Ok(())
}

/// One key's files are everybody's, newest first: a page of others' ends no list.
#[tokio::test]
async fn a_list_goes_on_behind_pages_of_others() -> TestResult {
    let simulator = Simulator::start(Options::immediate()).await?;
    let app = TestApp::start_at(&simulator, |_| {}).await?;
    let lin = app.program("lin").await?;
    let (one, two) = (upload(&lin).await?, upload(&lin).await?);
    let client = Client::new(ClientOptions::new(simulator.base_url(), "sk-first"))?;
    for number in 0..100 {
        let name = format!("{number}.txt");
        let text = b"A loom weaves.".to_vec();
        client.upload_file(Purpose::FileExtract, name, text).await?;
    }
    let first = lin.api.get("/v1/files?limit=1").await?.done()?;
    assert_eq!(
        (ids(&first), &first["has_more"]),
        (vec![two.clone()], &json!(true))
    );
    let rest = format!("/v1/files?limit=1&after={two}");
    let rest = lin.api.get(&rest).await?.done()?;
    assert_eq!(
        (ids(&rest), &rest["has_more"]),
        (vec![one.clone()], &json!(false))
    );
    assert_eq!(
        ids(&lin.api.get("/v1/files").await?.done()?),
        [two, one.clone()]
    );
    // Whoever has none is told of none, and nothing of others'.
    let mei = app.program("mei").await?;
    let none = mei.api.get("/v1/files?limit=1").await?.done()?;
    assert_eq!((ids(&none).len(), &none["has_more"]), (0, &json!(false)));
    // Nor is told of one of others' whether it is there.
    for behind in [one, "file-fe-none".to_owned()] {
        let refused = mei.api.get(&format!("/v1/files?after={behind}")).await?;
        assert_eq!(refused.status, 404, "{behind}");
    }
    Ok(())
}

/// A task is paid for when it ends, by whoever began it, once.
#[tokio::test]
async fn a_task_is_booked_when_it_ends() -> TestResult {
    let app = TestApp::start().await?;
    let (lin, mei) = (app.program("lin").await?, app.program("mei").await?);
    app.simulator.hold_tasks();
    let wish = json!({ "model": "wan2.2-t2i-flash", "input": { "prompt": "A loom" }, "parameters": { "n": 2, "size": "1024*1024" } });
    let path = "/api/v1/services/aigc/text2image/image-synthesis";
    let request = lin
        .api
        .request(Method::POST, path)
        .header("x-dashscope-async", "enable")
        .json(&wish);
    let begun = answered(request).await?.done()?;
    let task = begun["output"]["task_id"]
        .as_str()
        .unwrap_or_default()
        .to_owned();
    assert_eq!(
        app.number("SELECT COUNT(*) FROM call_holds WHERE task_id <> '' AND amount > 0")
            .await?,
        1
    );
    let path = format!("/api/v1/tasks/{task}");
    // Bailian says so of a task that there is not.
    let theirs = mei.api.get(&path).await?.done()?;
    assert_eq!(
        theirs["output"],
        json!({ "task_id": task, "task_status": "UNKNOWN" })
    );
    assert_eq!(
        mei.api
            .post(&format!("{path}/cancel"), json!(null))
            .await?
            .status,
        404
    );
    app.simulator.finish_tasks();
    for _ in 0..3 {
        let state = lin.api.get(&path).await?.done()?;
        assert_eq!(state["output"]["task_status"], "SUCCEEDED", "{state}");
    }
    let booked = "SELECT COUNT(*) FROM calls WHERE operation = 'image' AND images = 2 AND cost > 0 AND outcome = 'succeeded'";
    assert_eq!(app.number(booked).await?, 1);
    assert_eq!(
        app.number("SELECT COUNT(*) FROM call_holds WHERE task_id <> ''")
            .await?,
        0
    );
    Ok(())
}

/// What a task cost is booked, and what was reserved for it is free again, also when its caller never comes back.
#[tokio::test]
async fn a_task_that_nobody_asks_for_is_booked() -> TestResult {
    let app = TestApp::start().await?;
    let lin = app.program("lin").await?;
    app.simulator.hold_tasks();
    let wish = json!({ "model": "wan2.2-t2i-flash", "input": { "prompt": "A loom" }, "parameters": { "n": 1, "size": "1024*1024" } });
    let path = "/api/v1/services/aigc/text2image/image-synthesis";
    let request = lin.api.request(Method::POST, path);
    let request = request.header("x-dashscope-async", "enable").json(&wish);
    answered(request).await?.done()?;
    let waiting = "SELECT COUNT(*) FROM call_holds WHERE task_id <> ''";
    // It is its caller's to ask for yet.
    assert_eq!(app.gateway.settle_unheard().await?, 0);
    app.database
        .execute("UPDATE call_holds SET opened_at = opened_at - 300000")
        .await?;
    assert_eq!(app.gateway.settle_unheard().await?, 0);
    assert_eq!(app.number(waiting).await?, 1);
    app.simulator.finish_tasks();
    assert_eq!(app.gateway.settle_unheard().await?, 1);
    let booked = "SELECT COUNT(*) FROM calls WHERE operation = 'image' AND images = 1 AND cost > 0 AND outcome = 'succeeded'";
    assert_eq!(
        (app.number(booked).await?, app.number(waiting).await?),
        (1, 0)
    );
    assert_eq!(app.gateway.settle_unheard().await?, 0);
    Ok(())
}

/// A task that Bailian takes while its caller leaves goes on, and is paid for.
#[tokio::test]
async fn a_task_whose_caller_left_is_booked() -> TestResult {
    let app = TestApp::start().await?;
    let lin = app.program("lin").await?;
    app.simulator.hold_tasks();
    let late = Fault::SlowStart(Duration::from_millis(300));
    app.simulator.order_faults(FaultOrder::once(Strike {
        fault: late,
        after: 0,
    }));
    let wish = json!({ "model": "wan2.2-t2i-flash", "input": { "prompt": "A loom" }, "parameters": { "n": 1, "size": "1024*1024" } });
    let path = "/api/v1/services/aigc/text2image/image-synthesis";
    let request = lin.api.request(Method::POST, path);
    let request = request.header("x-dashscope-async", "enable").json(&wish);
    let asked = tokio::spawn(answered(request));
    eventually("the wish", async || {
        Ok((!app.simulator.received().is_empty()).then_some(()))
    })
    .await?;
    asked.abort();
    let waiting = "SELECT COUNT(*) FROM call_holds WHERE task_id <> ''";
    eventually("the task", async || {
        Ok((app.number(waiting).await? == 1).then_some(()))
    })
    .await?;
    app.simulator.finish_tasks();
    app.database
        .execute("UPDATE call_holds SET opened_at = opened_at - 300000")
        .await?;
    assert_eq!(app.gateway.settle_unheard().await?, 1);
    let booked =
        "SELECT COUNT(*) FROM calls WHERE images = 1 AND cost > 0 AND outcome = 'succeeded'";
    assert_eq!(app.number(booked).await?, 1);
    Ok(())
}

/// One who leaves while a picture is painted for them has it cancelled, if it has not begun.
#[tokio::test]
async fn a_translated_wish_is_cancelled_with_its_caller() -> TestResult {
    let app = TestApp::start().await?;
    let lin = app.program("lin").await?;
    app.simulator.hold_tasks();
    let wish = json!({ "model": "wan2.2-t2i-flash", "prompt": "A loom", "size": "512x512" });
    let api = lin.api.clone();
    let asked = tokio::spawn(async move { api.post("/v1/images/generations", wish).await });
    let waiting = "SELECT COUNT(*) FROM call_holds WHERE task_id <> ''";
    eventually("the task has begun", async || {
        Ok((app.number(waiting).await? == 1).then_some(()))
    })
    .await?;
    asked.abort();
    eventually("its cancelling", async || {
        let received = app.simulator.received();
        let mut paths = received.iter().map(|request| &request.path);
        Ok(paths.any(|path| path.ends_with("/cancel")).then_some(()))
    })
    .await?;
    Ok(())
}

/// So it is with one who leaves while Bailian is only taking the task: it is heard of without them, and booked by what becomes of
/// it.
#[tokio::test]
async fn a_translated_wish_that_is_taken_meanwhile_is_not_forgotten() -> TestResult {
    let app = TestApp::start().await?;
    let lin = app.program("lin").await?;
    app.simulator.hold_tasks();
    let late = Fault::SlowStart(Duration::from_millis(300));
    app.simulator.order_faults(FaultOrder::once(Strike {
        fault: late,
        after: 0,
    }));
    let wish = json!({ "model": "wan2.2-t2i-flash", "prompt": "A loom", "size": "512x512" });
    let api = lin.api.clone();
    let asked = tokio::spawn(async move { api.post("/v1/images/generations", wish).await });
    eventually("the wish", async || {
        Ok((!app.simulator.received().is_empty()).then_some(()))
    })
    .await?;
    asked.abort();
    eventually("its cancelling", async || {
        let received = app.simulator.received();
        let mut paths = received.iter().map(|request| &request.path);
        Ok(paths.any(|path| path.ends_with("/cancel")).then_some(()))
    })
    .await?;
    // Until its end is known, the money stays reserved and nothing is booked.
    let waiting = "SELECT COUNT(*) FROM call_holds WHERE task_id <> ''";
    let booked = "SELECT COUNT(*) FROM calls";
    assert_eq!(
        (app.number(waiting).await?, app.number(booked).await?),
        (1, 0)
    );
    app.database
        .execute("UPDATE call_holds SET opened_at = opened_at - 300000")
        .await?;
    eventually("the booking", async || {
        app.gateway.settle_unheard().await?;
        Ok((app.number(waiting).await? == 0).then_some(()))
    })
    .await?;
    let booked = "SELECT COUNT(*) FROM calls WHERE outcome = 'cancelled' AND cost = 0";
    assert_eq!(app.number(booked).await?, 1);
    Ok(())
}

/// A key whose answers are finished has its pictures painted though nobody waits for them, and pays for them.
#[tokio::test]
async fn a_translated_wish_may_be_finished_without_its_caller() -> TestResult {
    let app = TestApp::start().await?;
    let draft = json!({ "finishes": true });
    let lin = app
        .program_with("lin", model::BuiltIn::Member, draft)
        .await?;
    app.simulator.hold_tasks();
    let wish = json!({ "model": "wan2.2-t2i-flash", "prompt": "A loom", "size": "512x512" });
    let api = lin.api.clone();
    let asked = tokio::spawn(async move { api.post("/v1/images/generations", wish).await });
    let waiting = "SELECT COUNT(*) FROM call_holds WHERE task_id <> ''";
    eventually("the task has begun", async || {
        Ok((app.number(waiting).await? == 1).then_some(()))
    })
    .await?;
    asked.abort();
    app.simulator.finish_tasks();
    let booked =
        "SELECT COUNT(*) FROM calls WHERE outcome = 'succeeded' AND images = 1 AND cost > 0";
    eventually("the booking", async || {
        Ok((app.number(booked).await? == 1).then_some(()))
    })
    .await?;
    let received = app.simulator.received();
    let mut paths = received.iter().map(|request| &request.path);
    assert!(!paths.any(|path| path.ends_with("/cancel")));
    Ok(())
}
