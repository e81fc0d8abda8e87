//! What OpenAI's protocol has and Bailian offers only in its own: images, speech and transcriptions. A request is asked in
//! Bailian's words, and the answer is told in OpenAI's. What would change the result and has no counterpart is refused
//! rather than dropped.

mod asking;
mod edits;
mod form;
mod images;
mod pictures;
mod speech;
mod subtitles;
mod tasks;
mod transcriptions;

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use axum::{
    body::Body,
    extract::{Request, State},
    response::Response,
    routing::{MethodRouter, post},
};
use bailian::{
    Client, Error as UpstreamError, ErrorKind, Sent,
    capability::{ModelCard, ModelKind},
    media::MediaUsage,
    pool::{Reach, Turn},
};
use http::request::Parts;
use model::{CallOutcome, Operation, Protocol};
use platform::gateway::{
    Ask, Ending, Gateway, GatewayError, Principal, Running, Weight, Whereabouts,
    scan::{Reported, RequestScan, UsageShape, usage_of_json},
};
use serde::de::DeserializeOwned;
use serde_json::json;
use tokio_util::sync::CancellationToken;

use super::{
    GatewayState, cached,
    entry::{Entered, enter},
    finishing, headers, held, once, references,
    refusal::Refusal,
    relay::{refused, request_id},
    request::{self, reads_chinese},
    table::Dialect,
    timely::Bounds,
    unanswered::{is_unmade, not_admitted},
    words,
};

/// The addresses; each takes POST.
pub(super) const ADDRESSES: [&str; 4] = [
    "/v1/images/generations",
    "/v1/images/edits",
    "/v1/audio/speech",
    "/v1/audio/transcriptions",
];

/// The addresses with what answers there.
pub(super) fn routes() -> [(&'static str, MethodRouter<GatewayState>); 4] {
    let [generations, edits, speech, transcriptions] = ADDRESSES;
    [
        (generations, post(answer::<images::Wish>)),
        (edits, post(answer::<edits::Wish>)),
        (speech, post(answer::<speech::Wish>)),
        (transcriptions, post(answer::<transcriptions::Wish>)),
    ]
}

/// What a request is translated with.
struct Call {
    gateway: Gateway,
    principal: Arc<Principal>,
    request_id: String,
    chinese: bool,
    /// What is taken of the body.
    bounds: Bounds,
    /// Where the uploads are that the request names, once it was read.
    place: Mutex<Whereabouts>,
    /// Cancelled when nobody waits for the answer any more: the caller left, or what they came in by ended. What is being
    /// begun then is heard of first.
    stop: CancellationToken,
    /// Cancelled when this process ends.
    leaving: CancellationToken,
    /// Where it is noted that something has left for Bailian.
    sent: Sent,
}

/// Why there is no answer.
#[derive(Debug)]
enum Fault {
    /// The upstream refused or failed; another model may do better.
    Upstream(UpstreamError),
    /// The same after a task was begun, whose money stays reserved.
    OfTask(UpstreamError),
    /// It was made, but the store where it lies does not give it. That is nobody's fault here, whatever the store says of it.
    OfFile(UpstreamError),
    /// An answer came that has nothing in it.
    NoAnswer,
    /// Nobody waits for it any more.
    Stopped,
    /// It failed here.
    Here(GatewayError),
}

impl From<UpstreamError> for Fault {
    fn from(error: UpstreamError) -> Self {
        Self::Upstream(error)
    }
}

impl From<GatewayError> for Fault {
    fn from(error: GatewayError) -> Self {
        Self::Here(error)
    }
}

impl From<platform::store::Error> for Fault {
    fn from(error: platform::store::Error) -> Self {
        Self::Here(error.into())
    }
}

/// A request of OpenAI's that Bailian knows by other words.
trait Translated: Sized + Send + Sync + 'static {
    /// What is asked for.
    const OPERATION: Operation;
    /// What Bailian answers.
    type Answer: Send;

    /// Reads and checks it.
    fn read(
        call: &Call,
        parts: Parts,
        body: Body,
    ) -> impl Future<Output = Result<Self, Refusal>> + Send;

    /// The name of the model.
    fn model(&self) -> &str;

    /// Notes what decides the price.
    fn measure(&self, ask: &mut Ask);

    /// The voice that it names.
    fn voice(&self) -> Option<&str> {
        None
    }

    /// Whether the model works as a task, which goes on by itself once it was taken.
    fn begins_task(&self, _: &ModelCard) -> bool {
        false
    }

    /// Refuses what the model can't do.
    fn fits(&self, card: &ModelCard, chinese: bool) -> Result<(), Refusal>;

    /// Asks one of the models, there and nowhere else.
    fn ask(
        &self,
        call: &Call,
        there: &Turn,
        running: &mut Running,
        card: &ModelCard,
    ) -> impl Future<Output = Result<Self::Answer, Fault>> + Send;

    /// Tells the answer, booked before its end.
    fn tell(
        self,
        call: &Call,
        running: Running,
        answer: Self::Answer,
    ) -> impl Future<Output = Result<Response, Fault>> + Send;
}

