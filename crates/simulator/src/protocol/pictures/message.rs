//! Pictures by message: at once, event by event, or as a task.

use axum::response::Response;
use serde_json::{Value, json};

use super::{
    super::{entry::Entry, native::body::Body, reply, tasks},
    answer, interleaved, parameters,
    studio::{self, Order, Work, address},
    synthesis::{limits, mark, size},
    trade,
};
use crate::{
    Refusal,
    models::{
        Kind, Model,
        media::{Mode, PictureForm, Pictures},
    },
    picture::Mark,
    tasks::{TaskOrder, TaskOutcome},
};

/// The strength with which a drawing lies over the picture that is edited.
const EDIT: f32 = 0.45;

/// `POST …/aigc/multimodal-generation/generation` for models that make pictures.
pub(crate) async fn create(entry: Entry) -> Result<Response, Refusal> {
    let json = entry.json()?;
    let is_right = |model: &Model| speaks(model) && limits(model).mode != Mode::Task;
    let body = Body::read(&json, entry.handle.models(), is_right)?;
    tasks::must_be_synchronous(&entry)?;
    let limits = limits(body.model);
    let plan = plan(&body, &entry, &limits)?;
    // The documents ask for the parameter too; the service's own clients send the header alone.
    let streams = parameters::flag(&body, "stream", entry.asks_for_events())?;
    if plan.interleaves && !(entry.asks_for_events() && streams) {
        let message = "stream must be true when enable_interleave is true";
        return Err(parameters::out_of_range(message));
    }
    let (inputs, interleaves) = (plan.inputs.len(), plan.interleaves);
    let model = body.model_id.to_owned();
    let order = plan.read(&entry, &model, &limits).await?;
    if interleaves {
        return Ok(interleaved::stream(&entry, &model, order));
    }
    tokio::time::sleep(entry.handle.options().task_time.0).await;
    let handle = entry.handle.clone();
    let making = tokio::task::spawn_blocking(move || {
        answer::make(&handle, &order).map(|urls| (order, urls))
    });
    let (order, urls) = making.await.map_err(|_| Refusal::internal())??;
    let made = answer::made(&urls);
    entry.bill(answer::bill(&model, made));
    let answer = json!({
        "output": answer::output(&order, &urls, limits.usage),
        "usage": answer::usage(&order, made, inputs, limits.usage),
        "request_id": entry.id.0,
    });
    Ok(if entry.asks_for_events() {
        interleaved::whole(&answer)
    } else {
        reply::json(200, &answer)
    })
}

/// `POST /api/v1/services/aigc/image-generation/generation`.
pub(super) async fn submit(entry: Entry) -> Result<Response, Refusal> {
    let json = entry.json()?;
    let is_right = |model: &Model| {
        let limits = limits(model);
        let repaints = limits.form == PictureForm::Repaint;
        model.kind == Kind::Image && (repaints || (speaks(model) && limits.mode != Mode::Sync))
    };
    let body = Body::read(&json, entry.handle.models(), is_right)?;
    tasks::must_be_asynchronous(&entry)?;
    let limits = limits(body.model);
    if limits.form == PictureForm::Repaint {
        return trade::style(&entry, &body, &limits).await;
    }
    let plan = plan(&body, &entry, &limits)?;
    let (inputs, interleaves, wanted) = (plan.inputs.len(), plan.interleaves, plan.order.count);
    let (handle, model) = (entry.handle.clone(), body.model_id.to_owned());
    let order = plan.read(&entry, &model, &limits).await;
    let task = TaskOrder::new(&model, entry.uri.path()).parts(wanted);
    Ok(tasks::submit(&entry, task, move || {
        let made = order.and_then(|order| answer::make(&handle, &order).map(|urls| (order, urls)));
        match made {
            Err(refusal) => TaskOutcome::failed(refusal.native_code, refusal.message),
            Ok((order, urls)) => {
                let made = answer::made(&urls);
                let output = if interleaves {
                    interleaved::output(&order, &urls)
                } else {
                    answer::output(&order, &urls, limits.usage)
                };
                let usage = answer::usage(&order, made, inputs, limits.usage);
                TaskOutcome::succeeded(output, Some(usage), answer::bill(&model, made))
                    .but_failed(order.count - made)
            }
        }
    }))
}

fn speaks(model: &Model) -> bool {
    let form = model.pictures.as_ref().map(|pictures| pictures.form);
    matches!(
        form,
        Some(PictureForm::Message | PictureForm::MessageOrText)
    )
}

/// What the message says and points at.
struct Said {
    text: String,
    inputs: Vec<String>,
    interleaves: bool,
}

