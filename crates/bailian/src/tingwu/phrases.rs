//! Hot words of Tingwu ("Hot-word lists").

use std::collections::BTreeMap;

use reqwest::Method;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::Tingwu;
use crate::client::Repeat;
use crate::lenient::null_as_default;
use crate::task::id_segment;
use crate::{Error, Extra};

const PATH: &str = "/openapi/tingwu/v2/resources/phrases";

/// A list of hot words as it is sent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PhraseWords {
    /// Its name.
    pub name: String,
    /// What it is for.
    pub description: Option<String>,
    /// Each word with its weight.
    pub words: BTreeMap<String, i32>,
}

/// A list of hot words as the service knows it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct Phrase {
    /// For `phrase_id` in [`TranscriptionParameters`](super::TranscriptionParameters).
    pub phrase_id: Option<String>,
    /// Its name.
    pub name: Option<String>,
    /// What it is for.
    pub description: Option<String>,
    /// JSON in a string: each word with its weight. See [`words`](Self::words).
    pub word_weights: Option<String>,
    /// Anything else.
    #[serde(flatten)]
    pub extra: Extra,
}

impl Phrase {
    /// The words with their weights; empty if they were not told.
    pub fn words(&self) -> BTreeMap<String, i32> {
        let words = self.word_weights.as_deref();
        words
            .and_then(|words| serde_json::from_str(words).ok())
            .unwrap_or_default()
    }
}

/// What an operation on hot words answers.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct PhraseList {
    /// The list that was made.
    pub phrase_id: Option<String>,
    /// How it went.
    pub status: Option<String>,
    /// Why it did not.
    pub error_code: Option<String>,
    /// The same in words.
    pub error_message: Option<String>,
    /// The lists that were asked for.
    #[serde(deserialize_with = "null_as_default")]
    pub phrases: Vec<Phrase>,
    /// Anything else.
    #[serde(flatten)]
    pub extra: Extra,
}

impl PhraseWords {
    fn body(&self) -> Value {
        // The weights are JSON inside a string.
        let mut body = json!({
            "Name": self.name,
            "WordWeights": json!(self.words).to_string(),
        });
        if let Some(description) = &self.description {
            body["Description"] = description.as_str().into();
        }
        body
    }
}

impl Tingwu {
    /// Makes a list of hot words (`CreateTranscriptionPhrases`).
    ///
    /// ```no_run
    /// # use bailian::tingwu::{PhraseWords, Tingwu};
    /// # async fn example(tingwu: Tingwu) -> Result<(), bailian::Error> {
    /// let words = PhraseWords {
    ///     name: "products".to_owned(),
    ///     words: [("百炼".to_owned(), 3)].into(),
    ///     ..PhraseWords::default()
    /// };
    /// let _id = tingwu.create_phrases(&words).await?.phrase_id;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn create_phrases(&self, words: &PhraseWords) -> Result<PhraseList, Error> {
        let action = "CreateTranscriptionPhrases";
        let mut call = self.call(Method::POST, PATH, action, Some(&words.body()))?;
        call.repeat = Repeat::Costly;
        self.send(call, action).await
    }

    /// Lists the hot words (`ListTranscriptionPhrases`).
    ///
    /// ```no_run
    /// # use bailian::tingwu::{PhraseWords, Tingwu};
    /// # async fn example(tingwu: Tingwu, id: &str) -> Result<(), bailian::Error> {
    /// for list in tingwu.list_phrases().await?.phrases {
    ///     let _ = (list.phrase_id, list.name);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub async fn list_phrases(&self) -> Result<PhraseList, Error> {
        let action = "ListTranscriptionPhrases";
        let call = self.call(Method::GET, PATH, action, None::<&Value>)?;
        self.send(call, action).await
    }

    /// Reads a list of hot words (`GetTranscriptionPhrases`).
    ///
    /// ```no_run
    /// # use bailian::tingwu::{PhraseWords, Tingwu};
    /// # async fn example(tingwu: Tingwu, id: &str) -> Result<(), bailian::Error> {
    /// for list in tingwu.phrases(id).await?.phrases {
    ///     let _weights = list.words();
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub async fn phrases(&self, id: &str) -> Result<PhraseList, Error> {
        let action = "GetTranscriptionPhrases";
        let call = self.call(Method::GET, path(id)?, action, None::<&Value>)?;
        self.send(call, action).await
    }

    /// Replaces a list of hot words (`UpdateTranscriptionPhrases`).
    ///
    /// ```no_run
    /// # use bailian::tingwu::{PhraseWords, Tingwu};
    /// # async fn example(tingwu: Tingwu, id: &str) -> Result<(), bailian::Error> {
    /// tingwu.update_phrases(id, &PhraseWords::default()).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn update_phrases(&self, id: &str, words: &PhraseWords) -> Result<PhraseList, Error> {
        let action = "UpdateTranscriptionPhrases";
        let call = self.call(Method::PUT, path(id)?, action, Some(&words.body()))?;
        self.send(call, action).await
    }

    /// Deletes a list of hot words (`DeleteTranscriptionPhrases`).
    ///
    /// ```no_run
    /// # use bailian::tingwu::{PhraseWords, Tingwu};
    /// # async fn example(tingwu: Tingwu, id: &str) -> Result<(), bailian::Error> {
    /// tingwu.delete_phrases(id).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn delete_phrases(&self, id: &str) -> Result<PhraseList, Error> {
        let action = "DeleteTranscriptionPhrases";
        let call = self.call(Method::DELETE, path(id)?, action, None::<&Value>)?;
        self.send(call, action).await
    }
}

fn path(id: &str) -> Result<String, Error> {
    Ok(format!("{PATH}/{}", id_segment(id)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weights_are_json_inside_a_string_both_ways() {
        let words = PhraseWords {
            name: "n".to_owned(),
            description: None,
            words: [("听悟".to_owned(), 3)].into(),
        };
        let body = words.body();
        assert_eq!(body, json!({"Name": "n", "WordWeights": "{\"听悟\":3}"}));
        let phrase: Phrase = serde_json::from_value(body).unwrap();
        assert_eq!(phrase.words(), words.words);
        assert!(Phrase::default().words().is_empty());
    }
}
