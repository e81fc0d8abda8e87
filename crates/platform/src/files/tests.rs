//! The promises of the file store, on both databases; most of them in a folder and in memory, which stands for a bucket.

mod documents;
mod expiring;
mod pictures;
mod purging;
mod reading;
mod scanning;
mod taking;
mod telling;
mod uploads;
mod walking;

use std::{convert::Infallible, io::Cursor, sync::Arc};

use bytes::Bytes;
use futures_util::{Stream, StreamExt, TryStreamExt, stream};
use image::{DynamicImage, ImageFormat, Rgb, RgbImage};
use model::{FailureCode, FileName, FileView, Millis, UserId};
use tempfile::TempDir;
use uuid::Uuid;

use super::{ByteStream, FilePlace, Files, FilesError, FilesOptions, NewFile};
use crate::{
    Ids, ManualClock,
    audit::Audit,
    identity::testing::vault,
    store::{
        Db,
        testing::{count, on_both, person},
    },
};

const HOUR: i64 = 60 * 60 * 1000;
const MIB: usize = 1024 * 1024;

/// A file store with two people.
struct Desk {
    files: Files,
    clock: ManualClock,
    lin: UserId,
    eve: UserId,
    folder: TempDir,
}

impl Desk {
    async fn with(db: &Db, change: impl FnOnce(&mut FilesOptions)) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let clock = ManualClock::at(Millis::new(1_790_000_000_000));
        let shared: Arc<dyn crate::Clock> = Arc::new(clock.clone());
        let ids = Ids::new(Arc::clone(&shared));
        let mut options = FilesOptions::in_memory();
        options.place = FilePlace::folder(folder.path()).unwrap();
        change(&mut options);
        let audit = Audit::new(db.clone(), Arc::clone(&shared), &vault());
        let [lin, eve] = [1, 2].map(|id| UserId::from_uuid(Uuid::from_u128(id)));
        if count(db, "SELECT COUNT(*) FROM users").await == 0 {
            person(db, lin).await;
            person(db, eve).await;
        }
        Self {
            files: Files::new(db.clone(), shared, ids, audit, options),
            clock,
            lin,
            eve,
            folder,
        }
    }

    async fn on(db: &Db) -> Self {
        Self::with(db, |_| {}).await
    }

    async fn upload(
        &self,
        owner: UserId,
        name: &str,
        bytes: Vec<u8>,
    ) -> Result<FileView, FilesError> {
        let file = NewFile::upload(FileName::parse(name)?, None);
        self.files.store(owner, file, pieces(bytes), u64::MAX).await
    }

    async fn refusal(&self, name: &str, bytes: Vec<u8>) -> FailureCode {
        code(self.upload(self.lin, name, bytes).await)
    }

    /// Waits until what runs behind has cleared up.
    async fn objects(&self, expected: usize) {
        for _ in 0..100 {
            if self.files.0.place.count().await == expected {
                return;
            }
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        }
        assert_eq!(self.files.0.place.count().await, expected, "objects");
    }

    /// Files of the folder, staged ones too.
    fn on_disk(&self) -> usize {
        fn below(folder: &std::path::Path) -> usize {
            let entries = std::fs::read_dir(folder).unwrap();
            entries
                .map(|entry| {
                    let path = entry.unwrap().path();
                    if path.is_dir() { below(&path) } else { 1 }
                })
                .sum()
        }
        below(self.folder.path())
    }
}

/// Waits until it is so.
async fn eventually(is_so: impl AsyncFn() -> bool) {
    for _ in 0..1_000 {
        if is_so().await {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    panic!("it never was");
}

fn code<T: std::fmt::Debug>(answer: Result<T, FilesError>) -> FailureCode {
    answer.unwrap_err().code()
}

/// The bytes as they would come over the network.
#[expect(
    clippy::needless_pass_by_value,
    reason = "tests have what they send at hand"
)]
fn pieces(bytes: Vec<u8>) -> impl Stream<Item = Result<Bytes, Infallible>> + Send + 'static {
    let pieces: Vec<Bytes> = bytes.chunks(50_000).map(Bytes::copy_from_slice).collect();
    stream::iter(pieces.into_iter().map(Ok))
}

async fn whole(stream: ByteStream) -> Vec<u8> {
    let pieces: Vec<Bytes> = stream.try_collect().await.unwrap();
    pieces.concat()
}

/// A film of so many bytes, as far as its beginning tells.
fn film(bytes: usize) -> Vec<u8> {
    let mut film = b"\0\0\0\x18ftypisom\0\0\x02\0isomiso2".to_vec();
    film.extend((film.len()..bytes).map(|at| u8::try_from(at % 251).unwrap()));
    film
}

fn shade(at: u32) -> u8 {
    u8::try_from(at % 256).unwrap()
}

fn picture(width: u32, height: u32, format: ImageFormat) -> Vec<u8> {
    let image = RgbImage::from_fn(width, height, |x, y| Rgb([shade(x), shade(y), 90]));
    let mut file = Cursor::new(Vec::new());
    DynamicImage::from(image)
        .write_to(&mut file, format)
        .unwrap();
    file.into_inner()
}
