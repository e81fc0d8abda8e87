//! What is ordered, and how it ends.

use serde_json::{Map, Value, json};

use crate::state::Billed;

/// A task to be taken.
#[derive(Clone, Debug)]
pub(crate) struct TaskOrder {
    pub(crate) model: String,
    /// The service as the list of tasks writes it, `aigc:text2image:image-synthesis` for example.
    pub(crate) service: String,
    /// How many results are wanted; 0 when the task has no `task_metrics`.
    pub(crate) parts: u32,
    /// How long it takes, in units of [`Options::task_time`](crate::Options::task_time), a picture's time.
    pub(crate) pace: u32,
}

impl TaskOrder {
    /// An order for one result at the path of a service, in a picture's time.
    pub(crate) fn new(model: &str, path: &str) -> Self {
        let service = path.trim_start_matches("/api/v1/services/");
        Self {
            model: model.to_owned(),
            service: service.trim_matches('/').replace('/', ":"),
            parts: 1,
            pace: 1,
        }
    }

    /// The same for this many results; 0 leaves `task_metrics` out.
    pub(crate) fn parts(self, parts: u32) -> Self {
        Self { parts, ..self }
    }

    /// The same, taking so many times as long as a picture.
    pub(crate) fn pace(self, pace: u32) -> Self {
        Self { pace, ..self }
    }
}

/// How a task ends.
#[derive(Clone, Debug)]
pub(crate) enum TaskOutcome {
    /// At least one result was made.
    Succeeded {
        /// What `output` holds beside the task's own fields.
        output: Map<String, Value>,
        /// What stands beside `output`.
        usage: Option<Value>,
        /// What it costs.
        billed: Billed,
        /// Results that could not be made.
        failed: u32,
    },
    /// Nothing was made, and nothing is billed.
    Failed {
        code: String,
        message: String,
        /// What `output` holds beside that.
        output: Map<String, Value>,
    },
}

impl TaskOutcome {
    /// A success; `output` is an object.
    pub(crate) fn succeeded(output: Value, usage: Option<Value>, billed: Billed) -> Self {
        Self::Succeeded {
            output: fields(output),
            usage,
            billed,
            failed: 0,
        }
    }

    /// The same, with so many results that could not be made.
    pub(crate) fn but_failed(mut self, count: u32) -> Self {
        if let Self::Succeeded { failed, .. } = &mut self {
            *failed = count;
        }
        self
    }

    /// A failure.
    pub(crate) fn failed(code: impl Into<String>, message: impl Into<String>) -> Self {
        Self::Failed {
            code: code.into(),
            message: message.into(),
            output: Map::new(),
        }
    }

    /// What becomes of a task whose work ended in a fault of the simulator's own.
    pub(super) fn broken() -> Self {
        Self::failed("InternalError.Algo", "inference internal error.")
    }

    /// `task_metrics`, when this many results were wanted.
    pub(crate) fn metrics(&self, parts: u32) -> Value {
        let failed = match self {
            Self::Succeeded { failed, .. } => *failed,
            Self::Failed { .. } => parts,
        };
        json!({ "TOTAL": parts, "SUCCEEDED": parts.saturating_sub(failed), "FAILED": failed })
    }
}

fn fields(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(fields) => fields,
        _ => Map::new(),
    }
}
