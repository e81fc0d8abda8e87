//! Who has things made and may keep no files.

use super::*;

/// A role that lets somebody have things made, and no more, is all that Lin has from now on.
const MAKERS: [&str; 2] = [
    "INSERT INTO roles (id, name, name_key, description, rank, permissions, built_in, requires_second_factor, created_at, updated_at) \
     VALUES ('01990000-0000-7000-8000-0000000000aa', 'Makers', 'makers', '', 10, '[\"media.use\"]', FALSE, FALSE, 0, 0)",
    "UPDATE user_roles SET role_id = '01990000-0000-7000-8000-0000000000aa'",
];

#[tokio::test]
async fn who_may_keep_no_files_deletes_none_and_brings_none_back() {
    on_both(async |db| {
        let site = Site::at_rest(&db).await;
        let library = &site.services.library;
        let shelf = Shelf {
            db: &db,
            owner: site.lin.user(),
        };
        shelf.work(1, "image").await;
        shelf.keep(2, "upload", "there.wav").await;
        shelf.keep(3, "upload", "deleted.wav").await;
        library.delete(&site.lin, &[file(3)]).await.unwrap();
        for sql in MAKERS {
            execute(&db, sql).await;
        }
        let maker = site.services.identity.absent(site.lin.user());
        let maker = maker.await.unwrap();

        // Nor does anything that is named beside one go.
        for ids in [&[file(2)][..], &[work(1), file(2)]] {
            let refused = library.delete(&maker, ids).await.unwrap_err();
            assert_eq!(refused.code(), FailureCode::Forbidden, "{ids:?}");
        }
        let restored = library.restore(&maker, &[file(3)]).await.unwrap_err();
        assert_eq!(restored.code(), FailureCode::Forbidden);
        let erased = library.erase(&maker, &[file(3)]).await.unwrap_err();
        assert_eq!(erased.code(), FailureCode::Forbidden);
        assert_eq!(library.empty(&maker).await.unwrap(), 0);
        let trash = library.trash(&maker, None).await.unwrap();
        assert!(trash.items.is_empty(), "{trash:?}");

        // What they have made is theirs to delete, and comes back without the file that went at the same moment.
        let deleted = library.delete(&maker, &[work(1)]).await.unwrap();
        assert_eq!(deleted.deleted, 1);
        library
            .undo(&maker, deleted.deleted_at.unwrap())
            .await
            .unwrap();
        assert_eq!(all(&site, None, "").await, [file(2), work(1)]);
        let trash = library.trash(&site.lin, None).await.unwrap();
        let left: Vec<LibraryId> = trash.items.iter().map(|item| item.id).collect();
        assert_eq!(left, [file(3)]);
    })
    .await;
}
