//! Assistants that answer one question of a conversation.

use model::{Assistant, Given};

use super::*;
use crate::generation::tests::ending::halfway;

impl House {
    fn for_one(key: &AssistantKey, text: &str) -> Asking {
        Asking {
            assistant: Some(BegunWith {
                key: key.clone(),
                values: Vec::new(),
                given: Vec::new(),
            }),
            ..Asking::from(Prompt::parse(text).unwrap())
        }
    }

    async fn ask_once(
        &self,
        caller: &Caller,
        conversation: ConversationId,
        key: &AssistantKey,
    ) -> Result<Asked, Error> {
        let (asking, model) = (Self::for_one(key, "雨"), name("qwen-plus"));
        let here = Some(conversation);
        let submission = self.submission();
        let asked = self
            .generations()
            .ask(caller, here, asking, model, submission)
            .await?;
        self.settled().await;
        Ok(asked)
    }

    /// What models were sent last, whichever it was.
    fn last_sent(&self) -> Value {
        let received = self.simulator.received();
        let of = |request: &&simulator::Received| request.path.contains("/chat/");
        Value::clone(&received.iter().rev().find(of).unwrap().body)
    }
}

/// With a model, a parameter and a tool of its own.
fn critic() -> AssistantDraft {
    AssistantDraft {
        name: "Critic".to_owned(),
        emoji: "🔍".to_owned(),
        instructions: "Find {{number|two}} faults.".to_owned(),
        model: "qwen-flash".to_owned(),
        tools: vec!["calculate".to_owned()],
        ..poet()
    }
}

#[tokio::test]
async fn one_question_is_answered_by_the_assistant_it_is_put_to_and_no_other() {
    on_both(async |db| {
        let house = House::on(&db).await;
        let id = house.kept(&house.lin, &critic()).await;
        let key = AssistantKey::Kept(id);
        let first = house
            .begin("en-translator".parse().unwrap(), &[], "雨")
            .await;
        let here = first.unwrap().conversation;
        let asked = house.ask_once(&house.lin, here, &key).await.unwrap();
        let of = |view: &MessageView| view.assistant.as_ref().map(|it| it.name.clone());
        assert_eq!(of(&asked.question).as_deref(), Some("Critic"));
        assert_eq!(of(&asked.answer).as_deref(), Some("Critic"));
        let own = asked.question.assistant.clone().and_then(|it| it.model);
        assert_eq!(own, Some(name("qwen-flash")));
        let sent = house.last_sent();
        let told = sent["messages"][0]["content"].as_str().unwrap();
        assert!(told.starts_with("Find two faults."), "{told}");
        assert_eq!(sent["model"], "qwen-flash");
        assert_eq!(sent["temperature"], json!(1.3));
        assert_eq!(sent["tools"][0]["function"]["name"], "calculate");

        // Whatever becomes of it, another answer and another version of the question have it too.
        let assistants = &house.services.assistants;
        assistants.delete(&house.lin, id).await.unwrap();
        let again = house
            .generations()
            .regenerate(&house.lin, here, asked.answer.id, None);
        again.await.unwrap();
        house.settled().await;
        assert_eq!(house.last_sent()["messages"][0]["content"], told);
        assert_eq!(
            of(&house.newest_answer(here).await).as_deref(),
            Some("Critic")
        );
        let version = house.generations().edit_question(
            &house.lin,
            (here, asked.question.id),
            Prompt::parse("雪").unwrap(),
            name("qwen-plus"),
            house.submission(),
        );
        version.await.unwrap();
        house.settled().await;
        let sent = house.last_sent();
        assert_eq!(sent["messages"][0]["content"], told);
        assert_eq!(sent["model"], "qwen-flash");

        // The conversation goes on as it was.
        assert_eq!(house.opened(here).await.model, name("qwen-plus"));
        let next = house.answered(Some(here), "再来").await;
        assert_eq!(of(&next.answer), None);
        let sent = house.last_sent();
        assert_ne!(sent["messages"][0]["content"], told);
        assert_eq!(sent["model"], "qwen-plus");

        let gone = house.ask_once(&house.lin, here, &key).await;
        assert_eq!(code(gone), Some(FailureCode::AssistantGone));
        let boss = house.boss().await;
        let private = AssistantKey::Kept(house.kept(&boss, &critic()).await);
        let strange = house.ask_once(&house.lin, here, &private).await;
        assert_eq!(code(strange), Some(FailureCode::AssistantGone));
        let desk = AssistantKey::Kept(house.kept(&boss, &help_desk()).await);
        let application = house.ask_once(&house.lin, here, &desk).await;
        assert_eq!(code(application), Some(FailureCode::ApplicationAlone));
    })
    .await;
}

#[tokio::test]
async fn where_an_application_answers_a_model_answers_the_one_question() {
    on_both(async |db| {
        let house = House::on(&db).await;
        let boss = house.boss().await;
        let desk = AssistantKey::Kept(house.kept(&boss, &help_desk()).await);
        let key = AssistantKey::Kept(house.kept(&house.lin, &critic()).await);
        let here = house.begin(desk, &[], "雨").await.unwrap().conversation;
        house.ask_once(&house.lin, here, &key).await.unwrap();
        let told = house.last_sent()["messages"][0]["content"].clone();
        assert!(told.as_str().unwrap().starts_with("Find two faults."));
        let before = house.simulator.received().len();
        house.answered(Some(here), "再来").await;
        let received = house.simulator.received();
        let asked = &received[before];
        assert!(asked.path.contains("/apps/"), "{}", asked.path);
        // Its session does not know what was said meanwhile.
        assert_eq!(house.last_to_application()["input"].get("session_id"), None);
    })
    .await;
}

