//! What ratings promise, on both databases.

use std::sync::Arc;

use model::{
    BuiltIn, Comment, ConversationId, FailureCode, MessageId, Millis, ModelName, Rating, RatingSum,
};
use uuid::Uuid;

use super::{LISTED, Ratings};
use crate::{
    Error, Ids, ManualClock,
    identity::Caller,
    store::{
        Db,
        testing::{count, execute, on_both},
    },
    works::testing::Site,
};

/// A conversation of Lin's with a question and a few answers, one of which Lin wrote.
struct House {
    db: Db,
    ratings: Ratings,
    clock: ManualClock,
    lin: Caller,
    eve: Caller,
    boss: Caller,
}

const CONVERSATION: u128 = 7;
const QUESTION: u128 = 10;
const ANSWER: u128 = 11;
const OTHER: u128 = 12;
const EDITED: u128 = 13;
const GROWING: u128 = 14;

impl House {
    async fn on(db: &Db) -> Self {
        let site = Site::at_rest(db).await;
        let clock = ManualClock::at(Millis::new(1_790_000_000_000));
        let shared = Arc::new(clock.clone());
        let identity = &site.services.identity;
        let house = Self {
            db: db.clone(),
            ratings: Ratings::new(db.clone(), shared.clone(), Ids::new(shared)),
            clock,
            eve: identity.signed_up("eve", BuiltIn::Member).await,
            boss: identity.signed_up("boss", BuiltIn::Administrator).await,
            lin: site.lin.clone(),
        };
        let owner = house.lin.user();
        let conversation = Uuid::from_u128(CONVERSATION);
        let sql = format!(
            "INSERT INTO conversations (id, owner_id, title, title_source, model, created_at, updated_at)
             VALUES ('{conversation}', '{owner}', 'Poems', 'question', 'qwen-plus', 0, 0)"
        );
        execute(db, &sql).await;
        for (id, role, status, model, edited) in [
            (QUESTION, "user", "complete", "NULL", "FALSE"),
            (ANSWER, "assistant", "complete", "'qwen-plus'", "FALSE"),
            (OTHER, "assistant", "stopped", "NULL", "FALSE"),
            (EDITED, "assistant", "complete", "NULL", "TRUE"),
            (GROWING, "assistant", "generating", "'qwen-plus'", "FALSE"),
        ] {
            let id = Uuid::from_u128(id);
            let sql = format!(
                "INSERT INTO messages (id, conversation_id, role, status, parts, model, edited, created_at, updated_at)
                 VALUES ('{id}', '{conversation}', '{role}', '{status}', '[]', {model}, {edited}, 0, 0)"
            );
            execute(db, &sql).await;
        }
        house
    }

    async fn rate(
        &self,
        caller: &Caller,
        message: u128,
        good: bool,
        comment: Option<&str>,
    ) -> Result<(), Error> {
        let comment = comment.map(|text| Comment::parse(text).unwrap());
        let (conversation, message) = ids(message);
        self.ratings
            .set(caller, conversation, message, good, comment.as_ref())
            .await
    }

    async fn remove(&self, caller: &Caller, message: u128) -> Result<(), Error> {
        let (conversation, message) = ids(message);
        self.ratings.remove(caller, conversation, message).await
    }

    /// What Lin sees beside the answer.
    async fn shown(&self, message: u128) -> Option<Rating> {
        let (conversation, message) = ids(message);
        let found = self.db.message(self.lin.user(), conversation, message);
        found.await.unwrap().unwrap().rating
    }
}

fn ids(message: u128) -> (ConversationId, MessageId) {
    (
        ConversationId::from_uuid(Uuid::from_u128(CONVERSATION)),
        MessageId::from_uuid(Uuid::from_u128(message)),
    )
}

fn code<T>(result: Result<T, Error>) -> Option<FailureCode> {
    result.err().map(|error| error.code())
}

fn rating(good: bool, comment: &str) -> Rating {
    let comment = comment.to_owned();
    Rating { good, comment }
}

#[tokio::test]
async fn an_opinion_is_kept_changed_and_taken_back() {
    on_both(async |db| {
        let house = House::on(&db).await;
        assert_eq!(house.shown(ANSWER).await, None);
        house.rate(&house.lin, ANSWER, true, None).await.unwrap();
        assert_eq!(house.shown(ANSWER).await, Some(rating(true, "")));
        let hostile = "<script>alert(1)</script>";
        house
            .rate(&house.lin, ANSWER, true, Some(hostile))
            .await
            .unwrap();
        house.rate(&house.lin, ANSWER, false, None).await.unwrap();
        assert_eq!(
            house.shown(ANSWER).await,
            Some(rating(false, hostile)),
            "what was said stays"
        );
        house
            .rate(&house.lin, ANSWER, false, Some(""))
            .await
            .unwrap();
        assert_eq!(house.shown(ANSWER).await, Some(rating(false, "")));
        assert_eq!(count(&db, "SELECT COUNT(*) FROM ratings").await, 1);
        for _ in 0..2 {
            house.remove(&house.lin, ANSWER).await.unwrap();
        }
        assert_eq!(house.shown(ANSWER).await, None);
    })
    .await;
}

