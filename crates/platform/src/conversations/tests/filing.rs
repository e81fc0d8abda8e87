//! Folders and tags, on both databases.

mod bounds;
mod undo;

use model::{
    ConversationAct, Folder, FolderId, FolderName, Narrowed, Shelf, ShelfLine, Tag, TagId, TagName,
};

use super::*;

fn nth(row: u32) -> ConversationId {
    ConversationId::from_uuid(testing::nth(row))
}

fn folder(name: &str) -> FolderName {
    FolderName::parse(name).unwrap()
}

fn tag(name: &str) -> TagName {
    TagName::parse(name).unwrap()
}

impl House {
    async fn made(&self, name: &str) -> FolderId {
        let made = self.conversations.create_folder(&self.lin, folder(name));
        made.await.unwrap()
    }

    async fn put(&self, into: Option<FolderId>, ids: &[ConversationId]) -> u64 {
        let put = self.conversations.put_in_folder(&self.lin, into, ids);
        put.await.unwrap()
    }

    async fn tagged(&self, name: &str, ids: &[ConversationId]) -> Result<u64, Error> {
        self.conversations.tag(&self.lin, tag(name), ids).await
    }

    async fn tag_named(&self, name: &str) -> Tag {
        let tags = self.conversations.cabinet(&self.lin).await.unwrap().tags;
        let found = tags.into_iter().find(|tag| tag.name.as_str() == name);
        found.unwrap()
    }

    /// All lines of a place, read page by page.
    async fn lines_of(&self, shelf: Shelf, narrowed: Narrowed) -> Vec<ShelfLine> {
        let (mut seen, mut after) = (Vec::new(), None::<String>);
        loop {
            let page = self
                .conversations
                .shelf_lines(&self.lin, shelf, narrowed, after.as_deref(), UTC)
                .await
                .unwrap();
            seen.extend(page.items);
            after = page.next;
            if after.is_none() {
                return seen;
            }
        }
    }

    async fn ids_of(&self, narrowed: Narrowed) -> Vec<ConversationId> {
        let lines = self.lines_of(Shelf::Kept, narrowed).await.into_iter();
        lines.map(|line| line.summary.id).collect()
    }

    async fn sidebar(&self) -> Vec<ConversationId> {
        let page = self.conversations.list(&self.lin, None, UTC).await.unwrap();
        page.items.iter().map(|line| line.id).collect()
    }
}

fn within(folder: FolderId) -> Narrowed {
    Narrowed {
        folder: Some(folder),
        tag: None,
    }
}

fn with(tag: TagId) -> Narrowed {
    Narrowed {
        folder: None,
        tag: Some(tag),
    }
}

#[tokio::test]
async fn what_is_in_a_folder_is_listed_there_and_among_all() {
    on_both(async |db| {
        let house = House::on(&db).await;
        testing::many_conversations(&db, house.lin.user(), 100).await;
        let (work, home) = (house.made("Work").await, house.made("家").await);
        let filed: Vec<_> = (1..=90).map(nth).collect();
        assert_eq!(house.put(Some(work), &filed).await, 90);
        assert_eq!(house.put(Some(work), &filed).await, 0, "once");
        assert_eq!(house.put(Some(home), &[nth(3)]).await, 1, "moved");

        let loose: Vec<_> = (91..=100).rev().map(nth).collect();
        assert_eq!(house.sidebar().await, loose);
        assert_eq!(house.ids_of(Narrowed::default()).await.len(), 100);
        assert_eq!(house.ids_of(within(work)).await.len(), 89);
        assert_eq!(house.ids_of(within(home)).await, [nth(3)]);
        let page = house.conversations.folder(&house.lin, work, None, UTC);
        let page = page.await.unwrap();
        assert_eq!((page.items.len(), page.items[0].id), (40, nth(90)));
        let lines = house.lines_of(Shelf::Kept, within(home)).await;
        let name = lines[0].folder.as_ref().map(|folder| folder.name.as_str());
        assert_eq!(name, Some("家"));

        // What is pinned is above all days, and in its folder.
        let order = &house.conversations;
        let fifth = [nth(5)];
        let pinned = order.order(&house.lin, ConversationAct::Pin, &fifth);
        pinned.await.unwrap();
        assert_eq!(house.sidebar().await[0], nth(5));
        assert!(house.ids_of(within(work)).await.contains(&nth(5)));
        // What is put away comes back to where it was.
        for act in [ConversationAct::Archive, ConversationAct::Unarchive] {
            let kept = house.ids_of(within(work)).await.len();
            order.order(&house.lin, act, &[nth(6)]).await.unwrap();
            assert_ne!(house.ids_of(within(work)).await.len(), kept, "{act:?}");
        }
        assert_eq!(house.put(None, &[nth(3), nth(99)]).await, 1);
        assert!(house.sidebar().await.contains(&nth(3)));
    })
    .await;
}

