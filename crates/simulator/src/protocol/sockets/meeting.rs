//! Tingwu in realtime: what is said is written down and translated, steered by directives inside the frames.

use std::time::Duration;

use serde_json::{Value, json};

use super::{
    failure::{Failure, Stop},
    order::{Order, action},
    stream::Stream,
    wire::{Incoming, Wire},
};
use crate::hearing::{Ear, Heard, Tongue, translate};

/// Without frames the server hangs up.
const PATIENCE: Duration = Duration::from_secs(10);
/// Silence after which the server shows that it is there, in milliseconds.
const PING: u64 = 30_000;

/// Listens until the client says stop.
pub(super) async fn run(wire: &mut Wire, order: &Order) -> Result<(), Stop> {
    let field = |name: &str| order.input.get(name).and_then(Value::as_str);
    let Some(app) = field("appId").filter(|app| !app.is_empty()) else {
        return Err(Failure::new("Agent.InputAppIdIllegal", "appId is illegal.").into());
    };
    if field("directive") != Some("start") {
        let message = "The directive of the first frame must be start.";
        return Err(Failure::new("Agent.InputActionIllegal", message).into());
    }
    let data_id = field("dataId").map_or_else(|| wire.dice.clone().and(app).hex(12), str::to_owned);
    let rate = order.parameter("sampleRate").and_then(Value::as_u64);
    let rate = rate
        .and_then(|rate| u32::try_from(rate).ok())
        .unwrap_or(16_000);
    if ![8_000, 16_000].contains(&rate) {
        return Err(Failure::invalid("sampleRate must be 8000 or 16000").into());
    }
    let mut stream = Stream::new(order.text("format").unwrap_or("pcm"), rate)?;
    let memory = wire.handle().spoken().clone();
    let dice = wire.dice.clone().and(&data_id);
    let mut ear = Ear::new(memory, rate, Tongue::Chinese, dice);
    let targets = order
        .parameter("translationTargetLang")
        .and_then(Value::as_array);
    let targets: Vec<String> = targets
        .into_iter()
        .flatten()
        .filter_map(|target| target.as_str().map(str::to_owned))
        .collect();

    wire.tell(&order.started()).await?;
    let ready = json!({ "action": "speech-listen", "dataId": data_id });
    wire.tell(&order.generated(&json!({ "output": ready })))
        .await?;
    let mut last_word = 0;
    loop {
        let (samples, is_last) = match wire.next(PATIENCE).await? {
            Incoming::Sound(bytes) => (stream.feed(&bytes), false),
            Incoming::Event(frame) => match (action(&frame), directive(&frame)) {
                ("finish-task", _) | ("continue-task", "stop") => (stream.finish()?, true),
                ("continue-task", _) => continue,
                ("run-task", _) => return Err(Stop::Replaced(frame)),
                _ => {
                    let message = "The action of the frame is illegal.";
                    return Err(Failure::new("Agent.InputActionIllegal", message).into());
                }
            },
            Incoming::Nonsense => {
                return Err(Failure::invalid("The message is not valid JSON.").into());
            }
            Incoming::Silence => {
                wire.close(1000, "no audio").await;
                return Err(Stop::Gone);
            }
        };
        let mut heard = ear.hear(&samples);
        if is_last {
            heard.extend(ear.finish());
        }
        let now = ear.milliseconds();
        if !heard.is_empty() {
            last_word = now;
        } else if now - last_word >= PING {
            last_word = now;
            let ping = json!({ "output": { "action": "ping" } });
            wire.tell(&order.generated(&ping)).await?;
        }
        for heard in &heard {
            for output in outputs(heard, &targets) {
                wire.tell(&order.generated(&json!({ "output": output })))
                    .await?;
            }
        }
        if is_last {
            break;
        }
    }
    let end = json!({ "output": { "action": "speech-end", "dataId": data_id } });
    wire.tell(&order.generated(&end)).await?;
    let end = json!({ "output": {}, "usage": null });
    wire.tell(&order.finished(&end)).await?;
    Ok(())
}

fn directive(frame: &Value) -> &str {
    let input = &frame["payload"]["input"];
    input["directive"].as_str().unwrap_or_default()
}

/// What was said, and of whole sentences the translations.
fn outputs(heard: &Heard, targets: &[String]) -> Vec<Value> {
    let (sentence, is_whole) = match heard {
        Heard::Part(sentence) => (sentence, false),
        Heard::Whole(sentence) => (sentence, true),
    };
    let id = sentence.index + 1;
    let words: Vec<Value> = sentence
        .words
        .iter()
        .map(|word| {
            json!({
                "beginTime": word.begin,
                "endTime": word.end,
                "text": format!("{}{}", word.text, word.punctuation),
            })
        })
        .collect();
    let mut outputs = vec![json!({
        "action": "recognize-result",
        "transcription": {
            "sentenceId": id,
            "time": sentence.end(),
            "text": sentence.text(),
            "sentenceEnd": is_whole,
            "words": words,
            "stashResult": null,
        },
    })];
    for target in targets.iter().filter(|_| is_whole) {
        let mut translations = json!({});
        translations[target] = json!({
            "sourceLang": "cn",
            "targetLang": target,
            "translateResult": [{
                "sentenceId": id,
                "text": translate(&sentence.text(), target),
                "beginTime": sentence.begin(),
                "endTime": sentence.end(),
                "partial": false,
            }],
        });
        outputs.push(json!({ "action": "recognize-result", "translations": translations }));
    }
    outputs
}
