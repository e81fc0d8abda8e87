//! What the library promises, on both databases. Rows are put down as their areas would, without making anything.

mod permission;
mod undo;

use std::collections::BTreeSet;

use model::{
    BuiltIn, FailureCode, LibraryFilter, LibraryId, LibraryItem, LibraryKind, Page, UserId,
};

use crate::{
    Error,
    identity::Caller,
    store::{
        Db,
        testing::{count, execute, on_both, rows},
    },
    works::testing::Site,
};

/// The id of the row with that number: they rise with it.
fn id(number: u32) -> String {
    format!("01990000-0000-7000-8000-{number:012}")
}

fn work(number: u32) -> LibraryId {
    LibraryId::Work(id(number).parse().unwrap())
}

fn transcript(number: u32) -> LibraryId {
    LibraryId::Transcript(id(number).parse().unwrap())
}

fn file(number: u32) -> LibraryId {
    LibraryId::File(id(number).parse().unwrap())
}

/// Somebody's things.
struct Shelf<'a> {
    db: &'a Db,
    owner: UserId,
}

impl Shelf<'_> {
    async fn keep(&self, number: u32, kind: &str, name: &str) {
        let (id, owner) = (id(number), self.owner);
        for sql in [
            format!(
                "INSERT INTO blobs (id, owner_id, state, sha256, bytes, changed_at) VALUES ('{id}', '{owner}', 'kept', '{number}', 10, 0)"
            ),
            format!(
                "INSERT INTO files (id, owner_id, blob_id, kind, name, mime, bytes, created_at) \
                 VALUES ('{id}', '{owner}', '{id}', '{kind}', '{name}', 'audio/wav', 10, {number})"
            ),
            format!(
                "INSERT INTO storage (owner_id, bytes, files) VALUES ('{owner}', 10, 1) \
                 ON CONFLICT (owner_id) DO UPDATE SET bytes = storage.bytes + 10, files = storage.files + 1"
            ),
        ] {
            execute(self.db, &sql).await;
        }
    }

    /// A work with a file of the same number.
    async fn work(&self, number: u32, kind: &str) {
        self.keep(number, "work", "w.wav").await;
        let (id, owner) = (id(number), self.owner);
        let sql = format!(
            "INSERT INTO works (id, owner_id, position, kind, file_id, prompt, model, created_at) \
             VALUES ('{id}', '{owner}', 0, '{kind}', '{id}', 'heron {number}', 'm', {number})"
        );
        execute(self.db, &sql).await;
    }

    async fn transcript(&self, number: u32, of: u32) {
        let (id, of, owner) = (id(number), id(of), self.owner);
        let sql = format!(
            "INSERT INTO transcripts (id, owner_id, file_id, title, wish, state, language, duration_ms, sentences, speakers, version, \
             notes_state, notes, translating, created_at) VALUES ('{id}', '{owner}', '{of}', 'heron talk', '{{}}', 'ready', '', 0, 1, '[]', \
             0, 'none', '{{}}', 'none', {number})"
        );
        execute(self.db, &sql).await;
    }

    /// A conversation with a message that has the file.
    async fn attach(&self, number: u32, file: u32) {
        let (id, file, owner) = (id(number), id(file), self.owner);
        for sql in [
            format!(
                "INSERT INTO conversations (id, owner_id, title, title_source, model, created_at, updated_at) \
                 VALUES ('{id}', '{owner}', 't', 'person', 'm', 0, 0)"
            ),
            format!(
                "INSERT INTO messages (id, conversation_id, role, status, parts, created_at, updated_at) \
                 VALUES ('{id}', '{id}', 'user', 'complete', '[]', 0, 0)"
            ),
            format!(
                "INSERT INTO message_attachments (id, owner_id, message_id, position, file_id, name, mime, bytes) \
                 VALUES ('{id}', '{owner}', '{id}', 0, '{file}', 'a.wav', 'audio/wav', 10)"
            ),
        ] {
            execute(self.db, &sql).await;
        }
    }

    /// A draft that has one file, and a message that waits in a conversation with another.
    async fn unsent(&self, drafted: u32, waiting: u32, conversation: u32) {
        let (drafted, waiting, conversation) = (id(drafted), id(waiting), id(conversation));
        let owner = self.owner;
        for sql in [
            format!(
                "INSERT INTO drafts (user_id, slot, text, updated_at, files) VALUES ('{owner}', '', '', 0, '{drafted}')"
            ),
            format!(
                "INSERT INTO queued_messages (id, conversation_id, owner_id, position, text, files, model, version, created_at) \
                 VALUES ('{waiting}', '{conversation}', '{owner}', 1, '', '{waiting}', 'm', 0, 0)"
            ),
        ] {
            execute(self.db, &sql).await;
        }
    }

    /// A job that waits for its turn with the file.
    async fn job(&self, number: u32, file: u32) {
        let (id, file, owner) = (id(number), id(file), self.owner);
        let sql = format!(
            "INSERT INTO jobs (id, submission_id, owner_id, kind, state, priority, attempts, run_at, node, lease_until, cancel_asked, model, \
             input, step, created_at, updated_at) VALUES ('{id}', '{id}', '{owner}', 'video', 'queued', 0, 0, 0, '', 0, FALSE, 'm', \
             '{{\"first_frame\":\"{file}\"}}', '{{}}', 0, 0)"
        );
        execute(self.db, &sql).await;
    }
}

