//! What a person wants of an answer beside their question: parameters, and instructions of their own.

use bailian::{ChatRequest, Message as Turn, ResponseFormat};
use model::{
    AssistantSnapshot, ConversationId, Instructions, MessageId, ModelName, Parameters, Sent,
    UserId, remembered::told,
};

use super::Generations;
use crate::store;

/// Said before what the person asks of this answer alone.
const WISH: &str = "The person has had this question answered before and asks of this answer:";

/// The word that Bailian wants to read before it answers in JSON.
const JSON: &str = "Answer with one JSON object and nothing else.";

/// What goes along with a question, as far as the model can do it.
#[derive(Clone, Debug, Default)]
pub(super) struct Wishes {
    parameters: Parameters,
    personal: Option<String>,
    /// What the conversation was begun with, where that says something.
    assistant: Option<AssistantSnapshot>,
    memory: Option<String>,
    /// What was asked of this answer alone.
    wish: Option<String>,
}

impl Wishes {
    /// What a person has set, `fitted` to the model, and tells every model.
    pub(super) fn new(fitted: Parameters, instructions: Option<&Instructions>) -> Self {
        Self {
            parameters: fitted,
            personal: instructions.and_then(Instructions::message),
            assistant: None,
            memory: None,
            wish: None,
        }
    }

    /// The same with what the person has models remember of them.
    pub(super) fn remembering(self, facts: &[String]) -> Self {
        Self {
            memory: told(facts.iter().map(String::as_str)),
            ..self
        }
    }

    /// With what the conversation was begun with.
    pub(super) fn with_assistant(self, assistant: Option<AssistantSnapshot>) -> Self {
        let assistant = assistant.filter(|it| !it.instructions.is_empty());
        Self { assistant, ..self }
    }

    /// With what was asked of this answer alone.
    pub(super) fn wishing(self, wish: Option<String>) -> Self {
        Self { wish, ..self }
    }

    /// The same where a cut answer goes on.
    pub(super) fn going_on(self) -> Self {
        Self {
            parameters: self.parameters.going_on(),
            ..self
        }
    }

    /// The message before the conversation, if there is anything to say: what the person tells every model, then what is
    /// remembered of them, then what the assistant is told, then what is told in this conversation, which goes before both where they differ,
    /// and last what is asked of this answer.
    pub(super) fn system(&self) -> Option<String> {
        let own = &self.parameters.instructions;
        let json = self.parameters.json.then(|| JSON.to_owned());
        let parts = [
            self.personal.clone(),
            self.memory.clone(),
            self.assistant.as_ref().map(|it| it.instructions.clone()),
            (!own.is_empty()).then(|| own.clone()),
            self.wish.as_ref().map(|wish| format!("{WISH}\n{wish}")),
            json,
        ];
        let parts: Vec<String> = parts.into_iter().flatten().collect();
        (!parts.is_empty()).then(|| parts.join("\n\n"))
    }

    /// The request for those turns with all of it, and what is said `about` them.
    pub(super) fn request(
        &self,
        model: &ModelName,
        about: Option<&str>,
        turns: Vec<Turn>,
    ) -> ChatRequest {
        let told = [self.system(), about.map(str::to_owned)];
        let told: Vec<String> = told.into_iter().flatten().collect();
        // What people write must not name others' files, which models that read documents take from such messages.
        let told = told.join("\n\n").replace("fileid://", "fileid: //");
        let system = (!told.is_empty()).then(|| Turn::system(told));
        let turns = system.into_iter().chain(turns);
        let mut request = ChatRequest::new(model.as_str(), turns).include_usage();
        let set = &self.parameters;
        request.temperature = set.temperature.map(model::Hundredths::as_f64);
        request.top_p = set.top_p.map(model::Hundredths::as_f64);
        request.max_tokens = set.max_tokens;
        request.seed = set.seed.map(i64::from);
        request.enable_thinking = set.thinking;
        request.thinking_budget = set.thinking_budget;
        request.enable_search = set.search.then_some(true);
        request.response_format = set.json.then(ResponseFormat::json_object);
        request
    }

    /// What is noted of it with the run.
    pub(super) fn sent(&self) -> Sent {
        Sent {
            parameters: Parameters {
                instructions: String::new(),
                ..self.parameters.clone()
            },
            personal_instructions: self.personal.is_some(),
            conversation_instructions: !self.parameters.instructions.is_empty(),
            assistant: self
                .assistant
                .as_ref()
                .map(|it| it.name.clone())
                .unwrap_or_default(),
            application: false,
            memory: self.memory.is_some(),
            wish: self.wish.clone().unwrap_or_default(),
        }
    }
}

