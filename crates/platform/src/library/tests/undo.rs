//! What was deleted: nowhere to be found, back as it was, or gone for good.

use model::{FileId, ShareLife, Shareable};

use super::*;

fn file_id(number: u32) -> FileId {
    id(number).parse().unwrap()
}

async fn discarded(site: &Site, caller: &Caller) -> Vec<(LibraryId, i64)> {
    let page = site.services.library.trash(caller, None).await.unwrap();
    assert_eq!(page.next, None);
    let found = page.items.into_iter().map(|item| (item.id, item.bytes));
    found.collect()
}

#[tokio::test]
async fn what_was_deleted_is_nowhere_and_comes_back_whole() {
    on_both(async |db| {
        let site = Site::at_rest(&db).await;
        let (lin, library) = (&site.lin, &site.services.library);
        let shelf = Shelf {
            db: &db,
            owner: lin.user(),
        };
        shelf.work(1, "image").await;
        // One whose picture a conversation has, and a transcript of one.
        shelf.work(2, "image").await;
        shelf.attach(3, 2).await;
        shelf.keep(4, "upload", "free.wav").await;
        shelf.keep(5, "upload", "recorded.wav").await;
        shelf.transcript(6, 5).await;
        shelf.work(7, "speech").await;
        shelf.transcript(8, 7).await;
        let before = all(&site, None, "").await;
        let shares = &site.services.shares;
        let mut links = Vec::new();
        for thing in [
            Shareable::Work(id(1).parse().unwrap()),
            Shareable::Transcript(id(6).parse().unwrap()),
            Shareable::File(file_id(4)),
        ] {
            let made = shares.create(lin, thing, ShareLife::Week).await.unwrap();
            links.push(made.link.rsplit('/').next().unwrap().to_owned());
        }

        let some = [
            work(1),
            work(2),
            file(4),
            transcript(6),
            work(7),
            transcript(8),
        ];
        let done = library.delete(lin, &some).await.unwrap();
        assert_eq!((done.deleted, done.kept.len()), (6, 0));
        let at = done.deleted_at.unwrap();
        assert_eq!(all(&site, None, "").await, [file(2)], "the conversation's");
        assert_eq!(all(&site, None, "heron").await, []);
        let files = &site.services.files;
        for number in [1, 4, 5, 7] {
            let seen = files.view(lin.user(), file_id(number)).await;
            assert_eq!(seen.unwrap_err().code(), FailureCode::NotFound);
            let gone = files.delete(lin.user(), &[file_id(number)]).await;
            assert_eq!(gone.unwrap(), 0, "not by another way either");
        }
        let transcripts = &site.services.transcripts;
        let opened = transcripts.view(lin, id(6).parse().unwrap(), None).await;
        assert!(matches!(opened, Err(Error::NotFound)));
        for link in &links {
            let opened = shares.open(link, 0).await;
            assert!(matches!(opened, Err(Error::NotFound)));
        }
        assert!(shares.list(lin, None).await.unwrap().items.is_empty());
        let thing = Shareable::Work(id(1).parse().unwrap());
        let again = shares.create(lin, thing, ShareLife::Week).await;
        assert!(matches!(again, Err(Error::NotFound)));
        // It takes up its room as long as it can come back.
        let used = files.used(lin.user()).await.unwrap();
        assert_eq!((used.bytes, used.files, used.bytes_deleted), (50, 5, 40));
        let mut there = discarded(&site, lin).await;
        there.sort_by_key(|(id, _)| id.to_string());
        assert_eq!(
            there,
            [
                (file(4), 10),
                (transcript(6), 10),
                (transcript(8), 0),
                (work(1), 10),
                (work(2), 0),
                (work(7), 10),
            ],
            "a recording goes with its transcript"
        );

        let eve = site.services.identity.signed_up("eve", BuiltIn::Member);
        let eve = eve.await;
        assert!(discarded(&site, &eve).await.is_empty());
        let stolen = library.undo(&eve, at).await;
        assert!(matches!(stolen, Err(Error::NotFound)));
        assert_eq!(library.restore(&eve, &some).await.unwrap(), 0);
        assert_eq!(library.erase(&eve, &some).await.unwrap(), 0);
        assert_eq!(library.empty(&eve).await.unwrap(), 0);

        library.undo(lin, at).await.unwrap();
        assert_eq!(all(&site, None, "").await, before);
        for link in &links {
            shares.open(link, 0).await.unwrap();
        }
        assert_eq!(shares.list(lin, None).await.unwrap().items.len(), 3);
        let works = "SELECT COUNT(*) FROM files WHERE kind = 'work' AND deleted_at IS NULL";
        assert_eq!(count(&db, works).await, 3);
        assert_eq!(files.used(lin.user()).await.unwrap().bytes_deleted, 0);
        let twice = library.undo(lin, at).await;
        assert!(matches!(twice, Err(Error::NotFound)));
        assert_eq!(library.restore(lin, &some).await.unwrap(), 0);
    })
    .await;
}

