//! Assistants that bring tools.

use std::slice;

use model::{ToolName, ToolsChosen};

use super::*;

/// For everybody. Nobody has one of its tools, and where its variable is left empty it tells models nothing.
fn reckoner() -> AssistantDraft {
    let tools = ["calculate", "draw_image", "payroll__look_up"];
    AssistantDraft {
        name: "Reckoner".to_owned(),
        instructions: "{{task}}".to_owned(),
        tools: tools.map(str::to_owned).to_vec(),
        audience: "everybody".to_owned(),
        ..AssistantDraft::default()
    }
}

impl House {
    /// What the model was offered with the last question.
    fn last_offered(&self) -> Vec<String> {
        let body = self.last_chat();
        let tools = body["tools"].as_array().into_iter().flatten();
        tools
            .map(|tool| tool["function"]["name"].as_str().unwrap().to_owned())
            .collect()
    }

    /// Which tools are shown as on in the caller's conversation, and whose choice that is.
    async fn shown_on(&self, caller: &Caller, of: &Asked) -> (Vec<String>, ToolsChosen) {
        let choices = self.services.tools.choices(caller, Some(of.conversation));
        let (offers, chosen) = choices.await.unwrap();
        let on = offers.into_iter().filter(|tool| tool.is_on);
        (on.map(|tool| tool.name.into()).collect(), chosen)
    }
}

#[tokio::test]
async fn an_assistants_tools_are_on_until_the_person_chooses_for_the_conversation() {
    on_both(async |db| {
        let house = House::on(&db).await;
        let boss = house.boss().await;
        let id = house.kept(&boss, &reckoner()).await;
        let key = AssistantKey::Kept(id);
        let asked = house.begin(key, &[], "雨").await.unwrap();
        let brought = ["calculate", "draw_image"];
        assert_eq!(house.last_offered(), brought);
        let (on, chosen) = house.shown_on(&house.lin, &asked).await;
        assert_eq!(on, brought);
        assert_eq!(chosen, ToolsChosen::ByAssistant);

        // What is on where nothing was chosen, and what becomes of the assistant, change nothing here.
        let tools = &house.services.tools;
        let clock = ToolName::parse("date_time").unwrap();
        let clock = slice::from_ref(&clock);
        tools.choose(&house.lin, None, clock).await.unwrap();
        house.services.assistants.delete(&boss, id).await.unwrap();
        let conversation = Some(asked.conversation);
        house.answered(conversation, "再来一首").await;
        assert_eq!(house.last_offered(), brought);

        tools.choose(&house.lin, conversation, clock).await.unwrap();
        house.answered(conversation, "再来一首").await;
        assert_eq!(house.last_offered(), ["date_time"]);
        tools.choose(&house.lin, conversation, &[]).await.unwrap();
        house.answered(conversation, "最后一首").await;
        assert!(house.last_offered().is_empty());
        let (on, chosen) = house.shown_on(&house.lin, &asked).await;
        assert!(on.is_empty());
        assert_eq!(chosen, ToolsChosen::Here);
    })
    .await;
}

#[tokio::test]
async fn whoever_uses_an_assistant_gets_only_the_tools_that_they_may_use() {
    on_both(async |db| {
        let house = House::on(&db).await;
        let boss = house.boss().await;
        let key = AssistantKey::Kept(house.kept(&boss, &reckoner()).await);
        let identity = &house.services.identity;
        let guest = identity.signed_up("guest", BuiltIn::Guest).await;
        let asked = house
            .begin_as(&guest, key, &["押韵。"], "雨")
            .await
            .unwrap();
        let body = house.last_chat();
        assert_eq!(body["messages"][0]["content"], "押韵。");
        assert!(house.last_offered().is_empty());
        let (on, _) = house.shown_on(&guest, &asked).await;
        assert!(on.is_empty());

        // One that brings nothing leaves what the person has on.
        let plain = AssistantDraft {
            tools: Vec::new(),
            ..reckoner()
        };
        let key = AssistantKey::Kept(house.kept(&boss, &plain).await);
        let clock = ToolName::parse("date_time").unwrap();
        let tools = &house.services.tools;
        let chosen = tools.choose(&house.lin, None, slice::from_ref(&clock));
        chosen.await.unwrap();
        let asked = house.begin(key, &[], "雨").await.unwrap();
        assert_eq!(house.last_offered(), ["date_time"]);
        let (_, chosen) = house.shown_on(&house.lin, &asked).await;
        assert_eq!(chosen, ToolsChosen::ByDefault);
    })
    .await;
}
