//! What was deleted while the rest is fetched.

use super::*;
use crate::store::testing::rows;

impl House {
    /// How often a result was asked for.
    fn fetched(&self) -> usize {
        let received = self.simulator.received();
        let results = received.iter();
        results
            .filter(|one| one.path.starts_with("/results/"))
            .count()
    }

    /// As if a process had died before it said that the job has ended.
    async fn unended(&self, id: JobId, step: &str) {
        let step = step.replace('\'', "''");
        let sql = format!(
            "UPDATE jobs SET state = 'running', ended_at = NULL, node = 'dead', lease_until = 0, step = '{step}' WHERE id = '{id}'"
        );
        execute(&self.db, &sql).await;
    }
}

#[tokio::test]
async fn what_was_deleted_while_the_rest_is_fetched_is_not_fetched_again() {
    on_both(async |db| {
        let house = House::on(&db).await;
        let (works, library) = (&house.services.works, &house.services.library);
        let id = house.make(&Wish::Image(image(2))).await.unwrap();
        let made = house.ended(id).await.works;
        assert_eq!((made.len(), house.fetched()), (2, 2));
        let [whole] = &rows(&db, "SELECT step FROM jobs").await[..] else {
            panic!("one job");
        };
        let mut unsaid: serde_json::Value = serde_json::from_str(whole).unwrap();
        assert_eq!(unsaid["kept"], serde_json::json!([0, 1]));
        let lost = "SELECT COUNT(*) FROM blobs WHERE state <> 'doomed' \
             AND NOT EXISTS (SELECT 1 FROM files f WHERE f.blob_id = blobs.id)";

        // It can be brought back, and the process that kept it died before it said so.
        works.delete(&house.lin, &[made[0].id]).await.unwrap();
        unsaid["kept"] = serde_json::json!([]);
        house.unended(id, &unsaid.to_string()).await;
        let ended = house.ended(id).await;
        assert_eq!(ended.state, JobState::Succeeded);
        assert_eq!((&ended.works[..], house.fetched()), (&made[1..], 2));
        assert_eq!(count(&db, "SELECT COUNT(*) FROM files").await, 2);
        assert_eq!(count(&db, lost).await, 0);

        // It is gone for good.
        assert_eq!(library.empty(&house.lin).await.unwrap(), 1);
        house.unended(id, whole).await;
        let ended = house.ended(id).await;
        assert_eq!(ended.state, JobState::Succeeded);
        assert_eq!((&ended.works[..], house.fetched()), (&made[1..], 2));
        assert_eq!(count(&db, "SELECT COUNT(*) FROM works").await, 1);
        assert_eq!(count(&db, "SELECT COUNT(*) FROM files").await, 1);
        assert_eq!(count(&db, lost).await, 0);
        house.closing.cancel();
    })
    .await;
}
