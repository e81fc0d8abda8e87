//! What has an effect waits for a click.

use model::ToolCallId;
use serde_json::json;

use super::*;
use crate::{
    generation::ToolDecision,
    store::{Chunk, testing::execute},
};

impl House {
    async fn decide(&self, asked: &Asked, decision: ToolDecision) -> Result<(), Error> {
        let calls = self.calls(asked).await;
        let call = calls.last().unwrap().id;
        let place = (asked.conversation, asked.answer.id);
        let generations = self.generations();
        generations.decide(&self.lin, place, call, decision).await
    }

    /// Asks so that the model wants an image.
    async fn wants_an_image(&self) -> Asked {
        self.tools_on(&["draw_image"]).await;
        let prompt = json!({ "prompt": "一座灯塔" }).to_string();
        self.simulator
            .next_answer(Answer::calls("draw_image", prompt));
        self.answered(None, "画一座灯塔").await
    }
}

#[tokio::test]
async fn what_has_an_effect_waits_for_a_click_and_happens_once() {
    on_both(async |db| {
        let house = House::on(&db).await;
        let asked = house.wants_an_image().await;
        let waiting = house.stored(&asked).await;
        assert_eq!(waiting.status, MessageStatus::Waiting);
        assert_eq!(house.calls(&asked).await[0].state, ToolCallState::Waiting);
        let jobs = "SELECT COUNT(*) FROM jobs";
        assert_eq!(count(&db, jobs).await, 0);
        // Another process, or this one after a restart.
        assert_eq!(house.generations().recover(true).await.unwrap(), 0);
        assert_eq!(house.stored(&asked).await.status, MessageStatus::Waiting);

        let stranger = sign_up(&house.services).await;
        let call = house.calls(&asked).await[0].id;
        let place = (asked.conversation, asked.answer.id);
        let foreign = house
            .generations()
            .decide(&stranger, place, call, ToolDecision::Allow)
            .await;
        assert_eq!(code(foreign), Some(FailureCode::NotFound));

        house.simulator.next_answer(Answer::words(["画好了。"]));
        let both = tokio::join!(
            house.decide(&asked, ToolDecision::Allow),
            house.decide(&asked, ToolDecision::Allow),
        );
        assert!(both.0.is_ok() && both.1.is_ok(), "{both:?}");
        house.decide(&asked, ToolDecision::Refuse).await.unwrap();
        house.settled().await;
        let done = house.stored(&asked).await;
        assert_eq!(
            (done.status, done.text().as_str()),
            (MessageStatus::Complete, "画好了。")
        );
        assert_eq!(house.calls(&asked).await[0].state, ToolCallState::Done);
        assert_eq!(count(&db, jobs).await, 1);
        // The page asks by the call what came of it.
        let works = &house.services.works;
        let made = works.made_by(&house.lin, call).await.unwrap();
        assert!(matches!(made.wish, model::Wish::Image(_)));
        let foreign = works.made_by(&stranger, call).await;
        assert_eq!(code(foreign), Some(FailureCode::NotFound));
        let received = house.simulator.received();
        let titles = received
            .iter()
            .filter(|request| request.model == "qwen-flash");
        assert_eq!(titles.count(), 1, "the first answer gives the title");
    })
    .await;
}

#[tokio::test]
async fn what_was_refused_is_not_done_and_the_model_is_told() {
    on_both(async |db| {
        let house = House::on(&db).await;
        let asked = house.wants_an_image().await;
        house.simulator.next_answer(Answer::words(["那就不画。"]));
        house.decide(&asked, ToolDecision::Refuse).await.unwrap();
        house.settled().await;
        assert_eq!(house.stored(&asked).await.text(), "那就不画。");
        assert_eq!(house.calls(&asked).await[0].state, ToolCallState::Refused);
        assert_eq!(count(&db, "SELECT COUNT(*) FROM jobs").await, 0);
        let told = house.questions().pop().unwrap();
        let told = told["messages"].as_array().unwrap().last().unwrap().clone();
        assert!(
            told["content"].as_str().unwrap().contains("refused"),
            "{told}"
        );
    })
    .await;
}

#[tokio::test]
async fn what_waits_behind_a_call_waits_for_the_click_too() {
    on_both(async |db| {
        let house = House::on(&db).await;
        let asked = house.wants_an_image().await;
        assert_eq!(house.queued_behind(&asked).await, (1, true));
        house.generations().resume_queues().await.unwrap();
        house.settled().await;
        assert_eq!(house.stored(&asked).await.status, MessageStatus::Waiting);
        house.simulator.next_answer(Answer::words(["那就不画。"]));
        house.decide(&asked, ToolDecision::Refuse).await.unwrap();
        house.settled().await;
        let waiting = "SELECT COUNT(*) FROM queued_messages";
        assert_eq!(count(&db, waiting).await, 0);
    })
    .await;
}

