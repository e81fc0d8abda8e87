//! Tasks from handing in to their end, and what must not happen twice.

use std::time::Duration;

use bailian::ErrorKind;
use bailian::audio::{Recognition, Speech, Transcription};
use bailian::image::{ImageOutput, ImageRequest, TextToImage};
use bailian::task::{Patience, Task, TaskFilter, TaskStatus};
use bailian::tingwu::{MeetingRequest, MeetingSource};
use bailian::video::{VideoOutput, VideoRequest};
use futures_util::StreamExt;

use crate::studio::{soon, studio};
use crate::support::{Step, Upstream, reply};

const JSON: &str = "application/json";

fn lighthouse() -> TextToImage {
    TextToImage::new("wan2.2-t2i-flash", "雾中的灯塔")
        .size((512, 512))
        .n(2_u32)
}

fn answer(output: &str) -> Vec<Step> {
    let body = format!(r#"{{"request_id":"r","output":{{"task_id":"t-1",{output}}}}}"#);
    vec![Step::Send(reply("200 OK", JSON, &body))]
}

fn refusal(status: &str) -> Vec<Step> {
    let body = r#"{"code":"InternalError","message":"m","request_id":"r"}"#;
    vec![Step::Send(reply(status, JSON, body))]
}

const RUNNING: &str = r#""task_status":"RUNNING""#;
const DONE: &str = r#""task_status":"SUCCEEDED","video_url":"https://v""#;

#[tokio::test(start_paused = true)]
async fn what_is_paid_for_is_never_sent_twice_after_a_failure() {
    for status in ["500 x", "502 x", "503 x", "504 x"] {
        let upstream = Upstream::playing(vec![refusal(status)]).await;
        let source = MeetingSource::File("https://x/a.mp3".to_owned());
        let meeting = MeetingRequest::new("tw", source);
        let picture = ImageRequest::from_text("qwen-image", "x");
        let film = VideoRequest::from_text("wan2.6-t2v", "x");
        let words = Transcription::new("fun-asr", ["https://x/a.mp3"]);
        let speech = Speech::new("qwen3-tts-flash", "x", "Cherry");
        let heard = Recognition::new("https://x/a.mp3");
        let errors = [
            upstream
                .client()
                .submit_text_to_image(&lighthouse())
                .await
                .unwrap_err(),
            upstream.client().make_images(&picture).await.unwrap_err(),
            upstream.client().stream_images(&picture).await.unwrap_err(),
            upstream.client().submit_video(&film).await.unwrap_err(),
            upstream
                .client()
                .submit_transcription(&words)
                .await
                .unwrap_err(),
            upstream.client().speak(&speech).await.unwrap_err(),
            upstream.client().speak_stream(&speech).await.unwrap_err(),
            upstream.client().recognize(&heard).await.unwrap_err(),
            upstream
                .client()
                .submit_meeting(&meeting)
                .await
                .unwrap_err(),
        ];
        assert_eq!(upstream.requests().len(), errors.len(), "{status}");
        let mut kinds = errors.iter().map(bailian::Error::kind);
        assert!(kinds.all(|kind| *kind == ErrorKind::Unavailable));
    }
    let lost = Upstream::playing(vec![vec![Step::Reset]]).await;
    let error = lost
        .client()
        .submit_text_to_image(&lighthouse())
        .await
        .unwrap_err();
    assert_eq!(
        (error.kind(), lost.requests().len()),
        (&ErrorKind::Connection, 1)
    );
}

#[tokio::test(start_paused = true)]
async fn what_was_certainly_not_taken_is_sent_again() {
    let busy = r#"{"code":"Throttling.RateQuota","message":"m","request_id":"r"}"#;
    let upstream = Upstream::playing(vec![
        vec![Step::Send(reply("429 x", JSON, busy))],
        answer(r#""task_status":"PENDING""#),
    ])
    .await;
    let task = upstream
        .client()
        .submit_text_to_image(&lighthouse())
        .await
        .unwrap();
    assert_eq!(
        (task.id.as_str(), task.request_id.as_deref()),
        ("t-1", Some("r"))
    );
    let requests = upstream.requests();
    assert_eq!(requests.len(), 2);
    assert!(requests[1].contains("x-dashscope-async: enable"));
}

#[tokio::test]
async fn a_task_is_followed_from_the_queue_to_its_result() {
    let (simulator, client) = studio().await;
    let handle = simulator.handle();
    handle.hold_tasks();
    let task = client.submit_text_to_image(&lighthouse()).await.unwrap();
    let mut progress = client.watch_task(&task, soon());
    let now = progress.next().await.unwrap().unwrap();
    assert_eq!(
        (now.id.as_str(), now.status),
        (task.id.as_str(), TaskStatus::Pending)
    );
    handle.run_tasks();
    let now = progress.next().await.unwrap().unwrap();
    assert_eq!(now.status, TaskStatus::Running);
    handle.finish_tasks();
    let mut last = now;
    while let Some(now) = progress.next().await {
        last = now.unwrap();
    }
    let done = last.into_result().unwrap();
    assert_eq!(done.usage.images(), Some(2));
    assert_eq!(done.metrics.unwrap().succeeded, Some(2));
    assert!(done.end_time.unwrap().unix_ms() >= done.submit_time.unwrap().unix_ms());
    for image in &done.output.results {
        let file = client
            .download(&image.result().unwrap().url, 1 << 24)
            .await
            .unwrap();
        assert!(file.bytes().await.unwrap().starts_with(b"\x89PNG"));
    }
}

#[tokio::test]
async fn a_task_is_taken_up_again_by_its_stored_id() {
    let (_simulator, client) = studio().await;
    let task = client.submit_text_to_image(&lighthouse()).await.unwrap();
    let stored = serde_json::to_string(&task).unwrap();
    let found: Task<ImageOutput> = serde_json::from_str(&stored).unwrap();
    let done = client.wait_for_task(&found, soon()).await.unwrap();
    assert_eq!(done.output.urls().count(), 2);
    let filter = TaskFilter {
        task_id: Some(task.id.clone()),
        status: Some(TaskStatus::Succeeded),
        ..TaskFilter::default()
    };
    let listed = client.list_tasks(filter).await.unwrap();
    assert_eq!(listed.data[0].task_id, task.id);
    assert_eq!(
        listed.data[0].model_name.as_deref(),
        Some("wan2.2-t2i-flash")
    );
}

#[tokio::test]
async fn only_a_task_in_the_queue_can_be_cancelled() {
    let (simulator, client) = studio().await;
    simulator.handle().hold_tasks();
    let task = client.submit_text_to_image(&lighthouse()).await.unwrap();
    client.cancel_task(&task.id).await.unwrap();
    let error = client.wait_for_task(&task, soon()).await.unwrap_err();
    assert_eq!(error.kind(), &ErrorKind::TaskCanceled);
    let error = client.cancel_task(&task.id).await.unwrap_err();
    assert_eq!(error.code(), Some("UnsupportedOperation"));
}

#[tokio::test]
async fn a_task_that_nobody_knows_is_an_outcome_of_its_own() {
    let (_simulator, client) = studio().await;
    let task: Task<VideoOutput> = Task::resume("0b1c2d3e-1111-4222-8333-444455556666");
    let now = client.query_task(&task).await.unwrap();
    assert_eq!(now.status, TaskStatus::Unknown);
    let error = client.wait_for_task(&task, soon()).await.unwrap_err();
    assert_eq!(error.kind(), &ErrorKind::TaskUnknown);
    let escape: Task<VideoOutput> = Task::resume("../files");
    assert!(client.query_task(&escape).await.is_err());
}

#[tokio::test]
async fn one_image_may_fail_beside_others_or_all_together() {
    let (_simulator, client) = studio().await;
    let request = TextToImage::new("wan2.2-t2i-flash", "DataInspectionFailed")
        .size((512, 512))
        .n(3_u32);
    let task = client.submit_text_to_image(&request).await.unwrap();
    let done = client.wait_for_task(&task, soon()).await.unwrap();
    let failed: Vec<_> = done
        .output
        .results
        .iter()
        .filter_map(|image| image.result().err())
        .collect();
    assert_eq!((failed.len(), done.output.urls().count()), (1, 2));
    assert_eq!(failed[0].kind(), &ErrorKind::ContentInspection);
    assert_eq!(done.usage.images(), Some(2));

    let request = TextToImage::new("wan2.2-t2i-flash", "IPInfringementSuspect").n(1_u32);
    let task = client.submit_text_to_image(&request).await.unwrap();
    let error = client.wait_for_task(&task, soon()).await.unwrap_err();
    let cause = Box::new(ErrorKind::ContentInspection);
    assert_eq!(error.kind(), &ErrorKind::TaskFailed { cause });
    assert_eq!(error.code(), Some("IPInfringementSuspect"));
    assert!(!format!("{error} {error:?}").contains("suspected"));
}

#[tokio::test(start_paused = true)]
async fn questions_grow_rarer_until_patience_ends() {
    let upstream = Upstream::playing(vec![answer(RUNNING)]).await;
    let task: Task<VideoOutput> = Task::resume("t-1");
    let patience = Patience::video().total(Duration::from_mins(10));
    let began = tokio::time::Instant::now();
    let error = upstream
        .client()
        .wait_for_task(&task, patience)
        .await
        .unwrap_err();
    assert_eq!(error.kind().name(), "timeout_total");
    assert_eq!(began.elapsed().as_secs(), 600);
    // At the cap of 15 s, less up to a fifth, there are 40 to 50 in ten minutes; some more while it grows.
    let asked = upstream.requests().len();
    assert!((40..=60).contains(&asked), "{asked}");
}

#[tokio::test(start_paused = true)]
async fn a_question_that_fails_does_not_end_the_wait() {
    let script = vec![
        answer(RUNNING),
        refusal("503 x"),
        refusal("503 x"),
        refusal("503 x"),
        answer(DONE),
    ];
    let upstream = Upstream::playing(script).await;
    let task: Task<VideoOutput> = Task::resume("t-1");
    let done = upstream
        .client()
        .wait_for_task(&task, Patience::video())
        .await
        .unwrap();
    assert_eq!(done.output.video_url, "https://v");
    let denied = r#"{"code":"InvalidApiKey","message":"m","request_id":"r"}"#;
    let upstream = Upstream::playing(vec![vec![Step::Send(reply("401 x", JSON, denied))]]).await;
    let error = upstream
        .client()
        .wait_for_task(&task, Patience::video())
        .await
        .unwrap_err();
    assert_eq!(
        (error.kind(), upstream.requests().len()),
        (&ErrorKind::Authentication, 1)
    );
}

#[tokio::test]
async fn giving_up_hangs_up() {
    let upstream = Upstream::playing(vec![vec![Step::Hang]]).await;
    let client = upstream.client();
    let waiting = tokio::spawn(async move {
        let task: Task<VideoOutput> = Task::resume("t-1");
        client.wait_for_task(&task, Patience::video()).await
    });
    while upstream.requests().is_empty() {
        tokio::task::yield_now().await;
    }
    waiting.abort();
    upstream.saw_the_client_leave().await;
}