#[tokio::test]
async fn who_is_asked_waits_with_its_question_and_stays_with_the_draft() {
    on_both(async |db| {
        let house = House::on(&db).await;
        let lin = &house.lin;
        let key = AssistantKey::Kept(house.kept(lin, &critic()).await);
        let other = house.kept(lin, &poet()).await;
        let (first, page) = halfway(&house).await;
        drop(page);
        let here = first.conversation;
        for (key, text) in [(&key, "一"), (&AssistantKey::Kept(other), "二")] {
            let waits = House::for_one(key, text);
            let (model, submission) = (name("qwen-plus"), house.submission());
            let waits = house
                .generations()
                .queue_message(lin, here, waits, model, submission);
            waits.await.unwrap();
        }
        let service = &house.services.conversations;
        let queue = service.queue(lin, here).await.unwrap();
        let of = |card: &Option<model::AssistantCard>| card.as_ref().map(|it| it.name.clone());
        assert_eq!(of(&queue.items[0].assistant).as_deref(), Some("Critic"));

        // One that is deleted while it waits keeps its words, and says why it was not sent.
        house.services.assistants.delete(lin, other).await.unwrap();
        house.simulator.release();
        house.settled().await;
        let answer = house.newest_answer(here).await;
        assert_eq!(
            answer.assistant.map(|it| it.name).as_deref(),
            Some("Critic")
        );
        let queue = service.queue(lin, here).await.unwrap();
        let left = &queue.items[0];
        assert_eq!(
            (&*left.text, left.refused),
            ("二", Some(FailureCode::AssistantGone))
        );
        assert!(queue.is_paused);

        service
            .save_draft(lin, Some(here), ("三", &[]))
            .await
            .unwrap();
        service
            .call_in_draft(lin, Some(here), Some(&key), &[])
            .await
            .unwrap();
        let opened = house.opened(here).await;
        assert_eq!(of(&opened.draft_assistant).as_deref(), Some("Critic"));
        // Whoever writes is told whose model takes the files and what it costs.
        let own = Some(name("qwen-flash"));
        assert_eq!(opened.draft_assistant.and_then(|card| card.model), own);
        let assistants = &house.services.assistants;
        let offered = assistants.offer(lin, "critic", crate::mail::Language::En, true);
        assert_eq!(offered.await.unwrap()[0].model, own);
        let none = service.call_in_draft(lin, Some(here), None, &[]);
        none.await.unwrap();
        let draft = service.draft(lin, Some(here)).await.unwrap();
        assert_eq!((&*draft.text, of(&draft.assistant)), ("三", None));
    })
    .await;
}

/// What was given for a variable.
fn given(name: &str, value: &str) -> Vec<Given> {
    vec![Given {
        name: name.to_owned(),
        value: value.to_owned(),
    }]
}

#[tokio::test]
async fn what_is_given_for_variables_waits_with_the_question_and_holds_for_every_answer_to_it() {
    on_both(async |db| {
        let house = House::on(&db).await;
        let lin = &house.lin;
        let key = AssistantKey::Kept(house.kept(lin, &critic()).await);
        let with = |given: Vec<Given>| {
            let mut asking = House::for_one(&key, "雨");
            if let Some(begun) = &mut asking.assistant {
                begun.given = given;
            }
            asking
        };
        let (first, page) = halfway(&house).await;
        drop(page);
        let here = first.conversation;
        let waits = house.generations().queue_message(
            lin,
            here,
            with(given("number", " three ")),
            name("qwen-plus"),
            house.submission(),
        );
        let queue = waits.await.unwrap();
        let card = queue.items[0].assistant.as_ref().unwrap();
        assert_eq!(card.given, given("number", " three "));
        house.simulator.release();
        house.settled().await;
        let told = || {
            let received = house.simulator.received();
            let of = |request: &&simulator::Received| {
                let told = request.body["messages"][0]["content"].as_str();
                told.is_some_and(|told| told.starts_with("Find three faults."))
            };
            received.iter().filter(of).count()
        };
        assert_eq!(told(), 1);
        let answer = house.newest_answer(here).await;
        let again = house.generations().regenerate(lin, here, answer.id, None);
        again.await.unwrap();
        house.settled().await;
        assert_eq!(told(), 2);

        // What the instructions don't ask for, or don't any more, is refused, and so is what is too long.
        let long = "字".repeat(Assistant::MAX_VALUE + 1);
        for (wrong, expected) in [
            (given("tone", "calm"), FailureCode::Outdated),
            (given("number", &long), FailureCode::InvalidInstructions),
        ] {
            let submission = house.submission();
            let refused = house.generations().ask(
                lin,
                Some(here),
                with(wrong),
                name("qwen-plus"),
                submission,
            );
            assert_eq!(code(refused.await), Some(expected));
        }

        let service = &house.services.conversations;
        let here = Some(here);
        service.save_draft(lin, here, ("三", &[])).await.unwrap();
        for (kept, shown) in [
            (given("number", "four"), given("number", "four")),
            (given("tone", "calm"), Vec::new()),
        ] {
            let call = service.call_in_draft(lin, here, Some(&key), &kept);
            call.await.unwrap();
            let draft = service.draft(lin, here).await.unwrap();
            assert_eq!(draft.assistant.unwrap().given, shown);
        }
    })
    .await;
}
