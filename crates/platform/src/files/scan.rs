//! Asking clamd whether a content does harm, while it comes in. (FI-16)
//!
//! The protocol is `INSTREAM` of clamd(8): pieces, each after its length as four bytes, an empty one at the end, and one line as
//! the answer.

use std::{io, time::Duration};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};

use super::FilesError;

/// clamd has so long to take a piece, or to answer.
const PATIENCE: Duration = Duration::from_mins(1);

/// The longest answer, in bytes.
const ANSWER: u64 = 4096;

/// A content on its way through clamd.
pub(super) struct Scan(TcpStream);

impl Scan {
    /// Begins one.
    pub(super) async fn begin(addr: &str) -> Result<Self, FilesError> {
        let connected = in_time(TcpStream::connect(addr)).await;
        let mut stream = connected.map_err(FilesError::Scanner)?;
        in_time(stream.write_all(b"zINSTREAM\0"))
            .await
            .map_err(FilesError::Scanner)?;
        Ok(Self(stream))
    }

    /// Shows it a piece.
    pub(super) async fn write(&mut self, piece: &[u8]) -> Result<(), FilesError> {
        // An empty one would end it.
        if piece.is_empty() {
            return Ok(());
        }
        let length = u32::try_from(piece.len()).map_err(|_| FilesError::TooLarge)?;
        let sent = async {
            in_time(self.0.write_all(&length.to_be_bytes())).await?;
            in_time(self.0.write_all(piece)).await
        };
        match sent.await {
            Ok(()) => Ok(()),
            // It closes when it has seen enough: its answer says why.
            Err(error) => match self.answer().await {
                Ok(answer) => verdict(&answer).and(Err(FilesError::Scanner(error))),
                Err(_) => Err(FilesError::Scanner(error)),
            },
        }
    }

    /// Ends it. An error where it found something, or could not say.
    pub(super) async fn finish(mut self) -> Result<(), FilesError> {
        in_time(self.0.write_all(&[0; 4]))
            .await
            .map_err(FilesError::Scanner)?;
        let answer = self.answer().await.map_err(FilesError::Scanner)?;
        verdict(&answer)
    }

    async fn answer(&mut self) -> io::Result<String> {
        let mut answer = Vec::new();
        in_time((&mut self.0).take(ANSWER).read_to_end(&mut answer)).await?;
        Ok(String::from_utf8_lossy(&answer).into_owned())
    }
}

/// `stream: OK`, `stream: Eicar-Signature FOUND`, or an error.
fn verdict(answer: &str) -> Result<(), FilesError> {
    let answer = answer.trim_matches(['\0', '\n', ' ']);
    let said = answer.strip_prefix("stream: ").unwrap_or(answer);
    if said == "OK" {
        return Ok(());
    }
    match said.strip_suffix(" FOUND") {
        Some(signature) => Err(FilesError::Infected {
            signature: signature
                .chars()
                .filter(|c| !c.is_control())
                .take(120)
                .collect(),
        }),
        None => Err(FilesError::Scanner(io::Error::other(said.to_owned()))),
    }
}

async fn in_time<T>(work: impl Future<Output = io::Result<T>>) -> io::Result<T> {
    timeout(PATIENCE, work)
        .await
        .unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_ok_is_good() {
        assert!(verdict("stream: OK\0").is_ok());
        let found = verdict("stream: Win.Test.EICAR_HDB-1 FOUND\0");
        assert!(
            matches!(found, Err(FilesError::Infected { signature }) if signature == "Win.Test.EICAR_HDB-1")
        );
        for unclear in [
            "",
            "INSTREAM size limit exceeded. ERROR\0",
            "stream: ",
            "OKAY",
        ] {
            assert!(
                matches!(verdict(unclear), Err(FilesError::Scanner(_))),
                "{unclear}"
            );
        }
    }
}
