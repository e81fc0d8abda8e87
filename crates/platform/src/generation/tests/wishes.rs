//! What goes along with a question: parameters, and instructions of one's own.

use model::{Hundredths, Instructions, Parameters};
use serde_json::{Value, json};

use super::*;
use crate::store::testing::{count, execute};

fn warm() -> Parameters {
    Parameters {
        temperature: Some(Hundredths::new(130)),
        max_tokens: Some(700),
        ..Parameters::default()
    }
}

impl House {
    /// What the last question to that model was.
    fn last_to(&self, model: &str) -> Value {
        let received = self.simulator.received();
        let last = received.iter().rev().find(|request| request.model == model);
        Value::clone(&last.unwrap().body)
    }

    async fn set(
        &self,
        conversation: Option<ConversationId>,
        parameters: &Parameters,
    ) -> Result<(), Error> {
        let model = name("qwen-plus");
        self.generations()
            .set_parameters(&self.lin, conversation, &model, parameters)
            .await
    }

    async fn set_for(&self, conversation: Option<ConversationId>) -> Parameters {
        let view = self
            .generations()
            .parameters(&self.lin, conversation, None)
            .await;
        view.unwrap().parameters
    }

    async fn tell(&self, about: &str, enabled: bool) {
        let told = Instructions::parse(about, "", enabled).unwrap();
        let instructions = &self.services.instructions;
        instructions.save(&self.lin, &told).await.unwrap();
    }
}

#[tokio::test]
async fn what_is_set_goes_along_with_every_question_from_then_on() {
    on_both(async |db| {
        let house = House::on(&db).await;
        let first = house.answered(None, "背一首诗").await;
        let id = Some(first.conversation);
        assert_eq!(house.last_to("qwen-plus").get("temperature"), None);
        house.set(id, &warm()).await.unwrap();
        let asked = house.answered(id, "再背一首").await;
        let body = house.last_to("qwen-plus");
        assert_eq!(
            (&body["temperature"], &body["max_tokens"]),
            (&json!(1.3), &json!(700))
        );

        let conversations = &house.services.conversations;
        let details = conversations.details(&house.lin, asked.conversation, asked.answer.id);
        let sent = details.await.unwrap().runs.remove(0).sent;
        assert_eq!(sent.parameters, warm());
        let before = conversations.details(&house.lin, first.conversation, first.answer.id);
        assert!(
            before
                .await
                .unwrap()
                .runs
                .remove(0)
                .sent
                .parameters
                .is_empty()
        );

        house.set(id, &Parameters::default()).await.unwrap();
        house.answered(id, "最后一首").await;
        assert_eq!(house.last_to("qwen-plus").get("temperature"), None);
        let kept = "SELECT COUNT(*) FROM conversations WHERE parameters IS NOT NULL";
        assert_eq!(count(&db, kept).await, 0);
    })
    .await;
}

#[tokio::test]
async fn what_is_set_before_a_conversation_begins_is_that_ones_and_no_others() {
    on_both(async |db| {
        let house = House::on(&db).await;
        house.set(None, &warm()).await.unwrap();
        let cool = Parameters {
            temperature: Some(Hundredths::new(10)),
            ..Parameters::default()
        };
        house.set(None, &cool).await.unwrap();
        assert_eq!(house.set_for(None).await, cool, "what was set last holds");
        let first = house.answered(None, "背一首诗").await;
        assert_eq!(house.last_to("qwen-plus")["temperature"], json!(0.1));
        assert_eq!(house.set_for(Some(first.conversation)).await, cool);
        assert!(house.set_for(None).await.is_empty());
        let second = house.answered(None, "背一首词").await;
        assert!(house.set_for(Some(second.conversation)).await.is_empty());
        house.set(None, &warm()).await.unwrap();
        house.set(None, &Parameters::default()).await.unwrap();
        assert_eq!(count(&db, "SELECT COUNT(*) FROM next_parameters").await, 0);
    })
    .await;
}

