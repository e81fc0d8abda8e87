//! Speech: over WebSocket, and what breaks off.

use bailian::socket::{
    realtime::{ClientEvent, RecognitionSession, ServerEvent, SpeechSession},
    synthesis::SynthesisRequest,
};
use http::Method;
use serde_json::json;
use simulator::{Fault, FaultOrder, Strike};

use crate::support::{Program, TestApp, TestResult, answered, eventually, within};

const MODEL: &str = "cosyvoice-v3-flash";

/// Lets a budget bind lin that is never used up.
async fn bind(app: &TestApp) -> TestResult {
    app.database
        .execute(
            "INSERT INTO budgets (scope, scope_id, period, limit_amount, updated_at) \
             SELECT 'user', id, 'total', 1000000000, 0 FROM users WHERE email_key = 'lin@example.com'",
        )
        .await?;
    Ok(())
}

/// Has that text spoken, piece by piece, and what is not spoken by then called off.
async fn speaks(app: &TestApp, program: &Program, pieces: &[&str]) -> Result<(), bailian::Error> {
    let client = program.client(app)?;
    let request = SynthesisRequest::new(MODEL, "longanyang").format("mp3", 22_050);
    let (text, mut sound) = client.task_line().await?.synthesize(request).await?;
    // That the line was closed meanwhile is what the events tell.
    for piece in pieces {
        let _ = text.say(piece).await;
    }
    let _ = text.cancel().await;
    while sound.next().await?.is_some() {}
    Ok(())
}

/// who has a budget is not let speak more in a task than was reserved for it; who has none may.
#[tokio::test]
async fn a_task_speaks_no_more_than_is_reserved_for_it() -> TestResult {
    let app = TestApp::start().await?;
    let (lin, mei) = (app.program("lin").await?, app.program("mei").await?);
    bind(&app).await?;
    // It has no end of a sentence, so that nothing of it is spoken yet.
    let long = "loom ".repeat(3_999);
    speaks(&app, &mei, &[&long, "and a shuttle"]).await?;
    speaks(&app, &lin, &[&long]).await?;
    let refused = within("the refusal", async {
        Ok(speaks(&app, &lin, &[&long, "and a shuttle"]).await)
    });
    let refused = refused.await?.unwrap_err();
    assert!(refused.message().contains("20000"), "{refused:?}");
    eventually("the bookings", async || {
        let booked = app.number("SELECT COUNT(*) FROM calls").await?;
        Ok((booked == 3).then_some(()))
    })
    .await?;
    assert_eq!(app.number("SELECT COUNT(*) FROM call_holds").await?, 0);
    Ok(())
}

/// Sound that breaks off is paid for with the whole text, which is spoken by then.
#[tokio::test]
async fn sound_that_breaks_off_is_paid_for() -> TestResult {
    let app = TestApp::start().await?;
    let lin = app.program("lin").await?;
    let strike = Strike {
        fault: Fault::Cut(40),
        after: 2,
    };
    let model = "qwen3-tts-flash";
    app.simulator.order_faults(FaultOrder {
        model: Some(model.to_owned()),
        ..FaultOrder::once(strike)
    });
    let text = "The loom weaves cloth. ".repeat(5);
    let wish =
        json!({ "model": model, "voice": "Cherry", "input": text, "response_format": "pcm" });
    // The connection breaks off with it.
    let _ = lin.api.post("/v1/audio/speech", wish).await;
    eventually("the booking", async || {
        let booked = "SELECT COUNT(*) FROM calls WHERE operation = 'speech' AND outcome = 'failed' \
             AND usage_source = 'estimated' AND characters = 115 AND cost > 0";
        Ok((app.number(booked).await? == 1).then_some(()))
    })
    .await?;
    Ok(())
}

