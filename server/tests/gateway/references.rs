//! What a request names beside what it is about: in one account, and no deeper than anybody looks.

use http::{Method, StatusCode};
use serde_json::{Value, json};

use super::{
    accounts::{keys_at, two},
    batches::{line, of, upload},
};
use crate::support::{ApiResponse, Line, Program, TestApp, TestResult, answered};

const IMAGES: &str = "/api/v1/services/aigc/text2image/image-synthesis";

/// As if the person had put or made that at this upstream.
async fn has(app: &TestApp, name: &str, thing: [&str; 3]) -> TestResult {
    let [kind, id, upstream] = thing;
    let sql = format!(
        "INSERT INTO upstream_objects (kind, id, owner_id, key_id, upstream, created_at) \
         SELECT '{kind}', '{id}', id, '', '{upstream}', 0 FROM users WHERE email_key = '{name}@example.com'"
    );
    app.database.execute(&sql).await
}

/// Begins a task that looks at such uploads.
async fn painted(program: &Program, uploads: [&str; 2]) -> anyhow::Result<ApiResponse> {
    let [first, second] = uploads.map(|path| format!("oss://{path}"));
    let wish = json!({
        "model": "wan2.2-t2i-flash",
        "input": { "prompt": "A loom", "one": first, "two": second },
        "parameters": { "n": 1, "size": "1024*1024" },
    });
    let request = program.api.request(Method::POST, IMAGES);
    let request = request.header("x-dashscope-async", "enable");
    answered(
        request
            .header("x-dashscope-ossresourceresolve", "enable")
            .json(&wish),
    )
    .await
}

/// Nobody could see both, and nothing is begun or reserved to find that out.
#[tokio::test]
async fn a_task_or_a_batch_of_things_in_two_accounts_is_refused() -> TestResult {
    let (_simulator, app) = two().await?;
    let lin = app.program("lin").await?;
    has(&app, "lin", ["upload", "loom/one", "bailian"]).await?;
    has(&app, "lin", ["upload", "loom/two", "second"]).await?;
    let refused = painted(&lin, ["loom/one/a.png", "loom/two/b.png"]).await?;
    assert_eq!(refused.status, StatusCode::BAD_REQUEST);
    let code = "InvalidParameter.DifferentAccounts";
    assert_eq!(refused.json()["code"], code, "{}", refused.json());
    assert!(keys_at(&app, IMAGES).is_empty());
    // One that names things of one account goes there, as does the one after it.
    for _ in 0..2 {
        painted(&lin, ["loom/two/a.png", "loom/two/b.png"])
            .await?
            .done()?;
    }
    let keys: Vec<String> = keys_at(&app, IMAGES).into_iter().collect();
    assert_eq!(keys, ["sk-sec…"]);

    let file = upload(&lin, "batch", line(1, "qwen-plus")).await?;
    let is_second =
        "SELECT COUNT(*) FROM upstream_objects WHERE kind = 'file' AND upstream = 'second'";
    let other = if app.number(is_second).await? == 1 {
        "bailian"
    } else {
        "second"
    };
    has(&app, "lin", ["file", "file-fe-other", other]).await?;
    let batch = |name: &str| -> Value {
        let mut wish = of(&file);
        wish["metadata"] = json!({ "ds_name": name });
        wish
    };
    let there = batch("fileid://file-fe-other");
    let refused = lin.api.post("/v1/batches", there).await?;
    assert_eq!(refused.status, StatusCode::BAD_REQUEST);
    assert_eq!(refused.json()["error"]["code"], "different_accounts");
    assert!(keys_at(&app, "/batches").is_empty());
    let held = "SELECT COUNT(*) FROM call_holds WHERE operation = 'batch'";
    assert_eq!(app.number(held).await?, 0);
    let made = lin.api.post("/v1/batches", batch("nightly")).await?;
    made.done()?;
    Ok(())
}

