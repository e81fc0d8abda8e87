//! Whatever has become of the prices, a work costs what was said when it was wished for. (R-65)

use bailian::capability::{Catalogue, MicroYuan};
use model::{SpeechFormat, SpeechWish};

use super::*;
use crate::gateway::GatewayOptions;

#[tokio::test]
async fn an_image_costs_what_it_did_when_it_was_wished_for() {
    on_both(async |db| {
        let house = House::at_rest(&db).await;
        let wish = Wish::Image(image(1));
        let before = house.make(&wish).await.unwrap();
        let mut card = Catalogue::built_in().get(wish.model()).cloned().unwrap();
        for amount in card
            .unit_prices
            .iter_mut()
            .flat_map(|list| list.amounts.values_mut())
        {
            *amount = MicroYuan::new(1_000_000);
        }
        let next = house.again(GatewayOptions {
            catalogue: Catalogue::with_overrides([card]),
            ..GatewayOptions::default()
        });
        let (works, closing) = (next.works.clone(), house.closing.clone());
        tokio::spawn(async move { works.run_jobs(true, closing).await });
        let after = next.works.make(&house.lin, house.submission(), &wish);
        let after = after.await.unwrap();
        for (id, cost) in [(before, PRICE), (after, 1_000_000)] {
            let done = house.ended(id).await;
            assert_eq!(done.state, JobState::Succeeded);
            assert_eq!((done.at_most, done.cost), (Some(cost), Some(cost)));
            let booked = format!("SELECT cost FROM calls WHERE request_id = '{id}' AND priced");
            assert_eq!(count(&db, &booked).await, cost);
        }
        assert_eq!(house.held().await, 0);
        house.closing.cancel();
    })
    .await;
}

/// Part after part, whoever speaks them.
#[tokio::test]
async fn a_text_costs_what_it_did_when_it_was_wished_for() {
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
        // As if that had been when a character was a micro-yuan.
        let then = r#"{"units":{"region":"cn-beijing","unit":"ten_thousand_characters","amounts":{"":10000}}}"#;
        execute(&db, &format!("UPDATE call_holds SET tariff = '{then}'")).await;
        house.begin();
        let done = house.ended(id).await;
        assert_eq!((done.state, done.cost), (JobState::Succeeded, Some(150 * 13)));
        let booked = "SELECT COUNT(*) FROM calls WHERE priced AND cost = characters AND cost = 1950";
        assert_eq!(count(&db, booked).await, 1);
        house.closing.cancel();
    })
    .await;
}