#[tokio::test]
async fn only_answers_to_oneself_can_be_rated() {
    on_both(async |db| {
        let house = House::on(&db).await;
        house.rate(&house.lin, ANSWER, true, None).await.unwrap();
        for (caller, message) in [
            (&house.eve, ANSWER),
            (&house.boss, ANSWER),
            (&house.lin, QUESTION),
            (&house.lin, EDITED),
            (&house.lin, GROWING),
            (&house.lin, 99),
        ] {
            let refused = house.rate(caller, message, false, Some("x")).await;
            assert_eq!(code(refused), Some(FailureCode::NotFound), "{message}");
        }
        let taken = house.remove(&house.eve, ANSWER).await;
        assert_eq!(code(taken), Some(FailureCode::NotFound));
        assert_eq!(house.shown(ANSWER).await, Some(rating(true, "")));
        execute(&db, "UPDATE conversations SET deleted_at = 5").await;
        let gone = house.rate(&house.lin, ANSWER, false, None).await;
        assert_eq!(code(gone), Some(FailureCode::NotFound));
        execute(&db, "DELETE FROM conversations").await;
        assert_eq!(
            count(&db, "SELECT COUNT(*) FROM ratings").await,
            0,
            "an opinion goes with what it is about"
        );
    })
    .await;
}

#[tokio::test]
async fn administrators_read_what_was_said_newest_first_and_a_sum_by_model() {
    on_both(async |db| {
        let house = House::on(&db).await;
        let refused = house.ratings.list(&house.lin, None).await;
        assert_eq!(code(refused), Some(FailureCode::Forbidden));
        house
            .rate(&house.lin, OTHER, true, Some("first"))
            .await
            .unwrap();
        house
            .rate(&house.lin, ANSWER, false, Some("second"))
            .await
            .unwrap();
        house
            .rate(&house.lin, OTHER, true, Some("third"))
            .await
            .unwrap();
        let read = house.ratings.list(&house.boss, None).await.unwrap();
        let said: Vec<_> = read
            .page
            .items
            .iter()
            .map(|line| &*line.rating.comment)
            .collect();
        assert_eq!(said, ["third", "second"]);
        assert_eq!(read.page.next, None);
        let plus = ModelName::parse("qwen-plus").ok();
        assert_eq!(read.page.items[1].model, plus);
        let mut sums = read.sums;
        sums.sort_by_key(|sum| sum.good);
        let sum = |model, good, bad| RatingSum { model, good, bad };
        assert_eq!(sums, [sum(plus, 0, 1), sum(None, 1, 0)]);

        house.clock.advance(40 * Millis::DAY);
        let later = house.ratings.list(&house.boss, None).await.unwrap();
        assert_eq!((later.sums.len(), later.page.items.len()), (0, 2));
        let blank = house.ratings.list(&house.boss, Some("\0")).await.unwrap();
        assert!(blank.page.items.is_empty());
    })
    .await;
}

#[tokio::test]
async fn the_list_is_read_a_page_at_a_time() {
    on_both(async |db| {
        let house = House::on(&db).await;
        let owner = house.lin.user();
        let conversation = Uuid::from_u128(CONVERSATION);
        for number in 0..u128::from(LISTED) + 3 {
            let id = Uuid::from_u128(1000 + number);
            let message = format!(
                "INSERT INTO messages (id, conversation_id, role, status, parts, created_at, updated_at)
                 VALUES ('{id}', '{conversation}', 'assistant', 'complete', '[]', 0, 0)"
            );
            execute(&db, &message).await;
            let rating = format!(
                "INSERT INTO ratings (message_id, user_id, id, good, comment, updated_at)
                 VALUES ('{id}', '{owner}', '{id}', TRUE, '{number}', 0)"
            );
            execute(&db, &rating).await;
        }
        let first = house.ratings.list(&house.boss, None).await.unwrap().page;
        assert_eq!(first.items.len(), LISTED as usize);
        assert_eq!(first.items[0].rating.comment, (LISTED + 2).to_string());
        let rest = house.ratings.list(&house.boss, first.next.as_deref()).await;
        let rest = rest.unwrap().page;
        let said: Vec<_> = rest.items.iter().map(|line| &*line.rating.comment).collect();
        assert_eq!((said.as_slice(), rest.next), (["2", "1", "0"].as_slice(), None));
    })
    .await;
}
