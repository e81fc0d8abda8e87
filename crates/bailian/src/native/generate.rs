//! The calls for text, natively: `…/text-generation/generation` and `…/multimodal-generation/generation`.

use super::pieces::Said;
use super::{Generation, GenerationRequest, Service};
use crate::span::call_span;
use crate::stream::{AnswerStream, Piece};
use crate::{Client, Error};

/// The events of a native answer; their texts are what is new, whichever way the provider sent them.
pub type GenerationStream = AnswerStream<Generation>;

impl Client {
    /// Asks and waits for the whole answer ("Text generation", "Multimodal generation").
    ///
    /// The server stops after not less than 300 s.
    ///
    /// ```no_run
    /// use bailian::native::{GenerationRequest, Message, Part};
    ///
    /// # async fn example(client: bailian::Client) -> Result<(), bailian::Error> {
    /// let seen = Message::user(vec![Part::image("https://example.com/a.jpg"), Part::text("这是什么？")]);
    /// let answer = client.generate(GenerationRequest::multimodal("qwen3-vl-plus", [seen])).await?;
    /// let _text = answer.output.text();
    /// # Ok(())
    /// # }
    /// ```
    pub async fn generate(&self, mut request: GenerationRequest) -> Result<Generation, Error> {
        // It means something to streams only.
        request.parameters.incremental_output = None;
        request.validate()?;
        self.check(|catalogue| catalogue.check_generation(&request, false))?;
        let span = call_span!("bailian.generate", "chat", request.model);
        let answer: Generation = self
            .native(request.service.path(), &request, &request.options, &span)
            .await?;
        answer.record(&span);
        Ok(answer)
    }

    /// Asks and hands over the answer event by event ("Stream").
    ///
    /// Returns when the first event is there; up to then a refusal is retried where that is documented to
    /// help. Each event has the usage so far.
    ///
    /// ```no_run
    /// use bailian::native::{GenerationRequest, Message};
    /// use bailian::{ChatEvent, SearchOptions};
    /// use futures_util::TryStreamExt;
    ///
    /// # async fn example(client: bailian::Client) -> Result<(), bailian::Error> {
    /// let request = GenerationRequest::text("qwen-plus", [Message::user("杭州今天天气如何？")])
    ///     .enable_search(true)
    ///     .search_options(SearchOptions::new().enable_source(true));
    /// let mut events = client.generate_stream(request).await?.events();
    /// while let Some(event) = events.try_next().await? {
    ///     if let ChatEvent::Search(found) = event {
    ///         let _sources = found.search_results;
    ///     }
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub async fn generate_stream(
        &self,
        mut request: GenerationRequest,
    ) -> Result<GenerationStream, Error> {
        let incremental = *request.parameters.incremental_output.get_or_insert(true);
        request.validate()?;
        self.check(|catalogue| catalogue.check_generation(&request, true))?;
        let span = call_span!("bailian.generate", "chat", request.model);
        let answers = request.parameters.n.unwrap_or(1);
        let path = request.service.path();
        let events = self
            .native_stream(path, &request, &request.options, answers, &span)
            .await?;
        if incremental {
            return Ok(events);
        }
        let mut said = Said::default();
        Ok(events.convert(move |event| said.reduce(event)))
    }
}

impl Service {
    /// Where it is served.
    pub fn path(self) -> &'static str {
        match self {
            Self::Text => "/api/v1/services/aigc/text-generation/generation",
            Self::Multimodal => "/api/v1/services/aigc/multimodal-generation/generation",
        }
    }
}
