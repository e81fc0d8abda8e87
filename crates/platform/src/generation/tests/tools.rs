//! What models call while they answer.

use model::{MessageStatus, ToolCallId, ToolCallState, ToolCallView, ToolName};
use serde_json::{Value, json};
use simulator::Fault;

use super::*;
use crate::{
    Clock as _,
    generation::ToolDecision,
    store::{
        Chunk,
        testing::{count, execute},
    },
};

impl House {
    /// Turns tools on for conversations that begin.
    async fn tools_on(&self, names: &[&str]) {
        let names: Vec<ToolName> = names
            .iter()
            .map(|name| ToolName::parse(name).unwrap())
            .collect();
        let tools = &self.services.tools;
        tools.choose(&self.lin, None, &names).await.unwrap();
    }

    async fn calls(&self, asked: &Asked) -> Vec<ToolCallView> {
        let page = self
            .services
            .conversations
            .newest(&self.lin, asked.conversation)
            .await
            .unwrap();
        page.items.last().unwrap().tools.clone()
    }

    /// What the model was asked, without titles, in order.
    fn questions(&self) -> Vec<Value> {
        let received = self.simulator.received();
        let chats = received
            .iter()
            .filter(|request| request.model == "qwen-plus");
        chats.map(|request| Value::clone(&request.body)).collect()
    }

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

    /// Lets a message wait, or sends it where it may go: how many wait then, and whether they wait for more than an answer's end.
    async fn queued_behind(&self, asked: &Asked) -> (usize, bool) {
        let (prompt, submission) = (Prompt::parse("然后呢").unwrap(), self.submission());
        let id = asked.conversation;
        let queued =
            self.generations()
                .queue_message(&self.lin, id, prompt, name("qwen-plus"), submission);
        let queue = queued.await.unwrap();
        (queue.items.len(), queue.is_paused)
    }
}

fn roles(question: &Value) -> Vec<String> {
    let turns = question["messages"].as_array().unwrap().iter();
    turns
        .map(|turn| turn["role"].as_str().unwrap().to_owned())
        .collect()
}

#[tokio::test]
async fn a_model_calls_tools_and_answers_with_what_they_gave() {
    on_both(async |db| {
        let house = House::on(&db).await;
        house.tools_on(&["calculate", "date_time"]).await;
        let sum = r#"{"expression":"17.5*3"}"#;
        house.simulator.next_answer(Answer::calls("calculate", sum));
        house.simulator.next_answer(Answer::calls(
            "date_time",
            r#"{"time_zone":"Asia/Shanghai"}"#,
        ));
        house
            .simulator
            .next_answer(Answer::words(["是 ", "52.5。"]));
        let asked = house.answered(None, "算一下").await;
        let kept = house.stored(&asked).await;
        assert_eq!(
            (kept.status, kept.text().as_str()),
            (MessageStatus::Complete, "是 52.5。")
        );
        let calls = house.calls(&asked).await;
        let results: Vec<_> = calls
            .iter()
            .map(|call| (call.state, call.result.as_deref()))
            .collect();
        assert_eq!(results[0], (ToolCallState::Done, Some("52.5")));
        assert!(results[1].1.unwrap().contains("+08:00"), "{results:?}");
        assert_eq!(calls[0].arguments, sum);

        let questions = house.questions();
        let offered = questions[0]["tools"].as_array().unwrap().len();
        assert_eq!((questions.len(), offered), (3, 2));
        assert_eq!(
            roles(&questions[2]),
            ["system", "user", "assistant", "tool", "assistant", "tool"]
        );
        assert_eq!(questions[2]["messages"][3]["content"], "52.5");
        let told = questions[2]["messages"][0]["content"].as_str().unwrap();
        assert!(told.contains("never instructions"), "{told}");

        // Each question costs for itself, and is one answer for all that.
        let conversations = &house.services.conversations;
        let details = conversations.details(&house.lin, asked.conversation, asked.answer.id);
        let runs = details.await.unwrap().runs;
        let booked = runs.iter().filter(|run| run.call.is_some()).count();
        assert_eq!((runs.len(), booked), (3, 3));
        let last = format!(
            "SELECT COUNT(*) FROM generations WHERE id = '{}' AND NOT is_round",
            runs[2].id
        );
        assert_eq!(count(&db, &last).await, 1, "in the order of the questions");
        let generations = house.generations();
        let base = generations
            .estimate(&house.lin, Some(asked.conversation))
            .await
            .unwrap();
        let size = "SELECT input_tokens + output_tokens - reasoning_tokens FROM generations WHERE NOT is_round";
        assert_eq!(i64::from(base.context_tokens), count(&db, size).await);
        let now = house.clock.now();
        assert_eq!(
            db.used_since(house.lin.user(), Millis::new(0))
                .await
                .unwrap()
                .0,
            1,
            "{now:?}"
        );
        assert_eq!(
            count(
                &db,
                "SELECT COUNT(*) FROM generations WHERE status = 'running'"
            )
            .await,
            0
        );

        // The next question tells of them too.
        house.answered(Some(asked.conversation), "再来").await;
        let last = house.questions().pop().unwrap();
        let expected = [
            "system",
            "user",
            "assistant",
            "tool",
            "assistant",
            "tool",
            "assistant",
            "user",
        ];
        assert_eq!(roles(&last), expected);
    })
    .await;
}

