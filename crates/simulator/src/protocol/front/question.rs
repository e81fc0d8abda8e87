//! What a request asks for: its body, read once for all, and the faults that it wants.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use axum::body::Body;
use bytes::Bytes;
use http::{HeaderMap, header::AUTHORIZATION, request::Parts};
use serde_json::Value;
use tokio::time::{Instant, sleep};

use crate::{
    Handle, Refusal, Strike,
    account::Arrival,
    dice::Dice,
    limits::{Demand, Exceeded},
    protocol::dialect::Dialect,
};

/// The documented limit is 10 MB for one encoded medium; a request may hold several.
const LARGEST_BODY: usize = 64 << 20;
/// The object store takes larger files than a request may hold.
const LARGEST_UPLOAD: usize = 128 << 20;
/// Seconds that a request may ask to be queued for.
const LONGEST_QUEUE: u64 = 600;
/// The header that asks for faults, separated by commas.
const FAULT_HEADER: &str = "x-simulator-fault";
/// What parts a model's name from a fault, since some clients can't set headers.
const FAULT_MARK: &str = "@fault:";
/// A fault that is drawn by share strikes a stream within its first events.
const DRAWN_WITHIN: usize = 12;

/// The body as JSON, for the route; nothing when it is none.
#[derive(Clone, Debug)]
pub(crate) struct Parsed(pub(crate) Option<Arc<Value>>);

/// Faults that strike inside a connection which outlives its request.
#[derive(Clone, Debug)]
pub(crate) struct Inside(pub(crate) Vec<Strike>);

/// Faults that the route finds out about: those of a scripted answer that are the front's affair.
#[derive(Clone, Debug, Default)]
pub(crate) struct Later(Arc<Mutex<Vec<Strike>>>);

impl Later {
    pub(crate) fn add(&self, strike: Strike) {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(strike);
    }

    pub(super) fn take(&self) -> Vec<Strike> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Reads a body, unless it is too large.
pub(super) async fn read(parts: &Parts, body: Body) -> Result<Bytes, axum::Error> {
    let largest = match Dialect::of(parts.uri.path()) {
        Dialect::Open => LARGEST_UPLOAD,
        Dialect::Compatible | Dialect::Anthropic | Dialect::Native | Dialect::Signed => {
            LARGEST_BODY
        }
    };
    axum::body::to_bytes(body, largest).await
}

/// The beginning of the key that a request shows; empty without one.
pub(super) fn shown_key(parts: &Parts, dialect: Dialect) -> String {
    shown(dialect.key(&parts.headers).unwrap_or_default())
}

/// A request's body.
pub(super) struct Question {
    pub(super) body: Bytes,
    pub(super) json: Option<Arc<Value>>,
    model: String,
    /// Faults from the model's name.
    asked_for: Vec<String>,
    too_large: bool,
}

impl Question {
    pub(super) fn of(parts: &Parts, read: Result<Bytes, axum::Error>) -> Self {
        let too_large = read.is_err();
        let mut question = Self {
            body: read.unwrap_or_default(),
            json: None,
            model: String::new(),
            asked_for: Vec::new(),
            too_large,
        };
        if !is_form(&parts.headers) {
            question.read_json();
        }
        question
    }

    fn read_json(&mut self) {
        let Ok(mut json) = serde_json::from_slice::<Value>(&self.body) else {
            return;
        };
        if let Some(Value::String(model)) = json.get_mut("model") {
            if let Some((name, faults)) = model.split_once(FAULT_MARK) {
                let name = name.to_owned();
                self.asked_for = faults.split(FAULT_MARK).map(str::to_owned).collect();
                model.clone_from(&name);
                self.model = name;
                self.body = json.to_string().into();
            } else {
                self.model.clone_from(model);
            }
        }
        self.json = Some(Arc::new(json));
    }

    /// For the record.
    pub(super) fn arrival(&self, parts: &Parts, dialect: Dialect) -> Arrival {
        Arrival {
            method: parts.method.to_string(),
            path: parts.uri.path().to_owned(),
            key: shown_key(parts, dialect),
            model: self.model.clone(),
            headers: headers(&parts.headers),
            body: self.json.clone().unwrap_or_default(),
            bytes: self.body.len(),
        }
    }

