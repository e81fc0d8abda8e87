//! Conversations that were begun with an assistant, and those that an application answers.

mod once;
mod tools;

use model::{
    Assistant, AssistantDraft, AssistantId, AssistantKey, Audience, MessageView, Parameters,
};
use serde_json::{Value, json};
use simulator::Refusal;

use super::{attaching::picture, *};
use crate::{
    assistants::BegunWith,
    generation::Asking,
    store::testing::{count, execute, rows},
};

const APPLICATION: &str = "6105c965c31b40958a43dc93c28c7a59";

impl House {
    async fn boss(&self) -> Caller {
        let identity = &self.services.identity;
        identity.signed_up("boss", BuiltIn::Administrator).await
    }

    async fn kept(&self, caller: &Caller, draft: &AssistantDraft) -> AssistantId {
        let (assistant, audience, group) = draft.parse().unwrap();
        let assistants = &self.services.assistants;
        let made = assistants.create(caller, &assistant, (audience, group));
        made.await.unwrap()
    }

    async fn begin(&self, key: AssistantKey, values: &[&str], text: &str) -> Result<Asked, Error> {
        self.begin_as(&self.lin, key, values, text).await
    }

    async fn begin_as(
        &self,
        caller: &Caller,
        key: AssistantKey,
        values: &[&str],
        text: &str,
    ) -> Result<Asked, Error> {
        let asking = Asking {
            assistant: Some(BegunWith {
                key,
                given: Vec::new(),
                values: values.iter().map(|&value| value.to_owned()).collect(),
            }),
            ..Asking::from(Prompt::parse(text).unwrap())
        };
        let submission = self.submission();
        let asked = self
            .generations()
            .ask(caller, None, asking, name("qwen-plus"), submission)
            .await?;
        self.settled().await;
        Ok(asked)
    }

    /// What the application was asked last.
    fn last_to_application(&self) -> Value {
        let received = self.simulator.received();
        let of = |request: &&simulator::Received| request.path.contains("/apps/");
        Value::clone(&received.iter().rev().find(of).unwrap().body)
    }

    fn last_chat(&self) -> Value {
        let received = self.simulator.received();
        let of = |request: &&simulator::Received| {
            request.model == "qwen-plus" && !request.path.contains("/apps/")
        };
        Value::clone(&received.iter().rev().find(of).unwrap().body)
    }

    async fn opened(&self, conversation: ConversationId) -> model::ConversationView {
        let opened = self.services.conversations.open(&self.lin, conversation);
        opened.await.unwrap()
    }

    async fn newest_answer(&self, conversation: ConversationId) -> MessageView {
        let mut opened = self.opened(conversation).await;
        opened.messages.items.pop().unwrap()
    }
}

fn poet() -> AssistantDraft {
    AssistantDraft {
        name: "Poet".to_owned(),
        emoji: "🌸".to_owned(),
        instructions: "Rhyme in {{form|couplets}}.".to_owned(),
        parameters: model::ParametersDraft {
            temperature: "1.3".to_owned(),
            ..model::ParametersDraft::default()
        },
        ..AssistantDraft::default()
    }
}

fn help_desk() -> AssistantDraft {
    AssistantDraft {
        name: "Help desk".to_owned(),
        application: APPLICATION.to_owned(),
        audience: "everybody".to_owned(),
        ..AssistantDraft::default()
    }
}

