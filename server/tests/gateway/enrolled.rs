//! Voices and lists of hot words: each account has its own, and whatever names one goes there, by whatever way.

use std::collections::BTreeSet;

use bailian::socket::{
    realtime::{ClientEvent, RealtimeEvents, RealtimeSender, ServerEvent, SpeechSession},
    recognition::RecognitionRequest,
};
use http::{Method, StatusCode};
use serde_json::{Value, json};
use simulator::{Fault, FaultOrder, Strike};

use super::accounts::{keys_at, two};
use crate::support::{Program, TestApp, TestResult, answered};

const VOICES: &str = "/api/v1/services/audio/tts/customization";
const HOT_WORDS: &str = "/api/v1/services/audio/asr/customization";

/// A voice of one's own, by words.
async fn design(person: &Program, model: &str) -> anyhow::Result<String> {
    let wish = json!({
        "model": "qwen-voice-design",
        "input": {
            "action": "create", "target_model": model,
            "voice_prompt": "A calm weaver.", "preview_text": "A loom weaves.",
        },
    });
    let answer = person.api.post(VOICES, wish).await?.done()?;
    let voice = answer["output"]["voice"].as_str();
    Ok(voice.unwrap_or_default().to_owned())
}

/// What an answer lists, by its ids.
fn listed(answer: &Value, list: &str, id: &str) -> Vec<String> {
    let items = answer["output"][list].as_array();
    let ids = items.into_iter().flatten();
    ids.filter_map(|item| Some(item[id].as_str()?.to_owned()))
        .collect()
}

/// Begins to speak as it is written.
async fn speaks(
    app: &TestApp,
    person: &Program,
    model: &str,
) -> anyhow::Result<(RealtimeSender, RealtimeEvents)> {
    Ok(person.client(app)?.realtime(model).await?)
}

/// Names a voice.
fn with(voice: &str) -> ClientEvent {
    ClientEvent::session(SpeechSession::new(voice))
}

/// Has a moment of sound heard over a line, knowing the words of a list.
async fn hears(app: &TestApp, person: &Program, list: Option<&str>) -> Result<(), bailian::Error> {
    let client = person.client(app)?;
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
    // Nor do official clients make it again by themselves.
    assert_eq!(broken.header("x-should-retry"), "false");
    let asked = app.simulator.received().into_iter();
    let asked = asked.filter(|request| request.path.ends_with(path));
    assert_eq!(asked.count(), 1);
    // So it is with what is translated.
    app.simulator.order_faults(FaultOrder {
        path: "/api/v1/services/aigc/text2image/image-synthesis".to_owned(),
        ..FaultOrder::once(Strike {
            fault: Fault::HangUp,
            after: 0,
        })
    });
    let picture = json!({ "model": "wan2.2-t2i-flash", "prompt": "A loom", "size": "512x512" });
    let broken = lin.api.post("/v1/images/generations", picture).await?;
    assert!(broken.status.is_server_error(), "{}", broken.json());
    assert_eq!(broken.header("x-should-retry"), "false");
    Ok(())
}

