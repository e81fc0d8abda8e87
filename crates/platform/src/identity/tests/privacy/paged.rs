//! What is more than a page.

use std::collections::BTreeSet;

use super::*;

#[tokio::test]
async fn what_is_more_than_a_page_is_taken_along_whole_and_once() {
    on_both(async |db| {
        let house = house_on(&db).await;
        let lin = house.identity.signed_up("lin", BuiltIn::Member).await;
        let user = lin.user();
        made(&db, user, "Lin").await;
        for (many, insert) in [
            (
                900,
                format!(
                    "INSERT INTO jobs (id, submission_id, owner_id, kind, state, priority, attempts, run_at, node, lease_until, cancel_asked, \
                     model, input, step, created_at, updated_at, ended_at) \
                     SELECT 'm-' || CAST(1000 + i AS TEXT), CAST(i AS TEXT), '{user}', CASE WHEN i % 2 = 0 THEN 'image' ELSE 'speech' END, \
                     'failed', 0, 1, 0, '', 0, FALSE, 'm', '{{}}', '{{}}', 0, 0, 1"
                ),
            ),
            (
                500,
                "INSERT INTO transcript_translations (transcript_id, language, position, text) \
                 SELECT 't-Lin', CASE WHEN i % 2 = 0 THEN 'en' ELSE 'ja' END, i / 2, 'said ' || CAST(i AS TEXT)"
                    .to_owned(),
            ),
            (
                1_100,
                format!(
                    "INSERT INTO calls (id, started_at, owner_id, key_id, protocol, operation, model, served_model, upstream, streamed, \
                     outcome, input_tokens, output_tokens, cached_tokens, reasoning_tokens, images, media_ms, characters, usage_source, cost, \
                     priced, duration_ms, request_id) \
                     SELECT '01990000-0000-7000-8000-' || CAST(100000000000 + i AS TEXT), i, '{user}', '', 'page', 'chat', 'm', 'm', 'main', \
                     TRUE, 'succeeded', 1, 1, 0, 0, 0, 0, 0, 'reported', 1, TRUE, 1, 'r'"
                ),
            ),
        ] {
            let numbers = format!(
                "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {many})"
            );
            testing::execute(&db, &format!("{numbers} {insert} FROM n")).await;
        }
        let files = unpacked(house.identity.export(&lin).await.unwrap());
        for (entry, lines) in [
            // With those that were there before, and the head of the table.
            ("makings.jsonl", 902),
            ("translations/t-Lin.jsonl", 501),
            ("calls.csv", 1_101),
        ] {
            let told: Vec<&str> = files[entry].lines().collect();
            let different: BTreeSet<&str> = told.iter().copied().collect();
            assert_eq!((told.len(), different.len()), (lines, lines), "{entry}");
        }
    })
    .await;
}
