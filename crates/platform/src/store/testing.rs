//! Databases for tests: a fresh SQLite file, and a fresh Postgres schema where `LIANTAI_TEST_POSTGRES_URL`
//! names a server.

use model::UserId;
use sqlx::{Connection, PgConnection};
use uuid::Uuid;

use super::{Db, DbOptions, on_pool};

/// Runs the test on a fresh database of each kind.
pub(crate) async fn on_both(test: impl AsyncFn(Db)) {
    on_both_empty(async |url| {
        let options = DbOptions {
            url,
            connections: 4,
        };
        let db = Db::open(&options).await.expect("opening");
        db.migrate().await.expect("migrating");
        test(db.clone()).await;
        db.close().await;
    })
    .await;
}

/// Runs the test with the address of a database of each kind that has no tables yet.
pub(crate) async fn on_both_empty(test: impl AsyncFn(String)) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    test(format!(
        "sqlite://{}",
        folder.path().join("test.db").display()
    ))
    .await;
    #[expect(
        clippy::disallowed_methods,
        reason = "tests are told where Postgres is"
    )]
    let server = std::env::var("LIANTAI_TEST_POSTGRES_URL");
    if let Ok(server) = server {
        test(fresh_schema(&server).await).await;
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

/// Tries to change rows behind the services' backs.
pub(crate) async fn try_execute(db: &Db, sql: &str) -> sqlx::Result<u64> {
    on_pool!(db.writer(), |pool| Ok(sqlx::query(sql)
        .execute(pool)
        .await?
        .rows_affected()))
}

/// The one number that the query gives.
pub(crate) async fn count(db: &Db, sql: &str) -> i64 {
    try_count(db, sql).await.expect("a number")
}

/// The texts that the query gives.
pub(crate) async fn rows(db: &Db, sql: &str) -> Vec<String> {
    on_pool!(db.reader(), |pool| sqlx::query_scalar(sql)
        .fetch_all(pool)
        .await
        .expect("texts"))
}

/// The one number that the query gives, if the tables that it needs are there.
pub(crate) async fn try_count(db: &Db, sql: &str) -> sqlx::Result<i64> {
    on_pool!(db.reader(), |pool| sqlx::query_scalar(sql)
        .fetch_one(pool)
        .await)
}

async fn fresh_schema(server: &str) -> String {
    // Not after the process: its number comes back, and the schema is still there.
    let schema = format!("test_{:016x}", rand::random::<u64>());
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

/// A person who owns things.
pub(crate) async fn person(db: &Db, user: UserId) {
    let sql = format!(
        "INSERT INTO users (id, email, email_key, name, password_hash, created_at, updated_at)
         VALUES ('{user}', '{user}@example.com', '{user}@example.com', 'Lin', '-', 0, 0)"
    );
    execute(db, &sql).await;
}

/// The id in that row of [`many_conversations`] or [`long_branch`], counted from 1.
pub(crate) fn nth(row: u32) -> Uuid {
    format!(
        "01990000-0000-7000-8000-{}",
        100_000_000_000 + u64::from(row)
    )
    .parse()
    .expect("an id")
}

/// So many conversations, three of each moment.
pub(crate) async fn many_conversations(db: &Db, owner: UserId, count: u32) {
    let sql = format!(
        "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {count})
         INSERT INTO conversations (id, owner_id, title, title_source, model, created_at, updated_at)
         SELECT '01990000-0000-7000-8000-' || CAST(100000000000 + i AS TEXT), '{owner}', 'A title', 'question',
                'qwen-plus', 0, i / 3 FROM n"
    );
    execute(db, &sql).await;
}

/// As many messages in each of [`many_conversations`].
pub(crate) async fn many_texts(db: &Db, owner: UserId, conversations: u32, each: u32) {
    many_conversations(db, owner, conversations).await;
    let count = conversations * each;
    let id = "'01990000-0000-7000-8000-' || CAST(100000000000 +";
    let sql = format!(
        "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {count})
         INSERT INTO messages (id, conversation_id, role, status, parts, created_at, updated_at)
         SELECT {id} i AS TEXT), {id} 1 + (i - 1) / {each} AS TEXT), 'user', 'complete',
                '[{{\"type\":\"text\",\"text\":\"words\"}}]', i, i FROM n"
    );
    execute(db, &sql).await;
}

/// Questions and answers one below the other, in a conversation whose id is that of the first message.
pub(crate) async fn long_branch(db: &Db, owner: UserId, messages: u32) {
    let (first, last) = (nth(1), nth(messages));
    let conversation = format!(
        "INSERT INTO conversations (id, owner_id, title, title_source, model, leaf_id, created_at, updated_at)
         VALUES ('{first}', '{owner}', 'A title', 'question', 'qwen-plus', '{last}', 0, 0)"
    );
    execute(db, &conversation).await;
    let id = "'01990000-0000-7000-8000-' || CAST(100000000000 + i";
    let sql = format!(
        "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {messages})
         INSERT INTO messages (id, conversation_id, parent_id, role, status, parts, created_at, updated_at)
         SELECT {id} AS TEXT), '{first}', CASE WHEN i > 1 THEN {id} - 1 AS TEXT) END,
                CASE WHEN i % 2 = 1 THEN 'user' ELSE 'assistant' END, 'complete',
                '[{{\"type\":\"text\",\"text\":\"words\"}}]', i, i FROM n"
    );
    execute(db, &sql).await;
}

/// Redis with keys of its own, where `LIANTAI_TEST_REDIS_URL` names a server.
pub(crate) async fn redis() -> Option<super::Redis> {
    let url = redis_url()?;
    Some(redis_at(&url).await.expect("connecting to Redis"))
}

/// Where Redis is.
pub(crate) fn redis_url() -> Option<String> {
    #[expect(clippy::disallowed_methods, reason = "tests are told where Redis is")]
    std::env::var("LIANTAI_TEST_REDIS_URL").ok()
}

/// Redis at that address, with keys of its own.
pub(crate) async fn redis_at(url: &str) -> Result<super::Redis, super::RedisError> {
    let prefix = format!("test:{:032x}:", rand::random::<u128>());
    super::Redis::connect(&url.into(), &prefix).await
}
