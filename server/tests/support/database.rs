//! A database for each test: a SQLite file by itself, or a schema in the Postgres that `LIANTAI_TEST_POSTGRES_URL` names
//! with sessions in the Redis of `LIANTAI_TEST_REDIS_URL`. With `LIANTAI_TEST_ON=shared`, all tests that don't need a file
//! of their own run on the second.

use anyhow::Context;
use sqlx::{Connection, PgConnection, SqliteConnection};
use tempfile::TempDir;

/// An empty database, gone with this value when it is a file.
pub(crate) struct Database {
    pub(crate) url: String,
    pub(crate) folder: TempDir,
    /// Where sessions are kept, and what their keys begin with.
    pub(crate) redis: Option<(String, String)>,
}

impl Database {
    pub(crate) fn sqlite() -> anyhow::Result<Self> {
        let folder = tempfile::tempdir().context("making a temporary folder")?;
        let url = format!("sqlite://{}", folder.path().join("liantai.db").display());
        Ok(Self {
            url,
            folder,
            redis: None,
        })
    }

    /// Whatever this run of the tests is on.
    pub(crate) async fn fresh() -> anyhow::Result<Self> {
        if variable("LIANTAI_TEST_ON").as_deref() == Some("shared") {
            let server = variable("LIANTAI_TEST_POSTGRES_URL");
            let server = server.context("LIANTAI_TEST_POSTGRES_URL is not set")?;
            return Self::postgres(&server).await;
        }
        Self::sqlite()
    }

    async fn postgres(server: &str) -> anyhow::Result<Self> {
        // Not after the process: its number comes back, and the schema is still there.
        let schema = format!("server_{}", uuid::Uuid::new_v4().simple());
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
            redis: variable("LIANTAI_TEST_REDIS_URL").map(|url| (url, format!("{schema}:"))),
        })
    }

    pub(crate) fn is_postgres(&self) -> bool {
        self.url.starts_with("postgres")
    }

    /// Bytes, from their digits, as a statement writes them.
    pub(crate) fn bytes(&self, hex: &str) -> String {
        if self.is_postgres() {
            format!("'\\x{hex}'::BYTEA")
        } else {
            format!("x'{hex}'")
        }
    }

    /// The same database, for another process.
    pub(crate) fn again(&self) -> anyhow::Result<Self> {
        Ok(Self {
            url: self.url.clone(),
            folder: tempfile::tempdir()?,
            redis: self.redis.clone(),
        })
    }

    /// The one that several processes may share, where this machine has it.
    pub(crate) async fn shared() -> anyhow::Result<Option<Self>> {
        match variable("LIANTAI_TEST_POSTGRES_URL") {
            Some(server) => Ok(Some(Self::postgres(&server).await?)),
            None => Ok(None),
        }
    }

    /// Runs a statement behind the server's back.
    pub(crate) async fn execute(&self, sql: &str) -> anyhow::Result<()> {
        if self.is_postgres() {
            let mut connection = PgConnection::connect(&self.url).await?;
            sqlx::raw_sql(sql).execute(&mut connection).await?;
            return Ok(connection.close().await?);
        }
        let mut connection = SqliteConnection::connect(&self.url).await?;
        sqlx::raw_sql(sql).execute(&mut connection).await?;
        Ok(connection.close().await?)
    }

    /// The one number that the query gives.
    pub(crate) async fn number(&self, sql: &str) -> anyhow::Result<i64> {
        if self.is_postgres() {
            let mut connection = PgConnection::connect(&self.url).await?;
            let number = sqlx::query_scalar(sql).fetch_one(&mut connection).await?;
            connection.close().await?;
            return Ok(number);
        }
        let mut connection = SqliteConnection::connect(&self.url).await?;
        let number = sqlx::query_scalar(sql).fetch_one(&mut connection).await?;
        connection.close().await?;
        Ok(number)
    }
}

/// A fresh database of each kind that this machine has.
pub(crate) async fn databases() -> anyhow::Result<Vec<Database>> {
    let mut databases = vec![Database::sqlite()?];
    if let Some(server) = variable("LIANTAI_TEST_POSTGRES_URL") {
        databases.push(Database::postgres(&server).await?);
    }
    Ok(databases)
}

#[expect(
    clippy::disallowed_methods,
    reason = "tests are told where the services are"
)]
fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok()
}
