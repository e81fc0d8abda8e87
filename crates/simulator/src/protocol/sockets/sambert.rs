//! Sambert: the whole text at once, and sound with its times.

use serde_json::{Value, json};

use super::{
    failure::{Failure, Stop},
    order::Order,
    wire::Wire,
};
use crate::{
    protocol::speech::{characters, strip_tags},
    sound::{self, Clause, Encoder, Format, Manner},
};

/// The voices that speak at 48 kHz; the others do at 16 kHz.
const FINE: [&str; 9] = [
    "zhinan", "zhiqi", "zhichu", "zhide", "zhijia", "zhiru", "zhiqian", "zhixiang", "zhiwei",
];

/// Speaks the text of the order.
pub(super) async fn run(wire: &mut Wire, order: &Order) -> Result<(), Stop> {
    let text = order.input.get("text").and_then(Value::as_str);
    let text = strip_tags(text.unwrap_or_default());
    if text.trim().is_empty() {
        return Err(Failure::invalid("Please ensure input text is valid.").into());
    }
    let format = order.text("format").unwrap_or("wav");
    let format = Format::named(format)
        .filter(|format| *format != Format::Opus)
        .ok_or_else(|| Failure::invalid(format!("Unsupported audio format: {format}")))?;
    let name = order.model.trim_start_matches("sambert-");
    let name = name.trim_end_matches("-v1");
    let natural = if FINE.contains(&name) { 48_000 } else { 16_000 };
    let rate_hz = order.parameter("sample_rate").and_then(Value::as_u64);
    let rate_hz = rate_hz.map_or(natural, |rate| u32::try_from(rate).unwrap_or(0));
    let manner = Manner {
        speed: order.number("rate", 1.0, 0.5..=2.0)?,
        volume: order.number("volume", 50.0, 0.0..=100.0)?,
        pitch: order.number("pitch", 1.0, 0.5..=2.0)?,
    };
    let mut encoder = Encoder::new(format, rate_hz, 32)
        .filter(|_| (8000..=48_000).contains(&rate_hz))
        .ok_or_else(|| Failure::invalid(format!("Unsupported sample rate: {rate_hz}")))?;
    let said = sound::utter(&text, name, rate_hz, manner);
    let memory = wire.handle().spoken().clone();
    encoder.says(&memory, &said);

    wire.tell(&order.started()).await?;
    wire.think().await;
    let mut sent = 0;
    for (at, clause) in said.clauses.iter().enumerate() {
        let next = said.clauses.get(at + 1).and_then(|next| next.words.first());
        let until = next.map_or(said.samples.len(), |word| {
            sound::samples_in(word.begin, rate_hz)
        });
        let sentence = sentence(order, clause);
        wire.tell(&order.generated(&json!({ "output": { "sentence": sentence } })))
            .await?;
        for chunk in said.samples[sent..until].chunks(rate_hz as usize / 2) {
            let bytes = encoder.encode(chunk);
            if !bytes.is_empty() {
                wire.play(bytes).await?;
            }
        }
        sent = until;
    }
    let rest = encoder.finish(&memory);
    if !rest.is_empty() {
        wire.play(rest).await?;
    }
    let count = characters(&text);
    wire.charge(&order.model, |billed| billed.characters += count);
    let end = json!({ "output": null, "usage": { "characters": count } });
    wire.tell(&order.finished(&end)).await?;
    Ok(())
}

fn sentence(order: &Order, clause: &Clause) -> Value {
    let times = order.flag("word_timestamp_enabled") == Some(true);
    let phonemes = order.flag("phoneme_timestamp_enabled") == Some(true);
    let words = clause
        .words
        .iter()
        .filter(|_| times || phonemes)
        .map(|word| {
            let mut value = json!({
                "text": word.text.trim_end(),
                "begin_time": word.begin,
                "end_time": word.end,
            });
            if phonemes {
                let middle = u64::midpoint(word.begin, word.end);
                value["phonemes"] = json!([
                    { "begin_time": word.begin, "end_time": middle, "text": "a_c", "tone": "1" },
                    { "begin_time": middle, "end_time": word.end, "text": "b_c", "tone": "1" },
                ]);
            }
            value
        });
    json!({
        "begin_time": clause.words.first().map_or(0, |word| word.begin),
        "end_time": clause.words.last().map_or(0, |word| word.end),
        "words": words.collect::<Vec<Value>>(),
    })
}
