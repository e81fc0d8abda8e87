//! Pictures for a trade: words translated, portraits in a style, things before a background.

use axum::response::Response;
use image::{RgbImage, imageops, imageops::FilterType};
use serde_json::{Value, json};

use super::{
    super::{entry::Entry, native::body::Body, tasks},
    answer, parameters,
    retouch::{Function, Retouch},
    studio::{self, Order, Work, address},
    synthesis::limits,
};
use crate::{
    Refusal,
    calendar::Stamp,
    models::{
        Model,
        media::{PictureForm, Pictures},
    },
    picture::Idea,
    tasks::{TaskOrder, TaskOutcome},
};

/// The numbers of the styles that portraits can be drawn in, and of one's own.
const STYLES: std::ops::RangeInclusive<i64> = -1..=40;

/// `qwen-mt-image`: a picture whose words are translated.
pub(super) async fn translation(
    entry: &Entry,
    body: &Body<'_>,
    limits: &Pictures,
) -> Result<Response, Refusal> {
    let url = address(
        entry,
        "input.image_url",
        parameters::optional(body, "image_url")?,
    )?;
    let (from, to) = (
        parameters::required(body, "source_lang")?,
        parameters::required(body, "target_lang")?,
    );
    let idea = Idea {
        prompt: format!("{from} {to}"),
        ..Idea::default()
    };
    let base = studio::input(entry, body.model_id, &url, limits.input_sides).await;
    let order = base.map(|base| retouched(entry, idea, base, Function::StylizeLocally));
    let finish = |url: String| json!({ "image_url": url });
    Ok(submit(entry, body.model_id, order, 0, finish))
}

/// `wanx-style-repaint-v1`: a portrait in a style.
pub(super) async fn style(
    entry: &Entry,
    body: &Body<'_>,
    limits: &Pictures,
) -> Result<Response, Refusal> {
    let url = address(
        entry,
        "input.image_url",
        parameters::optional(body, "image_url")?,
    )?;
    let style = body.input("style_index").and_then(Value::as_i64);
    let style = style
        .filter(|style| STYLES.contains(style))
        .ok_or_else(|| Refusal::invalid_parameter("The style is invalid."))?;
    let idea = Idea {
        prompt: format!("style {style}"),
        ..Idea::default()
    };
    let base = studio::input(entry, body.model_id, &url, limits.input_sides).await;
    let order = base.map(|base| retouched(entry, idea, base, Function::Stylize { strength: 0.6 }));
    let started = Stamp::now().beijing();
    let started = started.split('.').next().unwrap_or_default().to_owned();
    let finish = move |url: String| {
        json!({
            "start_time": started,
            "style_index": style,
            "error_code": 0,
            "error_message": "Success",
            "results": [{ "url": url }],
        })
    };
    Ok(submit(entry, body.model_id, order, 1, finish))
}

/// `POST /api/v1/services/aigc/background-generation/generation`: a thing before a background.
pub(super) async fn background(entry: Entry) -> Result<Response, Refusal> {
    let json = entry.json()?;
    let is_right = |model: &Model| {
        model
            .pictures
            .as_ref()
            .is_some_and(|pictures| pictures.form == PictureForm::Background)
    };
    let body = Body::read(&json, entry.handle.models(), is_right)?;
    tasks::must_be_asynchronous(&entry)?;
    let limits = limits(body.model);
    let base = address(
        &entry,
        "input.base_image_url",
        parameters::optional(&body, "base_image_url")?,
    )?;
    let mut urls = vec![base];
    let (reference, prompt) = (
        parameters::optional(&body, "ref_image_url")?,
        parameters::optional(&body, "ref_prompt")?,
    );
    match (reference, prompt) {
        (None, None) => return Err(parameters::missing("input.ref_prompt")),
        (Some(url), _) => urls.push(address(&entry, "input.ref_image_url", Some(url))?),
        (None, Some(_)) => {}
    }
    let negative = parameters::optional(&body, "neg_ref_prompt")?;
    let idea = parameters::idea(
        &body,
        &entry,
        limits.prompt,
        prompt.unwrap_or_default(),
        negative,
    )?;
    let count = parameters::count(&body, &limits)?;
    let titles: Vec<String> = ["title", "sub_title"]
        .iter()
        .filter_map(|name| Some(body.input(name)?.as_str()?.to_owned()))
        .collect();
    let inputs = studio::inputs(&entry, body.model_id, &urls, limits.input_sides).await;
    let order = inputs.map(|inputs| {
        let size = inputs.first().map_or((1024, 1024), RgbImage::dimensions);
        let first = inputs
            .first()
            .map(|thing| imageops::resize(thing, size.0, size.1, FilterType::Nearest));
        let work = Work::Compose {
            inputs: first.into_iter().collect(),
            strength: 0.5,
        };
        Order {
            idea,
            size,
            count,
            mark: None,
            work,
            name: entry.id.0.clone(),
        }
    });
    let task = TaskOrder::new(body.model_id, entry.uri.path()).parts(count);
    let (handle, model) = (entry.handle.clone(), body.model_id.to_owned());
    Ok(tasks::submit(&entry, task, move || {
        let made = order.and_then(|order| answer::make(&handle, &order));
        match made {
            Err(refusal) => TaskOutcome::failed(refusal.native_code, refusal.message),
            Ok(urls) => {
                let made = answer::made(&urls);
                let results: Vec<Value> = urls
                    .iter()
                    .flatten()
                    .map(|url| json!({ "url": url }))
                    .collect();
                let mut output = json!({ "results": results });
                if !titles.is_empty() {
                    output["text_results"] = text_results(&urls, &titles);
                }
                let usage = json!({ "image_count": made });
                TaskOutcome::succeeded(output, Some(usage), answer::bill(&model, made))
                    .but_failed(count - made)
            }
        }
    }))
}

/// The same pictures with what has to be written on them.
fn text_results(urls: &[Option<String>], titles: &[String]) -> Value {
    let files: Vec<Value> = urls
        .iter()
        .flatten()
        .map(|url| json!({ "url": url }))
        .collect();
    let layers = |titles: &[String]| -> Vec<Value> {
        let layer = |(place, title): (usize, &String)| json!({ "idx": place, "type": "text", "content": title, "alignment": "center" });
        titles.iter().enumerate().map(layer).collect()
    };
    let params: Vec<Value> = (0..files.len())
        .map(|index| json!({ "sample_idx": index, "layers": layers(titles) }))
        .collect();
    json!({ "urls": files, "params": params })
}

fn retouched(entry: &Entry, idea: Idea, base: RgbImage, function: Function) -> Order {
    let retouch = Retouch {
        base,
        mask: None,
        function,
    };
    Order {
        idea,
        size: (1, 1),
        count: 1,
        mark: None,
        work: Work::Retouch(Box::new(retouch)),
        name: entry.id.0.clone(),
    }
}

/// Takes an order for one picture; `finish` puts its address into the output.
fn submit(
    entry: &Entry,
    model: &str,
    order: Result<Order, Refusal>,
    parts: u32,
    finish: impl FnOnce(String) -> Value + Send + 'static,
) -> Response {
    let task = TaskOrder::new(model, entry.uri.path()).parts(parts);
    let (handle, model) = (entry.handle.clone(), model.to_owned());
    tasks::submit(entry, task, move || {
        match order.and_then(|order| order.make(&handle, 0)) {
            Err(refusal) => TaskOutcome::failed(refusal.native_code, refusal.message),
            Ok(url) => {
                let usage = json!({ "image_count": 1 });
                TaskOutcome::succeeded(finish(url), Some(usage), answer::bill(&model, 1))
            }
        }
    })
}
