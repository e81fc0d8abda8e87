use model::{FileId, FileKind, FileView};
use uuid::Uuid;

use super::*;
use crate::store::{
    Blob, Keep, Kept, Quota,
    testing::{execute, on_both},
};

impl Desk {
    /// A file of somebody's.
    async fn file(&self, owner: UserId, name: &str) -> FileId {
        let blob = self.ids.next();
        let begun = self.db.begin_blob(Blob { owner, id: blob }, NOW).await;
        assert!(begun.unwrap());
        let view = FileView {
            id: FileId::from_uuid(self.ids.next()),
            name: name.to_owned(),
            kind: FileKind::Upload,
            mime: "image/png".to_owned(),
            bytes: 7,
            width: Some(48),
            height: Some(32),
            duration_ms: None,
            created_at: NOW,
        };
        let keep = Keep {
            owner,
            blob,
            sha256: &blob.to_string(),
            view: &view,
            upload: None,
            work: None,
            quota: Quota {
                bytes: i64::MAX,
                files: i64::MAX,
            },
            now: NOW,
        };
        let kept = self.db.keep_file(&keep).await.unwrap();
        assert_eq!(kept, Kept::Done(Vec::new()));
        view.id
    }

    /// Puts a question with these files.
    async fn hand_in(&self, owner: UserId, files: &[FileId]) -> (Turn, Submitted) {
        let (model, question) = (model(), self.message());
        let answer = self.answer(self.message(), &model);
        let conversation = ConversationId::from_uuid(self.ids.next());
        let attachments: Vec<_> = files.iter().map(|file| (self.ids.next(), *file)).collect();
        let asked = Question {
            owner,
            place: Place::New {
                conversation,
                title: title("Spring"),
                temporary: false,
            },
            question,
            text: "看看",
            attachments: &attachments,
            draft: None,
            submission: self.submission(),
            assistant: None,
            answer,
        };
        let submitted = self.db.ask(&asked).await.unwrap();
        let turn = Turn {
            conversation,
            question,
            answer: answer.message,
            generation: answer.generation,
        };
        (turn, submitted)
    }

    /// Whether the upload went because nothing has it.
    async fn discarded(&self, owner: UserId, file: FileId) -> bool {
        let discarded = self.db.delete_unused_upload(owner, file, NOW).await;
        discarded.unwrap().0 == 1
    }

    /// What the turn's question was handed in with: names, and whether they are gone.
    async fn handed_in(&self, owner: UserId, turn: Turn) -> Vec<(String, bool)> {
        let message = self.db.message(owner, turn.conversation, turn.question);
        let message = message.await.unwrap().unwrap();
        let told = |file: model::Attachment| (file.name, file.is_gone);
        message.attachments.into_iter().map(told).collect()
    }
}

#[tokio::test]
async fn files_keep_their_order_and_are_told_of_when_they_are_gone() {
    on_both(async |db| {
        let desk = Desk::on(&db);
        let lin = desk.person().await;
        let (one, two) = (
            desk.file(lin, "二.png").await,
            desk.file(lin, "一.png").await,
        );
        let (turn, submitted) = desk.hand_in(lin, &[two, one]).await;
        assert_eq!(submitted, Submitted::New(turn.conversation));
        let names = |gone| vec![("一.png".to_owned(), false), ("二.png".to_owned(), gone)];
        assert_eq!(desk.handed_in(lin, turn).await, names(false));
        let answer = desk.read(lin, turn).await;
        assert!(answer.attachments.is_empty());
        db.delete_files(lin, &[one], NOW).await.unwrap();
        assert_eq!(desk.handed_in(lin, turn).await, names(true));
    })
    .await;
}

/// AC-03.
#[tokio::test]
async fn a_file_of_somebody_else_leaves_nothing_asked() {
    on_both(async |db| {
        let desk = Desk::on(&db);
        let (lin, eve) = (desk.person().await, desk.person().await);
        let file = desk.file(lin, "a.png").await;
        let (turn, submitted) = desk.hand_in(eve, &[file]).await;
        assert_eq!(submitted, Submitted::NoFile);
        assert_eq!(db.conversation(eve, turn.conversation).await.unwrap(), None);
        assert_eq!(desk.count("SELECT COUNT(*) FROM messages").await, 0);
        assert!(desk.discarded(lin, file).await);
    })
    .await;
}

