//! Whatever has become of the prices, a call costs what it did when it began. (R-65)

use std::collections::BTreeMap;

use bailian::{
    PromptTokensDetails,
    capability::{Catalogue, Unit},
    media::MediaUsage,
    task::TaskStatus,
};
use model::Protocol;

use super::*;
use crate::{
    Services,
    gateway::{
        Ask, Ending, GatewayOptions,
        price::Prices,
        scan::{UsageShape, usage_of_json},
        testing::begun,
    },
    store::testing::{count, execute, on_both},
    works::testing::Site,
};

const FLASH: &str = "wan2.2-t2i-flash";
const PLUS: &str = "wan2.2-t2i-plus";
/// Micro-yuan of two images of each.
const TWO_OF_FLASH: i64 = 280_000;
const TWO_OF_PLUS: i64 = 400_000;

/// A gateway where an image of either costs that much, or where nobody says what it does.
fn costing(amount: Option<u64>) -> GatewayOptions {
    let prices = amount.map(|amount| UnitPrices {
        region: "cn-beijing".to_owned(),
        unit: Unit::Image,
        amounts: BTreeMap::from([(String::new(), MicroYuan::new(amount))]),
    });
    let built_in = Catalogue::built_in();
    let cards = [FLASH, PLUS].map(|model| ModelCard {
        unit_prices: prices.iter().cloned().collect(),
        ..built_in.get(model).cloned().unwrap()
    });
    GatewayOptions {
        catalogue: Catalogue::with_overrides(cards),
        ..GatewayOptions::default()
    }
}

/// A call for two images that asks these models one after the other, and waits for that task of the last.
async fn waits(site: &Site, models: &[&str], task: &str) {
    let models: Vec<String> = models.iter().map(|model| (*model).to_owned()).collect();
    let last = models[models.len() - 1].clone();
    let (protocol, operation) = (Protocol::OpenAi, Operation::Image);
    let ask = Ask {
        count: Some(2),
        ..Ask::new(protocol, operation, "painter", models, task.to_owned())
    };
    let mut running = begun(site, ask).await;
    running.now_asks(&last);
    running.wait_for_task(task).await.unwrap();
}

/// The task has made two images.
async fn ended(services: &Services, task: &str) {
    let usage = MediaUsage {
        image_count: Some(2),
        ..MediaUsage::default()
    };
    let status = TaskStatus::Succeeded;
    let ended = services
        .gateway
        .settle_ended(task, &status, None, Some(&usage));
    assert!(ended.await.unwrap());
}

#[tokio::test]
async fn a_task_costs_what_it_did_when_it_began() {
    on_both(async |db| {
        let site = Site::at_rest(&db).await;
        for (task, models, then, cost) in [
            ("dearer", &[FLASH][..], Some(1_000_000), TWO_OF_FLASH),
            ("unsaid", &[FLASH], None, TWO_OF_FLASH),
            // The one that was asked in the end does the work, and is paid.
            ("another", &[FLASH, PLUS], Some(1_000_000), TWO_OF_PLUS),
        ] {
            waits(&site, models, task).await;
            ended(&site.again(costing(then)), task).await;
            let booked = format!(
                "SELECT COUNT(*) FROM calls WHERE request_id = '{task}' AND model = 'painter' AND served_model = '{}' \
                 AND images = 2 AND priced AND cost = {cost}",
                models[models.len() - 1]
            );
            assert_eq!(count(&db, &booked).await, 1, "{task}");
        }
        assert_eq!(site.held().await, 0);
        let differ = site.services.ledger.reconcile().await.unwrap();
        assert!(differ.is_empty(), "{differ:?}");
    })
    .await;
}

