//! Whose address a request has, seen by who is slowed down.

use std::net::{IpAddr, Ipv4Addr};

use http::StatusCode;

use crate::support::{TestApp, TestResult};

/// More guesses than one address has.
const GUESSES: usize = 35;

/// How many of the guesses at the setup link were taken, each with another address in `X-Forwarded-For`.
async fn taken(app: &TestApp) -> anyhow::Result<usize> {
    let browser = app.anonymous()?;
    let mut taken = 0;
    for guess in 0..GUESSES {
        let request = browser.post("/fn/identity.set_up");
        let request = request
            .header("accept", "application/json")
            .header("x-forwarded-for", format!("198.51.100.{guess}"))
            .form(&[
                ("token", "guess"),
                ("name", "Eve"),
                ("email", "eve@example.com"),
                ("password", "eleven grey herons"),
            ]);
        if request.send().await?.status() != StatusCode::TOO_MANY_REQUESTS {
            taken += 1;
        }
    }
    Ok(taken)
}

#[tokio::test]
async fn nobody_gets_more_guesses_by_making_up_addresses() -> TestResult {
    let app = TestApp::start().await?;
    assert!(taken(&app).await? < GUESSES);
    Ok(())
}

#[tokio::test]
async fn a_listed_proxy_speaks_for_each_of_its_clients() -> TestResult {
    let here = IpAddr::from(Ipv4Addr::LOCALHOST);
    let app = TestApp::start_with(|config| {
        config.server.trusted_proxies = vec![here.into()];
    })
    .await?;
    assert_eq!(taken(&app).await?, GUESSES);
    Ok(())
}
