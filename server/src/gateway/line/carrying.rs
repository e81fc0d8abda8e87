//! What is said on a line, handed on both ways.

use std::time::Duration;

use axum::extract::ws::{CloseFrame, Message, Utf8Bytes, WebSocket, close_code};
use bailian::relay::{RelayFrame, RelayReceiver, RelaySender};
use futures_util::{
    SinkExt, StreamExt,
    stream::{SplitSink, SplitStream},
};
use model::CallOutcome;
use platform::gateway::{Ending, scan::ScanError};
use serde_json::Value;
use tokio::time::{Instant, timeout};

use super::{ENDED, GONE, LEAVING, Line, Purpose, leading};
use crate::gateway::refusal::Refusal;

/// Why a line is closed, where what it would cost next is not admitted.
const REFUSED: &str = "the next answer is refused";

/// How long a caller may take to hear why.
const GOODBYE: Duration = Duration::from_secs(1);

impl Line {
    /// Hands on what either side says until one of them says goodbye, or the line has to end wherever it stands, and books what it used.
    pub(super) async fn carry(
        mut self,
        socket: WebSocket,
        mut sender: RelaySender,
        mut receiver: RelayReceiver,
        first: Option<Message>,
    ) {
        let (mut back, mut from) = socket.split();
        let right_ended = self.gateway.right_ended(&self.principal);
        let leaving = self.leaving.clone();
        // Also while a side reads nothing, so that nothing can be handed to it.
        let why = tokio::select! {
            () = right_ended.cancelled() => Some((close_code::POLICY, ENDED)),
            () = leaving.cancelled() => Some((close_code::AWAY, LEAVING)),
            why = self.hand_on(
                (&mut back, &mut from),
                (&mut sender, &mut receiver),
                first,
            ) => why,
        };
        let outcome = match why {
            None | Some((close_code::NORMAL, _)) if self.is_one_call => CallOutcome::Succeeded,
            Some((close_code::AWAY, _)) => CallOutcome::Interrupted,
            _ => CallOutcome::Cancelled,
        };
        let ending = Ending {
            outcome: Some(outcome),
            ..Ending::default()
        };
        // What was used is booked however long Bailian takes to hear goodbye.
        let (_, ()) = tokio::join!(timeout(GOODBYE, sender.close()), self.end(ending));
        let goodbye = async {
            if let Some((code, reason)) = why {
                let frame = CloseFrame {
                    code,
                    reason: Utf8Bytes::from_static(reason),
                };
                let _ = back.send(Message::Close(Some(frame))).await;
            }
            let _ = back.close().await;
        };
        let _ = timeout(GOODBYE, goodbye).await;
    }

    /// The same until one of both says goodbye. Why, where the caller is to be told.
    async fn hand_on(
        &mut self,
        (back, from): (
            &mut SplitSink<WebSocket, Message>,
            &mut SplitStream<WebSocket>,
        ),
        (sender, receiver): (&mut RelaySender, &mut RelayReceiver),
        first: Option<Message>,
    ) -> Option<(u16, &'static str)> {
        let mut begun = Ok(true);
        if let Some(first) = first {
            let ends = (&mut *sender, &mut *receiver);
            begun = self.onwards(first, ends, back).await;
        }
        loop {
            match begun {
                Ok(true) => {}
                Ok(false) => return None,
                Err(code) => return Some((code, GONE)),
            }
            tokio::select! {
                message = from.next() => match message {
                    Some(Ok(message)) => {
                        let ends = (&mut *sender, &mut *receiver);
                        begun = self.onwards(message, ends, back).await;
                    }
                    Some(Err(_)) | None => return None,
                },
                frame = receiver.next() => match frame {
                    Ok(Some(frame)) => {
                        if self.back(frame, back).await.is_err() {
                            return None;
                        }
                        if let Err(refusal) = self.goes_on().await {
                            let _ = back.send(Message::text(refusal)).await;
                            return Some((close_code::POLICY, REFUSED));
                        }
                    }
                    Ok(None) => return Some((close_code::NORMAL, "")),
                    Err(error) => {
                        tracing::warn!(error = &error as &dyn std::error::Error, "a line broke");
                        return Some((close_code::ERROR, GONE));
                    }
                },
            }
        }
    }

    /// From the caller to Bailian. False when the caller says goodbye.
    async fn onwards(
        &mut self,
        message: Message,
        ends: (&mut RelaySender, &mut RelayReceiver),
        back: &mut SplitSink<WebSocket, Message>,
    ) -> Result<bool, u16> {
        let (sender, receiver) = ends;
        if self.is_one_call
            && let Some(event) = said(&message)
            && let Err(refusal) = self.take_event(event, sender, receiver).await
        {
            return Ok(back.send(Message::text(refusal)).await.is_ok());
        }
        let frame = match message {
            Message::Text(text) => {
                let mut text = text.to_string();
                if !self.is_one_call {
                    match self.task_begins(&text).await {
                        Ok(Some(renamed)) => text = renamed,
                        Ok(None) => {}
                        Err(refusal) => {
                            let _ = back.send(Message::text(refusal)).await;
                            return Ok(false);
                        }
                    }
                    if let Err(refusal) = self.take_text(&text) {
                        let _ = back.send(Message::text(refusal)).await;
                        return Ok(false);
                    }
                }
                RelayFrame::Text(text)
            }
            Message::Binary(bytes) => {
                if !self.is_one_call && leading::is_said_in_bytes(&bytes) {
                    let error = ScanError::Malformed("a message is a text".to_owned());
                    let refusal = Refusal::of(&error.into(), self.chinese);
                    let refusal = self.task_failed(&Value::Null, &refusal);
                    let _ = back.send(Message::text(refusal)).await;
                    return Ok(false);
                }
                RelayFrame::Binary(bytes)
            }
            Message::Close(_) => return Ok(false),
            Message::Ping(_) | Message::Pong(_) => return Ok(true),
        };
        sender.send(frame).await.map_err(|_| close_code::ERROR)?;
        Ok(true)
    }

    /// An event of the caller's: the line leads to where that is which it names, and what it gives to speak or to hear is noted. `Err` has the
    /// event that refuses it; the session goes on.
    async fn take_event(
        &mut self,
        event: &[u8],
        sender: &mut RelaySender,
        receiver: &mut RelayReceiver,
    ) -> Result<(), String> {
        self.follow(event, sender, receiver).await?;
        if let Some(hearing) = &mut self.hearing {
            hearing.note(event, Instant::now());
        }
        self.take_text_of_event(event)
    }

    /// From Bailian to the caller.
    async fn back(
        &mut self,
        frame: RelayFrame,
        back: &mut SplitSink<WebSocket, Message>,
    ) -> Result<(), axum::Error> {
        match frame {
            RelayFrame::Binary(bytes) => {
                self.purpose = Purpose::Asked;
                self.note_sound();
                back.send(Message::Binary(bytes)).await
            }
            RelayFrame::Text(text) => {
                if self.greets_again(&text) {
                    return Ok(());
                }
                if self.speaking.is_some() && text.contains("\"response.audio.delta\"") {
                    self.note_sound();
                }
                // The end leaves only after the call is booked.
                self.note(&text).await;
                back.send(Message::text(text)).await
            }
        }
    }
}

/// What a message says, if it says something.
fn said(message: &Message) -> Option<&[u8]> {
    match message {
        Message::Text(text) => Some(text.as_bytes()),
        Message::Binary(bytes) => Some(bytes),
        Message::Close(_) | Message::Ping(_) | Message::Pong(_) => None,
    }
}
