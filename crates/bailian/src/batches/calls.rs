//! Creating, reading, listing and cancelling batches, `/compatible-mode/v1/batches`.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Batch, BatchList, BatchResults};
use crate::client::{Call, Repeat};
use crate::path::segment;
use crate::setters::setters;
use crate::span::call_span;
use crate::validate::require;
use crate::{Client, Error, Extra};

const PATH: &str = "/compatible-mode/v1/batches";
/// Results may be hundreds of megabytes, and are read as they come.
const RESULTS: Duration = Duration::from_hours(6);

/// What a batch is created from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct BatchRequest {
    /// An uploaded file of purpose `batch`, or an object in OSS.
    pub input_file_id: String,
    /// What each line asks: `/v1/chat/completions`, `/v1/embeddings`, or `/v1/chat/ds-test` for a free trial.
    pub endpoint: String,
    /// `24h` to `336h`, also in days such as `2d`.
    pub completion_window: String,
    /// `ds_name` (at most 100 characters), `ds_description` (200), `ds_batch_finish_callback`.
    #[serde(default, skip_serializing_if = "Extra::is_empty")]
    pub metadata: Extra,
    /// Anything else.
    #[serde(flatten)]
    pub extra: Extra,
}

impl BatchRequest {
    /// Chat requests, answered within a day.
    pub fn chat(input_file_id: impl Into<String>) -> Self {
        Self {
            input_file_id: input_file_id.into(),
            endpoint: "/v1/chat/completions".to_owned(),
            completion_window: "24h".to_owned(),
            metadata: Extra::new(),
            extra: Extra::new(),
        }
    }

    /// Embedding requests, answered within a day.
    pub fn embeddings(input_file_id: impl Into<String>) -> Self {
        Self {
            endpoint: "/v1/embeddings".to_owned(),
            ..Self::chat(input_file_id)
        }
    }

    /// Sets how long it may take, such as `48h` or `2d`.
    #[must_use]
    pub fn completion_window(mut self, window: impl Into<String>) -> Self {
        self.completion_window = window.into();
        self
    }

    /// Sets a piece of metadata, such as `ds_name`.
    #[must_use]
    pub fn metadata(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        self.metadata.insert(name.into(), value.into());
        self
    }

    /// Checks the documented ranges.
    pub fn validate(&self) -> Result<(), Error> {
        require(
            !self.input_file_id.is_empty(),
            "input_file_id",
            "must not be empty",
        )?;
        require(
            hours(&self.completion_window).is_some_and(|hours| (24..=336).contains(&hours)),
            "completion_window",
            "must be 24h to 336h, in whole hours or days",
        )?;
        for (name, most) in [("ds_name", 100), ("ds_description", 200)] {
            let text = self.metadata.get(name).and_then(Value::as_str);
            require(
                text.is_none_or(|text| text.chars().count() <= most),
                "metadata",
                "a name has at most 100 characters, a description 200",
            )?;
        }
        Ok(())
    }
}

fn hours(window: &str) -> Option<u32> {
    if let Some(hours) = window.strip_suffix('h') {
        return hours.parse().ok();
    }
    window
        .strip_suffix('d')?
        .parse::<u32>()
        .ok()?
        .checked_mul(24)
}

/// Which batches to list. Times are written `yyyyMMddHHmmss`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BatchQuery {
    /// The last id of the page before.
    pub after: Option<String>,
    /// 1 to 100, 20 by default.
    pub limit: Option<u32>,
    /// Part of the name.
    pub ds_name: Option<String>,
    /// Ids of files of requests, with commas.
    pub input_file_ids: Option<String>,
    /// Words of [`BatchStatus`](super::BatchStatus), with commas.
    pub status: Option<String>,
    /// Created after.
    pub create_after: Option<String>,
    /// Created before.
    pub create_before: Option<String>,
}

impl BatchQuery {
    /// All batches.
    pub fn new() -> Self {
        Self::default()
    }

    setters! {
        after: String,
        limit: u32,
        ds_name: String,
        input_file_ids: String,
        status: String,
        create_after: String,
        create_before: String,
    }

    fn pairs(self) -> Vec<(&'static str, String)> {
        let pairs = [
            ("after", self.after),
            ("limit", self.limit.map(|limit| limit.to_string())),
            ("ds_name", self.ds_name),
            ("input_file_ids", self.input_file_ids),
            ("status", self.status),
            ("create_after", self.create_after),
            ("create_before", self.create_before),
        ];
        let given = pairs.into_iter();
        given
            .filter_map(|(name, value)| Some((name, value?)))
            .collect()
    }
}

