//! `run-task`: what the client wants, and the frames that answer it.

use serde_json::{Map, Value, json};

use super::failure::Failure;
use crate::models::{self, Kind, Model};

/// A task as it was ordered.
#[derive(Clone, Debug)]
pub(super) struct Order {
    pub(super) id: String,
    pub(super) model: String,
    pub(super) kind: Kind,
    pub(super) function: String,
    pub(super) parameters: Map<String, Value>,
    pub(super) input: Map<String, Value>,
}

impl Order {
    /// Reads a `run-task` frame.
    pub(super) fn read(frame: &Value, models: &[Model]) -> Result<Self, Failure> {
        let payload = &frame["payload"];
        let required = |name: &str| {
            let given = payload[name].as_str().filter(|text| !text.is_empty());
            given.map(str::to_owned).ok_or_else(|| {
                Failure::invalid(format!(
                    "Missing required parameter 'payload.{name}'! Please follow the protocol!"
                ))
            })
        };
        let id = task_id(frame);
        if id.is_empty() {
            let message =
                "Missing required parameter 'header.task_id'! Please follow the protocol!";
            return Err(Failure::invalid(message));
        }
        let model = required("model")?;
        required("task_group")?;
        required("task")?;
        let function = required("function")?;
        let input = payload["input"]
            .as_object()
            .cloned()
            .ok_or_else(|| Failure::invalid("InvalidParameter: task can not be null"))?;
        let known = models::find(models, &model)
            .ok_or_else(|| Failure::new("ModelNotFound", "Model can not be found."))?;
        Ok(Self {
            id,
            model,
            kind: known.kind,
            function,
            parameters: payload["parameters"]
                .as_object()
                .cloned()
                .unwrap_or_default(),
            input,
        })
    }

    pub(super) fn parameter(&self, name: &str) -> Option<&Value> {
        self.parameters.get(name).filter(|value| !value.is_null())
    }

    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.parameter(name)?.as_str()
    }

    pub(super) fn flag(&self, name: &str) -> Option<bool> {
        self.parameter(name)?.as_bool()
    }

    /// A number within a range, or what it is by default.
    pub(super) fn number(
        &self,
        name: &str,
        default: f64,
        range: std::ops::RangeInclusive<f64>,
    ) -> Result<f64, Failure> {
        let Some(value) = self.parameter(name) else {
            return Ok(default);
        };
        let number = value.as_f64().filter(|number| range.contains(number));
        number.ok_or_else(|| {
            let (low, high) = (range.start(), range.end());
            Failure::invalid(format!("{name} must be in the range of [{low}, {high}]"))
        })
    }

    pub(super) fn event(&self, event: &str, payload: &Value) -> Value {
        json!({
            "header": { "task_id": self.id, "event": event, "attributes": {} },
            "payload": payload,
        })
    }

    pub(super) fn started(&self) -> Value {
        self.event("task-started", &json!({}))
    }

    pub(super) fn generated(&self, payload: &Value) -> Value {
        self.event("result-generated", payload)
    }

    pub(super) fn finished(&self, payload: &Value) -> Value {
        self.event("task-finished", payload)
    }
}

/// The id that a frame bears.
pub(super) fn task_id(frame: &Value) -> String {
    let id = frame["header"]["task_id"].as_str();
    id.unwrap_or_default().to_owned()
}

/// What a frame asks for.
pub(super) fn action(frame: &Value) -> &str {
    frame["header"]["action"].as_str().unwrap_or_default()
}

/// `task-failed`.
pub(super) fn failed(task_id: &str, failure: &Failure) -> Value {
    json!({
        "header": {
            "task_id": task_id,
            "event": "task-failed",
            "error_code": failure.code,
            "error_message": failure.message,
            "attributes": {},
        },
        "payload": {},
    })
}
