//! `POST /v1/images/generations`.

use axum::{body::Body, response::Response};
use bailian::{
    Extra,
    capability::ModelCard,
    image::{ImageRequest, TextToImage},
    media::Size,
    pool::Turn,
    task::Patience,
};
use http::request::Parts;
use model::Operation;
use platform::gateway::{Ask, Running};
use serde::Deserialize;
use serde_json::Value;

use super::{
    Call, Fault, Translated, is_at, kind, model_of, needed,
    pictures::{Form, Pictures},
    read_json, tasks,
};
use crate::gateway::{refusal::Refusal, words};

/// The path at which models answer at once, and the one of older models' tasks.
pub(super) const AT_ONCE: &str = "/multimodal-generation/";
const OLDER: &str = "/text2image/";

/// The request's body. What is not named here is a parameter of Bailian's.
#[derive(Debug, Deserialize)]
struct Asked {
    model: Option<String>,
    prompt: Option<String>,
    n: Option<u32>,
    size: Option<String>,
    response_format: Option<Form>,
    #[serde(flatten)]
    parameters: Extra,
}

/// What is asked for.
#[derive(Debug)]
pub(super) struct Wish {
    model: String,
    prompt: String,
    n: u32,
    size: Option<Size>,
    form: Form,
    parameters: Extra,
}

/// What makes no difference to a picture, or one that Bailian's models don't offer to choose.
const IGNORED: [&str; 5] = ["user", "quality", "style", "moderation", "partial_images"];

/// Takes what is OpenAI's alone out of the parameters, and refuses what can't be had.
pub(super) fn only_bailians(parameters: &mut Extra, chinese: bool) -> Result<(), Refusal> {
    for field in IGNORED {
        parameters.remove(field);
    }
    for (field, had) in [
        ("stream", &["false"][..]),
        ("output_format", &["png"]),
        ("output_compression", &["100"]),
        ("background", &["auto", "opaque"]),
        ("input_fidelity", &["low", "high"]),
    ] {
        let value = parameters.remove(field).filter(|value| !value.is_null());
        let value = value.map(|value| match value {
            Value::String(text) => text,
            other => other.to_string(),
        });
        if value.is_some_and(|value| !had.contains(&value.as_str())) {
            return Err(Refusal::field(field, words::not_offered(field, chinese)));
        }
    }
    Ok(())
}

/// `1024x1024`, or nothing for `auto`.
pub(super) fn size_of(text: Option<&str>, chinese: bool) -> Result<Option<Size>, Refusal> {
    let Some(text) = text.filter(|text| *text != "auto") else {
        return Ok(None);
    };
    let sides = text.split_once(['x', '*']).and_then(|(width, height)| {
        let (width, height): (u32, u32) = (width.trim().parse().ok()?, height.trim().parse().ok()?);
        Some(Size::new(width, height))
    });
    let refusal = || Refusal::field("size", words::no_size(chinese));
    sides.map(Some).ok_or_else(refusal)
}

/// How many pictures are made: one unless more are asked for, whatever Bailian's own default is.
pub(super) fn count_of(n: Option<u32>, chinese: bool) -> Result<u32, Refusal> {
    let n = n.unwrap_or(1);
    let fits = (1..=10).contains(&n);
    let refusal = || Refusal::field("n", words::out_of_range("n", 1, 10, chinese));
    fits.then_some(n).ok_or_else(refusal)
}

impl Translated for Wish {
    const OPERATION: Operation = Operation::Image;
    type Answer = Pictures;

    async fn read(call: &Call, _: Parts, body: Body) -> Result<Self, Refusal> {
        let chinese = call.chinese;
        let mut asked: Asked = read_json(call, body).await?;
        only_bailians(&mut asked.parameters, chinese)?;
        Ok(Self {
            model: model_of(asked.model, chinese)?,
            prompt: needed(asked.prompt, "prompt", chinese)?,
            n: count_of(asked.n, chinese)?,
            size: size_of(asked.size.as_deref(), chinese)?,
            form: asked.response_format.unwrap_or_default(),
            parameters: asked.parameters,
        })
    }

    fn model(&self) -> &str {
        &self.model
    }

    fn measure(&self, ask: &mut Ask) {
        ask.text_bytes = self.prompt.len() as u64;
        ask.count = Some(u64::from(self.n));
    }

    fn fits(&self, card: &ModelCard, chinese: bool) -> Result<(), Refusal> {
        let makes = ["text-to-image", "image-generation"];
        let fits = makes.iter().any(|start| kind(card).starts_with(start));
        let refusal = || Refusal::field("model", words::wrong_model(&card.id, chinese));
        fits.then_some(()).ok_or_else(refusal)
    }

    fn begins_task(&self, card: &ModelCard) -> bool {
        is_at(card, OLDER) && !is_at(card, AT_ONCE)
    }

    async fn ask(
        &self,
        call: &Call,
        there: &Turn,
        running: &mut Running,
        card: &ModelCard,
    ) -> Result<Pictures, Fault> {
        let client = &there.client;
        if self.begins_task(card) {
            let mut request = TextToImage::new(&card.id, &self.prompt).n(self.n);
            request.parameters.size = self.size;
            request.parameters.extra = self.parameters.clone();
            // The one that is not a parameter there.
            if let Some(Value::String(not)) = request.parameters.extra.remove("negative_prompt") {
                request.input.negative_prompt = Some(not);
            }
            let task = client.submit_text_to_image(&request).await?;
            let finished = tasks::finished(call, there, running, task, patience()).await?;
            running.answers(finished.request_id.clone());
            return Ok(Pictures::of_results(finished.output, finished.request_id));
        }
        let mut request = ImageRequest::from_text(&card.id, &self.prompt).n(self.n);
        request.parameters.size = self.size;
        request.parameters.extra = self.parameters.clone();
        let answer = client.make_images(&request).await?;
        running.answers(answer.request_id.clone());
        Ok(Pictures::of_choices(
            &answer.output,
            answer.usage,
            answer.request_id,
        ))
    }

    async fn tell(
        self,
        call: &Call,
        running: Running,
        pictures: Pictures,
    ) -> Result<Response, Fault> {
        pictures.tell(call, running, self.form).await
    }
}

/// As long as OpenAI's clients wait.
pub(super) fn patience() -> Patience {
    Patience::images().total(std::time::Duration::from_mins(10))
}
