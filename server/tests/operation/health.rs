//! What a machine asks.

use http::StatusCode;

use crate::support::{Reply, TestApp, TestResult, databases};

#[tokio::test]
async fn a_server_that_listens_is_alive_and_ready() -> TestResult {
    for database in databases().await? {
        let app = TestApp::start_on(database).await?;
        let probe = app.anonymous()?;
        for path in ["/healthz", "/readyz"] {
            let reply = Reply::to(probe.get(path)).await?;
            assert_eq!(reply.status, StatusCode::OK, "{path}");
        }
    }
    Ok(())
}