#[tokio::test]
async fn a_model_is_refused_more_than_it_can_and_sent_what_another_can_only_where_it_can() {
    on_both(async |db| {
        let house = House::on(&db).await;
        let asked = house.answered(None, "背一首诗").await;
        let id = Some(asked.conversation);
        let long = Parameters {
            max_tokens: Some(32_769),
            ..Parameters::default()
        };
        assert_eq!(
            code(house.set(id, &long).await),
            Some(FailureCode::InvalidMaxTokens)
        );

        let searching = Parameters {
            max_tokens: Some(32_768),
            search: true,
            json: true,
            ..Parameters::default()
        };
        house.set(id, &searching).await.unwrap();
        let prompt = Prompt::parse("列出三首诗").unwrap();
        let submission = house.submission();
        house
            .generations()
            .ask(&house.lin, id, prompt, name("qwq-plus"), submission)
            .await
            .unwrap();
        house.settled().await;
        let body = house.last_to("qwq-plus");
        // Who searches is asked natively.
        let body = &body["parameters"];
        assert_eq!(body["max_tokens"], json!(8_192), "no more than it writes");
        assert_eq!(body["enable_search"], json!(true));
        assert_eq!(body.get("response_format"), None);
        let newest = page::newest(&house, asked.conversation).await;
        assert_eq!(newest.status, MessageStatus::Complete, "{newest:?}");

        let prompt = Prompt::parse("再列三首").unwrap();
        let submission = house.submission();
        house
            .generations()
            .ask(&house.lin, id, prompt, name("qwen3.5-plus"), submission)
            .await
            .unwrap();
        house.settled().await;
        let body = &house.last_to("qwen3.5-plus")["parameters"];
        assert_eq!(body["response_format"]["type"], "json_object");
        assert_eq!(
            body["enable_thinking"],
            json!(false),
            "it would reason by itself"
        );
        let newest = page::newest(&house, asked.conversation).await;
        assert_eq!(newest.status, MessageStatus::Complete, "{newest:?}");
    })
    .await;
}

#[tokio::test]
async fn an_answer_from_the_web_keeps_its_sources() {
    on_both(async |db| {
        let house = House::on(&db).await;
        let searching = Parameters {
            search: true,
            ..Parameters::default()
        };
        house.set(None, &searching).await.unwrap();
        let asked = house.answered(None, "杭州今天天气如何？").await;
        let body = house.last_to("qwen-plus");
        let options = &body["parameters"]["search_options"];
        assert_eq!(options["enable_source"], json!(true), "{body}");
        let stored = house.stored(&asked).await;
        let numbers: Vec<_> = stored
            .sources()
            .iter()
            .map(|source| source.number)
            .collect();
        assert_eq!(numbers, [1, 2, 3]);
        assert!(stored.text().ends_with("[1]"), "{}", stored.text());
        let shown = page::newest(&house, asked.conversation).await;
        assert_eq!(shown.status, MessageStatus::Complete, "{shown:?}");
        let html = shown.blocks.concat();
        assert_eq!(html.matches("class=\"citation\"").count(), 1, "{html}");
        let list = shown.blocks.last().cloned().unwrap_or_default();
        assert!(
            list.contains("data-count=\"3\"") && list.contains("example.com"),
            "{list}"
        );
        execute(&db, "UPDATE messages SET render_version = 0").await;
        let again = page::newest(&house, asked.conversation).await;
        assert_eq!(again.blocks, shown.blocks, "whatever renders it");

        let other = house.answered(Some(asked.conversation), "背一首诗").await;
        assert_eq!(house.stored(&other).await.sources(), []);
    })
    .await;
}

#[tokio::test]
async fn a_model_reasons_as_it_is_told() {
    on_both(async |db| {
        let house = House::on(&db).await;
        let first = house.answered(None, "背一首诗").await;
        let thinking = Parameters {
            thinking: Some(true),
            thinking_budget: Some(64),
            ..Parameters::default()
        };
        house
            .set(Some(first.conversation), &thinking)
            .await
            .unwrap();
        let asked = house
            .answered(Some(first.conversation), "为什么是这首")
            .await;
        let body = house.last_to("qwen-plus");
        assert_eq!(
            (&body["enable_thinking"], &body["thinking_budget"]),
            (&json!(true), &json!(64))
        );
        let stored = house.stored(&asked).await;
        assert!(!stored.reasoning().is_empty());
    })
    .await;
}

