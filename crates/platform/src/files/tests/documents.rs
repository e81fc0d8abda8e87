//! Documents on their way in: what waits for its turn, and what is kept of what was read.

use std::fmt::Write as _;

use super::*;
use crate::{
    documents::testing::{paragraph, word},
    files::{DOCUMENTS_AT_ONCE, ROOM, Read, place::Object},
    store::Blob,
};

/// Nobody else waits because documents do.
#[tokio::test]
async fn a_document_that_waits_for_its_turn_takes_no_room() {
    on_both(async |db| {
        let desk = Desk::on(&db).await;
        let inner = &desk.files.0;
        let all = u32::try_from(DOCUMENTS_AT_ONCE).unwrap();
        let turns = inner.reading.acquire_many(all).await.unwrap();
        let document = word(&paragraph("Spring dawn"));
        let taken = desk.upload(desk.lin, "a.docx", document.clone());
        let looked = async {
            // It is written, and waits.
            desk.objects(1).await;
            assert_eq!(inner.room.available_permits(), ROOM);
            let picture = picture(8, 8, ImageFormat::Png);
            assert!(desk.upload(desk.eve, "a.png", picture).await.is_ok());
            drop(turns);
        };
        let (taken, ()) = tokio::join!(taken, looked);
        let taken = taken.unwrap();
        assert!(desk.files.read(desk.lin, taken.id, 99_999).await.unwrap() == document);
        // One that is of no use leaves nothing.
        desk.objects(3).await;
        assert_eq!(
            desk.refusal("b.docx", document[..document.len() / 2].to_vec())
                .await,
            FailureCode::InvalidFile
        );
        desk.objects(3).await;
    })
    .await;
}

/// It counts in nobody's quota, so it must not be more than what does.
#[tokio::test]
async fn what_was_read_takes_hardly_more_than_its_document() {
    on_both(async |db| {
        let desk = Desk::on(&db).await;
        let mut text = String::new();
        for line in 0..60_000 {
            write!(text, "line {line} ").unwrap();
        }
        let document = word(&paragraph(&text));
        let bytes = document.len();
        let file = desk.upload(desk.lin, "a.docx", document).await.unwrap();
        let blob = db.file(desk.lin, file.id).await.unwrap().unwrap().blob;
        let blob = Blob {
            owner: desk.lin,
            id: blob,
        };
        let place = &desk.files.0.place;
        let kept = place.find(blob, Object::Reading).await.unwrap().unwrap();
        assert!(kept.len() < 2 * bytes, "{} of {bytes}", kept.len());
        let (_, read) = desk.files.read_in(desk.lin, file.id).await.unwrap();
        assert!(matches!(&read, Read::Text(read) if read.text.ends_with("line 59999")));
        // What an earlier version kept, or what is damaged, is read anew and kept again.
        let other = b"{}".to_vec();
        place
            .put(blob, Object::Reading, other.into())
            .await
            .unwrap();
        let (_, again) = desk.files.read_in(desk.lin, file.id).await.unwrap();
        assert_eq!(again, read);
        let there = place.find(blob, Object::Reading).await.unwrap();
        assert_eq!(there, Some(kept));
    })
    .await;
}
