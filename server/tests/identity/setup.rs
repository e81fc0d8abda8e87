//! The link that the server prints as long as nobody owns it.

use anyhow::Context;
use model::{BuiltIn, FailureCode};

use crate::support::{Database, PASSWORD, Process, TestResult, eventually, upstream};

/// The link's secret, once it is printed.
async fn printed_token(process: &Process) -> anyhow::Result<String> {
    eventually("the setup link", async || {
        let log = process.log();
        let (_, rest) = log.split_once("/setup?token=").unzip();
        let token = rest.and_then(|rest| rest.split(['"', ' ', '\n']).next());
        Ok(token.map(ToOwned::to_owned))
    })
    .await
}

#[tokio::test]
async fn the_printed_link_makes_one_owner_and_is_printed_no_more() -> TestResult {
    let (database, upstream) = (Database::sqlite()?, upstream().await?);
    let process = Process::start(&database, &upstream).await?;
    let token = printed_token(&process).await?;
    let owner = process.anonymous()?;
    let page = owner.get("/setup").query(&[("token", &token)]);
    assert!(page.send().await?.status().is_success());
    let check = [("token", token.as_str())];
    assert!(
        owner
            .call("identity.check_setup_link", &check)
            .await?
            .json::<bool>()?
    );

    let who = |email| {
        [
            ("token", token.as_str()),
            ("name", "Lin"),
            ("email", email),
            ("password", PASSWORD),
        ]
    };
    owner
        .call("identity.set_up", &who("lin@example.com"))
        .await?
        .done()?;
    let session = owner.session().await?;
    session.account.context("not signed in")?;
    assert_eq!(session.permissions, BuiltIn::Owner.permissions());

    let late = process.anonymous()?;
    let refused = late
        .call("identity.set_up", &who("eve@example.com"))
        .await?;
    assert_eq!(refused.failure()?, FailureCode::SetupLinkInvalid);
    assert!(
        !late
            .call("identity.check_setup_link", &check)
            .await?
            .json::<bool>()?
    );

    process.terminate().await?;
    process.ended().await?;
    let again = Process::start(&database, &upstream).await?;
    assert!(again.anonymous()?.session().await?.account.is_none());
    again.terminate().await?;
    let ended = again.ended().await?;
    assert!(!ended.log.contains("/setup?token="), "{}", ended.log);
    Ok(())
}
