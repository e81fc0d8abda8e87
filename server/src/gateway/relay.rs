//! One call, from the request to the answer: asks the models one after the other until one answers, and hands the answer
//! on as it comes.

use std::sync::Arc;

use axum::{
    body::Body,
    extract::Request,
    response::{IntoResponse, Response},
};
use bailian::{
    pool::Reach,
    relay::{Body as Outgoing, Relayed},
};
use http::{HeaderMap, StatusCode, header};
use model::Operation;
use platform::{
    Visitor,
    gateway::{Ending, Gateway, GatewayError, ObjectKind, Principal, Running, UPSTREAM, observed},
};
use uuid::Uuid;

use super::{
    GatewayState, batch_file, cached,
    early::Early,
    entry::{Entered, enter},
    finishing, headers, held, lists, objects, once, references,
    refusal::Refusal,
    request::{self, Incoming},
    spoken::billed_of,
    streamed,
    table::{Dialect, Owns, Route},
    unanswered::{another_may_answer, failed, no_answer, not_admitted, refused_there},
    whole,
};

/// Where an answer has the names of what was enrolled for speech.
const ENROLLED: &[&str] = &["/output/voice_id", "/output/voice", "/output/vocabulary_id"];

/// What handing an answer on needs to know.
pub(super) struct Context {
    pub(super) gateway: Gateway,
    pub(super) principal: Arc<Principal>,
    pub(super) route: Arc<Route>,
    pub(super) request_id: String,
    pub(super) chinese: bool,
    /// Who answers.
    pub(super) upstream: Arc<str>,
    /// Whether nobody else could, because what it is about is in one account only.
    pub(super) is_bound: bool,
    /// What the request enrolls for speech.
    pub(super) enrolls: Option<ObjectKind>,
}

/// Answers a request to one of the routes.
pub(super) async fn relay(state: GatewayState, route: Arc<Route>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let request_id = request_id(&parts.extensions);
    let chinese = request::reads_chinese(&parts);
    let (dialect, weight) = (route.dialect, route.weight());
    if !route.takes(parts.uri.path()) {
        let refusal = Refusal::of(&GatewayError::NoRoute, chinese);
        return refused(&refusal, dialect, &request_id);
    }
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
    let waited_for = state.readiness.answer();
    let understood = understood(&state, &route, &principal, &parts, body, &request_id).await;
    let (mut incoming, wanted) = match understood {
        Ok(understood) => understood,
        Err(response) if response.status().is_success() => {
            // Should the request come again, its answer is this one, also when that is kept for others no more.
            let kept = once::keep(claimed, *response, chinese).await;
            return kept.unwrap_or_else(|refusal| refused(&refusal, dialect, &request_id));
        }
        Err(response) => {
            once::release(claimed).await;
            return *response;
        }
    };
    let admitted = state.gateway.admit(&principal, incoming.ask.clone()).await;
    let mut running = match admitted {
        Ok(running) => running,
        Err(error) => {
            once::release(claimed).await;
            let refusal = not_admitted(&state.gateway, &principal, &error, chinese);
            return refused(&refusal, dialect, &request_id);
        }
    };
    let sent = once::sent(claimed.as_ref());
    running.noted_by(&sent);
    incoming.relay.sent = Some(sent);
    let left = running.allowed();
    let context = Context {
        gateway: state.gateway.clone(),
        principal,
        route,
        request_id: request_id.clone(),
        chinese,
        upstream: UPSTREAM.into(),
        is_bound: matches!(incoming.reach, Reach::Only(_)),
        enrolls: incoming
            .scan
            .as_ref()
            .and_then(|scan| references::enrolls(&incoming.relay.path, scan)),
    };
    // A batch or a task that Bailian takes while its caller leaves would be paid for by nobody.
    let begins = incoming.ask.operation == Operation::Batch || incoming.begins_task();
    let finishes = context.principal.finishes() || begins;
    let early = Early::of(&context, &incoming, left, state.keep_alive);
    let instead = {
        let request_id = request_id.clone();
        move || refused(&Refusal::internal(chinese), dialect, &request_id)
    };
    // What waits for the upstream is large, and most of a call is waiting.
    let answering = Box::pin(async move {
        let response = if let Owns::Lists(kind, ..) = context.route.owns {
            lists::answer(&state, context, kind, incoming, running).await
        } else if let Some(wanted) = lists::enrolled::wanted(&incoming) {
            lists::enrolled::answer(context, wanted, incoming, running).await
        } else {
            ask(&state, context, incoming, running).await
        };
        let kept = match cached::keep(wanted, &state.gateway, response, chinese).await {
            Ok(response) => once::keep(claimed, response, chinese).await,
            Err(refusal) => Err(refusal),
        };
        let answer = kept.unwrap_or_else(|refusal| refused(&refusal, dialect, &request_id));
        held::until_read(answer, (place, waited_for))
    });
    let answered = finishing::answered(answering, finishes, instead);
    match early {
        Some(early) => early.answer(answered).await,
        None => answered.await,
    }
}