/// What was made and can't be fetched is paid for, because Bailian made it; and what its store says of that is not said to the caller, who has
/// no part in it.
#[tokio::test]
async fn what_was_made_and_is_not_given_is_paid_for_and_told_as_the_upstreams_failure() -> TestResult
{
    let app = TestApp::start().await?;
    let lin = app.program("lin").await?;
    app.simulator.order_faults(FaultOrder {
        times: None,
        path: "/results/".to_owned(),
        ..FaultOrder::once(Strike {
            fault: Fault::Gateway(404),
            after: 0,
        })
    });
    let speech = json!({ "model": "qwen3-tts-flash", "voice": "Cherry", "input": "The loom weaves cloth.", "response_format": "wav" });
    let picture =
        json!({ "model": "wan2.2-t2i-flash", "prompt": "A loom", "response_format": "b64_json" });
    for (path, wish, booked) in [
        (
            "/v1/audio/speech",
            speech,
            "operation = 'speech' AND outcome = 'failed' AND characters > 0",
        ),
        (
            "/v1/images/generations",
            picture,
            "operation = 'image' AND images = 1",
        ),
    ] {
        let refused = lin.api.post(path, wish).await?;
        let said = refused.json();
        assert_eq!(refused.status, 502, "{path}: {said}");
        assert_eq!(said["error"]["code"], "upstream_error", "{path}: {said}");
        assert_eq!(said["error"]["type"], "server_error", "{path}: {said}");
        // A client that asks again by itself would pay again.
        assert_eq!(refused.header("x-should-retry"), "false", "{path}");
        let booked = format!("SELECT COUNT(*) FROM calls WHERE {booked} AND cost > 0");
        assert_eq!(app.number(&booked).await?, 1, "{path}");
    }
    eventually("nothing to be reserved", async || {
        let held = app.number("SELECT COUNT(*) FROM call_holds").await?;
        Ok((held == 0).then_some(()))
    })
    .await
}

/// So it is in Bailian's own protocol, whose events of sound have no text; what breaks off before it sounds is free.
#[tokio::test]
async fn sound_of_bailians_own_that_breaks_off_is_paid_for() -> TestResult {
    let app = TestApp::start().await?;
    let lin = app.program("lin").await?;
    let text = "The loom weaves cloth. ".repeat(5);
    let wish = json!({ "model": "qwen3-tts-flash", "input": { "text": text, "voice": "Cherry" } });
    let path = "/api/v1/services/aigc/multimodal-generation/generation";
    for (after, booked) in [
        (
            2,
            "usage_source = 'estimated' AND characters = 115 AND cost > 0",
        ),
        (0, "usage_source = 'none' AND characters = 0 AND cost = 0"),
    ] {
        app.simulator.order_faults(FaultOrder::once(Strike {
            fault: Fault::Cut(20),
            after,
        }));
        let request = lin.api.request(Method::POST, path);
        let request = request.header("x-dashscope-sse", "enable").json(&wish);
        let said = answered(request).await?;
        let said = String::from_utf8_lossy(&said.bytes).into_owned();
        assert!(said.contains("event:error"), "{said}");
        let booked = format!(
            "SELECT COUNT(*) FROM calls WHERE operation = 'speech' AND outcome = 'failed' AND {booked}"
        );
        eventually("the booking", async || {
            Ok((app.number(&booked).await? == 1).then_some(()))
        })
        .await?;
    }
    Ok(())
}

/// Who leaves while their text is spoken pays for it, as Bailian has it to the end by then.
#[tokio::test]
async fn who_leaves_pays_for_what_is_spoken() -> TestResult {
    let app = TestApp::start().await?;
    let lin = app.program("lin").await?;
    app.simulator.order_faults(FaultOrder::once(Strike {
        fault: Fault::Stall,
        after: 1,
    }));
    let text = "The loom weaves cloth. ".repeat(5);
    let wish = json!({ "model": "qwen3-tts-flash", "input": { "text": text, "voice": "Cherry" } });
    let path = "/api/v1/services/aigc/multimodal-generation/generation";
    let request = lin.api.request(Method::POST, path);
    let request = request.header("x-dashscope-sse", "enable").json(&wish);
    let asked = tokio::spawn(answered(request));
    eventually("the question", async || {
        Ok((!app.simulator.received().is_empty()).then_some(()))
    })
    .await?;
    asked.abort();
    eventually("the booking", async || {
        let booked = "SELECT COUNT(*) FROM calls WHERE operation = 'speech' AND outcome = 'cancelled' \
             AND usage_source = 'estimated' AND characters = 115 AND cost > 0";
        Ok((app.number(booked).await? == 1).then_some(()))
    })
    .await
}

