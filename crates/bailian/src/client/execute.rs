//! Sending, and sending again.

use reqwest::header::{ACCEPT, CONTENT_TYPE, HeaderValue};
use reqwest::{Request, RequestBuilder, StatusCode};
use tokio::time::{Instant, sleep, timeout_at};

use super::{Arrival, Call, Client, Lease, Payload, read};
use crate::Error;
use crate::body::Deadlines;
use crate::breaker::Ticket;
use crate::pacing::{Reservation, estimate};

impl Client {
    pub(super) async fn execute<T, F>(
        &self,
        call: &Call,
        read: impl Fn(Arrival) -> F,
    ) -> Result<T, Error>
    where
        F: Future<Output = Result<T, Error>>,
    {
        let shared = &*self.shared;
        let policy = &shared.options.retry;
        let total = Instant::now() + shared.options.timeouts.total;
        let model = call.model();
        let mut attempts = 0;
        let mut failed: Option<Error> = None;
        shared.budget.deposit();
        loop {
            // What the provider said of an earlier attempt tells more than that there is no other one.
            let or_before = |error, before: Option<Error>| Err(before.unwrap_or(error));
            let ticket = match self.admit(call, model.as_deref()) {
                Ok(ticket) => ticket,
                Err(error) => return or_before(error, failed),
            };
            let turn = (Instant::now() + shared.options.pacing_wait).min(total);
            let reservation = match self.turn(call, model.as_deref(), turn).await {
                Ok(reservation) => reservation,
                Err(error) => return or_before(error, failed),
            };
            attempts += 1;
            let lease = Lease {
                reservation,
                _in_flight: shared.counters.sending(attempts > 1),
            };
            let deadlines = Deadlines {
                first_byte: Instant::now() + call.first_byte,
                total,
                idle: shared.options.timeouts.idle,
            };
            let error = match self.attempt(call, deadlines, lease, &read).await {
                Ok(answer) => {
                    if let Some(ticket) = ticket {
                        ticket.answered();
                    }
                    return Ok(answer);
                }
                Err(error) => self.scrub(error),
            };
            shared.counters.failed(&error);
            if let Some(ticket) = ticket {
                ticket.ended(&error);
            }
            let error = error.of(call.repeat);
            if !error.may_be_repeated() {
                return Err(error);
            }
            let Some(wait) = policy.wait(&error, attempts, self.attempts) else {
                return Err(error);
            };
            if Instant::now() + wait >= total || !shared.budget.withdraw() {
                return Err(error);
            }
            tracing::debug!(error = %error, attempt = attempts, wait_ms = wait.as_millis(), "sending again");
            sleep(wait).await;
            failed = Some(error);
        }
    }

    /// Other hosts have no part in what becomes of the provider's.
    fn admit<'a>(
        &'a self,
        call: &Call,
        model: Option<&'a str>,
    ) -> Result<Option<Ticket<'a>>, Error> {
        match call.elsewhere {
            Some(_) => Ok(None),
            None => self.shared.breaker.admit(model).map(Some),
        }
    }

    async fn turn(
        &self,
        call: &Call,
        model: Option<&str>,
        deadline: Instant,
    ) -> Result<Reservation, Error> {
        if call.elsewhere.is_some() {
            return Ok(Reservation::default());
        }
        let tokens = match &call.body {
            Some(Payload::Json(json)) => estimate(json.len()),
            Some(Payload::Relayed(relayed)) => estimate(relayed.body.known_len()),
            Some(Payload::Form(_)) | None => 1,
        };
        self.shared.pacer.turn(model, tokens, deadline).await
    }

    async fn attempt<T, F>(
        &self,
        call: &Call,
        deadlines: Deadlines,
        lease: Lease,
        read: impl Fn(Arrival) -> F,
    ) -> Result<T, Error>
    where
        F: Future<Output = Result<T, Error>>,
    {
        let (http, request) = self.request(call).await?;
        let (until, phase) = deadlines.next(false);
        // What an earlier attempt sent stays sent.
        let first = self.sent.as_ref().filter(|sent| !sent.is_noted());
        if let Some(sent) = first {
            sent.note();
        }
        let response = timeout_at(until, http.execute(request))
            .await
            .map_err(|_| Error::timeout(phase))?
            .map_err(|error| {
                if let Some(sent) = first.filter(|_| error.is_connect()) {
                    sent.take_back();
                }
                read::unsent(error)
            })?;
        let status = response.status();
        let id = read::request_id(response.headers());
        read::record_status(status);
        let arrival = Arrival {
            response,
            deadlines,
            lease,
        };
        let answer = if call.expects.is_none_or(|expected| status == expected) {
            read::check_encoding(arrival.response.headers()).map(|()| arrival)
        } else {
            Err(read::refused(arrival).await)
        };
        let answer = match answer {
            Ok(arrival) => read(arrival).await,
            Err(error) => Err(error),
        };
        answer.map_err(|error| error.or_request_id(id.as_deref()))
    }

    async fn request(&self, call: &Call) -> Result<(reqwest::Client, Request), Error> {
        let http = if call.expects == Some(StatusCode::SWITCHING_PROTOCOLS) {
            &self.shared.sockets
        } else {
            &self.shared.http
        };
        let (url, own) = match &call.elsewhere {
            Some(url) => (url.clone(), None),
            None => (self.caller.url(&call.path), Some(&self.caller.headers)),
        };
        let mut request = Request::new(call.method.clone(), url);
        if !call.query.is_empty() {
            request
                .url_mut()
                .query_pairs_mut()
                .extend_pairs(&call.query);
        }
        if let Some(query) = &call.raw_query {
            request.url_mut().set_query(Some(query));
        }
        let headers = request.headers_mut();
        headers.clone_from(&call.headers);
        // Whatever was handed on, who calls is this client.
        for (name, value) in own.into_iter().flatten() {
            headers.insert(name, value.clone());
        }
        if !call.accept.is_empty() {
            headers.insert(ACCEPT, HeaderValue::from_static(call.accept));
        }
        match &call.body {
            None => {}
            Some(Payload::Json(json)) => {
                headers.insert(CONTENT_TYPE, HeaderValue::from_static(read::JSON));
                *request.body_mut() = Some(json.clone().into());
            }
            Some(Payload::Relayed(relayed)) => {
                if let Some(kind) = &relayed.content_type {
                    headers.insert(CONTENT_TYPE, kind.clone());
                }
                *request.body_mut() = Some(relayed.body.take()?);
            }
            Some(Payload::Form(form)) => {
                let form = form.open().await?;
                let builder = RequestBuilder::from_parts(http.clone(), request);
                request = builder.multipart(form).build().map_err(|error| {
                    Error::invalid("file", "the form cannot be sent").with_source(error)
                })?;
            }
        }
        if call.elsewhere.is_none() {
            self.caller.sign(&mut request);
        }
        Ok((http.clone(), request))
    }
}
