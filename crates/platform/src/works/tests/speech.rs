use model::{SpeechFormat, SpeechWish};

use super::*;

/// `CosyVoice` takes 20,000 characters at once, of which a Han character is two ("Limits"); more is spoken in parts.
#[tokio::test]
async fn a_text_of_several_parts_is_spoken_as_what_can_be_joined() {
    on_both(async |db| {
        let house = House::at_rest(&db).await;
        for (characters, format, refused) in [
            (10_000, SpeechFormat::Mp3, None),
            (
                10_001,
                SpeechFormat::Mp3,
                Some(FailureCode::LongTextNeedsWav),
            ),
            (10_001, SpeechFormat::Wav, None),
            (20_001, SpeechFormat::Wav, Some(FailureCode::InvalidText)),
        ] {
            let wish = SpeechWish {
                model: "cosyvoice-v3-flash".to_owned(),
                text: "春".repeat(characters),
                voice: "longanyang".to_owned(),
                speed: None,
                format,
            };
            let made = house.make(&Wish::Speech(wish)).await;
            assert_eq!(
                made.err().map(|error| error.code()),
                refused,
                "{characters} {format:?}"
            );
        }
    })
    .await;
}

/// A part can't be found as a task can: it is asked for again, and booked beside the one that nobody heard, within what was
/// reserved.
#[tokio::test]
async fn a_part_that_a_dead_process_asked_for_is_booked_beside_the_one_that_is_asked_again() {
    on_both(async |db| {
        let house = House::at_rest(&db).await;
        let wish = SpeechWish {
            model: "qwen3-tts-flash".to_owned(),
            text: "从前有一座山。".repeat(150),
            voice: "Cherry".to_owned(),
            speed: None,
            format: SpeechFormat::Wav,
        };
        let id = house.make(&Wish::Speech(wish)).await.unwrap();
        let asked = format!("UPDATE jobs SET step = '{{\"in_flight\":0}}' WHERE id = '{id}'");
        execute(&db, &asked).await;
        house.begin();
        let done = house.ended(id).await;
        assert_eq!((done.state, done.works.len()), (JobState::Succeeded, 1));
        assert_eq!(done.done, Some((3, 3)));
        assert_eq!(house.calls().await, 1);
        // A sentence counts thirteen; seventy-one are a part, of which one was lost.
        let booked = format!(
            "SELECT COUNT(*) FROM calls WHERE usage_source = 'estimated' AND characters = {}",
            (150 + 71) * 13
        );
        assert_eq!(count(&db, &booked).await, 1);
        assert!(done.cost <= done.at_most);
        assert_eq!(house.held().await, 0);
        house.closing.cancel();
    })
    .await;
}
