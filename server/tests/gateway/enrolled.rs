//! Voices and lists of hot words: each account has its own, and whatever names one goes there, by whatever way.

use bailian::{Client, ClientOptions, socket::recognition::RecognitionRequest};
use http::{Method, StatusCode};
use serde_json::json;
use simulator::{Fault, FaultOrder, Strike};

use super::accounts::{keys_at, two};
use crate::support::{Program, TestApp, TestResult, answered};

/// Has a moment of sound heard over a line, knowing the words of a list.
async fn hears(app: &TestApp, person: &Program, list: Option<&str>) -> Result<(), bailian::Error> {
    let url = format!("http://{}", app.addr);
    let client = Client::new(ClientOptions::new(url, person.key.as_str()))?;
    let mut request = RecognitionRequest::new("paraformer-realtime-v2", "pcm", 16_000);
    if let Some(list) = list {
        request = request.vocabulary(list);
    }
    let (sound, mut sentences) = client.task_line().await?.recognize(request).await?;
    sound.send(vec![0; 3_200]).await?;
    sound.finish().await?;
    while sentences.next().await?.is_some() {}
    Ok(())
}

#[tokio::test]
async fn hot_words_are_known_where_they_were_put_up() -> TestResult {
    let (_simulator, app) = two().await?;
    let path = "/api/v1/services/audio/asr/customization";
    let query = |list: &str| {
        json!({
            "model": "speech-biasing",
            "input": { "action": "query_vocabulary", "vocabulary_id": list },
        })
    };
    let mut made = Vec::new();
    for name in ["lin", "mei", "tao", "wen"] {
        let person = app.program(name).await?;
        let wish = json!({
            "model": "speech-biasing",
            "input": {
                "action": "create_vocabulary", "target_model": "paraformer-realtime-v2", "prefix": name,
                "vocabulary": [{ "text": "heddle", "weight": 4, "lang": "en" }],
            },
        });
        let answer = person.api.post(path, wish).await?.done()?;
        let list = answer["output"]["vocabulary_id"].as_str();
        made.push((person, list.unwrap_or_default().to_owned()));
    }
    assert_eq!(keys_at(&app, "/asr/customization").len(), 2);
    for (person, list) in &made {
        for _ in 0..2 {
            person.api.post(path, query(list)).await?.done()?;
            hears(&app, person, Some(list)).await?;
            hears(&app, person, None).await?;
        }
    }
    assert_eq!(keys_at(&app, "/api-ws/v1/inference").len(), 2);
    assert_eq!(app.number("SELECT COUNT(*) FROM call_holds").await?, 0);
    // The log says who was asked.
    for upstream in ["bailian", "second"] {
        let heard = format!(
            "SELECT COUNT(*) FROM calls WHERE model = 'paraformer-realtime-v2' AND upstream = '{upstream}'"
        );
        assert!(app.number(&heard).await? >= 4, "{upstream}");
    }
    let ((lin, _), (_, of_mei)) = (&made[0], &made[1]);
    let theirs = lin.api.post(path, query(of_mei)).await?;
    assert_eq!(theirs.status, StatusCode::NOT_FOUND);
    assert!(hears(&app, lin, Some(of_mei)).await.is_err());
    Ok(())
}

#[tokio::test]
async fn a_voice_speaks_where_it_was_made() -> TestResult {
    let (_simulator, app) = two().await?;
    let model = "qwen3-tts-vd-2026-01-26";
    let mut made = Vec::new();
    for name in ["lin", "mei", "tao", "wen"] {
        let person = app.program(name).await?;
        let wish = json!({
            "model": "qwen-voice-design",
            "input": {
                "action": "create", "target_model": model, "preferred_name": name,
                "voice_prompt": "A calm weaver.", "preview_text": "A loom weaves.",
            },
        });
        let path = "/api/v1/services/audio/tts/customization";
        let answer = person.api.post(path, wish).await?.done()?;
        let voice = answer["output"]["voice"].as_str();
        made.push((person, voice.unwrap_or_default().to_owned()));
    }
    assert_eq!(keys_at(&app, "/tts/customization").len(), 2);
    let speaks = async |person: &Program, voice: &str| {
        let wish = json!({ "model": model, "input": { "text": "A loom.", "voice": voice } });
        let path = "/api/v1/services/aigc/multimodal-generation/generation";
        let native = person.api.post(path, wish).await?.status;
        let wish = json!({ "model": model, "input": "A loom.", "voice": voice });
        let request = person.api.request(Method::POST, "/v1/audio/speech");
        let translated = answered(request.json(&wish)).await?.status;
        anyhow::Ok([native, translated])
    };
    for (person, voice) in &made {
        for _ in 0..2 {
            assert_eq!(speaks(person, voice).await?, [StatusCode::OK; 2]);
        }
    }
    let ((lin, _), (_, of_mei)) = (&made[0], &made[1]);
    assert_eq!(speaks(lin, of_mei).await?, [StatusCode::NOT_FOUND; 2]);
    Ok(())
}

/// A voice is paid for, and counts among those that an account may have: whether it was made nobody knows whose answer broke off.
#[tokio::test]
async fn a_voice_is_made_once() -> TestResult {
    let (_simulator, app) = two().await?;
    let lin = app.program("lin").await?;
    let path = "/api/v1/services/audio/tts/customization";
    app.simulator.order_faults(FaultOrder {
        path: path.to_owned(),
        ..FaultOrder::once(Strike {
            fault: Fault::HangUp,
            after: 0,
        })
    });
    let wish = json!({
        "model": "qwen-voice-design",
        "input": {
            "action": "create", "target_model": "qwen3-tts-vd-2026-01-26",
            "voice_prompt": "A calm weaver.", "preview_text": "A loom weaves.",
        },
    });
    let broken = lin.api.post(path, wish).await?;
    assert!(broken.status.is_server_error(), "{}", broken.json());
    let asked = app.simulator.received().into_iter();
    let asked = asked.filter(|request| request.path.ends_with(path));
    assert_eq!(asked.count(), 1);
    Ok(())
}