/// Recognition in realtime states no figures: what is sent to be heard is billed by the second, and booked so.
#[tokio::test]
async fn what_is_heard_in_realtime_is_paid_for() -> TestResult {
    let app = TestApp::start().await?;
    let lin = app.program("lin").await?;
    let model = "qwen3-asr-flash-realtime";
    let (speak, mut events) = lin.client(&app)?.realtime(model).await?;
    let session = RecognitionSession::new("pcm", 16_000).turn_detection(None);
    speak.send(ClientEvent::session(session)).await?;
    // A second and a half.
    for _ in 0..15 {
        let sound = vec![0_u8; 3_200];
        speak.send(ClientEvent::append_audio(sound)).await?;
    }
    speak.send(ClientEvent::FinishSession).await?;
    within("the end of the session", async {
        while events.next().await?.is_some() {}
        Ok(())
    })
    .await?;
    eventually("the booking", async || {
        let booked = "SELECT COUNT(*) FROM calls WHERE operation = 'realtime' AND usage_source = 'estimated' \
             AND media_ms = 2000 AND cost > 0";
        Ok((app.number(booked).await? == 1).then_some(()))
    })
    .await
}

/// what a line of events costs in all nobody can say before, so that each answer is reserved for where a budget binds.
#[tokio::test]
async fn each_answer_of_a_line_has_a_reservation_where_a_budget_binds() -> TestResult {
    let app = TestApp::start().await?;
    let (lin, mei) = (app.program("lin").await?, app.program("mei").await?);
    bind(&app).await?;
    for person in [&lin, &mei] {
        let model = "qwen3-tts-flash-realtime";
        let (speak, mut events) = person.client(&app)?.realtime(model).await?;
        let session = SpeechSession::new("Cherry").committed_by_client();
        speak.send(ClientEvent::session(session)).await?;
        for _ in 0..2 {
            speak.send(ClientEvent::append_text("A loom.")).await?;
            speak.send(ClientEvent::CommitText).await?;
            within("the end of an answer", async {
                while let Some(event) = events.next().await? {
                    if matches!(event, ServerEvent::ResponseDone(_)) {
                        break;
                    }
                }
                Ok(())
            })
            .await?;
        }
        speak.send(ClientEvent::FinishSession).await?;
        within("the end of the session", async {
            while events.next().await?.is_some() {}
            Ok(())
        })
        .await?;
    }
    // Two answers, and a line that is one. What was reserved for an answer that did not come any more is none.
    eventually("the bookings", async || {
        let lines = app.number("SELECT COUNT(*) FROM calls").await?;
        let held = app.number("SELECT COUNT(*) FROM call_holds").await?;
        Ok((lines == 3 && held == 0).then_some(()))
    })
    .await?;
    let answers = "SELECT COUNT(*) FROM calls WHERE operation = 'realtime' AND outcome = 'succeeded' \
         AND usage_source = 'reported' AND cost > 0";
    assert_eq!(app.number(answers).await?, 3);
    let characters = "SELECT CAST(SUM(characters) AS BIGINT) FROM calls";
    assert_eq!(app.number(characters).await?, 28);
    Ok(())
}

/// nor is more given to speak than is reserved for; the session goes on.
#[tokio::test]
async fn a_session_is_given_no_more_to_speak_than_is_reserved() -> TestResult {
    let app = TestApp::start().await?;
    let lin = app.program("lin").await?;
    bind(&app).await?;
    let model = "qwen3-tts-flash-realtime";
    let (speak, mut events) = lin.client(&app)?.realtime(model).await?;
    let session = SpeechSession::new("Cherry").committed_by_client();
    speak.send(ClientEvent::session(session)).await?;
    for text in ["loom ".repeat(4_001), "A loom.".to_owned()] {
        speak.send(ClientEvent::append_text(text)).await?;
    }
    speak.send(ClientEvent::CommitText).await?;
    let mut refused = Vec::new();
    within("the end of the answer", async {
        while let Some(event) = events.next().await? {
            match event {
                ServerEvent::Error(error) => refused.push(error),
                ServerEvent::ResponseDone(_) => break,
                _ => {}
            }
        }
        Ok(())
    })
    .await?;
    assert_eq!(refused.len(), 1, "{refused:?}");
    assert!(refused[0].message().contains("20000"), "{refused:?}");
    speak.send(ClientEvent::FinishSession).await?;
    within("the end of the session", async {
        while events.next().await?.is_some() {}
        Ok(())
    })
    .await?;
    let characters =
        "SELECT CAST(SUM(characters) AS BIGINT) FROM calls WHERE usage_source = 'reported'";
    assert_eq!(app.number(characters).await?, 7);
    Ok(())
}