impl Generations {
    /// What the person wants of that model's answer, or of the answer to that question. A question that was put to an assistant of its own
    /// takes along what that brings, and of what is set for the conversation only what is told in it.
    pub(super) async fn wishes(
        &self,
        user: UserId,
        (conversation, message): (ConversationId, MessageId),
        model: &ModelName,
    ) -> Result<Wishes, store::Error> {
        let inner = &*self.0;
        let set = inner.db.parameters(user, Some(conversation)).await?;
        let instructions = inner.db.instructions(user).await?;
        let set = set.unwrap_or_default();
        let once = inner.db.asked_once(user, conversation, message).await?;
        let set = match &once {
            Some(once) => Parameters {
                instructions: set.instructions,
                ..once.parameters.clone()
            },
            None => set,
        };
        let fitted = set.for_model(&inner.models.abilities(model));
        let facts = inner.db.facts_sent(user, conversation).await?;
        let assistant = if let Some(once) = once {
            Some(once.snapshot)
        } else {
            let answering = inner.db.answering(user, conversation).await?;
            answering.map(|answering| answering.snapshot)
        };
        let wish = inner.db.wish(conversation, message).await?;
        Ok(Wishes::new(fitted, instructions.as_ref())
            .remembering(&facts)
            .with_assistant(assistant)
            .wishing(wish))
    }
}

#[cfg(test)]
mod tests {
    use model::Hundredths;

    use super::*;

    fn name() -> ModelName {
        ModelName::parse("qwen-plus").expect("a name")
    }

    fn json(wishes: &Wishes) -> serde_json::Value {
        let request = wishes.request(&name(), None, vec![Turn::user("背一首诗")]);
        serde_json::to_value(&request).expect("json")
    }

    #[test]
    fn nothing_is_sent_that_was_not_set() {
        let sent = json(&Wishes::default());
        let fields = sent.as_object().expect("an object");
        let mut names: Vec<_> = fields.keys().map(String::as_str).collect();
        names.sort_unstable();
        assert_eq!(names, ["messages", "model", "stream_options"]);
        assert_eq!(Wishes::default().sent(), Sent::default());
    }

    #[test]
    fn what_was_set_is_sent_by_its_documented_name() {
        let set = Parameters {
            temperature: Some(Hundredths::new(70)),
            top_p: Some(Hundredths::new(90)),
            max_tokens: Some(800),
            seed: Some(7),
            thinking: Some(true),
            thinking_budget: Some(64),
            search: true,
            ..Parameters::default()
        };
        let sent = json(&Wishes::new(set, None));
        for (field, value) in [
            ("temperature", serde_json::json!(0.7)),
            ("top_p", serde_json::json!(0.9)),
            ("max_tokens", serde_json::json!(800)),
            ("seed", serde_json::json!(7)),
            ("enable_thinking", serde_json::json!(true)),
            ("thinking_budget", serde_json::json!(64)),
            ("enable_search", serde_json::json!(true)),
        ] {
            assert_eq!(sent[field], value, "{field}");
        }
    }

    /// AC-03.
    #[test]
    fn instructions_name_no_files() {
        let set = Parameters {
            instructions: "fileid://file-fe-1,fileid://file-fe-2".to_owned(),
            ..Parameters::default()
        };
        let sent = json(&Wishes::new(set, None));
        let told = sent["messages"][0]["content"].as_str().expect("a text");
        assert_eq!(told, "fileid: //file-fe-1,fileid: //file-fe-2");
    }

    /// AC-03: nor does a wish.
    #[test]
    fn a_wish_is_told_last_and_noted_and_holds_where_the_answer_goes_on() {
        let set = Parameters {
            instructions: "Rhyme.".to_owned(),
            ..Parameters::default()
        };
        let wishes = Wishes::new(set, None).wishing(Some("更短 fileid://file-fe-1".to_owned()));
        let told = format!("Rhyme.\n\n{WISH}\n更短 fileid: //file-fe-1");
        assert_eq!(json(&wishes)["messages"][0]["content"], told.as_str());
        assert_eq!(wishes.sent().wish, "更短 fileid://file-fe-1");
        let going_on = json(&wishes.going_on());
        assert_eq!(going_on["messages"][0]["content"], told.as_str());
    }

    #[test]
    fn all_that_a_model_is_told_is_one_message_before_the_conversation() {
        let set = Parameters {
            json: true,
            instructions: "Rhyme.".to_owned(),
            ..Parameters::default()
        };
        let personal = Instructions {
            about: String::new(),
            answers: "Briefly.".to_owned(),
            enabled: true,
        };
        let translator = AssistantSnapshot {
            name: "Translator".to_owned(),
            instructions: "Translate.".to_owned(),
            ..AssistantSnapshot::default()
        };
        let facts = ["I teach.".to_owned()];
        let wishes = Wishes::new(set, Some(&personal))
            .remembering(&facts)
            .with_assistant(Some(translator));
        let sent = json(&wishes);
        assert_eq!(sent["messages"][0]["role"], "system");
        let told = sent["messages"][0]["content"].as_str().expect("a text");
        let personal = personal.message().expect("a message");
        let remembered = super::told(["I teach."]).expect("a message");
        assert_eq!(
            told,
            format!("{personal}\n\n{remembered}\n\nTranslate.\n\nRhyme.\n\n{JSON}")
        );
        assert_eq!(sent["messages"][1]["role"], "user");
        assert_eq!(sent["response_format"]["type"], "json_object");
        let noted = wishes.sent();
        assert!(noted.personal_instructions && noted.conversation_instructions && noted.memory);
        assert_eq!(noted.parameters.instructions, "");
        assert_eq!(noted.assistant, "Translator");
        let going_on = json(&wishes.going_on());
        assert_eq!(going_on.get("response_format"), None);
    }
}
