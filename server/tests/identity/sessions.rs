//! Sessions over HTTP: where they are kept, and what ends with them.

use std::time::{Duration, Instant};

use http::StatusCode;
use model::MessageStatus;
use server::config::SessionsIn;
use simulator::Answer as Script;

use crate::support::{
    BUDGET, Browser, Database, Reply, Tab, TestApp, TestResult, config, databases, serve_in_vain,
    write_config,
};

/// A server that keeps sessions in Redis, where there is one.
async fn on_redis() -> anyhow::Result<Option<TestApp>> {
    #[expect(clippy::disallowed_methods, reason = "tests are told where Redis is")]
    let Ok(url) = std::env::var("LIANTAI_TEST_REDIS_URL") else {
        return Ok(None);
    };
    let app = TestApp::start_with(|config| {
        config.identity.sessions = SessionsIn::Redis;
        config.redis.url = Some(url.into());
        // The folder is this test's own.
        config.redis.prefix = format!("test:{}:", config.security.master_key_file.display());
    })
    .await?;
    Ok(Some(app))
}

async fn signed_in(browser: &Browser) -> anyhow::Result<bool> {
    Ok(browser.session().await?.account.is_some())
}

/// How long it takes until the tab's stream has ended.
async fn ends(tab: &mut Tab) -> Duration {
    let began = Instant::now();
    let watching = tab.until("the stream's end", |_| false);
    let ended = tokio::time::timeout(BUDGET, watching).await;
    let why = ended.map(|ended| ended.err().map(|why| format!("{why:#}")));
    assert!(
        matches!(&why, Ok(Some(why)) if why.contains("the stream has ended")),
        "{why:?}"
    );
    began.elapsed()
}

/// SE-04.
#[tokio::test]
async fn in_redis_a_session_lasts_until_it_is_ended_and_not_longer() -> TestResult {
    let Some(app) = on_redis().await? else {
        return Ok(());
    };
    let lin = app.user("lin").await?;
    let cookie = lin.cookies()?;
    assert!(signed_in(&lin).await?);
    assert_eq!(Reply::to(lin.get("/readyz")).await?.status, StatusCode::OK);
    lin.sign_out().await?;
    let thief = app.anonymous()?;
    thief.keep_cookie(&cookie)?;
    assert!(!signed_in(&thief).await?);
    Ok(())
}

/// CF-09.
#[tokio::test]
async fn a_redis_that_is_not_there_stops_the_start_and_is_not_told_with_its_password() -> TestResult
{
    let database = Database::sqlite()?;
    let mut config = config(&database);
    config.identity.sessions = SessionsIn::Redis;
    let file = write_config(&database, &config)?;
    let ended = serve_in_vain(&file, &[]).await?;
    assert_eq!(ended.code, Some(1));
    assert!(ended.log.contains("redis.url must be set"), "{}", ended.log);
    let url = "redis://liantai:hunter2@127.0.0.1:1";
    let ended = serve_in_vain(&file, &[("LIANTAI__REDIS__URL", url)]).await?;
    assert_eq!(ended.code, Some(1));
    assert!(ended.log.contains("redis.url"), "{}", ended.log);
    assert!(!ended.log.contains("hunter2"), "{}", ended.log);
    Ok(())
}

/// SE-14.
#[tokio::test]
async fn the_cookie_is_small_whatever_is_known_of_its_person() -> TestResult {
    let app = TestApp::start().await?;
    let lin = app.user("lin").await?;
    let long = "字".repeat(20_000);
    let draft = [("conversation", ""), ("text", long.as_str())];
    lin.call("conversations.save_draft", &draft).await?;
    for _ in 0..3 {
        lin.sign_in("lin", crate::support::PASSWORD).await?.done()?;
    }
    assert!(lin.cookies()?.len() < 100, "{}", lin.cookies()?);
    Ok(())
}

/// SE-07, AC-06.
#[tokio::test]
async fn an_open_stream_ends_within_a_second_when_its_person_signs_out() -> TestResult {
    for database in databases().await? {
        let app = TestApp::start_on(database).await?;
        let lin = app.user("lin").await?;
        app.simulator
            .next_answer(Script::words(["春", "眠", "不觉晓"]).held_after(1));
        let asked = lin.ask("背一首诗").await?;
        let mut tab = lin.watch(&asked).await?;
        tab.until("the first word", |tab| tab.shown.text().contains('春'))
            .await?;
        lin.sign_out().await?;
        assert!(ends(&mut tab).await < Duration::from_secs(1));
        let refused = tab.reconnect().await;
        assert!(refused.is_err());
        app.release().await?;
    }
    Ok(())
}

