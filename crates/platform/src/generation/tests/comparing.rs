//! Several models that answer one question at once.

use std::pin::Pin;

use futures_util::{Stream, StreamExt};
use model::{ConversationEvent, GroupDraft, MessageId, MessageView, Quota};

use super::{quota::grouped, *};
use crate::{generation::Event, store::testing::count};

const MODELS: [&str; 3] = ["qwen-plus", "qwen3-max", "qwen-flash"];

const RUNNING: &str = "SELECT COUNT(*) FROM generations WHERE status = 'running'";

/// Words that Markdown leaves as they are.
const POEM: &str = "春眠不觉晓处处闻啼鸟夜来风雨声花落知多少";

impl House {
    async fn compare(&self, asked: &Asked, models: &[&str]) -> Result<MessageId, Error> {
        let models = models.iter().map(|model| name(model)).collect();
        let (id, question) = (asked.conversation, asked.question.id);
        self.generations()
            .compare(&self.lin, id, question, models)
            .await
    }

    async fn compared(&self, asked: &Asked) -> Vec<MessageView> {
        let service = &self.services.conversations;
        let compared = service.compare(&self.lin, asked.conversation, asked.question.id);
        compared.await.unwrap().answers
    }

    /// An answered question that three models are answering again, each of which has said its first word.
    async fn three(&self, answer: impl Fn() -> Answer) -> (Asked, Vec<MessageView>) {
        let asked = self.answered(None, "背一首诗").await;
        for _ in MODELS {
            self.simulator.next_answer(answer());
        }
        self.compare(&asked, &MODELS).await.unwrap();
        self.upstream(|account| account.open_streams() == 3).await;
        let answers = self.compared(&asked).await.split_off(1);
        (asked, answers)
    }
}

fn held() -> Answer {
    Answer::words(["春", "眠"]).held_after(1)
}

fn statuses(answers: &[MessageView]) -> Vec<MessageStatus> {
    answers.iter().map(|answer| answer.status).collect()
}

#[tokio::test]
async fn all_begin_together_and_what_waits_follows_when_each_has_ended() {
    on_both(async |db| {
        let house = House::on(&db).await;
        let (asked, answers) = house.three(held).await;
        let id = asked.conversation;
        let models: Vec<_> = answers.iter().map(|it| it.model.clone().unwrap()).collect();
        assert_eq!(models, MODELS.map(name));
        let (lin, generations) = (&house.lin, house.generations());
        let kept = db.conversation(lin.user(), id).await.unwrap().unwrap();
        assert_eq!(kept.leaf, Some(answers[0].id), "the first is shown");
        for _ in 0..2 {
            let refused = [
                code(house.try_ask(lin, Some(id), "再").await),
                code(generations.regenerate(lin, id, asked.answer.id, None).await),
                code(house.compare(&asked, &["qwen-plus"]).await),
            ];
            assert_eq!(refused, [Some(FailureCode::AlreadyGenerating); 3]);
            // The same while two of the three go on.
            let stopped = generations.stop_answer(lin, id, answers[1].id).await;
            stopped.unwrap();
            eventually(|| generations.0.hub.running() == 2).await;
        }
        house.queue(id, "再").await.unwrap();
        assert_eq!(house.waits(id).await.items.len(), 1);
        let now = house.compared(&asked).await.split_off(1);
        let (written, stopped) = (MessageStatus::Generating, MessageStatus::Stopped);
        assert_eq!(statuses(&now), [written, stopped, written]);
        house.simulator.release();
        house.settled().await;
        let ended = house.compared(&asked).await.split_off(1);
        let whole = MessageStatus::Complete;
        assert_eq!(statuses(&ended), [whole, stopped, whole]);
        assert_eq!(house.asked_in(id).await, ["背一首诗", "再"]);
        assert!(house.waits(id).await.is_empty());
        assert_eq!(count(&db, RUNNING).await, 0);
    })
    .await;
}

#[tokio::test]
async fn stop_stops_all_of_them_and_what_waits_is_kept() {
    on_both(async |db| {
        let house = House::on(&db).await;
        let (asked, _) = house.three(held).await;
        let id = asked.conversation;
        house.queue(id, "再").await.unwrap();
        house.generations().stop(&house.lin, id).await.unwrap();
        house.settled().await;
        let ended = house.compared(&asked).await.split_off(1);
        assert_eq!(statuses(&ended), [MessageStatus::Stopped; 3]);
        let queue = house.waits(id).await;
        assert_eq!((queue.items.len(), queue.is_paused), (1, true));
        assert!(house.generations().0.hub.is_empty());
    })
    .await;
}

