//! The task protocol, `/api-ws/v1/inference` ("Realtime recognition over WebSocket", "`CosyVoice` WebSocket API").

use reqwest::header::HeaderMap;
use std::fmt;

use bytes::Bytes;
use futures_util::{Stream, stream};
use rand::Rng;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use tokio::time::timeout;
use tracing::{Instrument, Span};

use super::line::{self, Ear, Frame, Mouth};
use crate::client::position;
use crate::error::classify::Refusal;
use crate::{Client, Error, ErrorKind, Phase};

const PATH: &str = "/api-ws/v1/inference";

/// An open line on which tasks run one after the other.
///
/// Opening costs a handshake; a line that is used again saves it. The provider closes one that is idle for 60 s.
pub struct TaskLine {
    client: Client,
    mouth: Mouth,
    ear: Ear,
    request_id: Option<String>,
}

impl Client {
    /// Opens a line for tasks, `/api-ws/v1/inference`.
    ///
    /// Fails as any call does: [`Authentication`](ErrorKind::Authentication) and
    /// [`PermissionDenied`](ErrorKind::PermissionDenied) come from the handshake itself.
    ///
    /// ```no_run
    /// # async fn example(client: bailian::Client) -> Result<(), bailian::Error> {
    /// use bailian::socket::recognition::RecognitionRequest;
    ///
    /// let line = client.task_line().await?;
    /// let request = RecognitionRequest::new("paraformer-realtime-v2", "pcm", 16_000);
    /// let (sound, mut sentences) = line.recognize(request).await?;
    /// sound.send(vec![0; 3_200]).await?;
    /// sound.finish().await?;
    /// while let Some(sentence) = sentences.next().await? {
    ///     if sentence.is_final() { /* … */ }
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub async fn task_line(&self) -> Result<TaskLine, Error> {
        let span = tracing::info_span!(
            "bailian.task_line",
            http.response.status_code = tracing::field::Empty,
        );
        let (mouth, ear, request_id) = line::open(self, PATH, Vec::new(), HeaderMap::new())
            .instrument(span)
            .await?;
        Ok(TaskLine {
            client: self.clone(),
            mouth,
            ear,
            request_id,
        })
    }
}

/// What a task is started with.
#[derive(Debug)]
pub(super) struct RunTask {
    /// Who works: `task_group`, `task`, `function`, `model`, `parameters`.
    pub(super) payload: Map<String, Value>,
    /// Whether the caller sends more after the start (`duplex`) or only listens (`out`).
    pub(super) streaming: &'static str,
    pub(super) task_id: String,
}

/// A task's id as most services take it: 32 hexadecimal digits.
pub(super) fn task_id() -> String {
    format!("{:032x}", rand::rng().random::<u128>())
}

/// What a task says.
#[derive(Debug)]
pub(super) enum TaskEvent {
    Result(Value),
    Binary(Bytes),
    /// The payload of `task-finished`; nothing follows.
    Finished(Value),
}

/// What a task's event means to the one who asked.
#[derive(Debug)]
pub(super) enum Read<T> {
    Piece(T),
    /// The service says nothing of worth after this, also when it doesn't say `task-finished`.
    Last(T),
    Nothing,
}

impl<T> Read<T> {
    pub(super) fn piece_or_nothing(piece: Option<T>) -> Self {
        piece.map_or(Self::Nothing, Self::Piece)
    }
}

#[derive(Deserialize)]
struct Message {
    header: Header,
    #[serde(default)]
    payload: Value,
}

#[derive(Deserialize)]
struct Header {
    #[serde(default)]
    task_id: String,
    #[serde(default)]
    event: String,
    #[serde(default)]
    error_code: Option<String>,
    #[serde(default)]
    error_message: Option<String>,
}

impl TaskLine {
    /// The provider's id of the handshake.
    pub fn request_id(&self) -> Option<&str> {
        self.request_id.as_deref()
    }

    /// Starts a task and waits until it has begun.
    pub(super) async fn run<T>(
        self,
        run: RunTask,
        read: fn(TaskEvent) -> Result<Read<T>, Error>,
    ) -> Result<(TaskSender, Incoming<T>), Error> {
        let named = |name| run.payload.get(name).and_then(Value::as_str);
        let span = tracing::info_span!(
            "bailian.live_task",
            gen_ai.operation.name = named("task"),
            gen_ai.request.model = named("model"),
            error.type = tracing::field::Empty,
        );
        let patience = self.client.options().timeouts.first_byte;
        let sender = TaskSender {
            mouth: self.mouth.clone(),
            task_id: run.task_id.clone(),
        };
        sender
            .action("run-task", run.streaming, run.payload)
            .await?;
        let mut incoming = Incoming {
            line: self,
            task_id: run.task_id,
            ended: false,
            whole: false,
            read,
            span,
        };
        let started = timeout(patience, incoming.started()).await;
        let started = started.unwrap_or_else(|_| Err(Error::timeout(Phase::FirstByte)));
        started.map_err(|error| incoming.fail(error))?;
        Ok((sender, incoming))
    }
}

impl fmt::Debug for TaskLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TaskLine")
            .field("request_id", &self.request_id)
            .finish_non_exhaustive()
    }
}

