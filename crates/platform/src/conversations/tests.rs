//! What a person may read, name and throw away, on both databases.

mod export;
mod filing;
mod order;
mod search;

use std::sync::Arc;

use model::{BuiltIn, DayGroup, FailureCode, MessageView};

use super::*;
use crate::{
    Ids, ManualClock,
    identity::{
        Identity,
        testing::{cheap, mailer, vault},
    },
    render,
    store::testing::{self, on_both},
};

const NOW: i64 = 1_790_000_000_000;
const UTC: i32 = 0;

/// The service, and two people.
struct House {
    db: Db,
    clock: ManualClock,
    conversations: Conversations,
    lin: Caller,
    wang: Caller,
}

impl House {
    async fn on(db: &Db) -> Self {
        let clock = ManualClock::at(Millis::new(NOW));
        let shared: Arc<dyn Clock> = Arc::new(clock.clone());
        let ids = Ids::new(Arc::clone(&shared));
        let identity = Identity::new(
            db.clone(),
            Arc::clone(&shared),
            ids.clone(),
            vault(),
            mailer(),
            cheap(),
        );
        Self {
            lin: identity.signed_up("lin", BuiltIn::Member).await,
            wang: identity.signed_up("wang", BuiltIn::Member).await,
            conversations: Conversations::new(db.clone(), shared, ids, Hub::default()),
            db: db.clone(),
            clock,
        }
    }

    /// A conversation of Lin's with so many messages.
    async fn long(&self, messages: u32) -> ConversationId {
        testing::long_branch(&self.db, self.lin.user(), messages).await;
        ConversationId::from_uuid(testing::nth(1))
    }

    async fn draft(&self, conversation: Option<ConversationId>) -> String {
        let draft = self.conversations.draft(&self.lin, conversation).await;
        draft.unwrap().text
    }
}

fn title(text: &str) -> Title {
    Title::parse(text).unwrap()
}

fn code<T>(result: Result<T, Error>) -> Option<FailureCode> {
    result.err().map(|error| error.code())
}

fn id_of(view: &MessageView) -> uuid::Uuid {
    view.id.as_uuid()
}

#[tokio::test]
async fn the_sidebar_is_read_page_by_page_to_the_oldest() {
    on_both(async |db| {
        let house = House::on(&db).await;
        testing::many_conversations(&db, house.lin.user(), 1_000).await;
        let (mut seen, mut after) = (Vec::new(), None);
        loop {
            let page = house
                .conversations
                .list(&house.lin, after.as_deref(), UTC)
                .await
                .unwrap();
            seen.extend(page.items.iter().map(|line| line.id.as_uuid()));
            after = page.next;
            if after.is_none() {
                break;
            }
            assert_eq!(page.items.len(), LISTED as usize);
        }
        let expected: Vec<_> = (1..=1_000).rev().map(testing::nth).collect();
        assert_eq!(seen, expected);
    })
    .await;
}

