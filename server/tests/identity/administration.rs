//! Administration without scripts: pages, plain forms, and the audit log as a file.

use anyhow::Context;
use http::{StatusCode, header};
use model::{BuiltIn, DayGroup, UserId};

use crate::support::{Browser, Reply, TestApp, TestResult};

const HTML: &str = "text/html,application/xhtml+xml";

async fn posted(
    browser: &Browser,
    path: &str,
    from: &str,
    fields: &[(&str, &str)],
) -> anyhow::Result<Reply> {
    let request = browser
        .post(path)
        .header(header::ACCEPT, HTML)
        .header(header::REFERER, format!("{}{from}", browser.origin));
    Reply::to(request.form(fields)).await
}

async fn page(browser: &Browser, path: &str) -> anyhow::Result<String> {
    let reply = Reply::to(browser.get(path).header(header::ACCEPT_LANGUAGE, "en")).await?;
    anyhow::ensure!(reply.status == StatusCode::OK, "{path}: {}", reply.status);
    Ok(reply.text())
}

async fn id_of(browser: &Browser) -> anyhow::Result<UserId> {
    let session = browser.session().await?;
    Ok(session.account.context("nobody is signed in")?.id)
}

/// SE-07, SE-10.
#[tokio::test]
async fn who_is_disabled_on_their_page_is_signed_out() -> TestResult {
    let app = TestApp::start().await?;
    let olga = app.person("olga", BuiltIn::Owner).await?;
    let lin = app.user("lin").await?;
    let id = id_of(&lin).await?.to_string();
    let at = format!("/admin/users/{id}");
    assert!(page(&olga, "/admin/users?search=lin").await?.contains(&at));
    // What they used leads on from there, for who may read it.
    let used = format!("/admin/usage?person={id}");
    assert!(page(&olga, &at).await?.contains(&used));
    page(&olga, &format!("{used}&by=key")).await?;

    let fields = [("id", id.as_str()), ("act", "disable")];
    let reply = posted(&olga, "/fn/people.act_on", &at, &fields).await?;
    assert_eq!(
        reply.header("location"),
        Some(format!("{at}?done=1").as_str())
    );
    assert!(lin.session().await?.account.is_none());
    assert!(
        page(&olga, "/admin/audit?action=user.disable")
            .await?
            .contains(&id)
    );
    Ok(())
}

#[tokio::test]
async fn each_of_many_is_judged_and_told_by_themselves() -> TestResult {
    let app = TestApp::start().await?;
    let olga = app.person("olga", BuiltIn::Owner).await?;
    let lin = app.user("lin").await?;
    let (own, other) = (
        id_of(&olga).await?.to_string(),
        id_of(&lin).await?.to_string(),
    );
    let fields = [
        ("act", "disable"),
        ("people[]", other.as_str()),
        ("people[]", own.as_str()),
    ];
    let reply = posted(
        &olga,
        "/fn/people.act",
        "/admin/users?state=active",
        &fields,
    )
    .await?;
    let back = reply.header("location").context("no way back")?.to_owned();
    let expected = format!("/admin/users?state=active&outcome=1&refused={own}.rank_too_high");
    assert_eq!(back, expected);
    let told = page(&olga, &back).await?;
    assert!(told.contains("Done for 1."), "{told}");
    assert!(told.contains("is not below yours"), "{told}");
    Ok(())
}

/// AC-23.
#[tokio::test]
async fn a_number_does_not_stand_for_the_address_of_who_is_deleted() -> TestResult {
    let app = TestApp::start().await?;
    let olga = app.person("olga", BuiltIn::Owner).await?;
    let lin = app.user("lin").await?;
    let id = id_of(&lin).await?.to_string();
    let at = format!("/admin/users/{id}");
    let delete = async |typed: &str| {
        let fields = [
            ("id", id.as_str()),
            ("act", "delete"),
            ("typed_email", typed),
        ];
        let reply = posted(&olga, "/fn/people.act_on", &at, &fields).await?;
        let back = reply.header("location").context("no way back")?.to_owned();
        anyhow::Ok(back)
    };
    for wrong in ["1", "", "eve@example.com"] {
        assert_eq!(
            delete(wrong).await?,
            format!("{at}?problem=not_confirmed"),
            "{wrong}"
        );
    }
    assert_eq!(delete("lin@example.com").await?, "/admin/users?done=1");
    Ok(())
}