async fn answer<W: Translated>(State(state): State<GatewayState>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let request_id = request_id(&parts.extensions);
    let chinese = reads_chinese(&parts);
    let refuse = |refusal: Refusal| refused(&refusal, Dialect::OpenAi, &request_id);
    let (weight, dialect) = (Weight::Call, Dialect::OpenAi);
    let entered = enter(&state, &parts, body, weight, dialect, &request_id).await;
    let Entered {
        place,
        principal,
        claimed,
        body,
    } = match entered {
        Ok(entered) => entered,
        Err(response) => return *response,
    };
    let finishes = principal.finishes();
    let waited_for = state.readiness.answer();
    let call = Call {
        gateway: state.gateway,
        principal,
        request_id: request_id.clone(),
        chinese,
        bounds: state.bounds,
        place: Mutex::default(),
        stop: CancellationToken::new(),
        leaving: state.readiness.answers_end(),
        sent: once::sent(claimed.as_ref()),
    };
    let admitted = match cached::refuse(&parts, chinese) {
        Ok(()) => admitted::<W>(&call, parts, body).await,
        Err(refusal) => Err(refusal),
    };
    let (wish, whom, running) = match admitted {
        Ok(admitted) => admitted,
        Err(refusal) => {
            once::release(claimed).await;
            return refuse(refusal);
        }
    };
    let mut claimed = claimed;
    let mut cards = whom.0.iter().filter_map(|model| call.gateway.card(model));
    let begins = cards.any(|card| wish.begins_task(card));
    // A task that Bailian takes while its caller leaves would be paid for by nobody: what becomes of it is heard without them,
    // and then it is called off.
    let _leaving = (begins && !finishes).then(|| call.stop.clone().drop_guard());
    let answering = async move {
        let told = match translated(&call, wish, &whom, running).await {
            Ok(mut response) => {
                headers::always(response.headers_mut(), &call.request_id);
                response
            }
            Err(refusal) => {
                if call.stop.is_cancelled() {
                    // This is no answer to whoever sends the same again.
                    drop(claimed.take());
                }
                refused(&refusal, Dialect::OpenAi, &call.request_id)
            }
        };
        let kept = once::keep(claimed, told, chinese).await;
        let answer =
            kept.unwrap_or_else(|refusal| refused(&refusal, Dialect::OpenAi, &call.request_id));
        held::until_read(answer, (place, waited_for))
    };
    let instead = || refuse(Refusal::internal(chinese));
    finishing::answered(answering, finishes || begins, instead).await
}

