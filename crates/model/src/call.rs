//! One request to an upstream, as the log keeps it: who, which model, how much, how long, what became of it. Never what
//! was asked or answered.

use serde::{Deserialize, Serialize};

use crate::{ApiKeyId, CallId, Millis, UserId};

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $word:literal,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
        pub enum $name { $($(#[$variant_doc])* #[serde(rename = $word)] $variant,)* }

        impl $name {
            /// Every one of them.
            pub const ALL: &[Self] = &[$(Self::$variant,)*];

            /// The stable name.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word,)* }
            }

            /// The one of that name.
            pub fn from_name(name: &str) -> Option<Self> {
                match name { $($word => Some(Self::$variant),)* _ => None }
            }
        }
    };
}
pub(crate) use words;

words! {
    /// What the caller spoke.
    Protocol {
        /// OpenAI's.
        OpenAi = "openai",
        /// Anthropic's.
        Anthropic = "anthropic",
        /// Bailian's own.
        DashScope = "dashscope",
        /// A page of this site.
        Page = "page",
    }
}

words! {
    /// What was asked for.
    Operation {
        /// The next message of a conversation.
        Chat = "chat",
        /// A text to go on with.
        Completion = "completion",
        /// A response of the Responses protocol.
        Response = "response",
        /// Vectors.
        Embedding = "embedding",
        /// Ranks of documents.
        Rerank = "rerank",
        /// Pictures.
        Image = "image",
        /// Films.
        Video = "video",
        /// Speech from text.
        Speech = "speech",
        /// Text from speech.
        Transcription = "transcription",
        /// Speech both ways over a line.
        Realtime = "realtime",
        /// An application.
        Application = "application",
        /// Many requests at once.
        Batch = "batch",
        /// Anything else that costs nothing by itself.
        Other = "other",
    }
}

words! {
    /// What became of a call.
    CallOutcome {
        /// It was answered.
        Succeeded = "succeeded",
        /// The upstream refused it: the request was at fault.
        Refused = "refused",
        /// The upstream failed, or could not be reached.
        Failed = "failed",
        /// The caller left or stopped it.
        Cancelled = "cancelled",
        /// This site's process ended before it did.
        Interrupted = "interrupted",
    }
}

words! {
    /// Where the figures of a call come from.
    UsageSource {
        /// The upstream stated them.
        Reported = "reported",
        /// They were reckoned here, because the answer ended before it said.
        Estimated = "estimated",
        /// There are none: nothing was used that is counted.
        Nothing = "none",
        /// There are none: an answer that was kept was given again, and no upstream was asked.
        Cached = "cached",
    }
}

/// What a call used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CallUsage {
    /// Tokens that went in, those from the cache too.
    pub input_tokens: i64,
    /// Tokens that came out, reasoning too.
    pub output_tokens: i64,
    /// Of those that went in: read from the context cache.
    pub cached_tokens: i64,
    /// Of those that came out: reasoning.
    pub reasoning_tokens: i64,
    /// Pictures.
    pub images: i64,
    /// Milliseconds of sound or film.
    pub media_ms: i64,
    /// Characters that were spoken.
    pub characters: i64,
}

/// A line of the call log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Call {
    /// Its id; ids grow with time.
    pub id: CallId,
    /// When it began.
    pub started_at: Millis,
    /// Whose it is.
    pub owner: UserId,
    /// The key that it came by, if any.
    pub key: Option<ApiKeyId>,
    /// What was spoken.
    pub protocol: Protocol,
    /// What was asked for.
    pub operation: Operation,
    /// The model as it was asked for.
    pub model: String,
    /// The model that answered.
    pub served_model: String,
    /// The upstream that was asked; empty where none was.
    pub upstream: String,
    /// Whether the answer came piece by piece.
    pub streamed: bool,
    /// What became of it.
    pub outcome: CallOutcome,
    /// The upstream's status, if it answered.
    pub status: Option<i64>,
    /// The upstream's code, if it refused.
    pub code: Option<String>,
    /// What it used.
    pub usage: CallUsage,
    /// Where the figures come from.
    pub usage_source: UsageSource,
    /// What it cost, in micro-yuan, at the prices when it began.
    pub cost: i64,
    /// Whether the prices were known; without, the cost is 0.
    pub priced: bool,
    /// Milliseconds until the first byte of the answer.
    pub first_byte_ms: Option<i64>,
    /// Milliseconds until the end.
    pub duration_ms: i64,
    /// Our id of the request.
    pub request_id: String,
    /// The upstream's id of the request.
    pub upstream_request_id: Option<String>,
}

/// Which lines of the call log.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct CallFilter {
    /// Of this person; `None` is everybody, for those who may.
    pub owner: Option<UserId>,
    /// By this key.
    pub key: Option<ApiKeyId>,
    /// Of this model, as it was asked for.
    pub model: Option<String>,
    /// Only those that did not succeed.
    pub failed: bool,
    /// Only those that began then or later.
    pub from: Option<Millis>,
    /// Only those that began before.
    pub to: Option<Millis>,
}
