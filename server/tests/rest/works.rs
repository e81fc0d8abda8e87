//! Works, as programs find them.

use anyhow::Context;
use model::RelatedState;

use crate::support::{Api, PASSWORD, TestApp, TestResult, eventually};

const PATH: &str = "/rest/v1/works/related?words=ships%20sailing%20to%20Hangzhou";

/// The interface with Lin's token.
async fn of_lin(app: &TestApp) -> anyhow::Result<Api> {
    let api = Api::of(app)?;
    let tokens = api.log_in("lin", PASSWORD).await?.done()?;
    let token = tokens["access_token"].as_str().context("no token")?;
    Ok(api.bearing(token))
}

#[tokio::test]
async fn what_was_made_is_found_by_its_meaning_a_moment_later() -> TestResult {
    let app = TestApp::start().await?;
    let browser = app.user("lin").await?;
    let work = browser.image("The ship sails to Hangzhou").await?;
    browser.image("A recipe for pancakes with butter").await?;
    let lin = of_lin(&app).await?;
    let found = eventually("all of it read", async || {
        let found = lin.get(PATH).await?.done()?;
        Ok((found["unread"] == 0).then_some(found))
    })
    .await?;
    assert_eq!(found["state"], RelatedState::Ready.as_str());
    assert_eq!(found["items"].as_array().map(Vec::len), Some(1), "{found}");
    assert_eq!(found["items"][0]["id"], work);
    Ok(())
}

#[tokio::test]
async fn where_it_is_switched_off_words_are_all_there_is() -> TestResult {
    let app = TestApp::start_with(|config| config.works.embedding_model.clear()).await?;
    let browser = app.user("lin").await?;
    browser.image("The ship sails to Hangzhou").await?;
    let lin = of_lin(&app).await?;
    let found = lin.get(PATH).await?.done()?;
    assert_eq!(found["state"], RelatedState::Off.as_str());
    let by_words = lin.get("/rest/v1/works?words=sails").await?.done()?;
    assert_eq!(by_words["items"].as_array().map(Vec::len), Some(1));
    let page = browser
        .get("/library?words=sails")
        .header("accept", "text/html");
    let page = crate::support::Reply::to(page).await?;
    assert!(page.text().contains("The ship sails to Hangzhou"));
    assert!(!page.text().contains("related-heading"));
    Ok(())
}

/// All that one keeps in one list, and what is used elsewhere stays.
#[tokio::test]
async fn the_library_lists_what_is_kept_and_lets_go_of_what_nothing_uses() -> TestResult {
    let app = TestApp::start().await?;
    let browser = app.user("lin").await?;
    let work = browser.image("A heron").await?;
    let free = browser
        .keep("free.png", crate::support::PIXEL.to_vec())
        .await?;
    let hostile = "<img src=x onerror=alert(1)>.png";
    let named = browser
        .keep(hostile, crate::support::PIXEL.to_vec())
        .await?;
    let page = browser.get("/library").header("accept", "text/html");
    let page = crate::support::Reply::to(page).await?;
    assert!(page.text().contains("&lt;img src=x"), "{}", page.text());
    assert!(!page.text().contains("<img src=x"));
    let lin = of_lin(&app).await?;
    let discarded = format!("/rest/v1/files/{}", named.id);
    lin.call(http::Method::DELETE, &discarded, serde_json::Value::Null)
        .await?;
    let listed = lin.get("/rest/v1/library").await?.done()?;
    let types: Vec<&str> = listed["items"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|item| item["type"].as_str())
        .collect();
    assert_eq!(types, ["file", "work"], "{listed}");
    let files = lin
        .get("/rest/v1/library?kind=upload&words=FREE")
        .await?
        .done()?;
    assert_eq!(files["items"][0]["file"]["id"], free.id.to_string());
    let odd = lin.get("/rest/v1/library?kind=odd").await?;
    assert_eq!(odd.status, http::StatusCode::BAD_REQUEST);
    let ids = serde_json::json!({ "ids": [format!("work:{work}"), format!("file:{}", free.id)] });
    let done = lin.post("/rest/v1/library/delete", ids).await?.done()?;
    assert_eq!(done["deleted"], 2, "{done}");
    assert_eq!(done["kept"], serde_json::json!([]));
    // It is nowhere, counts as long as it can come back, and comes back for its owner.
    let listed = lin.get("/rest/v1/library").await?.done()?;
    assert_eq!(listed["items"], serde_json::json!([]));
    let content = lin
        .get(&format!("/rest/v1/files/{}/content", free.id))
        .await?;
    assert_eq!(content.status, http::StatusCode::NOT_FOUND);
    let used = lin.get("/rest/v1/files/used").await?.done()?;
    assert_eq!(used["files"], 2, "{used}");
    assert_eq!(used["bytes_deleted"], used["bytes"]);
    let deleted = lin.get("/rest/v1/library/deleted").await?.done()?;
    assert_eq!(
        deleted["items"].as_array().map(Vec::len),
        Some(2),
        "{deleted}"
    );
    let one = serde_json::json!({ "ids": [format!("work:{work}")] });
    let eve = app.device("eve", model::BuiltIn::Member).await?;
    let eve = Api::of(&app)?.bearing(&eve.access);
    for path in ["/rest/v1/library/restore", "/rest/v1/library/erase"] {
        let stolen = eve.post(path, one.clone()).await?.done()?;
        assert_eq!(stolen["count"], 0, "{path}");
    }
    let back = lin.post("/rest/v1/library/restore", one.clone()).await?;
    assert_eq!(back.done()?["count"], 1);
    let works = lin.get("/rest/v1/works").await?.done()?;
    assert_eq!(works["items"][0]["id"], work);
    lin.call(
        http::Method::DELETE,
        "/rest/v1/works",
        serde_json::json!({ "ids": [work] }),
    )
    .await?;
    let both = serde_json::json!({ "ids": [format!("work:{work}"), format!("file:{}", free.id)] });
    let erased = lin.post("/rest/v1/library/erase", both).await?.done()?;
    assert_eq!(erased["count"], 2);
    let used = lin.get("/rest/v1/files/used").await?.done()?;
    assert_eq!(used["files"], 0, "{used}");
    assert!(used["days_kept"].is_null());
    Ok(())
}

