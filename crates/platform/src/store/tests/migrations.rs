use super::*;
use crate::store::{
    DbOptions, Error,
    testing::{execute, on_both, on_both_empty},
};

#[tokio::test]
async fn migrating_again_changes_nothing() {
    on_both(async |db| {
        let desk = Desk::on(&db);
        let lin = desk.person().await;
        let turn = desk.answered(lin, None, MessageStatus::Complete).await;
        db.migrate().await.unwrap();
        assert_eq!(desk.read(lin, turn).await.text(), "春眠不觉晓");
    })
    .await;
}

#[tokio::test]
async fn a_schema_newer_than_the_program_is_refused_and_left_alone() {
    on_both(async |db| {
        let newer =
            "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
             SELECT 9999, 'later', success, checksum, 0 FROM _sqlx_migrations WHERE version = 1";
        execute(&db, newer).await;
        execute(&db, "DROP TABLE drafts").await;
        assert!(matches!(db.migrate().await, Err(Error::Migration(_))));
        let applied = "SELECT COUNT(*) FROM _sqlx_migrations WHERE version = 9999";
        assert_eq!(testing::count(&db, applied).await, 1);
        let rebuilt = testing::try_count(&db, "SELECT COUNT(*) FROM drafts").await;
        assert!(rebuilt.is_err());
    })
    .await;
}

#[tokio::test]
async fn processes_that_start_at_once_agree_on_one_schema() {
    on_both_empty(async |url| {
        let options = DbOptions {
            url,
            connections: 2,
        };
        let start = async || {
            let db = Db::open(&options).await?;
            db.migrate().await?;
            Ok::<_, Error>(db)
        };
        for db in futures_util::future::join_all((0..8).map(|_| start())).await {
            let db = db.unwrap();
            assert_eq!(testing::count(&db, "SELECT COUNT(*) FROM users").await, 0);
            db.close().await;
        }
    })
    .await;
}
