//! A WebSocket that is handed on, message by message.

use bytes::Bytes;
use reqwest::header::HeaderMap;

use crate::socket::{Ear, Frame, Mouth, open};
use crate::{Client, Error};

/// A message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RelayFrame {
    /// Text.
    Text(String),
    /// Bytes.
    Binary(Bytes),
}

/// The half that speaks to the provider.
#[derive(Clone, Debug)]
pub struct RelaySender(Mouth);

/// The half that hears the provider. Dropping both closes the line.
#[derive(Debug)]
pub struct RelayReceiver(Ear);

impl Client {
    /// Opens a line at one of the provider's paths (`/api-ws/v1/inference`, `/api-ws/v1/realtime`), with the id of its request.
    pub async fn relay_line(
        &self,
        path: &'static str,
        query: Vec<(&'static str, String)>,
        headers: HeaderMap,
    ) -> Result<(RelaySender, RelayReceiver, Option<String>), Error> {
        let (mouth, ear, id) = open(self, path, query, headers).await?;
        Ok((RelaySender(mouth), RelayReceiver(ear), id))
    }
}

impl RelaySender {
    /// Hands a message on.
    pub async fn send(&self, frame: RelayFrame) -> Result<(), Error> {
        match frame {
            RelayFrame::Text(text) => self.0.text(text).await,
            RelayFrame::Binary(bytes) => self.0.binary(bytes).await,
        }
    }

    /// Says goodbye.
    pub async fn close(&self) {
        self.0.close().await;
    }
}

impl RelayReceiver {
    /// The next message; `None` when the provider closed the line.
    pub async fn next(&mut self) -> Result<Option<RelayFrame>, Error> {
        let frame = self.0.next().await?;
        Ok(frame.map(|frame| match frame {
            Frame::Text(text) => RelayFrame::Text(text),
            Frame::Binary(bytes) => RelayFrame::Binary(bytes),
        }))
    }
}
