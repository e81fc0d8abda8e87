//! `text2image` and `image2image`: prompts and functions, always as tasks.

use axum::response::Response;
use serde_json::{Value, json};

use super::{
    super::{entry::Entry, native::body::Body, tasks},
    answer, parameters,
    retouch::{Function, Retouch},
    studio::{self, Order, Work, address},
    trade,
};
use crate::{
    Refusal,
    models::{
        Kind, Model,
        media::{PictureForm, Pictures},
    },
    picture::Mark,
    tasks::{TaskOrder, TaskOutcome},
};

/// The limits of a model that makes pictures.
pub(super) fn limits(model: &Model) -> Pictures {
    model.pictures.clone().unwrap_or_default()
}

fn has_form(model: &Model, forms: &[PictureForm]) -> bool {
    let form = model.pictures.as_ref().map(|pictures| pictures.form);
    model.kind == Kind::Image && form.is_some_and(|form| forms.contains(&form))
}

/// `POST /api/v1/services/aigc/text2image/image-synthesis`.
pub(super) async fn text(entry: Entry) -> Result<Response, Refusal> {
    let json = entry.json()?;
    let forms = [PictureForm::Text, PictureForm::MessageOrText];
    let body = Body::read(&json, entry.handle.models(), |model| {
        has_form(model, &forms)
    })?;
    tasks::must_be_asynchronous(&entry)?;
    let limits = limits(body.model);
    let prompt = parameters::required(&body, "prompt")?;
    let negative = parameters::optional(&body, "negative_prompt")?;
    let order = Order {
        idea: parameters::idea(&body, &entry, limits.prompt, prompt, negative)?,
        size: size(&body, &limits)?,
        count: parameters::count(&body, &limits)?,
        mark: mark(&body, Mark::Made)?,
        work: Work::Draw,
        name: entry.id.0.clone(),
    };
    let reference = match parameters::optional(&body, "ref_img")? {
        Some(url) if limits.inputs.1 > 0 => vec![address(&entry, "ref_img", Some(url))?],
        Some(_) | None => Vec::new(),
    };
    let strength = 1.0 - parameters::fraction(&body, "ref_strength", 0.0..=1.0, 0.5)?;
    let form = results_form(&body, limits.inputs.1 == 0)?;
    let inputs = studio::inputs(&entry, body.model_id, &reference, limits.input_sides).await;
    let count = order.count;
    let order = inputs.map(|inputs| {
        let drawn = inputs.is_empty();
        let work = if drawn {
            Work::Draw
        } else {
            Work::Compose { inputs, strength }
        };
        Order { work, ..order }
    });
    Ok(submit(&entry, body.model_id, count, order, form))
}

/// `POST /api/v1/services/aigc/image2image/image-synthesis`.
pub(super) async fn image(entry: Entry) -> Result<Response, Refusal> {
    let json = entry.json()?;
    let forms = [
        PictureForm::Function,
        PictureForm::Images,
        PictureForm::Translation,
    ];
    let body = Body::read(&json, entry.handle.models(), |model| {
        has_form(model, &forms)
    })?;
    tasks::must_be_asynchronous(&entry)?;
    let limits = limits(body.model);
    match limits.form {
        PictureForm::Function => function(&entry, &body, &limits).await,
        PictureForm::Images => images(&entry, &body, &limits).await,
        _ => trade::translation(&entry, &body, &limits).await,
    }
}

async fn function(entry: &Entry, body: &Body<'_>, limits: &Pictures) -> Result<Response, Refusal> {
    let function = Function::read(body, parameters::required(body, "function")?)?;
    let prompt = parameters::required(body, "prompt")?;
    let base = address(
        entry,
        "input.base_image_url",
        parameters::optional(body, "base_image_url")?,
    )?;
    let mask = match (function, parameters::optional(body, "mask_image_url")?) {
        (Function::DescribeMasked, url) => Some(address(entry, "input.mask_image_url", url)?),
        (_, _) => None,
    };
    if base.starts_with("http") && !base.is_ascii() {
        let message =
            "The provided URL does not appear to be valid. Ensure it is correctly formatted.";
        return Err(Refusal::inference_parameter(message));
    }
    let order = Order {
        idea: parameters::idea(body, entry, limits.prompt, prompt, None)?,
        size: (1, 1),
        count: parameters::count(body, limits)?,
        mark: mark(body, Mark::Made)?,
        work: Work::Draw,
        name: entry.id.0.clone(),
    };
    let count = order.count;
    let retouched = async {
        let base = studio::input(entry, body.model_id, &base, limits.input_sides).await?;
        let mask = match mask {
            Some(url) => Some(studio::input(entry, body.model_id, &url, limits.input_sides).await?),
            None => None,
        };
        if mask
            .as_ref()
            .is_some_and(|mask| mask.dimensions() != base.dimensions())
        {
            let message = "the parameters must conform to the specification: mask_image_url must have the size of base_image_url.";
            return Err(Refusal::invalid_parameter(message));
        }
        let retouch = Box::new(Retouch {
            base,
            mask,
            function,
        });
        Ok(Order {
            work: Work::Retouch(retouch),
            ..order
        })
    };
    let order = retouched.await;
    Ok(submit(
        entry,
        body.model_id,
        count,
        order,
        ResultsForm::Plain,
    ))
}

