//! Hot words: what the recognition of a model should expect ("Hot words").

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::client::Repeat;
use crate::lenient::null_as_default;
use crate::media::Checked;
use crate::span::call_span;
use crate::validate::require;
use crate::{CallOptions, Client, Error, Extra};

const PATH: &str = "/api/v1/services/audio/asr/customization";
const MODEL: &str = "speech-biasing";

/// A word to expect.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HotWord {
    /// The word.
    pub text: String,
    /// How strongly, 1 to 5.
    pub weight: u32,
    /// Its language, for example `zh`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lang: Option<String>,
}

impl HotWord {
    /// A word of the middle weight.
    pub fn new(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            weight: 4,
            lang: None,
        }
    }
}

/// A list of hot words with its state.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Vocabulary {
    /// The words.
    #[serde(deserialize_with = "null_as_default")]
    pub vocabulary: Vec<HotWord>,
    /// The model that it is for.
    pub target_model: Option<String>,
    /// Usable when `OK`.
    pub status: Option<String>,
    /// In Beijing.
    pub gmt_create: Option<String>,
    /// In Beijing.
    pub gmt_modified: Option<String>,
    /// Anything else.
    #[serde(flatten)]
    pub extra: Extra,
}

/// One entry of the account's lists.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct VocabularyEntry {
    /// For `vocabulary_id` in requests.
    pub vocabulary_id: String,
    /// Usable when `OK`.
    #[serde(default)]
    pub status: Option<String>,
    /// Anything else: `gmt_create`, `gmt_modified`.
    #[serde(flatten)]
    pub extra: Extra,
}

#[derive(Deserialize)]
struct Created {
    vocabulary_id: String,
}

#[derive(Default, Deserialize)]
struct Listed {
    /// The service's own client takes either name.
    #[serde(default, alias = "vocabularies", deserialize_with = "null_as_default")]
    vocabulary_list: Vec<VocabularyEntry>,
}

impl Client {
    /// Makes a list of hot words for one model and returns its id. `prefix` has 1 to 9 lower-case letters or
    /// digits and becomes part of the id.
    ///
    /// ```no_run
    /// # use bailian::audio::{HotWord, Transcription};
    /// # async fn example(client: bailian::Client) -> Result<(), bailian::Error> {
    /// let words = [HotWord::new("百炼"), HotWord::new("听悟")];
    /// let id = client.create_vocabulary("paraformer-v2", "names", &words).await?;
    /// let request = Transcription::new("paraformer-v2", ["https://example.com/a.mp3"])
    ///     .vocabulary_id(id);
    /// # Ok(())
    /// # }
    /// ```
    pub async fn create_vocabulary(
        &self,
        target_model: &str,
        prefix: &str,
        words: &[HotWord],
    ) -> Result<String, Error> {
        check_prefix(prefix, 9)?;
        check_words(words)?;
        let input = json!({
            "action": "create_vocabulary",
            "target_model": target_model,
            "prefix": prefix,
            "vocabulary": words,
        });
        let made: Option<Created> = self.customize(PATH, MODEL, &input).await?;
        let made = made.ok_or_else(|| Error::malformed("hot words were made without an id"))?;
        Ok(made.vocabulary_id)
    }

    /// Lists the account's hot words, page by page from 0 on.
    ///
    /// ```no_run
    /// # async fn example(client: bailian::Client) -> Result<(), bailian::Error> {
    /// let first = client.list_vocabularies(Some("names"), 0, 10).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn list_vocabularies(
        &self,
        prefix: Option<&str>,
        page_index: u32,
        page_size: u32,
    ) -> Result<Vec<VocabularyEntry>, Error> {
        let input = listing("list_vocabulary", prefix, page_index, page_size);
        let listed: Listed = self.customize(PATH, MODEL, &input).await?;
        Ok(listed.vocabulary_list)
    }

    /// Reads a list of hot words.
    ///
    /// ```no_run
    /// # async fn example(client: bailian::Client) -> Result<(), bailian::Error> {
    /// let words = client.vocabulary("vocab-names-24ee19fa8cfb4d52902170a0").await?.vocabulary;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn vocabulary(&self, id: &str) -> Result<Vocabulary, Error> {
        let input = json!({"action": "query_vocabulary", "vocabulary_id": id});
        self.customize(PATH, MODEL, &input).await
    }

    /// Replaces the words of a list.
    ///
    /// ```no_run
    /// # use bailian::audio::HotWord;
    /// # async fn example(client: bailian::Client, id: &str) -> Result<(), bailian::Error> {
    /// client.update_vocabulary(id, &[HotWord::new("炼台")]).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn update_vocabulary(&self, id: &str, words: &[HotWord]) -> Result<(), Error> {
        check_words(words)?;
        let input =
            json!({"action": "update_vocabulary", "vocabulary_id": id, "vocabulary": words});
        self.customize::<Extra>(PATH, MODEL, &input).await.map(drop)
    }

    /// Deletes a list of hot words.
    ///
    /// ```no_run
    /// # async fn example(client: bailian::Client, id: &str) -> Result<(), bailian::Error> {
    /// client.delete_vocabulary(id).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn delete_vocabulary(&self, id: &str) -> Result<(), Error> {
        let input = json!({"action": "delete_vocabulary", "vocabulary_id": id});
        self.customize::<Extra>(PATH, MODEL, &input).await.map(drop)
    }

    /// One action on what speech models are taught. What creates is not sent twice.
    pub(super) async fn customize<O>(
        &self,
        path: &'static str,
        model: &str,
        input: &Value,
    ) -> Result<O, Error>
    where
        O: serde::de::DeserializeOwned + Default,
    {
        let span = call_span!("bailian.customization", "customization", model);
        let body = json!({"model": model, "input": input});
        let mut call = CallOptions::default().post(path, &body, &self.options().timeouts)?;
        let action = input["action"].as_str().unwrap_or_default();
        if action.starts_with("create") {
            call.repeat = Repeat::Costly;
        }
        let answer = self.fetch_native::<O, Extra>(call, &span).await?;
        Ok(answer.output)
    }
}

/// 1 to `most` lower-case letters or digits.
pub(super) fn check_prefix(prefix: &str, most: usize) -> Result<(), Error> {
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let holds = (1..=most).contains(&prefix.len()) && prefix.bytes().all(plain);
    let message = format!("1 to {most} lower-case letters or digits");
    require(holds, "prefix", &message)
}

pub(super) fn listing(action: &str, prefix: Option<&str>, index: u32, size: u32) -> Value {
    let mut input = json!({"action": action, "page_index": index, "page_size": size});
    if let Some(prefix) = prefix {
        input["prefix"] = prefix.into();
    }
    input
}

fn check_words(words: &[HotWord]) -> Result<(), Error> {
    require(!words.is_empty(), "vocabulary", "must not be empty")?;
    words
        .iter()
        .try_for_each(|word| Some(word.weight).within(&(1..=5), "weight"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_provider_would_refuse_is_named() {
        assert!(check_prefix("names1", 9).is_ok());
        for prefix in ["", "Names", "na-mes", "abcdefghij"] {
            assert!(check_prefix(prefix, 9).is_err(), "{prefix}");
        }
        let heavy = HotWord {
            weight: 6,
            ..HotWord::new("x")
        };
        assert!(check_words(&[]).is_err() && check_words(&[heavy]).is_err());
        assert!(check_words(&[HotWord::new("x")]).is_ok());
    }
}
