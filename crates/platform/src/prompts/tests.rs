//! What the library of prompts promises, on both databases.

use std::sync::Arc;

use model::{BuiltIn, FailureCode, Millis, PromptId, PromptName, PromptText, UserId};

use super::{LISTED, MOST, Prompts};
use crate::{
    Error, Ids, ManualClock,
    identity::Caller,
    mail::Language,
    store::{
        Db,
        testing::{count, execute, nth, on_both},
    },
    works::testing::Site,
};

/// Two people with prompts of their own.
struct House {
    prompts: Prompts,
    clock: ManualClock,
    lin: Caller,
    eve: Caller,
}

impl House {
    async fn on(db: &Db) -> Self {
        let site = Site::at_rest(db).await;
        let clock = ManualClock::at(Millis::new(1_790_000_000_000));
        let shared = Arc::new(clock.clone());
        Self {
            prompts: Prompts::new(db.clone(), shared.clone(), Ids::new(shared)),
            clock,
            eve: site
                .services
                .identity
                .signed_up("eve", BuiltIn::Member)
                .await,
            lin: site.lin.clone(),
        }
    }

    async fn keep(&self, caller: &Caller, name: &str, text: &str) -> Result<PromptId, Error> {
        let name = PromptName::parse(name).unwrap();
        let text = PromptText::parse(text).unwrap();
        self.prompts.create(caller, &name, &text).await
    }

    async fn names(&self, caller: &Caller, words: &str) -> Vec<String> {
        let page = self.prompts.list(caller, words, None).await.unwrap();
        page.items
            .into_iter()
            .map(|kept| kept.name.into())
            .collect()
    }

    async fn offered(&self, letters: &str) -> Vec<String> {
        let offered = self.prompts.offer(&self.lin, letters, Language::En).await;
        let offered = offered.unwrap().into_iter();
        offered.map(|found| found.name.into()).collect()
    }
}

/// So many prompts that the owner has.
async fn many(db: &Db, owner: UserId, count: i64) {
    let sql = format!(
        "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {count})
         INSERT INTO prompts (id, owner_id, name, name_key, text, search_key, created_at, updated_at)
         SELECT '01990000-0000-7000-8000-' || CAST(100000000000 + i AS TEXT), '{owner}', 'p' || CAST(10000 + i AS TEXT),
                'p' || CAST(10000 + i AS TEXT), 'Text', 'text', 0, 0 FROM n"
    );
    execute(db, &sql).await;
}

fn code<T>(result: Result<T, Error>) -> Option<FailureCode> {
    result.err().map(|error| error.code())
}

#[tokio::test]
async fn a_prompt_is_kept_found_changed_and_called_by_one_name() {
    on_both(async |db| {
        let house = House::on(&db).await;
        let id = house
            .keep(&house.lin, "Report", "Write about {{topic}}.")
            .await
            .unwrap();
        house
            .keep(&house.lin, "翻译", "译成{{语言|英文}}，100%_准确")
            .await
            .unwrap();
        let again = house.keep(&house.lin, "rEPORT", "another").await;
        assert_eq!(code(again), Some(FailureCode::NameTaken));
        house.keep(&house.eve, "report", "Eve's").await.unwrap();

        assert_eq!(house.names(&house.lin, "").await, ["Report", "翻译"]);
        for (words, found) in [("ABOUT", "Report"), ("英文", "翻译"), ("0%_准", "翻译")] {
            assert_eq!(house.names(&house.lin, words).await, [found], "{words}");
        }
        for words in ["Eve", "%", "_", "nothing"] {
            let found = house.names(&house.lin, words).await;
            assert!(!found.contains(&"Report".to_owned()), "{words}: {found:?}");
        }

        let (name, text) = (
            PromptName::parse("weekly").unwrap(),
            PromptText::parse("Now this.").unwrap(),
        );
        house
            .prompts
            .update(&house.lin, id, &name, &text)
            .await
            .unwrap();
        let kept = house.prompts.find(&house.lin, id).await.unwrap();
        assert_eq!((kept.name, kept.text), (name.clone(), text.clone()));
        assert_eq!(
            house.names(&house.lin, "topic").await,
            [""; 0],
            "it is searched as it is now"
        );
        let name = PromptName::parse("翻译").unwrap();
        let clash = house.prompts.update(&house.lin, id, &name, &text).await;
        assert_eq!(code(clash), Some(FailureCode::NameTaken));
    })
    .await;
}

/// AC-03, AC-08.
#[tokio::test]
async fn a_strangers_prompt_looks_like_none() {
    on_both(async |db| {
        let house = House::on(&db).await;
        let id = house.keep(&house.lin, "mine", "Mine.").await.unwrap();
        let (name, text) = (
            PromptName::parse("hers").unwrap(),
            PromptText::parse("Hers.").unwrap(),
        );
        let (prompts, eve) = (&house.prompts, &house.eve);
        let none = Some(FailureCode::NotFound);
        assert_eq!(code(prompts.find(eve, id).await), none);
        assert_eq!(code(prompts.update(eve, id, &name, &text).await), none);
        assert_eq!(code(prompts.delete(eve, id).await), none);
        prompts.delete(&house.lin, id).await.unwrap();
        assert_eq!(code(prompts.restore(eve, id).await), none);
        assert_eq!(house.names(eve, "").await, [""; 0]);
    })
    .await;
}