async fn images(entry: &Entry, body: &Body<'_>, limits: &Pictures) -> Result<Response, Refusal> {
    let prompt = parameters::required(body, "prompt")?;
    let given = body.input("images").and_then(Value::as_array);
    let given = given.ok_or_else(|| parameters::missing("input.images"))?;
    let urls = given
        .iter()
        .map(|url| address(entry, "input.images", url.as_str()));
    let urls = urls.collect::<Result<Vec<_>, _>>()?;
    let (least, most) = limits.inputs;
    if !(least..=most).contains(&urls.len()) {
        return Err(parameters::out_of_range(&format!(
            "images must hold between {least} and {most} items"
        )));
    }
    let negative = parameters::optional(body, "negative_prompt")?;
    let order = Order {
        idea: parameters::idea(body, entry, limits.prompt, prompt, negative)?,
        size: size(body, limits)?,
        count: parameters::count(body, limits)?,
        mark: mark(body, Mark::Made)?,
        work: Work::Draw,
        name: entry.id.0.clone(),
    };
    let count = order.count;
    let form = results_form(body, true)?;
    let inputs = studio::inputs(entry, body.model_id, &urls, limits.input_sides).await;
    let order = inputs.map(|inputs| Order {
        work: Work::Compose {
            inputs,
            strength: 0.4,
        },
        ..order
    });
    Ok(submit(entry, body.model_id, count, order, form))
}

/// The size that is asked for, or the model's usual one.
pub(super) fn size(body: &Body<'_>, limits: &Pictures) -> Result<(u32, u32), Refusal> {
    let usual = || parameters::sides(&limits.usual_size).unwrap_or((1024, 1024));
    Ok(parameters::size(body, &limits.sizes)?.unwrap_or_else(usual))
}

/// The mark that is asked for.
pub(super) fn mark(body: &Body<'_>, mark: Mark) -> Result<Option<Mark>, Refusal> {
    Ok(parameters::flag(body, "watermark", false)?.then_some(mark))
}

/// What an entry of `results` says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ResultsForm {
    /// The address alone.
    Plain,
    /// The prompt as it was given.
    WithPrompt,
    /// The prompt as it was given and as it was written out.
    WithBothPrompts,
}

fn results_form(body: &Body<'_>, has_prompts: bool) -> Result<ResultsForm, Refusal> {
    let extends = parameters::flag(body, "prompt_extend", true)?;
    Ok(match (has_prompts, extends) {
        (false, _) => ResultsForm::Plain,
        (true, false) => ResultsForm::WithPrompt,
        (true, true) => ResultsForm::WithBothPrompts,
    })
}

/// Takes the order; what is wrong with what it points at is seen by the worker, inside the task.
pub(super) fn submit(
    entry: &Entry,
    model: &str,
    count: u32,
    order: Result<Order, Refusal>,
    form: ResultsForm,
) -> Response {
    let task = TaskOrder::new(model, entry.uri.path()).parts(count);
    let (handle, model) = (entry.handle.clone(), model.to_owned());
    tasks::submit(entry, task, move || {
        let made = order.and_then(|order| answer::make(&handle, &order).map(|urls| (order, urls)));
        match made {
            Err(refusal) => TaskOutcome::failed(refusal.native_code, refusal.message),
            Ok((order, urls)) => {
                let results = answer::results(&order, &urls, form);
                let made = answer::made(&urls);
                let usage = json!({ "image_count": made });
                TaskOutcome::succeeded(
                    json!({ "results": results }),
                    Some(usage),
                    answer::bill(&model, made),
                )
                .but_failed(order.count - made)
            }
        }
    })
}
