//! What models call while they answer.

mod clicks;

use model::{MessageStatus, ToolCallState, ToolCallView, ToolName};
use serde_json::Value;
use simulator::Fault;

use super::*;
use crate::{Clock as _, store::testing::count};

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