#[tokio::test]
async fn what_was_deleted_comes_back_for_a_while_unless_its_name_is_taken() {
    on_both(async |db| {
        let house = House::on(&db).await;
        let (prompts, lin) = (&house.prompts, &house.lin);
        let id = house.keep(lin, "mine", "Mine.").await.unwrap();
        prompts.delete(lin, id).await.unwrap();
        assert_eq!(
            code(prompts.delete(lin, id).await),
            Some(FailureCode::NotFound)
        );
        assert_eq!(
            code(prompts.find(lin, id).await),
            Some(FailureCode::NotFound)
        );
        prompts.restore(lin, id).await.unwrap();
        assert_eq!(house.names(lin, "").await, ["mine"]);

        prompts.delete(lin, id).await.unwrap();
        house.keep(lin, "Mine", "Another.").await.unwrap();
        assert_eq!(
            code(prompts.restore(lin, id).await),
            Some(FailureCode::NameTaken)
        );
        house.clock.advance(30 * Millis::DAY);
        assert_eq!(
            prompts.purge().await.unwrap(),
            0,
            "thirty days are not over"
        );
        house.clock.advance(1);
        assert_eq!(prompts.purge().await.unwrap(), 1);
        assert_eq!(count(&db, "SELECT COUNT(*) FROM prompts").await, 1);
    })
    .await;
}

#[tokio::test]
async fn ones_own_are_offered_first_and_then_those_that_everybody_has() {
    on_both(async |db| {
        let house = House::on(&db).await;
        assert_eq!(house.offered("").await.len(), 8);
        assert_eq!(house.offered("TRANS").await, ["translate"]);
        house.keep(&house.lin, "Translate", "Mine.").await.unwrap();
        house.keep(&house.lin, "zeta", "Mine.").await.unwrap();
        assert_eq!(
            house.offered("trans").await,
            ["Translate"],
            "hers stands for everybody's"
        );
        let offered = house.offered("").await;
        assert_eq!(offered[..2], ["Translate", "zeta"]);
        assert_eq!(house.offered("%").await, [""; 0]);
        assert_eq!(house.offered("\0").await, [""; 0]);
    })
    .await;
}

#[tokio::test]
async fn many_prompts_are_read_a_page_at_a_time_and_there_are_not_more_than_a_person_may_have() {
    on_both(async |db| {
        let house = House::on(&db).await;
        let (prompts, lin) = (&house.prompts, &house.lin);
        let owner = lin.user();
        many(&db, owner, MOST).await;
        let (mut seen, mut after) = (Vec::new(), None);
        loop {
            let page = prompts.list(lin, "", after.as_deref()).await.unwrap();
            assert!(page.items.len() <= LISTED as usize);
            seen.extend(page.items.into_iter().map(|kept| String::from(kept.name)));
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        assert_eq!(seen.len(), usize::try_from(MOST).unwrap());
        assert!(seen.is_sorted());
        let one_more = house.keep(lin, "more", "More.").await;
        assert_eq!(code(one_more), Some(FailureCode::TooMany));
        assert!(house.keep(&house.eve, "more", "More.").await.is_ok());
    })
    .await;
}

#[tokio::test]
async fn nobody_has_more_than_they_may_nor_keeps_more_that_was_deleted() {
    on_both(async |db| {
        let house = House::on(&db).await;
        let (prompts, lin) = (&house.prompts, &house.lin);
        let owner = lin.user();
        many(&db, owner, MOST - 1).await;
        let too_many = Some(FailureCode::TooMany);
        let (one, other) = tokio::join!(house.keep(lin, "one", "1"), house.keep(lin, "other", "2"));
        let both = [code(one), code(other)];
        assert!(both.contains(&None) && both.contains(&too_many), "{both:?}");

        let first = PromptId::from_uuid(nth(1));
        prompts.delete(lin, first).await.unwrap();
        let second = house.keep(lin, "instead", "3").await.unwrap();
        assert_eq!(code(prompts.restore(lin, first).await), too_many);
        prompts.delete(lin, second).await.unwrap();
        let (one, other) = tokio::join!(prompts.restore(lin, first), prompts.restore(lin, second));
        let both = [code(one), code(other)];
        assert!(both.contains(&None) && both.contains(&too_many), "{both:?}");

        let hers = house.keep(&house.eve, "hers", "4").await.unwrap();
        prompts.delete(&house.eve, hers).await.unwrap();
        let all_deleted = format!("UPDATE prompts SET deleted_at = 1 WHERE owner_id = '{owner}'");
        execute(&db, &all_deleted).await;
        let last = house.keep(lin, "last", "5").await.unwrap();
        prompts.delete(lin, last).await.unwrap();
        assert_eq!(count(&db, "SELECT COUNT(*) FROM prompts").await, MOST + 1);
        prompts.restore(lin, last).await.unwrap();
        prompts.restore(&house.eve, hers).await.unwrap();
    })
    .await;
}
