//! One task and where it stands.

use std::time::Duration;

use serde_json::{Map, Value, json};
use tokio::time::Instant;

use super::{TaskOrder, TaskOutcome};
use crate::calendar::Stamp;

/// A task that was submitted.
#[derive(Clone, Debug)]
pub(crate) struct Task {
    pub(crate) id: String,
    pub(crate) order: TaskOrder,
    pub(crate) submitted: Instant,
    submitted_at: Stamp,
    /// When it is, or will be, taken up; unknown while it is held.
    scheduled: Option<Instant>,
    /// When it is over.
    pub(super) ends: Option<Instant>,
    pub(super) canceled: Option<Instant>,
    /// Known once it is over and its work is done.
    pub(super) outcome: Option<TaskOutcome>,
}

/// Where a task stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Status {
    Pending,
    Running,
    Succeeded,
    Failed,
    Canceled,
}

impl Status {
    /// As the service writes it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Pending => "PENDING",
            Self::Running => "RUNNING",
            Self::Succeeded => "SUCCEEDED",
            Self::Failed => "FAILED",
            Self::Canceled => "CANCELED",
        }
    }
}

impl Task {
    /// A task that takes `time`, of which it waits an eighth; without a time it is held.
    pub(super) fn new(id: String, order: TaskOrder, time: Option<Duration>) -> Self {
        let now = Instant::now();
        Self {
            id,
            order,
            submitted: now,
            submitted_at: Stamp::now(),
            scheduled: time.map(|time| now + time / 8),
            ends: time.map(|time| now + time),
            canceled: None,
            outcome: None,
        }
    }

    /// Where it stands; unknown when it is due but not done.
    pub(crate) fn status(&self) -> Option<Status> {
        let now = Instant::now();
        let is_past = |point: Option<Instant>| point.is_some_and(|point| point <= now);
        if self.canceled.is_some() {
            Some(Status::Canceled)
        } else if !is_past(self.scheduled) {
            Some(Status::Pending)
        } else if !is_past(self.ends) {
            Some(Status::Running)
        } else {
            self.outcome.as_ref().map(|outcome| match outcome {
                TaskOutcome::Succeeded { .. } => Status::Succeeded,
                TaskOutcome::Failed { .. } => Status::Failed,
            })
        }
    }

    pub(super) fn run(&mut self) {
        let now = Instant::now();
        self.scheduled = Some(self.scheduled.map_or(now, |known| known.min(now)));
    }

    pub(super) fn finish(&mut self) {
        self.run();
        let now = Instant::now();
        self.ends = Some(self.ends.map_or(now, |known| known.min(now)));
    }

    /// When it was submitted.
    pub(crate) fn created(&self) -> Stamp {
        self.submitted_at
    }

    /// When it was taken up.
    pub(crate) fn started(&self) -> Option<Stamp> {
        let started = self.scheduled.filter(|_| self.canceled.is_none());
        self.stamp(started)
    }

    /// When it was over.
    pub(crate) fn ended(&self) -> Option<Stamp> {
        self.stamp(self.canceled.or(self.ends))
    }

    /// What a query answers beside the id of the request: `output` and perhaps `usage`.
    pub(crate) fn view(&self) -> (Value, Option<Value>) {
        let status = self.status().unwrap_or(Status::Running);
        let mut output = Map::new();
        output.insert("task_id".to_owned(), self.id.clone().into());
        output.insert("task_status".to_owned(), status.name().into());
        output.insert("submit_time".to_owned(), self.submitted_at.beijing().into());
        for (name, point) in [
            ("scheduled_time", self.started()),
            ("end_time", self.ended()),
        ] {
            if let Some(point) = point {
                output.insert(name.to_owned(), point.beijing().into());
            }
        }
        let mut beside = None;
        match &self.outcome {
            Some(TaskOutcome::Succeeded {
                output: more,
                usage,
                ..
            }) => {
                output.extend(more.clone());
                beside.clone_from(usage);
            }
            Some(TaskOutcome::Failed {
                code,
                message,
                output: more,
            }) => {
                output.insert("code".to_owned(), code.clone().into());
                output.insert("message".to_owned(), message.clone().into());
                output.extend(more.clone());
            }
            None => {}
        }
        if self.order.parts > 0 && !output.contains_key("task_metrics") {
            output.insert("task_metrics".to_owned(), self.metrics());
        }
        (output.into(), beside)
    }

    fn metrics(&self) -> Value {
        let parts = self.order.parts;
        match &self.outcome {
            Some(outcome) => outcome.metrics(parts),
            None => json!({ "TOTAL": parts, "SUCCEEDED": self.made_so_far(), "FAILED": 0 }),
        }
    }

    /// Results become ready one after the other, the last one at the end.
    fn made_so_far(&self) -> u32 {
        let (Some(start), Some(end)) = (self.scheduled, self.ends) else {
            return 0;
        };
        let share = start.elapsed().as_secs_f64() / (end - start).as_secs_f64().max(0.001);
        (1..self.order.parts)
            .take_while(|part| f64::from(*part) <= share * f64::from(self.order.parts))
            .last()
            .unwrap_or(0)
    }

    fn stamp(&self, point: Option<Instant>) -> Option<Stamp> {
        let point = point.filter(|point| *point <= Instant::now())?;
        Some(self.submitted_at.after(point - self.submitted))
    }
}
