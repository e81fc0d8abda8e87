//! Pictures as OpenAI's protocol tells of them.

use axum::{
    Json,
    response::{IntoResponse, Response},
};
use bailian::{
    image::{ImageChoices, ImageOutput},
    media::{Item, ItemFailure, MediaUsage},
};
use base64::{Engine as _, prelude::BASE64_STANDARD};
use platform::gateway::Running;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Call, Fault, succeeded};

/// The largest picture that is put into an answer.
const LARGEST: usize = 64 * 1024 * 1024;

/// How pictures are handed over.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Form {
    /// By an address, which lives for a day.
    #[default]
    Url,
    /// In the answer itself.
    B64Json,
}

/// What was made.
#[derive(Debug, Default)]
pub(super) struct Pictures {
    /// Each with its address and the prompt as the model extended it.
    made: Vec<(String, Option<String>)>,
    /// Those that failed beside them.
    failed: Vec<ItemFailure>,
    usage: Option<MediaUsage>,
    request_id: Option<String>,
}

impl Pictures {
    pub(super) fn of_choices(
        choices: &ImageChoices,
        usage: Option<MediaUsage>,
        request_id: Option<String>,
    ) -> Self {
        Self {
            made: choices.urls().map(|url| (url.to_owned(), None)).collect(),
            failed: Vec::new(),
            usage,
            request_id,
        }
    }

    /// Of a task, which is booked already.
    pub(super) fn of_results(output: ImageOutput, request_id: Option<String>) -> Self {
        let mut pictures = Self {
            request_id,
            ..Self::default()
        };
        for item in output.results {
            match item {
                Item::Done(image) => pictures.made.push((image.url, image.actual_prompt)),
                Item::Failed(failure) => pictures.failed.push(failure),
            }
        }
        pictures
    }

    /// The answer; what failed stands beside what did not, in a field of its own.
    pub(super) async fn tell(
        self,
        call: &Call,
        running: Running,
        form: Form,
    ) -> Result<Response, Fault> {
        let ending = succeeded(self.usage.as_ref(), self.request_id);
        running.close(ending).await?;
        if self.made.is_empty() {
            let first = self.failed.first().map(ItemFailure::error);
            return Err(first.map_or(Fault::NoAnswer, Fault::OfTask));
        }
        let mut data = Vec::with_capacity(self.made.len());
        for (url, prompt) in self.made {
            let mut picture = match form {
                Form::Url => json!({ "url": url }),
                Form::B64Json => {
                    let picture = call.any_client().download(&url, LARGEST).await;
                    let picture = picture.map_err(Fault::OfFile)?.bytes().await;
                    let picture = picture.map_err(Fault::OfFile)?;
                    json!({ "b64_json": BASE64_STANDARD.encode(picture) })
                }
            };
            if let Some(prompt) = prompt {
                picture["revised_prompt"] = Value::String(prompt);
            }
            data.push(picture);
        }
        let created = call.gateway.now().get() / 1_000;
        let mut answer = json!({ "created": created, "data": data });
        if !self.failed.is_empty() {
            let failed = self.failed.into_iter();
            answer["failed"] = failed
                .map(|failure| json!({ "code": failure.code, "message": failure.message }))
                .collect();
        }
        Ok(Json(answer).into_response())
    }
}