async fn page(
    site: &Site,
    caller: &Caller,
    kind: Option<LibraryKind>,
    words: &str,
    after: Option<&str>,
) -> Page<LibraryItem> {
    let filter = LibraryFilter {
        kind,
        words: Some(words.to_owned()),
    };
    site.services
        .library
        .page(caller, &filter, after)
        .await
        .unwrap()
}

async fn all(site: &Site, kind: Option<LibraryKind>, words: &str) -> Vec<LibraryId> {
    let (mut found, mut after) = (Vec::new(), None);
    loop {
        let page = page(site, &site.lin, kind, words, after.as_deref()).await;
        assert!(page.items.len() <= 60);
        found.extend(page.items.iter().map(LibraryItem::id));
        match page.next {
            Some(next) => after = Some(next),
            None => return found,
        }
    }
}

#[tokio::test]
async fn everything_comes_once_and_in_order_page_by_page() {
    on_both(async |db| {
        let site = Site::at_rest(&db).await;
        let shelf = Shelf {
            db: &db,
            owner: site.lin.user(),
        };
        let mut expected = Vec::new();
        for number in 0..90 {
            let at = number * 10 + 1;
            match number % 5 {
                0 => {
                    shelf.work(at, "image").await;
                    expected.push(work(at));
                }
                1 => {
                    shelf.work(at, "speech").await;
                    expected.push(work(at));
                }
                2 => {
                    shelf.keep(at, "upload", "other heron.wav").await;
                    expected.push(file(at));
                }
                3 => {
                    shelf.keep(at, "upload", "Heron call.wav").await;
                    shelf.transcript(at + 1, at).await;
                    expected.extend([file(at), transcript(at + 1)]);
                }
                _ => {
                    shelf.keep(at, "upload", "100%.wav").await;
                    shelf.attach(at + 1, at).await;
                    expected.push(file(at));
                }
            }
        }
        // What another one has is not among it.
        let eve = site
            .services
            .identity
            .signed_up("eve", BuiltIn::Member)
            .await;
        let theirs = Shelf {
            db: &db,
            owner: eve.user(),
        };
        theirs.work(5, "image").await;
        theirs.keep(6, "upload", "heron.wav").await;
        expected.reverse();
        assert_eq!(all(&site, None, "").await, expected);
        assert_eq!(page(&site, &eve, None, "", None).await.items.len(), 2);

        let seen = |kind| all(&site, Some(kind), "");
        for (kind, many) in [
            (LibraryKind::Image, 18),
            (LibraryKind::Video, 0),
            (LibraryKind::Speech, 18),
            (LibraryKind::Transcript, 18),
            (LibraryKind::Recording, 18),
            (LibraryKind::Attachment, 18),
            (LibraryKind::Upload, 18),
        ] {
            let found: BTreeSet<String> =
                seen(kind).await.iter().map(ToString::to_string).collect();
            assert_eq!(found.len(), many, "{kind:?}");
        }
        // Prompts, titles and names, whatever their case; what means something in a pattern means itself.
        assert_eq!(all(&site, None, " HERON ").await.len(), 90);
        assert_eq!(all(&site, None, "100%").await.len(), 18);
        assert_eq!(all(&site, None, "1%0").await.len(), 0);

        let first = page(&site, &site.lin, Some(LibraryKind::Recording), "", None).await;
        let LibraryItem::File(kept) = &first.items[0] else {
            panic!("a recording is a file");
        };
        assert!(kept.transcript.is_some() && kept.conversation.is_none());
        let first = page(&site, &site.lin, Some(LibraryKind::Attachment), "", None).await;
        let LibraryItem::File(kept) = &first.items[0] else {
            panic!("an attachment is a file");
        };
        assert!(kept.transcript.is_none() && kept.conversation.is_some());
        let filter = LibraryFilter::default();
        let wrong = site.services.library.page(&site.lin, &filter, Some("x"));
        assert!(matches!(wrong.await, Err(Error::NotFound)));
    })
    .await;
}