#[tokio::test]
async fn a_file_stays_with_what_comes_back_first() {
    on_both(async |db| {
        let site = Site::at_rest(&db).await;
        let (lin, library) = (&site.lin, &site.services.library);
        let shelf = Shelf {
            db: &db,
            owner: lin.user(),
        };
        shelf.work(1, "speech").await;
        shelf.transcript(2, 1).await;
        library.delete(lin, &[work(1)]).await.unwrap();
        assert_eq!(all(&site, None, "").await, [transcript(2), file(1)]);
        library.delete(lin, &[transcript(2)]).await.unwrap();
        assert_eq!(all(&site, None, "").await, []);
        // The transcript has its recording again, which is the work's as soon as that is there.
        library.restore(lin, &[transcript(2)]).await.unwrap();
        assert_eq!(all(&site, None, "").await, [transcript(2), file(1)]);
        library.restore(lin, &[work(1)]).await.unwrap();
        assert_eq!(all(&site, None, "").await, [transcript(2), work(1)]);
        // What is there is not removed for good, and takes its file along only when that was deleted too.
        let both = [transcript(2), work(1)];
        assert_eq!(library.erase(lin, &both).await.unwrap(), 0);
        library.delete(lin, &[transcript(2)]).await.unwrap();
        assert_eq!(library.erase(lin, &both).await.unwrap(), 1);
        assert_eq!(all(&site, None, "").await, [work(1)]);
        // Two transcripts of one recording: it goes with the last, and is back with the first.
        shelf.keep(3, "upload", "a.wav").await;
        shelf.transcript(4, 3).await;
        shelf.transcript(5, 3).await;
        let both = [transcript(4), transcript(5)];
        assert_eq!(library.delete(lin, &both).await.unwrap().deleted, 2);
        library.restore(lin, &[transcript(4)]).await.unwrap();
        let there = all(&site, None, "").await;
        assert_eq!(there, [transcript(4), file(3), work(1)]);
        // Nor does one that is removed for good take it from the other.
        library.restore(lin, &both).await.unwrap();
        library.delete(lin, &both).await.unwrap();
        assert_eq!(library.erase(lin, &both[..1]).await.unwrap(), 1);
        library.restore(lin, &both[1..]).await.unwrap();
        let there = all(&site, None, "").await;
        assert_eq!(there, [transcript(5), file(3), work(1)]);
        // Nor from a work.
        shelf.transcript(6, 1).await;
        library.delete(lin, &[work(1)]).await.unwrap();
        library.delete(lin, &[transcript(6)]).await.unwrap();
        assert_eq!(library.erase(lin, &[transcript(6)]).await.unwrap(), 1);
        library.restore(lin, &[work(1)]).await.unwrap();
        let there = all(&site, None, "").await;
        assert_eq!(there, [transcript(5), file(3), work(1)]);
    })
    .await;
}

#[tokio::test]
async fn what_several_had_is_counted_once_among_what_was_deleted() {
    on_both(async |db| {
        let site = Site::at_rest(&db).await;
        let (lin, library) = (&site.lin, &site.services.library);
        let files = &site.services.files;
        let shelf = Shelf {
            db: &db,
            owner: lin.user(),
        };
        shelf.keep(1, "upload", "recorded.wav").await;
        for number in [2, 3, 4] {
            shelf.transcript(number, 1).await;
        }
        let talks = [transcript(2), transcript(3), transcript(4)];
        library.delete(lin, &talks).await.unwrap();
        let there = discarded(&site, lin).await;
        assert_eq!(
            there,
            [(transcript(4), 10), (transcript(3), 0), (transcript(2), 0)]
        );
        assert_eq!(files.used(lin.user()).await.unwrap().bytes_deleted, 10);
        // As long as one of them can come back it is kept, and stands with the first that is left.
        library.erase(lin, &[transcript(4)]).await.unwrap();
        let there = discarded(&site, lin).await;
        assert_eq!(there, [(transcript(3), 10), (transcript(2), 0)]);
        library.erase(lin, &[transcript(2)]).await.unwrap();
        assert_eq!(discarded(&site, lin).await, [(transcript(3), 10)]);
        library.erase(lin, &[transcript(3)]).await.unwrap();
        assert!(discarded(&site, lin).await.is_empty());
        assert_eq!(files.used(lin.user()).await.unwrap().bytes, 0);
    })
    .await;
}

