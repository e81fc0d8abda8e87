//! Forms with files, which can be sent more than once.

use std::borrow::Cow;
use std::fmt;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use futures_util::future::BoxFuture;
use futures_util::stream::BoxStream;
use futures_util::{Stream, stream};
use reqwest::multipart;
use tokio::fs::File;
use tokio::io::AsyncReadExt;

use crate::Error;

/// Where the bytes of an upload are.
#[derive(Clone)]
pub enum Source {
    /// In memory.
    Bytes(Bytes),
    /// In a file, read while it is sent and never whole in memory.
    File(PathBuf),
    /// Anywhere else, read while it is sent and never whole in memory.
    Pieces(Pieces),
}

/// Bytes that come piece by piece, from the beginning each time they are sent.
#[derive(Clone)]
pub struct Pieces {
    length: u64,
    open: Arc<dyn Fn() -> BoxFuture<'static, io::Result<PieceStream>> + Send + Sync>,
}

/// The pieces, in order.
pub type PieceStream = BoxStream<'static, io::Result<Bytes>>;

impl Pieces {
    /// `length` bytes, which `open` begins to read.
    pub fn new(
        length: u64,
        open: impl Fn() -> BoxFuture<'static, io::Result<PieceStream>> + Send + Sync + 'static,
    ) -> Self {
        Self {
            length,
            open: Arc::new(open),
        }
    }

    /// How many bytes come.
    pub(crate) fn length(&self) -> u64 {
        self.length
    }
}

impl fmt::Debug for Pieces {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Pieces({} bytes)", self.length)
    }
}

impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bytes(bytes) => write!(f, "Bytes({} bytes)", bytes.len()),
            Self::File(_) => f.write_str("File"),
            Self::Pieces(pieces) => pieces.fmt(f),
        }
    }
}

impl From<Vec<u8>> for Source {
    fn from(bytes: Vec<u8>) -> Self {
        Self::Bytes(bytes.into())
    }
}

impl From<Bytes> for Source {
    fn from(bytes: Bytes) -> Self {
        Self::Bytes(bytes)
    }
}

impl From<Pieces> for Source {
    fn from(pieces: Pieces) -> Self {
        Self::Pieces(pieces)
    }
}

impl From<PathBuf> for Source {
    fn from(path: PathBuf) -> Self {
        Self::File(path)
    }
}

/// `multipart/form-data`; its fields are sent in the order in which they were added.
#[derive(Clone, Debug, Default)]
pub(crate) struct Form {
    fields: Vec<(Cow<'static, str>, Field)>,
}

#[derive(Clone, Debug)]
enum Field {
    Text(String),
    File {
        file_name: String,
        content_type: Option<&'static str>,
        source: Source,
    },
}

impl Form {
    pub(crate) fn text(
        mut self,
        name: impl Into<Cow<'static, str>>,
        value: impl Into<String>,
    ) -> Self {
        self.fields.push((name.into(), Field::Text(value.into())));
        self
    }

    pub(crate) fn file(
        mut self,
        name: impl Into<Cow<'static, str>>,
        file_name: impl Into<String>,
        content_type: Option<&'static str>,
        source: impl Into<Source>,
    ) -> Self {
        let field = Field::File {
            file_name: file_name.into(),
            content_type,
            source: source.into(),
        };
        self.fields.push((name.into(), field));
        self
    }

    /// Opens the files.
    pub(crate) async fn open(&self) -> Result<multipart::Form, Error> {
        // Names are sent as UTF-8, as the provider's own SDKs do.
        let mut form = multipart::Form::new().percent_encode_noop();
        for (name, field) in &self.fields {
            let part = match field {
                Field::Text(text) => multipart::Part::text(text.clone()),
                Field::File {
                    file_name,
                    content_type,
                    source,
                } => {
                    let part = open(source).await?.file_name(file_name.clone());
                    let content_type = content_type.unwrap_or("application/octet-stream");
                    part.mime_str(content_type).map_err(|error| {
                        Error::invalid("file", "an unusable content type").with_source(error)
                    })?
                }
            };
            form = form.part(name.clone(), part);
        }
        Ok(form)
    }
}

async fn open(source: &Source) -> Result<multipart::Part, Error> {
    let unreadable =
        |error: io::Error| Error::invalid("file", "the file cannot be read").with_source(error);
    match source {
        Source::Bytes(bytes) => {
            let length = bytes.len() as u64;
            Ok(multipart::Part::stream_with_length(bytes.clone(), length))
        }
        Source::File(path) => {
            let file = File::open(path).await.map_err(unreadable)?;
            let length = file.metadata().await.map_err(unreadable)?.len();
            let body = reqwest::Body::wrap_stream(pieces(file));
            Ok(multipart::Part::stream_with_length(body, length))
        }
        Source::Pieces(pieces) => {
            let stream = (pieces.open)().await.map_err(unreadable)?;
            let body = reqwest::Body::wrap_stream(stream);
            Ok(multipart::Part::stream_with_length(body, pieces.length))
        }
    }
}

const PIECE_BYTES: usize = 64 * 1024;

fn pieces(file: File) -> impl Stream<Item = io::Result<Bytes>> + Send {
    stream::try_unfold(file, |mut file| async move {
        let mut piece = BytesMut::with_capacity(PIECE_BYTES);
        let read = file.read_buf(&mut piece).await?;
        Ok((read > 0).then(|| (piece.freeze(), file)))
    })
}
