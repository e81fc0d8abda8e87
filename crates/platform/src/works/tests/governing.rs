//! What administrators may do about everybody's jobs.

use super::*;
use crate::{files::FilesOptions, store::testing::try_execute, works::testing::image_of};

/// Later than any job that the tests ask for.
const LATER: i64 = 1_000;

#[tokio::test]
async fn a_job_that_was_put_first_is_taken_first() {
    on_both(async |db| {
        let house = House::at_rest(&db).await;
        let works = &house.services.works;
        let audit = house.services.identity.audit();
        let boss = house
            .services
            .identity
            .signed_up("boss", BuiltIn::Administrator)
            .await;
        let [one, two, three] = ["a", "b", "c"].map(image_of);
        let one = house.make(&one).await.unwrap();
        let two = house.make(&two).await.unwrap();
        let three = house.make(&three).await.unwrap();
        let refused = works.put_job_first(&house.lin, audit, three, true).await;
        assert_eq!(refused.unwrap_err().code(), FailureCode::Forbidden);
        works.put_job_first(&boss, audit, two, true).await.unwrap();
        works
            .put_job_first(&boss, audit, three, true)
            .await
            .unwrap();
        works.put_job_first(&boss, audit, two, false).await.unwrap();
        let lines = works
            .jobs(&boss, &model::JobFilter::default(), None)
            .await
            .unwrap();
        let first: Vec<JobId> = lines
            .items
            .iter()
            .filter(|line| line.first)
            .map(|line| line.id)
            .collect();
        assert_eq!(first, [three]);

        let now = Millis::new(i64::MAX / 4);
        let claim = async || {
            let claimed = db.claim_job("here", now.plus(LATER), now, 9).await.unwrap();
            claimed.map(|job| job.id)
        };
        assert_eq!(claim().await, Some(three));
        // What is being worked on has its turn already.
        let late = works.put_job_first(&boss, audit, three, false).await;
        assert!(matches!(late, Err(Error::NotFound)));
        let rest = [claim().await, claim().await];
        assert!(
            rest.contains(&Some(one)) && rest.contains(&Some(two)),
            "{rest:?}"
        );
        assert_eq!(claim().await, None);
        let nothing = works
            .put_job_first(&boss, audit, JobId::from_uuid(uuid::Uuid::nil()), true)
            .await;
        assert!(matches!(nothing, Err(Error::NotFound)));

        let told = "SELECT COUNT(*) FROM audit_log WHERE action = 'job.put_first' AND outcome = ";
        assert_eq!(count(&db, &format!("{told}'done'")).await, 3);
        assert_eq!(count(&db, &format!("{told}'refused'")).await, 1);
    })
    .await;
}

/// SE-07, AC-17: what waits is not begun for whose account was closed meanwhile, and costs nothing.
#[tokio::test]
async fn nothing_is_begun_for_whose_account_was_closed() {
    on_both(async |db| {
        let house = House::at_rest(&db).await;
        let id = house.make(&Wish::Image(image(2))).await.unwrap();
        assert_eq!(house.held().await, 1);
        execute(
            &db,
            "UPDATE users SET disabled = TRUE WHERE email_key = 'lin@example.com'",
        )
        .await;
        house.begin();
        let ended = house.ended(id).await;
        assert_eq!((ended.state, ended.cost), (JobState::Failed, None));
        let code = ended.failure.map(|failure| failure.code);
        assert_eq!(code, Some(FailureCode::Forbidden));
        assert_eq!((house.tasks(), house.held().await), (0, 0));
        let paid = "SELECT COUNT(*) FROM calls WHERE cost > 0";
        assert_eq!(count(&db, paid).await, 0);
        house.closing.cancel();
    })
    .await;
}

/// FI-11: what could not be kept is refused before it is paid for.
#[tokio::test]
async fn nothing_is_made_for_who_has_no_room_for_it() {
    on_both(async |db| {
        let files = FilesOptions {
            person_files: Some(1),
            ..FilesOptions::in_memory()
        };
        let house = House(Site::keeping(&db, files).await);
        house.begin();
        let id = house.make(&Wish::Image(image(1))).await.unwrap();
        assert_eq!(house.ended(id).await.state, JobState::Succeeded);
        let refused = house.make(&Wish::Image(image(1))).await;
        assert_eq!(refused.unwrap_err().code(), FailureCode::StorageUsedUp);
        assert_eq!((house.tasks(), house.held().await), (1, 0));
        house.closing.cancel();
    })
    .await;
}

/// AC-17: what a group does not name is not listened with either, and nothing is reserved for it.
#[tokio::test]
async fn nobody_dictates_to_a_model_that_their_group_does_not_name() {
    on_both(async |db| {
        let house = House::at_rest(&db).await;
        let works = &house.services.works;
        let people = &house.services.people;
        let boss = house
            .services
            .identity
            .signed_up("boss", BuiltIn::Owner)
            .await;
        let draft = |model: &str| model::GroupDraft {
            name: "Tea".to_owned(),
            models: Some(vec![model::ModelName::parse(model).unwrap()]),
            ..model::GroupDraft::default()
        };
        let group = people
            .create_group(&boss, draft("qwen-plus"))
            .await
            .unwrap();
        let lin = house.lin.user();
        people.add_members(&boss, group, &[lin]).await.unwrap();
        let dictate = async || works.dictate(&house.lin, None, "r".to_owned()).await;
        let refused = dictate().await.map(drop);
        assert_eq!(refused.unwrap_err().code(), FailureCode::UnknownModel);
        assert_eq!(house.held().await, 0);
        let named = draft(&crate::works::WorksOptions::default().dictation);
        people.update_group(&boss, group, named).await.unwrap();
        assert!(dictate().await.is_ok());
    })
    .await;
}

/// LO-06: what cannot be written down is not done to anybody's job.
#[tokio::test]
async fn a_log_that_cannot_be_written_leaves_every_job_as_it_is() {
    on_both(async |db| {
        let house = House::at_rest(&db).await;
        let works = &house.services.works;
        let audit = house.services.identity.audit();
        let boss = house
            .services
            .identity
            .signed_up("boss", BuiltIn::Administrator)
            .await;
        let failed = house.make(&image_of("a")).await.unwrap();
        let failing = format!(
            "UPDATE jobs SET state = 'failed', ended_at = 1, failure = '{{\"code\":\"upstream_unavailable\"}}' WHERE id = '{failed}'"
        );
        execute(&db, &failing).await;
        let waits = house.make(&image_of("b")).await.unwrap();
        let close = if db.is_shared() {
            "ALTER TABLE audit_log ADD CONSTRAINT closed CHECK (seq < 0) NOT VALID"
        } else {
            "CREATE TRIGGER closed BEFORE INSERT ON audit_log BEGIN SELECT RAISE(ABORT, 'closed'); END"
        };
        try_execute(&db, close).await.unwrap();
        assert!(works.put_job_first(&boss, audit, waits, true).await.is_err());
        assert!(works.stop_job(&boss, audit, waits).await.is_err());
        assert!(works.job_again(&boss, audit, failed).await.is_err());
        let as_before = "SELECT COUNT(*) FROM jobs WHERE state = 'queued' AND priority = 0 AND ended_at IS NULL";
        assert_eq!(count(&db, as_before).await, 1);
        assert_eq!(count(&db, "SELECT COUNT(*) FROM jobs").await, 2);
    })
    .await;
}