/// Reads the request, and looks whether its answer is in memory; a refusal and such an answer are both the end.
async fn understood(
    state: &GatewayState,
    route: &Route,
    principal: &Arc<Principal>,
    parts: &http::request::Parts,
    body: Body,
    request_id: &str,
) -> Result<(Incoming, Option<cached::Wanted>), Box<Response>> {
    let limits = (state.bounds, request::reads_chinese(parts));
    let gateway = &state.gateway;
    let read = request::understand(gateway, route, principal, parts, body, limits, request_id);
    let incoming = match read.await {
        Ok(incoming) => incoming,
        Err(refusal) if is_question_about_task(route, &refusal) => {
            return Err(Box::new(unknown_task(route, parts, request_id)));
        }
        Err(refusal) => return Err(Box::new(refused(&refusal, route.dialect, request_id))),
    };
    let wanted = cached::look(gateway, principal, route, parts, &incoming, request_id).await?;
    Ok((incoming, wanted))
}

fn is_question_about_task(route: &Route, refusal: &Refusal) -> bool {
    route.owns == Owns::Needs(ObjectKind::Task)
        && refusal.status == StatusCode::NOT_FOUND
        && !route.path.ends_with("/cancel")
}

/// Bailian answers questions about a task that there is not with a state, not with a refusal.
fn unknown_task(route: &Route, parts: &http::request::Parts, request_id: &str) -> Response {
    let id = route.id_in(parts.uri.path()).unwrap_or_default();
    let output = serde_json::json!({ "task_id": id, "task_status": "UNKNOWN" });
    let answer = serde_json::json!({ "request_id": request_id, "output": output });
    let mut response = axum::Json(answer).into_response();
    headers::always(response.headers_mut(), request_id);
    response
}

/// The id that the layers gave the request.
pub(super) fn request_id(extensions: &http::Extensions) -> String {
    let given = extensions
        .get::<Visitor>()
        .map(|visitor| visitor.request_id.clone());
    given
        .filter(|id| !id.is_empty())
        .unwrap_or_else(|| Uuid::new_v4().to_string())
}

pub(super) fn refused(refusal: &Refusal, dialect: Dialect, request_id: &str) -> Response {
    observed::refused(refusal.code());
    let mut response = refusal.response(dialect, request_id);
    headers::always_in(response.headers_mut(), dialect, request_id);
    response
}

pub(super) async fn ask(
    state: &GatewayState,
    mut context: Context,
    mut incoming: Incoming,
    mut running: Running,
) -> Response {
    if let Some(file) = &incoming.of_file
        && let Err(error) = running.asks_for_batch(file).await
    {
        return context.refused(&Refusal::of(&error.into(), context.chinese));
    }
    if running.operation() == Operation::Speech
        && let Outgoing::Whole(asked) = &incoming.relay.body
        && let Some(characters) = billed_of(asked)
    {
        // It is spoken to its end, whoever leaves meanwhile and wherever the answer breaks off.
        running.speaks(characters);
    }
    let mut place = 0;
    loop {
        let asked = state
            .gateway
            .relay(incoming.relay.clone(), incoming.reach.clone());
        let heard = match &incoming.spoilt {
            Some(spoilt) => spoilt.unless(Box::pin(asked)).await,
            None => Ok(asked.await),
        };
        let (upstream, answer) = match heard {
            Ok(heard) => heard,
            Err(why) => {
                let refusal = why.refusal(state.bounds.bytes, context.chinese);
                return context.end(running, Ending::cancelled(), refusal).await;
            }
        };
        running.answered_by(&upstream);
        context.upstream = upstream;
        let another = incoming.ask.models.get(place + 1);
        let answer = match (answer, another) {
            (
                Ok(Relayed {
                    refusal: Some(error),
                    ..
                })
                | Err(error),
                Some(next),
            ) if another_may_answer(&error) => {
                tracing::warn!(
                    error = &error as &dyn std::error::Error,
                    model.name = next,
                    "a model failed, asking the next"
                );
                running.now_asks(next);
                place += 1;
                incoming.write_for(place);
                continue;
            }
            (answer, _) => answer,
        };
        return match answer {
            Ok(mut answer) => match answer.refusal.take() {
                None => answered(state, context, &mut incoming, running, answer).await,
                Some(error) => refused_there(&context, running, answer, &error).await,
            },
            Err(error) => failed(&context, running, &error).await,
        };
    }
}