/// An application that asked two models costs what each of them does.
#[tokio::test]
async fn an_application_is_booked_by_each_of_its_models() {
    on_both(async |db| {
        let site = Site::at_rest(&db).await;
        let (protocol, operation) = (Protocol::DashScope, Operation::Application);
        let models = ["qwen-max", "qwen-flash"];
        let cost_of = |model: &str| {
            let used = Reported {
                usage: Usage {
                    prompt_tokens: Some(1_000),
                    completion_tokens: Some(500),
                    ..Usage::default()
                },
                ..Reported::default()
            };
            let prices = site.services.gateway.prices();
            prices.of(model, operation, &used).unwrap()
        };
        let cost = models.map(cost_of).into_iter().sum::<i64>();
        let ask = Ask::new(protocol, operation, "app-1", Vec::new(), "r-1".to_owned());
        let running = begun(&site, ask).await;
        let parts = models.map(|model| {
            format!(r#"{{"model_id":"{model}","input_tokens":1000,"output_tokens":500}}"#)
        });
        let told = format!(r#"{{"usage":{{"models":[{}]}}}}"#, parts.join(","));
        let ending = Ending {
            reported: usage_of_json(told.as_bytes(), UsageShape::Native),
            ..Ending::succeeded(200)
        };
        running.close(ending).await.unwrap();
        let booked = format!(
            "SELECT COUNT(*) FROM calls WHERE request_id = 'r-1' AND served_model = 'qwen-max' \
             AND input_tokens = 2000 AND output_tokens = 1000 AND priced AND cost = {cost}"
        );
        assert_eq!(count(&db, &booked).await, 1);
    })
    .await;
}

/// What nobody had a price for is not given one while it is made.
#[tokio::test]
async fn a_task_that_began_without_a_price_ends_without_one() {
    on_both(async |db| {
        let site = Site::through(&db, costing(None)).await;
        waits(&site, &[FLASH], "t-1").await;
        ended(&site.again(GatewayOptions::default()), "t-1").await;
        let booked = "SELECT COUNT(*) FROM calls WHERE images = 2 AND NOT priced AND cost = 0";
        assert_eq!(count(&db, booked).await, 1);
    })
    .await;
}

/// What waited before prices were kept is booked at those of its end, as it was then; so is what can't be read.
#[tokio::test]
async fn a_task_whose_prices_are_not_known_any_more_costs_what_it_does_when_it_ends() {
    on_both(async |db| {
        let site = Site::at_rest(&db).await;
        for (task, kept) in [("old", ""), ("broken", r#"{"tokens":"#)] {
            waits(&site, &[FLASH], task).await;
            let lost =
                format!("UPDATE call_holds SET tariff = '{kept}' WHERE request_id = '{task}'");
            execute(&db, &lost).await;
            ended(&site.again(costing(Some(1_000_000))), task).await;
            let booked = format!(
                "SELECT COUNT(*) FROM calls WHERE request_id = '{task}' AND priced AND cost = 2000000"
            );
            assert_eq!(count(&db, &booked).await, 1, "{task}");
        }
    })
    .await;
}

#[test]
fn what_is_kept_says_the_same_as_the_catalogue() {
    let catalogue = Catalogue::built_in();
    for card in catalogue.models() {
        for region in [Region::Beijing, Region::Singapore, Region::Finance] {
            let tariff = Tariff::of(card, &region);
            let read: Tariff<'_> = serde_json::from_str(&tariff.written()).unwrap();
            assert_eq!(read, tariff, "{}", card.id);
        }
    }
    let prices = Prices {
        catalogue: &catalogue,
        region: &Region::Beijing,
    };
    assert_eq!(
        prices.tariff(FLASH).written(),
        r#"{"units":{"region":"cn-beijing","unit":"image","amounts":{"":140000}}}"#
    );
    assert_eq!(prices.tariff("unheard-of").written(), r#""unknown""#);

    // Tiers, discounts and the price of batches are in it.
    let kept = prices.tariff("qwen-plus").written();
    let kept: Tariff<'_> = serde_json::from_str(&kept).unwrap();
    let cost = |operation, input: u64, cached: u64| {
        let details = PromptTokensDetails {
            cached_tokens: Some(cached),
            ..PromptTokensDetails::default()
        };
        let used = Reported {
            usage: Usage {
                prompt_tokens: Some(input),
                completion_tokens: Some(1_000),
                prompt_tokens_details: Some(details),
                ..Usage::default()
            },
            ..Reported::default()
        };
        kept.cost(operation, &used)
    };
    for (operation, input, cached, wanted) in [
        (Operation::Chat, 100_000, 0, 82_000),
        (Operation::Chat, 100_000, 50_000, 50_000),
        (Operation::Chat, 200_000, 0, 500_000),
        (Operation::Batch, 100_000, 50_000, 41_000),
    ] {
        assert_eq!(
            cost(operation, input, cached),
            Some(wanted),
            "{input} {cached}"
        );
    }
}
