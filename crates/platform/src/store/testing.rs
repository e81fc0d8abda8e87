//! Databases for tests: a fresh SQLite file, and a fresh Postgres schema where `LIANTAI_TEST_POSTGRES_URL`
//! names a server.

use std::{
    future::Future,
    sync::atomic::{AtomicU32, Ordering},
};

use sqlx::{Connection, PgConnection};

use super::{Db, DbOptions, on_pool};

/// Runs the test on a fresh database of each kind.
pub(crate) async fn on_both<F, R>(test: F)
where
    F: Fn(Db) -> R,
    R: Future<Output = ()>,
{
    let folder = tempfile::tempdir().expect("a temporary folder");
    let url = format!("sqlite://{}", folder.path().join("test.db").display());
    run(&url, &test).await;
    #[expect(
        clippy::disallowed_methods,
        reason = "tests are told where Postgres is"
    )]
    let server = std::env::var("LIANTAI_TEST_POSTGRES_URL");
    if let Ok(server) = server {
        run(&fresh_schema(&server).await, &test).await;
    }
}

/// Changes rows behind the services' backs.
pub(crate) async fn execute(db: &Db, sql: &str) {
    on_pool!(db.writer(), |pool| sqlx::query(sql)
        .execute(pool)
        .await
        .expect("a statement")
        .rows_affected());
}

/// The one number that the query gives.
pub(crate) async fn count(db: &Db, sql: &str) -> i64 {
    on_pool!(db.reader(), |pool| sqlx::query_scalar(sql)
        .fetch_one(pool)
        .await
        .expect("a number"))
}

async fn run<F, R>(url: &str, test: &F)
where
    F: Fn(Db) -> R,
    R: Future<Output = ()>,
{
    let db = Db::open(&DbOptions {
        url: url.to_owned(),
        connections: 4,
    })
    .await
    .expect("opening");
    db.migrate().await.expect("migrating");
    test(db.clone()).await;
    db.close().await;
}

async fn fresh_schema(server: &str) -> String {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let schema = format!(
        "test_{}_{}",
        std::process::id(),
        COUNT.fetch_add(1, Ordering::Relaxed)
    );
    let mut connection = PgConnection::connect(server)
        .await
        .expect("connecting to Postgres");
    sqlx::query(&format!("CREATE SCHEMA {schema}"))
        .execute(&mut connection)
        .await
        .expect("a schema");
    connection.close().await.expect("closing");
    let join = if server.contains('?') { '&' } else { '?' };
    format!("{server}{join}options=-c%20search_path%3D{schema}")
}
