//! The models that the pretended account may use, with the limits and abilities that requests are checked against.

pub(crate) mod media;

use std::io;

use serde::Deserialize;

/// One model. Sizes are in tokens; a size that is not published does not limit.
#[derive(Clone, Debug, Deserialize)]
#[serde(default)]
pub(crate) struct Model {
    pub(crate) id: String,
    pub(crate) kind: Kind,
    pub(crate) provider: String,
    pub(crate) max_input_tokens: u32,
    pub(crate) max_output_tokens: u32,
    pub(crate) max_thinking_tokens: u32,
    pub(crate) thinking: Thinking,
    pub(crate) accepts: Abilities,
    pub(crate) streaming: Streaming,
    /// Speaks the native protocol only.
    pub(crate) native_only: bool,
    /// The lengths of its vectors, the usual one first.
    pub(crate) dimensions: Vec<usize>,
    /// Of one request for vectors.
    pub(crate) max_texts: usize,
    /// Of a model that makes pictures.
    pub(crate) pictures: Option<media::Pictures>,
    /// Of a model that makes films.
    pub(crate) films: Option<media::Films>,
}

impl Default for Model {
    fn default() -> Self {
        Self {
            id: String::new(),
            kind: Kind::Chat,
            provider: "system".to_owned(),
            max_input_tokens: 1_000_000,
            max_output_tokens: 32_768,
            max_thinking_tokens: 131_072,
            thinking: Thinking::Never,
            accepts: Abilities::default(),
            streaming: Streaming::Optional,
            native_only: false,
            dimensions: Vec::new(),
            max_texts: 1,
            pictures: None,
            films: None,
        }
    }
}

/// What a model does; it decides which paths it answers on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Kind {
    Chat,
    /// Vectors of texts, pictures or films.
    Embedding,
    Rerank,
    /// Answers to questions with given choices.
    Decision,
    Image,
    Video,
    /// Text to sound.
    Speech,
    /// Sound to text.
    Recognition,
    /// Sound to sound, in a conversation.
    Realtime,
    Meeting,
}

/// What a request to the model may contain.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(from = "Vec<Ability>")]
pub(crate) struct Abilities(Vec<Ability>);

impl From<Vec<Ability>> for Abilities {
    fn from(list: Vec<Ability>) -> Self {
        Self(list)
    }
}

impl Abilities {
    pub(crate) fn has(&self, ability: Ability) -> bool {
        self.0.contains(&ability)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Ability {
    /// Content as an array of parts.
    Parts,
    Tools,
    Search,
    /// `response_format` of type `json_schema`.
    Structured,
    /// Text between a prefix and a suffix.
    Fill,
    /// Finds the beginning of a prompt again that it has seen.
    Cache,
    /// Keeps what `cache_control` marks.
    CacheMarks,
    /// Files of requests at half the price.
    Batch,
    /// Sound in the content.
    Hears,
    /// Sound in the answer.
    Speaks,
}

/// Whether the model reasons before it answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Thinking {
    Never,
    /// Possible, off unless asked for.
    Off,
    /// Possible, on unless refused.
    On,
    Always,
}

/// Whether the model must be asked with `stream: true`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Streaming {
    Optional,
    /// Only while thinking.
    ForThinking,
    Required,
}

/// Reads the catalogue that is built in.
pub(crate) fn catalogue() -> io::Result<Vec<Model>> {
    let files = [
        include_str!("../data/models.json"),
        include_str!("../data/speech.json"),
        include_str!("../data/pictures.json"),
        include_str!("../data/meetings.json"),
    ];
    let mut models = Vec::new();
    for file in files {
        models.extend(serde_json::from_str::<Vec<Model>>(file).map_err(io::Error::other)?);
    }
    Ok(models)
}

/// Finds a model by its id; a dated snapshot is found by the name it was taken from.
pub(crate) fn find<'a>(models: &'a [Model], id: &str) -> Option<&'a Model> {
    let named = |name: &str| models.iter().find(|model| model.id == name);
    named(id).or_else(|| named(snapshot_of(id)?))
}

/// `qwen-plus` for `qwen-plus-2025-12-01`.
pub(crate) fn snapshot_of(id: &str) -> Option<&str> {
    let (name, date) = id.split_at_checked(id.len().checked_sub(11)?)?;
    let is_date = date.char_indices().all(|(at, c)| {
        if matches!(at, 0 | 5 | 8) {
            c == '-'
        } else {
            c.is_ascii_digit()
        }
    });
    is_date.then_some(name)
}

#[cfg(test)]
mod tests {
    use super::{catalogue, find};

    #[test]
    fn snapshots_behave_as_the_model_they_were_taken_from() -> std::io::Result<()> {
        let models = catalogue()?;
        let id = |name| find(&models, name).map(|model| model.id.as_str());
        assert_eq!(id("qwen-plus-2025-12-01"), Some("qwen-plus"));
        assert_eq!(id("qwen-plus"), Some("qwen-plus"));
        assert_eq!(id("qwen-plus-2025-12-0x"), None);
        assert_eq!(id("gpt-5"), None);
        Ok(())
    }
}
