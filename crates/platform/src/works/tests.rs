//! What works promise, with the simulator for Bailian and on both databases.

mod again;
mod fetching;
mod governing;
mod prices;
mod removing;
mod speech;
mod waiting;

use std::{ops::Deref, time::Duration};

use futures_util::StreamExt;
use model::{
    BudgetPeriod, BudgetScope, BuiltIn, EditFunction, FailureCode, ImageEdit, ImageWish, JobId,
    JobKind, JobState, Making, Millis, Pixels, Wish, WorkFilter,
};

use super::{Changed, testing::Site};
use crate::{
    Error,
    ledger::BudgetDraft,
    store::{
        Db,
        testing::{count, execute, on_both},
    },
};

/// How long a test waits for what must happen.
const BUDGET: Duration = Duration::from_mins(1);
/// Micro-yuan of an image of the usual model.
const PRICE: i64 = 140_000;

/// A site, and what its tests ask of it.
struct House(Site);

impl Deref for House {
    type Target = Site;

    fn deref(&self) -> &Site {
        &self.0
    }
}

impl House {
    async fn on(db: &Db) -> Self {
        let house = Self::at_rest(db).await;
        house.begin();
        house
    }

    /// With nobody who works.
    async fn at_rest(db: &Db) -> Self {
        Self(Site::at_rest(db).await)
    }

    async fn make(&self, wish: &Wish) -> Result<JobId, Error> {
        let submission = self.submission();
        self.services.works.make(&self.lin, submission, wish).await
    }

    async fn making(&self, id: JobId) -> Making {
        self.services.works.making(&self.lin, id).await.unwrap()
    }