#[tokio::test]
async fn the_link_of_an_invitation_is_shown_once() -> TestResult {
    let app = TestApp::start().await?;
    let olga = app.person("olga", BuiltIn::Owner).await?;
    let at = "/admin/invitations";
    let fields = [("invitation[email]", "")];
    let reply = posted(&olga, "/fn/invitations.create", at, &fields).await?;
    assert_eq!(reply.header("location"), Some(at));
    let is_shown = |page: &str| page.contains("secret__text");
    assert!(is_shown(&page(&olga, at).await?));
    assert!(!is_shown(&page(&olga, at).await?));
    Ok(())
}

/// LO-05.
#[tokio::test]
async fn the_log_is_a_file_for_those_who_may_read_it() -> TestResult {
    let app = TestApp::start().await?;
    let olga = app.person("olga", BuiltIn::Owner).await?;
    let lin = app.user("lin").await?;
    let fields = [("action", "session.begin")];
    let (path, at) = ("/admin/audit/export", "/admin/audit");

    let file = posted(&olga, path, at, &fields).await?;
    assert_eq!(file.status, StatusCode::OK);
    assert_eq!(file.header("content-type"), Some("text/csv; charset=utf-8"));
    let text = file.text();
    assert!(text.starts_with("\"seq\",\"at\""), "{text}");
    assert!(
        text.lines()
            .skip(1)
            .all(|line| line.contains("\"session.begin\"")),
        "{text}"
    );
    assert!(
        page(&olga, "/admin/audit?action=audit.export")
            .await?
            .contains("audit.export")
    );

    let refused = posted(&lin, path, at, &fields).await?;
    assert_eq!(
        refused.header("location"),
        Some("/admin/audit?problem=forbidden")
    );
    let stranger = posted(&app.anonymous()?, path, at, &fields).await?;
    assert!(
        stranger
            .header("location")
            .is_some_and(|to| to.starts_with("/login"))
    );
    Ok(())
}

#[tokio::test]
async fn days_are_those_of_the_clock_that_the_profile_chose() -> TestResult {
    let app = TestApp::start().await?;
    let olga = app.person("olga", BuiltIn::Owner).await?;
    let asked = olga.ask("背一首诗").await?;
    olga.ended_answer(asked.conversation).await?;
    // At each time of the day, one of them is at another date than UTC, which a browser without scripts is reckoned by.
    for (zone, minutes) in [("Pacific/Kiritimati", 840), ("Pacific/Pago_Pago", -660)] {
        let profile = [
            ("name", "Olga"),
            ("language", ""),
            ("theme", ""),
            ("time_zone", zone),
        ];
        posted(&olga, "/fn/account.update_profile", "/settings", &profile).await?;
        assert_eq!(olga.session().await?.utc_offset_minutes, minutes);
        let here = jiff::Timestamp::now().in_tz(zone)?;
        let today = here.date().to_string();

        let asked = [("query[from]", &*today), ("query[until]", &*today)];
        let lines = olga.call("audit.list", &asked).await?.text();
        assert!(lines.contains("profile."), "{zone} {today}: {lines}");
        let asked = [("from", &*today), ("until", &*today)];
        let file = posted(&olga, "/admin/audit/export", "/admin/audit", &asked).await?;
        let csv = file.text();
        assert!(csv.contains("\"profile."), "{zone} {today}: {csv}");

        // Conversations stand under the days of the same clock, to the minute.
        let midnight = here.start_of_day()?.timestamp().as_millisecond();
        for (at, day) in [
            (midnight, DayGroup::Today),
            (midnight - 60_000, DayGroup::Yesterday),
        ] {
            let aged = format!("UPDATE conversations SET updated_at = {at}");
            app.database.execute(&aged).await?;
            let listed = olga.list().await?;
            let days: Vec<DayGroup> = listed.into_iter().map(|it| it.day).collect();
            assert_eq!(days, [day], "{zone}");
        }

        // The last day of a key is written by the clock by which it is shown.
        let key = [
            ("key[name]", zone),
            ("key[scopes][]", "chat.use"),
            ("key[expires]", "2031-02-28"),
        ];
        let made = olga.call("keys.create", &key).await?;
        let made: model::ApiKeySecret = made.json()?;
        let ends = jiff::civil::date(2031, 3, 1).at(0, 0, 0, 0);
        let ends = ends.in_tz(zone)?.timestamp();
        let expires = made.key.expires_at.map(model::Millis::get);
        assert_eq!(expires, Some(ends.as_millisecond() - 1), "{zone}");
    }
    Ok(())
}