#[tokio::test]
async fn where_not_all_can_begin_none_does() {
    on_both(async |db| {
        let house = House::on(&db).await;
        let asked = house.answered(None, "背一首诗").await;
        let wang = sign_up(&house.services).await;
        let (id, question) = (asked.conversation, asked.question.id);
        let generations = house.generations();
        let models = vec![name("qwen-plus"), name("qwen-flash")];
        let strangers = [
            code(generations.compare(&wang, id, question, models).await),
            code(generations.stop_answer(&wang, id, asked.answer.id).await),
        ];
        assert_eq!(strangers, [Some(FailureCode::NotFound); 2]);
        let five = [
            "qwen-plus",
            "qwen3.5-plus",
            "qwen3-max",
            "qwen-flash",
            "qwq-plus",
        ];
        for (models, expected) in [
            (&[][..], FailureCode::CompareUnfit),
            (&five[..], FailureCode::CompareUnfit),
            (&["qwen-plus", "qwen-plus"][..], FailureCode::CompareUnfit),
            (
                &["qwen-plus", "no-such-model"][..],
                FailureCode::UnknownModel,
            ),
        ] {
            let refused = code(house.compare(&asked, models).await);
            assert_eq!(refused, Some(expected), "{models:?}");
        }
        // Of three answers a day, one was given.
        let quota = Quota {
            answers_per_day: Some(3),
            tokens_per_day: None,
        };
        let draft = GroupDraft {
            quota,
            ..GroupDraft::default()
        };
        grouped(&house, house.lin.user(), draft).await;
        let used_up = code(house.compare(&asked, &MODELS).await);
        assert_eq!(used_up, Some(FailureCode::QuotaUsedUp));
        assert_eq!(house.compared(&asked).await.len(), 1, "nothing was begun");
        house.compare(&asked, &MODELS[..2]).await.unwrap();
        house.settled().await;
        assert_eq!(house.compared(&asked).await.len(), 3);
    })
    .await;
}

#[tokio::test]
async fn each_of_them_takes_room() {
    on_both(async |db| {
        let house = House::on(&db).await;
        let mut questions = Vec::new();
        for _ in 0..4 {
            questions.push(house.answered(None, "背一首诗").await);
        }
        let four = ["qwen-plus", "qwen3.5-plus", "qwen3-max", "qwen-flash"];
        for (asked, models) in questions.iter().zip([&four[..], &four[..], &four[..3]]) {
            for _ in models {
                house.simulator.next_answer(held());
            }
            house.compare(asked, models).await.unwrap();
        }
        let last = &questions[3];
        let refused = code(house.compare(last, &four[..2]).await);
        assert_eq!(refused, Some(FailureCode::Overloaded));
        assert_eq!(house.compared(last).await.len(), 1, "nothing was begun");
        house.upstream(|account| account.open_streams() == 11).await;
        house.compare(last, &four[..1]).await.unwrap();
        house.simulator.release();
        house.settled().await;
        assert_eq!(house.compared(last).await.len(), 2);
    })
    .await;
}

/// A page with answers beside each other.
struct Columns<'a> {
    house: &'a House,
    conversation: ConversationId,
    answers: Vec<MessageView>,
    events: Pin<Box<dyn Stream<Item = Event> + Send>>,
    /// The id of the last event that had one.
    last: Option<String>,
    reloads: usize,
}

impl<'a> Columns<'a> {
    async fn open(
        house: &'a House,
        conversation: ConversationId,
        answers: Vec<MessageView>,
    ) -> Self {
        let seen = answers.iter().map(|answer| (answer.id, answer.seq));
        let events = house
            .generations()
            .watch(&house.lin, conversation, seen.collect());
        Self {
            house,
            conversation,
            answers,
            events: Box::pin(events.await.unwrap()),
            last: None,
            reloads: 0,
        }
    }