#[tokio::test]
async fn a_folder_goes_alone_or_with_what_is_in_it() {
    on_both(async |db| {
        let house = House::on(&db).await;
        testing::many_conversations(&db, house.lin.user(), 10).await;
        let service = &house.conversations;
        let (work, home) = (house.made("Work").await, house.made("Home").await);
        house.put(Some(work), &[nth(1), nth(2)]).await;
        house.put(Some(home), &[nth(3), nth(4)]).await;
        let kept = service.delete_folder(&house.lin, work, false).await;
        assert_eq!(kept.unwrap(), []);
        assert_eq!(house.sidebar().await.len(), 8);
        let mut thrown = service.delete_folder(&house.lin, home, true).await.unwrap();
        thrown.sort_unstable();
        assert_eq!(thrown, [nth(3), nth(4)]);
        assert_eq!(house.ids_of(Narrowed::default()).await.len(), 8);
        let restored = service.order(&house.lin, ConversationAct::Restore, &thrown);
        assert_eq!(restored.await.unwrap(), 2);
        assert_eq!(house.sidebar().await.len(), 10);
        let gone = service.delete_folder(&house.lin, home, true).await;
        assert_eq!(code(gone), Some(FailureCode::NotFound));
        let renamed = service.rename_folder(&house.lin, home, folder("x")).await;
        assert_eq!(code(renamed), Some(FailureCode::NotFound));
        let first = [nth(1)];
        let into = service.put_in_folder(&house.lin, Some(home), &first);
        assert_eq!(code(into.await), Some(FailureCode::NotFound));
    })
    .await;
}

#[tokio::test]
async fn names_of_folders_are_unique_and_there_are_not_more_than_a_person_may_have() {
    on_both(async |db| {
        let house = House::on(&db).await;
        let service = &house.conversations;
        let work = house.made("Work").await;
        let again = service.create_folder(&house.lin, folder("wORK")).await;
        assert_eq!(code(again), Some(FailureCode::NameTaken));
        let home = house.made("Home").await;
        let clash = service
            .rename_folder(&house.lin, home, folder("work"))
            .await;
        assert_eq!(code(clash), Some(FailureCode::NameTaken));
        let case = service
            .rename_folder(&house.lin, work, folder("WORK"))
            .await;
        case.unwrap();
        service
            .create_folder(&house.wang, folder("Work"))
            .await
            .unwrap();
        for number in 2..Folder::MOST {
            house.made(&format!("{number}")).await;
        }
        let more = service.create_folder(&house.lin, folder("more")).await;
        assert_eq!(code(more), Some(FailureCode::TooMany));
        let listed = service.folders(&house.lin).await.unwrap();
        assert_eq!(listed.len(), 200);
    })
    .await;
}

#[tokio::test]
async fn words_are_put_to_conversations_and_found_by() {
    on_both(async |db| {
        let house = House::on(&db).await;
        testing::many_conversations(&db, house.lin.user(), 100).await;
        let many: Vec<_> = (1..=60).map(nth).collect();
        assert_eq!(house.tagged("诗", &many).await.unwrap(), 60);
        assert_eq!(house.tagged("诗", &many).await.unwrap(), 0, "once");
        assert_eq!(house.tagged("Rust", &[nth(1), nth(70)]).await.unwrap(), 2);
        assert_eq!(house.tagged("rUST", &[nth(2)]).await.unwrap(), 1);
        let (poems, rust) = (house.tag_named("诗").await, house.tag_named("Rust").await);
        let newest_first: Vec<_> = many.iter().rev().copied().collect();
        assert_eq!(house.ids_of(with(poems.id)).await, newest_first);
        assert_eq!(house.ids_of(with(rust.id)).await, [nth(70), nth(2), nth(1)]);
        let work = house.made("Work").await;
        house.put(Some(work), &[nth(1), nth(50)]).await;
        let both = Narrowed {
            folder: Some(work),
            tag: Some(rust.id),
        };
        assert_eq!(house.ids_of(both).await, [nth(1)]);
        let filing = house
            .conversations
            .filing(&house.lin, nth(1))
            .await
            .unwrap();
        assert_eq!(filing.tags, [rust.clone(), poems.clone()]);
        assert_eq!(filing.folder.map(|folder| folder.id), Some(work));

        let service = &house.conversations;
        let off = service.untag(&house.lin, rust.id, &[nth(1), nth(9)]).await;
        assert_eq!(off.unwrap(), 1);
        let clash = service.rename_tag(&house.lin, rust.id, tag("诗")).await;
        assert_eq!(code(clash), Some(FailureCode::NameTaken));
        service
            .rename_tag(&house.lin, rust.id, tag("Code"))
            .await
            .unwrap();
        service.delete_tag(&house.lin, poems.id).await.unwrap();
        let left = service.cabinet(&house.lin).await.unwrap().tags;
        let names: Vec<_> = left.iter().map(|tag| tag.name.as_str()).collect();
        assert_eq!(names, ["Code"]);
        assert_eq!(house.ids_of(with(poems.id)).await, []);
        assert_eq!(house.ids_of(with(rust.id)).await.len(), 2);
    })
    .await;
}