    async fn ended(&self, id: JobId) -> Making {
        let look = async {
            loop {
                let making = self.making(id).await;
                if making.state.is_final() {
                    return making;
                }
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        tokio::time::timeout(BUDGET, look).await.unwrap()
    }

    /// How many tasks were handed in.
    fn tasks(&self) -> usize {
        self.requests("/image-synthesis")
    }

    async fn calls(&self) -> i64 {
        count(&self.db, "SELECT COUNT(*) FROM calls").await
    }
}

fn image(count: u32) -> ImageWish {
    ImageWish {
        model: "wan2.2-t2i-flash".to_owned(),
        prompt: "雾中的灯塔".to_owned(),
        negative_prompt: String::new(),
        size: Some(Pixels {
            width: 1024,
            height: 1024,
        }),
        count,
        seed: Some(7),
        prompt_extend: Some(true),
        style: None,
        edit: None,
    }
}

#[tokio::test]
async fn a_wish_becomes_works_and_is_paid_once() {
    on_both(async |db| {
        let house = House::on(&db).await;
        let wish = Wish::Image(image(2));
        let quoted = house.services.works.quote(&house.lin, &wish).await.unwrap();
        assert_eq!(quoted, Some(2 * PRICE));
        let id = house.make(&wish).await.unwrap();
        let done = house.ended(id).await;
        assert_eq!((done.state, done.works.len()), (JobState::Succeeded, 2));
        assert_eq!(
            (done.at_most, done.cost),
            (Some(2 * PRICE), Some(2 * PRICE))
        );
        assert_eq!(done.wish, wish);
        assert!(
            done.done.is_none_or(|done| done == (2, 2)),
            "{:?}",
            done.done
        );
        assert!(
            done.works
                .iter()
                .all(|work| work.mime == "image/png" && work.pixels.is_some())
        );
        assert_eq!((house.calls().await, house.held().await), (1, 0));
        let found = WorkFilter {
            kind: Some(JobKind::Image),
            words: Some("灯塔".to_owned()),
        };
        let works = house
            .services
            .works
            .library(&house.lin, &found, None)
            .await
            .unwrap();
        assert_eq!(works.items.len(), 2);
        let other = WorkFilter {
            words: Some("100%".to_owned()),
            ..found
        };
        let works = house
            .services
            .works
            .library(&house.lin, &other, None)
            .await
            .unwrap();
        assert_eq!(works.items.len(), 0);
        house.closing.cancel();
    })
    .await;
}

/// What was kept when a process died is where the next one begins, and nothing is asked or paid twice.
#[tokio::test]
async fn a_making_goes_on_from_each_of_its_steps() {
    on_both(async |db| {
        let house = House::on(&db).await;
        let id = house.make(&Wish::Image(image(1))).await.unwrap();
        let done = house.ended(id).await;
        assert_eq!(done.state, JobState::Succeeded);
        let tasks = house.tasks();
        let step = "SELECT step FROM jobs";
        let [whole] = &crate::store::testing::rows(&db, step).await[..] else {
            panic!("one job");
        };
        let whole: serde_json::Value = serde_json::from_str(whole).unwrap();
        let again = format!("UPDATE jobs SET state = 'running', ended_at = NULL, node = 'dead', lease_until = 0, step = '{{}}' WHERE id = '{id}'");
        for lost in [&["results"][..], &[]] {
            let mut step = whole.clone();
            for field in lost {
                step[*field] = serde_json::Value::Null;
            }
            let again = again.replace("'{}'", &format!("'{}'", step.to_string().replace('\'', "''")));
            execute(&db, &again).await;
            let done = house.ended(id).await;
            assert_eq!((done.state, done.works.len()), (JobState::Succeeded, 1), "{lost:?}");
            assert_eq!(house.tasks(), tasks, "{lost:?}");
            assert_eq!((house.calls().await, house.held().await), (1, 0), "{lost:?}");
        }
        assert_eq!(count(&db, "SELECT COUNT(*) FROM files").await, 1);
        house.closing.cancel();
    })
    .await;
}

#[tokio::test]
async fn a_task_whose_answer_was_lost_is_found_and_not_begun_again() {
    on_both(async |db| {
        let house = House::on(&db).await;
        let id = house.make(&Wish::Image(image(1))).await.unwrap();
        let first = house.ended(id).await;
        let tasks = house.tasks();
        // As it was when the request had left: the answer was never heard, and nothing is kept of what came later.
        execute(&db, "DELETE FROM works").await;
        execute(&db, "DELETE FROM upstream_objects").await;
        execute(&db, &format!(
            "UPDATE jobs SET state = 'running', ended_at = NULL, node = 'dead', lease_until = 0, step = '{{\"at\":\"asking\",\"asked_at\":{}}}' WHERE id = '{id}'",
            first.created_at.get()
        )).await;
        let done = house.ended(id).await;
        assert_eq!((done.state, done.works.len()), (JobState::Succeeded, 1));
        assert_eq!(house.tasks(), tasks);
        assert_eq!(house.calls().await, 1);
        house.closing.cancel();
    })
    .await;
}

/// The list shows everybody's tasks: one that was asked for with other words is somebody else's, and its images are too.
#[tokio::test]
async fn a_task_of_somebody_elses_is_never_taken_for_a_lost_one() {
    on_both(async |db| {
        let house = House::on(&db).await;
        let id = house.make(&Wish::Image(image(1))).await.unwrap();
        let first = house.ended(id).await;
        execute(&db, "DELETE FROM works").await;
        execute(&db, "DELETE FROM upstream_objects").await;
        let other = Wish::Image(ImageWish {
            prompt: "a lighthouse by day".to_owned(),
            ..image(1)
        });
        let (other, asked_at) = (serde_json::to_string(&other).unwrap(), first.created_at.get());
        execute(&db, &format!(
            "UPDATE jobs SET state = 'running', ended_at = NULL, node = 'dead', lease_until = 0, input = '{other}', step = '{{\"at\":\"asking\",\"asked_at\":{asked_at}}}' WHERE id = '{id}'"
        )).await;
        let ended = house.ended(id).await;
        assert_eq!((ended.state, ended.works.len()), (JobState::Failed, 0));
        let why = ended.failure.map(|failure| failure.code);
        assert_eq!(why, Some(FailureCode::UpstreamInterrupted));
        assert_eq!(count(&db, "SELECT COUNT(*) FROM upstream_objects").await, 0);
        house.closing.cancel();
    })
    .await;
}

#[tokio::test]
async fn what_the_budget_does_not_allow_is_not_begun() {
    on_both(async |db| {
        let house = House::at_rest(&db).await;
        let olga = house
            .services
            .identity
            .signed_up("olga", BuiltIn::Owner)
            .await;
        let budget = BudgetDraft {
            scope: BudgetScope::User,
            id: house.lin.user().to_string(),
            period: BudgetPeriod::Day,
            limit: 3 * PRICE,
        };
        house
            .services
            .ledger
            .set_budget(&olga, budget)
            .await
            .unwrap();
        house.make(&Wish::Image(image(2))).await.unwrap();
        let refused = house.make(&Wish::Image(image(2))).await.unwrap_err();
        assert_eq!(refused.code(), FailureCode::QuotaUsedUp);
        assert_eq!(
            (
                house.held().await,
                count(&db, "SELECT COUNT(*) FROM jobs").await
            ),
            (1, 1)
        );
    })
    .await;
}

#[tokio::test]
async fn who_calls_off_what_waits_pays_nothing() {
    on_both(async |db| {
        let house = House::at_rest(&db).await;
        let id = house.make(&Wish::Image(image(4))).await.unwrap();
        let tao = house
            .services
            .identity
            .signed_up("tao", BuiltIn::Member)
            .await;
        let works = &house.services.works;
        let stranger = works.cancel(&tao, id).await.unwrap_err();
        assert_eq!(stranger.code(), FailureCode::NotFound);
        assert_eq!(
            works.making(&tao, id).await.unwrap_err().code(),
            FailureCode::NotFound
        );
        works.cancel(&house.lin, id).await.unwrap();
        assert_eq!(house.making(id).await.state, JobState::Cancelled);
        assert_eq!((house.calls().await, house.held().await), (1, 0));
        assert_eq!(
            count(&db, "SELECT CAST(SUM(cost) AS BIGINT) FROM calls").await,
            0
        );
        let at = works.forget(&house.lin, id).await.unwrap();
        let gone = works.making(&house.lin, id).await.unwrap_err();
        assert_eq!(gone.code(), FailureCode::NotFound);
        let library = &house.services.library;
        library.undo(&house.lin, at).await.unwrap();
        assert_eq!(house.making(id).await.state, JobState::Cancelled);
        works.forget(&house.lin, id).await.unwrap();
        let page = works.makings(&house.lin, JobKind::Image, None).await;
        assert_eq!(page.unwrap().items, []);
        execute(&db, "UPDATE jobs SET deleted_at = 1").await;
        library.purge().await.unwrap();
        assert_eq!(count(&db, "SELECT COUNT(*) FROM jobs").await, 0);
    })
    .await;
}

/// A reservation whose job was never kept is released by the sweep.
#[tokio::test]
async fn what_was_reserved_for_a_job_that_is_not_there_is_free_again() {
    on_both(async |db| {
        let house = House::at_rest(&db).await;
        house.make(&Wish::Image(image(4))).await.unwrap();
        let kept = house.make(&Wish::Image(image(1))).await.unwrap();
        execute(&db, &format!("DELETE FROM jobs WHERE id <> '{kept}'")).await;
        execute(&db, "UPDATE call_holds SET opened_at = opened_at - 7200000").await;
        assert_eq!(house.services.gateway.settle_unheard().await.unwrap(), 1);
        assert_eq!((house.calls().await, house.held().await), (1, 1));
        // One whose process died between its end and its settlement.
        let ended =
            format!("UPDATE jobs SET state = 'cancelled', ended_at = 1 WHERE id = '{kept}'");
        execute(&db, &ended).await;
        assert_eq!(house.services.gateway.settle_unheard().await.unwrap(), 1);
        assert_eq!((house.calls().await, house.held().await), (2, 0));
    })
    .await;
}

#[tokio::test]
async fn a_watcher_is_told_of_each_change_and_of_nobody_elses() {
    on_both(async |db| {
        let house = House::on(&db).await;
        let tao = house
            .services
            .identity
            .signed_up("tao", BuiltIn::Member)
            .await;
        let works = &house.services.works;
        let since = Some(Millis::new(0));
        let mut mine = Box::pin(works.watch(&house.lin, since).unwrap());
        let mut theirs = Box::pin(works.watch(&tao, since).unwrap());
        let id = house.make(&Wish::Image(image(1))).await.unwrap();
        let told = async {
            loop {
                let (_, Changed::Making(making)) = mine.next().await.unwrap() else {
                    panic!("nothing else is made");
                };
                assert_eq!(making.id, id);
                if making.state.is_final() {
                    return making;
                }
            }
        };
        let last = tokio::time::timeout(BUDGET, told).await.unwrap();
        assert_eq!((last.state, last.works.len()), (JobState::Succeeded, 1));
        let silent = tokio::time::timeout(Duration::from_millis(50), theirs.next()).await;
        assert!(silent.is_err());
        house.closing.cancel();
    })
    .await;
}

#[tokio::test]
async fn what_a_model_can_not_make_is_refused_before_it_costs_anything() {
    on_both(async |db| {
        let house = House::at_rest(&db).await;
        let edit = ImageEdit {
            image: model::FileId::from_uuid(house.ids.next()),
            function: Some(EditFunction::DescribeMasked),
            mask: None,
            strength: None,
            expand: None,
            enlarge: None,
        };
        for (change, code) in [
            (
                (|wish| wish.count = 5) as fn(&mut ImageWish),
                FailureCode::InvalidNumber,
            ),
            (|wish| wish.count = 0, FailureCode::InvalidNumber),
            (
                |wish| wish.prompt = " ".to_owned(),
                FailureCode::InvalidText,
            ),
            (
                |wish| wish.prompt = "字".repeat(2_001),
                FailureCode::InvalidText,
            ),
            (
                |wish| wish.seed = Some(u32::MAX),
                FailureCode::InvalidNumber,
            ),
            (
                |wish| wish.model = "wan9".to_owned(),
                FailureCode::UnknownModel,
            ),
            (
                |wish| wish.style = Some("<anime>".to_owned()),
                FailureCode::InvalidNumber,
            ),
        ] {
            let mut wish = image(1);
            change(&mut wish);
            let refused = house.make(&Wish::Image(wish)).await.unwrap_err();
            assert_eq!(refused.code(), code);
        }
        let masked = ImageWish {
            model: "wanx2.1-imageedit".to_owned(),
            size: None,
            edit: Some(edit),
            ..image(1)
        };
        let refused = house.make(&Wish::Image(masked.clone())).await.unwrap_err();
        assert_eq!(refused.code(), FailureCode::InvalidNumber);
        let mut theirs = masked;
        if let Some(edit) = &mut theirs.edit {
            edit.function = Some(EditFunction::Describe);
        }
        let refused = house.make(&Wish::Image(theirs)).await.unwrap_err();
        assert_eq!(
            refused.code(),
            FailureCode::NotFound,
            "somebody else's image"
        );
        assert_eq!(house.held().await, 0);
    })
    .await;
}
