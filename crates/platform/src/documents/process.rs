//! The process that reads a document: what is asked of it, and what it does.

use std::{io, path::PathBuf, time::Duration};

use bytes::Bytes;
use serde::{Deserialize, Serialize};

use super::{DocumentKind, LARGEST, Reading, Unreadable, written};
use crate::apart::{self, Bounds, Ended, Patience, Worked};

/// How the program is asked to read a document; behind it follows the end of its name.
const ASKED: &str = "read-document";
/// A document is read for so long, and a reading has at most so many bytes as JSON: each character may be escaped.
const PATIENCE: Patience = Patience {
    time: Duration::from_secs(30),
    told: 8 * written::MOST as u64,
};
/// What the process may use up.
const BOUNDS: Bounds = Bounds {
    seconds: 20,
    memory: 768 * 1024 * 1024,
    given: LARGEST,
};

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
                let arguments = [ASKED, kind.extension()];
                match apart::ask(program, &arguments, document, PATIENCE).await? {
                    Ended::Told(told) => {
                        let told: Told = serde_json::from_slice(&told).map_err(io::Error::other)?;
                        Ok(match told {
                            Told::Read(reading) => Ok(reading),
                            Told::Unread(why) => Err(why),
                        })
                    }
                    Ended::Panicked => Ok(Err(Unreadable::Damaged)),
                    Ended::Stopped => Ok(Err(Unreadable::TooComplex)),
                }
            }
            Self::Here => {
                let read = tokio::task::spawn_blocking(move || super::read(kind, document.into()));
                Ok(read.await.unwrap_or(Err(Unreadable::Damaged)))
            }
        }
    }
}

/// What the process does: reads a document from where it is given, within its bounds, and tells what is in it.
pub fn read_for_another(kind: DocumentKind) -> io::Result<()> {
    let read = apart::work(BOUNDS, move |document| super::read(kind, document))?;
    apart::tell(&match read {
        Worked::Done(Ok(reading)) => Told::Read(reading),
        Worked::Done(Err(why)) => Told::Unread(why),
        Worked::Panicked => Told::Unread(Unreadable::Damaged),
        Worked::TooLarge => Told::Unread(Unreadable::TooComplex),
    })
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