#[tokio::test]
async fn a_conversation_has_ten_tags_and_a_person_two_hundred() {
    on_both(async |db| {
        let house = House::on(&db).await;
        testing::many_conversations(&db, house.lin.user(), 30).await;
        for number in 0..10 {
            house
                .tagged(&format!("t{number}"), &[nth(1)])
                .await
                .unwrap();
        }
        let eleventh = house.tagged("more", &[nth(1)]).await;
        assert_eq!(code(eleventh), Some(FailureCode::TooMany));
        assert_eq!(
            house
                .conversations
                .cabinet(&house.lin)
                .await
                .unwrap()
                .tags
                .len(),
            10
        );
        assert_eq!(house.tagged("more", &[nth(1), nth(2)]).await.unwrap(), 1);
        for number in 11..Tag::MOST {
            let row = 3 + number % 25;
            house
                .tagged(&format!("n{number}"), &[nth(row)])
                .await
                .unwrap();
        }
        let one_more = house.tagged("one more", &[nth(30)]).await;
        assert_eq!(code(one_more), Some(FailureCode::TooMany));
        let known = house.tagged("MORE", &[nth(30)]).await;
        assert_eq!(known.unwrap(), 1, "what is there can be used");
    })
    .await;
}

/// AC-03, AC-08.
#[tokio::test]
async fn a_stranger_files_nothing() {
    on_both(async |db| {
        let house = House::on(&db).await;
        testing::many_conversations(&db, house.lin.user(), 3).await;
        let work = house.made("Work").await;
        house.put(Some(work), &[nth(1)]).await;
        house.tagged("mine", &[nth(1)]).await.unwrap();
        let mine = house.tag_named("mine").await;
        let (service, wang) = (&house.conversations, &house.wang);
        let none = Some(FailureCode::NotFound);
        assert_eq!(
            code(service.rename_folder(wang, work, folder("x")).await),
            none
        );
        assert_eq!(code(service.delete_folder(wang, work, true).await), none);
        assert_eq!(
            code(service.rename_tag(wang, mine.id, tag("x")).await),
            none
        );
        assert_eq!(code(service.delete_tag(wang, mine.id).await), none);
        assert_eq!(
            code(service.put_in_folder(wang, Some(work), &[nth(1)]).await),
            none
        );
        assert_eq!(code(service.filing(wang, nth(1)).await), none);
        let his = service.create_folder(wang, folder("His")).await.unwrap();
        let both = [nth(1), nth(2)];
        let put = service.put_in_folder(wang, Some(his), &both);
        assert_eq!(put.await.unwrap(), 0);
        assert_eq!(
            service.put_in_folder(wang, None, &[nth(1)]).await.unwrap(),
            0
        );
        assert_eq!(service.tag(wang, tag("his"), &[nth(1)]).await.unwrap(), 0);
        assert_eq!(service.untag(wang, mine.id, &[nth(1)]).await.unwrap(), 0);
        assert_eq!(
            service.cabinet(wang).await.unwrap().tags,
            [],
            "nothing came of it"
        );
        for narrowed in [within(work), with(mine.id)] {
            let page = service.shelf_lines(wang, Shelf::Kept, narrowed, None, UTC);
            assert_eq!(page.await.unwrap().items, []);
        }
        assert_eq!(
            service.folder(wang, work, None, UTC).await.unwrap().items,
            []
        );
        assert_eq!(house.ids_of(within(work)).await, [nth(1)]);
        assert_eq!(house.ids_of(with(mine.id)).await, [nth(1)]);
        let many: Vec<_> = (1..=201).map(nth).collect();
        let refused = Some(FailureCode::BadRequest);
        assert_eq!(
            code(service.put_in_folder(&house.lin, None, &many).await),
            refused
        );
        assert_eq!(
            code(service.tag(&house.lin, tag("x"), &many).await),
            refused
        );
    })
    .await;
}
