use super::*;
use crate::store::{
    OnceKey,
    testing::{count, on_both},
};

#[tokio::test]
async fn answers_are_forgotten_some_at_a_time_and_none_before_its_time() {
    on_both(async |db| {
        let owner = Desk::on(&db).person().await;
        for place in 0..7 {
            let key = OnceKey {
                owner,
                route: "POST /v1/chat/completions".to_owned(),
                key_hash: format!("key {place}"),
            };
            let (now, end) = (NOW.plus(-MINUTE), NOW.plus(place * 1_000));
            assert!(db.claim_once(&key, "body", "node", now, end).await.unwrap());
        }
        let now = NOW.plus(5_000);
        for forgotten in [4, 2, 0] {
            assert_eq!(db.forget_once(now, 4).await.unwrap(), forgotten);
        }
        let kept = count(&db, "SELECT COUNT(*) FROM idempotency_keys").await;
        assert_eq!(kept, 1);
    })
    .await;
}
