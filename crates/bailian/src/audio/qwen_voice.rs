//! Voices for Qwen-TTS: cloned from a recording, or designed by a description.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::voice::PATH;
use crate::lenient::{null_as_default, object_or_none, tokens};
use crate::validate::require;
use crate::{Client, Error, Extra};

const CLONE: &str = "qwen-voice-enrollment";
const DESIGN: &str = "qwen-voice-design";

/// Asks for a voice after a description.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct VoiceDesign {
    /// The model that will speak with it.
    pub target_model: String,
    /// What the voice is like.
    pub voice_prompt: String,
    /// What it says to introduce itself.
    pub preview_text: String,
    /// A name for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub preferred_name: Option<String>,
    /// Its language.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// Anything else.
    #[serde(flatten)]
    pub extra: Extra,
}

/// A designed voice.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DesignedVoice {
    /// For `voice` in requests.
    pub voice: String,
    /// How it sounds.
    #[serde(
        default,
        deserialize_with = "object_or_none",
        skip_serializing_if = "Option::is_none"
    )]
    pub preview_audio: Option<PreviewAudio>,
    /// Anything else.
    #[serde(flatten)]
    pub extra: Extra,
}

/// How a voice sounds. Its inner names were not documented where this was read: all may be absent.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct PreviewAudio {
    /// In base64.
    pub data: Option<String>,
    /// Hertz.
    #[serde(deserialize_with = "tokens")]
    pub sample_rate: Option<u64>,
    /// For example `wav`.
    pub response_format: Option<String>,
    /// Anything else.
    #[serde(flatten)]
    pub extra: Extra,
}

/// A voice of the account.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct QwenVoice {
    /// For `voice` in requests.
    pub voice: Option<String>,
    /// Anything else.
    #[serde(flatten)]
    pub extra: Extra,
}

#[derive(Default, Deserialize)]
struct Listed {
    /// The service's own client takes either name.
    #[serde(default, alias = "voices", deserialize_with = "null_as_default")]
    voice_list: Vec<QwenVoice>,
}

impl Client {
    /// Clones a voice for Qwen-TTS from a recording (an address or [`data_url`](crate::media::data_url)) and
    /// returns it.
    ///
    /// ```no_run
    /// # async fn example(client: bailian::Client, wav: &[u8]) -> Result<(), bailian::Error> {
    /// let recording = bailian::media::data_url("audio/wav", wav);
    /// let voice = client.clone_qwen_voice("qwen3-tts-vc-realtime", "demo", &recording).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn clone_qwen_voice(
        &self,
        target_model: &str,
        preferred_name: &str,
        recording: &str,
    ) -> Result<QwenVoice, Error> {
        require(!recording.is_empty(), "audio", "must not be empty")?;
        let input = json!({
            "action": "create",
            "target_model": target_model,
            "preferred_name": preferred_name,
            "audio": {"data": recording},
        });
        self.customize(PATH, CLONE, &input).await
    }

    /// Lists the account's voices cloned for Qwen-TTS.
    ///
    /// ```no_run
    /// # async fn example(client: bailian::Client) -> Result<(), bailian::Error> {
    /// let voices = client.list_qwen_voices(0, 10).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn list_qwen_voices(
        &self,
        page_index: u32,
        page_size: u32,
    ) -> Result<Vec<QwenVoice>, Error> {
        self.list_of(CLONE, page_index, page_size).await
    }

    /// Deletes a voice cloned for Qwen-TTS.
    ///
    /// ```no_run
    /// # async fn example(client: bailian::Client, voice: &str) -> Result<(), bailian::Error> {
    /// client.delete_qwen_voice(voice).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn delete_qwen_voice(&self, voice: &str) -> Result<(), Error> {
        let input = json!({"action": "delete", "voice": voice});
        self.customize::<Extra>(PATH, CLONE, &input).await.map(drop)
    }

    /// Designs a voice after a description and lets it introduce itself.
    ///
    /// ```no_run
    /// # use bailian::audio::VoiceDesign;
    /// # async fn example(client: bailian::Client) -> Result<(), bailian::Error> {
    /// let voice = client
    ///     .design_voice(&VoiceDesign {
    ///         target_model: "qwen3-tts-vd-realtime".to_owned(),
    ///         voice_prompt: "沉稳的中年男声，语速偏慢".to_owned(),
    ///         preview_text: "各位听众，晚上好。".to_owned(),
    ///         preferred_name: Some("anchor".to_owned()),
    ///         language: None,
    ///         extra: bailian::Extra::new(),
    ///     })
    ///     .await?;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn design_voice(&self, design: &VoiceDesign) -> Result<DesignedVoice, Error> {
        let described = !design.voice_prompt.is_empty();
        require(described, "voice_prompt", "must not be empty")?;
        let mut input = json!(design);
        input["action"] = "create".into();
        let made: Option<DesignedVoice> = self.customize(PATH, DESIGN, &input).await?;
        made.ok_or_else(|| Error::malformed("a voice was designed without a name"))
    }

    /// Lists the account's designed voices.
    ///
    /// ```no_run
    /// # async fn example(client: bailian::Client) -> Result<(), bailian::Error> {
    /// let voices = client.list_designed_voices(0, 10).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn list_designed_voices(
        &self,
        page_index: u32,
        page_size: u32,
    ) -> Result<Vec<QwenVoice>, Error> {
        self.list_of(DESIGN, page_index, page_size).await
    }

    /// Reads a designed voice.
    ///
    /// ```no_run
    /// # async fn example(client: bailian::Client, voice: &str) -> Result<(), bailian::Error> {
    /// let known = client.designed_voice(voice).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn designed_voice(&self, voice: &str) -> Result<QwenVoice, Error> {
        let input = json!({"action": "query", "voice": voice});
        self.customize(PATH, DESIGN, &input).await
    }

    /// Deletes a designed voice.
    ///
    /// ```no_run
    /// # async fn example(client: bailian::Client, voice: &str) -> Result<(), bailian::Error> {
    /// client.delete_designed_voice(voice).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn delete_designed_voice(&self, voice: &str) -> Result<(), Error> {
        let input = json!({"action": "delete", "voice": voice});
        self.customize::<Extra>(PATH, DESIGN, &input)
            .await
            .map(drop)
    }

    async fn list_of(
        &self,
        model: &str,
        page_index: u32,
        page_size: u32,
    ) -> Result<Vec<QwenVoice>, Error> {
        let input: Value =
            json!({"action": "list", "page_index": page_index, "page_size": page_size});
        let listed: Listed = self.customize(PATH, model, &input).await?;
        Ok(listed.voice_list)
    }
}