async fn answered(
    state: &GatewayState,
    context: Context,
    incoming: &mut Incoming,
    mut running: Running,
    answer: Relayed,
) -> Response {
    running.answers(upstream_id(&answer.headers));
    let mut headers = headers::back(&answer.headers);
    context.head(&mut headers, running.allowed());
    let kind = text(&answer.headers, &header::CONTENT_TYPE).to_owned();
    let mut response = if context.route.path.ends_with("/content") {
        // A file's content, which is not metered, of any kind and of any size.
        Response::new(streamed::bytes(running, answer))
    } else if kind.starts_with("text/event-stream") {
        headers.insert("x-accel-buffering", http::HeaderValue::from_static("no"));
        let body = streamed::body(
            context,
            running,
            answer,
            incoming.strips_usage,
            state.keep_alive,
            state.readiness.answers_end(),
        );
        Response::new(body)
    } else if kind.contains("json") {
        let reading = incoming.reading.take();
        whole::answer(&context, running, answer, reading).await
    } else {
        // A page of some gateway in between, or nothing: no answer to hand on as one.
        return no_answer(&context, running, answer.status).await;
    };
    let status = response.status();
    if status.is_success() {
        response.headers_mut().extend(headers);
    }
    response
}

fn text<'a>(headers: &'a HeaderMap, name: &header::HeaderName) -> &'a str {
    let value = headers.get(name).and_then(|value| value.to_str().ok());
    value.unwrap_or_default()
}

/// The upstream's name for a request.
fn upstream_id(headers: &HeaderMap) -> Option<String> {
    let id = text(headers, &header::HeaderName::from_static("x-request-id"));
    (!id.is_empty()).then(|| id.to_owned())
}

impl Context {
    /// What the answer tells of that was just made, and where it has its id.
    pub(super) fn makes(&self) -> Option<(ObjectKind, &'static [&'static str])> {
        match self.route.owns {
            Owns::Makes(kind, places) => Some((kind, places)),
            Owns::Nothing => self.enrolls.map(|kind| (kind, ENROLLED)),
            Owns::Needs(_) | Owns::Lists(..) => None,
        }
    }

    /// What every answer tells: what was left of the limits, and whose request it is.
    pub(super) fn head(&self, headers: &mut HeaderMap, left: headers::Left) {
        headers::limits(headers, self.route.dialect, left, self.gateway.now());
        headers::always_in(headers, self.route.dialect, &self.request_id);
    }

    /// Remembers whose something is, and where.
    pub(super) async fn keep_object(&self, kind: ObjectKind, id: &str) -> Result<(), GatewayError> {
        let Self {
            gateway, principal, ..
        } = self;
        gateway
            .keep_object(principal, kind, id, &self.upstream)
            .await
    }

    /// The refusal in the form of what is spoken.
    pub(super) fn refused(&self, refusal: &Refusal) -> Response {
        refused(refusal, self.route.dialect, &self.request_id)
    }

    /// Books how a call ended, and refuses; that it could not be booked goes before.
    pub(super) async fn end(&self, running: Running, ending: Ending, refusal: Refusal) -> Response {
        match running.close(ending).await {
            Ok(()) => self.refused(&refusal),
            Err(error) => self.refused(&Refusal::of(&error.into(), self.chinese)),
        }
    }

    /// Remembers whose the things are that an answer's JSON tells of, before anybody is told of them; of a list, leaves
    /// only what is the caller's.
    pub(super) async fn own(
        &self,
        json: bytes::Bytes,
        reading: Option<batch_file::Reading>,
    ) -> Result<bytes::Bytes, GatewayError> {
        match self.route.owns {
            Owns::Makes(..) | Owns::Nothing => {
                if let Some((kind, places)) = self.makes() {
                    objects::keep(self, kind, places, &json).await?;
                }
                if let Some(reading) = reading {
                    objects::keep_read(self, reading, &json).await?;
                }
            }
            Owns::Lists(kind, list, name) => {
                return objects::only_own(self, kind, (list, name), json).await;
            }
            Owns::Needs(kind) => {
                objects::keep_results(self, kind, &json).await?;
            }
        }
        Ok(json)
    }
}
