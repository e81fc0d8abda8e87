//! The two chat calls, `POST /compatible-mode/v1/chat/completions`.

use tracing::Span;

use super::{ChatCompletion, ChatRequest, ChatStream, Usage};
use crate::client::Call;
use crate::span::{call_span, observe, record_request_id, record_tokens};
use crate::stream::AnswerStream;
use crate::{Client, Error};

const PATH: &str = "/compatible-mode/v1/chat/completions";

impl Client {
    /// Asks and waits for the whole answer ("Non-streaming answer").
    ///
    /// The server stops after not less than 300 s and then answers with what there is and the reason
    /// `length`. Retries what is documented to be worth it.
    ///
    /// ```no_run
    /// use bailian::{ChatRequest, Message};
    ///
    /// # async fn example(client: bailian::Client) -> Result<(), bailian::Error> {
    /// let request = ChatRequest::new("qwen-plus", [Message::user("浙江的省会是哪里？")]);
    /// let answer = client.chat(request).await?;
    /// let _text = answer.message().map(Message::text);
    /// # Ok(())
    /// # }
    /// ```
    pub async fn chat(&self, mut request: ChatRequest) -> Result<ChatCompletion, Error> {
        request.stream = None;
        request.stream_options = None;
        request.validate()?;
        self.check(|catalogue| catalogue.check(&request))?;
        let span = call_span!("bailian.chat", "chat", request.model);
        let call = request
            .options
            .post(PATH, &request, &self.options().timeouts)?;
        let (mut answer, request_id) = self.observed::<ChatCompletion>(call, &span).await?;
        record(&span, &answer.model, answer.usage.as_ref());
        answer.request_id = request_id;
        Ok(answer)
    }

    /// Asks and hands over the answer piece by piece ("Streaming answer").
    ///
    /// Returns when the first chunk is there; up to then a refusal is retried where that is documented to
    /// help, afterwards never: part of the answer has been shown and billed.
    ///
    /// ```no_run
    /// use bailian::{ChatEvent, ChatRequest, Message};
    /// use futures_util::TryStreamExt;
    ///
    /// # async fn example(client: bailian::Client) -> Result<(), bailian::Error> {
    /// let request = ChatRequest::new("qwen-plus", [Message::user("背一首诗")]).include_usage();
    /// let mut events = client.chat_stream(request).await?.events();
    /// while let Some(event) = events.try_next().await? {
    ///     if let ChatEvent::Text(_piece) = event {}
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub async fn chat_stream(&self, mut request: ChatRequest) -> Result<ChatStream, Error> {
        request.stream = Some(true);
        request.validate()?;
        self.check(|catalogue| catalogue.check(&request))?;
        let span = call_span!("bailian.chat", "chat", request.model);
        let answers = request.n.unwrap_or(1);
        let timeouts = &self.options().timeouts;
        let call = Call::post(PATH, &request, timeouts)?.streamed(timeouts);
        let call = request.options.apply(call);
        let opened = self.open(call, |opened| {
            AnswerStream::begin(opened, answers, span.clone(), self.clone())
        });
        let stream = observe(&span, opened).await?;
        record_request_id(&span, stream.request_id());
        Ok(stream)
    }
}

pub(super) fn record(span: &Span, model: &str, usage: Option<&Usage>) {
    let Some(usage) = usage else { return };
    span.record("gen_ai.response.model", model);
    record_tokens(span, usage.prompt_tokens, usage.completion_tokens);
}