/// The half of a task that the caller speaks into.
#[derive(Clone, Debug)]
pub(super) struct TaskSender {
    mouth: Mouth,
    task_id: String,
}

impl TaskSender {
    pub(super) async fn binary(&self, bytes: Bytes) -> Result<(), Error> {
        self.mouth.binary(bytes).await
    }

    pub(super) async fn go_on(&self, input: Value) -> Result<(), Error> {
        let payload = Map::from_iter([("input".to_owned(), input)]);
        self.action("continue-task", "duplex", payload).await
    }

    pub(super) async fn finish(&self, payload: Map<String, Value>) -> Result<(), Error> {
        self.action("finish-task", "duplex", payload).await
    }

    async fn action(
        &self,
        action: &str,
        streaming: &str,
        payload: Map<String, Value>,
    ) -> Result<(), Error> {
        let message = json!({
            "header": { "action": action, "task_id": self.task_id, "streaming": streaming },
            "payload": payload,
        });
        self.mouth.text(message.to_string()).await
    }
}

/// The half of a task that answers.
///
/// Ends after the task's last word. A line that closes before is [`Interrupted`](ErrorKind::Interrupted), `task-failed`
/// is an error of the provider's code. Dropping it (and the other half) closes the line and ends the task.
pub struct Incoming<T> {
    line: TaskLine,
    task_id: String,
    ended: bool,
    whole: bool,
    read: fn(TaskEvent) -> Result<Read<T>, Error>,
    span: Span,
}

impl<T> Incoming<T> {
    /// The next piece; `None` when the task is finished.
    pub async fn next(&mut self) -> Result<Option<T>, Error> {
        while !self.ended {
            let read = match self.event().await {
                Ok(event) => (self.read)(event),
                Err(error) => Err(error),
            };
            match read {
                Ok(Read::Piece(piece)) => return Ok(Some(piece)),
                Ok(Read::Last(piece)) => {
                    self.ended = true;
                    return Ok(Some(piece));
                }
                Ok(Read::Nothing) => {}
                Err(error) => return Err(self.fail(error)),
            }
        }
        Ok(None)
    }

    /// The pieces as a stream that ends after its first error.
    pub fn into_stream(self) -> impl Stream<Item = Result<T, Error>> + Send
    where
        T: Send,
    {
        stream::try_unfold(self, |mut incoming| async {
            Ok(incoming.next().await?.map(|piece| (piece, incoming)))
        })
    }

    /// The line, free for the next task; `None` while the task runs or when it failed.
    pub fn into_line(self) -> Option<TaskLine> {
        self.whole.then_some(self.line)
    }

    async fn started(&mut self) -> Result<(), Error> {
        loop {
            // Some services answer at once, without announcing the start.
            match self.message().await? {
                Heard::Started | Heard::Event(_) => return Ok(()),
                Heard::Nothing => {}
            }
        }
    }

    async fn event(&mut self) -> Result<TaskEvent, Error> {
        loop {
            if let Heard::Event(event) = self.message().await? {
                if matches!(event, TaskEvent::Finished(_)) {
                    self.ended = true;
                    self.whole = true;
                }
                return Ok(event);
            }
        }
    }

    async fn message(&mut self) -> Result<Heard, Error> {
        let text = match self.line.ear.next().await? {
            Some(Frame::Binary(bytes)) => return Ok(Heard::Event(TaskEvent::Binary(bytes))),
            Some(Frame::Text(text)) => text,
            None => {
                return Err(Error::new(
                    ErrorKind::Interrupted,
                    "the line closed before the task ended",
                ));
            }
        };
        let message: Message = serde_json::from_str(&text).map_err(|error| {
            Error::malformed("an event cannot be read").with_source(position(&error))
        })?;
        let header = message.header;
        if header.task_id != self.task_id && !header.task_id.is_empty() {
            return Ok(Heard::Nothing);
        }
        Ok(match header.event.as_str() {
            "task-started" => Heard::Started,
            "result-generated" => Heard::Event(TaskEvent::Result(message.payload)),
            "task-finished" => Heard::Event(TaskEvent::Finished(message.payload)),
            "task-failed" => {
                return Err(failed(header.error_code, header.error_message));
            }
            // Tomorrow's event.
            _ => Heard::Nothing,
        })
    }

    fn fail(&mut self, error: Error) -> Error {
        self.ended = true;
        self.span.record("error.type", error.kind().name());
        let error = error.or_request_id(self.line.request_id.as_deref());
        self.line.client.scrub(error)
    }
}

enum Heard {
    Started,
    Event(TaskEvent),
    Nothing,
}

impl<T> fmt::Debug for Incoming<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Incoming")
            .field("task_id", &self.task_id)
            .field("ended", &self.ended)
            .finish_non_exhaustive()
    }
}

/// `task-failed`, classified like a refusal over HTTP.
pub(super) fn failed(code: Option<String>, message: Option<String>) -> Error {
    Refusal {
        code,
        message: message.unwrap_or_default(),
        ..Refusal::default()
    }
    .into()
}

/// Reads a part of an event that must have this form.
pub(super) fn parse<T: serde::de::DeserializeOwned>(value: Value) -> Result<T, Error> {
    serde_json::from_value(value).map_err(|error| {
        Error::malformed("an event is not as documented").with_source(position(&error))
    })
}
