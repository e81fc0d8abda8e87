//! Transcripts, as programs and pages have them made and taken along.

use anyhow::Context;
use http::{Method, StatusCode};
use model::{BuiltIn, transcript::TranscriptState};
use serde_json::{Value, json};

use crate::support::{Api, PASSWORD, Reply, TestApp, TestResult, answered, eventually, recording};

#[tokio::test]
#[expect(clippy::too_many_lines, reason = "one recording's whole life")]
async fn a_recording_is_written_down_put_right_and_taken_along() -> TestResult {
    let app = TestApp::start().await?;
    let browser = app.user("lin").await?;
    let file = browser.keep("weekly.wav", recording(9)).await?;
    let signed = app.device("other", BuiltIn::Member).await?;
    let other = Api::of(&app)?.bearing(&signed.access);
    let tokens = Api::of(&app)?.log_in("lin", PASSWORD).await?.done()?;
    let token = tokens["access_token"].as_str().context("no token")?;
    let lin = Api::of(&app)?.bearing(token);

    let wish = json!({ "wish": { "file": file.id, "speakers": { "count": 2 } } });
    let stolen = other.post("/rest/v1/transcripts", wish.clone()).await?;
    assert_eq!(stolen.status, StatusCode::NOT_FOUND);
    let begun = lin.post("/rest/v1/transcripts", wish).await?;
    assert_eq!(begun.status, StatusCode::ACCEPTED);
    let id = begun.text("id");
    let path = format!("/rest/v1/transcripts/{id}");
    let made = eventually("the whole transcript", async || {
        let view = lin.get(&path).await?.done()?;
        let line = &view["line"];
        let whole = line["state"] == TranscriptState::Ready.as_str() && line["job"].is_null();
        Ok(whole.then_some(view))
    })
    .await?;
    assert_eq!(made["line"]["title"], "weekly");
    assert!(
        made["notes"]["chapters"]
            .as_array()
            .is_some_and(|all| !all.is_empty()),
        "{}",
        made["notes"]
    );

    // Another title, a name, and two voices that are one: each says which version it saw.
    let voices: Vec<u64> = made["speakers"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|voice| voice["id"].as_u64())
        .collect();
    let title = json!({ "title": "Weekly 周会", "version": 0 });
    let named = lin.call(Method::PATCH, &path, title.clone()).await?;
    assert_eq!(named.status, StatusCode::NO_CONTENT);
    let outdated = lin.call(Method::PATCH, &path, title.clone()).await?;
    assert_eq!(
        (outdated.status, outdated.code()),
        (StatusCode::CONFLICT, "outdated".to_owned())
    );
    let theirs = other.call(Method::PATCH, &path, title).await?;
    assert_eq!(theirs.status, StatusCode::NOT_FOUND);
    let empty = json!({ "title": " ", "version": 1 });
    let empty = lin.call(Method::PATCH, &path, empty).await?;
    assert_eq!(empty.code(), "invalid_title");
    let name = json!({ "name": "林", "version": 1 });
    let speaker = format!("{path}/speakers/{}", voices[0]);
    lin.call(Method::PUT, &speaker, name).await?;
    let mut seen = 2;
    if let [one, other] = voices[..] {
        let merge = |version: u32| json!({ "from": other, "into": one, "version": version });
        let merged = format!("{path}/merge-speakers");
        let outdated = lin.post(&merged, merge(1)).await?;
        assert_eq!(outdated.status, StatusCode::CONFLICT);
        let done = lin.post(&merged, merge(seen)).await?;
        assert_eq!(done.status, StatusCode::NO_CONTENT);
        seen += 1;
        let now = lin.get(&path).await?.done()?;
        assert_eq!(now["speakers"].as_array().map(Vec::len), Some(1));
    }
    let now = lin.get(&path).await?.done()?;
    assert_eq!(now["version"], seen);
    assert_eq!(now["line"]["title"], "Weekly 周会");
    assert_eq!(now["speakers"][0]["name"], "林");
    let back = json!({ "title": "weekly", "version": seen });
    let back = lin.call(Method::PATCH, &path, back).await?;
    assert_eq!(back.status, StatusCode::NO_CONTENT);

    let edit = json!({ "text": "Put right.", "version": 0 });
    let sentence = format!("{path}/sentences/0");
    lin.call(Method::PUT, &sentence, edit.clone())
        .await?
        .done()?;
    let again = lin.call(Method::PUT, &sentence, edit).await?;
    assert_eq!(
        (again.status, again.code()),
        (StatusCode::CONFLICT, "outdated".to_owned())
    );
    let listed = lin
        .get("/rest/v1/transcripts?words=put%20right")
        .await?
        .done()?;
    assert_eq!(listed["items"][0]["hit"]["text"], "Put right.");

    for (format, kind, begin) in [
        ("txt", "text/plain; charset=utf-8", &b"weekly"[..]),
        ("srt", "application/x-subrip; charset=utf-8", b"1\n00:00:0"),
        ("vtt", "text/vtt; charset=utf-8", b"WEBVTT\n\n"),
        ("md", "text/markdown; charset=utf-8", b"# weekly\n"),
        ("json", "application/json", b"{"),
        (
            "docx",
            "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
            b"PK",
        ),
    ] {
        let exported = lin.get(&format!("{path}/export?format={format}")).await?;
        assert_eq!(exported.header("content-type"), kind);
        assert!(exported.bytes.starts_with(begin), "{format}");
        let page =
            Reply::to(browser.get(&format!("/transcripts/{id}/export?format={format}"))).await?;
        assert_eq!(page.body.as_ref(), exported.bytes.as_ref(), "{format}");
    }
    for path in [path.clone(), format!("{path}/export?format=txt")] {
        let hidden = answered(other.request(Method::GET, &path)).await?;
        assert_eq!(hidden.status, StatusCode::NOT_FOUND, "{path}");
    }

    let asked = lin
        .post(&format!("{path}/ask"), json!({ "question": "Who spoke?" }))
        .await?;
    assert_eq!(asked.status, StatusCode::ACCEPTED);
    assert!(!asked.text("conversation").is_empty());
    let deleted = lin
        .call(
            Method::DELETE,
            &format!("{path}?recording=true"),
            Value::Null,
        )
        .await?;
    assert_eq!(deleted.status, StatusCode::NO_CONTENT);
    assert_eq!(
        browser.content(file.id).await?.status,
        StatusCode::NOT_FOUND
    );
    Ok(())
}

