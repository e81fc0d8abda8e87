//! `POST /v1/images/edits`.

use axum::{body::Body, response::Response};
use bailian::{
    Extra,
    capability::ModelCard,
    image::{EditFunction, ImageEdit, ImageFusion, ImagePart, ImageRequest},
    media::Size,
    pool::Turn,
};
use http::request::Parts;
use model::Operation;
use platform::gateway::{Ask, Running};

use super::{
    Call, Fault, Translated,
    form::{File, Form},
    images::{AT_ONCE, count_of, only_bailians, patience, size_of},
    is_at, kind,
    pictures::{self, Pictures},
    tasks,
};
use crate::gateway::{refusal::Refusal, words};

/// The one model that changes a picture where a mask is white.
const MASKED: &str = "wanx2.1-imageedit";

/// What is asked for. What is not named here is a parameter of Bailian's.
#[derive(Debug)]
pub(super) struct Wish {
    model: String,
    prompt: String,
    images: Vec<File>,
    mask: Option<File>,
    n: u32,
    size: Option<Size>,
    response_format: pictures::Form,
    parameters: Extra,
}

impl Translated for Wish {
    const OPERATION: Operation = Operation::Image;
    type Answer = Pictures;

    async fn read(call: &Call, parts: Parts, body: Body) -> Result<Self, Refusal> {
        let chinese = call.chinese;
        let mut form = Form::read(call, parts, body).await?;
        let images = form.files("image");
        if images.is_empty() {
            return Err(Refusal::field("image", words::missing("image", chinese)));
        }
        let response_format = match form.take("response_format", chinese)?.as_deref() {
            None | Some("url") => pictures::Form::Url,
            Some("b64_json") => pictures::Form::B64Json,
            Some(_) => {
                let message = words::unreadable("response_format", chinese);
                return Err(Refusal::field("response_format", message));
            }
        };
        let size = form.take("size", chinese)?;
        let n = form.parse("n", chinese)?;
        let mut wish = Self {
            model: form.need("model", chinese)?,
            prompt: form.need("prompt", chinese)?,
            images,
            mask: form.files("mask").pop(),
            n: count_of(n, chinese)?,
            size: size_of(size.as_deref(), chinese)?,
            response_format,
            parameters: form.rest(),
        };
        only_bailians(&mut wish.parameters, chinese)?;
        Ok(wish)
    }

    fn model(&self) -> &str {
        &self.model
    }

    fn measure(&self, ask: &mut Ask) {
        ask.text_bytes = self.prompt.len() as u64;
        ask.has_media = true;
        ask.count = Some(u64::from(self.n));
    }

    fn fits(&self, card: &ModelCard, chinese: bool) -> Result<(), Refusal> {
        if !kind(card).contains("editing") || kind(card) == "video-editing" {
            return Err(Refusal::field(
                "model",
                words::wrong_model(&card.id, chinese),
            ));
        }
        if self.mask.is_some() && card.id != MASKED {
            return Err(Refusal::field("mask", words::no_mask(MASKED, chinese)));
        }
        if self.images.len() > 1 && card.id == MASKED {
            return Err(Refusal::field("image", words::twice("image", chinese)));
        }
        Ok(())
    }

    fn begins_task(&self, card: &ModelCard) -> bool {
        !is_at(card, AT_ONCE)
    }

    async fn ask(
        &self,
        call: &Call,
        there: &Turn,
        running: &mut Running,
        card: &ModelCard,
    ) -> Result<Pictures, Fault> {
        let client = &there.client;
        let images = self.images.iter().map(File::data_url);
        if !self.begins_task(card) {
            let words = [ImagePart::text(&self.prompt)];
            let content = images.map(ImagePart::image).chain(words);
            let mut request = ImageRequest::new(&card.id, content).n(self.n);
            request.parameters.size = self.size;
            request.parameters.extra = self.parameters.clone();
            let answer = client.make_images(&request).await?;
            running.answers(answer.request_id.clone());
            return Ok(Pictures::of_choices(
                &answer.output,
                answer.usage,
                answer.request_id,
            ));
        }
        let task = if card.id == MASKED {
            // Its pictures are addresses, so that they are put where it can read them.
            let mut addresses = Vec::with_capacity(2);
            for file in self.images.iter().chain(&self.mask) {
                let uploaded = client.upload(&card.id, &file.name, file.bytes.clone());
                addresses.push(call.unless_stopped(uploaded).await??.url);
            }
            let mut addresses = addresses.into_iter();
            let (base, mask) = (addresses.next().unwrap_or_default(), addresses.next());
            let function = match &mask {
                Some(_) => EditFunction::DescriptionEditWithMask,
                None => EditFunction::DescriptionEdit,
            };
            let mut request = ImageEdit::new(function, &self.prompt, base).n(self.n);
            request.input.mask_image_url = mask;
            request.parameters.extra = self.parameters.clone();
            client.submit_image_edit(&request).await?
        } else {
            let mut request = ImageFusion::new(&self.prompt, images).n(self.n);
            request.model.clone_from(&card.id);
            request.parameters.size = self.size;
            request.parameters.extra = self.parameters.clone();
            client.submit_image_fusion(&request).await?
        };
        let finished = tasks::finished(call, there, running, task, patience()).await?;
        running.answers(finished.request_id.clone());
        Ok(Pictures::of_results(finished.output, finished.request_id))
    }

    async fn tell(
        self,
        call: &Call,
        running: Running,
        pictures: Pictures,
    ) -> Result<Response, Fault> {
        pictures.tell(call, running, self.response_format).await
    }
}
