//! Asynchronous tasks: images, video and long audio are handed in and asked for until they are done
//! ("Asynchronous task protocol").
//!
//! A [`Task`] is only its id and the type of its result: it can be stored and taken up again by another
//! process. The provider keeps a task and its results for 24 hours.
//!
//! ```no_run
//! use bailian::image::ImageOutput;
//! use bailian::task::{Patience, Task};
//!
//! # async fn example(client: bailian::Client) -> Result<(), bailian::Error> {
//! let task: Task<ImageOutput> = Task::resume("0b1c2d3e-1111-4222-8333-444455556666");
//! let finished = client.wait_for_task(&task, Patience::images()).await?;
//! let _address = finished.output.urls().next();
//! # Ok(())
//! # }
//! ```

mod answer;
mod asking;
mod calls;
mod list;
mod pace;
mod patience;
mod snapshot;
mod status;
mod watch;

use std::fmt;
use std::marker::PhantomData;

use serde::{Deserialize, Serialize};

pub(crate) use answer::id_segment;
pub(crate) use asking::Asking;
pub use list::{TaskFilter, TaskPage, TaskRecord};
pub(crate) use pace::Pace;
pub use patience::Patience;
pub use snapshot::{Finished, TaskFailure, TaskMetrics, TaskSnapshot};
pub use status::TaskStatus;
pub use watch::TaskProgress;

/// A task that the provider has taken, with the type of what it will result in.
///
/// It serialises as its ids alone, so that the work can be found again after a restart.
#[derive(Serialize, Deserialize)]
#[serde(bound = "")]
pub struct Task<O> {
    /// Names the task for 24 hours, for every key of the account.
    pub id: String,
    /// The provider's id of the request that handed it in, for its support.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request_id: Option<String>,
    #[serde(skip)]
    output: PhantomData<fn() -> O>,
}

impl<O> Task<O> {
    /// A task known by its id.
    pub fn resume(id: impl Into<String>) -> Self {
        Self {
            id: id.into(),
            request_id: None,
            output: PhantomData,
        }
    }

    pub(crate) fn taken(id: String, request_id: Option<String>) -> Self {
        Self {
            request_id,
            ..Self::resume(id)
        }
    }
}

impl<O> Clone for Task<O> {
    fn clone(&self) -> Self {
        Self::taken(self.id.clone(), self.request_id.clone())
    }
}

impl<O> PartialEq for Task<O> {
    fn eq(&self, other: &Self) -> bool {
        self.id == other.id
    }
}

impl<O> Eq for Task<O> {}

impl<O> fmt::Debug for Task<O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Task")
            .field("id", &self.id)
            .field("request_id", &self.request_id)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_task_survives_being_stored() {
        let task: Task<String> = Task::taken("t-1".to_owned(), Some("r-1".to_owned()));
        let stored = serde_json::to_string(&task).unwrap();
        assert_eq!(stored, r#"{"id":"t-1","request_id":"r-1"}"#);
        let found: Task<String> = serde_json::from_str(&stored).unwrap();
        assert_eq!((&found, &found.request_id), (&task, &task.request_id));
        assert_eq!(
            serde_json::from_str::<Task<String>>(r#"{"id":"t-1"}"#).unwrap(),
            Task::resume("t-1")
        );
    }
}