/// Pages go through all accounts as if they were one, and nobody's but the caller's own stand in between.
#[tokio::test]
async fn a_list_has_what_is_ones_own_at_all_accounts() -> TestResult {
    let (_simulator, app) = two().await?;
    let lin = app.program("lin").await?;
    let mei = app.program("mei").await?;
    let model = "qwen3-tts-vd-2026-01-26";
    for _ in 0..3 {
        design(&mei, model).await?;
    }
    let mut voices = BTreeSet::new();
    for _ in 0..5 {
        voices.insert(design(&lin, model).await?);
    }
    for at in ["=", "<>"] {
        let there = format!(
            "SELECT COUNT(*) FROM upstream_objects WHERE kind = 'designed_voice' AND upstream {at} 'bailian'"
        );
        assert!(app.number(&there).await? >= 2, "{at}");
    }
    let list = |page: Value| json!({ "model": "qwen-voice-design", "input": page });
    let mut found = Vec::new();
    for (index, many) in [2, 2, 1, 0].into_iter().enumerate() {
        let page = list(json!({ "action": "list", "page_index": index, "page_size": 2 }));
        let answer = lin.api.post(VOICES, page).await?.done()?;
        let voices = listed(&answer, "voice_list", "voice");
        assert_eq!(
            (voices.len(), &answer["output"]["total_count"]),
            (many, &json!(5))
        );
        found.extend(voices);
    }
    assert_eq!(found.len(), 5);
    assert_eq!(found.into_iter().collect::<BTreeSet<_>>(), voices);
    let usual = lin.api.post(VOICES, list(json!({ "action": "list" })));
    let usual = listed(&usual.await?.done()?, "voice_list", "voice");
    assert_eq!(usual.into_iter().collect::<BTreeSet<_>>(), voices);

    let mut words = BTreeSet::new();
    for person in [&lin, &lin, &lin, &mei] {
        let wish = json!({
            "model": "speech-biasing",
            "input": {
                "action": "create_vocabulary", "target_model": "paraformer-realtime-v2", "prefix": "loom",
                "vocabulary": [{ "text": "heddle", "weight": 4, "lang": "en" }],
            },
        });
        let answer = person.api.post(HOT_WORDS, wish).await?.done()?;
        words.extend(
            answer["output"]["vocabulary_id"]
                .as_str()
                .map(str::to_owned),
        );
    }
    let list = json!({ "model": "speech-biasing", "input": { "action": "list_vocabulary" } });
    let of = async |person: &Program| {
        let answer = person.api.post(HOT_WORDS, list.clone()).await?.done()?;
        assert!(answer["output"]["vocabulary_list"].is_array(), "{answer}");
        let ids = listed(&answer, "vocabulary_list", "vocabulary_id");
        anyhow::Ok(ids.into_iter().collect::<BTreeSet<_>>())
    };
    let (of_lin, of_mei) = (of(&lin).await?, of(&mei).await?);
    assert_eq!((of_lin.len(), of_mei.len()), (3, 1));
    assert_eq!(
        of_lin.union(&of_mei).cloned().collect::<BTreeSet<_>>(),
        words
    );
    // Whoever has none is told so in the same form.
    let tao = app.program("tao").await?;
    assert_eq!(of(&tao).await?, BTreeSet::new());
    assert_eq!(app.number("SELECT COUNT(*) FROM call_holds").await?, 0);
    Ok(())
}

/// Bailian speaks first in a session, so its line is open before a voice is named: it is opened anew where the voice is, and its
/// caller hears one greeting.
#[tokio::test]
async fn a_session_leads_to_the_voice_that_it_names_first() -> TestResult {
    let (_simulator, app) = two().await?;
    let lin = app.program("lin").await?;
    let mei = app.program("mei").await?;
    let model = "qwen3-tts-vd-realtime-2026-01-15";
    let voices = [design(&lin, model).await?, design(&lin, model).await?];
    let of_mei = design(&mei, model).await?;
    assert_eq!(keys_at(&app, "/tts/customization").len(), 2);
    let [one, other] = &voices;
    for voice in [one, one, other, other] {
        let (speak, mut hear) = speaks(&app, &lin, model).await?;
        // What can't be had does not count as said.
        speak.send(with(&of_mei)).await?;
        speak.send(with(voice)).await?;
        speak
            .send(ClientEvent::append_text("A loom weaves."))
            .await?;
        speak.send(ClientEvent::FinishSession).await?;
        let (mut refused, mut set, mut is_heard) = (Vec::new(), Vec::new(), false);
        while let Some(event) = hear.next().await? {
            match event {
                ServerEvent::SessionCreated(session) => anyhow::bail!("twice: {session}"),
                ServerEvent::SessionUpdated(session) => set.push(session["voice"].clone()),
                ServerEvent::Audio { .. } => is_heard = true,
                ServerEvent::Error(error) => refused.extend(error.code().map(str::to_owned)),
                _ => {}
            }
        }
        assert_eq!(
            (refused, set),
            (vec!["not_found".to_owned()], vec![json!(voice)])
        );
        assert!(is_heard, "{voice}");
    }
    let opened = app.simulator.received().into_iter();
    let opened = opened.filter(|request| request.path.ends_with("/api-ws/v1/realtime"));
    assert!(opened.count() > 4);

    // Once something was said, it is too late: what to do then is said, and the session goes on.
    let (speak, mut hear) = speaks(&app, &lin, model).await?;
    speak.send(ClientEvent::ClearText).await?;
    for voice in &voices {
        speak.send(with(voice)).await?;
    }
    speak.send(ClientEvent::FinishSession).await?;
    let (mut refused, mut set) = (Vec::new(), 0);
    while let Some(event) = hear.next().await? {
        match event {
            ServerEvent::SessionUpdated(_) => set += 1,
            ServerEvent::Error(error) => refused.push(error),
            _ => {}
        }
    }
    assert_eq!((refused.len(), set), (1, 1));
    assert_eq!(refused[0].code(), Some("different_accounts"));
    assert!(refused[0].message().contains("session.update"));
    Ok(())
}
