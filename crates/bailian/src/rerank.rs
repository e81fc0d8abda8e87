//! Ranking documents by what they say to a question ("Rerank").

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::lenient::{null_as_default, object_or_none, tokens};
use crate::native::{NativeAnswer, NativeRequest};
use crate::setters::setters;
use crate::span::{call_span, record_tokens};
use crate::validate::require;
use crate::{CallOptions, Client, Error, Extra};

const FLAT: &str = "/compatible-api/v1/reranks";
const NATIVE: &str = "/api/v1/services/rerank/text-rerank/text-rerank";

/// A question and the documents to rank.
///
/// Tokens count as the question's times the number of documents, plus all documents'.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct RerankRequest {
    /// `qwen3-rerank` for [`rerank`](Client::rerank); natively also `gte-rerank-v2` and `qwen3-vl-rerank`.
    pub model: String,
    /// A text, or natively an object with `text` or `image`.
    pub query: Value,
    /// Texts, or natively objects with one of `text`, `image` and `video`.
    pub documents: Vec<Value>,
    /// How many to name; all by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub top_n: Option<u32>,
    /// What the ranking is for, in English; qwen3 models.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub instruct: Option<String>,
    /// Whether the documents come back with their ranks; only natively.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub return_documents: Option<bool>,
    /// Frames a second of films that are looked at, 0 to 1; only natively.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fps: Option<f64>,
    /// How the call is handled, beside its body.
    #[serde(skip)]
    pub options: CallOptions,
    /// Anything else.
    #[serde(flatten)]
    pub extra: Extra,
}

impl RerankRequest {
    /// A request to rank all documents.
    pub fn new(
        model: impl Into<String>,
        query: impl Into<Value>,
        documents: impl IntoIterator<Item = impl Into<Value>>,
    ) -> Self {
        Self {
            model: model.into(),
            query: query.into(),
            documents: documents.into_iter().map(Into::into).collect(),
            ..Self::default()
        }
    }

    setters! {
        top_n: u32,
        instruct: String,
        return_documents: bool,
        fps: f64,
    }

    /// Checks what holds for every model.
    pub fn validate(&self) -> Result<(), Error> {
        require(!self.model.is_empty(), "model", "must not be empty")?;
        require(!self.documents.is_empty(), "documents", "must not be empty")?;
        require(
            self.top_n.is_none_or(|n| n > 0),
            "top_n",
            "must be at least 1",
        )
    }

    /// The native form of the same request.
    fn native(&self) -> NativeRequest<Value> {
        let mut parameters = self.extra.clone();
        let named = [
            ("top_n", self.top_n.map(Value::from)),
            ("instruct", self.instruct.clone().map(Value::from)),
            ("return_documents", self.return_documents.map(Value::from)),
            ("fps", self.fps.map(Value::from)),
        ];
        for (name, value) in named {
            parameters.extend(value.map(|value| (name.to_owned(), value)));
        }
        let input = json!({"query": self.query, "documents": self.documents});
        NativeRequest::new(self.model.clone(), input, parameters)
    }
}

/// The ranks, best first.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Ranking {
    /// Best first.
    pub results: Vec<Rank>,
    /// Tokens.
    #[serde(
        default,
        deserialize_with = "object_or_none",
        skip_serializing_if = "Option::is_none"
    )]
    pub usage: Option<RerankUsage>,
    /// The id of the request; not part of the body.
    #[serde(skip)]
    pub request_id: Option<String>,
    /// Anything else, such as `model`.
    #[serde(flatten)]
    pub extra: Extra,
}

/// One document's rank.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Rank {
    /// Which of the documents.
    #[serde(deserialize_with = "null_as_default")]
    pub index: usize,
    /// 0 to 1, comparable only within one answer.
    pub relevance_score: f64,
    /// The document, if asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub document: Option<Value>,
    /// Anything else.
    #[serde(flatten)]
    pub extra: Extra,
}

/// What a ranking took.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct RerankUsage {
    /// Input; there is no output.
    #[serde(deserialize_with = "tokens", skip_serializing_if = "Option::is_none")]
    pub total_tokens: Option<u64>,
    /// Anything else.
    #[serde(flatten)]
    pub extra: Extra,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Output {
    #[serde(deserialize_with = "null_as_default")]
    results: Vec<Rank>,
    #[serde(flatten)]
    extra: Extra,
}

impl Client {
    /// Ranks documents, `POST /compatible-api/v1/reranks` ("Rerank, OpenAI style"): texts only.
    ///
    /// ```no_run
    /// use bailian::rerank::RerankRequest;
    ///
    /// # async fn example(client: bailian::Client) -> Result<(), bailian::Error> {
    /// let request = RerankRequest::new("qwen3-rerank", "什么是重排序", ["文本一", "文本二"]).top_n(1_u32);
    /// let best = client.rerank(request).await?.results;
    /// # let _ = best;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn rerank(&self, request: RerankRequest) -> Result<Ranking, Error> {
        request.validate()?;
        self.check(|catalogue| catalogue.check_rerank(&request))?;
        require(
            request.return_documents.is_none() && request.fps.is_none(),
            "return_documents",
            "is known natively only, like fps",
        )?;
        let span = call_span!("bailian.rerank", "rerank", request.model);
        let timeouts = &self.options().timeouts;
        let call = request.options.post(FLAT, &request, timeouts)?;
        let (mut ranking, request_id) = self.observed::<Ranking>(call, &span).await?;
        ranking.request_id = request_id;
        record(&span, &ranking);
        Ok(ranking)
    }

    /// Ranks documents natively ("Rerank"): texts, and with `qwen3-vl-rerank` images and films.
    ///
    /// ```no_run
    /// use bailian::rerank::RerankRequest;
    ///
    /// # async fn example(client: bailian::Client) -> Result<(), bailian::Error> {
    /// let documents = [serde_json::json!({"image": "https://example.com/cat.png"})];
    /// let request = RerankRequest::new("qwen3-vl-rerank", "a cat", documents).return_documents(true);
    /// let ranks = client.rerank_natively(request).await?.results;
    /// # let _ = ranks;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn rerank_natively(&self, request: RerankRequest) -> Result<Ranking, Error> {
        request.validate()?;
        self.check(|catalogue| catalogue.check_rerank(&request))?;
        let span = call_span!("bailian.rerank", "rerank", request.model);
        let answer: NativeAnswer<Output, RerankUsage> = self
            .native(NATIVE, &request.native(), &request.options, &span)
            .await?;
        let ranking = Ranking {
            results: answer.output.results,
            usage: answer.usage,
            request_id: answer.request_id,
            extra: answer.output.extra,
        };
        record(&span, &ranking);
        Ok(ranking)
    }
}

fn record(span: &tracing::Span, ranking: &Ranking) {
    let usage = ranking.usage.as_ref();
    record_tokens(span, usage.and_then(|usage| usage.total_tokens), None);
}