#[tokio::test]
async fn what_only_deleted_things_have_goes_with_them() {
    on_both(async |db| {
        let site = Site::at_rest(&db).await;
        let (lin, library) = (&site.lin, &site.services.library);
        let shelf = Shelf {
            db: &db,
            owner: lin.user(),
        };
        shelf.keep(1, "upload", "recorded.wav").await;
        shelf.transcript(2, 1).await;
        shelf.attach(3, 1).await;
        let talk = [transcript(2)];
        library.delete(lin, &talk).await.unwrap();
        assert_eq!(all(&site, None, "").await, [file(1)], "the conversation's");
        let conversation = format!("DELETE FROM conversations WHERE id = '{}'", id(3));
        execute(&db, &conversation).await;
        assert_eq!(site.services.files.release().await.unwrap(), 1);
        assert_eq!(all(&site, None, "").await, []);
        library.restore(lin, &talk).await.unwrap();
        assert_eq!(all(&site, None, "").await, [transcript(2), file(1)]);
        library.delete(lin, &talk).await.unwrap();
        assert_eq!(library.empty(lin).await.unwrap(), 1);
        assert_eq!(count(&db, "SELECT COUNT(*) FROM files").await, 0);
    })
    .await;
}

#[tokio::test]
async fn room_is_free_when_it_is_gone_for_good_by_hand_or_after_a_while() {
    on_both(async |db| {
        let site = Site::at_rest(&db).await;
        let (lin, library) = (&site.lin, &site.services.library);
        let files = &site.services.files;
        let shelf = Shelf {
            db: &db,
            owner: lin.user(),
        };
        shelf.work(1, "image").await;
        shelf.work(2, "image").await;
        shelf.attach(3, 2).await;
        shelf.keep(4, "upload", "free.wav").await;
        shelf.keep(5, "upload", "recorded.wav").await;
        shelf.transcript(6, 5).await;
        let some = [work(1), work(2), file(4), transcript(6)];
        library.delete(lin, &some).await.unwrap();
        let first = [work(1), file(4)];
        assert_eq!(library.erase(lin, &first).await.unwrap(), 2);
        assert_eq!(library.erase(lin, &first).await.unwrap(), 0);
        assert_eq!(library.restore(lin, &first).await.unwrap(), 0);
        assert_eq!(files.used(lin.user()).await.unwrap().bytes, 20);
        assert_eq!(library.empty(lin).await.unwrap(), 2);
        assert!(discarded(&site, lin).await.is_empty());
        let used = files.used(lin.user()).await.unwrap();
        assert_eq!((used.bytes, used.files, used.bytes_deleted), (10, 1, 0));
        let kept = "SELECT COUNT(*) FROM blobs WHERE state = 'kept'";
        assert_eq!(count(&db, kept).await, 1, "the conversation's picture");

        shelf.work(11, "image").await;
        shelf.keep(12, "upload", "later.wav").await;
        shelf.transcript(13, 12).await;
        library
            .delete(lin, &[work(11), transcript(13)])
            .await
            .unwrap();
        assert_eq!(library.purge().await.unwrap(), 0, "it can come back yet");
        for table in ["files", "works", "transcripts"] {
            let sql = format!("UPDATE {table} SET deleted_at = 1 WHERE deleted_at IS NOT NULL");
            execute(&db, &sql).await;
        }
        assert_eq!(library.purge().await.unwrap(), 3);
        assert_eq!(count(&db, "SELECT COUNT(*) FROM works").await, 0);
        assert_eq!(count(&db, "SELECT COUNT(*) FROM transcripts").await, 0);
        assert_eq!(files.used(lin.user()).await.unwrap().bytes, 10);
        assert_eq!(count(&db, kept).await, 1);
    })
    .await;
}

#[tokio::test]
async fn what_was_deleted_comes_page_by_page_the_last_first() {
    on_both(async |db| {
        let site = Site::at_rest(&db).await;
        let lin = &site.lin;
        let shelf = Shelf {
            db: &db,
            owner: lin.user(),
        };
        let mut expected = Vec::new();
        for number in 1..=60 {
            let table = if number % 2 == 0 {
                shelf.work(number, "image").await;
                expected.push(work(number));
                "works"
            } else {
                shelf.keep(number, "upload", "a.wav").await;
                expected.push(file(number));
                "files"
            };
            // Three at a time.
            let (at, id) = (1 + number / 3, id(number));
            for table in [table, "files"] {
                let sql = format!("UPDATE {table} SET deleted_at = {at} WHERE id = '{id}'");
                execute(&db, &sql).await;
            }
        }
        expected.reverse();
        let library = &site.services.library;
        let first = library.trash(lin, None).await.unwrap();
        assert_eq!(first.items.len(), 50);
        let second = library.trash(lin, first.next.as_deref()).await.unwrap();
        assert_eq!((second.items.len(), &second.next), (10, &None));
        let all = first.items.iter().chain(&second.items);
        let all: Vec<LibraryId> = all.map(|item| item.id).collect();
        assert_eq!(all, expected);
        for odd in ["", "x", "1.x", "1"] {
            let wrong = library.trash(lin, Some(odd)).await;
            assert!(matches!(wrong, Err(Error::NotFound)), "{odd}");
        }
        assert_eq!(library.empty(lin).await.unwrap(), 60);
    })
    .await;
}
