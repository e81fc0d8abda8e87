//! Files whose time is over, where the operator has set one.

use super::*;
use crate::{files::KeptFor, store::testing::execute};

const DAY: i64 = 24 * HOUR;

#[tokio::test]
async fn files_are_kept_until_somebody_deletes_them_where_nothing_is_set() {
    on_both(async |db| {
        let desk = Desk::on(&db).await;
        let file = desk.upload(desk.lin, "a.mp4", film(100)).await.unwrap();
        desk.clock.advance(4_000 * DAY);
        assert_eq!(desk.files.expire().await.unwrap(), 0);
        assert!(desk.files.view(desk.lin, file.id).await.is_ok());
        let used = desk.files.used(desk.lin).await.unwrap();
        assert_eq!((used.days_kept, used.recording_days_kept), (None, None));
    })
    .await;
}

#[tokio::test]
async fn files_go_after_their_days_and_their_contents_with_them() {
    on_both(async |db| {
        let desk = Desk::with(&db, |options| options.kept.days = Some(30)).await;
        let old = desk.upload(desk.lin, "a.mp4", film(100)).await.unwrap();
        let theirs = desk.upload(desk.eve, "b.mp4", film(100)).await.unwrap();
        desk.clock.advance(29 * DAY);
        let new = desk.upload(desk.lin, "c.mp4", film(200)).await.unwrap();
        assert_eq!(desk.files.expire().await.unwrap(), 0);
        desk.clock.advance(2 * DAY);
        assert_eq!(desk.files.expire().await.unwrap(), 2);
        for (owner, file) in [(desk.lin, old.id), (desk.eve, theirs.id)] {
            assert!(desk.files.view(owner, file).await.is_err());
        }
        assert!(desk.files.read(desk.lin, new.id, 999).await.is_ok());
        desk.objects(1).await;
        let used = desk.files.used(desk.lin).await.unwrap();
        assert_eq!((used.files, used.days_kept), (1, Some(30)));
    })
    .await;
}

#[tokio::test]
async fn recordings_go_earlier_and_what_was_said_stays() {
    on_both(async |db| {
        let kept = KeptFor {
            days: None,
            recording_days: Some(7),
        };
        let desk = Desk::with(&db, |options| options.kept = kept).await;
        let stored = |bytes| desk.upload(desk.lin, "a.mp4", film(bytes));
        let (done, made, other) = (
            stored(100).await.unwrap(),
            stored(200).await.unwrap(),
            stored(300).await.unwrap(),
        );
        let now = desk.files.0.clock.now().get();
        for (number, file, state) in [(1, done.id, "ready"), (2, made.id, "making"), (3, done.id, "ready")] {
            let sql = format!(
                "INSERT INTO transcripts (id, owner_id, file_id, title, wish, state, language, duration_ms, sentences, speakers, version, \
                 notes_state, notes, translating, created_at) VALUES ('{}', '{}', '{file}', 't', '{{}}', '{state}', '', 0, 0, '[]', 0, \
                 'none', '{{}}', 'none', {now})",
                Uuid::from_u128(number),
                desk.lin
            );
            execute(&db, &sql).await;
        }
        desk.clock.advance(6 * DAY);
        assert_eq!(desk.files.expire().await.unwrap(), 0);
        desk.clock.advance(2 * DAY);
        assert_eq!(desk.files.expire().await.unwrap(), 1);
        assert_eq!(desk.files.expire().await.unwrap(), 0);
        assert!(desk.files.view(desk.lin, done.id).await.is_err());
        for there in [made.id, other.id] {
            assert!(desk.files.view(desk.lin, there).await.is_ok());
        }
        let left = count(&db, "SELECT COUNT(*) FROM transcripts WHERE file_id IS NULL").await;
        assert_eq!(left, 2, "the texts are there");
    })
    .await;
}