/// AP-24: what is tried again on the page is tried again by programs, under the same rules.
#[tokio::test]
async fn what_came_to_nothing_is_tried_again_by_its_owner_alone() -> TestResult {
    let app = TestApp::start_with(|config| config.works.jobs_at_once = 0).await?;
    app.user("lin").await?;
    let lin = of_lin(&app).await?;
    let wish = serde_json::json!({ "kind": "image", "model": "wan2.2-t2i-flash", "prompt": "fog", "count": 1 });
    let draft = serde_json::json!({ "wish": wish });
    let id = lin.post("/rest/v1/makings", draft).await?.text("id");
    let path = format!("/rest/v1/makings/{id}/again");
    let once = serde_json::json!({ "submission_id": "01990000-0000-7000-8000-000000000077" });
    let early = lin.post(&path, once.clone()).await?;
    assert_eq!(early.status, http::StatusCode::NOT_FOUND);
    let cancel = format!("/rest/v1/makings/{id}/cancel");
    lin.post(&cancel, serde_json::Value::Null).await?;
    let eve = app.device("eve", model::BuiltIn::Member).await?;
    let eve = Api::of(&app)?.bearing(&eve.access);
    let stolen = eve.post(&path, once.clone()).await?;
    assert_eq!(stolen.status, http::StatusCode::NOT_FOUND);
    let made = lin.post(&path, once.clone()).await?;
    assert_eq!(made.status, http::StatusCode::ACCEPTED);
    let made = made.done()?;
    assert_ne!(made["id"], id, "{made}");
    assert_eq!(made["state"], "queued");
    assert_eq!(made["wish"]["prompt"], "fog");
    let same = lin.post(&path, once).await?.done()?;
    assert_eq!(same["id"], made["id"]);
    let odd = lin.post(&path, serde_json::json!({ "wish": 1 })).await?;
    assert_eq!(odd.status, http::StatusCode::UNPROCESSABLE_ENTITY);
    Ok(())
}

/// A request that comes late neither finds nothing, nor pays once more for what was deleted meanwhile.
#[tokio::test]
async fn a_request_for_what_was_deleted_since_says_so() -> TestResult {
    let app = TestApp::start_with(|config| config.works.jobs_at_once = 0).await?;
    let browser = app.user("lin").await?;
    let lin = of_lin(&app).await?;
    let wish = serde_json::json!({ "kind": "image", "model": "wan2.2-t2i-flash", "prompt": "fog", "count": 1 });
    let draft = |submission: &str| serde_json::json!({ "submission_id": submission, "wish": wish });
    let (first, second) = (
        "01990000-0000-7000-8000-000000000078",
        "01990000-0000-7000-8000-000000000079",
    );
    let made = lin.post("/rest/v1/makings", draft(first)).await?;
    let path = format!("/rest/v1/makings/{}", made.text("id"));
    lin.post(&format!("{path}/cancel"), serde_json::Value::Null)
        .await?;
    let forgotten = lin
        .call(http::Method::DELETE, &path, serde_json::Value::Null)
        .await?;
    assert_eq!(forgotten.status, http::StatusCode::NO_CONTENT);
    let late = lin.post("/rest/v1/makings", draft(first)).await?;
    assert_eq!(late.status, http::StatusCode::CONFLICT);
    assert_eq!(late.code(), "deleted_since");
    let anew = lin.post("/rest/v1/makings", draft(second)).await?;
    assert_eq!(anew.status, http::StatusCode::ACCEPTED);

    // Without scripts: the form of a page that was gone back to leads to one that says why and can be sent.
    let form = browser
        .post("/fn/works.make")
        .header("accept", "text/html")
        .header("origin", &browser.origin)
        .header("referer", format!("{}/images", browser.origin))
        .form(&[
            ("wish[kind]", "image"),
            ("wish[model]", "wan2.2-t2i-flash"),
            ("wish[prompt]", "fog"),
            ("submission", first),
        ]);
    let reply = crate::support::Reply::to(form).await?;
    let back = "/images?problem=deleted_since";
    assert_eq!(reply.header("location"), Some(back));
    let page = browser.get(back).header("accept", "text/html");
    let page = crate::support::Reply::to(page).await?.text();
    assert!(page.contains("has been deleted since"), "{page}");
    assert!(page.contains("name=\"submission\"") && !page.contains(first));
    Ok(())
}
