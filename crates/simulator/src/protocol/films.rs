//! Films, always as tasks.

mod plan;
mod references;
mod shape;
mod usage;

use axum::{Router, response::Response, routing::post};
use serde_json::json;

use self::plan::{Plan, Shooting};
use super::{entry::Entry, native::body::Body, pictures::Trouble, tasks};
use crate::{
    Billed, Handle, Refusal,
    calendar::Stamp,
    film,
    models::{
        Kind, Model,
        media::{FilmForm, Films},
    },
    tasks::{TaskOrder, TaskOutcome},
};

/// How much longer than a picture a film takes.
const PACE: u32 = 3;

/// The paths of this area.
pub(super) fn routes() -> Router<Handle> {
    Router::new()
        .route(
            "/api/v1/services/aigc/video-generation/video-synthesis",
            post(create),
        )
        .route(
            "/api/v1/services/aigc/image2video/video-synthesis",
            post(between_frames),
        )
}

fn limits(model: &Model) -> Films {
    model.films.clone().unwrap_or_default()
}

/// `POST /api/v1/services/aigc/video-generation/video-synthesis`.
async fn create(entry: Entry) -> Result<Response, Refusal> {
    submit(entry, |form| form != FilmForm::KeyFrames).await
}

/// `POST /api/v1/services/aigc/image2video/video-synthesis`: from a first frame to a last one.
async fn between_frames(entry: Entry) -> Result<Response, Refusal> {
    submit(entry, |form| form == FilmForm::KeyFrames).await
}

async fn submit(entry: Entry, belongs: impl Fn(FilmForm) -> bool) -> Result<Response, Refusal> {
    let json = entry.json()?;
    let is_right = |model: &Model| model.kind == Kind::Video && belongs(limits(model).form);
    let body = Body::read(&json, entry.handle.models(), is_right)?;
    tasks::must_be_asynchronous(&entry)?;
    let plan = Plan::read(&body, &entry, &limits(body.model))?;
    let trouble = Trouble::of(&plan.idea.prompt);
    let (handle, model) = (entry.handle.clone(), body.model_id.to_owned());
    let shooting = plan.shoot(&entry, &model).await;
    let name = entry.id.0.clone();
    let order = TaskOrder::new(&model, entry.uri.path()).parts(0).pace(PACE);
    Ok(tasks::submit(&entry, order, move || {
        let shooting = match (Trouble::refusal(trouble, 1), shooting) {
            (Some(refusal), _) | (None, Err(refusal)) => {
                return TaskOutcome::failed(refusal.native_code, refusal.message);
            }
            (None, Ok(shooting)) => shooting,
        };
        let url = make(&handle, &shooting, &name);
        let plan = &shooting.plan;
        let mut output = json!({ "orig_prompt": plan.idea.prompt, "video_url": url });
        if let Some(prompt) = plan.written_out() {
            output["actual_prompt"] = prompt.into();
        }
        let billed = Billed {
            model: model.clone(),
            seconds: usage::seconds(&shooting),
            ..Billed::default()
        };
        TaskOutcome::succeeded(output, Some(usage::of(&shooting, &model)), billed)
    }))
}

fn make(handle: &Handle, shooting: &Shooting, name: &str) -> String {
    let file = film::mp4(
        &shooting.shots(),
        shooting.plan.seconds,
        shooting.plan.is_marked,
    );
    let day = Stamp::now().beijing_day().replace('-', "");
    handle.publish(&format!("1d/{day}/{name}.mp4"), "video/mp4", file)
}
