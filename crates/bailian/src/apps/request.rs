//! What an application is asked.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::lenient::null_as_default;
use crate::setters::setters;
use crate::validate::require;
use crate::{CallOptions, Error, Extra, Role};

/// A request to an application. Applications of another workspace need
/// [`Client::with_workspace`](crate::Client::with_workspace).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct AppRequest {
    /// Which application.
    #[serde(skip)]
    pub app_id: String,
    /// What is asked.
    pub input: AppInput,
    /// How to answer.
    pub parameters: AppParameters,
    /// Sent as it is; empty.
    pub debug: Extra,
    /// How the call is handled, beside its body.
    #[serde(skip)]
    pub options: CallOptions,
}

/// What is asked.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct AppInput {
    /// The question.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prompt: Option<String>,
    /// Continues the session that an earlier answer named, within an hour of its last use.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub session_id: Option<String>,
    /// A conversation of your own, in place of the session, which is ignored then.
    #[serde(
        deserialize_with = "null_as_default",
        skip_serializing_if = "Vec::is_empty"
    )]
    pub messages: Vec<AppMessage>,
    /// Variables of a workflow's start, `user_prompt_params`, `user_defined_params`, `user_defined_tokens`.
    #[serde(
        deserialize_with = "null_as_default",
        skip_serializing_if = "Extra::is_empty"
    )]
    pub biz_params: Extra,
    /// Long-term memory.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub memory_id: Option<String>,
    /// Images, by their URLs.
    #[serde(
        deserialize_with = "null_as_default",
        skip_serializing_if = "Vec::is_empty"
    )]
    pub image_list: Vec<String>,
    /// Files, by their URLs.
    #[serde(
        deserialize_with = "null_as_default",
        skip_serializing_if = "Vec::is_empty"
    )]
    pub file_list: Vec<String>,
    /// How the answer names documents: `simple` or `indexed`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub doc_reference_type: Option<String>,
    /// Only documents with these tags.
    #[serde(
        deserialize_with = "null_as_default",
        skip_serializing_if = "Vec::is_empty"
    )]
    pub doc_tag_codes: Vec<String>,
    /// Anything else.
    #[serde(flatten)]
    pub extra: Extra,
}

/// One turn of a conversation of your own.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct AppMessage {
    /// Who speaks.
    pub role: Role,
    /// What is said.
    pub content: Value,
    /// Anything else.
    #[serde(flatten)]
    pub extra: Extra,
}

impl AppMessage {
    /// A turn in text.
    pub fn new(role: Role, content: impl Into<String>) -> Self {
        Self {
            role,
            content: Value::String(content.into()),
            extra: Extra::new(),
        }
    }
}

/// How to answer.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct AppParameters {
    /// Whether the steps of the answer are told.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub has_thoughts: Option<bool>,
    /// Whether the provider sends pieces or repeats the whole text in each event. What this crate hands out is
    /// pieces in any case. Unset means pieces.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub incremental_output: Option<bool>,
    /// What a workflow's stream tells: `full_thoughts` (with `has_thoughts`), `message_format`, `agent_format`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub flow_stream_mode: Option<String>,
    /// What is looked up.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rag_options: Option<RagOptions>,
    /// Whether the model thinks.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub enable_thinking: Option<bool>,
    /// Whether it may search the web.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub enable_web_search: Option<bool>,
    /// Whether it knows the time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub enable_system_time: Option<bool>,
    /// Another model than the application's own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub model_id: Option<String>,
    /// How many turns of the session count.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dialog_round: Option<u32>,
    /// 0 ≤ t < 2.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub temperature: Option<f64>,
    /// 0 < p ≤ 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub top_p: Option<f64>,
    /// Above 100 turns it off.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub top_k: Option<u32>,
    /// Not negative.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seed: Option<i64>,
    /// Anything else.
    #[serde(flatten)]
    pub extra: Extra,
}

