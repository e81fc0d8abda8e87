//! Bodies that are handed on, in both directions.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use futures_util::Stream;

use crate::Error;
use crate::ErrorKind;
use crate::body::{Body as Running, Piece};
use crate::client::Arrival;

/// A request's body.
#[derive(Clone, Default)]
pub enum Body {
    /// None.
    #[default]
    Empty,
    /// All of it, which can be sent again.
    Whole(Bytes),
    /// As it comes, which can be sent once.
    Stream(Arc<Mutex<Option<reqwest::Body>>>),
}

impl Body {
    /// A body that is handed on while it comes in. How fast it is read is how fast the provider takes it.
    pub fn stream<S, E>(pieces: S) -> Self
    where
        S: Stream<Item = Result<Bytes, E>> + Send + 'static,
        E: Into<Box<dyn std::error::Error + Send + Sync>> + 'static,
    {
        let body = reqwest::Body::wrap_stream(pieces);
        Self::Stream(Arc::new(Mutex::new(Some(body))))
    }

    /// Its length, as far as it is known.
    pub(crate) fn known_len(&self) -> usize {
        match self {
            Self::Whole(bytes) => bytes.len(),
            Self::Empty | Self::Stream(_) => 0,
        }
    }

    /// Whether it was read, and can't be once more.
    pub(crate) fn is_spent(&self) -> bool {
        match self {
            Self::Empty | Self::Whole(_) => false,
            Self::Stream(body) => {
                let body = body.lock().unwrap_or_else(PoisonError::into_inner);
                body.is_none()
            }
        }
    }

    /// For sending; a stream is there once.
    pub(crate) fn take(&self) -> Result<reqwest::Body, Error> {
        match self {
            Self::Empty => Ok(Bytes::new().into()),
            Self::Whole(bytes) => Ok(bytes.clone().into()),
            Self::Stream(body) => {
                let body = body.lock().unwrap_or_else(PoisonError::into_inner).take();
                body.ok_or_else(|| {
                    Error::new(ErrorKind::Interrupted, "the request was read already")
                })
            }
        }
    }
}

impl fmt::Debug for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("Empty"),
            Self::Whole(bytes) => write!(f, "Whole({} bytes)", bytes.len()),
            Self::Stream(_) => f.write_str("Stream"),
        }
    }
}

/// An answer's body. Dropping it closes the provider's stream.
#[derive(Debug)]
pub struct Answer(Inner);

#[derive(Debug)]
enum Inner {
    Running(Box<Running>),
    Whole(Option<Bytes>),
}

impl Answer {
    pub(super) fn running(arrival: Arrival) -> Self {
        // How much comes is for whoever hands it on to judge; nothing is kept here.
        Self(Inner::Running(Box::new(Running::new(arrival, usize::MAX))))
    }

    pub(super) fn whole(bytes: Bytes) -> Self {
        Self(Inner::Whole(Some(bytes)))
    }

    /// The words of a refusal. One that breaks off is still one.
    pub(super) async fn refusal(arrival: Arrival, most: usize) -> Vec<u8> {
        let mut body = Running::new(arrival, most);
        // A refusal costs no tokens.
        body.took(0);
        let mut said = Vec::new();
        while let Ok(Some(piece)) = body.chunk().await {
            said.extend_from_slice(&piece);
        }
        said
    }

    /// The next piece, as the network delivered it; `None` at the end.
    pub async fn chunk(&mut self) -> Result<Option<Bytes>, Error> {
        match &mut self.0 {
            Inner::Running(body) => body.chunk().await,
            Inner::Whole(bytes) => Ok(bytes.take()),
        }
    }

    /// What comes within that time. Told of silence, the caller may ask again; the time-outs count on.
    pub async fn next_within(&mut self, wait: Duration) -> Result<Piece, Error> {
        match &mut self.0 {
            Inner::Running(body) => body.next_within(wait).await,
            Inner::Whole(bytes) => Ok(bytes.take().map_or(Piece::End, Piece::Bytes)),
        }
    }
}