#[tokio::test]
async fn who_may_have_no_more_of_an_answer_may_still_say_no() {
    on_both(async |db| {
        let house = House::on(&db).await;
        let asked = house.wants_an_image().await;
        let gone = "UPDATE messages SET model = 'unheard-of' WHERE role = 'assistant'";
        execute(&db, gone).await;
        let allowed = house.decide(&asked, ToolDecision::Allow).await;
        assert_eq!(code(allowed), Some(FailureCode::UnknownModel));
        house.decide(&asked, ToolDecision::Refuse).await.unwrap();
        house.settled().await;
        let kept = house.stored(&asked).await;
        assert_eq!(
            (kept.status, kept.calls[0].state),
            (MessageStatus::Stopped, ToolCallState::Refused)
        );
        assert_eq!(house.questions().len(), 1, "nobody was asked more");
    })
    .await;
}

#[tokio::test]
async fn what_is_thought_after_a_click_stands_apart() {
    on_both(async |db| {
        let house = House::on(&db).await;
        house.tools_on(&["draw_image"]).await;
        let prompt = json!({ "prompt": "一座灯塔" }).to_string();
        let first = Answer::calls("draw_image", prompt).reasoning(["想"]);
        house.simulator.next_answer(first);
        let asked = house.answered(None, "画一座灯塔").await;
        let second = Answer::words(["那就不画。"]).reasoning(["再想"]);
        house.simulator.next_answer(second);
        house.decide(&asked, ToolDecision::Refuse).await.unwrap();
        house.settled().await;
        assert_eq!(house.stored(&asked).await.reasoning(), "想\n\n再想");
    })
    .await;
}

#[tokio::test]
async fn two_calls_in_one_place_hold_nobody_up() {
    on_both(async |db| {
        let house = House::on(&db).await;
        let asked = house.wants_an_image().await;
        let mut twin = house.stored(&asked).await.calls.remove(0);
        twin.id = ToolCallId::from_uuid(house.ids.next());
        let chunk = Chunk {
            message: asked.answer.id,
            seq: 99,
            reasoning: String::new(),
            text: String::new(),
            calls: vec![twin],
            now: house.clock.now(),
            sources: Vec::new(),
        };
        db.commit_progress(&[chunk], &[]).await.unwrap();
        assert_eq!(house.stored(&asked).await.calls.len(), 2);
    })
    .await;
}

#[tokio::test]
async fn a_question_that_comes_between_leaves_the_call_undone() {
    on_both(async |db| {
        let house = House::on(&db).await;
        let asked = house.wants_an_image().await;
        house.answered(Some(asked.conversation), "算了").await;
        let told = house.questions().pop().unwrap();
        assert_eq!(
            roles(&told),
            ["system", "user", "assistant", "tool", "user"]
        );
        assert_eq!(count(&db, "SELECT COUNT(*) FROM jobs").await, 0);
    })
    .await;
}

#[tokio::test]
async fn what_a_dead_process_was_doing_is_never_done_again() {
    on_both(async |db| {
        let house = House::on(&db).await;
        let asked = house.wants_an_image().await;
        // It died between the click and what the click was for.
        let id = asked.answer.id;
        for sql in [
            "UPDATE tool_calls SET state = 'running'".to_owned(),
            format!("UPDATE messages SET status = 'generating' WHERE id = '{id}'"),
            format!(
                "UPDATE generations SET status = 'running', node = 'gone', lease_until = 1 WHERE message_id = '{id}'"
            ),
        ] {
            execute(&db, &sql).await;
        }
        assert_eq!(house.generations().recover(true).await.unwrap(), 1);
        let kept = house.stored(&asked).await;
        assert_eq!(kept.status, MessageStatus::Interrupted);
        assert_eq!(kept.calls[0].state, ToolCallState::Interrupted);
        house.decide(&asked, ToolDecision::Allow).await.unwrap();
        assert_eq!(house.stored(&asked).await.status, MessageStatus::Interrupted);

        house.simulator.next_answer(Answer::words(["不知道画了没有。"]));
        let generations = house.generations();
        let goes_on = generations.continue_answer(&house.lin, asked.conversation, id);
        goes_on.await.unwrap();
        house.settled().await;
        assert_eq!(house.stored(&asked).await.text(), "不知道画了没有。");
        assert_eq!(count(&db, "SELECT COUNT(*) FROM jobs").await, 0);
        let told = house.questions().pop().unwrap();
        let told = told["messages"].as_array().unwrap().last().unwrap().clone();
        assert_eq!(told["role"], "tool");
    })
    .await;
}
