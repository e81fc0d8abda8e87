//! Everybody's keys without scripts: the page, and revoking one by a plain form.

use http::{StatusCode, header};
use model::{ApiKeySecret, BuiltIn};

use crate::support::{Browser, Reply, TestApp, TestResult};

async fn page(browser: &Browser, path: &str) -> anyhow::Result<String> {
    let reply = Reply::to(browser.get(path).header(header::ACCEPT_LANGUAGE, "en")).await?;
    anyhow::ensure!(reply.status == StatusCode::OK, "{path}: {}", reply.status);
    Ok(reply.text())
}

/// A key of theirs by that name.
async fn key(browser: &Browser, name: &str) -> anyhow::Result<ApiKeySecret> {
    let fields = [("key[name]", name), ("key[scopes][]", "chat.use")];
    browser.call("keys.create", &fields).await?.json()
}

/// IO-05, SE-07.
#[tokio::test]
async fn a_key_is_found_from_its_owners_page_and_revoked_by_a_form() -> TestResult {
    let app = TestApp::start().await?;
    let olga = app.person("olga", BuiltIn::Owner).await?;
    assert!(
        page(&olga, "/admin/keys")
            .await?
            .contains("Nobody has an API key.")
    );
    let lin = app.user("lin").await?;
    let made = key(&lin, "<img src=x onerror=alert(1)>").await?;
    let own = key(&olga, "Mine").await?;
    let session = lin.session().await?;
    let id = session.account.map(|account| account.id.to_string());
    let id = id.unwrap_or_default();

    let theirs = format!("/admin/keys?person={id}");
    assert!(
        page(&olga, &format!("/admin/users/{id}"))
            .await?
            .contains(&theirs)
    );
    let shown = page(&olga, &theirs).await?;
    assert!(shown.contains(&made.key.hint) && !shown.contains(&own.key.hint));
    assert!(!shown.contains(&made.secret), "the key itself");
    assert!(!shown.contains("<img src=x"), "a name is text");
    assert!(shown.contains(&format!("/admin/usage?key={}", made.key.id)));
    // Who pastes a whole key to learn whose it is sees it nowhere again.
    let pasted = page(&olga, &format!("/admin/keys?search={}", made.secret)).await?;
    assert!(pasted.contains("lin@example.com"));
    let form = pasted
        .split("action=\"/admin/keys\"")
        .nth(1)
        .unwrap_or_default();
    let form = form.split("</form>").next().unwrap_or_default();
    assert!(!form.contains(&made.secret), "{form}");
    // Nor does the browser put one into an address, where no script cuts it.
    assert!(form.contains("pattern=\"(?!\\s*lt-\\S{5}).*\""), "{form}");
    assert!(form.contains("title=\"A key is found by how it begins"));

    let all = page(&olga, "/admin/keys").await?;
    assert!(all.contains(&own.key.hint));
    let revokes = |id: String| all.contains(&format!("value=\"{id}\""));
    assert!(revokes(made.key.id.to_string()));
    assert!(!revokes(own.key.id.to_string()), "one's own is deleted");

    let request = olga
        .post("/fn/site_keys.revoke")
        .header(header::ACCEPT, "text/html,application/xhtml+xml")
        .header(header::REFERER, format!("{}{theirs}", olga.origin));
    let fields = [("id", made.key.id.to_string())];
    let reply = Reply::to(request.form(&fields)).await?;
    assert_eq!(
        reply.header("location"),
        Some(format!("{theirs}&done=1").as_str())
    );
    assert!(!page(&olga, &theirs).await?.contains(&made.key.hint));
    assert!(
        page(&olga, "/admin/audit?action=api_key.revoke")
            .await?
            .contains(&made.key.id.to_string())
    );
    let refused = Reply::to(lin.get("/admin/keys")).await?;
    assert_eq!(refused.status, StatusCode::NOT_FOUND);
    Ok(())
}
