//! Works through a batch: a clock that every stage takes its time of, and the answers themselves.

use std::time::Duration;

use tokio::time::{Instant, sleep, timeout_at};

use super::line;
use crate::{
    Handle,
    batches::{Batch, Status},
    dice::Dice,
    files::{File, NewFile},
    state::{Billed, Pass, unix_seconds},
};

/// Takes a batch to its end, whichever that is.
pub(super) async fn run(handle: Handle, pass: Pass, batch: Batch, file: File, life: Duration) {
    let expires = Instant::now() + life;
    let mut results = Results::default();
    let working = timeout_at(expires, work(&handle, &batch, &file, &mut results));
    let end = tokio::select! {
        () = batch.calling_off.cancelled() => Status::Cancelled,
        () = handle.stopping().cancelled() => return,
        end = working => end.unwrap_or(Status::Expired),
    };
    let (output, errors) = results.store(&handle, &batch);
    if let Some(billed) = results.billed {
        handle.bill(pass, billed);
    }
    handle.batches().change(&batch.id, |batch| {
        batch.output_file_id = output;
        batch.error_file_id = errors;
        batch.enter(end);
    });
}

async fn work(handle: &Handle, batch: &Batch, file: &File, results: &mut Results) -> Status {
    let stage = handle.options().task_time.0;
    sleep(stage).await;
    let lines = match line::read(handle, &file.bytes, &batch.endpoint) {
        Ok(lines) => lines,
        Err(errors) => {
            handle
                .batches()
                .change(&batch.id, |batch| batch.errors = errors);
            return Status::Failed;
        }
    };
    handle.batches().change(&batch.id, |batch| {
        batch.total = lines.len();
        batch.enter(Status::InProgress);
    });
    let dice = Dice::new(handle.options().seed).and(&batch.id);
    for line in &lines {
        let answered = line.answer(handle, &batch.endpoint, &dice);
        let is_good = answered.billed.is_some();
        results.add(answered);
        handle.batches().change(&batch.id, |batch| {
            batch.completed += usize::from(is_good);
            batch.failed += usize::from(!is_good);
        });
        // Others get their turn, and a call to stop its chance.
        tokio::task::yield_now().await;
    }
    sleep(stage).await;
    handle
        .batches()
        .change(&batch.id, |batch| batch.enter(Status::Finalizing));
    sleep(stage).await;
    Status::Completed
}

/// What was answered so far.
#[derive(Default)]
struct Results {
    good: String,
    bad: String,
    billed: Option<Billed>,
}

impl Results {
    fn add(&mut self, answered: line::Answered) {
        let Some(billed) = answered.billed else {
            self.bad.push_str(&answered.text);
            return;
        };
        self.good.push_str(&answered.text);
        let total = self.billed.get_or_insert_with(|| Billed {
            model: billed.model.clone(),
            ..Billed::default()
        });
        total.input_tokens += billed.input_tokens;
        total.output_tokens += billed.output_tokens;
    }

    /// Keeps the two files, where there is something in them.
    fn store(&self, handle: &Handle, batch: &Batch) -> (Option<String>, Option<String>) {
        let keep = |text: &str, kind: &str| {
            if text.is_empty() {
                return None;
            }
            let dice = Dice::new(handle.options().seed).and(&batch.id);
            let id = format!("file-{kind}-{}", dice.and(kind).hex(24));
            let kept = handle.files().put(NewFile {
                name: format!("{id}.jsonl"),
                id,
                purpose: "batch_output".to_owned(),
                bytes: text.to_owned().into(),
                created: unix_seconds(),
                ready: Instant::now(),
            });
            let id = kept?.id;
            handle.owners().inherit(&id, &batch.id);
            Some(id)
        };
        (
            keep(&self.good, "batch_output"),
            keep(&self.bad, "batch_error"),
        )
    }
}

#[cfg(test)]
mod tests {
    use std::{collections::BTreeMap, net::SocketAddr, time::Duration};

    use serde_json::Value;
    use tokio::time::Instant;

    use super::run;
    use crate::{
        Handle, Latency, Options,
        batches::{Batch, Status},
        files::NewFile,
        models,
    };

    #[tokio::test(start_paused = true)]
    async fn a_batch_that_takes_longer_than_its_window_expires_with_what_it_has() {
        let options = Options {
            task_time: Latency(Duration::from_hours(20)),
            ..Options::immediate()
        };
        let addr = SocketAddr::from(([127, 0, 0, 1], 1));
        let handle = Handle::new(options, models::catalogue().unwrap(), addr);
        let line = r#"{"custom_id":"1","method":"POST","url":"/v1/embeddings","body":{"model":"text-embedding-v4","input":"x"}}"#;
        let file = handle.files().put(NewFile {
            id: "file-batch-1".to_owned(),
            name: "in.jsonl".to_owned(),
            purpose: "batch".to_owned(),
            bytes: line.into(),
            created: 0,
            ready: Instant::now(),
        });
        let batch = handle.batches().add(Batch {
            id: "batch_1".to_owned(),
            endpoint: "/v1/embeddings".to_owned(),
            input_file_id: "file-batch-1".to_owned(),
            completion_window: "24h".to_owned(),
            metadata: Value::Null,
            status: Status::Validating,
            errors: Vec::new(),
            output_file_id: None,
            error_file_id: None,
            created: 0,
            expires: 0,
            since: BTreeMap::new(),
            total: 0,
            completed: 0,
            failed: 0,
            due: Instant::now(),
            order: 0,
            calling_off: tokio_util::sync::CancellationToken::new(),
        });
        let window = Duration::from_hours(24);
        run(
            handle.clone(),
            crate::state::Pass::default(),
            batch,
            file.unwrap(),
            window,
        )
        .await;
        let batch = handle.batches().get("batch_1").await.unwrap();
        assert_eq!((batch.status, batch.completed), (Status::Expired, 1));
        assert!(batch.output_file_id.is_some());
    }
}
