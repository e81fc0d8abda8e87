//! One connection: what comes in, what goes out, and what it costs.

use std::time::Duration;

use axum::extract::ws::{CloseFrame, Message, WebSocket};
use bytes::Bytes;
use serde_json::Value;
use tokio::time::{Instant, Sleep, sleep, timeout_at};

use super::{failure::Failure, order};
use crate::{Fault, Handle, Strike, dice::Dice, protocol::entry::Entry, state::Billed};

/// The service's end of a connection.
#[derive(Debug)]
pub(super) struct Wire {
    socket: WebSocket,
    pub(super) entry: Entry,
    /// The source of ids on this connection.
    pub(super) dice: Dice,
    billed: Billed,
    since: Instant,
    /// Frames that were sent so far.
    told: usize,
}

/// What the client does.
#[derive(Debug)]
pub(super) enum Incoming {
    /// A text frame.
    Event(Value),
    /// A binary frame.
    Sound(Bytes),
    /// A text frame that is not JSON.
    Nonsense,
    /// Nothing, for as long as was waited.
    Silence,
}

/// The connection is over.
#[derive(Debug)]
pub(super) struct Gone;

impl Wire {
    pub(super) fn new(socket: WebSocket, entry: Entry) -> Self {
        Self {
            socket,
            dice: entry.dice().and("socket"),
            entry,
            billed: Billed::default(),
            since: Instant::now(),
            told: 0,
        }
    }

    pub(super) fn handle(&self) -> &Handle {
        &self.entry.handle
    }

    /// What goes wrong with this connection.
    pub(super) fn strikes(&self) -> impl Iterator<Item = &Strike> {
        self.entry.strikes.iter()
    }

    /// The model that the address names.
    pub(super) fn model(&self) -> String {
        let query = self.entry.uri.query().unwrap_or_default();
        let named = query
            .split('&')
            .find_map(|pair| pair.strip_prefix("model="));
        named.unwrap_or_default().to_owned()
    }

    /// Waits for the client, but not longer than `patience`.
    pub(super) async fn next(&mut self, patience: Duration) -> Result<Incoming, Gone> {
        let deadline = Instant::now() + patience;
        let stopping = self.entry.handle.stopping().clone();
        loop {
            let received = tokio::select! {
                received = timeout_at(deadline, self.socket.recv()) => received,
                () = stopping.cancelled() => return Err(Gone),
            };
            let Ok(received) = received else {
                return Ok(Incoming::Silence);
            };
            match received {
                Some(Ok(Message::Text(text))) => {
                    let event = serde_json::from_str(&text);
                    return Ok(event.map_or(Incoming::Nonsense, Incoming::Event));
                }
                Some(Ok(Message::Binary(bytes))) => return Ok(Incoming::Sound(bytes)),
                Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
                Some(Ok(Message::Close(_)) | Err(_)) | None => return Err(Gone),
            }
        }
    }

    /// Sends a text frame.
    pub(super) async fn tell(&mut self, event: &Value) -> Result<(), Gone> {
        self.suffer(event).await?;
        self.send(Message::text(event.to_string())).await
    }

    /// Sends a binary frame.
    pub(super) async fn play(&mut self, bytes: Vec<u8>) -> Result<(), Gone> {
        self.send(Message::binary(bytes)).await
    }

    /// Lets the faults strike whose place has come, which is before `event`.
    async fn suffer(&mut self, event: &Value) -> Result<(), Gone> {
        let here = self
            .entry
            .strikes
            .iter()
            .find(|strike| strike.after == self.told);
        let fault = here.map(|strike| strike.fault.clone());
        match fault {
            Some(Fault::ErrorEvent(refusal)) => {
                let failure = Failure::new(&refusal.native_code, refusal.message);
                let failed = match event["header"]["task_id"].as_str() {
                    Some(task) => order::failed(task, &failure),
                    None => failure.event(&event["event_id"]),
                };
                self.send(Message::text(failed.to_string())).await?;
                Err(Gone)
            }
            Some(Fault::Cut(_) | Fault::HangUp | Fault::EndsEarly) => Err(Gone),
            Some(Fault::Reset(_)) => {
                self.entry.line.reset_at_end();
                Err(Gone)
            }
            Some(Fault::Stall) => {
                self.entry.handle.stopping().cancelled().await;
                Err(Gone)
            }
            Some(_) | None => Ok(()),
        }
    }

    async fn send(&mut self, message: Message) -> Result<(), Gone> {
        let stopping = self.entry.handle.stopping().clone();
        let sent = tokio::select! {
            sent = self.socket.send(message) => sent,
            () = stopping.cancelled() => return Err(Gone),
        };
        self.entry.handle.sent_piece(self.entry.pass);
        self.told += 1;
        sent.map_err(|_| Gone)
    }

    /// Closes the connection and waits until the client has seen it.
    pub(super) async fn close(&mut self, code: u16, reason: &str) {
        let frame = CloseFrame {
            code,
            reason: reason.into(),
        };
        if self.send(Message::Close(Some(frame))).await.is_ok() {
            // The client answers in kind; one that does not is not waited for long.
            let patience = Duration::from_secs(2);
            while !matches!(self.next(patience).await, Ok(Incoming::Silence) | Err(Gone)) {}
        }
    }

    /// Adds to what the connection costs.
    pub(super) fn charge(&mut self, model: &str, change: impl FnOnce(&mut Billed)) {
        model.clone_into(&mut self.billed.model);
        change(&mut self.billed);
        self.entry.bill(self.billed.clone());
    }

    /// How long the connection has lived.
    pub(super) fn age(&self) -> Duration {
        self.since.elapsed()
    }

    /// The time before the first answer.
    pub(super) fn thinking_time(&self) -> Duration {
        let time = self.handle().options().latency;
        time.of(&mut self.dice.clone().and("first byte"))
    }

    /// Lets that time pass.
    pub(super) fn think(&self) -> Sleep {
        sleep(self.thinking_time())
    }
}
