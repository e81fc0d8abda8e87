use super::*;

#[tokio::test]
async fn what_is_stored_is_read_back() {
    on_both(async |db| {
        for in_folder in [true, false] {
            let desk = Desk::with(&db, |options| {
                if !in_folder {
                    options.place = FilePlace::memory();
                }
            })
            .await;
            // Longer than one piece of the store's, and not a multiple of it.
            let film = film(17 * MIB + 5);
            let file = desk
                .upload(desk.lin, "春晓.mp4", film.clone())
                .await
                .unwrap();
            assert_eq!(
                (file.mime.as_str(), file.name.as_str()),
                ("video/mp4", "春晓.mp4")
            );
            assert_eq!(usize::try_from(file.bytes), Ok(film.len()));
            let (view, stream, range) = desk.files.open(desk.lin, file.id, None).await.unwrap();
            assert_eq!((view, range), (file.clone(), 0..film.len() as u64));
            assert!(whole(stream).await == film);
            let read = desk.files.read(desk.lin, file.id, u64::MAX).await.unwrap();
            assert!(read == film);
            assert_eq!(
                code(desk.files.read(desk.lin, file.id, 1000).await),
                FailureCode::TooLarge
            );
            desk.objects(1).await;
            desk.files.delete(desk.lin, &[file.id]).await.unwrap();
        }
    })
    .await;
}

/// FI-10: what is somebody else's looks like what never was.
#[tokio::test]
async fn a_strangers_file_looks_like_none() {
    on_both(async |db| {
        let desk = Desk::on(&db).await;
        let files = &desk.files;
        let file = desk
            .upload(desk.lin, "a.png", picture(8, 8, ImageFormat::Png))
            .await
            .unwrap();
        let name = FileName::parse("mine.png").unwrap();
        for answer in [
            code(files.view(desk.eve, file.id).await),
            code(files.open(desk.eve, file.id, None).await.map(|_| ())),
            code(files.read(desk.eve, file.id, 9999).await),
            code(files.thumbnail(desk.eve, file.id, 128).await.map(|_| ())),
            code(files.rename(desk.eve, file.id, &name).await),
        ] {
            assert_eq!(answer, FailureCode::NotFound);
        }
        assert_eq!(files.delete(desk.eve, &[file.id]).await.unwrap(), 0);
        assert!(files.view(desk.lin, file.id).await.is_ok());
        let theirs = files
            .list(desk.eve, None, model::FileFilter::default(), 10)
            .await
            .unwrap();
        assert!(theirs.items.is_empty());
    })
    .await;
}

/// FI-15: one owner keeps a content once, two owners keep it twice.
#[tokio::test]
async fn the_same_content_is_kept_once_by_each_owner() {
    on_both(async |db| {
        let desk = Desk::on(&db).await;
        let film = film(5_000);
        let first = desk.upload(desk.lin, "a.mp4", film.clone()).await.unwrap();
        let second = desk.upload(desk.lin, "b.mp4", film.clone()).await.unwrap();
        desk.objects(1).await;
        let theirs = desk.upload(desk.eve, "c.mp4", film.clone()).await.unwrap();
        desk.objects(2).await;
        // Both count: what is kept does not tell what was there before.
        let used = desk.files.used(desk.lin).await.unwrap();
        assert_eq!((used.files, used.bytes), (2, 10_000));

        desk.files
            .delete(desk.lin, &[first.id, first.id])
            .await
            .unwrap();
        let read = desk.files.read(desk.lin, second.id, 9999).await.unwrap();
        assert!(read == film);
        desk.files.delete(desk.lin, &[second.id]).await.unwrap();
        desk.objects(1).await;
        assert!(desk.files.read(desk.eve, theirs.id, 9999).await.is_ok());
        assert_eq!(desk.files.used(desk.lin).await.unwrap().bytes, 0);
        // Stored again, it is written anew.
        let again = desk.upload(desk.lin, "a.mp4", film.clone()).await.unwrap();
        assert!(desk.files.read(desk.lin, again.id, 9999).await.unwrap() == film);
    })
    .await;
}

/// FI-01, FI-02.
#[tokio::test]
async fn wrong_types_are_refused_and_leave_nothing() {
    on_both(async |db| {
        let desk = Desk::on(&db).await;
        let png = picture(8, 8, ImageFormat::Png);
        for (name, bytes, expected) in [
            (
                "a.svg",
                b"<svg onload='alert(1)'/>".to_vec(),
                FailureCode::FileTypeRefused,
            ),
            (
                "a.html",
                b"<!DOCTYPE html>".to_vec(),
                FailureCode::FileTypeRefused,
            ),
            (
                "a.zip",
                b"PK\x03\x04\x14\0\0\0".to_vec(),
                FailureCode::FileTypeRefused,
            ),
            ("a.png", Vec::new(), FailureCode::FileTypeRefused),
            ("a.jpg", png.clone(), FailureCode::FileTypeMismatch),
            ("a.png.html", png.clone(), FailureCode::FileTypeMismatch),
            (
                "a.png",
                png[..png.len() / 2].to_vec(),
                FailureCode::InvalidFile,
            ),
        ] {
            assert_eq!(desk.refusal(name, bytes).await, expected, "{name}");
        }
        let declared = NewFile::upload(
            FileName::parse("a.png").unwrap(),
            Some("text/html".to_owned()),
        );
        let answer = desk
            .files
            .store(desk.lin, declared, pieces(png), 9999)
            .await;
        assert_eq!(code(answer), FailureCode::FileTypeMismatch);
        desk.objects(0).await;
        assert_eq!(desk.files.used(desk.lin).await.unwrap().files, 0);
        assert_eq!(
            count(&db, "SELECT COUNT(*) FROM blobs WHERE state <> 'doomed'").await,
            0
        );
    })
    .await;
}

