//! A draft ends with what is sent of it, in the same transaction; what was typed anew meanwhile, on another device, stays.

use model::{FileId, queue::MOST_QUEUED};

use super::{ending::halfway, *};
use crate::generation::Asking;

/// Where something is typed; none for a new conversation.
type Place = Option<ConversationId>;

impl House {
    /// By when what is typed there is known.
    async fn types(&self, place: Place, text: &str, files: &[FileId]) -> Millis {
        let service = &self.services.conversations;
        let kept = service.save_draft(&self.lin, place, (text, files));
        kept.await.unwrap()
    }

    async fn typed(&self, place: Place) -> String {
        let draft = self.services.conversations.draft(&self.lin, place);
        draft.await.unwrap().text
    }

    /// Sends a text whose draft was kept at that time.
    async fn sends(
        &self,
        place: Place,
        (text, files): (&str, &[FileId]),
        draft: Option<Millis>,
        model: &str,
    ) -> Result<Asked, Error> {
        let asking = Asking {
            attachments: files.to_vec(),
            draft,
            ..Prompt::parse(text).unwrap().into()
        };
        let submission = self.submission();
        let asked = self
            .generations()
            .ask(&self.lin, place, asking, name(model), submission);
        let asked = asked.await;
        self.settled().await;
        asked
    }

    async fn lets_wait(
        &self,
        id: ConversationId,
        text: &str,
        draft: Option<Millis>,
    ) -> Result<(), Error> {
        let asking = Asking {
            draft,
            ..Prompt::parse(text).unwrap().into()
        };
        let (model, submission) = (name("qwen-plus"), self.submission());
        self.generations()
            .queue_message(&self.lin, id, asking, model, submission)
            .await
            .map(drop)
    }
}

#[tokio::test]
async fn what_is_asked_is_no_draft_any_more_whatever_of_it_was_kept_by_then() {
    on_both(async |db| {
        let house = House::on(&db).await;
        let here = Some(house.answered(None, "背一首诗").await.conversation);
        for place in [None, here] {
            let other = if place.is_none() { here } else { None };
            house.types(other, "elsewhere", &[]).await;
            // Sent before the rest of it was kept.
            let half = house.types(place, "half", &[]).await;
            let whole = ("half a thought", &[][..]);
            let asked = house.sends(place, whole, Some(half), "qwen-plus").await;
            asked.unwrap();
            assert_eq!(house.typed(place).await, "");
            // By the same words on a page that does not know when they were kept.
            house.types(place, "all of it", &[]).await;
            let whole = ("all of it", &[][..]);
            house.sends(place, whole, None, "qwen-plus").await.unwrap();
            assert_eq!(house.typed(place).await, "");
            assert_eq!(house.typed(other).await, "elsewhere");
            house.types(other, "", &[]).await;
        }
    })
    .await;
}

#[tokio::test]
async fn what_was_typed_anew_while_a_question_was_on_its_way_stays() {
    on_both(async |db| {
        let house = House::on(&db).await;
        let here = Some(house.answered(None, "背一首诗").await.conversation);
        let file = house.upload("one.txt", b"One.".to_vec()).await;
        for place in [None, here] {
            let first = house.types(place, "first", &[]).await;
            let opened = house.services.conversations.draft(&house.lin, place).await;
            assert_eq!(opened.unwrap().kept_at, Some(first));
            // At the same time by the clock.
            let second = house.types(place, "second", &[]).await;
            assert_ne!(first, second);
            let sent = ("first", &[][..]);
            let asked = house.sends(place, sent, Some(first), "qwen-plus").await;
            asked.unwrap();
            assert_eq!(house.typed(place).await, "second");
            // The same words beside a file are something else.
            let with_file = house.types(place, "second", &[file]).await;
            let sent = ("second", &[][..]);
            let asked = house.sends(place, sent, Some(second), "qwen-plus").await;
            asked.unwrap();
            assert_eq!(house.typed(place).await, "second");
            let sent = ("second", &[file][..]);
            let asked = house.sends(place, sent, Some(with_file), "qwen-plus").await;
            asked.unwrap();
            assert_eq!(house.typed(place).await, "");
        }
    })
    .await;
}

#[tokio::test]
async fn what_is_refused_is_a_draft_still() {
    on_both(async |db| {
        let house = House::on(&db).await;
        let here = Some(house.answered(None, "背一首诗").await.conversation);
        for place in [None, here] {
            let kept = house.types(place, "once more", &[]).await;
            let sent = ("once more", &[][..]);
            let refused = house.sends(place, sent, Some(kept), "no-such-model").await;
            assert_eq!(code(refused), Some(FailureCode::UnknownModel));
            assert_eq!(house.typed(place).await, "once more");
        }
    })
    .await;
}

#[tokio::test]
async fn what_waits_is_no_draft_any_more_and_what_was_typed_anew_stays() {
    on_both(async |db| {
        let house = House::on(&db).await;
        let (asked, page) = halfway(&house).await;
        drop(page);
        let id = asked.conversation;
        let half = house.types(Some(id), "half", &[]).await;
        house.lets_wait(id, "whole", Some(half)).await.unwrap();
        assert_eq!(house.typed(Some(id)).await, "");
        house.types(Some(id), "same", &[]).await;
        house.lets_wait(id, "same", None).await.unwrap();
        assert_eq!(house.typed(Some(id)).await, "");

        let first = house.types(Some(id), "first", &[]).await;
        let second = house.types(Some(id), "second", &[]).await;
        house.lets_wait(id, "first", Some(first)).await.unwrap();
        assert_eq!(house.typed(Some(id)).await, "second");
        for _ in 3..MOST_QUEUED {
            house.lets_wait(id, "more", None).await.unwrap();
        }
        let refused = house.lets_wait(id, "second", Some(second)).await;
        assert_eq!(code(refused), Some(FailureCode::QueueFull));
        assert_eq!(house.typed(Some(id)).await, "second");
        house.generations().stop(&house.lin, id).await.unwrap();
        house.settled().await;
    })
    .await;
}
