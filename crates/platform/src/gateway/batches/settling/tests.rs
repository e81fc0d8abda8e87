//! Where a batch is asked for, and what is booked of one whose end or results nobody sees.

use std::time::Duration;

use bailian::{
    Client, ClientOptions,
    batches::{Batch, BatchRequest},
    capability::{Catalogue, MicroYuan, ModelCard, Rates, Tier, TokenPrices},
    files::Purpose,
    pool::{Pool, Upstream},
};
use model::{CallId, Millis, Operation, Protocol, UsageSource, UserId};
use serde_json::json;
use simulator::{Options, Simulator};

use super::{Done, KEPT_MS, WRITTEN_MS, WaitingTask, is_another, reference};
use crate::{
    gateway::{Ask, BatchFile, GatewayOptions, UPSTREAM, testing::begun},
    store::{
        Db,
        testing::{count, execute, on_both},
    },
    works::testing::Site,
};

/// How long a test waits for what must happen.
const BUDGET: Duration = Duration::from_secs(30);

async fn made(client: &Client) -> Batch {
    let body = json!({ "model": "qwen-plus", "max_tokens": 9, "messages": [{ "role": "user", "content": "Hi" }] });
    let line =
        json!({ "custom_id": "1", "method": "POST", "url": "/v1/chat/completions", "body": body });
    let file = line.to_string().into_bytes();
    let file = client.upload_file(Purpose::Batch, "nightly.jsonl", file);
    let file = file.await.unwrap();
    let batch = client.create_batch(BatchRequest::chat(file.id));
    batch.await.unwrap()
}

/// A call that waits for the batch.
async fn waits(db: &Db, owner: UserId, batch: &Batch, upstream: &str, since: Millis) {
    let (id, since) = (&batch.id, since.get());
    let accounts = json!({ "date": 0, "day": 0, "month": 0, "groups": [], "held": [] });
    let sql = format!(
        "INSERT INTO call_holds (id, node, opened_at, owner_id, key_id, protocol, operation, model, served_model, upstream, streamed, \
         request_id, task_id, accounts, amount, floor_cost, floor_tokens, priced) \
         VALUES ('01990000-0000-7000-8000-000000000001', 'n', {since}, '{owner}', '', 'openai', 'batch', 'qwen-plus', 'qwen-plus', \
         '{upstream}', FALSE, '', 'batch:{id}', '{accounts}', 100, 0, 0, TRUE)"
    );
    execute(db, &sql).await;
}