/// What is done for a transcript is asked for and stopped with that: a making of that id is none, and nobody's log is filled by asking.
#[tokio::test]
async fn a_transcripts_job_is_found_nowhere_among_makings() -> TestResult {
    let app = TestApp::start_with(|config| config.works.jobs_at_once = 0).await?;
    let browser = app.user("lin").await?;
    let file = browser.keep("weekly.wav", recording(9)).await?;
    let tokens = Api::of(&app)?.log_in("lin", PASSWORD).await?.done()?;
    let token = tokens["access_token"].as_str().context("no token")?;
    let lin = Api::of(&app)?.bearing(token);
    let wish = json!({ "wish": { "file": file.id, "speakers": { "count": 2 } } });
    let id = lin.post("/rest/v1/transcripts", wish).await?.text("id");
    let path = format!("/rest/v1/transcripts/{id}");
    let view = lin.get(&path).await?.done()?;
    let job = view["line"]["job"].as_str().context("no job")?;

    let making = format!("/rest/v1/makings/{job}");
    assert_eq!(lin.get(&making).await?.status, StatusCode::NOT_FOUND);
    for act in ["cancel", "again"] {
        let act = lin.post(&format!("{making}/{act}"), json!({})).await?;
        assert_eq!(act.status, StatusCode::NOT_FOUND);
    }
    let forgotten = lin.call(Method::DELETE, &making, Value::Null).await?;
    assert_eq!(forgotten.status, StatusCode::NOT_FOUND);
    let listed = lin.get("/rest/v1/makings?kind=transcript").await?.done()?;
    assert_eq!(listed["items"], json!([]));
    let after = lin.get(&path).await?.done()?;
    assert_eq!(after["line"]["job"], view["line"]["job"]);
    Ok(())
}