#[tokio::test]
async fn a_conversation_keeps_its_copy_of_the_assistant_whatever_becomes_of_that() {
    on_both(async |db| {
        let house = House::on(&db).await;
        let id = house.kept(&house.lin, &poet()).await;
        let key = AssistantKey::Kept(id);
        let asked = house.begin(key.clone(), &["sonnets"], "雨").await.unwrap();
        let body = house.last_chat();
        assert_eq!(body["messages"][0]["content"], "Rhyme in sonnets.");
        assert_eq!(body["temperature"], json!(1.3));
        let details =
            house
                .services
                .conversations
                .details(&house.lin, asked.conversation, asked.answer.id);
        let sent = details.await.unwrap().runs.remove(0).sent;
        assert_eq!((&*sent.assistant, sent.application), ("Poet", false));

        let assistants = &house.services.assistants;
        let other = Assistant {
            name: "Critic".to_owned(),
            instructions: "Find fault.".to_owned(),
            ..Assistant::default()
        };
        let changed = assistants.update(&house.lin, id, &other, (Audience::Private, None));
        changed.await.unwrap();
        house.answered(Some(asked.conversation), "再来一首").await;
        assert_eq!(
            house.last_chat()["messages"][0]["content"],
            "Rhyme in sonnets."
        );
        assistants.delete(&house.lin, id).await.unwrap();
        house.answered(Some(asked.conversation), "最后一首").await;
        assert_eq!(
            house.last_chat()["messages"][0]["content"],
            "Rhyme in sonnets."
        );
        let shown = house.opened(asked.conversation).await.assistant.unwrap();
        assert_eq!((&*shown.name, shown.is_withdrawn), ("Poet", false));

        let gone = house.begin(key, &[], "雨").await;
        assert_eq!(code(gone), Some(FailureCode::AssistantGone));
        let kept = "SELECT COUNT(*) FROM conversations";
        assert_eq!(count(&db, kept).await, 1, "nothing was begun");
        let nobody = house.begin("en-nobody".parse().unwrap(), &[], "雨").await;
        assert_eq!(code(nobody), Some(FailureCode::AssistantGone));
        let long = "字".repeat(Assistant::MAX_VALUE + 1);
        let refused = house
            .begin("en-translator".parse().unwrap(), &[&long], "雨")
            .await;
        assert_eq!(code(refused), Some(FailureCode::InvalidInstructions));
    })
    .await;
}

#[tokio::test]
async fn what_somebody_set_for_their_next_conversation_goes_before_what_an_assistant_brings() {
    on_both(async |db| {
        let house = House::on(&db).await;
        let id = house.kept(&house.lin, &poet()).await;
        let cool = Parameters {
            temperature: Some(model::Hundredths::new(10)),
            ..Parameters::default()
        };
        let set = house
            .generations()
            .set_parameters(&house.lin, None, &name("qwen-plus"), &cool)
            .await;
        set.unwrap();
        house
            .begin(AssistantKey::Kept(id), &[], "雨")
            .await
            .unwrap();
        let body = house.last_chat();
        assert_eq!(body["temperature"], json!(0.1));
        assert_eq!(body["messages"][0]["content"], "Rhyme in couplets.");
    })
    .await;
}

#[tokio::test]
async fn an_application_goes_on_in_its_session_and_is_told_the_conversation_where_that_is_over() {
    on_both(async |db| {
        let house = House::on(&db).await;
        let boss = house.boss().await;
        let id = house.kept(&boss, &help_desk()).await;
        let key = AssistantKey::Kept(id);
        house.simulator.next_answer(Answer::words(["您好", "。"]));
        let first = house.begin(key, &[], "你好").await.unwrap();
        let body = house.last_to_application();
        assert_eq!(body["input"]["prompt"], "你好");
        assert_eq!(body["parameters"]["has_thoughts"], true);
        assert_eq!(house.stored(&first).await.text(), "您好。");
        let conversation = Some(first.conversation);
        let session = rows(&db, "SELECT session_id FROM conversation_assistants").await;
        let second = house.answered(conversation, "然后呢？").await;
        let body = house.last_to_application();
        assert_eq!(body["input"]["session_id"], session[0].as_str());
        assert_eq!(body["input"].get("messages"), None);

        // Another version of the first question: the session knows things that were not said on this branch.
        let edited = house.generations().edit_question(
            &house.lin,
            (first.conversation, second.question.id),
            Prompt::parse("换个问题").unwrap(),
            name("qwen-plus"),
            house.submission(),
        );
        edited.await.unwrap();
        house.settled().await;
        let body = house.last_to_application();
        assert_eq!(body["input"].get("session_id"), None);
        let said = json!([
            { "role": "user", "content": "你好" },
            { "role": "assistant", "content": "您好。" },
            { "role": "user", "content": "换个问题" },
        ]);
        assert_eq!(body["input"]["messages"], said);
        house.answered(conversation, "再问一句").await;
        let body = house.last_to_application();
        assert_eq!(body["input"]["messages"].as_array().map(Vec::len), Some(5));

        // It is booked under the application, by the model that it says it asked.
        let booked = rows(&db, "SELECT model FROM calls WHERE operation = 'application'").await;
        assert_eq!(booked, vec![APPLICATION; 4]);
        let priced = "SELECT COUNT(*) FROM calls WHERE operation = 'application' AND served_model = 'qwen-plus' AND cost > 0";
        assert_eq!(count(&db, priced).await, 4);
    })
    .await;
}

