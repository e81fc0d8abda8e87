//! Voices of one's own, from the pretended service: cloned, cloned anew, designed, and spoken with.

use bailian::audio::{NewVoice, Speech, VoiceDesign};
use bailian::media::data_url;
use bailian::{Client, Extra};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;

use crate::studio::studio;

/// Long enough to clone a voice from.
const READ_ALOUD: &str = "这是一段足够长的录音，用来复刻我的声音，请认真听完每一个字再开始。今天的天气很好，我们一起去公园散步，看看湖边的柳树和天上的云。";

pub async fn recording(client: &Client, words: &str, voice: &str) -> String {
    let speech = Speech::new("qwen3-tts-flash", words, voice);
    client.speak(&speech).await.unwrap().output.audio.url
}

async fn file(client: &Client, url: &str) -> Vec<u8> {
    let file = client.download(url, 1 << 26).await.unwrap();
    file.bytes().await.unwrap().to_vec()
}

/// What a model says with a voice; fails where the voice is not known.
async fn said(client: &Client, model: &str, voice: &str) -> Result<String, bailian::Error> {
    let speech = Speech::new(model, "各位听众，晚上好。", voice);
    Ok(client.speak(&speech).await?.output.audio.url)
}

#[tokio::test]
async fn a_voice_is_cloned_anew_from_another_recording() {
    let (_simulator, client) = studio().await;
    let first = recording(&client, READ_ALOUD, "Cherry").await;
    let second = recording(&client, READ_ALOUD, "Ethan").await;
    assert_ne!(first, second);
    let voice = NewVoice::new("cosyvoice-v3-flash", "demo", first.clone());
    let id = client.create_voice(&voice).await.unwrap();
    let known = client.voice(&id).await.unwrap();
    assert_eq!(known.resource_link, Some(first));

    client.update_voice(&id, &second).await.unwrap();
    let known = client.voice(&id).await.unwrap();
    assert_eq!(known.resource_link.as_ref(), Some(&second));
    assert_eq!(known.target_model.as_deref(), Some("cosyvoice-v3-flash"));
    said(&client, "cosyvoice-v3-flash", &id).await.unwrap();

    let missing = second.replace(".wav", "-missing.wav");
    assert!(client.update_voice(&id, &missing).await.is_err());
    client.delete_voice(&id).await.unwrap();
    let error = client.update_voice(&id, &second).await.unwrap_err();
    assert_eq!(error.code(), Some("BadRequest.ResourceNotExist"));
}

#[tokio::test]
async fn a_voice_is_cloned_for_qwen_spoken_with_and_deleted() {
    let (_simulator, client) = studio().await;
    let model = "qwen3-tts-vc-2026-01-22";
    let url = recording(&client, READ_ALOUD, "Cherry").await;
    let inline = data_url("audio/wav", &file(&client, &url).await);
    let made = client.clone_qwen_voice(model, "demo", &inline).await;
    let voice = made.unwrap().voice.unwrap();
    let sound = said(&client, model, &voice).await.unwrap();
    assert!(file(&client, &sound).await.starts_with(b"RIFF"));

    let listed = client.list_qwen_voices(0, 10).await.unwrap();
    let listed: Vec<_> = listed.iter().map(|one| one.voice.as_deref()).collect();
    assert_eq!(listed, [Some(voice.as_str())]);
    assert!(client.list_qwen_voices(1, 10).await.unwrap().is_empty());
    assert!(client.list_designed_voices(0, 10).await.unwrap().is_empty());

    client.delete_qwen_voice(&voice).await.unwrap();
    assert!(client.list_qwen_voices(0, 10).await.unwrap().is_empty());
    let error = said(&client, model, &voice).await.unwrap_err();
    assert_eq!(error.code(), Some("BadRequest.VoiceNotFound"));
    let nothing = client.clone_qwen_voice(model, "demo", "").await;
    assert!(nothing.unwrap_err().message().starts_with("audio"));
}

#[tokio::test]
async fn a_voice_is_designed_introduces_itself_and_is_deleted() {
    let (_simulator, client) = studio().await;
    let model = "qwen3-tts-vd-2026-01-26";
    let design = VoiceDesign {
        target_model: model.to_owned(),
        voice_prompt: "沉稳的中年男声，语速偏慢".to_owned(),
        preview_text: "各位听众，晚上好。".to_owned(),
        preferred_name: Some("anchor".to_owned()),
        language: Some("zh".to_owned()),
        extra: Extra::new(),
    };
    let made = client.design_voice(&design).await.unwrap();
    let preview = made.preview_audio.unwrap();
    let sound = BASE64_STANDARD.decode(preview.data.unwrap()).unwrap();
    assert!(sound.starts_with(b"RIFF"));
    // Samples a second, as the head of the file tells them.
    let told = u32::from_le_bytes(sound[24..28].try_into().unwrap());
    assert_eq!(preview.sample_rate, Some(told.into()));
    assert_eq!(preview.response_format.as_deref(), Some("wav"));
    said(&client, model, &made.voice).await.unwrap();

    let known = client.designed_voice(&made.voice).await.unwrap();
    assert_eq!(known.voice.as_deref(), Some(made.voice.as_str()));
    assert_eq!(known.extra["voice_prompt"], "沉稳的中年男声，语速偏慢");
    let listed = client.list_designed_voices(0, 10).await.unwrap();
    assert_eq!(listed, [known]);
    assert!(client.list_qwen_voices(0, 10).await.unwrap().is_empty());

    client.delete_designed_voice(&made.voice).await.unwrap();
    let error = client.designed_voice(&made.voice).await.unwrap_err();
    assert_eq!(error.code(), Some("BadRequest.ResourceNotExist"));
}
