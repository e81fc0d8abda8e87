//! Files whose time is over, where the operator has set one.

use super::*;
use crate::{files::KeptFor, store::testing::execute};

const DAY: i64 = 24 * HOUR;

/// Puts down a transcript of that file.
fn transcript(number: u128, owner: UserId, file: model::FileId, state: &str, at: i64) -> String {
    format!(
        "INSERT INTO transcripts (id, owner_id, file_id, title, wish, state, language, duration_ms, sentences, speakers, version, \
         notes_state, notes, translating, created_at) VALUES ('{}', '{owner}', '{file}', 't', '{{}}', '{state}', '', 0, 0, '[]', 0, \
         'none', '{{}}', 'none', {at})",
        Uuid::from_u128(number)
    )
}

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
        for (number, file, state) in [
            (1, done.id, "ready"),
            (2, made.id, "making"),
            (3, done.id, "ready"),
        ] {
            let sql = transcript(number, desk.lin, file, state, now);
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
        let left = count(
            &db,
            "SELECT COUNT(*) FROM transcripts WHERE file_id IS NULL",
        )
        .await;
        assert_eq!(left, 2, "the texts are there");
    })
    .await;
}

/// Puts down what has those files: a draft, a message that waits, a job, a transcript that is being made, and a message.
async fn used(db: &Db, owner: UserId, files: [model::FileId; 5]) {
    let [drafted, waiting, worked, made, asked] = files;
    for sql in [
        format!(
            "INSERT INTO drafts (user_id, slot, text, updated_at, files) VALUES ('{owner}', '', '', 0, 'x {drafted}')"
        ),
        format!(
            "INSERT INTO conversations (id, owner_id, title, title_source, model, created_at, updated_at) \
             VALUES ('c', '{owner}', 't', 'person', 'm', 0, 0)"
        ),
        format!(
            "INSERT INTO queued_messages (id, conversation_id, owner_id, position, text, files, model, version, created_at) \
             VALUES ('q', 'c', '{owner}', 1, '', '{waiting}', 'm', 0, 0)"
        ),
        format!(
            "INSERT INTO jobs (id, submission_id, owner_id, kind, state, priority, attempts, run_at, node, lease_until, cancel_asked, \
             model, input, step, created_at, updated_at) VALUES ('j', 'j', '{owner}', 'video', 'queued', 0, 0, 0, '', 0, FALSE, 'm', \
             '{{\"first_frame\":\"{worked}\"}}', '{{}}', 0, 0)"
        ),
        transcript(99, owner, made, "making", 0),
        "INSERT INTO messages (id, conversation_id, role, status, parts, created_at, updated_at) \
         VALUES ('m', 'c', 'user', 'complete', '[]', 0, 0)"
            .to_owned(),
        format!(
            "INSERT INTO message_attachments (id, owner_id, message_id, position, file_id, name, mime, bytes) \
             VALUES ('a', '{owner}', 'm', 0, '{asked}', 'a.mp4', 'video/mp4', 10)"
        ),
    ] {
        execute(db, &sql).await;
    }
}

/// What makes these idle.
const IDLE: [&str; 4] = [
    "DELETE FROM drafts",
    "DELETE FROM queued_messages",
    "UPDATE jobs SET ended_at = 1",
    "UPDATE transcripts SET state = 'ready'",
];

#[tokio::test]
async fn what_is_in_use_outlives_its_days_until_it_is_not() {
    on_both(async |db| {
        let desk = Desk::with(&db, |options| options.kept.days = Some(30)).await;
        let mut files = Vec::new();
        for bytes in 100..106 {
            files.push(
                desk.upload(desk.lin, "a.mp4", film(bytes))
                    .await
                    .unwrap()
                    .id,
            );
        }
        used(&db, desk.lin, files[..5].try_into().unwrap()).await;
        desk.clock.advance(31 * DAY);
        // What a message has, and what nothing has.
        assert_eq!(desk.files.expire().await.unwrap(), 2);
        for idle in IDLE {
            execute(&db, idle).await;
            assert_eq!(desk.files.expire().await.unwrap(), 1, "{idle}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_recording_that_something_else_has_stays() {
    on_both(async |db| {
        let desk = Desk::with(&db, |options| options.kept.recording_days = Some(7)).await;
        let begun = desk.files.0.clock.now().get();
        let mut files = Vec::new();
        for (number, bytes) in (0..).zip(100..106) {
            let file = desk
                .upload(desk.lin, "a.mp4", film(bytes))
                .await
                .unwrap()
                .id;
            execute(&db, &transcript(number, desk.lin, file, "ready", begun)).await;
            files.push(file);
        }
        used(&db, desk.lin, files[..5].try_into().unwrap()).await;
        desk.clock.advance(6 * DAY);
        let now = desk.files.0.clock.now().get();
        execute(&db, &transcript(98, desk.lin, files[5], "ready", now)).await;
        desk.clock.advance(2 * DAY);
        assert_eq!(desk.files.expire().await.unwrap(), 0);
        desk.clock.advance(6 * DAY);
        assert_eq!(
            desk.files.expire().await.unwrap(),
            1,
            "the younger one too is old"
        );
        for idle in IDLE {
            execute(&db, idle).await;
            assert_eq!(desk.files.expire().await.unwrap(), 1, "{idle}");
        }
        assert!(desk.files.view(desk.lin, files[4]).await.is_ok());
    })
    .await;
}
