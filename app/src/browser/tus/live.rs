//! An upload of something that is still being made: what there is is sent in pieces, and how long it is is told with its end. What
//! has not arrived stays here, in its order, until it has.

use std::{cell::RefCell, rc::Rc};

use js_sys::Array;
use model::{FailureCode, FileId, UploadId};
use web_sys::{Blob, Response};

use super::{Progress, Wanted, header, metadata, refusal, send};
use crate::{browser::number::number, error::AppError};

/// Bytes that are sent at once at most.
const PIECE: f64 = 4.0 * 1024.0 * 1024.0;
/// Pauses between two tries while the network is away, in milliseconds.
const PAUSE_MS: u32 = 2_000;
/// How often one that is paused looks whether it goes on, in milliseconds.
const PAUSED_MS: u32 = 200;
/// So long one attempt waits for another one that is on its way, in milliseconds.
const TURN_MS: u32 = 50;

/// How an attempt went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sent {
    /// All that there was has arrived.
    All,
    /// Some of it has; there is more.
    Some,
    /// The network is away, or the server.
    Away,
    /// It is a file now.
    File(FileId),
}

/// The upload. Cheap to clone: all are the same one.
#[derive(Clone, Debug)]
pub struct Live(Rc<RefCell<State>>);

#[derive(Debug)]
struct State {
    /// What is said about it when it begins.
    about: String,
    place: Option<String>,
    /// Where what waits begins.
    begins: f64,
    waits: Vec<Blob>,
    /// The server may be further than `begins`: an answer was lost.
    is_unsure: bool,
    is_busy: bool,
    recorded_ms: f64,
    /// What it became.
    file: Option<FileId>,
    /// It was thrown away.
    is_over: bool,
}

impl Live {
    /// One that is to be called that.
    pub fn new(name: &str, kind: &str) -> Self {
        Self::of(metadata(name, kind).unwrap_or_default(), None, 0.0)
    }

    /// One of which so much is at the server, and nothing here.
    pub fn unfinished(id: UploadId, bytes: f64) -> Self {
        Self::of(String::new(), Some(format!("/uploads/{id}")), bytes)
    }

    fn of(about: String, place: Option<String>, begins: f64) -> Self {
        Self(Rc::new(RefCell::new(State {
            about,
            place,
            begins,
            waits: Vec::new(),
            is_unsure: false,
            is_busy: false,
            recorded_ms: 0.0,
            file: None,
            is_over: false,
        })))
    }

    /// Takes more in.
    pub fn add(&self, piece: Blob) {
        self.0.borrow_mut().waits.push(piece);
    }

    /// So much is recorded by now.
    pub fn recorded(&self, ms: f64) {
        self.0.borrow_mut().recorded_ms = ms;
    }

    /// Whether it is a file, or was thrown away.
    pub fn is_over(&self) -> bool {
        let state = self.0.borrow();
        state.is_over || state.file.is_some()
    }

    /// Bytes that are only here.
    pub fn held(&self) -> f64 {
        self.0.borrow().waits.iter().map(Blob::size).sum()
    }

    /// Sends what there is, as far as it goes now; with `is_end` nothing follows it.
    pub async fn send(&self, is_end: bool) -> Result<Sent, AppError> {
        while self.0.borrow().is_busy {
            gloo_timers::future::TimeoutFuture::new(TURN_MS).await;
        }
        let (file, is_over) = {
            let state = self.0.borrow();
            (state.file, state.is_over)
        };
        match file {
            Some(id) => return Ok(Sent::File(id)),
            None if is_over => return Ok(Sent::All),
            None => {}
        }
        self.0.borrow_mut().is_busy = true;
        let sent = self.attempt(is_end).await;
        let mut state = self.0.borrow_mut();
        state.is_busy = false;
        if let Ok(Sent::File(id)) = &sent {
            state.file = Some(*id);
        }
        sent
    }

    /// Sends all of it and says which file it is; nothing when it was called off: then it stays as it is.
    pub async fn finish(
        &self,
        wanted: impl Fn() -> Wanted,
        tell: impl Fn(Progress),
    ) -> Result<Option<FileId>, AppError> {
        loop {
            match wanted() {
                Wanted::Yes => {}
                Wanted::Paused => {
                    gloo_timers::future::TimeoutFuture::new(PAUSED_MS).await;
                    continue;
                }
                Wanted::No => return Ok(None),
            }
            match self.send(true).await? {
                Sent::File(id) => return Ok(Some(id)),
                Sent::Away => {
                    tell(Progress::Waiting);
                    gloo_timers::future::TimeoutFuture::new(PAUSE_MS).await;
                }
                Sent::Some => tell(Progress::Sent(self.0.borrow().begins)),
                // It was thrown away meanwhile.
                Sent::All => return Ok(None),
            }
        }
    }

    /// How much there is of it, here and at the server.
    pub fn size(&self) -> f64 {
        self.0.borrow().begins + self.held()
    }

    /// Throws it away. What can't be ended runs out by itself.
    pub async fn discard(&self) {
        let place = {
            let mut state = self.0.borrow_mut();
            state.waits.clear();
            state.is_over = true;
            state.place.take()
        };
        if let Some(place) = place {
            let _ended = send("DELETE", &place, &[], None).await;
        }
    }

