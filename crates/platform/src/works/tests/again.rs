//! Making once more what came to nothing.

use super::*;

const FAILED: &str = "UPDATE jobs SET state = 'failed', ended_at = 1, \
     failure = '{\"code\":\"upstream_unavailable\"}' WHERE ended_at IS NULL";

#[tokio::test]
async fn what_came_to_nothing_is_made_once_more_by_its_owner() {
    on_both(async |db| {
        let house = House::at_rest(&db).await;
        let works = &house.services.works;
        let wish = Wish::Image(image(1));
        let first = house.make(&wish).await.unwrap();
        // What is on its way is not tried again.
        let early = works.again(&house.lin, house.submission(), first).await;
        assert!(matches!(early, Err(Error::NotFound)));
        works.cancel(&house.lin, first).await.unwrap();
        assert_eq!(house.held().await, 0);

        let eve = house.services.identity.signed_up("eve", BuiltIn::Member);
        let eve = eve.await;
        let stolen = works.again(&eve, house.submission(), first).await;
        assert!(matches!(stolen, Err(Error::NotFound)));
        let submission = house.submission();
        let again = works.again(&house.lin, submission, first).await.unwrap();
        assert_ne!(again, first);
        let making = house.making(again).await;
        assert_eq!((making.state, &making.wish), (JobState::Queued, &wish));
        assert_eq!(house.held().await, 1, "reserved like any other");
        // The same request once more is the same making, also when the first one is forgotten.
        works.forget(&house.lin, first).await.unwrap();
        let same = works.again(&house.lin, submission, first).await;
        assert_eq!(same.unwrap(), again);
        assert_eq!(house.held().await, 1);
        let gone = works.again(&house.lin, house.submission(), first).await;
        assert!(matches!(gone, Err(Error::NotFound)));

        house.begin();
        assert_eq!(house.ended(again).await.state, JobState::Succeeded);
        let made = works.again(&house.lin, house.submission(), again).await;
        assert!(matches!(made, Err(Error::NotFound)));
    })
    .await;
}

#[tokio::test]
async fn a_job_that_failed_is_done_once_more_by_who_may_and_once() {
    on_both(async |db| {
        let house = House::at_rest(&db).await;
        let works = &house.services.works;
        let audit = house.services.identity.audit();
        let boss = house
            .services
            .identity
            .signed_up("boss", BuiltIn::Administrator)
            .await;
        let id = house.make(&Wish::Image(image(1))).await.unwrap();
        let refused = works.job_again(&house.lin, audit, id).await;
        assert_eq!(refused.unwrap_err().code(), FailureCode::Forbidden);
        let early = works.job_again(&boss, audit, id).await;
        assert!(matches!(early, Err(Error::NotFound)));
        execute(&db, FAILED).await;

        // Nobody is made to pay for what they may not have any more.
        for (end, undo) in [
            (
                "UPDATE users SET disabled = TRUE WHERE email_key = 'lin@example.com'",
                "UPDATE users SET disabled = FALSE",
            ),
            (
                "UPDATE user_roles SET role_id = '00000000-0000-7000-8000-000000000006' \
                 WHERE role_id = '00000000-0000-7000-8000-000000000005'",
                "UPDATE user_roles SET role_id = '00000000-0000-7000-8000-000000000005' \
                 WHERE role_id = '00000000-0000-7000-8000-000000000006'",
            ),
        ] {
            execute(&db, end).await;
            let ended = works.job_again(&boss, audit, id).await;
            assert!(matches!(ended, Err(Error::NotFound)), "{end}");
            execute(&db, undo).await;
        }
        works.job_again(&boss, audit, id).await.unwrap();
        works.job_again(&boss, audit, id).await.unwrap();
        let queued = "SELECT COUNT(*) FROM jobs WHERE state = 'queued'";
        assert_eq!(count(&db, queued).await, 1, "pressed twice");
        let mine = works.makings(&house.lin, JobKind::Image, None).await;
        let mine = mine.unwrap().items;
        assert_eq!(mine.len(), 2);
        // What its owner stops stays stopped.
        works.cancel(&house.lin, mine[0].id).await.unwrap();
        let stopped = works.job_again(&boss, audit, mine[0].id).await;
        assert!(matches!(stopped, Err(Error::NotFound)));
        // Nor is it begun again by way of one before it.
        let other = house.make(&Wish::Image(image(1))).await.unwrap();
        execute(&db, &format!("{FAILED} AND id = '{other}'")).await;
        let own = works.again(&house.lin, house.submission(), other).await;
        works.cancel(&house.lin, own.unwrap()).await.unwrap();
        let since = works.job_again(&boss, audit, other).await;
        assert!(matches!(since, Err(Error::NotFound)));
        let told = "SELECT COUNT(*) FROM audit_log WHERE action = 'job.again' AND outcome = ";
        assert_eq!(count(&db, &format!("{told}'done'")).await, 2);
        assert_eq!(count(&db, &format!("{told}'refused'")).await, 1);
    })
    .await;
}
