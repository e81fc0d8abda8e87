use super::*;
use crate::files::UploadStatus;

impl Desk {
    async fn begin(&self, length: usize) -> Result<UploadStatus, FilesError> {
        let name = FileName::parse("春.mp4")?;
        self.files
            .begin_upload(self.lin, &name, Some("video/mp4"), length as u64)
            .await
    }

    async fn append(
        &self,
        upload: &UploadStatus,
        offset: i64,
        bytes: Vec<u8>,
    ) -> Result<UploadStatus, FilesError> {
        self.files
            .append(self.lin, upload.id, offset, pieces(bytes))
            .await
    }
}

#[tokio::test]
async fn an_upload_that_is_cut_goes_on_where_it_was() {
    on_both(async |db| {
        for in_folder in [true, false] {
            let desk = Desk::with(&db, |options| {
                if !in_folder {
                    options.place = FilePlace::memory();
                }
            })
            .await;
            let film = film(11 * MIB + 3);
            let upload = desk.begin(film.len()).await.unwrap();
            // Cut in the middle of a part: what arrived is kept.
            let cut = stream::iter([
                Ok(Bytes::copy_from_slice(&film[..6 * MIB])),
                Err("the connection broke"),
            ]);
            let answer = desk.files.append(desk.lin, upload.id, 0, cut).await;
            assert_eq!(code(answer), FailureCode::BadRequest);
            let status = desk.files.upload(desk.lin, upload.id).await.unwrap();
            assert_eq!(status.offset, i64::try_from(6 * MIB).unwrap());
            for wrong in [0, status.offset - 1, status.offset + 1] {
                let answer = desk.append(&upload, wrong, film[..10].to_vec()).await;
                assert!(
                    matches!(answer, Err(FilesError::WrongOffset { at }) if at == status.offset)
                );
            }
            let ended = desk
                .append(&upload, status.offset, film[6 * MIB..].to_vec())
                .await
                .unwrap();
            let file = ended.file.unwrap();
            assert!(desk.files.read(desk.lin, file, u64::MAX).await.unwrap() == film);
            let view = desk.files.view(desk.lin, file).await.unwrap();
            assert_eq!(
                (view.name.as_str(), view.mime.as_str()),
                ("春.mp4", "video/mp4")
            );
            desk.objects(1).await;
            let used = desk.files.used(desk.lin).await.unwrap();
            assert_eq!((used.bytes, used.files), (view.bytes, 1));
            // Asked again, it says the same.
            let again = desk
                .append(&upload, ended.offset, Vec::new())
                .await
                .unwrap();
            assert_eq!(again.file, Some(file));
            desk.files.end_upload(desk.lin, upload.id).await.unwrap();
            assert!(
                desk.files.view(desk.lin, file).await.is_ok(),
                "the file stays"
            );
            desk.files.delete(desk.lin, &[file]).await.unwrap();
            desk.objects(0).await;
        }
    })
    .await;
}

#[tokio::test]
async fn hostile_lengths_are_refused_at_once() {
    on_both(async |db| {
        let desk = Desk::with(&db, |options| {
            options.largest_upload = 10_000;
            options.person_bytes = Some(15_000);
        })
        .await;
        assert_eq!(code(desk.begin(10_001).await), FailureCode::TooLarge);
        assert_eq!(code(desk.begin(usize::MAX).await), FailureCode::TooLarge);
        assert_eq!(code(desk.begin(0).await), FailureCode::InvalidFile);
        // What is on its way is reserved.
        let upload = desk.begin(10_000).await.unwrap();
        assert_eq!(code(desk.begin(10_000).await), FailureCode::StorageUsedUp);
        let more = desk.append(&upload, 0, film(10_001)).await;
        assert_eq!(code(more), FailureCode::BadRequest);
        desk.files.end_upload(desk.lin, upload.id).await.unwrap();
        assert!(desk.begin(10_000).await.is_ok());
    })
    .await;
}

