//! The person's calls: as many as there is room for, so that who has made millions of them can take the rest along.

use std::pin::pin;

use futures_util::{Stream, StreamExt as _};

use super::{Archive, IdentityError, LARGEST, PIECE};
use crate::store;

/// How much of an archive calls may take, in bytes: some hundreds of thousands of them.
pub(super) const ROOM: usize = 64 * 1024 * 1024;

/// Packs calls, the newest first, until they are all there or have taken that room.
pub(super) async fn pack(
    archive: &mut Archive,
    calls: impl Stream<Item = store::Result<Vec<u8>>> + Send,
    room: usize,
) -> Result<(), IdentityError> {
    archive.open("calls.csv").await?;
    // Each step must leave room for the next piece.
    let most = archive.length().saturating_add(room).min(LARGEST - PIECE);
    let mut calls = pin!(calls);
    while archive.length() < most
        && let Some(piece) = calls.next().await
    {
        archive.write(piece?).await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use futures_util::stream;

    use super::*;

    const PIECES: u64 = 10;
    const KIB_256: usize = 256 * 1024;

    /// What can't be made smaller.
    fn noise(seed: u64) -> Vec<u8> {
        let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
        let words = (0..KIB_256 / 8).flat_map(|_| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            state.to_le_bytes()
        });
        words.collect()
    }

    async fn packed(room: usize) -> Vec<u8> {
        let mut archive = Archive::new();
        let calls = stream::iter((1..=PIECES).map(|seed| Ok(noise(seed))));
        pack(&mut archive, calls, room).await.unwrap();
        let zip = archive.finish().await.unwrap();
        let mut zip = zip::ZipArchive::new(std::io::Cursor::new(zip)).unwrap();
        let mut content = Vec::new();
        let mut file = zip.by_name("calls.csv").unwrap();
        file.read_to_end(&mut content).unwrap();
        content
    }

    #[tokio::test]
    async fn of_too_many_calls_the_newest_are_taken_along() {
        let all: Vec<u8> = (1..=PIECES).flat_map(noise).collect();
        assert!(packed(ROOM).await == all);
        let some = packed(4 * KIB_256).await;
        // What is on its way to be made smaller is not counted yet.
        assert!((4..=6).contains(&(some.len() / KIB_256)), "{}", some.len());
        assert!(all.starts_with(&some));
        assert!(packed(0).await.is_empty());
    }
}
