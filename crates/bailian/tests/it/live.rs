//! Speech as it happens, against the simulator: what is spoken is understood again.

use bailian::socket::meeting::{MeetingEvent, MeetingRequest};
use bailian::socket::realtime::{
    ClientEvent, OmniSession, RecognitionSession, ServerEvent, SpeechSession,
};
use bailian::socket::recognition::RecognitionRequest;
use bailian::socket::synthesis::{SynthesisEvent, SynthesisRequest};
use bailian::socket::translation::TranslationRequest;
use bailian::{Client, ClientOptions, ErrorKind};
use simulator::{Options, Simulator};

const WORDS: &str = "明天开会，请准时。";

async fn house() -> (Simulator, Client) {
    let simulator = Simulator::start(Options::immediate()).await.unwrap();
    let client = Client::new(ClientOptions::new(simulator.base_url(), "sk-test")).unwrap();
    (simulator, client)
}

/// `WORDS` as 16 kHz PCM, and how many characters that cost.
async fn spoken(client: &Client) -> (Vec<u8>, Option<u64>) {
    let request = SynthesisRequest::new("cosyvoice-v3-flash", "longanyang").format("pcm", 16_000);
    let (text, mut sound) = client
        .task_line()
        .await
        .unwrap()
        .synthesize(request)
        .await
        .unwrap();
    text.say(WORDS).await.unwrap();
    text.finish().await.unwrap();
    let (mut pcm, mut billed) = (Vec::new(), None);
    while let Some(event) = sound.next().await.unwrap() {
        match event {
            SynthesisEvent::Audio(bytes) => pcm.extend_from_slice(&bytes),
            SynthesisEvent::Finished { characters } => billed = characters,
            SynthesisEvent::Sentence(_) => {}
        }
    }
    (pcm, billed)
}

#[tokio::test]
async fn what_was_spoken_is_understood() {
    let (simulator, client) = house().await;
    let (pcm, billed) = spoken(&client).await;
    assert_eq!(billed, Some(7 * 2 + 2), "Han characters count twice");

    let request = RecognitionRequest::new("paraformer-realtime-v2", "pcm", 16_000);
    let (sound, mut sentences) = client
        .task_line()
        .await
        .unwrap()
        .recognize(request)
        .await
        .unwrap();
    for piece in pcm.chunks(3_200) {
        sound.send(piece.to_vec()).await.unwrap();
    }
    sound.finish().await.unwrap();
    let (mut heard, mut last_end) = (String::new(), 0);
    while let Some(sentence) = sentences.next().await.unwrap() {
        if sentence.is_final() {
            heard.push_str(&sentence.text);
            assert!(
                sentence
                    .words
                    .iter()
                    .all(|word| word.begin_time >= last_end)
            );
            last_end = sentence.end_time.unwrap_or(last_end);
        }
    }
    assert_eq!(heard, WORDS);
    let line = sentences.into_line().unwrap();
    drop(sound);

    let request = TranslationRequest::new("gummy-realtime-v1", "pcm", 16_000, "en");
    let (sound, mut sentences) = line.translate(request).await.unwrap();
    for piece in pcm.chunks(3_200) {
        sound.send(piece.to_vec()).await.unwrap();
    }
    sound.finish().await.unwrap();
    let mut translated = String::new();
    while let Some(event) = sentences.next().await.unwrap() {
        let ended = event.translations.iter().filter(|said| said.sentence_end);
        translated.extend(ended.map(|said| said.text.as_str()));
    }
    assert!(!translated.is_empty());
    drop(sentences);
    drop(sound);
    simulator
        .wait_until(|account| account.open_streams() == 0)
        .await;
}

#[tokio::test]
async fn a_whole_text_is_spoken_at_once() {
    let (_simulator, client) = house().await;
    let request = SynthesisRequest::sambert("sambert-zhichu-v1").format("wav", 16_000);
    let line = client.task_line().await.unwrap();
    let mut sound = line.speak(request, WORDS).await.unwrap();
    let mut wav = Vec::new();
    while let Some(event) = sound.next().await.unwrap() {
        if let SynthesisEvent::Audio(bytes) = event {
            wav.extend_from_slice(&bytes);
        }
    }
    assert!(wav.starts_with(b"RIFF"));
}

