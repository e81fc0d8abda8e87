//! What the answer comes with: chances of its tokens, a web search before it, a voice, another language.

use serde_json::Value;

use super::Fields;
use crate::{
    Refusal,
    compose::{Message, Role},
    models::{Ability, Model},
};

/// The voices that every omni model has.
const VOICES: [&str; 4] = ["Cherry", "Serena", "Ethan", "Chelsie"];
/// Those that the documents name for the omni models since Qwen3.
const MORE_VOICES: [&str; 24] = [
    "Momo",
    "Vivian",
    "Moon",
    "Maia",
    "Kai",
    "Nofish",
    "Bella",
    "Jennifer",
    "Ryan",
    "Katerina",
    "Aiden",
    "Eldric Sage",
    "Mia",
    "Mochi",
    "Dylan",
    "Jada",
    "Sunny",
    "Eric",
    "Rocky",
    "Kiki",
    "Roy",
    "Peter",
    "Marcus",
    "Li",
];
/// Words of questions that can't be answered from memory.
const NEWS: [&str; 18] = [
    "今天", "最新", "新闻", "天气", "股价", "价格", "现在", "最近", "搜索", "today", "latest",
    "news", "weather", "price", "current", "recent", "now", "search",
];

impl Fields<'_> {
    /// How many alternatives are told for every token; nothing for models that don't tell.
    pub(super) fn top_logprobs(&self, model_id: &str) -> Result<Option<usize>, Refusal> {
        let count = match self.get("top_logprobs") {
            None => 0,
            Some(count) => count
                .as_u64()
                .and_then(|count| usize::try_from(count).ok())
                .filter(|count| *count <= 5)
                .ok_or_else(|| out_of_definition("top_logprobs"))?,
        };
        let is_told = self.is_true("logprobs") && tells_chances(model_id);
        Ok(is_told.then_some(count))
    }

    /// Whether the web is searched first: it is up to the model, unless it is forced.
    pub(super) fn searches(
        &self,
        model: &Model,
        messages: &[Message],
        thinks_in_one_piece: bool,
    ) -> Result<bool, Refusal> {
        if !self.is_true("enable_search") {
            return Ok(false);
        }
        if !model.accepts.has(Ability::Search) {
            return Err(Refusal::invalid_parameter(
                "This model does not support enable_search.",
            ));
        }
        if thinks_in_one_piece {
            return Err(Refusal::inference_parameter(
                "Non-streaming mode does not support Web Search in thinking mode",
            ));
        }
        let none = Value::Null;
        let options = self.get("search_options").unwrap_or(&none);
        let strategy = options.get("search_strategy").and_then(Value::as_str);
        let known = ["turbo", "max", "agent", "agent_max", "standard", "pro"];
        if strategy.is_some_and(|strategy| !known.contains(&strategy)) {
            return Err(out_of_definition("search_options.search_strategy"));
        }
        let freshness = options.get("freshness").filter(|days| !days.is_null());
        if freshness.is_some_and(|days| {
            !days
                .as_u64()
                .is_some_and(|days| [7, 30, 180, 365].contains(&days))
        }) {
            return Err(out_of_definition("search_options.freshness"));
        }
        let sites = options.get("assigned_site_list").and_then(Value::as_array);
        if sites.is_some_and(|sites| sites.len() > 25) {
            return Err(out_of_definition("search_options.assigned_site_list"));
        }
        let is_forced = options.get("forced_search").and_then(Value::as_bool) == Some(true);
        let question = messages
            .iter()
            .rev()
            .find(|message| message.role == Role::User);
        let asks_for_news = question.is_some_and(|question| {
            let text = question.text.to_lowercase();
            NEWS.iter().any(|word| text.contains(word))
        });
        Ok(is_forced || asks_for_news)
    }

    /// Who speaks the answer, when it is to be spoken.
    pub(super) fn voice(
        &self,
        model: &Model,
        stream: bool,
        thinking: bool,
    ) -> Result<Option<String>, Refusal> {
        let modalities = self.get("modalities").and_then(Value::as_array);
        let wants_sound = modalities.is_some_and(|list| list.iter().any(|one| one == "audio"));
        if !wants_sound {
            return Ok(None);
        }
        if !model.accepts.has(Ability::Speaks) || thinking {
            return Err(out_of_definition("modalities"));
        }
        if !stream {
            return Err(Refusal::invalid_parameter(
                "'audio' output only support with stream=true",
            ));
        }
        let audio = self.get("audio");
        let told = |name: &str| {
            audio
                .and_then(|audio| audio.get(name))
                .and_then(Value::as_str)
        };
        if told("format").is_some_and(|format| format != "wav") {
            return Err(out_of_definition("audio.format"));
        }
        let voice = told("voice").unwrap_or("Cherry");
        let is_older = ["qwen-omni-turbo", "qwen2.5-omni"]
            .iter()
            .any(|name| model.id.starts_with(name));
        let is_known = VOICES.contains(&voice) || (!is_older && MORE_VOICES.contains(&voice));
        match (is_known, is_older) {
            (true, _) => Ok(Some(voice.to_owned())),
            (false, true) => Err(Refusal::invalid_parameter(
                "Input should be 'Cherry', 'Serena', 'Ethan' or 'Chelsie': parameters.audio.voice",
            )),
            (false, false) => Err(Refusal::new(
                400,
                "invalid_value",
                format!("The requested voice '{voice}' is not supported."),
            )
            .of_type("invalid_request_error")),
        }
    }

    /// The language into which a translator translates.
    pub(super) fn target_language(&self, model: &Model) -> Result<Option<String>, Refusal> {
        if !model.id.starts_with("qwen-mt-") {
            return Ok(None);
        }
        let options = self.get("translation_options");
        let language = options
            .and_then(|options| options.get("target_lang"))
            .and_then(Value::as_str)
            .filter(|language| !language.is_empty());
        language
            .map(|language| Some(language.to_owned()))
            .ok_or_else(|| {
                Refusal::invalid_parameter("Current language settings are not supported!")
            })
    }
}

/// Dated snapshots of two families, the vision models of Qwen3, and its open weights, which say how many billions they have.
fn tells_chances(id: &str) -> bool {
    let is_dated = ["qwen-plus-", "qwen-turbo-"].iter().any(|family| {
        id.strip_prefix(family)
            .is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()))
    });
    let is_vision = id.starts_with("qwen3-vl-plus") || id.starts_with("qwen3-vl-flash");
    let is_size = |part: &str| {
        part.strip_suffix('b')
            .is_some_and(|size| size.starts_with(|c: char| c.is_ascii_digit()))
    };
    is_dated || is_vision || (id.starts_with("qwen3") && id.split('-').any(is_size))
}

/// The documented words for what has none of its own.
pub(super) fn out_of_definition(name: &str) -> Refusal {
    Refusal::invalid_parameter(format!("The type or value of {name} is out of definition."))
}
