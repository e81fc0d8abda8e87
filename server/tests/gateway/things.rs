//! What callers make at the upstream is there for them alone.

use http::Method;
use serde_json::{Value, json};

use crate::support::{Program, TestApp, TestResult, answered};

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