/// Who has heard the sound and goes before Bailian says what it came to has not heard it for nothing.
#[tokio::test]
async fn what_is_spoken_in_realtime_and_breaks_off_is_paid_for() -> TestResult {
    let app = TestApp::start().await?;
    let lin = app.program("lin").await?;
    let strike = Strike {
        fault: Fault::Cut(0),
        after: 7,
    };
    app.simulator.order_faults(FaultOrder {
        path: "/api-ws/v1/realtime".to_owned(),
        ..FaultOrder::once(strike)
    });
    let model = "qwen3-tts-flash-realtime";
    let (speak, mut events) = lin.client(&app)?.realtime(model).await?;
    let session = SpeechSession::new("Cherry").committed_by_client();
    speak.send(ClientEvent::session(session)).await?;
    let text = "The loom weaves cloth. ".repeat(5);
    speak.send(ClientEvent::append_text(text)).await?;
    speak.send(ClientEvent::CommitText).await?;
    within("the end of the session", async {
        while let Ok(Some(_)) = events.next().await {}
        Ok(())
    })
    .await?;
    eventually("the booking", async || {
        let booked = "SELECT COUNT(*) FROM calls WHERE operation = 'realtime' AND usage_source = 'estimated' \
             AND characters = 115 AND cost > 0";
        Ok((app.number(booked).await? == 1).then_some(()))
    })
    .await
}

/// What was spoken and heard by then is booked before the process ends, with nothing left for the next one to settle.
#[tokio::test]
async fn what_a_line_has_used_is_paid_for_when_the_process_leaves() -> TestResult {
    let app = TestApp::start().await?;
    let lin = app.program("lin").await?;
    let client = lin.client(&app)?;
    app.simulator.order_faults(FaultOrder {
        path: "/api-ws/v1/realtime".to_owned(),
        ..FaultOrder::once(Strike {
            fault: Fault::Stall,
            after: 7,
        })
    });
    let (speak, mut sound) = client.realtime("qwen3-tts-flash-realtime").await?;
    let session = SpeechSession::new("Cherry").committed_by_client();
    speak.send(ClientEvent::session(session)).await?;
    let text = "The loom weaves cloth. ".repeat(5);
    speak.send(ClientEvent::append_text(text)).await?;
    speak.send(ClientEvent::CommitText).await?;
    within("sound", async {
        while let Some(event) = sound.next().await? {
            if matches!(event, ServerEvent::Audio { .. }) {
                return Ok(());
            }
        }
        anyhow::bail!("the session ended")
    })
    .await?;

    let (say, mut heard) = client.realtime("qwen3-asr-flash-realtime").await?;
    let session = RecognitionSession::new("pcm", 16_000).turn_detection(None);
    say.send(ClientEvent::session(session)).await?;
    // A second and a half.
    for _ in 0..15 {
        let sound = vec![0_u8; 3_200];
        say.send(ClientEvent::append_audio(sound)).await?;
    }
    say.send(ClientEvent::CommitAudio).await?;
    within("what was heard", async {
        while let Some(event) = heard.next().await? {
            if matches!(event, ServerEvent::Transcription { .. }) {
                return Ok(());
            }
        }
        anyhow::bail!("the session ended")
    })
    .await?;
    // One on which nothing has begun is in nobody's way.
    let _silent = client.task_line().await?;

    let database = app.stopped().await?;
    for used in ["characters = 115", "media_ms = 2000"] {
        let booked = format!(
            "SELECT COUNT(*) FROM calls WHERE operation = 'realtime' AND outcome = 'interrupted' \
             AND usage_source = 'estimated' AND {used} AND cost > 0"
        );
        assert_eq!(database.number(&booked).await?, 1, "{used}");
    }
    let lines = "SELECT COUNT(*) FROM calls";
    assert_eq!(database.number(lines).await?, 2);
    let held = "SELECT COUNT(*) FROM call_holds";
    assert_eq!(database.number(held).await?, 0);
    Ok(())
}

/// What opens no line is refused in Bailian's form.
#[tokio::test]
async fn what_opens_no_line_is_told_so() -> TestResult {
    let app = TestApp::start().await?;
    let lin = app.program("lin").await?;
    for path in [
        "/api-ws/v1/inference",
        "/api-ws/v1/realtime?model=qwen-plus",
    ] {
        let refused = answered(lin.api.request(Method::GET, path)).await?;
        assert!(refused.status.is_client_error(), "{}", refused.status);
        assert_eq!(refused.header("content-type"), "application/json");
        assert_eq!(refused.json()["code"], "InvalidParameter");
        assert!(!refused.header("x-liantai-request-id").is_empty());
    }
    Ok(())
}
