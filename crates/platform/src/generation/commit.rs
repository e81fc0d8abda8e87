//! The group commit: what all running answers have grown by is stored in one transaction, at most twenty times a
//! second, and shown after that. So `kill -9` loses no character that anyone saw, and a thousand answers cost the
//! disk no more flushes than one.

use std::{
    collections::HashSet,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
    time::Duration,
};

use model::ConversationId;
use tokio::{
    sync::{mpsc, oneshot},
    time::{Instant, sleep, sleep_until},
};

use super::{
    hub::Hub,
    live::{Ending, Live, Pending, lock},
};
use crate::{
    Clock,
    render::{self, Changes},
    store::{Chunk, Db, End, KeptCall, parts_of, with_sources},
};

/// The least time between two commits.
const TICK: Duration = Duration::from_millis(50);

/// When the store has refused for this long, running answers are ended instead of piling up.
const PATIENCE: Duration = Duration::from_secs(10);

/// The other end of the commit's queue. Cheap to clone.
#[derive(Clone)]
pub(super) struct Committer(mpsc::UnboundedSender<Arc<Live>>);

/// What one commit does for one answer.
struct Step {
    live: Arc<Live>,
    seq: u64,
    changes: Changes,
    reasoning_ms: Option<i64>,
    calls: Vec<KeptCall>,
    stored: Vec<oneshot::Sender<()>>,
    chunk: Option<Chunk>,
    end: Option<(Ending, End)>,
}

impl Committer {
    /// The queue, and what works on it until every sender is gone.
    pub(super) fn new(db: Db, clock: Arc<dyn Clock>, hub: Hub) -> (Self, impl Future<Output = ()>) {
        // Bounded by the number of answers: each is in it at most once.
        let (queue, dirty) = mpsc::unbounded_channel();
        (Self(queue), run(db, clock, hub, dirty))
    }

    /// Adds to an answer; it is stored and shown with the next commit.
    pub(super) fn add(&self, live: &Arc<Live>, add: impl FnOnce(&mut Pending)) {
        if live.add(add) {
            // The commit outlives all runs; at the process's end there is nobody left to tell.
            let _ = self.0.send(Arc::clone(live));
        }
    }
}

async fn run(
    db: Db,
    clock: Arc<dyn Clock>,
    hub: Hub,
    mut dirty: mpsc::UnboundedReceiver<Arc<Live>>,
) {
    let mut next = Instant::now();
    while let Some(first) = dirty.recv().await {
        sleep_until(next).await;
        next = Instant::now() + TICK;
        let mut lives = vec![first];
        while let Ok(live) = dirty.try_recv() {
            lives.push(live);
        }
        let now = clock.now();
        let rendered = tokio::task::spawn_blocking(move || {
            lives.into_iter().map(|live| step(live, now)).collect()
        });
        let steps: Vec<Step> = match rendered.await {
            Ok(steps) => steps,
            Err(error) => {
                tracing::error!(
                    error = &error as &dyn std::error::Error,
                    "rendering answers failed"
                );
                continue;
            }
        };
        store(&db, &hub, &steps).await;
        // One signal for all of a conversation's answers: a watcher looks at each of them, and signals that wait are counted.
        let grown: HashSet<ConversationId> = steps
            .into_iter()
            .filter_map(|step| show(&hub, step))
            .collect();
        for conversation in grown {
            hub.grew(conversation);
        }
    }
}

/// Takes what waits and renders it. Runs off the async threads.
fn step(live: Arc<Live>, now: model::Millis) -> Step {
    let mut pending = live.take();
    let mut written = lock(&live.written);
    // What is said after a tool was called begins a paragraph of its own, and so a block behind the call's place.
    if !pending.text.is_empty() && written.follows_calls() {
        pending.text.insert_str(0, "\n\n");
    }
    // Numbers keep their meaning: what is told first holds.
    let sources = if written.sources.is_empty() {
        std::mem::take(&mut pending.sources)
    } else {
        Vec::new()
    };
    if !sources.is_empty() {
        written.growing.cite(&sources);
        written.sources.clone_from(&sources);
    }
    let mut changes = guarded(|| written.growing.grow(&pending.reasoning, &pending.text));
    written.reasoning.push_str(&pending.reasoning);
    written.text.push_str(&pending.text);
    written.reasoning_ms = pending.reasoning_ms.or(written.reasoning_ms);
    let calls = written.take_calls(std::mem::take(&mut pending.calls), pending.end.as_ref());
    let stored = std::mem::take(&mut pending.stored);
    written.seq += 1;
    let (seq, reasoning_ms) = (written.seq, written.reasoning_ms);
    let Some(ending) = pending.end else {
        let chunk = Chunk {
            message: live.message,
            seq,
            reasoning: pending.reasoning,
            text: pending.text,
            calls: calls.clone(),
            now,
            sources,
        };
        drop(written);
        return Step {
            live,
            seq,
            changes,
            reasoning_ms,
            calls,
            stored,
            chunk: Some(chunk),
            end: None,
        };
    };
    let last = guarded(|| written.growing.finish());
    changes.blocks.extend(last.blocks);
    changes.reasoning.extend(last.reasoning);
    let end = End {
        generation: live.generation,
        message: live.message,
        status: ending.status,
        calls: calls.clone(),
        parts: with_sources(
            parts_of(written.reasoning.clone(), written.text.clone()),
            written.sources.clone(),
        ),

        rendered: (render::VERSION, written.growing.rendered()),
        reasoning_ms,
        failure: ending.failure.clone(),
        last_seq: seq,
        upstream_request_id: ending.upstream_request_id.clone(),
        tokens: ending.tokens,
        now,
    };
    drop(written);
    Step {
        live,
        seq,
        changes,
        reasoning_ms,
        calls,
        stored,
        chunk: None,
        end: Some((ending, end)),
    }
}

/// A renderer that panics costs the rendering of one step of one answer, not everybody's commit.
fn guarded(render: impl FnOnce() -> Changes) -> Changes {
    catch_unwind(AssertUnwindSafe(render)).unwrap_or_else(|_| {
        tracing::error!("rendering an answer panicked");
        Changes::default()
    })
}

/// Stores the steps, however long the store refuses: what was received is not thrown away.
async fn store(db: &Db, hub: &Hub, steps: &[Step]) {
    let chunks: Vec<Chunk> = steps.iter().filter_map(|step| step.chunk.clone()).collect();
    let ends: Vec<End> = steps
        .iter()
        .filter_map(|step| step.end.as_ref().map(|(_, end)| end.clone()))
        .collect();
    let began = Instant::now();
    let mut wait = Duration::from_millis(100);
    while let Err(error) = db.commit_progress(&chunks, &ends).await {
        tracing::error!(
            error = &error as &dyn std::error::Error,
            "storing answers failed, trying again"
        );
        if began.elapsed() > PATIENCE {
            hub.fail_all();
        }
        sleep(wait).await;
        wait = (wait * 2).min(Duration::from_secs(1));
    }
}

/// Shows what was stored. The conversation whose watchers are still to be told, where the answer goes on.
fn show(hub: &Hub, step: Step) -> Option<ConversationId> {
    let ending = step.end.map(|(ending, _)| ending);
    let changes = (step.changes, &*step.calls);
    step.live
        .show(step.seq, changes, step.reasoning_ms, ending.as_ref());
    for waits in step.stored {
        // Who asked may be gone.
        let _ = waits.send(());
    }
    if ending.is_some() {
        hub.ended(&step.live);
        return None;
    }
    Some(step.live.conversation)
}