/// FI-11: of many at once, exactly as many get in as there is room for.
#[tokio::test]
async fn quotas_hold_when_many_store_at_once() {
    on_both(async |db| {
        let desk = Desk::with(&db, |options| options.person_bytes = Some(5 * 10_000)).await;
        let uploads = (0..12).map(|n: u8| {
            let mut film = film(10_000);
            film[5_000] = n;
            desk.upload(desk.lin, "a.mp4", film)
        });
        let answers = futures_util::future::join_all(uploads).await;
        let (stored, refused): (Vec<_>, Vec<_>) = answers.into_iter().partition(Result::is_ok);
        assert_eq!((stored.len(), refused.len()), (5, 7));
        for refused in refused {
            assert_eq!(code(refused), FailureCode::StorageUsedUp);
        }
        desk.objects(5).await;
        let used = desk.files.used(desk.lin).await.unwrap();
        assert_eq!((used.bytes, used.files), (50_000, 5));
        assert!(
            desk.upload(desk.eve, "a.mp4", film(10_000)).await.is_ok(),
            "each has their own"
        );
    })
    .await;
}

#[tokio::test]
async fn files_are_counted_as_well() {
    on_both(async |db| {
        let desk = Desk::with(&db, |options| options.person_files = Some(1)).await;
        let file = desk.upload(desk.lin, "a.mp4", film(100)).await.unwrap();
        assert_eq!(
            desk.refusal("b.mp4", film(200)).await,
            FailureCode::StorageUsedUp
        );
        desk.files.delete(desk.lin, &[file.id]).await.unwrap();
        assert!(desk.upload(desk.lin, "b.mp4", film(200)).await.is_ok());
    })
    .await;
}

/// A film of so many bytes, of which nothing more comes after that.
fn stalled(bytes: usize) -> ByteStream {
    let came: Vec<Bytes> = film(bytes)
        .chunks(MIB)
        .map(Bytes::copy_from_slice)
        .collect();
    let came = stream::iter(came).map(Ok);
    came.chain(stream::pending()).boxed()
}

/// FI-11: what is on its way counts as far as it came, and is given back where it is not kept.
#[tokio::test]
async fn what_comes_is_reserved_as_it_comes() {
    on_both(async |db| {
        let room = i64::try_from(16 * MIB).unwrap();
        let desk = Desk::with(&db, |options| options.person_bytes = Some(room)).await;
        let used = async || desk.files.used(desk.lin).await.unwrap().bytes;
        let (files, lin) = (desk.files.clone(), desk.lin);
        let on_its_way = tokio::spawn(async move {
            let file = NewFile::upload(FileName::parse("a.mp4").unwrap(), None);
            files.store(lin, file, stalled(12 * MIB), u64::MAX).await
        });
        // Two pieces of five.
        let reserved = i64::try_from(10 * MIB).unwrap();
        eventually(async || used().await >= reserved).await;
        let more = film(8 * MIB);
        let refused = desk.refusal("b.mp4", more.clone()).await;
        assert_eq!(refused, FailureCode::StorageUsedUp);
        assert!(
            desk.upload(desk.eve, "b.mp4", more.clone()).await.is_ok(),
            "each has their own"
        );
        on_its_way.abort();
        eventually(async || used().await == 0).await;
        desk.upload(desk.lin, "b.mp4", more).await.unwrap();
        assert_eq!(used().await, i64::try_from(8 * MIB).unwrap());
    })
    .await;
}

/// FI-11: where its length was told, all of it is reserved before it came, or it is refused.
#[tokio::test]
async fn what_is_told_of_its_length_is_reserved_at_once() {
    on_both(async |db| {
        let desk = Desk::with(&db, |options| options.person_bytes = Some(10_000)).await;
        let used = async || desk.files.used(desk.lin).await.unwrap().bytes;
        let told = |length| {
            let file = NewFile::upload(FileName::parse("a.mp4").unwrap(), None);
            file.of_length(Some(length))
        };
        let (files, lin, first) = (desk.files.clone(), desk.lin, told(9_000));
        let on_its_way =
            tokio::spawn(async move { files.store(lin, first, stalled(5_000), 20_000).await });
        eventually(async || used().await == 9_000).await;
        for (length, why) in [
            (2_000, FailureCode::StorageUsedUp),
            (30_000, FailureCode::TooLarge),
        ] {
            // Nothing more has to come for that.
            let store = desk.files.store(lin, told(length), stalled(5_000), 20_000);
            assert_eq!(code(store.await), why);
        }
        on_its_way.abort();
        eventually(async || used().await == 0).await;
        let whole = pieces(film(9_000));
        let kept = desk.files.store(lin, told(9_000), whole, 20_000).await;
        assert_eq!((kept.unwrap().bytes, used().await), (9_000, 9_000));
    })
    .await;
}