fn said(body: &Body<'_>, entry: &Entry, limits: &Pictures) -> Result<Said, Refusal> {
    let messages = body.input("messages").and_then(Value::as_array);
    let messages =
        messages.ok_or_else(|| Refusal::invalid_parameter("No messages found in input"))?;
    let [message] = messages.as_slice() else {
        return Err(Refusal::invalid_parameter("messages length only support 1"));
    };
    if message["role"] != "user" {
        return Err(parameters::out_of_range("role must be user"));
    }
    let (mut texts, mut inputs) = (Vec::new(), Vec::new());
    match &message["content"] {
        Value::String(text) => texts.push(text.as_str()),
        Value::Array(parts) => {
            for part in parts {
                match (
                    part.get("text").and_then(Value::as_str),
                    part.get("image").and_then(Value::as_str),
                ) {
                    (Some(text), None) => texts.push(text),
                    (None, Some(url)) => inputs.push(address(entry, "image", Some(url))?),
                    (_, _) => {
                        let message = "The item of content should be a message of a certain modal.";
                        return Err(Refusal::invalid_parameter(message));
                    }
                }
            }
        }
        _ => return Err(parameters::missing("input.messages.content")),
    }
    let interleaves = limits.inputs.1 > 0 && parameters::flag(body, "enable_interleave", false)?;
    let (least, most) = if interleaves { (0, 1) } else { limits.inputs };
    let lacks = texts.is_empty() || texts[0].is_empty() || inputs.len() < least;
    match (lacks, texts.len()) {
        (true, _) if most > 0 => Err(Refusal::invalid_parameter("lack of image or text")),
        (true, _) => Err(parameters::missing("input.messages.content.text")),
        (false, 2..) => Err(parameters::out_of_range(
            "content must hold exactly one text",
        )),
        (false, _) if inputs.len() > most => Err(parameters::out_of_range(&format!(
            "content must hold between {least} and {most} images"
        ))),
        (false, _) => Ok(Said {
            text: texts[0].to_owned(),
            inputs,
            interleaves,
        }),
    }
}

/// An order whose pictures are not read yet.
struct Plan {
    order: Order,
    inputs: Vec<String>,
    interleaves: bool,
    /// Whether the pictures decide on the size.
    follows_input: bool,
}

fn plan(body: &Body<'_>, entry: &Entry, limits: &Pictures) -> Result<Plan, Refusal> {
    let said = said(body, entry, limits)?;
    let negative = parameters::text(body, "negative_prompt")?;
    let count = if said.interleaves {
        parameters::number(body, "n", 1..=1)?;
        // A story of three pictures, unless fewer are allowed.
        parameters::number(body, "max_images", 1..=5)?
            .unwrap_or(5)
            .min(3)
    } else {
        parameters::count(body, limits)?
    };
    parameters::flag(body, "prompt_extend", true)?;
    let is_qwen = body.model_id.starts_with("qwen");
    let order = Order {
        idea: parameters::idea(body, entry, limits.prompt, &said.text, negative)?,
        size: size(body, limits)?,
        count,
        mark: mark(body, if is_qwen { Mark::Qwen } else { Mark::Made })?,
        work: Work::Draw,
        name: entry.id.0.clone(),
    };
    Ok(Plan {
        order,
        inputs: said.inputs,
        interleaves: said.interleaves,
        follows_input: body.parameter("size").is_none(),
    })
}

impl Plan {
    /// The order with its pictures. Without a size, the last picture decides on the shape.
    async fn read(self, entry: &Entry, model: &str, limits: &Pictures) -> Result<Order, Refusal> {
        let inputs = studio::inputs(entry, model, &self.inputs, limits.input_sides).await?;
        let Some(last) = inputs.last() else {
            return Ok(self.order);
        };
        let usual = self.order.size;
        let size = if self.follows_input {
            like(last.dimensions(), usual)
        } else {
            usual
        };
        let strength = EDIT;
        let work = Work::Compose { inputs, strength };
        Ok(Order {
            size,
            work,
            ..self.order
        })
    }
}

/// The shape of one size at about the area of another, in steps of 16.
fn like((width, height): (u32, u32), usual: (u32, u32)) -> (u32, u32) {
    let area = f64::from(usual.0.min(1440)) * f64::from(usual.1.min(1440));
    let ratio = f64::from(width) / f64::from(height);
    let side = |length: f64| {
        (1_u32..=256)
            .find(|step| f64::from(step * 16) + 8.0 > length)
            .unwrap_or(256)
            * 16
    };
    (side((area * ratio).sqrt()), side((area / ratio).sqrt()))
}