/// What of the knowledge bases is looked up.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct RagOptions {
    /// Knowledge bases, at most 5.
    #[serde(
        deserialize_with = "null_as_default",
        skip_serializing_if = "Vec::is_empty"
    )]
    pub pipeline_ids: Vec<String>,
    /// Documents, at most 5.
    #[serde(
        deserialize_with = "null_as_default",
        skip_serializing_if = "Vec::is_empty"
    )]
    pub file_ids: Vec<String>,
    /// Only documents with this metadata.
    #[serde(
        deserialize_with = "null_as_default",
        skip_serializing_if = "Extra::is_empty"
    )]
    pub metadata_filter: Extra,
    /// Only documents with these tags.
    #[serde(
        deserialize_with = "null_as_default",
        skip_serializing_if = "Vec::is_empty"
    )]
    pub tags: Vec<String>,
    /// Only rows with these values.
    #[serde(
        deserialize_with = "null_as_default",
        skip_serializing_if = "Extra::is_empty"
    )]
    pub structured_filter: Extra,
    /// Files of the session, at most 10; their ids begin with `file_session_`.
    #[serde(
        deserialize_with = "null_as_default",
        skip_serializing_if = "Vec::is_empty"
    )]
    pub session_file_ids: Vec<String>,
    /// Anything else.
    #[serde(flatten)]
    pub extra: Extra,
}

impl AppRequest {
    /// A question.
    pub fn new(app_id: impl Into<String>, prompt: impl Into<String>) -> Self {
        let prompt = Some(prompt.into());
        Self {
            app_id: app_id.into(),
            input: AppInput {
                prompt,
                ..AppInput::default()
            },
            ..Self::default()
        }
    }

    /// A conversation of your own, without a session.
    pub fn conversation(
        app_id: impl Into<String>,
        messages: impl IntoIterator<Item = AppMessage>,
    ) -> Self {
        let messages = messages.into_iter().collect();
        Self {
            app_id: app_id.into(),
            input: AppInput {
                messages,
                ..AppInput::default()
            },
            ..Self::default()
        }
    }

    setters! {
        in input:
        session_id: String,
        memory_id: String,
        doc_reference_type: String,
    }

    setters! {
        in parameters:
        has_thoughts: bool,
        incremental_output: bool,
        flow_stream_mode: String,
        rag_options: RagOptions,
        enable_thinking: bool,
        enable_web_search: bool,
        enable_system_time: bool,
        model_id: String,
        dialog_round: u32,
        temperature: f64,
        top_p: f64,
        top_k: u32,
        seed: i64,
    }

    /// Sets a parameter of the application's own, such as a variable of a workflow's start.
    #[must_use]
    pub fn biz_param(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        self.input.biz_params.insert(name.into(), value.into());
        self
    }

    /// Adds images.
    #[must_use]
    pub fn images(mut self, urls: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.input
            .image_list
            .extend(urls.into_iter().map(Into::into));
        self
    }

    /// Adds files.
    #[must_use]
    pub fn files(mut self, urls: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.input
            .file_list
            .extend(urls.into_iter().map(Into::into));
        self
    }

    /// Checks the documented limits.
    ///
    /// Fails with [`InvalidParameter`](crate::ErrorKind::InvalidParameter), which names the field.
    pub fn validate(&self) -> Result<(), Error> {
        let input = &self.input;
        require(
            input.prompt.is_some() || !input.messages.is_empty(),
            "prompt",
            "a prompt or messages are needed",
        )?;
        let Some(rag) = &self.parameters.rag_options else {
            return Ok(());
        };
        require(rag.pipeline_ids.len() <= 5, "pipeline_ids", "at most 5")?;
        require(rag.file_ids.len() <= 5, "file_ids", "at most 5")?;
        let is_session = |id: &String| id.starts_with("file_session_");
        require(
            rag.session_file_ids.len() <= 10 && rag.session_file_ids.iter().all(is_session),
            "session_file_ids",
            "at most 10, which begin with file_session_",
        )
    }
}
