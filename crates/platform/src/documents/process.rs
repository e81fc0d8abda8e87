//! The process that reads a document: what starts it, and what it does.

use std::{
    io::{self, Read, Write},
    path::{Path, PathBuf},
    process::Stdio,
    time::Duration,
};

use bytes::Bytes;
#[cfg(unix)]
use rustix::process::{Resource, Rlimit, setrlimit};
use serde::{Deserialize, Serialize};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    process::Command,
};

use super::{DocumentKind, LARGEST, Reading, Unreadable, written};

/// How the program is asked to read a document; behind it follows the end of its name.
const ASKED: &str = "read-document";
/// A document is read for so long.
const DEADLINE: Duration = Duration::from_secs(30);
/// What a reading has at most as JSON, in bytes: each character may be escaped.
const TOLD: u64 = 8 * written::MOST as u64;
/// The stack on which it is read, in bytes.
const STACK: usize = 32 * 1024 * 1024;
/// How a process ends in which a thread of ours has panicked.
const PANICKED: i32 = 101;

/// Who reads documents.
#[derive(Clone, Debug)]
pub enum DocumentReader {
    /// A process of this program.
    Process(PathBuf),
    /// This process: only for tests, since nothing bounds it.
    Here,
}

/// What the process tells.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Told {
    Read(Reading),
    Unread(Unreadable),
}

impl DocumentReader {
    /// Reads a document. Fails where nobody could be asked.
    pub(crate) async fn read(
        &self,
        kind: DocumentKind,
        document: Bytes,
    ) -> io::Result<Result<Reading, Unreadable>> {
        match self {
            Self::Process(program) => {
                let read = tokio::time::timeout(DEADLINE, by_process(program, kind, document));
                // What was started dies with what waits for it.
                read.await.unwrap_or(Ok(Err(Unreadable::TooComplex)))
            }
            Self::Here => {
                let read = tokio::task::spawn_blocking(move || super::read(kind, document.into()));
                Ok(read.await.unwrap_or(Err(Unreadable::Damaged)))
            }
        }
    }
}

async fn by_process(
    program: &Path,
    kind: DocumentKind,
    document: Bytes,
) -> io::Result<Result<Reading, Unreadable>> {
    let mut command = Command::new(program);
    #[cfg(unix)]
    command.process_group(0);
    let mut child = command
        .arg(ASKED)
        .arg(kind.extension())
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
        let _given = to.write_all(&document).await;
    };
    let mut told = Vec::new();
    let mut from = from.take(TOLD + 1);
    let ((), heard) = tokio::join!(give, from.read_to_end(&mut told));
    heard?;
    if told.len() as u64 > TOLD {
        return Ok(Err(Unreadable::TooComplex));
    }
    let ended = child.wait().await?;
    if ended.success() {
        let told: Told = serde_json::from_slice(&told).map_err(io::Error::other)?;
        return Ok(match told {
            Told::Read(reading) => Ok(reading),
            Told::Unread(why) => Err(why),
        });
    }
    match ended.code() {
        Some(PANICKED) => Ok(Err(Unreadable::Damaged)),
        Some(code) => Err(io::Error::other(format!("the process ended with {code}"))),
        // Its bounds were what ended it: time, memory or the stack.
        None => Ok(Err(Unreadable::TooComplex)),
    }
}

/// The process with all that it has started: whatever it was made to do, none of it outlives the reading.
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

/// What the process does: takes the bounds upon itself, reads a document from where it is given and tells what is in it.
pub fn read_for_another(kind: DocumentKind) -> io::Result<()> {
    bound()?;
    let reader = std::thread::Builder::new().stack_size(STACK);
    let reader = reader.spawn(move || {
        // This thread is the last one: nothing more is started from here on.
        bound_alone()?;
        let mut document = Vec::new();
        let mut given = io::stdin().lock().take(LARGEST + 1);
        given.read_to_end(&mut document)?;
        if document.len() as u64 > LARGEST {
            return Ok(Err(Unreadable::TooComplex));
        }
        Ok::<_, io::Error>(super::read(kind, document))
    })?;
    let told = match reader.join() {
        Ok(read) => match read? {
            Ok(reading) => Told::Read(reading),
            Err(why) => Told::Unread(why),
        },
        Err(_) => Told::Unread(Unreadable::Damaged),
    };
    let mut to = io::stdout().lock();
    serde_json::to_writer(&mut to, &told)?;
    to.flush()
}

/// Seconds of the processor, bytes of memory, and no file that could be opened or written.
#[cfg(unix)]
fn bound() -> io::Result<()> {
    limit(Resource::Cpu, 20)?;
    limit(Resource::Core, 0)?;
    limit(Resource::Fsize, 0)?;
    limit(Resource::Nofile, 3)?;
    // Memory that is written to; where that is not counted, all that is mapped.
    limit(Resource::Data, 768 * 1024 * 1024)?;
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
fn bound() -> io::Result<()> {
    Ok(())
}

#[cfg(not(unix))]
fn bound_alone() -> io::Result<()> {
    Ok(())
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use std::{fs, os::unix::fs::PermissionsExt as _};

    use super::*;

    /// Whether nothing runs under that number: what was killed may wait for whoever inherited it.
    fn is_dead(process: &str) -> bool {
        match fs::read_to_string(format!("/proc/{process}/stat")) {
            Ok(told) => told.contains(") Z "),
            Err(_) => true,
        }
    }

    /// A program that was taken over leaves something running, and tells as if nothing were.
    #[tokio::test]
    async fn what_a_reader_has_started_is_killed_with_it() {
        let folder = tempfile::tempdir().unwrap();
        let program = folder.path().join("reader");
        let script = "#!/bin/sh\ncat > /dev/null\nsleep 300 > /dev/null 2>&1 &\necho $! > \"$0.pid\"\n\
                      echo '{\"unread\":\"locked\"}'\n";
        fs::write(&program, script).unwrap();
        fs::set_permissions(&program, fs::Permissions::from_mode(0o700)).unwrap();
        let reader = DocumentReader::Process(program);
        let read = reader.read(DocumentKind::Word, Bytes::from_static(b"x"));
        assert_eq!(read.await.unwrap(), Err(Unreadable::Locked));
        let process = fs::read_to_string(folder.path().join("reader.pid")).unwrap();
        for _ in 0..200 {
            if is_dead(process.trim()) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        panic!("{process} runs on");
    }
}