impl Client {
    /// Creates a batch ("Batches"). Sent again only when the provider certainly has not taken it.
    ///
    /// ```no_run
    /// use bailian::batches::{BatchRequest, BatchWriter};
    /// use bailian::files::Purpose;
    /// use bailian::{ChatRequest, Message};
    ///
    /// # async fn example(client: bailian::Client) -> Result<(), bailian::Error> {
    /// let mut lines = BatchWriter::new();
    /// lines.chat("1", &ChatRequest::new("qwen-plus", [Message::user("2+2?")]))?;
    /// let file = client.upload_file(Purpose::Batch, "nightly.jsonl", lines.finish()).await?;
    /// let batch = client.create_batch(BatchRequest::chat(file.id).metadata("ds_name", "nightly")).await?;
    /// # let _ = batch;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn create_batch(&self, request: BatchRequest) -> Result<Batch, Error> {
        request.validate()?;
        let call = Call {
            repeat: Repeat::Costly,
            ..Call::post(PATH, &request, &self.options().timeouts)?
        };
        let span = call_span!("bailian.create_batch");
        Ok(self.observed(call, &span).await?.0)
    }

    /// Reads a batch that was created within the last 30 days.
    ///
    /// ```no_run
    /// # async fn example(client: bailian::Client) -> Result<(), bailian::Error> {
    /// let is_over = client.batch("batch_1").await?.status.is_over();
    /// # let _ = is_over;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn batch(&self, id: &str) -> Result<Batch, Error> {
        let path = format!("{PATH}/{}", segment(id)?);
        let call = Call::get(path, &self.options().timeouts);
        let span = call_span!("bailian.batch");
        Ok(self.observed(call, &span).await?.0)
    }

    /// Lists batches.
    ///
    /// ```no_run
    /// use bailian::batches::BatchQuery;
    ///
    /// # async fn example(client: bailian::Client) -> Result<(), bailian::Error> {
    /// let page = client.batches(BatchQuery::new().status("in_progress,finalizing")).await?;
    /// # let _ = page;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn batches(&self, query: BatchQuery) -> Result<BatchList, Error> {
        let call = Call {
            query: query.pairs(),
            ..Call::get(PATH, &self.options().timeouts)
        };
        let span = call_span!("bailian.batches");
        Ok(self.observed(call, &span).await?.0)
    }

    /// Stops a batch; what was done stays and is billed.
    ///
    /// ```no_run
    /// # async fn example(client: bailian::Client) -> Result<(), bailian::Error> {
    /// let batch = client.cancel_batch("batch_1").await?;
    /// # let _ = batch;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn cancel_batch(&self, id: &str) -> Result<Batch, Error> {
        let call = Call {
            method: reqwest::Method::POST,
            ..Call::get(
                format!("{PATH}/{}/cancel", segment(id)?),
                &self.options().timeouts,
            )
        };
        let span = call_span!("bailian.cancel_batch");
        Ok(self.observed(call, &span).await?.0)
    }

    /// Fetches a file of results or failures and reads it line by line, at most `limit` bytes in all.
    ///
    /// ```no_run
    /// # async fn example(client: bailian::Client) -> Result<(), bailian::Error> {
    /// let batch = client.batch("batch_1").await?;
    /// if let Some(id) = &batch.output_file_id {
    ///     let mut results = client.batch_results(id, 500 << 20).await?;
    ///     while let Some(result) = results.next().await? {
    ///         let _answer = result.chat_completion()?;
    ///     }
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub async fn batch_results(&self, file_id: &str, limit: usize) -> Result<BatchResults, Error> {
        let download = self.file_content(file_id, limit).await?;
        Ok(BatchResults::new(download.lasting(RESULTS)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_window_is_a_day_to_two_weeks() {
        for (window, fits) in [
            ("24h", true),
            ("336h", true),
            ("1d", true),
            ("14d", true),
            ("23h", false),
            ("337h", false),
            ("15d", false),
            ("24", false),
            ("1.5d", false),
            ("", false),
            ("4294967295d", false),
        ] {
            let request = BatchRequest::chat("file-1").completion_window(window);
            assert_eq!(request.validate().is_ok(), fits, "{window}");
        }
    }
}