    /// What goes wrong with the request, or why it is refused before it reaches its route.
    pub(super) async fn check(
        &self,
        parts: &Parts,
        handle: &Handle,
        dice: Dice,
    ) -> Result<Vec<Strike>, Refusal> {
        if self.too_large {
            let message = "Payload Too Large.";
            return Err(Refusal::new(413, "BadRequest.TooLarge", message));
        }
        self.admitted(parts, handle).await?;
        self.strikes(parts, handle, dice)
    }

    /// Waits where the service lets requests queue, and is refused where a limit is reached.
    async fn admitted(&self, parts: &Parts, handle: &Handle) -> Result<(), Refusal> {
        let limits = handle.options().limits;
        let demand = Demand {
            method: &parts.method,
            path: parts.uri.path(),
            model: &self.model,
        };
        let patience = parts.headers.get("x-dashscope-wait-timeout");
        let patience = patience
            .and_then(|seconds| seconds.to_str().ok()?.parse().ok())
            .unwrap_or(0);
        let deadline = Instant::now() + Duration::from_secs(patience.min(LONGEST_QUEUE));
        loop {
            let now = Instant::now();
            match handle.limiter().admit(limits, demand, now) {
                Ok(()) => return Ok(()),
                // Nothing but growth is queued.
                Err(Exceeded::Growth(wait)) if now + wait <= deadline => sleep(wait).await,
                Err(exceeded) => return Err(exceeded.refusal()),
            }
        }
    }

    /// What goes wrong: what the request asks for, else what was ordered, else what is drawn.
    fn strikes(&self, parts: &Parts, handle: &Handle, dice: Dice) -> Result<Vec<Strike>, Refusal> {
        let wanted = parts.headers.get_all(FAULT_HEADER);
        let wanted = wanted.iter().filter_map(|value| value.to_str().ok());
        let wanted = wanted
            .flat_map(|text| text.split(','))
            .chain(self.asked_for.iter().map(String::as_str));
        let strikes: Vec<Strike> = wanted
            .map(|text| text.trim().parse())
            .collect::<Result<_, _>>()
            .map_err(|problem| Refusal::invalid_parameter(format!("{FAULT_HEADER}: {problem}")))?;
        if !strikes.is_empty() {
            return Ok(strikes);
        }
        let ordered = handle.fault_orders().take(parts.uri.path(), &self.model);
        if !ordered.is_empty() {
            return Ok(ordered);
        }
        let mut dice = dice.and("fault");
        let plans = handle.options();
        let is_socket = is_socket(parts);
        let drawn = plans.faults.iter().filter_map(|plan| {
            let strikes = dice.falls_within(plan.share);
            let place = dice.below(DRAWN_WITHIN);
            strikes.then(|| Strike {
                fault: plan.fault.clone(),
                // A connection that outlives its request is opened before anything goes wrong.
                after: plan.after.unwrap_or(place + usize::from(is_socket)),
            })
        });
        Ok(drawn.collect())
    }
}

/// Whether the request opens a connection that outlives it.
pub(super) fn is_socket(parts: &Parts) -> bool {
    parts.uri.path().starts_with("/api-ws/")
}

fn is_form(headers: &HeaderMap) -> bool {
    headers
        .get(http::header::CONTENT_TYPE)
        .is_some_and(|kind| kind.as_bytes().starts_with(b"multipart/"))
}

/// Headers as they are written down.
fn headers(headers: &HeaderMap) -> Vec<(String, String)> {
    let secret = |name: &str| name == AUTHORIZATION.as_str() || name == "x-api-key";
    let text = |(name, value): (&http::HeaderName, &http::HeaderValue)| {
        let value = String::from_utf8_lossy(value.as_bytes()).into_owned();
        let value = match value.split_once(' ') {
            Some((scheme, key)) if name == AUTHORIZATION => format!("{scheme} {}", shown(key)),
            Some(_) | None if secret(name.as_str()) => shown(&value),
            Some(_) | None => value,
        };
        (name.as_str().to_owned(), value)
    };
    headers.iter().map(text).collect()
}

/// `sk-0b7…`: enough to tell keys apart, too little to use one.
fn shown(key: &str) -> String {
    if key.is_empty() {
        return String::new();
    }
    let shown: String = key.chars().take("sk-".len() + 3).collect();
    format!("{shown}…")
}
