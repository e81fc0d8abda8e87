use super::*;
use crate::store::{Blob, Held};

/// What a process that died was writing is removed when it can't be written any more.
#[tokio::test]
async fn what_a_dead_process_left_is_removed() {
    on_both(async |db| {
        let desk = Desk::on(&db).await;
        let blob = Blob {
            owner: desk.lin,
            id: Uuid::from_u128(7),
        };
        db.begin_blob(blob, desk.files.0.clock.now()).await.unwrap();
        let quota = desk.files.0.quota();
        let held = db.hold_for_blob(blob, 500, quota).await.unwrap();
        assert_eq!(held, Held::Done);
        let half = desk
            .folder
            .path()
            .join(blob.owner.to_string())
            .join(blob.id.to_string());
        std::fs::create_dir_all(&half).unwrap();
        std::fs::write(half.join("content#1"), b"half").unwrap();
        desk.files.purge().await.unwrap();
        assert_eq!(desk.on_disk(), 1, "it may still be written");
        let used = async || desk.files.used(desk.lin).await.unwrap().bytes;
        assert_eq!(used().await, 500, "what is reserved for it counts");
        desk.clock.advance(25 * HOUR);
        assert_eq!(desk.files.purge().await.unwrap(), 1);
        assert_eq!((desk.on_disk(), used().await), (0, 0));
        let late = db.hold_for_blob(blob, 500, quota).await.unwrap();
        assert_eq!((late, used().await), (Held::Gone, 0));
        desk.clock.advance(2 * HOUR);
        desk.files.purge().await.unwrap();
        assert_eq!(count(&db, "SELECT COUNT(*) FROM blobs").await, 0);
    })
    .await;
}

/// FI-17: what could not be removed at once is not forgotten.
#[tokio::test]
async fn deleted_contents_are_removed_again_for_an_hour_and_then_forgotten() {
    on_both(async |db| {
        let desk = Desk::on(&db).await;
        let file = desk.upload(desk.lin, "a.mp4", film(100)).await.unwrap();
        let kept = desk.upload(desk.lin, "b.mp4", film(200)).await.unwrap();
        desk.files.delete(desk.lin, &[file.id]).await.unwrap();
        assert_eq!(desk.files.purge().await.unwrap(), 1);
        assert_eq!(count(&db, "SELECT COUNT(*) FROM blobs").await, 2);
        desk.clock.advance(2 * HOUR);
        desk.files.purge().await.unwrap();
        assert_eq!(count(&db, "SELECT COUNT(*) FROM blobs").await, 1);
        assert!(desk.files.read(desk.lin, kept.id, 999).await.is_ok());
    })
    .await;
}

#[tokio::test]
async fn files_of_a_deleted_account_go_with_it() {
    on_both(async |db| {
        let desk = Desk::on(&db).await;
        desk.upload(desk.lin, "a.mp4", film(100)).await.unwrap();
        let name = FileName::parse("b.mp4").unwrap();
        let upload = desk
            .files
            .begin_upload(desk.lin, &name, None, 1000)
            .await
            .unwrap();
        desk.files
            .append(desk.lin, upload.id, 0, pieces(film(500)))
            .await
            .unwrap();
        let theirs = desk.upload(desk.eve, "c.mp4", film(100)).await.unwrap();
        let email = model::Email::parse(format!("{}@example.com", desk.lin)).unwrap();
        let record = desk.files.0.audit.command_line("account.delete");
        db.erase_user(desk.lin, &email, "-", (None, &record))
            .await
            .unwrap();
        assert_eq!(desk.files.purge().await.unwrap(), 2);
        desk.objects(1).await;
        assert!(desk.files.read(desk.eve, theirs.id, 999).await.is_ok());
        assert_eq!(
            code(desk.upload(desk.lin, "d.mp4", film(99)).await),
            FailureCode::NotFound
        );
    })
    .await;
}

/// The same content is stored and deleted at once, over and over: whoever has a file can read it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn storing_deleting_and_purging_at_once_never_lose_a_content() {
    on_both(async |db| {
        let desk = Desk::on(&db).await;
        let film = film(3_000);
        let churn = async |rounds: usize| {
            for _ in 0..rounds {
                let file = desk.upload(desk.lin, "a.mp4", film.clone()).await.unwrap();
                let read = desk.files.read(desk.lin, file.id, 9999).await;
                assert!(read.unwrap() == film);
                desk.files.delete(desk.lin, &[file.id]).await.unwrap();
            }
        };
        let purge = async {
            for _ in 0..10 {
                desk.files.purge().await.unwrap();
                desk.clock.advance(2 * HOUR);
            }
        };
        tokio::join!(churn(12), churn(12), churn(12), purge);
        desk.files.purge().await.unwrap();
        desk.objects(0).await;
        let used = desk.files.used(desk.lin).await.unwrap();
        assert_eq!((used.bytes, used.files), (0, 0));
    })
    .await;
}