#[tokio::test]
async fn what_something_else_uses_stays_when_the_rest_is_deleted() {
    on_both(async |db| {
        let site = Site::at_rest(&db).await;
        let lin = &site.lin;
        let shelf = Shelf {
            db: &db,
            owner: lin.user(),
        };
        shelf.work(1, "image").await;
        shelf.work(2, "image").await;
        shelf.attach(3, 2).await;
        shelf.keep(4, "upload", "free.wav").await;
        shelf.keep(5, "upload", "attached.wav").await;
        shelf.attach(6, 5).await;
        shelf.keep(7, "upload", "waited for.wav").await;
        shelf.job(8, 7).await;
        // Two transcripts of one recording, and one of a recording that is handed in as well.
        shelf.keep(9, "upload", "recorded.wav").await;
        shelf.transcript(10, 9).await;
        shelf.transcript(11, 9).await;
        // What is beside a draft and what waits to be sent is used as well.
        shelf.keep(14, "upload", "drafted.wav").await;
        shelf.keep(15, "upload", "waiting.wav").await;
        shelf.unsent(14, 15, 6).await;
        // And one of a work that was listened to.
        shelf.work(12, "speech").await;
        shelf.transcript(13, 12).await;

        let library = &site.services.library;
        let eve = site
            .services
            .identity
            .signed_up("eve", BuiltIn::Member)
            .await;
        let everything: Vec<LibraryId> = all(&site, None, "").await;
        let theirs = library.delete(&eve, &everything).await.unwrap();
        assert_eq!((theirs.deleted, theirs.kept.len()), (0, 0));
        assert_eq!(all(&site, None, "").await, everything);

        let some = [
            work(1),
            work(2),
            file(4),
            file(5),
            file(7),
            file(9),
            transcript(10),
            file(14),
            file(15),
        ];
        let done = library.delete(lin, &some).await.unwrap();
        assert_eq!(done.deleted, 4, "two works, a file, a transcript");
        assert_eq!(done.kept, [file(5), file(7), file(9), file(14), file(15)]);
        let left = all(&site, None, "").await;
        assert_eq!(
            left,
            [
                file(15),
                file(14),
                transcript(13),
                work(12),
                transcript(11),
                file(9),
                file(7),
                file(5),
                file(2)
            ],
            "the picture of a deleted work is the conversation's"
        );
        // With its last transcript a recording goes; a work that was listened to does not.
        let done = library
            .delete(lin, &[transcript(11), transcript(13)])
            .await
            .unwrap();
        assert_eq!((done.deleted, done.kept.len()), (2, 0));
        let left = all(&site, None, "").await;
        assert_eq!(
            left,
            [file(15), file(14), work(12), file(7), file(5), file(2)]
        );
        let kept = "SELECT CAST(SUM(files) AS BIGINT) FROM storage";
        assert_eq!(count(&db, kept).await, 9, "what can come back is counted");
        let seen = "SELECT COUNT(*) FROM files WHERE deleted_at IS NULL";
        assert_eq!(count(&db, seen).await, 6);
        // A recording beside a draft stays there when its transcript goes.
        shelf.transcript(16, 14).await;
        let done = library.delete(lin, &[transcript(16)]).await.unwrap();
        assert_eq!(done.deleted, 1);
        let drafts = format!("SELECT files FROM drafts WHERE files = '{}'", id(14));
        assert_eq!(rows(&db, &drafts).await, [id(14)]);
        // A job that was asked to stop needs nothing any more.
        execute(&db, "UPDATE jobs SET cancel_asked = TRUE").await;
        let done = library.delete(lin, &[file(7), file(14)]).await.unwrap();
        assert_eq!((done.deleted, done.kept), (1, vec![file(14)]));

        let again = library.delete(lin, &some).await.unwrap();
        assert_eq!((again.deleted, again.deleted_at), (0, None));
        library.empty(lin).await.unwrap();
        assert_eq!(count(&db, kept).await, 5);
        assert_eq!(
            count(&db, seen).await,
            5,
            "the sums agree with what is there"
        );
        let many = vec![work(1); super::DELETED_AT_ONCE + 1];
        let refused = library.delete(lin, &many).await.unwrap_err();
        assert_eq!(refused.code(), FailureCode::TooMany);
    })
    .await;
}
