//! What is promised of a person's memory, on both databases.

use std::sync::Arc;

use model::{BuiltIn, FactText, FailureCode, Millis};

use super::Remembered;
use crate::{
    Error, Ids, ManualClock, identity::Caller, store::Db, store::testing::on_both,
    works::testing::Site,
};

struct House {
    remembered: Remembered,
    lin: Caller,
    eve: Caller,
}

impl House {
    async fn on(db: &Db) -> Self {
        let site = Site::at_rest(db).await;
        let clock = Arc::new(ManualClock::at(Millis::new(1_790_000_000_000)));
        let eve = site.services.identity.signed_up("eve", BuiltIn::Member);
        Self {
            remembered: Remembered::new(db.clone(), clock.clone(), Ids::new(clock)),
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
        assert_eq!(remembered.forget_all(&lin).await.unwrap(), 1);
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
        } = House::on(&db).await;
        let id = remembered.add(&lin, text("mine")).await.unwrap();
        let none = Some(FailureCode::NotFound);
        assert_eq!(code(remembered.change(&eve, id, text("hers")).await), none);
        assert_eq!(code(remembered.forget(&eve, id).await), none);
        assert_eq!(remembered.forget_all(&eve).await.unwrap(), 0);
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