/// What an application remembers or was given for a session is told to whoever it belongs to, and looks like none to all others: also
/// what nobody has made here.
#[tokio::test]
async fn an_application_is_told_nothing_of_somebody_elses() -> TestResult {
    let (_simulator, app) = two().await?;
    let (lin, mei) = (app.program("lin").await?, app.program("mei").await?);
    has(&app, "mei", ["memory", "memory-mei", "bailian"]).await?;
    has(&app, "mei", ["file", "file_session_mei", "bailian"]).await?;
    let path = "/api/v1/apps/0123456789abcdef0123456789abcdef/completion";
    let remembering = |id: &str| json!({ "input": { "prompt": "Hello", "memory_id": id } });
    let reading = |ids: Value| {
        json!({
            "input": { "prompt": "Hello" },
            "parameters": { "rag_options": { "session_file_ids": ids } },
        })
    };
    for wish in [
        remembering("memory-mei"),
        remembering("memory-of-nobody"),
        reading(json!(["file_session_mei"])),
        reading(json!(["file_session_of_nobody"])),
        reading(json!("file_session_mei")),
    ] {
        let refused = lin.api.post(path, wish.clone()).await?;
        assert_eq!(refused.status, StatusCode::NOT_FOUND, "{wish}");
        assert_eq!(refused.json()["code"], "NotFound", "{wish}");
    }
    assert!(keys_at(&app, path).is_empty());
    for wish in [
        remembering("memory-mei"),
        reading(json!(["file_session_mei"])),
    ] {
        mei.api.post(path, wish).await?;
    }
    // Whatever the application then says, they were asked for where they are.
    assert_eq!(keys_at(&app, path).len(), 1);
    Ok(())
}

/// Whose it is is asked of each folder that it lies in: of 32, and not of as many as a body has room for.
#[tokio::test]
async fn what_lies_in_too_many_folders_is_nobodys() -> TestResult {
    let (_simulator, app) = two().await?;
    let lin = app.program("lin").await?;
    has(&app, "lin", ["upload", "loom/two", "second"]).await?;
    let below = |folders: usize| format!("loom/two/{}a.png", "a/".repeat(folders - 2));
    for (folders, status) in [(2, 200_u16), (32, 200), (33, 404), (2_000, 404)] {
        let path = below(folders);
        let answer = painted(&lin, [&path, "loom/two/b.png"]).await?;
        assert_eq!(answer.status, status, "{folders}: {}", answer.json());
    }
    // Those that were found went where they lie.
    let keys: Vec<String> = keys_at(&app, IMAGES).into_iter().collect();
    assert_eq!(keys, ["sk-sec…"]);
    Ok(())
}

/// LM-13: an address that whoever hands it on would read as another one leads to nothing of anybody's.
#[tokio::test]
async fn no_way_upwards_leads_past_whose_something_is() -> TestResult {
    let app = TestApp::start().await?;
    let (lin, mei) = (app.program("lin").await?, app.program("mei").await?);
    app.simulator.hold_tasks();
    let wish = json!({
        "model": "wan2.2-t2i-flash",
        "input": { "prompt": "A loom" },
        "parameters": { "n": 1, "size": "1024*1024" },
    });
    let begun = lin.api.request(Method::POST, IMAGES);
    let begun = begun.header("x-dashscope-async", "enable").json(&wish);
    let begun = answered(begun).await?.done()?;
    let task = begun["output"]["task_id"].as_str().unwrap_or_default();
    has(&app, "lin", ["conversation", "conv-lin", "bailian"]).await?;
    has(&app, "mei", ["conversation", "conv-mei", "bailian"]).await?;
    let before = app.simulator.received().len();
    // Clients of HTTP resolve such paths themselves, so that these are written by hand.
    for request in [
        format!("POST /api/v1/services/../tasks/{task}/cancel"),
        format!("POST /api/v1/services/%2e%2e/tasks/{task}/cancel"),
        format!(r"POST /api/v1/services/..\tasks\{task}\cancel"),
        r"GET /v1/conversations/conv-mei/items/..\..\conv-lin\items".to_owned(),
        r"DELETE /v1/conversations/conv-mei/items/..\..\conv-lin".to_owned(),
        "GET /v1/conversations/conv-mei/items/..%2f..%2fconv-lin".to_owned(),
    ] {
        let mut line = Line::to(app.addr).await?;
        let body = r#"{"model":"qwen-plus"}"#;
        line.send(&format!(
            "{request} HTTP/1.1\r\nhost: test\r\nauthorization: Bearer {}\r\nconnection: close\r\n\
             content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
            mei.key,
            body.len()
        ))
        .await?;
        let said = line.closed().await?;
        assert!(said.starts_with("HTTP/1.1 404 "), "{request}: {said}");
    }
    assert_eq!(app.simulator.received().len(), before);
    Ok(())
}
