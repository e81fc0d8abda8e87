//! Listening to a recording while the client waits and asks.

use std::sync::Arc;

use serde_json::Value;
use tokio::{sync::watch, time::Instant};

use super::order::Order;
use crate::{
    Refusal,
    meeting::{Hearing, Meeting, Outcome, Record},
    protocol::{entry::Entry, medium},
    state::{Billed, unix_seconds},
};

/// A meeting takes so many times as long as a picture.
const PACE: u32 = 4;
/// The model under which meetings are billed.
pub(super) const MODEL: &str = "tingwu-meeting";

/// Makes meetings.
pub(super) struct Work;

impl Work {
    /// Begins to listen to the recording of an order.
    pub(super) fn begin(entry: &Entry, order: &Order, body: &Value) -> Result<Meeting, Refusal> {
        if order.file_url.is_empty() {
            let message = "Audio file link invalid.";
            return Err(Refusal::new(400, "TSC.AudioFileLink", message));
        }
        let expected = expected(entry, order.phrases.as_deref());
        let hearing = Hearing {
            language: order.language.clone(),
            tells_speakers: order.tells_speakers,
            speakers: order.speakers,
            expected,
        };
        Ok(Self::of_file(entry, order.file_url.clone(), hearing, body))
    }

    /// The same for a recording at any address.
    pub(super) fn of_file(entry: &Entry, url: String, hearing: Hearing, body: &Value) -> Meeting {
        let (done, work) = watch::channel(None);
        let entry_of_work = entry.clone();
        tokio::spawn(async move {
            let outcome = listen(&entry_of_work, &url, hearing).await;
            // Nobody asks for a meeting that is forgotten.
            let _ = done.send(Some(outcome));
        });
        meeting(entry, body, work)
    }

    /// A meeting whose words are known.
    pub(super) fn of_text(entry: &Entry, text: &str, body: &Value) -> Meeting {
        let (_, work) = watch::channel(Some(Ok(Arc::new(Record::of_text(text)))));
        meeting(entry, body, work)
    }

    /// A meeting that was heard before, of which something else is to be told.
    pub(super) fn again(entry: &Entry, known: Meeting, body: &Value) -> Meeting {
        Meeting {
            order: body.clone(),
            ends: Some(Instant::now() + entry.handle.options().task_time.0),
            ..known
        }
    }

    /// A meeting in realtime, in which nothing has been said.
    pub(super) fn silent(entry: &Entry, order: &Order, body: &Value) -> Meeting {
        let record = Record {
            language: order.language.clone(),
            ..Record::default()
        };
        let (_, work) = watch::channel(Some(Ok(Arc::new(record))));
        Meeting {
            ends: None,
            ..meeting(entry, body, work)
        }
    }
}

fn meeting(entry: &Entry, body: &Value, work: watch::Receiver<Option<Outcome>>) -> Meeting {
    Meeting {
        id: entry.dice().and("meeting").hex(32),
        key: body["Input"]["TaskKey"].as_str().map(str::to_owned),
        order: body.clone(),
        ends: Some(Instant::now() + entry.handle.options().task_time.0 * PACE),
        stamp: unix_seconds(),
        work,
    }
}

async fn listen(entry: &Entry, url: &str, hearing: Hearing) -> Outcome {
    let invalid = || {
        (
            "TSC.AudioFileLink".to_owned(),
            "Audio file link invalid.".to_owned(),
        )
    };
    let file = medium::fetch(entry, MODEL, url)
        .await
        .map_err(|_| invalid())?;
    let is_film = file.content_type.starts_with("video/");
    let handle = entry.handle.clone();
    let heard = tokio::task::spawn_blocking(move || Record::of(&handle, &file.bytes, &hearing));
    let record = heard.await.map_err(|_| invalid())?;
    let record = record.map_err(|(code, message)| (code.to_owned(), message.to_owned()))?;
    entry.bill(Billed {
        model: MODEL.to_owned(),
        // Whole seconds, each that has begun.
        seconds: f64::from(u32::try_from(record.duration.div_ceil(1000)).unwrap_or(u32::MAX)),
        ..Billed::default()
    });
    Ok(Arc::new(Record { is_film, ..record }))
}

/// The words of a list of phrases.
fn expected(entry: &Entry, phrases: Option<&str>) -> Vec<String> {
    let Some(wanted) = phrases else {
        return Vec::new();
    };
    let lists = entry.handle.meetings().phrases();
    let list = lists.iter().find(|(id, _)| id == wanted);
    let weights = list.and_then(|(_, list)| serde_json::from_str::<Value>(&list.word_weights).ok());
    let words = weights.and_then(|weights| Some(weights.as_object()?.keys().cloned().collect()));
    words.unwrap_or_default()
}