/// FI-13: the sender breaks off, or is one that never ends, or whoever stores leaves.
#[tokio::test]
async fn what_is_not_stored_to_its_end_leaves_nothing() {
    on_both(async |db| {
        let desk = Desk::on(&db).await;
        let store = |bytes: ByteStream, limit| {
            let file = NewFile::upload(FileName::parse("a.mp4").unwrap(), None);
            desk.files.store(desk.lin, file, bytes, limit)
        };
        let begun = || {
            stream::iter(
                film(20 * MIB)
                    .chunks(MIB)
                    .map(Bytes::copy_from_slice)
                    .collect::<Vec<_>>(),
            )
            .map(Ok)
        };
        let broken = begun().chain(stream::once(async {
            Err(FilesError::Interrupted("gone".into()))
        }));
        assert_eq!(
            code(store(broken.boxed(), u64::MAX).await),
            FailureCode::BadRequest
        );
        assert_eq!(
            code(store(begun().boxed(), 10_000_000).await),
            FailureCode::TooLarge
        );
        let endless = begun().chain(stream::pending()).boxed();
        let left = tokio::time::timeout(
            std::time::Duration::from_millis(300),
            store(endless, u64::MAX),
        );
        assert!(left.await.is_err());
        desk.objects(0).await;
        for _ in 0..100 {
            if desk.on_disk() == 0 {
                break;
            }
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        }
        assert_eq!(desk.on_disk(), 0, "nothing half-written");
        eventually(async || desk.files.used(desk.lin).await.unwrap().bytes == 0).await;
    })
    .await;
}

/// FI-08.
#[cfg(unix)]
#[tokio::test]
async fn the_folder_is_for_its_owner_alone_and_names_are_generated() {
    use std::os::unix::fs::PermissionsExt;
    on_both(async |db| {
        let desk = Desk::on(&db).await;
        std::fs::set_permissions(desk.folder.path(), std::fs::Permissions::from_mode(0o755))
            .unwrap();
        FilePlace::folder(desk.folder.path()).unwrap();
        let mode = std::fs::metadata(desk.folder.path())
            .unwrap()
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o700);
        desk.upload(desk.lin, "secret-name.mp4", film(100))
            .await
            .unwrap();
        let listed = format!(
            "{:?}",
            std::process::Command::new("find")
                .arg(desk.folder.path())
                .output()
        );
        assert!(!listed.contains("secret-name"));
    })
    .await;
}

#[tokio::test]
async fn a_list_is_paged_by_key_and_filtered() {
    on_both(async |db| {
        let desk = Desk::on(&db).await;
        for n in 1..=5_usize {
            desk.upload(desk.lin, "a.mp4", film(100 + n)).await.unwrap();
        }
        let png = picture(8, 8, ImageFormat::Png);
        let work = NewFile::work(FileName::parse("春").unwrap());
        desk.files
            .store(desk.lin, work, pieces(png), 9999)
            .await
            .unwrap();
        let list = async |after: Option<&str>, filter| {
            desk.files.list(desk.lin, after, filter, 4).await.unwrap()
        };
        let first = list(None, model::FileFilter::default()).await;
        let names: Vec<_> = first.items.iter().map(|file| file.name.as_str()).collect();
        assert_eq!(
            names,
            ["春.png", "a.mp4", "a.mp4", "a.mp4"],
            "the newest first"
        );
        let rest = list(first.next.as_deref(), model::FileFilter::default()).await;
        assert_eq!((rest.items.len(), rest.next), (2, None));
        let works = model::FileFilter {
            kind: Some(model::FileKind::Work),
            medium: None,
        };
        assert_eq!(list(None, works).await.items.len(), 1);
        let films = model::FileFilter {
            kind: None,
            medium: Some(model::Medium::Video),
        };
        assert_eq!(list(None, films).await.items.len(), 4);
        assert!(
            desk.files
                .list(desk.lin, Some("'; --"), works, 4)
                .await
                .is_err()
        );
    })
    .await;
}

#[tokio::test]
async fn a_new_name_must_fit_the_content() {
    on_both(async |db| {
        let desk = Desk::on(&db).await;
        let file = desk.upload(desk.lin, "a.mp4", film(100)).await.unwrap();
        let name = |text| FileName::parse(text).unwrap();
        let renamed = desk
            .files
            .rename(desk.lin, file.id, &name("b"))
            .await
            .unwrap();
        assert_eq!(renamed.name, "b.mp4");
        let wrong = desk.files.rename(desk.lin, file.id, &name("b.html")).await;
        assert_eq!(code(wrong), FailureCode::FileTypeMismatch);
        assert_eq!(desk.files.view(desk.lin, file.id).await.unwrap(), renamed);
    })
    .await;
}
