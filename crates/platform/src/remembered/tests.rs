//! What is promised of a person's memory, on both databases.

use std::sync::Arc;

use model::{BuiltIn, FactText, FailureCode, Millis};

use super::Remembered;
use crate::{
    Clock, Error, Ids, ManualClock, identity::Caller, store::Db, store::testing::on_both,
    works::testing::Site,
};

struct House {
    remembered: Remembered,
    clock: ManualClock,
    lin: Caller,
    eve: Caller,
}

impl House {
    async fn on(db: &Db) -> Self {
        let site = Site::at_rest(db).await;
        let clock = ManualClock::at(Millis::new(1_790_000_000_000));
        let shared: Arc<dyn Clock> = Arc::new(clock.clone());
        let eve = site.services.identity.signed_up("eve", BuiltIn::Member);
        Self {
            remembered: Remembered::new(db.clone(), Arc::clone(&shared), Ids::new(shared)),
            clock,
            eve: eve.await,
            lin: site.lin.clone(),
        }
    }
}

fn text(raw: &str) -> FactText {
    FactText::parse(raw).unwrap()
}

fn code<T>(result: Result<T, Error>) -> Option<FailureCode> {
    result.err().map(|error| error.code())
}

#[tokio::test]
async fn it_is_off_until_somebody_says_so_and_kept_while_it_is_off() {
    on_both(async |db| {
        let House {
            remembered, lin, ..
        } = House::on(&db).await;
        assert_eq!(
            remembered.read(&lin).await.unwrap(),
            model::Remembered::default()
        );
        let first = remembered.add(&lin, text("我教语文。")).await.unwrap();
        let second = remembered
            .add(&lin, text("I live in Hangzhou."))
            .await
            .unwrap();
        assert_eq!(remembered.read(&lin).await.unwrap().message(), None);
        remembered.switch(&lin, true).await.unwrap();
        remembered
            .change(&lin, first, text("我教数学。"))
            .await
            .unwrap();
        let message = remembered.read(&lin).await.unwrap().message().unwrap();
        assert!(
            message.ends_with("\n- 我教数学。\n- I live in Hangzhou."),
            "{message}"
        );
        remembered.forget(&lin, second).await.unwrap();
        remembered.switch(&lin, false).await.unwrap();
        let kept = remembered.read(&lin).await.unwrap();
        assert_eq!((kept.enabled, kept.facts.len()), (false, 1));
        assert!(remembered.forget_all(&lin).await.unwrap().is_some());
        assert_eq!(remembered.read(&lin).await.unwrap().facts, []);
    })
    .await;
}

/// AC-03, AC-08.
#[tokio::test]
async fn it_is_nobody_elses_and_bounded() {
    on_both(async |db| {
        let House {
            remembered,
            lin,
            eve,
            ..
        } = House::on(&db).await;
        let id = remembered.add(&lin, text("mine")).await.unwrap();
        let none = Some(FailureCode::NotFound);
        assert_eq!(code(remembered.change(&eve, id, text("hers")).await), none);
        assert_eq!(code(remembered.forget(&eve, id).await), none);
        assert_eq!(remembered.forget_all(&eve).await.unwrap(), None);
        assert_eq!(remembered.read(&eve).await.unwrap().facts, []);
        for number in 1..model::Remembered::MOST {
            let fact = text(&format!("fact {number}"));
            remembered.add(&lin, fact).await.unwrap();
        }
        let more = remembered.add(&lin, text("more")).await;
        assert_eq!(code(more), Some(FailureCode::TooMany));
        let kept = remembered.read(&lin).await.unwrap().facts;
        assert_eq!((kept.len(), kept[0].text.as_str()), (100, "mine"));
    })
    .await;
}

#[tokio::test]
async fn all_that_was_forgotten_is_remembered_again_within_a_day_and_the_last_time_only() {
    on_both(async |db| {
        let House {
            remembered,
            clock,
            lin,
            eve,
        } = House::on(&db).await;
        let not_found = Some(FailureCode::NotFound);
        let first = remembered.add(&lin, text("one")).await.unwrap();
        remembered.add(&lin, text("two")).await.unwrap();
        remembered.switch(&lin, true).await.unwrap();
        let at = remembered.forget_all(&lin).await.unwrap().unwrap();
        assert_eq!(remembered.read(&lin).await.unwrap().message(), None);
        assert_eq!(code(remembered.forget(&lin, first).await), not_found);
        let changed = remembered.change(&lin, first, text("x")).await;
        assert_eq!(code(changed), not_found);
        // Once more has nothing to forget, and takes nothing away.
        clock.advance(1);
        assert_eq!(remembered.forget_all(&lin).await.unwrap(), None);
        assert_eq!(code(remembered.restore(&eve, at).await), not_found);
        for number in 0..99 {
            let fact = text(&format!("fact {number}"));
            remembered.add(&lin, fact).await.unwrap();
        }
        let more = remembered.restore(&lin, at).await;
        assert_eq!(code(more), Some(FailureCode::TooMany));
        let one = remembered.read(&lin).await.unwrap().facts[0].id;
        remembered.forget(&lin, one).await.unwrap();
        remembered.restore(&lin, at).await.unwrap();
        assert_eq!(code(remembered.restore(&lin, at).await), not_found);
        let kept = remembered.read(&lin).await.unwrap().facts;
        assert_eq!((kept.len(), kept[0].text.as_str()), (100, "one"));

        let before = remembered.forget_all(&lin).await.unwrap().unwrap();
        remembered.add(&lin, text("three")).await.unwrap();
        clock.advance(1);
        let last = remembered.forget_all(&lin).await.unwrap().unwrap();
        assert_eq!(code(remembered.restore(&lin, before).await), not_found);
        clock.advance(Millis::DAY);
        assert_eq!(remembered.purge().await.unwrap(), 0);
        clock.advance(1);
        assert_eq!(remembered.purge().await.unwrap(), 1);
        assert_eq!(code(remembered.restore(&lin, last).await), not_found);
    })
    .await;
}