#[tokio::test]
async fn a_session_that_is_old_or_refused_is_replaced_by_the_conversation() {
    on_both(async |db| {
        let house = House::on(&db).await;
        let boss = house.boss().await;
        let id = house.kept(&boss, &help_desk()).await;
        let first = house
            .begin(AssistantKey::Kept(id), &[], "你好")
            .await
            .unwrap();
        let conversation = Some(first.conversation);
        house
            .simulator
            .next_answer(Answer::refusal(Refusal::invalid_parameter("session")));
        let second = house.answered(conversation, "然后呢？").await;
        assert_eq!(house.stored(&second).await.status, MessageStatus::Complete);
        let body = house.last_to_application();
        assert_eq!(body["input"]["messages"].as_array().map(Vec::len), Some(3));

        let other = house
            .begin(AssistantKey::Kept(id), &[], "您好")
            .await
            .unwrap();
        execute(
            &db,
            "UPDATE conversation_assistants SET session_at = session_at - 3600000",
        )
        .await;
        house.answered(Some(other.conversation), "然后呢？").await;
        let body = house.last_to_application();
        assert_eq!(body["input"].get("session_id"), None);
        assert_eq!(body["input"]["messages"].as_array().map(Vec::len), Some(3));
    })
    .await;
}

#[tokio::test]
async fn a_withdrawn_application_is_asked_no_more_and_a_model_goes_on() {
    on_both(async |db| {
        let house = House::on(&db).await;
        let boss = house.boss().await;
        let id = house.kept(&boss, &help_desk()).await;
        house
            .simulator
            .next_answer(Answer::words(["在"]).reasoning(["想"]));
        let first = house
            .begin(AssistantKey::Kept(id), &[], "你好")
            .await
            .unwrap();
        let cut =
            house
                .generations()
                .continue_answer(&house.lin, first.conversation, first.answer.id);
        assert_eq!(code(cut.await), Some(FailureCode::CannotContinue));
        // It is given words only, also out of the queue.
        let file = house.upload("red.png", picture(8, 8)).await;
        let asking = Asking {
            prompt: Prompt::beside_files("看").unwrap(),
            attachments: vec![file],
            draft: None,
            assistant: None,
            temporary: false,
        };
        let (sees, submission) = (name("qwen3.5-plus"), house.submission());
        let queued = house.generations().queue_message(
            &house.lin,
            first.conversation,
            asking,
            sees,
            submission,
        );
        assert_eq!(code(queued.await), Some(FailureCode::ModelCantSee));
        let asked = house
            .simulator
            .received()
            .iter()
            .filter(|request| request.path.contains("/apps/"))
            .count();
        house.services.assistants.delete(&boss, id).await.unwrap();
        let shown = house.opened(first.conversation).await.assistant.unwrap();
        assert!(shown.is_application && shown.is_withdrawn);
        house.answered(Some(first.conversation), "还在吗？").await;
        let now = house
            .simulator
            .received()
            .iter()
            .filter(|request| request.path.contains("/apps/"))
            .count();
        assert_eq!(now, asked);
        let body = house.last_chat();
        assert_eq!(body["messages"].as_array().map(Vec::len), Some(3));
        assert_eq!(
            house.newest_answer(first.conversation).await.status,
            MessageStatus::Complete
        );
    })
    .await;
}

#[tokio::test]
async fn what_an_answer_refers_to_is_shown_with_it() {
    on_both(async |db| {
        let house = House::on(&db).await;
        let asked = house.answered(None, "背一首诗").await;
        let references = json!([{ "number": "1", "title": "手册", "passage": "第一段" }]);
        let noted = format!(
            "UPDATE generations SET doc_references = '{references}' WHERE message_id = '{}'",
            asked.answer.id
        );
        execute(&db, &noted).await;
        let answer = house.newest_answer(asked.conversation).await;
        assert_eq!(answer.references[0].title, "手册");
    })
    .await;
}
