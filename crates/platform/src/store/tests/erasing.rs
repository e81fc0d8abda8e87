use std::time::Duration;

use model::{FileId, JobId, TranscriptId};

use super::*;
use crate::store::{
    NewTranscript, on_pool,
    testing::{count, execute, on_both, rows},
};

/// Long enough for whoever does not wait for their turn.
const EARLY: Duration = Duration::from_millis(200);

impl Desk {
    /// A recording of somebody's that went with its only transcript.
    async fn recorded(&self, owner: UserId) -> (FileId, TranscriptId) {
        let (file, transcript) = (self.ids.next(), self.ids.next());
        for sql in [
            format!("INSERT INTO storage (owner_id, bytes, files) VALUES ('{owner}', 10, 1)"),
            format!(
                "INSERT INTO blobs (id, owner_id, state, sha256, bytes, changed_at) VALUES ('{file}', '{owner}', 'kept', '{file}', 10, 0)"
            ),
            format!(
                "INSERT INTO files (id, owner_id, blob_id, kind, name, mime, bytes, created_at, deleted_at) \
                 VALUES ('{file}', '{owner}', '{file}', 'upload', 'a.wav', 'audio/wav', 10, 0, 5)"
            ),
            format!(
                "INSERT INTO transcripts (id, owner_id, file_id, title, wish, state, language, duration_ms, sentences, speakers, version, \
                 notes_state, notes, translating, created_at, deleted_at) VALUES ('{transcript}', '{owner}', '{file}', '周会', '{{}}', \
                 'ready', '', 0, 1, '[]', 0, 'none', '{{}}', 'none', 0, 5)"
            ),
        ] {
            execute(&self.db, &sql).await;
        }
        (FileId::from_uuid(file), TranscriptId::from_uuid(transcript))
    }

    /// Transcripts, files, and what is counted of those.
    async fn left(&self) -> (i64, i64, Vec<String>) {
        let sums = "SELECT CAST(bytes AS TEXT) || ' ' || CAST(files AS TEXT) FROM storage";
        (
            count(&self.db, "SELECT COUNT(*) FROM transcripts").await,
            count(&self.db, "SELECT COUNT(*) FROM files").await,
            rows(&self.db, sums).await,
        )
    }
}

#[tokio::test]
async fn what_is_removed_for_good_goes_whole_or_stays() {
    on_both(async |db| {
        let desk = Desk::on(&db);
        let lin = desk.person().await;
        let (_, id) = desk.recorded(lin).await;
        // The last of its steps fails.
        execute(
            &db,
            "CREATE TABLE pins (id TEXT PRIMARY KEY REFERENCES transcripts (id))",
        )
        .await;
        execute(&db, &format!("INSERT INTO pins (id) VALUES ('{id}')")).await;
        let refused = db.erase_transcript(lin, id, NOW).await;
        assert!(refused.is_err(), "the transcript is held");
        assert_eq!(desk.left().await, (1, 1, vec!["10 1".to_owned()]));
        let kept = "SELECT COUNT(*) FROM blobs WHERE state = 'kept'";
        assert_eq!(count(&db, kept).await, 1);

        execute(&db, "DROP TABLE pins").await;
        let (gone, free) = db.erase_transcript(lin, id, NOW).await.unwrap();
        assert_eq!((gone, free.len()), (1, 1));
        assert_eq!(desk.left().await, (0, 0, vec!["0 0".to_owned()]));
        assert_eq!(count(&db, kept).await, 0);
        let (gone, free) = db.erase_transcript(lin, id, NOW).await.unwrap();
        assert_eq!((gone, free.len()), (0, 0));
    })
    .await;
}

/// Somebody else has the turn and is about to let another transcript have the recording.
#[tokio::test]
async fn a_recording_that_another_transcript_takes_up_meanwhile_stays() {
    on_both(async |db| {
        let desk = Desk::on(&db);
        let lin = desk.person().await;
        let (file, id) = desk.recorded(lin).await;
        let other = desk.ids.next();
        on_pool!(db.writer(), |pool| {
            let mut held = pool.begin_with(db.begin()).await.unwrap();
            sqlx::query("UPDATE storage SET files = files WHERE owner_id = $1")
                .bind(lin.to_string())
                .execute(&mut *held)
                .await
                .unwrap();
            let erasing = db.clone();
            let mut erased =
                tokio::spawn(async move { erasing.erase_transcript(lin, id, NOW).await.is_ok() });
            let early = tokio::time::timeout(EARLY, &mut erased).await;
            assert!(early.is_err(), "it waits for its turn");
            let sql = format!(
                "INSERT INTO transcripts (id, owner_id, file_id, title, wish, state, language, duration_ms, sentences, speakers, version, \
                 notes_state, notes, translating, created_at) VALUES ('{other}', '{lin}', '{file}', '周会', '{{}}', 'making', '', 0, 0, \
                 '[]', 0, 'none', '{{}}', 'none', 0)"
            );
            sqlx::query(&sql).execute(&mut *held).await.unwrap();
            held.commit().await.unwrap();
            assert!(erased.await.unwrap());
        });
        assert_eq!(desk.left().await, (1, 1, vec!["10 1".to_owned()]));
        let has = format!("SELECT COUNT(*) FROM transcripts WHERE file_id = '{file}'");
        assert_eq!(count(&db, &has).await, 1, "the other one has it");
    })
    .await;
}

#[tokio::test]
async fn who_takes_a_recording_up_takes_their_turn() {
    on_both(async |db| {
        let desk = Desk::on(&db);
        let lin = desk.person().await;
        let (file, _) = desk.recorded(lin).await;
        let id = TranscriptId::from_uuid(desk.ids.next());
        let job = JobId::from_uuid(desk.ids.next());
        on_pool!(db.writer(), |pool| {
            let mut held = pool.begin_with(db.begin()).await.unwrap();
            sqlx::query("UPDATE storage SET files = files WHERE owner_id = $1")
                .bind(lin.to_string())
                .execute(&mut *held)
                .await
                .unwrap();
            let taking = db.clone();
            let mut taken = tokio::spawn(async move {
                let new = NewTranscript {
                    id,
                    owner: lin,
                    job,
                    file,
                    title: "周会",
                    wish: "{}",
                    language: "",
                    duration_ms: 0,
                    now: NOW,
                };
                taking.insert_transcript(&new).await.unwrap()
            });
            let early = tokio::time::timeout(EARLY, &mut taken).await;
            assert!(early.is_err(), "it waits for its turn");
            held.commit().await.unwrap();
            assert!(taken.await.unwrap());
        });
    })
    .await;
}
