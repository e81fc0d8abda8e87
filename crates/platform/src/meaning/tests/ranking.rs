//! What the order of what was found promises. The simulator's ranks go by the words that a text and the question share, so that a long
//! text with all of them is better than a short one with some, and farther.

use super::*;

/// Nearer to what is looked for.
const NEARER: &str = "Hangzhou ships, sails and a shipyard";
/// Has all of its words.
const BETTER: &str =
    "Sailing past bridges, willows, lanterns, temples and teahouses of old Hangzhou, painted ships";
const RANKS: &str = "SELECT COUNT(*) FROM calls WHERE operation = 'rerank'";

async fn site(db: &Db, rerank_model: Option<&str>) -> Site {
    let options = WorksOptions {
        rerank_model: rerank_model.map(str::to_owned),
        ..WorksOptions::default()
    };
    let site = Site::with(db, "lin", options).await;
    site.begin();
    for prompt in [PANCAKES, BETTER, NEARER] {
        site.made(&image_of(prompt)).await;
    }
    read_all(&site).await;
    site
}

/// The next request for ranks ends so.
fn spoil(site: &Site, path: &str, fault: &str) {
    let order = FaultOrder::once(fault.parse().unwrap());
    site.simulator.order_faults(FaultOrder {
        path: path.to_owned(),
        ..order
    });
}

#[tokio::test]
async fn the_nearest_is_the_first_where_no_model_says_more() {
    on_both(async |db| {
        let site = site(&db, None).await;
        let found = works(&site, &site.lin, SAILING).await;
        assert_eq!(prompts(&found), [NEARER, BETTER]);
        assert_eq!(count(&db, RANKS).await, 0);
    })
    .await;
}

#[tokio::test]
async fn a_model_puts_what_is_near_in_order_and_is_booked() {
    on_both(async |db| {
        let site = site(&db, Some("qwen3-rerank")).await;
        let found = works(&site, &site.lin, SAILING).await;
        assert_eq!(prompts(&found), [BETTER, NEARER]);
        assert_eq!(found.state, RelatedState::Ready);
        assert_eq!((site.requests("/reranks"), count(&db, RANKS).await), (1, 1));
        let lin = site.lin.user();
        let booked = format!("{RANKS} AND owner_id = '{lin}' AND cost > 0 AND input_tokens > 0");
        assert_eq!(count(&db, &booked).await, 1, "at the searcher's cost");
        assert_eq!(site.held().await, 0);
        // One thing is in order by itself.
        works(&site, &site.lin, "pancake recipes with butter").await;
        assert_eq!(count(&db, RANKS).await, 1);
        let eve = site.services.identity.signed_up("eve", BuiltIn::Member);
        let foreign = works(&site, &eve.await, SAILING).await;
        assert_eq!(prompts(&foreign).len(), 0);
        assert_eq!(count(&db, RANKS).await, 1);
    })
    .await;
}

#[tokio::test]
async fn passages_are_put_in_order_by_a_model_that_is_known_natively_only() {
    on_both(async |db| {
        let options = WorksOptions {
            rerank_model: Some("gte-rerank-v2".to_owned()),
            ..WorksOptions::default()
        };
        let site = Site::with(&db, "lin", options).await;
        let lin = site.lin.user();
        let ids = [1, 2].map(|n| format!("01990000-0000-7000-8000-00000000000{n}"));
        for (id, text) in ids.iter().zip([BETTER, NEARER]) {
            let transcript = format!(
                "INSERT INTO transcripts (id, owner_id, title, wish, state, language, duration_ms, sentences, speakers, version, \
                 notes_state, notes, translating, created_at) VALUES ('{id}', '{lin}', 'Weekly', '{{}}', 'ready', 'en', 9000, 1, '[]', 0, \
                 'none', '{{}}', 'none', 1)"
            );
            execute(&db, &transcript).await;
            let sentence = format!(
                "INSERT INTO transcript_sentences (transcript_id, position, begin_ms, end_ms, text, words, version) \
                 VALUES ('{id}', 0, 0, 900, '{text}', '[]', 0)"
            );
            execute(&db, &sentence).await;
            let due = format!(
                "INSERT INTO vectors_due (thing_id, kind, owner_id, due_at, attempts, changes) \
                 VALUES ('{id}', 'transcript', '{lin}', 0, 0, 0)"
            );
            execute(&db, &due).await;
        }
        read_all(&site).await;
        let found = transcripts(&site, SAILING).await;
        let found: Vec<String> = found.items.iter().map(|line| line.id.to_string()).collect();
        assert_eq!(found, ids);
        assert_eq!(site.requests("/text-rerank"), 1);
        assert_eq!((count(&db, RANKS).await, site.held().await), (1, 0));
    })
    .await;
}

#[tokio::test]
async fn whatever_keeps_the_model_from_it_the_nearest_is_the_first() {
    on_both(async |db| {
        let site = site(&db, Some("qwen3-rerank")).await;
        for fault in ["access-denied", "slow-start"] {
            spoil(&site, "/compatible-api/v1/reranks", fault);
            let found = works(&site, &site.lin, SAILING).await;
            assert_eq!(prompts(&found), [NEARER, BETTER], "{fault}");
            assert_eq!(
                found.state,
                RelatedState::Ready,
                "nothing is wrong: {fault}"
            );
        }
        let told =
            "SELECT COUNT(*) FROM calls WHERE operation = 'rerank' AND outcome = 'succeeded'";
        assert_eq!(count(&db, told).await, 0);

        // Who may not have it, or can't pay for it, is not asked to.
        let asked = site.requests("/reranks");
        may_have_only(&site, MODEL).await;
        let found = works(&site, &site.lin, SAILING).await;
        assert_eq!(prompts(&found), [NEARER, BETTER]);
        assert_eq!(site.requests("/reranks"), asked);
    })
    .await;
}