#[tokio::test]
async fn personal_instructions_are_sent_before_the_conversation_while_they_are_on() {
    on_both(async |db| {
        let house = House::on(&db).await;
        house.tell("我教小学语文。", true).await;
        let asked = house.answered(None, "背一首诗").await;
        let messages = house.last_to("qwen-plus")["messages"].clone();
        assert_eq!(messages[0]["role"], "system");
        assert!(
            messages[0]["content"]
                .as_str()
                .unwrap()
                .ends_with("我教小学语文。")
        );
        assert_eq!(messages[1]["role"], "user");
        let details =
            house
                .services
                .conversations
                .details(&house.lin, asked.conversation, asked.answer.id);
        assert!(details.await.unwrap().runs[0].sent.personal_instructions);

        house.tell("我教小学语文。", false).await;
        house.answered(Some(asked.conversation), "再背一首").await;
        assert_eq!(house.last_to("qwen-plus")["messages"][0]["role"], "user");
        let kept = house.services.instructions.read(&house.lin).await.unwrap();
        assert_eq!(kept.about, "我教小学语文。", "off is not forgotten");

        let other = sign_up(&house.services).await;
        let theirs = house.services.instructions.read(&other).await.unwrap();
        assert_eq!(theirs.message(), None);
    })
    .await;
}

/// AC-03, AC-08.
#[tokio::test]
async fn nobody_sets_anything_for_a_strangers_conversation() {
    on_both(async |db| {
        let house = House::on(&db).await;
        let asked = house.answered(None, "背一首诗").await;
        let eve = sign_up(&house.services).await;
        let id = Some(asked.conversation);
        let generations = house.generations();
        let none = Some(FailureCode::NotFound);
        let (model, warm) = (name("qwen-plus"), warm());
        let set = generations.set_parameters(&eve, id, &model, &warm).await;
        assert_eq!(code(set), none);
        assert_eq!(code(generations.parameters(&eve, id, None).await), none);
        assert!(house.set_for(id).await.is_empty());
        execute(&db, "UPDATE conversations SET deleted_at = 1").await;
        assert_eq!(
            code(house.set(id, &warm).await),
            none,
            "the trash is not set either"
        );
    })
    .await;
}

#[tokio::test]
async fn a_switch_changes_one_thing_and_is_refused_what_the_form_is() {
    use model::Switch;
    on_both(async |db| {
        let house = House::on(&db).await;
        let asked = house.answered(None, "背一首诗").await;
        let id = Some(asked.conversation);
        house.set(id, &warm()).await.unwrap();
        let switch = async |conversation, switch, on| {
            let (lin, plus) = (&house.lin, name("qwen-plus"));
            house
                .generations()
                .switch_parameter(lin, conversation, plus, (switch, on))
                .await
        };
        let before = house
            .generations()
            .switches(&house.lin, id, name("qwen-plus"));
        assert_eq!(before.await.unwrap().thinking, Some(false));
        let now = switch(id, Switch::Thinking, true).await.unwrap();
        assert_eq!(now.thinking, Some(true));
        let kept = Parameters {
            thinking: Some(true),
            ..warm()
        };
        assert_eq!(house.set_for(id).await, kept, "all else stays");
        house.answered(id, "再背一首").await;
        assert_eq!(house.last_to("qwen-plus")["enable_thinking"], json!(true));

        switch(id, Switch::Thinking, false).await.unwrap();
        let as_json = Parameters {
            json: true,
            ..Parameters::default()
        };
        house.set(id, &as_json).await.unwrap();
        let refused = switch(id, Switch::Thinking, true).await;
        assert_eq!(code(refused), Some(FailureCode::JsonWhileThinking));
        assert_eq!(house.set_for(id).await, as_json, "nothing was changed");

        switch(None, Switch::Search, true).await.unwrap();
        assert!(house.set_for(None).await.search, "for the one begun next");
        let wang = sign_up(&house.services).await;
        let others = house.generations().switches(&wang, id, name("qwen-plus"));
        assert_eq!(code(others.await), Some(FailureCode::NotFound));
    })
    .await;
}