#[tokio::test]
async fn what_can_become_no_file_is_refused_by_its_beginning() {
    on_both(async |db| {
        let desk = Desk::on(&db).await;
        let upload = desk.begin(30 * MIB).await.unwrap();
        let answer = desk.append(&upload, 0, vec![b'<'; 5 * MIB]).await;
        assert_eq!(code(answer), FailureCode::FileTypeRefused);
        let status = desk.files.upload(desk.lin, upload.id).await.unwrap();
        assert_eq!(status.failure, Some(FailureCode::FileTypeRefused));
        let again = desk.append(&upload, 0, film(100)).await;
        assert_eq!(code(again), FailureCode::FileTypeRefused, "it is over");
        desk.objects(0).await;
        assert_eq!(desk.files.used(desk.lin).await.unwrap().bytes, 0);
    })
    .await;
}

#[tokio::test]
async fn a_strangers_upload_looks_like_none() {
    on_both(async |db| {
        let desk = Desk::on(&db).await;
        let upload = desk.begin(1000).await.unwrap();
        let files = &desk.files;
        assert_eq!(
            code(files.upload(desk.eve, upload.id).await),
            FailureCode::NotFound
        );
        let theirs = files
            .append(desk.eve, upload.id, 0, pieces(film(1000)))
            .await;
        assert_eq!(code(theirs), FailureCode::NotFound);
        assert_eq!(
            code(files.end_upload(desk.eve, upload.id).await),
            FailureCode::NotFound
        );
        assert_eq!(files.upload(desk.lin, upload.id).await.unwrap(), upload);
    })
    .await;
}

#[tokio::test]
async fn of_two_who_go_on_from_the_same_place_one_does() {
    on_both(async |db| {
        let desk = Desk::on(&db).await;
        let film = film(1_000_000);
        let upload = desk.begin(film.len()).await.unwrap();
        let (one, two) = tokio::join!(
            desk.append(&upload, 0, film[..600_000].to_vec()),
            desk.append(&upload, 0, vec![7; 600_000]),
        );
        // Only one of them looks like a film, so it may be that the other one ended the upload for good.
        let answers = [one.is_ok(), two.is_ok()];
        assert!(answers != [true, true], "{answers:?}");
        let status = desk.files.upload(desk.lin, upload.id).await.unwrap();
        if status.failure.is_none() {
            let ended = desk
                .append(&upload, 600_000, film[600_000..].to_vec())
                .await
                .unwrap();
            assert!(
                desk.files
                    .read(desk.lin, ended.file.unwrap(), u64::MAX)
                    .await
                    .unwrap()
                    == film
            );
        }
    })
    .await;
}

#[tokio::test]
async fn uploads_that_nobody_goes_on_with_expire() {
    on_both(async |db| {
        let desk = Desk::on(&db).await;
        let upload = desk.begin(1000).await.unwrap();
        desk.append(&upload, 0, film(500)).await.unwrap();
        desk.clock.advance(23 * HOUR);
        desk.append(&upload, 500, film(100)).await.unwrap();
        desk.clock.advance(23 * HOUR);
        desk.files.purge().await.unwrap();
        assert!(
            desk.files.upload(desk.lin, upload.id).await.is_ok(),
            "it went on"
        );
        desk.clock.advance(2 * HOUR);
        assert_eq!(
            code(desk.files.upload(desk.lin, upload.id).await),
            FailureCode::NotFound
        );
        desk.files.purge().await.unwrap();
        desk.objects(0).await;
        assert_eq!(desk.files.used(desk.lin).await.unwrap().bytes, 0);
        assert_eq!(count(&db, "SELECT COUNT(*) FROM upload_parts").await, 0);
    })
    .await;
}

#[tokio::test]
async fn a_person_has_so_many_uploads_on_their_way_at_most() {
    on_both(async |db| {
        let desk = Desk::on(&db).await;
        for _ in 0..100 {
            desk.begin(10).await.unwrap();
        }
        assert_eq!(code(desk.begin(10).await), FailureCode::TooMany);
    })
    .await;
}