    async fn attempt(&self, is_end: bool) -> Result<Sent, AppError> {
        let place = self.0.borrow().place.clone();
        let Some(place) = place else {
            return self.begin().await;
        };
        let is_unsure = self.0.borrow().is_unsure;
        if is_unsure && let Some(sent) = self.look(&place).await? {
            return Ok(sent);
        }
        let Some(piece) = self.next() else {
            return Ok(Sent::All);
        };
        let (size, held) = (piece.size(), self.held());
        let is_last = is_end && size >= held;
        if size <= 0.0 && !is_last {
            return Ok(Sent::All);
        }
        let (offset, recorded, length) = {
            let state = self.0.borrow();
            let number = |number: f64| format!("{number:.0}");
            (
                number(state.begins),
                number(state.recorded_ms),
                number(state.begins + size),
            )
        };
        let mut headers = vec![
            ("upload-offset", offset.as_str()),
            ("content-type", "application/offset+octet-stream"),
        ];
        if recorded != "0" {
            headers.push(("upload-recorded", recorded.as_str()));
        }
        if is_last {
            headers.push(("upload-length", length.as_str()));
        }
        let Some(answer) = send("PATCH", &place, &headers, Some(&piece)).await else {
            self.0.borrow_mut().is_unsure = true;
            return Ok(Sent::Away);
        };
        match answer.status() {
            200..=204 => {
                self.arrived(size);
                if let Some(file) = file_of(&answer) {
                    return file;
                }
                Ok(if self.held() > 0.0 {
                    Sent::Some
                } else {
                    Sent::All
                })
            }
            // Somewhere else; without a place it is another conflict: there is no room for more.
            409 if header(&answer, "upload-offset").is_some() => {
                self.0.borrow_mut().is_unsure = true;
                Ok(Sent::Some)
            }
            status if is_away(status) => {
                self.0.borrow_mut().is_unsure = true;
                Ok(Sent::Away)
            }
            status => {
                // What came may have been stored all the same.
                self.0.borrow_mut().is_unsure = true;
                Err(refusal(&answer, status).await)
            }
        }
    }

    async fn begin(&self) -> Result<Sent, AppError> {
        let about = self.0.borrow().about.clone();
        let headers = [
            ("upload-defer-length", "1"),
            ("upload-recorded", "0"),
            ("upload-metadata", about.as_str()),
        ];
        let Some(answer) = send("POST", "/uploads", &headers, None).await else {
            return Ok(Sent::Away);
        };
        match answer.status() {
            200..=204 => {
                let place = header(&answer, "location");
                let is_over = self.0.borrow().is_over;
                if let Some(place) = place.as_deref().filter(|_| is_over) {
                    let _ended = send("DELETE", place, &[], None).await;
                    return Ok(Sent::All);
                }
                self.0.borrow_mut().place = place;
                Ok(Sent::Some)
            }
            status if is_away(status) => Ok(Sent::Away),
            status => Err(refusal(&answer, status).await),
        }
    }

    /// Finds out how much has arrived. What is to be told, if that is all that there is to do now.
    async fn look(&self, place: &str) -> Result<Option<Sent>, AppError> {
        let Some(answer) = send("HEAD", place, &[], None).await else {
            return Ok(Some(Sent::Away));
        };
        match answer.status() {
            200..=204 => {}
            status if is_away(status) => return Ok(Some(Sent::Away)),
            404 | 410 => return Err(AppError::new(FailureCode::NotFound)),
            status => return Err(refusal(&answer, status).await),
        }
        if let Some(file) = file_of(&answer) {
            return file.map(Some);
        }
        let at = header(&answer, "upload-offset").and_then(|at| number(&at));
        let begins = self.0.borrow().begins;
        let further = at.unwrap_or(begins) - begins;
        let held = self.held();
        if further < 0.0 || (held > 0.0 && further > held) {
            // Somebody else goes on with it, in another window.
            return Err(AppError::new(FailureCode::WrongOffset));
        }
        self.arrived(further);
        self.0.borrow_mut().is_unsure = false;
        Ok(None)
    }

    /// What is sent next, empty where nothing waits.
    fn next(&self) -> Option<Blob> {
        let waits: Array = self.0.borrow().waits.iter().collect();
        let all = Blob::new_with_blob_sequence(&waits).ok()?;
        if all.size() <= PIECE {
            return Some(all);
        }
        all.slice_with_f64_and_f64(0.0, PIECE).ok()
    }

    /// So many bytes of what waits are at the server.
    fn arrived(&self, bytes: f64) {
        let mut state = self.0.borrow_mut();
        state.begins += bytes;
        let mut left = bytes;
        while left > 0.0 && !state.waits.is_empty() {
            let first = state.waits[0].size();
            if first <= left {
                left -= first;
                state.waits.remove(0);
                continue;
            }
            let rest = state.waits[0].slice_with_f64_and_f64(left, first);
            left = 0.0;
            if let Ok(rest) = rest {
                state.waits[0] = rest;
            }
        }
    }
}

fn is_away(status: u16) -> bool {
    matches!(status, 429 | 502..=504)
}

fn file_of(answer: &Response) -> Option<Result<Sent, AppError>> {
    let id = header(answer, "upload-file")?;
    let id = id.parse().map(Sent::File);
    Some(id.map_err(|_| AppError::new(FailureCode::Internal)))
}
