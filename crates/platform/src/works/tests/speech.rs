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
