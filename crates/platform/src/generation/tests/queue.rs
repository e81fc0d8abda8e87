//! Messages that wait for the answer before them: in order, once each, and never lost.

use futures_util::future::join;
use model::{
    CallId, GenerationId, MessageId, Queue, Title,
    queue::{Direction, MOST_QUEUED, QUEUED_TOGETHER},
};
use simulator::Fault;

use super::{ending::halfway, *};
use crate::store::{End, NewAnswer, Place, Question, parts_of, testing::count};

impl House {
    pub(super) async fn queue(&self, id: ConversationId, text: &str) -> Result<Queue, Error> {
        self.queue_as(&self.lin, id, text).await
    }

    async fn queue_as(
        &self,
        caller: &Caller,
        id: ConversationId,
        text: &str,
    ) -> Result<Queue, Error> {
        let prompt = Prompt::parse(text).unwrap();
        let (model, submission) = (name("qwen-plus"), self.submission());
        self.generations()
            .queue_message(caller, id, prompt, model, submission)
            .await
    }

    pub(super) async fn waits(&self, id: ConversationId) -> Queue {
        let queue = self.services.conversations.queue(&self.lin, id);
        queue.await.unwrap()
    }

    /// The questions of the branch that is shown.
    pub(super) async fn asked_in(&self, id: ConversationId) -> Vec<String> {
        let newest = self.services.conversations.newest(&self.lin, id).await;
        let messages = newest.unwrap().items.into_iter();
        messages
            .filter(|message| message.speaker == model::Speaker::User)
            .map(|message| message.text)
            .collect()
    }
}

fn texts(queue: &Queue) -> Vec<&str> {
    queue.items.iter().map(|item| item.text.as_str()).collect()
}

#[tokio::test]
async fn what_waits_is_sent_in_its_order_when_the_answer_is_whole() {
    on_both(async |db| {
        let house = House::on(&db).await;
        let (asked, page) = halfway(&house).await;
        drop(page);
        let id = asked.conversation;
        for text in ["一", "二", "三", "四"] {
            house.queue(id, text).await.unwrap();
        }
        let queue = house.waits(id).await;
        assert_eq!(texts(&queue), ["一", "二", "三", "四"]);
        assert!(!queue.is_paused);
        let service = &house.services.conversations;
        let [first, second, third, fourth] = [0, 1, 2, 3].map(|place| queue.items[place].id);
        let moved = service.move_queued(&house.lin, id, third, Direction::Up);
        assert_eq!(texts(&moved.await.unwrap()), ["一", "三", "二", "四"]);
        let still = service.move_queued(&house.lin, id, first, Direction::Up);
        assert_eq!(texts(&still.await.unwrap()), ["一", "三", "二", "四"]);
        let edited = service.edit_queued(&house.lin, id, (second, 0), "二改");
        assert_eq!(texts(&edited.await.unwrap()), ["一", "三", "二改", "四"]);
        let late = service.edit_queued(&house.lin, id, (second, 0), "二旧");
        assert_eq!(code(late.await), Some(FailureCode::Outdated));
        let draft = ("半句", &[][..]);
        service
            .save_draft(&house.lin, Some(id), draft)
            .await
            .unwrap();
        let withdrawn = service.withdraw_queued(&house.lin, id, fourth).await;
        let (withdrawn, queue) = withdrawn.unwrap();
        assert_eq!(withdrawn.text, "四");
        assert_eq!(texts(&queue), ["一", "三", "二改"]);
        let draft = service.draft(&house.lin, Some(id)).await.unwrap();
        assert_eq!(draft.text, "四\n半句");
        house.simulator.release();
        house.settled().await;
        assert_eq!(house.asked_in(id).await, ["背一首诗", "一", "三", "二改"]);
        assert!(house.waits(id).await.is_empty());
        let draft = service.draft(&house.lin, Some(id)).await.unwrap();
        assert_eq!(draft.text, "四\n半句", "what waits is not the draft");
        let gone = service.withdraw_queued(&house.lin, id, first).await;
        assert_eq!(code(gone), Some(FailureCode::Outdated));
    })
    .await;
}

#[tokio::test]
async fn a_queue_behind_what_did_not_end_well_loses_nothing_and_waits_for_a_click() {
    on_both(async |db| {
        let house = House::on(&db).await;
        let (asked, mut page) = halfway(&house).await;
        let id = asked.conversation;
        for text in ["一", "二"] {
            house.queue(id, text).await.unwrap();
        }
        house.generations().stop(&house.lin, id).await.unwrap();
        page.until_ended().await;
        drop(page);
        house.settled().await;
        house.generations().resume_queues().await.unwrap();
        let queue = house.waits(id).await;
        assert_eq!((texts(&queue), queue.is_paused), (vec!["一", "二"], true));
        // What is asked while it is paused goes first; a whole answer lets the queue go on.
        let broken = Answer::words(["春", "眠"]).fails_after(1, Fault::Cut(0));
        house.simulator.next_answer(broken);
        let second = queue.items[1].id;
        let sent = house.generations().send_queued(&house.lin, id, second);
        assert_eq!(texts(&sent.await.unwrap()), ["一"]);
        house.settled().await;
        let queue = house.waits(id).await;
        assert_eq!((texts(&queue), queue.is_paused), (vec!["一"], true));
        house.ask(Some(id), "间").await;
        house.settled().await;
        assert_eq!(house.asked_in(id).await, ["背一首诗", "二", "间", "一"]);
        let again = house.generations().send_queued(&house.lin, id, second);
        assert_eq!(code(again.await), Some(FailureCode::Outdated));
    })
    .await;
}

