use super::*;
use crate::store::{DbOptions, testing::on_both};

#[tokio::test]
async fn a_sqlite_file_serves_one_process_and_postgres_many() {
    on_both(async |db| {
        let first = db.claim().unwrap();
        assert!(first.is_some());
        assert_eq!(db.claim().unwrap().is_some(), db.is_shared());
        drop(first);
        assert!(
            db.claim().unwrap().is_some(),
            "the claim ends with its holder"
        );
    })
    .await;
}

#[tokio::test]
async fn what_only_reads_can_not_write_to_sqlite() {
    on_both(async |db| {
        if db.is_shared() {
            return;
        }
        let wrote = super::super::on_pool!(db.reader(), |pool| sqlx::query("DELETE FROM users")
            .execute(pool)
            .await
            .map(|_| ()));
        assert!(wrote.is_err());
    })
    .await;
}

#[cfg(unix)]
#[tokio::test]
async fn the_folder_of_a_new_database_is_its_owners_alone() {
    use std::os::unix::fs::PermissionsExt;
    let parent = tempfile::tempdir().unwrap();
    let folder = parent.path().join("data");
    let options = DbOptions {
        url: format!("sqlite://{}", folder.join("liantai.db").display()),
        connections: 1,
    };
    let db = Db::open(&options).await.unwrap();
    let mode = folder.metadata().unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o700);
    db.close().await;
}
