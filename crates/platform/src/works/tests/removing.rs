//! Taking what was made off the page, and what is left of it.

use super::*;

#[tokio::test]
async fn a_making_goes_with_all_of_its_works_or_stays() {
    on_both(async |db| {
        let house = House::on(&db).await;
        let (works, library) = (&house.services.works, &house.services.library);
        let id = house.make(&Wish::Image(image(3))).await.unwrap();
        let made = house.ended(id).await.works;
        assert_eq!(made.len(), 3);
        house.closing.cancel();

        let eve = house.services.identity.signed_up("eve", BuiltIn::Member);
        let eve = eve.await;
        let stolen = works.remove(&eve, id).await;
        assert!(matches!(stolen, Err(Error::NotFound)));
        // One that was deleted before is not among what comes back with the others.
        works.delete(&house.lin, &[made[0].id]).await.unwrap();
        execute(
            &db,
            "UPDATE works SET deleted_at = 1 WHERE deleted_at IS NOT NULL",
        )
        .await;
        assert_eq!(house.making(id).await.works, made[1..]);

        // The second of two that go at the same moment is refused.
        execute(&db, "CREATE UNIQUE INDEX refused ON works (deleted_at)").await;
        let refused = works.remove(&house.lin, id).await;
        assert!(matches!(refused, Err(Error::Store(_))), "{refused:?}");
        assert_eq!(
            house.making(id).await.works,
            made[1..],
            "all of it is there"
        );
        let files = &house.services.files;
        for work in &made[1..] {
            files.view(house.lin.user(), work.file).await.unwrap();
        }
        execute(&db, "DROP INDEX refused").await;

        let at = works.remove(&house.lin, id).await.unwrap();
        let gone = works.making(&house.lin, id).await;
        assert!(matches!(gone, Err(Error::NotFound)));
        let filter = WorkFilter::default();
        let left = works.library(&house.lin, &filter, None).await.unwrap();
        assert_eq!(left.items, []);
        let twice = works.remove(&house.lin, id).await;
        assert!(matches!(twice, Err(Error::NotFound)));
        library.undo(&house.lin, at).await.unwrap();
        assert_eq!(house.making(id).await.works, made[1..]);
    })
    .await;
}

/// What is under way is stopped first.
#[tokio::test]
async fn what_is_on_its_way_is_not_taken_off_the_page() {
    on_both(async |db| {
        let house = House::at_rest(&db).await;
        let id = house.make(&Wish::Image(image(1))).await.unwrap();
        let early = house.services.works.remove(&house.lin, id).await;
        assert!(matches!(early, Err(Error::NotFound)));
        assert_eq!(house.making(id).await.state, JobState::Queued);
    })
    .await;
}

#[tokio::test]
async fn what_was_deleted_is_made_anew_only_when_it_is_asked_for_anew() {
    on_both(async |db| {
        let house = House::at_rest(&db).await;
        let works = &house.services.works;
        let wish = Wish::Image(image(1));
        let submission = house.submission();
        let make = async |submission| works.make(&house.lin, submission, &wish).await;
        let id = make(submission).await.unwrap();
        assert_eq!(make(submission).await.unwrap(), id);
        works.cancel(&house.lin, id).await.unwrap();
        let second = house.submission();
        let again = works.again(&house.lin, second, id).await.unwrap();
        works.cancel(&house.lin, again).await.unwrap();
        let at = works.forget(&house.lin, id).await.unwrap();
        works.remove(&house.lin, again).await.unwrap();

        let late = make(submission).await.unwrap_err();
        assert_eq!(late.code(), FailureCode::DeletedSince);
        let late = works.again(&house.lin, second, id).await.unwrap_err();
        assert_eq!(late.code(), FailureCode::DeletedSince);
        assert_eq!(house.held().await, 0, "nothing is paid twice");
        // Somebody else's may be called the same.
        let eve = house.services.identity.signed_up("eve", BuiltIn::Member);
        let eve = eve.await;
        let theirs = works.make(&eve, submission, &wish).await.unwrap();
        assert_ne!(theirs, id);

        let anew = make(house.submission()).await.unwrap();
        assert_ne!(anew, id);
        let library = &house.services.library;
        library.undo(&house.lin, at).await.unwrap();
        assert_eq!(make(submission).await.unwrap(), id, "it is back");
    })
    .await;
}
