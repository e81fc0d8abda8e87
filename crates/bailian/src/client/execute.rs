//! Sending, and sending again.

use reqwest::header::{ACCEPT, CONTENT_TYPE, HeaderValue};
use reqwest::{Request, RequestBuilder, Response, StatusCode};
use tokio::time::{Instant, sleep, timeout_at};

use super::{Call, Client, Payload, Repeat, read};
use crate::Error;
use crate::body::Deadlines;

impl Client {
    pub(super) async fn execute<T, F>(
        &self,
        call: &Call,
        read: impl Fn(Response, Deadlines) -> F,
    ) -> Result<T, Error>
    where
        F: Future<Output = Result<T, Error>>,
    {
        let options = self.options();
        let total = Instant::now() + options.timeouts.total;
        let mut attempts = 0;
        self.shared.budget.deposit();
        loop {
            attempts += 1;
            let deadlines = Deadlines {
                first_byte: Instant::now() + call.first_byte,
                total,
                idle: options.timeouts.idle,
            };
            let error = match self.attempt(call, deadlines, &read).await {
                Ok(answer) => return Ok(answer),
                Err(error) => self.scrub(error),
            };
            if call.repeat == Repeat::Costly && !error.was_not_taken() {
                return Err(error);
            }
            let Some(wait) = options.retry.wait(&error, attempts) else {
                return Err(error);
            };
            if Instant::now() + wait >= total || !self.shared.budget.withdraw() {
                return Err(error);
            }
            tracing::debug!(error = %error, attempt = attempts, wait_ms = wait.as_millis(), "sending again");
            sleep(wait).await;
        }
    }

    async fn attempt<T, F>(
        &self,
        call: &Call,
        deadlines: Deadlines,
        read: impl Fn(Response, Deadlines) -> F,
    ) -> Result<T, Error>
    where
        F: Future<Output = Result<T, Error>>,
    {
        let (http, request) = self.request(call).await?;
        let (until, phase) = deadlines.next(false);
        let response = timeout_at(until, http.execute(request))
            .await
            .map_err(|_| Error::timeout(phase))?
            .map_err(read::unsent)?;
        let status = response.status();
        let id = read::request_id(response.headers());
        read::record_status(status);
        let answer = if status == call.expects {
            read::check_encoding(response.headers()).map(|()| response)
        } else {
            Err(read::refused(response, deadlines).await)
        };
        let answer = match answer {
            Ok(response) => read(response, deadlines).await,
            Err(error) => Err(error),
        };
        answer.map_err(|error| error.or_request_id(id.as_deref()))
    }

    async fn request(&self, call: &Call) -> Result<(reqwest::Client, Request), Error> {
        let http = if call.expects == StatusCode::SWITCHING_PROTOCOLS {
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
        let headers = request.headers_mut();
        headers.extend(own.cloned().unwrap_or_default());
        headers.extend(call.headers.clone());
        headers.insert(ACCEPT, HeaderValue::from_static(call.accept));
        match &call.body {
            None => {}
            Some(Payload::Json(json)) => {
                headers.insert(CONTENT_TYPE, HeaderValue::from_static(read::JSON));
                *request.body_mut() = Some(json.clone().into());
            }
            Some(Payload::Form(form)) => {
                let form = form.open().await?;
                let builder = RequestBuilder::from_parts(http.clone(), request);
                request = builder.multipart(form).build().map_err(|error| {
                    Error::invalid("file", "the form cannot be sent").with_source(error)
                })?;
            }
        }
        Ok((http.clone(), request))
    }
}
