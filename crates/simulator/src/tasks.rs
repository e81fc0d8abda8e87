//! Asynchronous tasks: orders that are taken at once and finished later, on tokio's clock or by hand.
//!
//! Whether a task waits, runs or is over depends on the clock alone; its work begins when it is submitted and whoever
//! asks for a task that is due waits until the work is done too. So answers don't depend on the machine's speed.

mod order;
mod task;

use std::{collections::VecDeque, time::Duration};

use tokio::{
    sync::{oneshot, watch},
    time::{Instant, sleep_until},
};

pub(crate) use self::{
    order::{TaskOrder, TaskOutcome},
    task::{Status, Task},
};
use crate::{Handle, dice::Dice, state::Pass};

/// How long a task is remembered.
const TASK_LIFE: Duration = Duration::from_hours(24);
/// Older tasks are forgotten, so that a demonstration can run for weeks.
const REMEMBERED: usize = 4096;

/// The account's tasks.
#[derive(Debug, Default)]
pub(crate) struct Tasks(watch::Sender<Ledger>);

#[derive(Debug, Default)]
struct Ledger {
    tasks: VecDeque<Task>,
    submitted: u64,
    held: bool,
}

impl Ledger {
    fn task(&mut self, id: &str) -> Option<&mut Task> {
        self.tasks.iter_mut().find(|task| task.id == id)
    }
}

impl Tasks {
    /// Takes an order and gives the task. `work` begins at once, on a thread where it may take its time.
    pub(crate) fn submit(
        &self,
        handle: &Handle,
        pass: Pass,
        order: TaskOrder,
        work: impl FnOnce() -> TaskOutcome + Send + 'static,
    ) -> Task {
        let mut submitted = None;
        self.0.send_modify(|ledger| {
            let id = Dice::new(handle.options().seed)
                .and("task")
                .and(&ledger.submitted.to_string())
                .uuid();
            let time = handle.options().task_time.0 * order.pace;
            let task = Task::new(id, order, (!ledger.held).then_some(time));
            ledger.submitted += 1;
            ledger
                .tasks
                .retain(|task| task.submitted.elapsed() < TASK_LIFE);
            ledger.tasks.push_back(task.clone());
            if ledger.tasks.len() > REMEMBERED {
                ledger.tasks.pop_front();
            }
            submitted = Some(task);
        });
        let Some(task) = submitted else {
            unreachable!("the ledger is changed before `send_modify` returns")
        };
        let (done, doing) = oneshot::channel();
        tokio::task::spawn_blocking(move || {
            // Nobody waits for the work of a task that was called off.
            let _ = done.send(work());
        });
        tokio::spawn(settle(handle.clone(), pass, task.id.clone(), doing));
        task
    }

    /// The task as it is now; `None` for an unknown one and for one that is forgotten.
    pub(crate) async fn get(&self, id: &str) -> Option<Task> {
        let mut watching = self.0.subscribe();
        let shown = |ledger: &Ledger| {
            let task = ledger.tasks.iter().find(|task| task.id == id);
            task.is_none_or(|task| task.status().is_some())
        };
        let ledger = watching.wait_for(shown).await.ok()?;
        let task = ledger.tasks.iter().find(|task| task.id == id)?;
        (task.submitted.elapsed() < TASK_LIFE).then(|| task.clone())
    }

    /// The tasks that are remembered, newest first.
    pub(crate) async fn all(&self) -> Vec<Task> {
        let mut watching = self.0.subscribe();
        let shown = |ledger: &Ledger| ledger.tasks.iter().all(|task| task.status().is_some());
        let Ok(ledger) = watching.wait_for(shown).await else {
            return Vec::new();
        };
        let fresh = |task: &&Task| task.submitted.elapsed() < TASK_LIFE;
        ledger.tasks.iter().rev().filter(fresh).cloned().collect()
    }

    /// Calls a task off. Only one that still waits can be.
    pub(crate) fn cancel(&self, id: &str) -> bool {
        self.0.send_if_modified(|ledger| {
            let task = ledger.task(id);
            let waiting = task.filter(|task| task.status() == Some(Status::Pending));
            waiting.is_some_and(|task| {
                task.canceled = Some(Instant::now());
                true
            })
        })
    }

    pub(crate) fn hold(&self) {
        self.0.send_modify(|ledger| ledger.held = true);
    }

    pub(crate) fn run(&self) {
        self.0
            .send_modify(|ledger| ledger.tasks.iter_mut().for_each(Task::run));
    }

    pub(crate) fn finish(&self) {
        self.0
            .send_modify(|ledger| ledger.tasks.iter_mut().for_each(Task::finish));
    }
}

/// Waits until a task is due and its work done; then writes down the outcome and what it costs.
async fn settle(handle: Handle, pass: Pass, id: String, doing: oneshot::Receiver<TaskOutcome>) {
    let ledger = &handle.tasks().0;
    let mut watching = ledger.subscribe();
    let due = async {
        loop {
            let task = watching
                .borrow_and_update()
                .tasks
                .iter()
                .find(|task| task.id == id)
                .cloned();
            let Some(task) = task.filter(|task| task.canceled.is_none()) else {
                return false;
            };
            let changed = watching.changed();
            match task.ends {
                Some(end) if end <= Instant::now() => return true,
                Some(end) => tokio::select! { () = sleep_until(end) => {}, _ = changed => {} },
                None => drop(changed.await),
            }
        }
    };
    let is_due = tokio::select! {
        is_due = due => is_due,
        () = handle.stopping().cancelled() => false,
    };
    if !is_due {
        return;
    }
    let outcome = doing.await.unwrap_or_else(|_| TaskOutcome::broken());
    if let TaskOutcome::Succeeded { billed, .. } = &outcome {
        handle.bill(pass, billed.clone());
    }
    ledger.send_modify(|ledger| {
        if let Some(task) = ledger.task(&id) {
            task.outcome = Some(outcome);
        }
    });
}

#[cfg(test)]
mod tests;
