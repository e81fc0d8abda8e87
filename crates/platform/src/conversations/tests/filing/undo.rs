//! Deleted folders and tags, and what comes back with them.

use super::*;

#[tokio::test]
async fn a_deleted_folder_comes_back_with_what_was_not_put_elsewhere_meanwhile() {
    on_both(async |db| {
        let house = House::on(&db).await;
        testing::many_conversations(&db, house.lin.user(), 10).await;
        let service = &house.conversations;
        let not_found = Some(FailureCode::NotFound);
        let (work, home) = (house.made("Work").await, house.made("Home").await);
        house
            .put(Some(work), &(1..=6).map(nth).collect::<Vec<_>>())
            .await;
        let one = [nth(2)];
        let archived = service.order(&house.lin, ConversationAct::Archive, &one);
        archived.await.unwrap();
        // One is in the trash before; the others go there with the folder.
        let one = [nth(1)];
        let thrown = service.order(&house.lin, ConversationAct::Delete, &one);
        thrown.await.unwrap();
        house.clock.advance(1_000);
        let thrown = service.delete_folder(&house.lin, work, true).await.unwrap();
        assert_eq!(thrown.len(), 5);
        let early = service.restore_folder(&house.wang, work).await;
        assert_eq!(code(early), not_found, "a stranger's");
        // Two come out by themselves, and one of them is put elsewhere.
        let both = [nth(3), nth(4)];
        let restored = service.order(&house.lin, ConversationAct::Restore, &both);
        assert_eq!(restored.await.unwrap(), 2);
        assert!(house.sidebar().await.contains(&nth(3)), "listed by its day");
        house.put(Some(home), &[nth(4)]).await;

        let again = house.made("wORK").await;
        let clash = service.restore_folder(&house.lin, work).await;
        assert_eq!(code(clash), Some(FailureCode::NameTaken));
        assert_eq!(
            house
                .lines_of(Shelf::Trash, Narrowed::default())
                .await
                .len(),
            4,
            "nothing of it happened"
        );
        service
            .rename_folder(&house.lin, again, folder("Other"))
            .await
            .unwrap();
        service.restore_folder(&house.lin, work).await.unwrap();
        let twice = service.restore_folder(&house.lin, work).await;
        assert_eq!(code(twice), not_found);
        assert_eq!(house.ids_of(within(work)).await, [nth(6), nth(5), nth(3)]);
        assert_eq!(house.ids_of(within(home)).await, [nth(4)]);
        let archive = house.lines_of(Shelf::Archive, Narrowed::default()).await;
        assert_eq!(
            archive[0].folder.as_ref().map(|folder| folder.id),
            Some(work)
        );
        let trash = house.lines_of(Shelf::Trash, Narrowed::default()).await;
        assert_eq!(trash.len(), 1, "what was there before stays");
        assert_eq!(trash[0].folder.as_ref().map(|folder| folder.id), Some(work));

        // For 30 days.
        service
            .delete_folder(&house.lin, work, false)
            .await
            .unwrap();
        house.clock.advance(TRASH_DAYS * Millis::DAY);
        service.purge().await.unwrap();
        service.restore_folder(&house.lin, work).await.unwrap();
        assert_eq!(house.ids_of(within(work)).await.len(), 3);
        service
            .delete_folder(&house.lin, work, false)
            .await
            .unwrap();
        house.clock.advance(TRASH_DAYS * Millis::DAY + 1);
        service.purge().await.unwrap();
        let late = service.restore_folder(&house.lin, work).await;
        assert_eq!(code(late), not_found);
        assert_eq!(
            house.ids_of(Narrowed::default()).await.len(),
            8,
            "they stay"
        );
    })
    .await;
}

#[tokio::test]
async fn a_deleted_tag_comes_back_to_all_that_had_it_and_have_room() {
    on_both(async |db| {
        let house = House::on(&db).await;
        testing::many_conversations(&db, house.lin.user(), 5).await;
        let service = &house.conversations;
        house.tagged("诗", &[nth(1), nth(2), nth(3)]).await.unwrap();
        let work = house.made("Work").await;
        house.put(Some(work), &[nth(1)]).await;
        let poems = house.tag_named("诗").await.id;
        for number in 0..9 {
            house
                .tagged(&format!("t{number}"), &[nth(2)])
                .await
                .unwrap();
        }
        service.delete_tag(&house.lin, poems).await.unwrap();
        let both = Narrowed {
            folder: Some(work),
            tag: Some(poems),
        };
        assert_eq!(house.ids_of(with(poems)).await, []);
        assert_eq!(house.ids_of(both).await, []);
        let filing = service.filing(&house.lin, nth(1)).await.unwrap();
        assert_eq!((filing.tags.len(), filing.cabinet.tags.len()), (0, 9));
        let not_found = Some(FailureCode::NotFound);
        assert_eq!(code(service.delete_tag(&house.lin, poems).await), not_found);
        let renamed = service.rename_tag(&house.lin, poems, tag("x")).await;
        assert_eq!(code(renamed), not_found);
        assert_eq!(
            service.untag(&house.lin, poems, &[nth(1)]).await.unwrap(),
            0
        );
        assert_eq!(
            code(service.restore_tag(&house.wang, poems).await),
            not_found
        );

        // Its place may be taken meanwhile.
        assert_eq!(house.tagged("t9", &[nth(2)]).await.unwrap(), 1);
        let stands = service.restore_tag(&house.lin, poems).await.unwrap();
        assert_eq!(stands, poems);
        assert_eq!(
            code(service.restore_tag(&house.lin, poems).await),
            not_found
        );
        assert_eq!(house.ids_of(with(poems)).await, [nth(3), nth(1)]);
        assert_eq!(house.ids_of(both).await, [nth(1)]);

        // So may its name: then both are one.
        service.delete_tag(&house.lin, poems).await.unwrap();
        house.tagged("诗", &[nth(3), nth(5)]).await.unwrap();
        let again = house.tag_named("诗").await.id;
        assert_ne!(again, poems);
        let stands = service.restore_tag(&house.lin, poems).await.unwrap();
        assert_eq!(stands, again);
        assert_eq!(house.ids_of(with(again)).await, [nth(5), nth(3), nth(1)]);
        let names = service.cabinet(&house.lin).await.unwrap().tags;
        assert_eq!(names.len(), 11);

        service.delete_tag(&house.lin, again).await.unwrap();
        house.clock.advance(TRASH_DAYS * Millis::DAY + 1);
        service.purge().await.unwrap();
        assert_eq!(
            code(service.restore_tag(&house.lin, again).await),
            not_found
        );
        let left = "SELECT COUNT(*) FROM conversation_tags";
        assert_eq!(testing::count(&db, left).await, 10);
    })
    .await;
}
