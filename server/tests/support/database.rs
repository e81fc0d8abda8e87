//! A database for each test: a SQLite file, or a schema in the Postgres that `LIANTAI_TEST_POSTGRES_URL` names.

use std::sync::atomic::{AtomicU32, Ordering};

use anyhow::Context;
use sqlx::{Connection, PgConnection, SqliteConnection};
use tempfile::TempDir;

/// An empty database, gone with this value when it is a file.
pub(crate) struct Database {
    pub(crate) url: String,
    pub(crate) folder: TempDir,
}

impl Database {
    pub(crate) fn sqlite() -> anyhow::Result<Self> {
        let folder = tempfile::tempdir().context("making a temporary folder")?;
        let url = format!("sqlite://{}", folder.path().join("liantai.db").display());
        Ok(Self { url, folder })
    }

    async fn postgres(server: &str) -> anyhow::Result<Self> {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let schema = format!(
            "server_{}_{}",
            std::process::id(),
            COUNT.fetch_add(1, Ordering::Relaxed)
        );
        let mut connection = PgConnection::connect(server)
            .await
            .context("connecting to Postgres")?;
        sqlx::query(&format!("CREATE SCHEMA {schema}"))
            .execute(&mut connection)
            .await?;
        connection.close().await?;
        let join = if server.contains('?') { '&' } else { '?' };
        Ok(Self {
            url: format!("{server}{join}options=-c%20search_path%3D{schema}"),
            folder: tempfile::tempdir()?,
        })
    }

    /// Runs a statement behind the server's back.
    pub(crate) async fn execute(&self, sql: &str) -> anyhow::Result<()> {
        if self.url.starts_with("postgres") {
            let mut connection = PgConnection::connect(&self.url).await?;
            sqlx::raw_sql(sql).execute(&mut connection).await?;
            return Ok(connection.close().await?);
        }
        let mut connection = SqliteConnection::connect(&self.url).await?;
        sqlx::raw_sql(sql).execute(&mut connection).await?;
        Ok(connection.close().await?)
    }
}

/// A fresh database of each kind that this machine has.
pub(crate) async fn databases() -> anyhow::Result<Vec<Database>> {
    let mut databases = vec![Database::sqlite()?];
    #[expect(
        clippy::disallowed_methods,
        reason = "tests are told where Postgres is"
    )]
    let server = std::env::var("LIANTAI_TEST_POSTGRES_URL");
    if let Ok(server) = server {
        databases.push(Database::postgres(&server).await?);
    }
    Ok(databases)
}
