use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::advance;

use super::{TaskOrder, TaskOutcome};
use crate::{Billed, Handle, Latency, Options, state::Pass};

fn handle() -> Handle {
    let options = Options {
        task_time: Latency(Duration::from_secs(8)),
        ..Options::immediate()
    };
    let addr = options.addr;
    Handle::new(options, Vec::new(), addr)
}

fn submit(handle: &Handle, outcome: TaskOutcome) -> String {
    let order = TaskOrder::new(
        "wan2.2-t2i-flash",
        "/api/v1/services/aigc/text2image/image-synthesis",
    );
    let tasks = handle.tasks();
    let task = tasks.submit(handle, Pass::default(), order.parts(4), || outcome);
    task.id
}

fn success() -> TaskOutcome {
    let usage = json!({ "image_count": 3 });
    TaskOutcome::succeeded(json!({ "results": [] }), Some(usage), Billed::default()).but_failed(1)
}

async fn status(handle: &Handle, id: &str) -> Value {
    match handle.tasks().get(id).await {
        Some(task) => task.view().0["task_status"].take(),
        None => Value::Null,
    }
}

#[tokio::test(start_paused = true)]
async fn a_task_waits_runs_and_ends_by_the_clock() {
    let handle = handle();
    let id = submit(&handle, success());
    assert_eq!(status(&handle, &id).await, "PENDING");
    advance(Duration::from_secs(1)).await;
    assert_eq!(status(&handle, &id).await, "RUNNING");
    advance(Duration::from_secs(4)).await;
    let running = handle.tasks().get(&id).await.expect("a task").view().0;
    assert_eq!(running["task_metrics"]["SUCCEEDED"], 2);
    assert_eq!(running.get("end_time"), None);
    advance(Duration::from_secs(3)).await;
    let (output, usage) = handle.tasks().get(&id).await.expect("a task").view();
    assert_eq!(output["task_status"], "SUCCEEDED");
    assert_eq!(
        output["task_metrics"],
        json!({ "TOTAL": 4, "SUCCEEDED": 3, "FAILED": 1 })
    );
    assert_eq!(usage, Some(json!({ "image_count": 3 })));
    advance(Duration::from_hours(24)).await;
    assert_eq!(status(&handle, &id).await, Value::Null);
}

#[tokio::test(start_paused = true)]
async fn a_failure_says_why_inside_the_output() {
    let handle = handle();
    let id = submit(&handle, TaskOutcome::failed("InvalidURL", "No."));
    handle.finish_tasks();
    let (output, usage) = handle.tasks().get(&id).await.expect("a task").view();
    assert_eq!(output["task_status"], "FAILED");
    assert_eq!(output["code"], "InvalidURL");
    assert_eq!(output["task_metrics"]["FAILED"], 4);
    assert_eq!(usage, None);
}

#[tokio::test(start_paused = true)]
async fn a_held_task_goes_on_by_hand_and_only_a_waiting_one_is_called_off() {
    let handle = handle();
    handle.hold_tasks();
    let [first, second] = [(); 2].map(|()| submit(&handle, success()));
    advance(Duration::from_mins(10)).await;
    assert_eq!(status(&handle, &first).await, "PENDING");
    assert!(handle.tasks().cancel(&first));
    assert_eq!(status(&handle, &first).await, "CANCELED");
    handle.run_tasks();
    assert_eq!(status(&handle, &second).await, "RUNNING");
    assert!(!handle.tasks().cancel(&second));
    handle.finish_tasks();
    assert_eq!(status(&handle, &second).await, "SUCCEEDED");
    assert_eq!(status(&handle, &first).await, "CANCELED");
}

#[tokio::test(start_paused = true)]
async fn work_that_breaks_is_a_failed_task() {
    let handle = handle();
    let order = TaskOrder::new("wan2.6-t2v", "/api/v1/services/aigc/x/y").parts(0);
    let broken = || panic!("the work of this task breaks on purpose");
    let id = handle
        .tasks()
        .submit(&handle, Pass::default(), order, broken)
        .id;
    handle.finish_tasks();
    let (output, _) = handle.tasks().get(&id).await.expect("a task").view();
    assert_eq!(output["code"], "InternalError.Algo");
    assert_eq!(output.get("task_metrics"), None);
}
