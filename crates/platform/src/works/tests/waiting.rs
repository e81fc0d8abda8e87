//! No more wait than may.

use futures_util::future::join_all;

use super::*;
use crate::works::WorksOptions;

/// They are counted where one more is kept. What was reserved for those that are refused is free again.
#[tokio::test]
async fn no_more_wait_than_may_when_many_are_asked_for_at_once() {
    on_both(async |db| {
        let options = WorksOptions {
            waiting_per_person: 3,
            ..WorksOptions::default()
        };
        let house = House(Site::with(&db, "lin", options).await);
        let wish = Wish::Image(image(1));
        let asked = join_all((0..10).map(|_| house.make(&wish))).await;
        let (kept, refused): (Vec<_>, Vec<_>) = asked.into_iter().partition(Result::is_ok);
        assert_eq!((kept.len(), refused.len()), (3, 7));
        for refused in refused {
            assert_eq!(refused.unwrap_err().code(), FailureCode::TooMany);
        }
        let jobs = count(&db, "SELECT COUNT(*) FROM jobs").await;
        assert_eq!((jobs, house.held().await), (3, 3));

        for kept in kept {
            let works = &house.services.works;
            works.cancel(&house.lin, kept.unwrap()).await.unwrap();
            house.make(&wish).await.unwrap();
            let refused = house.make(&wish).await.unwrap_err();
            assert_eq!(refused.code(), FailureCode::TooMany);
        }
        assert_eq!(house.held().await, 3);
    })
    .await;
}