#[tokio::test]
async fn a_voice_that_is_missing_and_a_model_that_is_unknown_are_refused() {
    let (_simulator, client) = house().await;
    let request = SynthesisRequest::sambert("cosyvoice-v3-flash");
    let line = client.task_line().await.unwrap();
    let error = line.synthesize(request).await.unwrap_err();
    assert!(
        matches!(error.kind(), ErrorKind::InvalidParameter { parameter: Some(name) } if name == "voice")
    );

    let request = RecognitionRequest::new("no-such-model", "pcm", 16_000);
    let line = client.task_line().await.unwrap();
    let error = line.recognize(request).await.unwrap_err();
    assert_eq!(*error.kind(), ErrorKind::NotFound, "{error}");
}

#[tokio::test]
async fn a_realtime_voice_speaks_what_a_realtime_ear_hears() {
    let (simulator, client) = house().await;
    let (speak, mut events) = client.realtime("qwen3-tts-flash-realtime").await.unwrap();
    let session = SpeechSession::new("Cherry").format("pcm", 16_000);
    speak.send(ClientEvent::session(session)).await.unwrap();
    speak.send(ClientEvent::append_text(WORDS)).await.unwrap();
    speak.send(ClientEvent::FinishSession).await.unwrap();
    let mut pcm = Vec::new();
    while let Some(event) = events.next().await.unwrap() {
        if let ServerEvent::Audio { sound, .. } = event {
            pcm.extend_from_slice(&sound);
        }
    }
    assert!(!pcm.is_empty());

    let (speak, mut events) = client.realtime("qwen3-asr-flash-realtime").await.unwrap();
    let session = RecognitionSession::new("pcm", 16_000).turn_detection(None);
    speak.send(ClientEvent::session(session)).await.unwrap();
    for piece in pcm.chunks(3_200) {
        speak
            .send(ClientEvent::append_audio(piece.to_vec()))
            .await
            .unwrap();
    }
    speak.send(ClientEvent::CommitAudio).await.unwrap();
    speak.send(ClientEvent::FinishSession).await.unwrap();
    let mut heard = String::new();
    while let Some(event) = events.next().await.unwrap() {
        if let ServerEvent::Transcription { text, .. } = event {
            heard.push_str(&text);
        }
    }
    assert_eq!(heard, WORDS);
    drop((speak, events));
    simulator
        .wait_until(|account| account.open_streams() == 0)
        .await;
}

#[tokio::test]
async fn an_omni_model_answers_in_words_and_sound() {
    let (_simulator, client) = house().await;
    let (pcm, _) = spoken(&client).await;
    let (speak, mut events) = client
        .realtime("qwen3.5-omni-flash-realtime")
        .await
        .unwrap();
    let session = OmniSession::spoken("Tina").turn_detection(None);
    speak.send(ClientEvent::session(session)).await.unwrap();
    for piece in pcm.chunks(3_200) {
        speak
            .send(ClientEvent::append_audio(piece.to_vec()))
            .await
            .unwrap();
    }
    speak.send(ClientEvent::CommitAudio).await.unwrap();
    speak
        .send(ClientEvent::CreateResponse(serde_json::json!({})))
        .await
        .unwrap();
    let (mut said, mut sound) = (String::new(), 0);
    loop {
        match events.next().await.unwrap().unwrap() {
            ServerEvent::Transcript { delta, .. } => said.push_str(&delta),
            ServerEvent::Audio { sound: piece, .. } => sound += piece.len(),
            ServerEvent::Error(error) => panic!("{error:?}: {}", error.message()),
            ServerEvent::ResponseDone(response) => {
                assert_eq!(response["status"], "completed");
                break;
            }
            _ => {}
        }
    }
    assert!(!said.is_empty() && sound > 0);
}

#[tokio::test]
async fn a_meeting_is_written_down_until_it_is_stopped() {
    let (_simulator, client) = house().await;
    let (pcm, _) = spoken(&client).await;
    let request = MeetingRequest::new("tw_demo01", "a1b2c3d4e5f6", "pcm", 16_000);
    let (sender, mut events) = client
        .task_line()
        .await
        .unwrap()
        .meeting(request)
        .await
        .unwrap();
    assert_eq!(events.next().await.unwrap(), Some(MeetingEvent::Listening));
    for piece in pcm.chunks(3_200) {
        sender.send(piece.to_vec()).await.unwrap();
    }
    sender.stop().await.unwrap();
    let mut heard = String::new();
    let mut last = None;
    while let Some(event) = events.next().await.unwrap() {
        if let MeetingEvent::Transcription(sentence) = &event
            && sentence.sentence_end
        {
            heard.push_str(&sentence.text);
        }
        last = Some(event);
    }
    assert_eq!(heard, WORDS);
    assert_eq!(last, Some(MeetingEvent::Ended));
}