/// An answer that another process writes, and that ended well just before that process died.
async fn ended_elsewhere(house: &House, waiting: &[&str]) -> ConversationId {
    let (model, now) = (name("qwen-plus"), Millis::new(1_790_000_000_000));
    let answer = NewAnswer {
        message: MessageId::from_uuid(house.ids.next()),
        generation: GenerationId::from_uuid(house.ids.next()),
        call: CallId::from_uuid(house.ids.next()),
        model: &model,
        node: "elsewhere",
        lease_until: now.plus(60_000),
        now,
    };
    let conversation = ConversationId::from_uuid(house.ids.next());
    let question = Question {
        owner: house.lin.user(),
        place: Place::New {
            conversation,
            title: Title::of_question("背一首诗"),
            temporary: false,
        },
        question: MessageId::from_uuid(house.ids.next()),
        text: "背一首诗",
        attachments: &[],
        draft: None,
        submission: house.submission(),
        assistant: None,
        answer,
    };
    house.db.ask(&question).await.unwrap();
    for text in waiting {
        house.queue(conversation, text).await.unwrap();
    }
    let end = End {
        generation: answer.generation,
        message: answer.message,
        status: MessageStatus::Complete,
        parts: parts_of(String::new(), "春眠".to_owned()),
        calls: Vec::new(),
        rendered: (0, crate::store::Rendered::default()),
        reasoning_ms: None,
        failure: None,
        last_seq: 1,
        upstream_request_id: None,
        tokens: None,
        now,
    };
    house.db.commit_progress(&[], &[end]).await.unwrap();
    conversation
}

#[tokio::test]
async fn what_a_dead_process_left_waiting_is_sent_once_by_whoever_is_first() {
    on_both(async |db| {
        let house = House::on(&db).await;
        let other = House::on(&db).await;
        for _ in 0..4 {
            let id = ended_elsewhere(&house, &["一", "二"]).await;
            let (here, there) = join(
                house.generations().resume_queues(),
                other.generations().resume_queues(),
            )
            .await;
            here.unwrap();
            there.unwrap();
            let waits = async {
                while !house.waits(id).await.is_empty() {
                    tokio::time::sleep(Duration::from_millis(5)).await;
                }
            };
            tokio::time::timeout(BUDGET, waits).await.unwrap();
            house.settled().await;
            other.settled().await;
            assert_eq!(house.asked_in(id).await, ["背一首诗", "一", "二"]);
        }
        let runs = count(&db, "SELECT COUNT(*) FROM generations").await;
        assert_eq!(runs, 4 * 3);
    })
    .await;
}

#[tokio::test]
async fn a_message_that_can_t_be_sent_pauses_the_queue_and_says_why() {
    on_both(async |db| {
        let house = House::on(&db).await;
        let (asked, page) = halfway(&house).await;
        drop(page);
        let id = asked.conversation;
        let queue = house.queue(id, "一").await.unwrap();
        house.queue(id, "二").await.unwrap();
        let unheard = "UPDATE queued_messages SET model = 'unheard-of' WHERE text = '一'";
        crate::store::testing::execute(&db, unheard).await;
        house.simulator.release();
        house.settled().await;
        let paused = house.waits(id).await;
        assert_eq!((texts(&paused), paused.is_paused), (vec!["一", "二"], true));
        assert_eq!(paused.items[0].refused, Some(FailureCode::UnknownModel));
        let service = &house.services.conversations;
        let withdrawn = service.withdraw_queued(&house.lin, id, queue.items[0].id);
        withdrawn.await.unwrap();
        let second = paused.items[1].id;
        let sent = house.generations().send_queued(&house.lin, id, second);
        sent.await.unwrap();
        house.settled().await;
        assert_eq!(house.asked_in(id).await, ["背一首诗", "二"]);
    })
    .await;
}

