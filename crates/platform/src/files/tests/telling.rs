//! What films and sound tell beside themselves is not kept. (FI-12)

use super::*;
use crate::files::{
    flac::tests::block_of,
    ogg::tests::{comments, ogg},
    tail::tests::{ape, id3v1},
    tracks::tests::{PLACE, film as tracked},
    wave::tests::{chunk, wave},
};

/// FI-12: user data of a film (`udta`) says where it was taken; the rest of the file stays where it is.
#[tokio::test]
async fn where_a_film_was_taken_is_not_kept() {
    on_both(async |db| {
        let desk = Desk::on(&db).await;
        let place =
            b"\0\0\0\x30moov\0\0\0\x28udta\0\0\0\x20\xA9xyz\0\x14\x15\xC7+30.2741+120.1551/\0\0";
        let mut sent = film(MIB);
        let end = sent.len();
        sent[24..32].copy_from_slice(b"\0\x0F\xFF\xE8mdat");
        sent.extend_from_slice(place);
        let file = desk.upload(desk.lin, "湖.mp4", sent.clone()).await.unwrap();
        let kept = desk.files.read(desk.lin, file.id, u64::MAX).await.unwrap();
        assert_eq!(kept.len(), sent.len());
        assert!(kept[..end] == sent[..end]);
        assert_eq!(&kept[end + 8..end + 16], b"\0\0\0\x28free");
        assert!(kept[end + 16..].iter().all(|byte| *byte == 0));
    })
    .await;
}

/// FI-12. Such a film is written once more; the first one leaves nothing.
#[tokio::test]
async fn what_a_camera_writes_frame_by_frame_is_not_kept() {
    on_both(async |db| {
        let sent = tracked(*b"meta", b"");
        let untold = tracked(*b"meta", b"\0\0\0\x0Cmoofmore");
        // There is room for one of them: the second writing takes over what was reserved for the first.
        let room = i64::try_from(untold.len()).unwrap();
        let desk = Desk::with(&db, |options| options.person_bytes = Some(room)).await;
        let file = desk.upload(desk.lin, "骑行.mp4", sent.clone()).await;
        let file = file.unwrap();
        let kept = desk.files.read(desk.lin, file.id, u64::MAX).await.unwrap();
        assert_eq!(kept.len(), sent.len());
        let has = |text: &[u8]| kept.windows(text.len()).any(|bytes| bytes == text);
        assert!(has(b"picture") && has(b"sound..") && !has(PLACE));
        desk.objects(1).await;

        let used = desk.files.used(desk.lin).await.unwrap();
        assert_eq!((used.bytes, used.files), (file.bytes, 1));

        let answer = desk.upload(desk.eve, "骑行.mp4", untold).await;
        assert!(matches!(answer, Err(FilesError::Invalid)), "{answer:?}");
        desk.objects(1).await;
    })
    .await;
}

/// FI-12. Sound of every kind that has room for tags comes back as long as it was, without what they say. What is told of a file is of
/// what is kept: the same sound with other tags is the same content.
#[tokio::test]
async fn what_tags_of_sound_tell_is_not_kept() {
    on_both(async |db| {
        let desk = Desk::on(&db).await;
        // Longer than what is held back of an end, too.
        for times in [1, 8_000] {
            let told = PLACE.repeat(times);
            let other = b"-33.8568+151.2153".repeat(times);
            for (name, sound) in sounds() {
                let (sent, else_sent) = (sound(&told), sound(&other));
                let file = desk.upload(desk.lin, name, sent.clone()).await.unwrap();
                let kept = desk.files.read(desk.lin, file.id, u64::MAX).await.unwrap();
                assert_eq!(kept.len(), sent.len(), "{name}");
                assert_eq!(usize::try_from(file.bytes), Ok(sent.len()), "{name}");
                let has = |text: &[u8]| kept.windows(text.len()).any(|bytes| bytes == text);
                assert!(has(b"only the sound"), "{name}");
                assert!(!has(&PLACE[..8]) && !has(&PLACE[8..]), "{name} {times}");
                // Of the same content there is one object.
                let again = desk.upload(desk.lin, name, else_sent).await.unwrap();
                desk.objects(1).await;
                let both = [file.id, again.id];
                assert_eq!(desk.files.delete(desk.lin, &both).await.unwrap(), 2);
                desk.objects(0).await;
            }
        }
    })
    .await;
}

/// Writes a file with these words in its tags.
type Sounding = fn(&[u8]) -> Vec<u8>;

/// Files of sound with a text in all their tags.
fn sounds() -> [(&'static str, Sounding); 6] {
    const SOUND: &[u8] = b"\xFF\xFB\x90\x64 only the sound is kept";
    fn id3(text: &[u8]) -> Vec<u8> {
        let size = [21, 14, 7, 0].map(|shift| u8::try_from((text.len() >> shift) & 0x7F).unwrap());
        [&b"ID3\x03\0\0"[..], &size, text].concat()
    }
    fn behind(text: &[u8]) -> Vec<u8> {
        [ape(text), id3v1(&text[..17], 12)].concat()
    }
    [
        ("泉.mp3", |text| {
            [&id3(text)[..], SOUND, &behind(text)].concat()
        }),
        ("泉.aac", |text| {
            let sound = [&b"\xFF\xF1"[..], &SOUND[2..]].concat();
            [sound, behind(text)].concat()
        }),
        ("泉.flac", |text| {
            [
                &b"fLaC"[..],
                &block_of(0, &[2; 34]),
                &block_of(6, text),
                &block_of(0x84, text),
                SOUND,
                &behind(text),
            ]
            .concat()
        }),
        ("泉.ogg", |text| {
            let vorbis = [
                b"\x01vorbis".to_vec(),
                [&b"\x03vorbis"[..], &comments(text), b"\x01"].concat(),
                b"\x05vorbis".to_vec(),
                SOUND.to_vec(),
            ];
            ogg(3, &vorbis, 255).concat()
        }),
        ("泉.opus", |text| {
            let opus = [
                [&b"OpusHead\x01\x02"[..], &[0; 9]].concat(),
                [&b"OpusTags"[..], &comments(text)].concat(),
                SOUND.to_vec(),
            ];
            ogg(3, &opus, 255).concat()
        }),
        ("泉.wav", |text| {
            wave(&[
                chunk(*b"bext", text),
                chunk(*b"fmt ", &[1; 16]),
                chunk(*b"data", SOUND),
                chunk(*b"LIST", &[&b"INFOICMT"[..], text].concat()),
            ])
        }),
    ]
}
