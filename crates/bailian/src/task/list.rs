//! The account's tasks of the last day ("List").

use serde::{Deserialize, Serialize};

use super::TaskStatus;
use crate::Extra;
use crate::lenient::{null_as_default, tokens};

/// Which tasks to list; without any condition those of the last 24 hours.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TaskFilter {
    /// Exactly this one.
    pub task_id: Option<String>,
    /// Handed in from then on, `YYYYMMDDhhmmss` in Beijing; at most 24 h before `end_time`.
    pub start_time: Option<String>,
    /// Handed in until then.
    pub end_time: Option<String>,
    /// Of this model.
    pub model_name: Option<String>,
    /// Of this key.
    pub api_key_id: Option<String>,
    /// For example `cn-beijing`.
    pub region: Option<String>,
    /// In this state.
    pub status: Option<TaskStatus>,
    /// From 1 on; 1.
    pub page_no: Option<u32>,
    /// 10.
    pub page_size: Option<u32>,
}

impl TaskFilter {
    pub(super) fn into_query(self) -> Vec<(&'static str, String)> {
        let status = self.status.map(|status| status.as_str().to_owned());
        let number = |number: Option<u32>| number.map(|number| number.to_string());
        let conditions = [
            ("task_id", self.task_id),
            ("start_time", self.start_time),
            ("end_time", self.end_time),
            ("model_name", self.model_name),
            ("api_key_id", self.api_key_id),
            ("region", self.region),
            ("status", status),
            ("page_no", number(self.page_no)),
            ("page_size", number(self.page_size)),
        ];
        let set = conditions
            .into_iter()
            .filter_map(|(name, value)| Some((name, value?)));
        set.collect()
    }
}

/// A page of tasks.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct TaskPage {
    /// All tasks that meet the conditions.
    #[serde(deserialize_with = "tokens")]
    pub total: Option<u64>,
    /// All pages.
    #[serde(deserialize_with = "tokens")]
    pub total_page: Option<u64>,
    /// This page, from 1 on.
    #[serde(deserialize_with = "tokens")]
    pub page_no: Option<u64>,
    /// Most tasks of a page.
    #[serde(deserialize_with = "tokens")]
    pub page_size: Option<u64>,
    /// The tasks.
    #[serde(deserialize_with = "null_as_default")]
    pub data: Vec<TaskRecord>,
    /// Anything else.
    #[serde(flatten)]
    pub extra: Extra,
}

/// One task of a list. Its times are milliseconds since 1970, unlike those of a task itself.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TaskRecord {
    /// For [`Task::resume`](super::Task::resume).
    pub task_id: String,
    /// How far it is.
    pub status: TaskStatus,
    /// The model.
    #[serde(default)]
    pub model_name: Option<String>,
    /// When it was handed in.
    #[serde(default, deserialize_with = "tokens")]
    pub gmt_create: Option<u64>,
    /// When work began.
    #[serde(default, deserialize_with = "tokens")]
    pub start_time: Option<u64>,
    /// When it ended.
    #[serde(default, deserialize_with = "tokens")]
    pub end_time: Option<u64>,
    /// The request that handed it in.
    #[serde(default)]
    pub request_id: Option<String>,
    /// Anything else.
    #[serde(flatten)]
    pub extra: Extra,
}