    /// Comes back as `EventSource` does: with the id of the last event.
    async fn reconnect(&mut self) {
        let last = self.last.as_deref().unwrap();
        let places = last.split(',').map(|place| {
            let (message, seq) = place.split_once('.').unwrap();
            (message.parse().unwrap(), seq.parse().unwrap())
        });
        let generations = self.house.generations();
        let events = generations.watch(&self.house.lin, self.conversation, places.collect());
        self.events = Box::pin(events.await.unwrap());
    }

    /// Takes the next piece of one of them in.
    async fn next(&mut self) {
        loop {
            let event = tokio::time::timeout(BUDGET, self.events.next()).await;
            let event = event.unwrap().unwrap();
            match serde_json::from_str(&event.data).unwrap() {
                ConversationEvent::Progress(progress) => {
                    self.last = event.id;
                    let mut answers = self.answers.iter_mut();
                    let answer = answers.find(|answer| answer.id == progress.message);
                    let answer = answer.unwrap();
                    assert_eq!(progress.from, answer.seq, "neither a gap nor twice");
                    let blocks = &mut answer.blocks;
                    assert!(progress.blocks.iter().all(|change| change.apply(blocks)));
                    (answer.seq, answer.status) = (progress.seq, progress.status);
                    return;
                }
                ConversationEvent::Changed => self.reloads += 1,
                ConversationEvent::Title { .. } | ConversationEvent::Queue { .. } => {}
                ConversationEvent::Deleted => panic!("nobody deleted it"),
            }
        }
    }

    fn has_ended(&self) -> bool {
        let mut answers = self.answers.iter();
        answers.all(|answer| answer.status != MessageStatus::Generating)
    }
}

#[tokio::test]
async fn a_page_that_loses_its_line_after_every_event_misses_and_repeats_nothing_of_any() {
    on_both(async |db| {
        let options = Options {
            speed: 60,
            ..Options::immediate()
        };
        let house = House::with(&db, options).await;
        let poem = || Answer::words(POEM.chars()).held_after(2);
        let (asked, answers) = house.three(poem).await;
        let id = asked.conversation;
        // As long as somebody watches, the ends are told to those who come late.
        let mut steady = Columns::open(&house, id, answers.clone()).await;
        let mut unlucky = Columns::open(&house, id, answers).await;
        house.simulator.release();
        let mut turns = Vec::new();
        while !unlucky.has_ended() {
            unlucky.next().await;
            let last = unlucky.last.as_deref().unwrap();
            assert_eq!(last.split(',').count(), 3, "{last}");
            turns.push(unlucky.answers.iter().map(|it| it.seq).max());
            unlucky.reconnect().await;
        }
        assert_eq!(unlucky.reloads, 0, "it never had to load the page again");
        assert!(turns.len() > 6, "shown in steps: {turns:?}");
        while !steady.has_ended() {
            steady.next().await;
        }
        house.settled().await;
        let kept = house.compared(&asked).await.split_off(1);
        let shown = |answers: &[MessageView]| {
            let shown = answers.iter().map(|it| (it.blocks.clone(), it.seq));
            shown.collect::<Vec<_>>()
        };
        assert!(kept.iter().all(|it| it.blocks.concat().contains(POEM)));
        assert_eq!(shown(&unlucky.answers), shown(&kept));
        assert_eq!(shown(&steady.answers), shown(&kept));
        // Who comes after all have gone is told that nothing changed, or that something did.
        drop((steady, unlucky));
        assert!(house.generations().0.hub.is_empty());
        for (behind, opening) in [(0, 1), (1, 2)] {
            let mut seen: Vec<_> = kept.iter().map(|it| (it.id, it.seq)).collect();
            seen[2].1 -= behind;
            let watch = house.generations().watch(&house.lin, id, seen).await;
            let events = watch.unwrap().take(opening).collect::<Vec<_>>();
            let events = tokio::time::timeout(BUDGET, events).await.unwrap();
            let is_told = events.iter().any(|event| event.data.contains("changed"));
            assert_eq!(is_told, behind > 0);
        }
    })
    .await;
}

/// One title for the conversation, whichever of them ends first.
#[tokio::test]
async fn answers_beside_each_other_name_the_conversation_once() {
    on_both(async |db| {
        let house = House::on(&db).await;
        let (_, answers) = house.three(held).await;
        let before = house.simulator.received().len();
        house.simulator.release();
        house.settled().await;
        assert_eq!(answers.len(), 3);
        assert_eq!(house.simulator.received().len(), before + 1);
    })
    .await;
}