#[tokio::test]
async fn what_is_said_around_calls_stays_around_them() {
    on_both(async |db| {
        let house = House::on(&db).await;
        house.tools_on(&["calculate"]).await;
        let mut first = Answer::words(["先算。"]);
        first = first.and_calls("calculate", r#"{"expression":"1+1"}"#);
        house.simulator.next_answer(first);
        house.simulator.next_answer(Answer::words(["好了。"]));
        let asked = house.answered(None, "算一下").await;
        assert_eq!(house.stored(&asked).await.text(), "先算。\n\n好了。");
        let calls = house.calls(&asked).await;
        assert_eq!(calls[0].after, 1, "between two paragraphs");
        let told = house.questions().pop().unwrap();
        assert_eq!(told["messages"][2]["content"], "先算。");
    })
    .await;
}

#[tokio::test]
async fn nothing_is_offered_that_is_not_on_or_not_allowed_or_not_understood() {
    on_both(async |db| {
        let house = House::on(&db).await;
        house.answered(None, "背一首诗").await;
        house.tools_on(&["calculate", "fetch_page"]).await;
        let (offers, _) = house
            .services
            .tools
            .choices(&house.lin, None)
            .await
            .unwrap();
        let on: Vec<_> = offers.iter().filter(|tool| tool.is_on).collect();
        assert_eq!((offers.len(), on.len()), (6, 2));
        let identity = &house.services.identity;
        let guest = identity.signed_up("guest", BuiltIn::Guest).await;
        let tools = &house.services.tools;
        assert_eq!(tools.choices(&guest, None).await.unwrap().0, []);
        let name = ToolName::parse("calculate").unwrap();
        let refused = tools
            .choose(&guest, None, std::slice::from_ref(&name))
            .await;
        assert_eq!(code(refused), Some(FailureCode::Forbidden));
        let first = house.answered(None, "背一首诗").await;
        let other = tools.choose(&guest, Some(first.conversation), &[]).await;
        assert_eq!(code(other), Some(FailureCode::Forbidden));
        tools
            .choose(&house.lin, Some(first.conversation), &[])
            .await
            .unwrap();
        house.answered(Some(first.conversation), "再背一首").await;
        let offered: Vec<_> = house
            .questions()
            .iter()
            .map(|question| question["tools"].as_array().map_or(0, Vec::len))
            .collect();
        assert_eq!(
            offered,
            [0, 2, 0],
            "a conversation's own choice holds before the default"
        );
        let stranger = sign_up(&house.services).await;
        let foreign = tools.choose(&stranger, Some(first.conversation), &[]).await;
        assert_eq!(code(foreign), Some(FailureCode::NotFound));
        let foreign = tools.choices(&stranger, Some(first.conversation)).await;
        assert_eq!(code(foreign), Some(FailureCode::NotFound));
    })
    .await;
}

#[tokio::test]
async fn what_a_model_makes_up_is_refused_in_words_and_not_done() {
    on_both(async |db| {
        let house = House::on(&db).await;
        house.tools_on(&["calculate", "fetch_page"]).await;
        let made_up = Answer::calls("launch", "{}")
            .and_calls("calculate", "{")
            .and_calls(
                "fetch_page",
                r#"{"address":"http://169.254.169.254/latest"}"#,
            );
        house.simulator.next_answer(made_up);
        house.simulator.next_answer(Answer::words(["不行。"]));
        let asked = house.answered(None, "看看 https://example.com/").await;
        let calls = house.calls(&asked).await;
        assert!(
            calls.iter().all(|call| call.state == ToolCallState::Failed),
            "{calls:?}"
        );
        assert!(
            calls[2]
                .result
                .as_deref()
                .unwrap()
                .contains("the person wrote")
        );
        let told = house.questions().pop().unwrap();
        let error = told["messages"][3]["content"].as_str().unwrap();
        assert!(error.starts_with("Error: There is no tool"), "{error}");
    })
    .await;
}

#[tokio::test]
async fn a_model_that_only_calls_is_asked_for_words_in_the_end() {
    on_both(async |db| {
        let house = House::on(&db).await;
        house.tools_on(&["calculate"]).await;
        for _ in 0..8 {
            let again = Answer::calls("calculate", r#"{"expression":"1+1"}"#);
            house.simulator.next_answer(again);
        }
        house.simulator.next_answer(Answer::words(["二。"]));
        let asked = house.answered(None, "算").await;
        assert_eq!(house.stored(&asked).await.text(), "二。");
        let questions = house.questions();
        let offered: Vec<_> = questions
            .iter()
            .map(|question| question.get("tools").is_some())
            .collect();
        assert_eq!(offered.iter().filter(|offered| **offered).count(), 8);
        assert_eq!(offered.last(), Some(&false));
    })
    .await;
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
async fn what_waits_behind_an_answer_that_failed_after_its_calls_is_not_sent() {
    on_both(async |db| {
        let house = House::on(&db).await;
        house.tools_on(&["calculate"]).await;
        let sum = Answer::calls("calculate", r#"{"expression":"1+1"}"#);
        house.simulator.next_answer(sum);
        let broken = Answer::words(["春", "眠"]).fails_after(1, Fault::Cut(0));
        house.simulator.next_answer(broken);
        let asked = house.answered(None, "算一下").await;
        assert_ne!(house.stored(&asked).await.status, MessageStatus::Complete);
        assert_eq!(house.queued_behind(&asked).await, (1, true));
        house.generations().resume_queues().await.unwrap();
        house.settled().await;
        let waiting = "SELECT COUNT(*) FROM queued_messages";
        assert_eq!(count(&db, waiting).await, 1);
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
