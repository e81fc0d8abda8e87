//! Temporary keys, and the count of a text's tokens ("Temporary tokens", "Tokenizer").

use std::fmt;
use std::time::Duration;

use reqwest::Method;
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::client::Call;
use crate::lenient::{null_as_default, tokens};
use crate::native::{Message, NativeAnswer, NativeRequest};
use crate::span::call_span;
use crate::validate::require;
use crate::{CallOptions, Client, Error, Extra};

/// A key that expires by itself, for a browser or a device. It has all rights of the key that made it and
/// cannot be revoked. Use it with [`Client::with_key`].
pub struct TemporaryToken {
    /// `st-…`.
    pub token: SecretString,
    /// Unix seconds.
    pub expires_at: Option<u64>,
}

impl fmt::Debug for TemporaryToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TemporaryToken")
            .field("expires_at", &self.expires_at)
            .finish_non_exhaustive()
    }
}

#[derive(Deserialize)]
struct Made {
    token: String,
    #[serde(default, deserialize_with = "tokens")]
    expires_at: Option<u64>,
}

/// A text in tokens.
pub type Tokenized = NativeAnswer<TokenizedOutput, TokenizedUsage>;

/// The tokens.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct TokenizedOutput {
    /// Their numbers.
    #[serde(deserialize_with = "null_as_default")]
    pub token_ids: Vec<u64>,
    /// Their texts.
    #[serde(deserialize_with = "null_as_default")]
    pub tokens: Vec<String>,
    /// Anything else.
    #[serde(flatten)]
    pub extra: Extra,
}

/// How many there are.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct TokenizedUsage {
    /// All.
    #[serde(deserialize_with = "tokens", skip_serializing_if = "Option::is_none")]
    pub input_tokens: Option<u64>,
    /// Anything else.
    #[serde(flatten)]
    pub extra: Extra,
}

impl Client {
    /// Makes a key that is valid for 1 to 1800 seconds, `POST /api/v1/tokens`.
    ///
    /// ```no_run
    /// use std::time::Duration;
    ///
    /// # async fn example(client: bailian::Client) -> Result<(), bailian::Error> {
    /// let key = client.temporary_token(Duration::from_secs(60)).await?;
    /// let brief = client.with_key(key.token)?;
    /// # let _ = brief;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn temporary_token(&self, valid_for: Duration) -> Result<TemporaryToken, Error> {
        let seconds = valid_for.as_secs();
        require(
            (1..=1800).contains(&seconds),
            "expire_in_seconds",
            "must be 1 to 1800",
        )?;
        let call = Call {
            method: Method::POST,
            query: vec![("expire_in_seconds", seconds.to_string())],
            ..Call::get("/api/v1/tokens", &self.options().timeouts)
        };
        let span = call_span!("bailian.temporary_token");
        let (made, _) = self.observed::<Made>(call, &span).await?;
        Ok(TemporaryToken {
            token: made.token.into(),
            expires_at: made.expires_at,
        })
    }

    /// Counts a conversation's tokens, `POST /api/v1/tokenizer`. Only a handful of older models can.
    ///
    /// ```no_run
    /// use bailian::native::Message;
    ///
    /// # async fn example(client: bailian::Client) -> Result<(), bailian::Error> {
    /// let count = client.tokenize("qwen-plus", [Message::user("你好")]).await?.output.tokens.len();
    /// # let _ = count;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn tokenize(
        &self,
        model: &str,
        messages: impl IntoIterator<Item = Message>,
    ) -> Result<Tokenized, Error> {
        let messages: Vec<_> = messages.into_iter().collect();
        self.tokenize_input(model, json!({"messages": messages}))
            .await
    }

    /// Counts a text's tokens.
    ///
    /// ```no_run
    /// # async fn example(client: bailian::Client) -> Result<(), bailian::Error> {
    /// let tokens = client.tokenize_text("qwen-plus", "你好").await?.output.tokens;
    /// # let _ = tokens;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn tokenize_text(&self, model: &str, text: &str) -> Result<Tokenized, Error> {
        self.tokenize_input(model, json!({"prompt": text})).await
    }

    async fn tokenize_input(&self, model: &str, input: Value) -> Result<Tokenized, Error> {
        require(!model.is_empty(), "model", "must not be empty")?;
        let span = call_span!("bailian.tokenize", "tokenize", model);
        let request = NativeRequest::new(model, input, Extra::new());
        self.native(
            "/api/v1/tokenizer",
            &request,
            &CallOptions::default(),
            &span,
        )
        .await
    }
}
