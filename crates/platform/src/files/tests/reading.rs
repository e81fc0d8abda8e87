use super::*;

#[tokio::test]
async fn ranges_are_cut_to_the_content() {
    on_both(async |db| {
        for in_folder in [true, false] {
            let desk = Desk::with(&db, |options| {
                if !in_folder {
                    options.place = FilePlace::memory();
                }
            })
            .await;
            let film = film(300_000);
            let file = desk.upload(desk.lin, "a.mp4", film.clone()).await.unwrap();
            for (asked, given) in [
                (0..10, 0..10),
                (150_000..290_000, 150_000..290_000),
                (299_999..400_000, 299_999..300_000),
                (400_000..500_000, 300_000..300_000),
            ] {
                let opened = desk.files.open(desk.lin, file.id, Some(asked)).await;
                let (_, stream, range) = opened.unwrap();
                assert_eq!(range, given);
                let (from, to) = (
                    usize::try_from(range.start).unwrap(),
                    usize::try_from(range.end).unwrap(),
                );
                assert!(whole(stream).await == film[from..to], "{range:?}");
            }
            desk.files.delete(desk.lin, &[file.id]).await.unwrap();
        }
    })
    .await;
}

#[tokio::test]
async fn a_small_picture_is_made_once_and_goes_with_its_file() {
    on_both(async |db| {
        let desk = Desk::on(&db).await;
        let png = picture(900, 300, ImageFormat::Png);
        let file = desk.upload(desk.lin, "a.png", png).await.unwrap();
        let small = desk.files.thumbnail(desk.lin, file.id, 200).await.unwrap();
        assert_eq!(small.mime, "image/jpeg");
        let image = image::load_from_memory(&small.bytes).unwrap();
        assert_eq!((image.width(), image.height()), (256, 85));
        desk.objects(2).await;
        let again = desk.files.thumbnail(desk.lin, file.id, 256).await.unwrap();
        assert_eq!((again.bytes, again.tag), (small.bytes, small.tag));
        desk.files.thumbnail(desk.lin, file.id, 9999).await.unwrap();
        desk.objects(3).await;
        // FI-17.
        desk.files.delete(desk.lin, &[file.id]).await.unwrap();
        desk.objects(0).await;
        assert_eq!(desk.on_disk(), 0);

        let film = desk.upload(desk.lin, "a.mp4", film(100)).await.unwrap();
        let none = desk.files.thumbnail(desk.lin, film.id, 128).await;
        assert_eq!(code(none.map(|_| ())), FailureCode::NotFound);
    })
    .await;
}
