//! What jobs promise, on both databases.

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use model::{JobId, JobKind, JobState, Millis, SubmissionId, UserId};
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::{Desk, Handler, Jobs, Outcome, Pause};
use crate::{
    Clock, ManualClock,
    store::{
        Db, HandedIn, Job, NewJob,
        testing::{count, on_both, person},
    },
};

/// How long a test waits for what must happen.
const BUDGET: Duration = Duration::from_secs(30);
/// Longer than a process vouches for a job.
const LEASE_MS: i64 = 21_000;

/// Keeps what it was given, as its test says.
#[derive(Default)]
struct Hands {
    begun: Mutex<Vec<(JobId, String)>>,
    /// Where jobs wait until they are let go or called off.
    held: Option<Notify>,
    at_once: AtomicUsize,
    most: AtomicUsize,
    /// Comes back later so many times.
    later: i64,
    given_up: AtomicUsize,
}

impl Handler for Hands {
    async fn work(&self, job: &Job, desk: &Desk) -> Result<Outcome, Pause> {
        self.begun.lock().unwrap().push((job.id, job.step.clone()));
        let now = self.at_once.fetch_add(1, Ordering::SeqCst) + 1;
        self.most.fetch_max(now, Ordering::SeqCst);
        if job.attempts <= self.later {
            self.at_once.fetch_sub(1, Ordering::SeqCst);
            return Err(Pause::Later(Duration::from_secs(10)));
        }
        desk.keep(&serde_json::json!({ "far": 1 })).await?;
        let state = match &self.held {
            None => JobState::Succeeded,
            Some(held) => tokio::select! {
                () = held.notified() => JobState::Succeeded,
                () = desk.cancelled().cancelled() => JobState::Cancelled,
            },
        };
        self.at_once.fetch_sub(1, Ordering::SeqCst);
        Ok(Outcome {
            state,
            failure: None,
            cost: Some(7),
        })
    }

    async fn give_up(&self, _job: &Job) -> Result<(), Pause> {
        self.given_up.fetch_add(1, Ordering::SeqCst);
        Ok(())
    }
}

fn held() -> Arc<Hands> {
    Arc::new(Hands {
        held: Some(Notify::new()),
        ..Hands::default()
    })
}

/// A site whose clock stands.
struct House {
    db: Db,
    clock: ManualClock,
    lin: UserId,
}

/// A process, until it is dropped.
struct Process {
    jobs: Jobs,
    closing: CancellationToken,
    running: tokio::task::JoinHandle<()>,
}

impl House {
    async fn on(db: &Db) -> Self {
        let lin = UserId::from_uuid(Uuid::from_u128(1));
        person(db, lin).await;
        Self {
            db: db.clone(),
            clock: ManualClock::at(Millis::new(1_790_000_000_000)),
            lin,
        }
    }

    fn jobs(&self, node: &str) -> Jobs {
        Jobs::new(
            self.db.clone(),
            Arc::new(self.clock.clone()),
            node.to_owned(),
        )
    }

    fn process(&self, node: &str, hands: &Arc<Hands>, per_owner: i64) -> Process {
        let (jobs, closing) = (self.jobs(node), CancellationToken::new());
        let (works, until, hands) = (jobs.clone(), closing.clone(), Arc::clone(hands));
        let running = tokio::spawn(async move { works.run(hands, 8, per_owner, until).await });
        Process {
            jobs,
            closing,
            running,
        }
    }

    async fn submit(&self, jobs: &Jobs, number: u128, priority: i64) -> JobId {
        let job = NewJob {
            id: JobId::from_uuid(Uuid::from_u128(number)),
            submission: SubmissionId::from_uuid(Uuid::from_u128(number)),
            owner: self.lin,
            kind: JobKind::Image,
            priority,
            model: "a-model",
            input: "{}",
            at_most: None,
            waiting_at_most: 100,
            takes_up: None,
            now: self.clock.now(),
        };
        let handed_in = jobs.submit(&job).await.unwrap();
        assert_eq!(handed_in, HandedIn::New(job.id));
        job.id
    }