/// Reads the wish and reserves what it can cost.
async fn admitted<W: Translated>(
    call: &Call,
    parts: Parts,
    body: Body,
) -> Result<(W, (Vec<String>, Reach), Running), Refusal> {
    let of = |error: GatewayError| Refusal::of(&error, call.chinese);
    let wish = W::read(call, parts, body).await?;
    let models = call.gateway.models_behind(&call.principal, wish.model());
    let models = models.await.map_err(of)?;
    for card in models.iter().filter_map(|model| call.gateway.card(model)) {
        wish.fits(card, call.chinese)?;
    }
    let mut place = call.place().clone();
    if let Some(voice) = wish.voice() {
        let names = BTreeSet::from([voice.to_owned()]);
        let added = call
            .gateway
            .add_enrolled(&call.principal, &names, &mut place);
        added.await.map_err(of)?;
    }
    let (protocol, id) = (Protocol::OpenAi, call.request_id.clone());
    let mut ask = Ask::new(protocol, W::OPERATION, wish.model(), models.clone(), id);
    wish.measure(&mut ask);
    let running = call.gateway.admit(&call.principal, ask).await;
    let mut running = running
        .map_err(|error| not_admitted(&call.gateway, &call.principal, &error, call.chinese))?;
    running.noted_by(&call.sent);
    Ok((wish, (models, place.reach()), running))
}

async fn translated<W: Translated>(
    call: &Call,
    wish: W,
    whom: &(Vec<String>, Reach),
    mut running: Running,
) -> Result<Response, Refusal> {
    let answer = match asking::asked(&wish, call, &mut running, whom).await {
        Err(fault) => return Err(call.fail(Some(running), fault).await),
        Ok(answer) => answer,
    };
    let allowed = running.allowed();
    match wish.tell(call, running, answer).await {
        Ok(mut response) => {
            let now = call.gateway.now();
            headers::limits(response.headers_mut(), Dialect::OpenAi, allowed, now);
            Ok(response)
        }
        Err(fault) => Err(call.fail(None, fault).await),
    }
}

impl Call {
    fn place(&self) -> MutexGuard<'_, Whereabouts> {
        self.place.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes where the uploads are that a request names; refuses others'. Whatever it says is asked for in this site's name, with
    /// uploads looked up.
    async fn note_uploads(
        &self,
        paths: Result<BTreeSet<String>, GatewayError>,
    ) -> Result<(), Refusal> {
        let of = |error: GatewayError| Refusal::of(&error, self.chinese);
        let paths = paths.map_err(of)?;
        let mut place = Whereabouts::default();
        references::add_uploads(&self.gateway, &self.principal, &paths, &mut place)
            .await
            .map_err(of)?;
        *self.place() = place;
        Ok(())
    }

    /// For what has an address of its own: whoever fetches it.
    fn any_client(&self) -> &Client {
        self.gateway.client()
    }

    /// Books how a call ended, with what was made by then: that is paid for, also where it could not be fetched. That it could not be
    /// booked goes before the refusal.
    async fn end(&self, mut running: Running, ending: Ending, refusal: Refusal) -> Refusal {
        let reported = running.so_far().reported.take();
        let ending = Ending { reported, ..ending };
        match running.close(ending).await {
            Ok(()) => refusal,
            Err(error) => Refusal::of(&error.into(), self.chinese),
        }
    }

    /// Whether something was made, or may have been, or goes on: who sends the same again by themselves pays for it again.
    fn may_be_paid(&self, fault: &Fault) -> bool {
        match fault {
            Fault::Upstream(error) => !error.may_be_repeated(),
            Fault::OfTask(error) => {
                let failed = matches!(
                    error.kind(),
                    ErrorKind::TaskFailed { .. } | ErrorKind::TaskCanceled
                );
                // What failed of several has a code and no status: nothing is billed of it either.
                let part_failed = error.code().is_some() && error.status().is_none();
                !failed && !part_failed
            }
            Fault::OfFile(_) | Fault::NoAnswer => true,
            Fault::Here(_) => self.sent.is_noted(),
            Fault::Stopped => false,
        }
    }

