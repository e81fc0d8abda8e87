//! Words and pictures by turns, as a native stream.

use axum::{body::Body, response::Response};
use futures_util::{StreamExt, stream};
use serde_json::{Value, json};

use super::{
    super::{entry::Entry, native::frames, reply},
    answer,
    studio::Order,
    trouble::Trouble,
};
use crate::{Framing, models::media::PictureUsage};

/// One answer as the only event of a stream.
pub(super) fn whole(answer: &Value) -> Response {
    events(frames::result(1, answer, Framing::Usual))
}

/// A few words and a picture, and again; each picture is made when its turn comes.
pub(super) fn stream(entry: &Entry, model: &str, order: Order) -> Response {
    let trouble = Trouble::refusal(order.trouble(), 1);
    if let Some(refusal) = trouble {
        let data = refusal.native(&entry.id.0);
        return events(frames::error(1, refusal.status, &data, Framing::Usual));
    }
    let turns: Vec<Turn> = (0..order.count)
        .flat_map(|number| [Turn::Words(number), Turn::Picture(number)])
        .chain([Turn::End])
        .collect();
    let (entry, model) = (entry.clone(), model.to_owned());
    let frames = stream::iter((1..).zip(turns)).then(move |(id, turn)| {
        let (entry, model, order) = (entry.clone(), model.clone(), order.clone());
        async move {
            let data = take(&entry, &model, order, turn).await;
            Ok::<_, std::convert::Infallible>(frames::result(id, &data, Framing::Usual))
        }
    });
    events(Body::from_stream(frames))
}

#[derive(Clone, Copy, Debug)]
enum Turn {
    Words(u32),
    Picture(u32),
    End,
}

async fn take(entry: &Entry, model: &str, order: Order, turn: Turn) -> Value {
    let (content, made) = match turn {
        Turn::Words(number) => {
            entry.first_byte().await;
            (
                json!([{ "type": "text", "text": words(&order, number) }]),
                number,
            )
        }
        Turn::Picture(number) => {
            tokio::time::sleep(entry.handle.options().task_time.0).await;
            let (handle, order) = (entry.handle.clone(), order.clone());
            let making = tokio::task::spawn_blocking(move || order.make(&handle, number));
            let url = making.await.ok().and_then(Result::ok).unwrap_or_default();
            entry.bill(answer::bill(model, number + 1));
            (json!([{ "type": "image", "image": url }]), number + 1)
        }
        Turn::End => (json!([]), order.count),
    };
    let is_end = matches!(turn, Turn::End);
    let choice = json!({
        "finish_reason": if is_end { "stop" } else { "null" },
        "message": { "role": "assistant", "content": content },
    });
    json!({
        "output": { "choices": [choice], "finished": is_end },
        "usage": answer::usage(&order, made, 0, PictureUsage::Size),
        "request_id": entry.id.0,
    })
}

/// `output` of a task that interleaves: everything in one message.
pub(super) fn output(order: &Order, urls: &[Option<String>]) -> Value {
    let turn = |(number, url): (u32, &String)| {
        [
            json!({ "type": "text", "text": words(order, number) }),
            json!({ "type": "image", "image": url }),
        ]
    };
    let content: Vec<Value> = (0..).zip(urls.iter().flatten()).flat_map(turn).collect();
    let message = json!({ "role": "assistant", "content": content });
    json!({ "choices": [{ "finish_reason": "stop", "message": message }], "finished": true })
}

fn words(order: &Order, number: u32) -> String {
    let (prompt, number) = (&order.idea.prompt, number + 1);
    let subject: String = prompt.chars().take(40).collect();
    if prompt.is_ascii() {
        format!("Step {number}: {subject}")
    } else {
        format!("第{number}幅：{subject}")
    }
}

fn events(body: impl Into<Body>) -> Response {
    reply::body(200, "text/event-stream;charset=UTF-8", body)
}
