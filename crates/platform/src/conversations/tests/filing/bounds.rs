//! How many folders and tags there are, also at once, and of those that were deleted.

use super::*;
use crate::store::testing::{count, execute};

/// So many folders, or tags, that the owner has.
async fn many(db: &Db, table: &str, owner: UserId, count: u32) {
    let sql = format!(
        "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {count})
         INSERT INTO {table} (id, owner_id, name, name_key, created_at)
         SELECT '01990000-0000-7000-8000-' || CAST(100000000000 + i AS TEXT), '{owner}', 'n' || CAST(i AS TEXT),
                'n' || CAST(i AS TEXT), 0 FROM n"
    );
    execute(db, &sql).await;
}

/// One was done, the other refused because there are as many as there may be.
fn assert_one<T>(both: (Result<T, Error>, Result<T, Error>)) {
    let both = [code(both.0), code(both.1)];
    assert!(
        both.contains(&None) && both.contains(&Some(FailureCode::TooMany)),
        "{both:?}"
    );
}

#[tokio::test]
async fn folders_made_or_brought_back_at_once_are_no_more_than_a_person_may_have() {
    on_both(async |db| {
        let house = House::on(&db).await;
        let (service, lin) = (&house.conversations, &house.lin);
        many(&db, "folders", lin.user(), Folder::MOST - 1).await;
        assert_one(tokio::join!(
            service.create_folder(lin, folder("one")),
            service.create_folder(lin, folder("other")),
        ));

        let first = FolderId::from_uuid(testing::nth(1));
        service.delete_folder(lin, first, false).await.unwrap();
        let second = house.made("in its place").await;
        let full = service.restore_folder(lin, first).await;
        assert_eq!(code(full), Some(FailureCode::TooMany));
        let unknown = service.restore_folder(&house.wang, first).await;
        assert_eq!(code(unknown), Some(FailureCode::NotFound));
        service.delete_folder(lin, second, false).await.unwrap();
        assert_one(tokio::join!(
            service.restore_folder(lin, first),
            service.restore_folder(lin, second),
        ));
        assert_eq!(service.folders(lin).await.unwrap().len(), 200);
    })
    .await;
}

#[tokio::test]
async fn of_what_is_deleted_no_more_is_kept_than_a_person_may_have() {
    on_both(async |db| {
        let house = House::on(&db).await;
        let (service, lin, wang) = (&house.conversations, &house.lin, &house.wang);
        testing::many_conversations(&db, lin.user(), 2).await;
        let his = service.create_folder(wang, folder("His")).await.unwrap();
        service.delete_folder(wang, his, false).await.unwrap();
        for table in ["folders", "tags"] {
            many(&db, table, lin.user(), Folder::MOST).await;
            let owner = lin.user();
            let deleted = format!("UPDATE {table} SET deleted_at = 1 WHERE owner_id = '{owner}'");
            execute(&db, &deleted).await;
        }
        let last = house.made("last").await;
        house.put(Some(last), &[nth(1)]).await;
        service.delete_folder(lin, last, false).await.unwrap();
        house.tagged("last", &[nth(1)]).await.unwrap();
        let tag = house.tag_named("last").await.id;
        service.delete_tag(lin, tag).await.unwrap();

        let most = i64::from(Folder::MOST);
        for (table, kept) in [("folders", most + 1), ("tags", most)] {
            let all = format!("SELECT COUNT(*) FROM {table}");
            assert_eq!(count(&db, &all).await, kept, "{table}");
        }
        service.restore_folder(lin, last).await.unwrap();
        assert_eq!(house.ids_of(within(last)).await, [nth(1)]);
        assert_eq!(service.restore_tag(lin, tag).await.unwrap(), tag);
        assert_eq!(house.ids_of(with(tag)).await, [nth(1)]);
        service.restore_folder(wang, his).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn a_tag_is_brought_back_where_there_is_room_for_it() {
    on_both(async |db| {
        let house = House::on(&db).await;
        let (service, lin) = (&house.conversations, &house.lin);
        testing::many_conversations(&db, lin.user(), 2).await;
        many(&db, "tags", lin.user(), Tag::MOST - 1).await;
        let (one, other) = ([nth(1)], [nth(1)]);
        assert_one(tokio::join!(
            house.tagged("one", &one),
            house.tagged("other", &other),
        ));
        let first = TagId::from_uuid(testing::nth(1));
        service.delete_tag(lin, first).await.unwrap();
        house.tagged("in its place", &[nth(2)]).await.unwrap();
        let second = house.tag_named("in its place").await.id;
        let full = service.restore_tag(lin, first).await;
        assert_eq!(code(full), Some(FailureCode::TooMany));
        service.delete_tag(lin, second).await.unwrap();
        assert_one(tokio::join!(
            service.restore_tag(lin, first),
            service.restore_tag(lin, second),
        ));
    })
    .await;
}