#[tokio::test]
async fn a_cursor_that_nobody_gave_out_leads_nowhere() {
    on_both(async |db| {
        let house = House::on(&db).await;
        for cursor in ["", ".", "x.y", "1", "1.x", "1.' OR TRUE --"] {
            let page = house.conversations.list(&house.lin, Some(cursor), UTC);
            assert_eq!(code(page.await), Some(FailureCode::NotFound), "{cursor}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_line_of_the_sidebar_stands_under_its_day() {
    on_both(async |db| {
        let house = House::on(&db).await;
        house.long(2).await;
        let sql = format!(
            "UPDATE conversations SET updated_at = {}",
            NOW - Millis::DAY
        );
        testing::execute(&db, &sql).await;
        let page = house.conversations.list(&house.lin, None, UTC).await;
        assert_eq!(page.unwrap().items[0].day, DayGroup::Yesterday);
    })
    .await;
}

#[tokio::test]
async fn a_long_conversation_opens_at_its_end_and_is_walked_up_to_its_beginning() {
    on_both(async |db| {
        let house = House::on(&db).await;
        let id = house.long(2_000).await;
        let opened = house.conversations.open(&house.lin, id).await.unwrap();
        let mut page = opened.messages;
        let mut seen = Vec::new();
        loop {
            assert_eq!(page.items.len(), SHOWN as usize);
            let items = page.items.iter().map(id_of);
            seen.splice(0..0, items);
            let Some(message) = page.older_than else {
                break;
            };
            page = house
                .conversations
                .before(&house.lin, id, message)
                .await
                .unwrap();
        }
        let expected: Vec<_> = (1..=2_000).map(testing::nth).collect();
        assert_eq!(seen, expected);
        let first = MessageId::from_uuid(testing::nth(1));
        let above = house.conversations.before(&house.lin, id, first).await;
        assert_eq!(above.unwrap(), MessagePage::default());
    })
    .await;
}

#[tokio::test]
async fn what_an_older_renderer_made_is_made_anew_and_kept() {
    on_both(async |db| {
        let house = House::on(&db).await;
        let id = house.long(2).await;
        let old = r#"UPDATE messages SET rendered = '{"blocks":["<p>old</p>"],"reasoning":[]}', render_version = 0"#;
        testing::execute(&db, old).await;
        let page = house.conversations.newest(&house.lin, id).await.unwrap();
        let (question, answer) = (&page.items[0], &page.items[1]);
        assert_eq!((question.text.as_str(), question.blocks.len()), ("words", 0));
        assert!(answer.blocks.concat().contains("words"));
        let kept = db.message(house.lin.user(), id, answer.id).await.unwrap();
        let (version, rendered) = kept.unwrap().rendered.unwrap();
        assert_eq!((version, &rendered.blocks), (render::VERSION, &answer.blocks));
    })
    .await;
}

#[tokio::test]
async fn a_strangers_conversation_is_not_found_by_any_verb() {
    on_both(async |db| {
        let house = House::on(&db).await;
        let id = house.long(4).await;
        let last = MessageId::from_uuid(testing::nth(4));
        let (service, wang) = (&house.conversations, &house.wang);
        let refused = [
            code(service.open(wang, id).await),
            code(service.newest(wang, id).await),
            code(service.before(wang, id, last).await),
            code(service.rename(wang, id, title("x")).await),
            code(service.delete(wang, id).await),
            code(service.restore(wang, id).await),
            code(service.save_draft(wang, Some(id), ("x", &[])).await),
            code(service.show_branch(wang, id, last).await),
            code(service.source(wang, id, last).await),
        ];
        assert_eq!(refused, [Some(FailureCode::NotFound); 9]);
        assert_eq!(service.draft(wang, Some(id)).await.unwrap().text, "");
        let page = service.list(wang, None, UTC).await.unwrap();
        assert_eq!(page.items, []);
        let kept = service.open(&house.lin, id).await.unwrap();
        assert_eq!(
            (kept.title, kept.messages.items.len()),
            (title("A title"), 4)
        );
    })
    .await;
}

#[tokio::test]
async fn a_deleted_conversation_can_be_brought_back_for_thirty_days() {
    on_both(async |db| {
        let house = House::on(&db).await;
        let id = house.long(4).await;
        let (service, lin) = (&house.conversations, &house.lin);
        service.delete(lin, id).await.unwrap();
        assert_eq!(
            code(service.open(lin, id).await),
            Some(FailureCode::NotFound)
        );
        house.clock.advance(TRASH_DAYS * Millis::DAY);
        assert_eq!(service.purge().await.unwrap(), 0);
        service.restore(lin, id).await.unwrap();
        let opened = service.open(lin, id).await.unwrap();
        assert_eq!(opened.messages.items.len(), 4);
        service.delete(lin, id).await.unwrap();
        house.clock.advance(TRASH_DAYS * Millis::DAY + 1);
        assert_eq!(service.purge().await.unwrap(), 1);
        assert_eq!(
            code(service.restore(lin, id).await),
            Some(FailureCode::NotFound)
        );
    })
    .await;
}

#[tokio::test]
async fn a_draft_is_kept_within_bounds_and_without_what_no_database_takes() {
    on_both(async |db| {
        let house = House::on(&db).await;
        let id = house.long(2).await;
        let (service, lin) = (&house.conversations, &house.lin);
        service.save_draft(lin, None, ("a\0b", &[])).await.unwrap();
        assert_eq!(house.draft(None).await, "ab");
        let long = "字".repeat(LONGEST_DRAFT + 1);
        service
            .save_draft(lin, Some(id), (&long, &[]))
            .await
            .unwrap();
        assert_eq!(house.draft(Some(id)).await, "字".repeat(LONGEST_DRAFT));
        let opened = service.open(lin, id).await.unwrap();
        assert_eq!(opened.draft.chars().count(), LONGEST_DRAFT);
        service.save_draft(lin, Some(id), ("", &[])).await.unwrap();
        assert_eq!(house.draft(Some(id)).await, "");
    })
    .await;
}