#[tokio::test]
async fn nothing_is_sent_for_somebody_who_would_be_refused_themselves() {
    on_both(async |db| {
        let house = House::on(&db).await;
        let (asked, page) = halfway(&house).await;
        drop(page);
        let id = asked.conversation;
        house.queue(id, "一").await.unwrap();
        let needed = "UPDATE roles SET requires_second_factor = TRUE WHERE name = 'member'";
        crate::store::testing::execute(&db, needed).await;
        house.simulator.release();
        house.settled().await;
        let paused = house.waits(id).await;
        assert_eq!((texts(&paused), paused.is_paused), (vec!["一"], true));
        let why = paused.items[0].refused;
        assert_eq!(why, Some(FailureCode::SecondFactorRequired));
    })
    .await;
}

#[tokio::test]
async fn a_queue_has_limits_and_is_its_owners() {
    on_both(async |db| {
        let house = House::on(&db).await;
        let (asked, page) = halfway(&house).await;
        drop(page);
        let id = asked.conversation;
        let wang = sign_up(&house.services).await;
        let service = &house.services.conversations;
        let refused = house.queue_as(&wang, id, "偷").await;
        assert_eq!(code(refused), Some(FailureCode::NotFound));
        // Pressed twice, it waits once.
        let (model, submission) = (name("qwen-plus"), house.submission());
        for _ in 0..2 {
            let prompt = Prompt::parse("一").unwrap();
            let queued = house
                .generations()
                .queue_message(&house.lin, id, prompt, model.clone(), submission)
                .await;
            assert_eq!(texts(&queued.unwrap()), ["一"]);
        }
        let strangers = [
            code(service.queue(&wang, id).await),
            code(service.edit_queued(&wang, id, (submission, 0), "x").await),
            code(
                service
                    .move_queued(&wang, id, submission, Direction::Up)
                    .await,
            ),
            code(service.withdraw_queued(&wang, id, submission).await),
            code(house.generations().send_queued(&wang, id, submission).await),
            code(house.generations().estimate(&wang, Some(id)).await),
            code(service.compare(&wang, id, asked.question.id).await),
        ];
        assert_eq!(strangers, [Some(FailureCode::NotFound); 7]);
        let running = house.generations().send_queued(&house.lin, id, submission);
        assert_eq!(code(running.await), Some(FailureCode::AlreadyGenerating));
        let long = "字".repeat(QUEUED_TOGETHER / 2);
        house.queue(id, &long).await.unwrap();
        let full = house.queue(id, &long).await;
        assert_eq!(code(full), Some(FailureCode::QueueFull));
        for _ in 2..MOST_QUEUED {
            house.queue(id, "x").await.unwrap();
        }
        let full = house.queue(id, "x").await;
        assert_eq!(code(full), Some(FailureCode::QueueFull));
        // What is in the trash sends nothing, and takes its queue along.
        service.delete(&house.lin, id).await.unwrap();
        house.settled().await;
        house.generations().resume_queues().await.unwrap();
        let all = "SELECT COUNT(*) FROM queued_messages";
        assert_eq!(count(&db, all).await, i64::try_from(MOST_QUEUED).unwrap());
        house.clock.advance(40 * Millis::DAY);
        service.purge().await.unwrap();
        assert_eq!(count(&db, all).await, 0);
    })
    .await;
}

#[tokio::test]
async fn two_answers_stand_beside_each_other_and_what_they_cost_is_reckoned() {
    on_both(async |db| {
        let house = House::on(&db).await;
        let asked = house.answered(None, "背一首诗").await;
        let (id, question) = (asked.conversation, asked.question.id);
        let again =
            house
                .generations()
                .regenerate(&house.lin, id, question, Some(name("qwen3-max")));
        again.await.unwrap();
        house.settled().await;
        let service = &house.services.conversations;
        let compared = service.compare(&house.lin, id, question).await.unwrap();
        let models: Vec<_> = compared.answers.iter().map(|it| it.model.clone()).collect();
        assert_eq!(models, [Some(name("qwen-plus")), Some(name("qwen3-max"))]);
        let answer = service.compare(&house.lin, id, asked.answer.id).await;
        assert_eq!(code(answer), Some(FailureCode::NotFound));
        let base = house.generations().estimate(&house.lin, Some(id)).await;
        let base = base.unwrap();
        assert!(base.context_tokens > 0);
        let plus = name("qwen-plus");
        let generations = house.generations();
        let filled = generations.context_use(&house.lin, id, &plus).await;
        let filled = filled.unwrap();
        let mut costs = base.models.iter();
        let window = costs.find(|it| it.model == plus).and_then(|it| it.window);
        assert_eq!((filled.used, filled.window), (base.context_tokens, window));
        let wang = sign_up(&house.services).await;
        let others = generations.context_use(&wang, id, &plus).await;
        assert_eq!(code(others), Some(FailureCode::NotFound));
        let estimate = base.of(&name("qwen-plus"), 10);
        assert!(estimate.input_cost.is_some_and(|cost| cost > 0));
        let none = house
            .generations()
            .estimate(&house.lin, None)
            .await
            .unwrap();
        assert_eq!(none.context_tokens, 0);
    })
    .await;
}
