//! Reading what the provider says about a task.

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::{TaskFailure, TaskMetrics, TaskSnapshot, TaskStatus};
use crate::lenient::object_or_none;
use crate::media::{BeijingTime, MediaUsage};
use crate::{Error, Extra};

/// The answer to handing a task in, or asking for one.
#[derive(Debug, Deserialize)]
pub(super) struct Answer {
    request_id: Option<String>,
    output: Extra,
    #[serde(default, deserialize_with = "object_or_none")]
    usage: Option<MediaUsage>,
}

impl Answer {
    pub(super) fn task_id(&self) -> Result<(String, Option<String>), Error> {
        let id = self.output.get("task_id").and_then(Value::as_str);
        let id = id.filter(|id| !id.is_empty());
        let id = id.ok_or_else(|| Error::malformed("a task was taken without an id"))?;
        Ok((id.to_owned(), self.request_id.clone()))
    }

    pub(super) fn into_snapshot<O: DeserializeOwned>(mut self) -> Result<TaskSnapshot<O>, Error> {
        let [id, status, submit, scheduled, end, metrics] = [
            "task_id",
            "task_status",
            "submit_time",
            "scheduled_time",
            "end_time",
            "task_metrics",
        ]
        .map(|name| self.output.remove(name));
        let status: TaskStatus = read(status)
            .ok_or_else(|| Error::malformed("an answer about a task without its status"))?;
        let output = &self.output;
        let text = |name: &str| output.get(name).and_then(Value::as_str).map(str::to_owned);
        let failure = (status == TaskStatus::Failed).then(|| TaskFailure {
            code: text("code").filter(|code| !code.is_empty()),
            message: text("message").unwrap_or_default(),
        });
        Ok(TaskSnapshot {
            id: read(id).unwrap_or_default(),
            status,
            submit_time: read::<BeijingTime>(submit),
            scheduled_time: read(scheduled),
            end_time: read(end),
            metrics: read::<TaskMetrics>(metrics),
            usage: self.usage,
            failure,
            request_id: self.request_id,
            output: serde_json::from_value(Value::Object(self.output)).ok(),
        })
    }
}

fn read<T: DeserializeOwned>(value: Option<Value>) -> Option<T> {
    serde_json::from_value(value?).ok()
}

/// An id as one segment of a path. It may come from a store or another person.
pub(crate) fn id_segment(id: &str) -> Result<&str, Error> {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    if !id.is_empty() && id.len() <= 128 && id.bytes().all(plain) {
        return Ok(id);
    }
    Err(Error::invalid("id", "an id has letters, digits, - and _"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ErrorKind;

    #[derive(Debug, Deserialize, PartialEq)]
    struct Film {
        video_url: String,
    }

    fn task(json: &str) -> TaskSnapshot<Film> {
        let answer: Answer = serde_json::from_str(json).unwrap();
        answer.into_snapshot().unwrap()
    }

    #[test]
    fn a_task_at_work_has_no_result_yet() {
        let task = task(
            r#"{"request_id":"r","output":{"task_id":"t","task_status":"RUNNING","submit_time":"2026-01-15 16:30:00.101","task_metrics":{"TOTAL":2,"SUCCEEDED":1,"FAILED":0}}}"#,
        );
        assert_eq!(
            (task.status.clone(), task.output.as_ref()),
            (TaskStatus::Running, None)
        );
        assert_eq!(task.metrics.unwrap().succeeded, Some(1));
        assert_eq!(
            task.submit_time.as_ref().unwrap().unix_ms(),
            Some(1_768_465_800_101)
        );
        assert_eq!(
            task.into_result().unwrap_err().kind(),
            &ErrorKind::Malformed
        );
    }

    #[test]
    fn every_end_has_its_own_outcome() {
        let done = task(
            r#"{"request_id":"r","output":{"task_id":"t","task_status":"SUCCEEDED","video_url":"https://v"},"usage":{"duration":5.0}}"#,
        );
        let done = done.into_result().unwrap();
        assert_eq!(
            (done.output.video_url.as_str(), done.usage.duration),
            ("https://v", Some(5.0))
        );
        for (json, name) in [
            (r#"{"output":{"task_status":"SUCCEEDED"}}"#, "malformed"),
            (r#"{"output":{"task_status":"CANCELED"}}"#, "task_canceled"),
            (
                r#"{"output":{"task_id":"1","task_status":"UNKNOWN"}}"#,
                "task_unknown",
            ),
            (r#"{"output":{"task_status":"FAILED"}}"#, "task_failed"),
        ] {
            assert_eq!(
                task(json).into_result().unwrap_err().kind().name(),
                name,
                "{json}"
            );
        }
    }

    #[test]
    fn a_failure_means_what_its_code_means_in_a_refusal() {
        let failed = task(
            r#"{"request_id":"r","output":{"task_id":"t","task_status":"FAILED","code":"DataInspectionFailed","message":"m"}}"#,
        );
        let error = failed.into_result().unwrap_err();
        let cause = Box::new(ErrorKind::ContentInspection);
        assert_eq!(error.kind(), &ErrorKind::TaskFailed { cause });
        assert_eq!(error.code(), Some("DataInspectionFailed"));
        assert_eq!((error.message(), error.request_id()), ("m", Some("r")));
    }

    #[test]
    fn an_id_cannot_leave_its_place_in_the_path() {
        assert!(id_segment("0b1c2d3e-1111-4222-8333-444455556666").is_ok());
        for id in ["", "../files", "a/b", "a?b", "a b", "é", &"a".repeat(129)] {
            assert!(id_segment(id).is_err(), "{id}");
        }
    }
}