    async fn state(&self, id: JobId) -> JobState {
        self.db.job(self.lin, id).await.unwrap().unwrap().state
    }

    async fn ended(&self, id: JobId) -> JobState {
        eventually(async || self.state(id).await.is_final()).await;
        self.state(id).await
    }
}

impl Process {
    async fn close(self) {
        self.closing.cancel();
        self.running.await.unwrap();
    }

    /// As if it were killed: nothing is put away.
    fn die(self) {
        self.running.abort();
    }
}

async fn eventually(mut condition: impl AsyncFnMut() -> bool) {
    let look = async {
        while !condition().await {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(BUDGET, look).await.unwrap();
}

#[tokio::test]
async fn each_job_is_worked_on_once_however_many_processes_there_are() {
    on_both(async |db| {
        let house = House::on(&db).await;
        let (one, other) = (Arc::new(Hands::default()), Arc::new(Hands::default()));
        let (first, second) = (
            house.process("one", &one, 100),
            house.process("other", &other, 100),
        );
        let mut ids = Vec::new();
        for number in 1..=40 {
            ids.push(house.submit(&first.jobs, number, 0).await);
        }
        for id in &ids {
            assert_eq!(house.ended(*id).await, JobState::Succeeded);
        }
        let begun = |hands: &Hands| hands.begun.lock().unwrap().len();
        assert_eq!(begun(&one) + begun(&other), 40);
        let job = db.job(house.lin, ids[0]).await.unwrap().unwrap();
        assert_eq!((job.cost, job.attempts), (Some(7), 1));
        first.close().await;
        second.close().await;
    })
    .await;
}

#[tokio::test]
async fn what_a_dead_process_worked_on_goes_on_elsewhere_from_its_step() {
    on_both(async |db| {
        let house = House::on(&db).await;
        let hands = held();
        let first = house.process("one", &hands, 4);
        let id = house.submit(&first.jobs, 1, 0).await;
        eventually(async || {
            let job = db.job(house.lin, id).await.unwrap().unwrap();
            job.step.contains("far")
        })
        .await;
        first.die();
        let heir = Arc::new(Hands::default());
        let second = house.process("other", &heir, 4);
        assert_eq!(house.state(id).await, JobState::Running);
        house.clock.advance(LEASE_MS);
        assert_eq!(house.ended(id).await, JobState::Succeeded);
        let begun = heir.begun.lock().unwrap().clone();
        assert_eq!(begun.len(), 1);
        assert!(begun[0].1.contains("far"), "{begun:?}");
        second.close().await;
    })
    .await;
}

#[tokio::test]
async fn a_process_that_leaves_hands_its_jobs_over_at_once() {
    on_both(async |db| {
        let house = House::on(&db).await;
        let hands = held();
        let first = house.process("one", &hands, 4);
        let id = house.submit(&first.jobs, 1, 0).await;
        eventually(async || hands.begun.lock().unwrap().len() == 1).await;
        let jobs = first.jobs.clone();
        first.die();
        // What a process does last.
        assert_eq!(db.leave_jobs("one").await.unwrap(), 1);
        let heir = Arc::new(Hands::default());
        let second = house.process("other", &heir, 4);
        assert_eq!(house.ended(id).await, JobState::Succeeded);
        second.close().await;
        drop(jobs);
    })
    .await;
}

#[tokio::test]
async fn nobody_has_more_at_once_than_they_may_and_the_urgent_go_first() {
    on_both(async |db| {
        let house = House::on(&db).await;
        let jobs = house.jobs("nobody");
        for number in 1..=6 {
            house.submit(&jobs, number, i64::from(number == 6)).await;
        }
        let hands = held();
        let process = house.process("one", &hands, 2);
        eventually(async || hands.begun.lock().unwrap().len() == 2).await;
        let first = hands.begun.lock().unwrap()[0].0;
        assert_eq!(first.as_uuid().as_u128(), 6);
        let all_ended =
            async || count(&db, "SELECT COUNT(*) FROM jobs WHERE ended_at IS NULL").await == 0;
        eventually(async || {
            hands.held.as_ref().unwrap().notify_waiters();
            all_ended().await
        })
        .await;
        assert_eq!(hands.most.load(Ordering::SeqCst), 2);
        process.close().await;
    })
    .await;
}

#[tokio::test]
async fn whoever_works_on_a_job_hears_that_it_is_not_wanted() {
    on_both(async |db| {
        let house = House::on(&db).await;
        let hands = held();
        let process = house.process("one", &hands, 4);
        let id = house.submit(&process.jobs, 1, 0).await;
        eventually(async || hands.begun.lock().unwrap().len() == 1).await;
        let stranger = UserId::from_uuid(Uuid::from_u128(2));
        let now = house.clock.now();
        assert!(!db.cancel_job(id, stranger, now).await.unwrap());
        // As another process asks it to.
        assert!(db.cancel_job(id, house.lin, now).await.unwrap());
        assert_eq!(house.ended(id).await, JobState::Cancelled);
        assert!(!db.cancel_job(id, house.lin, now).await.unwrap());
        process.close().await;
    })
    .await;
}

/// An upstream that is busy for long, or a store that is away, costs nobody what was asked for.
#[tokio::test]
async fn what_is_put_off_again_and_again_is_done_in_the_end() {
    on_both(async |db| {
        let house = House::on(&db).await;
        let hands = Arc::new(Hands {
            later: 40,
            ..Hands::default()
        });
        let process = house.process("one", &hands, 4);
        let id = house.submit(&process.jobs, 1, 0).await;
        eventually(async || {
            house.clock.advance(11_000);
            process.jobs.0.waits.notify_one();
            house.state(id).await == JobState::Succeeded
        })
        .await;
        assert_eq!(hands.given_up.load(Ordering::SeqCst), 0);
        process.close().await;
    })
    .await;
}

#[tokio::test]
async fn a_job_that_kills_whoever_works_on_it_is_given_up() {
    on_both(async |db| {
        let house = House::on(&db).await;
        let id = house.submit(&house.jobs("one"), 1, 0).await;
        for _ in 0..21 {
            let now = house.clock.now();
            let claimed = db.claim_job("dead", now.plus(LEASE_MS), now, 4).await;
            assert_eq!(claimed.unwrap().map(|job| job.id), Some(id));
            house.clock.advance(LEASE_MS + 1);
        }
        let hands = Arc::new(Hands::default());
        let process = house.process("other", &hands, 4);
        assert_eq!(house.ended(id).await, JobState::Failed);
        assert_eq!(hands.given_up.load(Ordering::SeqCst), 1);
        assert!(hands.begun.lock().unwrap().is_empty());
        process.close().await;
    })
    .await;
}

/// Who slept over a lease may have taken the job once more in the same process: the first work on it is over all the same.
#[tokio::test]
async fn of_two_works_on_a_job_in_one_process_the_first_is_over() {
    on_both(async |db| {
        let house = House::on(&db).await;
        let id = house.submit(&house.jobs("one"), 1, 0).await;
        let take = async || {
            let now = house.clock.now();
            let taken = db.claim_job("one", now.plus(LEASE_MS), now, 4).await;
            taken.unwrap().unwrap()
        };
        let first = take().await;
        house.clock.advance(LEASE_MS + 1);
        let second = take().await;
        assert_eq!((first.id, second.id), (id, id));
        let (old, new) = (first.taken_by("one"), second.taken_by("one"));
        let now = house.clock.now();
        let until = now.plus(LEASE_MS);
        let done = (JobState::Succeeded, None, None);
        assert_eq!(db.renew_job(id, old, until).await.unwrap(), None);
        assert!(!db.step_job(id, old, "{}", now).await.unwrap());
        db.postpone_job(id, old, until, now).await.unwrap();
        assert!(!db.end_job(id, old, done, now).await.unwrap());
        assert_eq!(house.state(id).await, JobState::Running);
        assert_eq!(db.renew_job(id, new, until).await.unwrap(), Some(false));
        assert!(db.step_job(id, new, "{}", now).await.unwrap());
        assert!(db.end_job(id, new, done, now).await.unwrap());
        assert_eq!(house.state(id).await, JobState::Succeeded);
    })
    .await;
}

/// Many processes that look at the same time.
#[tokio::test]
async fn nobody_has_more_at_once_however_many_look_for_jobs() {
    on_both(async |db| {
        let house = House::on(&db).await;
        let jobs = house.jobs("one");
        for number in 1..=8 {
            house.submit(&jobs, number, 0).await;
        }
        let now = house.clock.now();
        let mut looking = tokio::task::JoinSet::new();
        for node in 0..8 {
            let db = db.clone();
            looking.spawn(async move {
                let node = format!("node-{node}");
                db.claim_job(&node, now.plus(LEASE_MS), now, 2)
                    .await
                    .unwrap()
            });
        }
        let taken = looking.join_all().await.into_iter().flatten().count();
        assert_eq!(taken, 2);
    })
    .await;
}

#[tokio::test]
async fn what_is_put_off_is_taken_up_when_it_is_due() {
    on_both(async |db| {
        let house = House::on(&db).await;
        let hands = Arc::new(Hands {
            later: 1,
            ..Hands::default()
        });
        let process = house.process("one", &hands, 4);
        let id = house.submit(&process.jobs, 1, 0).await;
        eventually(async || {
            let job = db.job(house.lin, id).await.unwrap().unwrap();
            job.state == JobState::Queued && job.attempts == 1
        })
        .await;
        house.clock.advance(11_000);
        assert_eq!(house.ended(id).await, JobState::Succeeded);
        process.close().await;
    })
    .await;
}

#[tokio::test]
async fn the_same_submission_is_one_job() {
    on_both(async |db| {
        let house = House::on(&db).await;
        let jobs = house.jobs("nobody");
        let first = house.submit(&jobs, 1, 0).await;
        let mut again = NewJob {
            id: JobId::from_uuid(Uuid::from_u128(99)),
            submission: SubmissionId::from_uuid(Uuid::from_u128(1)),
            owner: house.lin,
            kind: JobKind::Image,
            priority: 0,
            model: "a-model",
            input: "{}",
            at_most: None,
            waiting_at_most: 1,
            takes_up: None,
            now: house.clock.now(),
        };
        let same = jobs.submit(&again).await.unwrap();
        assert_eq!(same, HandedIn::Before(first), "which is none more");
        again.submission = SubmissionId::from_uuid(Uuid::from_u128(2));
        assert_eq!(jobs.submit(&again).await.unwrap(), HandedIn::TooMany);
        again.waiting_at_most = 2;
        let other = jobs.submit(&again).await.unwrap();
        assert_eq!(other, HandedIn::New(again.id));
    })
    .await;
}

/// Two changes in one moment are two.
#[tokio::test]
async fn each_change_of_a_job_has_a_time_of_its_own() {
    on_both(async |db| {
        let house = House::on(&db).await;
        let jobs = house.jobs("one");
        let id = house.submit(&jobs, 1, 0).await;
        let now = house.clock.now();
        let mut times = vec![db.job(house.lin, id).await.unwrap().unwrap().updated_at];
        let job = db.claim_job("one", now.plus(1_000), now, 4).await.unwrap();
        let job = job.unwrap();
        times.push(job.updated_at);
        let (taken, others) = (job.taken_by("one"), job.taken_by("other"));
        for _ in 0..3 {
            assert!(db.step_job(id, taken, "{}", now).await.unwrap());
            times.push(db.job(house.lin, id).await.unwrap().unwrap().updated_at);
        }
        assert!(times.is_sorted_by(|one, next| one < next), "{times:?}");
        assert!(!db.step_job(id, others, "{}", now).await.unwrap());
    })
    .await;
}