/// whether its making was heard of or not, and whoever books it.
#[tokio::test]
async fn a_batch_costs_what_it_did_when_it_began() {
    on_both(async |db| {
        // A token was a micro-yuan then.
        let yuan = Some(MicroYuan::new(1_000_000));
        let rates = Rates {
            input: yuan,
            output: yuan,
            batch_input: yuan,
            batch_output: yuan,
            ..Rates::default()
        };
        let prices = TokenPrices {
            region: "cn-beijing".to_owned(),
            tiers: vec![Tier { up_to: None, rates }],
        };
        let built_in = Catalogue::built_in();
        let card = ModelCard {
            token_prices: vec![prices],
            ..built_in.get("qwen-plus").cloned().unwrap()
        };
        let site = Site::through(
            &db,
            GatewayOptions {
                catalogue: Catalogue::with_overrides([card]),
                ..GatewayOptions::default()
            },
        )
        .await;
        let client = site.services.gateway.client();
        for unheard in [true, false] {
            let request_id = unheard.to_string();
            let ask = Ask {
                file: Some(BatchFile {
                    model: "qwen-plus".to_owned(),
                    requests: 1,
                    at_most: Some(100),
                }),
                ..Ask::new(Protocol::OpenAi, Operation::Batch, "qwen-plus", Vec::new(), request_id)
            };
            let mut running = begun(&site, ask).await;
            let batch = made(client).await;
            if unheard {
                let file = batch.input_file_id.as_deref().unwrap();
                running.asks_for_batch(file).await.unwrap();
            } else {
                running.wait_for_task(&reference(&batch.id)).await.unwrap();
            }
        }
        execute(&db, "UPDATE call_holds SET opened_at = opened_at - 300000").await;
        let next = site.again(GatewayOptions::default());
        let booked = async {
            while site.held().await > 0 {
                next.gateway.settle_unheard().await.unwrap();
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        };
        tokio::time::timeout(BUDGET, booked).await.unwrap();
        let calls = "SELECT COUNT(*) FROM calls WHERE outcome = 'succeeded' AND priced AND cost > 0 AND cost = input_tokens + output_tokens";
        assert_eq!(count(&db, calls).await, 2);
        let differ = site.services.ledger.reconcile().await.unwrap();
        assert!(differ.is_empty(), "{differ:?}");
    })
    .await;
}

/// What answers by the name of a snapshot is the model that was asked.
#[test]
fn another_model_is_one_that_is_known_and_not_meant() {
    let catalogue = Catalogue::built_in();
    for (answered, another) in [
        ("qwen-plus", false),
        ("qwen-plus-2025-12-01", false),
        ("unheard-of", false),
        ("qwen-max", true),
        ("batch-test-model", true),
    ] {
        assert_eq!(
            is_another(&catalogue, answered, "qwen-plus"),
            another,
            "{answered}"
        );
    }
    // One that was taken out of the catalogue meanwhile.
    assert!(!is_another(&catalogue, "my-own", "my-own"));
}

/// Whose account is closed has nothing beside it any more that says where a batch was made.
#[tokio::test]
async fn a_batch_is_asked_for_where_its_money_says_that_it_is() {
    on_both(async |db| {
        let simulator = Simulator::start(Options::immediate()).await.unwrap();
        let client =
            |key: &str| Client::new(ClientOptions::new(simulator.base_url(), key)).unwrap();
        let (first, second) = (client("sk-first"), client("sk-second"));
        let pool = Pool::new([
            Upstream::new(UPSTREAM, first),
            Upstream::new("second", second.clone()),
        ])
        .unwrap();
        let options = GatewayOptions {
            pool: Some(pool),
            ..GatewayOptions::default()
        };
        let site = Site::through(&db, options).await;
        let gateway = &site.services.gateway;
        let batch = made(&second).await;
        waits(&db, site.lin.user(), &batch, "second", gateway.now()).await;
        let booked = async {
            while !gateway.settle_batch_soon(&batch.id).await.unwrap() {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        };
        tokio::time::timeout(BUDGET, booked).await.unwrap();
        let calls = "SELECT COUNT(*) FROM calls WHERE upstream = 'second' AND outcome = 'succeeded' AND priced AND cost > 0";
        assert_eq!(count(&db, calls).await, 1);
        assert_eq!(site.held().await, 0);
    })
    .await;
}

#[tokio::test]
async fn what_never_ends_is_not_reserved_for_ever() {
    on_both(async |db| {
        let site = Site::at_rest(&db).await;
        let never = "36000s".parse().unwrap();
        site.simulator
            .change_options(|options| options.task_time = never);
        let gateway = &site.services.gateway;
        let batch = made(gateway.client()).await;
        waits(&db, site.lin.user(), &batch, UPSTREAM, gateway.now()).await;
        assert!(!gateway.settle_batch_soon(&batch.id).await.unwrap());
        let later = format!(
            "UPDATE call_holds SET opened_at = opened_at - {}",
            KEPT_MS + 1
        );
        execute(&db, &later).await;
        assert!(gateway.settle_batch_soon(&batch.id).await.unwrap());
        let calls =
            "SELECT COUNT(*) FROM calls WHERE outcome = 'interrupted' AND cost = 0 AND NOT priced";
        assert_eq!(count(&db, calls).await, 1);
        assert_eq!(site.held().await, 0);
    })
    .await;
}

/// Whoever called a batch off is not booked by estimate what its results tell a moment later.
#[tokio::test]
async fn results_that_are_not_named_yet_are_waited_for() {
    on_both(async |db| {
        let site = Site::at_rest(&db).await;
        let gateway = &site.services.gateway;
        let now = gateway.now();
        let ended = |at: i64| -> Batch {
            let counts = json!({ "total": 4, "completed": 2, "failed": 0 });
            let batch = json!({ "id": "b", "status": "cancelled", "cancelled_at": at / 1000, "request_counts": counts });
            serde_json::from_value(batch).unwrap()
        };
        let waiting = WaitingTask {
            id: CallId::from_uuid(site.ids.next()),
            task_id: "batch:b".to_owned(),
            started_at: now,
            owner: site.lin.user(),
            operation: Operation::Batch,
            model: "qwen-plus".to_owned(),
            served_model: "qwen-plus".to_owned(),
            upstream: UPSTREAM.to_owned(),
            amount: 100,
            tariff: String::new(),
        };
        let end = async |batch: Batch| {
            let end = gateway.end_of(gateway.client(), &batch, &waiting).await;
            end.unwrap()
        };
        assert_eq!(end(ended(now.get())).await, None);
        let end = end(ended(now.get() - WRITTEN_MS - 2_000)).await.unwrap();
        let booked = (end.cost, end.usage_source, end.priced);
        assert_eq!(booked, (50, UsageSource::Estimated, true));

        // An answer that does not say what it used is not free.
        let mut done = Done {
            cost: 3,
            answers: 1,
            ..Done::default()
        };
        done.does_not_tell();
        let done = done.reckoned(&ended(now.get()), &waiting);
        let booked = (done.cost, done.answers, done.estimated, done.unpriced);
        assert_eq!(booked, (28, 2, true, false));
    })
    .await;
}