    async fn fail(&self, running: Option<Running>, fault: Fault) -> Refusal {
        let is_paid = self.may_be_paid(&fault);
        let refusal = self.refusal_of(running, fault).await;
        if is_paid { refusal.paid() } else { refusal }
    }

    async fn refusal_of(&self, running: Option<Running>, fault: Fault) -> Refusal {
        // What became of a task that was begun, or of an answer that is there, is another matter.
        let is_unmade =
            running.is_some() && matches!(&fault, Fault::Upstream(error) if is_unmade(error));
        match fault {
            Fault::Here(error) => Refusal::of(&error, self.chinese),
            Fault::NoAnswer => Refusal::cut(self.chinese),
            Fault::Stopped => {
                let refusal = Refusal::right_ended(self.chinese);
                match running {
                    Some(running) => self.end(running, Ending::cancelled(), refusal).await,
                    None => refusal,
                }
            }
            Fault::OfFile(error) => {
                tracing::warn!(
                    error = &error as &dyn std::error::Error,
                    "what was made could not be fetched"
                );
                let refusal = Refusal::of_upstream(&error, self.chinese);
                let ending = Ending {
                    outcome: Some(CallOutcome::Failed),
                    ..Ending::failed(&error)
                };
                match running {
                    Some(running) => self.end(running, ending, refusal).await,
                    None => refusal,
                }
            }
            Fault::Upstream(error) | Fault::OfTask(error) => {
                tracing::warn!(
                    error = &error as &dyn std::error::Error,
                    "the upstream gave no answer"
                );
                let refusal = Refusal::of_translated(&error, self.chinese).unmade(is_unmade);
                match running {
                    Some(running) => self.end(running, Ending::failed(&error), refusal).await,
                    None => refusal,
                }
            }
        }
    }
}

/// The end of a call that succeeded and used this much.
fn succeeded(usage: Option<&MediaUsage>, upstream_request_id: Option<String>) -> Ending {
    Ending {
        reported: usage.and_then(reported),
        upstream_request_id,
        ..Ending::succeeded(200)
    }
}

fn reported(usage: &MediaUsage) -> Option<Reported> {
    usage_of_json(
        json!({ "usage": usage }).to_string().as_bytes(),
        UsageShape::Native,
    )
}

/// A body of JSON as a wish. What a parser overlooks is found first: names that stand twice, numbers that nobody means.
async fn read_json<W: DeserializeOwned>(call: &Call, body: Body) -> Result<W, Refusal> {
    let body = request::read(&call.gateway, body, call.bounds, call.chinese).await?;
    RequestScan::read(&body).map_err(|error| Refusal::of(&error.into(), call.chinese))?;
    call.note_uploads(references::uploads_in_json(&body))
        .await?;
    serde_json::from_slice(&body).map_err(|error| Refusal::unfit(&error, call.chinese))
}

/// A field that can't be done without.
fn needed(value: Option<String>, field: &str, chinese: bool) -> Result<String, Refusal> {
    let refusal = || Refusal::field(field, words::missing(field, chinese));
    value.filter(|value| !value.is_empty()).ok_or_else(refusal)
}

/// The name of the model that is asked for.
fn model_of(model: Option<String>, chinese: bool) -> Result<String, Refusal> {
    let refusal = || Refusal::of(&GatewayError::NoModel, chinese);
    model.filter(|model| !model.is_empty()).ok_or_else(refusal)
}

/// What a model of media is for, as the catalogue calls it.
fn kind(card: &ModelCard) -> &str {
    match &card.kind {
        ModelKind::Other(kind) => kind,
        _ => "",
    }
}

/// Whether the model is called at this path.
fn is_at(card: &ModelCard, part: &str) -> bool {
    card.paths.iter().any(|path| path.contains(part))
}
