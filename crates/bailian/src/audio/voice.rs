//! Voices cloned for `CosyVoice` ("Cloned voices").

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::vocabulary::{check_prefix, listing};
use crate::lenient::null_as_default;
use crate::validate::require;
use crate::{Client, Error, Extra};

pub(super) const PATH: &str = "/api/v1/services/audio/tts/customization";
const MODEL: &str = "voice-enrollment";

/// Asks for a voice like that of a recording.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NewVoice {
    /// The model that will speak with it, for example `cosyvoice-v3-flash`.
    pub target_model: String,
    /// 1 to 10 lower-case letters or digits; becomes part of the id.
    pub prefix: String,
    /// The recording, 10 to 20 s.
    pub url: String,
    /// Its languages.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language_hints: Option<Vec<String>>,
    /// How much of it is used, in seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_prompt_audio_length: Option<f64>,
    /// Anything else.
    #[serde(flatten)]
    pub extra: Extra,
}

impl NewVoice {
    /// A voice for one model.
    pub fn new(
        target_model: impl Into<String>,
        prefix: impl Into<String>,
        url: impl Into<String>,
    ) -> Self {
        Self {
            target_model: target_model.into(),
            prefix: prefix.into(),
            url: url.into(),
            language_hints: None,
            max_prompt_audio_length: None,
            extra: Extra::new(),
        }
    }
}

/// A cloned voice.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Voice {
    /// For `voice` in requests; absent when the voice was asked for by it.
    pub voice_id: Option<String>,
    /// Usable when `OK`; `DEPLOYING` before, `UNDEPLOYED` when it was rejected.
    pub status: Option<String>,
    /// The model that speaks with it.
    pub target_model: Option<String>,
    /// The recording.
    pub resource_link: Option<String>,
    /// In Beijing.
    pub gmt_create: Option<String>,
    /// In Beijing.
    pub gmt_modified: Option<String>,
    /// Anything else.
    #[serde(flatten)]
    pub extra: Extra,
}

#[derive(Deserialize)]
struct Created {
    voice_id: String,
}

#[derive(Default, Deserialize)]
struct Listed {
    /// The service's own client takes either name.
    #[serde(default, alias = "voices", deserialize_with = "null_as_default")]
    voice_list: Vec<Voice>,
}

impl Client {
    /// Clones a voice for `CosyVoice` and returns its id.
    ///
    /// ```no_run
    /// # use bailian::audio::NewVoice;
    /// # async fn example(client: bailian::Client) -> Result<(), bailian::Error> {
    /// let voice = NewVoice::new("cosyvoice-v3-flash", "demo", "https://example.com/me.wav");
    /// let id = client.create_voice(&voice).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn create_voice(&self, voice: &NewVoice) -> Result<String, Error> {
        check_prefix(&voice.prefix, 10)?;
        require(!voice.url.is_empty(), "url", "must not be empty")?;
        let mut input = json!(voice);
        input["action"] = "create_voice".into();
        let made: Option<Created> = self.customize(PATH, MODEL, &input).await?;
        let made = made.ok_or_else(|| Error::malformed("a voice was made without an id"))?;
        Ok(made.voice_id)
    }

    /// Lists the account's cloned voices, page by page from 0 on.
    ///
    /// ```no_run
    /// # async fn example(client: bailian::Client) -> Result<(), bailian::Error> {
    /// let first = client.list_voices(None, 0, 10).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn list_voices(
        &self,
        prefix: Option<&str>,
        page_index: u32,
        page_size: u32,
    ) -> Result<Vec<Voice>, Error> {
        let input = listing("list_voice", prefix, page_index, page_size);
        let listed: Listed = self.customize(PATH, MODEL, &input).await?;
        Ok(listed.voice_list)
    }

    /// Reads a cloned voice's state.
    ///
    /// ```no_run
    /// # async fn example(client: bailian::Client, id: &str) -> Result<(), bailian::Error> {
    /// let is_ready = client.voice(id).await?.status.as_deref() == Some("OK");
    /// # Ok(())
    /// # }
    /// ```
    pub async fn voice(&self, id: &str) -> Result<Voice, Error> {
        let input = json!({"action": "query_voice", "voice_id": id});
        self.customize(PATH, MODEL, &input).await
    }

    /// Clones a voice anew from another recording.
    ///
    /// ```no_run
    /// # async fn example(client: bailian::Client, id: &str) -> Result<(), bailian::Error> {
    /// client.update_voice(id, "https://example.com/me-again.wav").await?;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn update_voice(&self, id: &str, url: &str) -> Result<(), Error> {
        require(!url.is_empty(), "url", "must not be empty")?;
        let input = json!({"action": "update_voice", "voice_id": id, "url": url});
        self.customize::<Extra>(PATH, MODEL, &input).await.map(drop)
    }

    /// Deletes a cloned voice.
    ///
    /// ```no_run
    /// # async fn example(client: bailian::Client, id: &str) -> Result<(), bailian::Error> {
    /// client.delete_voice(id).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn delete_voice(&self, id: &str) -> Result<(), Error> {
        let input = json!({"action": "delete_voice", "voice_id": id});
        self.customize::<Extra>(PATH, MODEL, &input).await.map(drop)
    }
}