/// SE-07, R-79: done behind the server's back, as by another process.
#[tokio::test]
async fn streams_and_answers_end_within_five_seconds_of_an_account_that_is_disabled() -> TestResult
{
    for database in databases().await? {
        let app = TestApp::start_on(database).await?;
        let lin = app.user("lin").await?;
        app.simulator
            .next_answer(Script::words(["春", "眠", "不觉晓"]).held_after(1));
        let asked = lin.ask("背一首诗").await?;
        let mut tab = lin.watch(&asked).await?;
        tab.until("the first word", |tab| tab.shown.text().contains('春'))
            .await?;
        let disable = "UPDATE users SET disabled = TRUE WHERE email_key = 'lin@example.com'";
        app.database.execute(disable).await?;
        assert!(ends(&mut tab).await < Duration::from_secs(5));
        app.upstream("the call to be dropped", |account| {
            account.open_streams() == 0
        })
        .await?;
        let enable = "UPDATE users SET disabled = FALSE WHERE email_key = 'lin@example.com'";
        app.database.execute(enable).await?;
        let answer = lin.ended_answer(asked.conversation).await?;
        assert_eq!(answer.status, MessageStatus::Stopped);
    }
    Ok(())
}

/// nothing of it comes back, and nobody else's answer waits for it.
#[tokio::test]
async fn an_account_that_is_deleted_while_an_answer_runs_takes_it_along() -> TestResult {
    for database in databases().await? {
        let app = TestApp::start_on(database).await?;
        let (lin, tao) = (app.user("lin").await?, app.user("tao").await?);
        app.simulator
            .next_answer(Script::words(["春", "眠", "不觉晓"]).held_after(1));
        let asked = lin.ask("背一首诗").await?;
        let mut tab = lin.watch(&asked).await?;
        tab.until("the first word", |tab| tab.shown.text().contains('春'))
            .await?;
        let delete = "DELETE FROM users WHERE email_key = 'lin@example.com'";
        app.database.execute(delete).await?;
        assert!(ends(&mut tab).await < Duration::from_secs(5));
        app.upstream("the call to be dropped", |account| {
            account.open_streams() == 0
        })
        .await?;
        let other = tao.ask("你好").await?;
        let answer = tao.ended_answer(other.conversation).await?;
        assert_eq!(answer.status, MessageStatus::Complete);
        assert!(!signed_in(&lin).await?);
    }
    Ok(())
}

/// AC-08, DP-02, DP-04.
#[tokio::test]
async fn a_picture_is_its_owners_and_the_browser_asks_for_it_each_time() -> TestResult {
    let app = TestApp::start().await?;
    let (lin, tao) = (app.user("lin").await?, app.user("tao").await?);
    let account = lin.session().await?.account;
    let path = format!("/pictures/{}", account.expect("signed in").id);
    assert_eq!(
        Reply::to(lin.get(&path)).await?.status,
        StatusCode::NOT_FOUND
    );
    let image = app.database.bytes("89504E470D0A1A0A");
    let keep = format!(
        "INSERT INTO user_pictures (user_id, image, updated_at) \
         SELECT id, {image}, 5 FROM users WHERE email_key = 'lin@example.com'"
    );
    app.database.execute(&keep).await?;

    let reply = Reply::to(lin.get(&path)).await?;
    assert_eq!(reply.status, StatusCode::OK);
    assert_eq!(reply.header("content-type"), Some("image/png"));
    assert_eq!(reply.header("cache-control"), Some("private, no-cache"));
    assert_eq!(reply.header("x-content-type-options"), Some("nosniff"));
    let tag = reply.header("etag").expect("a tag").to_owned();
    let again = Reply::to(lin.get(&path).header("if-none-match", &tag)).await?;
    assert_eq!(again.status, StatusCode::NOT_MODIFIED);

    for (who, status) in [
        (&tao, StatusCode::NOT_FOUND),
        (&app.anonymous()?, StatusCode::UNAUTHORIZED),
    ] {
        let refused = Reply::to(who.get(&path).header("if-none-match", &tag)).await?;
        assert_eq!(refused.status, status);
        assert_eq!(refused.header("cache-control"), Some("no-store"));
    }
    let nonsense = Reply::to(lin.get("/pictures/..%2Fetc")).await?;
    assert_eq!(nonsense.status, StatusCode::NOT_FOUND);
    Ok(())
}
