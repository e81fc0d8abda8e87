//! Speech both ways over WebSocket: each message passes as it is, and what Bailian says of usage is noted in passing.
//!
//! A line of tasks (`/api-ws/v1/inference`) is asked for its model when a task begins on it, and each task is a call. So
//! it leads to the upstream whose turn it is for the first task, or to the account of what that names, and what later tasks
//! name has to be there too. A line of events (`/api-ws/v1/realtime`) names its model in the address and is one call, or one
//! for each answer where a budget binds its caller: what it costs in all nobody can say before. It leads to the account of what
//! its first event names, and what later events name has to be there too.

mod booking;
mod carrying;
mod hearing;
mod leading;
mod naming;
mod speaking;

use std::sync::Arc;

use axum::{
    extract::{FromRequestParts, Query, Request, State, WebSocketUpgrade},
    response::Response,
};
use bailian::pool::Reach;
use http::Uri;
use model::Operation;
use platform::gateway::{
    Ending, Gateway, Place, Principal, Running, UPSTREAM, Weight, scan::Reported,
};
use tokio_util::{sync::CancellationToken, task::task_tracker::TaskTrackerToken};

use hearing::Hearing;
use naming::Way;
use speaking::Speaking;

use super::{
    GatewayState, credential,
    entry::who,
    headers, references,
    refusal::Refusal,
    relay::{refused, request_id},
    request::reads_chinese,
    table::Dialect,
    unanswered::not_admitted,
};

/// The largest message, in bytes: Bailian takes no larger ones.
const LARGEST: usize = 4 * 1024 * 1024;

/// Why a line is closed: what its caller came in by has ended, this process ends, or Bailian is not there.
const ENDED: &str = "the credential was ended";
const LEAVING: &str = "the server leaves; come back";
const GONE: &str = "the upstream is gone";

/// What the call that runs was begun for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Purpose {
    /// What was asked.
    Asked,
    /// Another answer on a line of events, as long as nothing of one has come.
    Spare,
}

struct Line {
    gateway: Gateway,
    principal: Arc<Principal>,
    request_id: String,
    chinese: bool,
    /// Where it leads.
    upstream: Arc<str>,
    /// The line's own, whatever runs on it.
    _place: Place,
    /// Cancelled when the process ends, which waits until this line is gone.
    leaving: CancellationToken,
    _waited_for: TaskTrackerToken,
    /// The call that runs on it.
    running: Option<Running>,
    purpose: Purpose,
    reported: Option<Reported>,
    /// What it was given to speak, where it speaks.
    speaking: Option<Speaking>,
    /// What is heard on a line of events whose model says nothing of it.
    hearing: Option<Hearing>,
    /// The model that a line of events asks for.
    model: String,
    /// One call for the whole line, not one for each task.
    is_one_call: bool,
    /// How a line of events was opened, as long as nothing was said on it.
    way: Option<Way>,
    /// Whether the caller was told that a session began.
    is_greeted: bool,
}

/// A line of tasks.
pub(super) async fn tasks(State(state): State<GatewayState>, request: Request) -> Response {
    open(state, request, "/api-ws/v1/inference", false).await
}

/// A line of events.
pub(super) async fn events(State(state): State<GatewayState>, request: Request) -> Response {
    open(state, request, "/api-ws/v1/realtime", true).await
}

async fn open(
    state: GatewayState,
    request: Request,
    path: &'static str,
    is_one_call: bool,
) -> Response {
    let (mut parts, _) = request.into_parts();
    let request_id = request_id(&parts.extensions);
    let chinese = reads_chinese(&parts);
    let refused = |refusal: &Refusal| refused(refusal, Dialect::Native, &request_id);
    let whose = credential::of(&parts.headers, &parts.uri).unwrap_or_default();
    let place = match state.gateway.enter(whose, Weight::Call) {
        Ok(place) => place,
        Err(error) => return refused(&Refusal::of(&error, chinese)),
    };
    let principal = match who(&state.gateway, &parts, chinese).await {
        Ok(principal) => principal,
        Err(refusal) => return refused(&refusal),
    };
    let upgrade = match WebSocketUpgrade::from_request_parts(&mut parts, &state).await {
        Ok(upgrade) => upgrade,
        Err(rejection) => return refused(&Refusal::no_line(rejection.status(), chinese)),
    };
    let mut line = Line {
        gateway: state.gateway.clone(),
        principal,
        request_id: request_id.clone(),
        chinese,
        upstream: UPSTREAM.into(),
        _place: place,
        leaving: state.readiness.streams_end(),
        _waited_for: state.readiness.line(),
        running: None,
        purpose: Purpose::Asked,
        reported: None,
        speaking: None,
        hearing: None,
        model: String::new(),
        is_one_call,
        way: None,
        is_greeted: false,
    };
    let upgrade = upgrade.max_message_size(LARGEST).max_frame_size(LARGEST);
    let mut onwards = headers::onwards(&parts.headers);
    // Whose an upload is that some message names is not looked up, so that Bailian does not either.
    onwards.remove(references::RESOLVES);
    if !is_one_call {
        return upgrade.on_upgrade(move |socket| line.wait(socket, path, onwards));
    }
    let model = model_in(&parts.uri).unwrap_or_default();
    let served = match line.begin(&model, Operation::Realtime).await {
        Ok(served) => served,
        Err(error) => {
            let refusal = not_admitted(&line.gateway, &line.principal, &error, chinese);
            return refused(&refusal);
        }
    };
    line.way = Some(Way {
        model: served.clone(),
        path,
        headers: onwards.clone(),
    });
    let what = line.gateway.what_it_does(&served);
    line.speaking = (what == Operation::Speech).then(Speaking::default);
    line.hearing = (what == Operation::Transcription).then(Hearing::default);
    line.model = model;
    match line.connect(&served, Reach::Any, path, onwards).await {
        Ok((sender, receiver)) => {
            upgrade.on_upgrade(move |socket| line.carry(socket, sender, receiver, None))
        }
        Err(error) => {
            line.end(Ending::failed(&error)).await;
            refused(&Refusal::of_upstream(&error, chinese))
        }
    }
}

fn model_in(uri: &Uri) -> Option<String> {
    let Query(pairs) = Query::<Vec<(String, String)>>::try_from_uri(uri).ok()?;
    let mut pairs = pairs.into_iter();
    pairs
        .find(|(name, _)| name == "model")
        .map(|(_, model)| model)
}