#[tokio::test]
async fn what_is_left_of_a_purged_conversation_is_remembered_until_it_is_forgotten() {
    on_both(async |db| {
        let desk = Desk::on(&db);
        let lin = desk.person().await;
        let file = desk.file(lin, "a.png").await;
        let (turn, _) = desk.hand_in(lin, &[file]).await;
        assert!(!desk.discarded(lin, file).await);
        assert!(
            db.left_attachments(Uuid::nil(), 9)
                .await
                .unwrap()
                .is_empty()
        );
        desk.end(turn, MessageStatus::Complete).await;
        assert!(
            db.delete_conversation(lin, turn.conversation, NOW)
                .await
                .unwrap()
        );
        assert!(!desk.discarded(lin, file).await, "it may come back");
        db.purge_conversations(NOW.plus(1)).await.unwrap();
        assert!(desk.discarded(lin, file).await);
        let left = db.left_attachments(Uuid::nil(), 9).await.unwrap();
        assert_eq!(left.len(), 1);
        assert_eq!((left[0].owner, left[0].file), (lin, file));
        assert!(db.left_attachments(left[0].id, 9).await.unwrap().is_empty());
        db.forget_attachment(left[0].id).await.unwrap();
        assert!(
            db.left_attachments(Uuid::nil(), 9)
                .await
                .unwrap()
                .is_empty()
        );
    })
    .await;
}

/// Neither in the trash nor in a temporary conversation anything is left behind of what was not sent.
#[tokio::test]
async fn files_beside_drafts_and_waiting_messages_are_remembered_when_their_conversation_goes() {
    on_both(async |db| {
        let desk = Desk::on(&db);
        let (lin, eve) = (desk.person().await, desk.person().await);
        let kept = desk.ask(lin, None).await.conversation;
        let here = desk.file(lin, "kept.png").await;
        assert!(
            db.save_draft(lin, Some(kept), ("", &[here]), NOW)
                .await
                .unwrap()
                .is_some()
        );
        for temporary in [false, true] {
            let place = Place::New {
                conversation: ConversationId::from_uuid(desk.ids.next()),
                title: title("Spring"),
                temporary,
            };
            let (turn, submitted) = desk.submit_at(lin, place, desk.submission()).await;
            submitted.unwrap();
            let id = turn.conversation;
            let (drafted, waiting) = (
                desk.file(lin, "a.png").await,
                desk.file(lin, "b.png").await,
            );
            let draft = ("", &[drafted, waiting][..]);
            let saved = db.save_draft(lin, Some(id), draft, NOW).await;
            assert!(saved.unwrap().is_some());
            let queued = format!(
                "INSERT INTO queued_messages (id, conversation_id, owner_id, position, text, files, model, version, created_at) \
                 VALUES ('{}', '{id}', '{lin}', 1, '', '{waiting}', 'qwen-plus', 0, 0)",
                desk.ids.next()
            );
            execute(&db, &queued).await;
            if temporary {
                assert!(!db.forget_temporary(eve, id).await.unwrap());
                assert!(db.forget_temporary(lin, id).await.unwrap());
            } else {
                assert!(db.delete_conversation(lin, id, NOW).await.unwrap());
                assert!(!desk.discarded(lin, waiting).await, "it may come back");
                assert_eq!(db.purge_conversations(NOW.plus(1)).await.unwrap(), 1);
            }
            let left = db.left_attachments(Uuid::nil(), 9).await.unwrap();
            let mut files: Vec<_> = left.iter().map(|left| left.file.to_string()).collect();
            files.sort();
            assert_eq!(files, [drafted.to_string(), waiting.to_string()]);
            for left in left {
                assert_eq!(left.owner, lin);
                assert!(desk.discarded(lin, left.file).await);
                db.forget_attachment(left.id).await.unwrap();
            }
        }
        assert!(!desk.discarded(lin, here).await);
    })
    .await;
}
