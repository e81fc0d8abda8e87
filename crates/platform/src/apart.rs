//! Work that is done by a process of its own: what reads hostile input and is too large to be trusted with the server's memory and time.
//!
//! The server starts the program once for each piece of work, with an empty environment. The process takes its bounds upon itself before
//! it looks at the first byte, reads from its standard input, tells JSON, and is killed with all that it started when it takes too long.

use std::{
    io::{self, Read, Write},
    path::Path,
    process::Stdio,
    time::Duration,
};

use bytes::Bytes;
#[cfg(unix)]
use rustix::process::{Resource, Rlimit, nice, setrlimit};
use serde::Serialize;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    process::Command,
};

/// The stack on which it is worked, in bytes.
const STACK: usize = 32 * 1024 * 1024;
/// How a process ends in which a thread of ours has panicked.
const PANICKED: i32 = 101;

/// How long is waited for a process, and how much it may tell.
#[derive(Clone, Copy)]
pub(crate) struct Patience {
    /// It is killed after so long.
    pub(crate) time: Duration,
    /// What it tells has at most so many bytes.
    pub(crate) told: u64,
}

/// What a process may use up.
#[derive(Clone, Copy)]
pub(crate) struct Bounds {
    /// Seconds of the processor.
    pub(crate) seconds: u64,
    /// Memory that is written to, in bytes.
    pub(crate) memory: u64,
    /// What it is given has at most so many bytes.
    pub(crate) given: u64,
}

/// What came of a process.
#[derive(Debug)]
pub(crate) enum Ended {
    /// It told this.
    Told(Vec<u8>),
    /// It panicked.
    Panicked,
    /// It took too much time, memory or room.
    Stopped,
}

/// What came of the work, within the process.
pub(crate) enum Worked<T> {
    /// It is done.
    Done(T),
    /// It panicked.
    Panicked,
    /// What was given is too large.
    TooLarge,
}

/// Has a process of `program` work on what is given. Fails where nobody could be asked.
pub(crate) async fn ask(
    program: &Path,
    arguments: &[&str],
    given: Bytes,
    patience: Patience,
) -> io::Result<Ended> {
    let told = tokio::time::timeout(
        patience.time,
        by_process(program, arguments, given, patience.told),
    );
    // What was started dies with what waits for it.
    told.await.unwrap_or(Ok(Ended::Stopped))
}

async fn by_process(
    program: &Path,
    arguments: &[&str],
    given: Bytes,
    most: u64,
) -> io::Result<Ended> {
    let mut command = Command::new(program);
    #[cfg(unix)]
    command.process_group(0);
    let mut child = command
        .args(arguments)
        .env_clear()
        .current_dir("/")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()?;
    #[cfg(unix)]
    let _group = Group::of(&child);
    let (Some(mut to), Some(from)) = (child.stdin.take(), child.stdout.take()) else {
        return Err(io::Error::other("the process has no ends"));
    };
    let give = async move {
        // One that has died before it read all tells so by how it ended.
        let _given = to.write_all(&given).await;
    };
    let mut told = Vec::new();
    let mut from = from.take(most + 1);
    let ((), heard) = tokio::join!(give, from.read_to_end(&mut told));
    heard?;
    if told.len() as u64 > most {
        return Ok(Ended::Stopped);
    }
    let ended = child.wait().await?;
    if ended.success() {
        return Ok(Ended::Told(told));
    }
    match ended.code() {
        Some(PANICKED) => Ok(Ended::Panicked),
        Some(code) => Err(io::Error::other(format!("the process ended with {code}"))),
        // Its bounds were what ended it: time, memory or the stack.
        None => Ok(Ended::Stopped),
    }
}

/// The process with all that it has started: whatever it was made to do, none of it outlives the work.
#[cfg(unix)]
struct Group(Option<rustix::process::Pid>);

#[cfg(unix)]
impl Group {
    /// That of a child which was put at the head of its own.
    fn of(child: &tokio::process::Child) -> Self {
        let id = child.id().and_then(|id| i32::try_from(id).ok());
        Self(id.and_then(rustix::process::Pid::from_raw))
    }
}

#[cfg(unix)]
impl Drop for Group {
    fn drop(&mut self) {
        if let Some(group) = self.0 {
            // Where nobody is left in it there is nobody to kill.
            let _killed = rustix::process::kill_process_group(group, rustix::process::Signal::KILL);
        }
    }
}

/// What the process does: takes the bounds upon itself and works on what it is given.
pub(crate) fn work<T: Send + 'static>(
    bounds: Bounds,
    work: impl FnOnce(Vec<u8>) -> T + Send + 'static,
) -> io::Result<Worked<T>> {
    bound(bounds)?;
    let worker = std::thread::Builder::new().stack_size(STACK);
    let worker = worker.spawn(move || {
        // This thread is the last one: nothing more is started from here on.
        bound_alone()?;
        let mut all = Vec::new();
        let mut given = io::stdin().lock().take(bounds.given + 1);
        given.read_to_end(&mut all)?;
        if all.len() as u64 > bounds.given {
            return Ok(Worked::TooLarge);
        }
        Ok::<_, io::Error>(Worked::Done(work(all)))
    })?;
    worker.join().unwrap_or(Ok(Worked::Panicked))
}

/// Tells what came of it to whoever asked.
pub(crate) fn tell(told: &impl Serialize) -> io::Result<()> {
    let mut to = io::stdout().lock();
    serde_json::to_writer(&mut to, told)?;
    to.flush()
}

/// Seconds of the processor, bytes of memory, and no file that could be opened or written.
#[cfg(unix)]
fn bound(bounds: Bounds) -> io::Result<()> {
    // Whoever waits for an answer goes first.
    nice(19)?;
    limit(Resource::Cpu, bounds.seconds)?;
    limit(Resource::Core, 0)?;
    limit(Resource::Fsize, 0)?;
    limit(Resource::Nofile, 3)?;
    // Memory that is written to; where that is not counted, all that is mapped.
    limit(Resource::Data, bounds.memory)?;
    limit(Resource::As, 4 * 1024 * 1024 * 1024)
}

/// No further process or thread. Who may do anything may do that too; what it starts is killed with it.
#[cfg(unix)]
fn bound_alone() -> io::Result<()> {
    limit(Resource::Nproc, 0)
}

#[cfg(unix)]
fn limit(resource: Resource, most: u64) -> io::Result<()> {
    let limit = Rlimit {
        current: Some(most),
        maximum: Some(most),
    };
    setrlimit(resource, limit).map_err(io::Error::from)
}

#[cfg(not(unix))]
fn bound(_: Bounds) -> io::Result<()> {
    Ok(())
}

#[cfg(not(unix))]
fn bound_alone() -> io::Result<()> {
    Ok(())
}
