//! Diagrams that models write as Mermaid, drawn as SVG.
//!
//! What a model writes is hostile input, and what draws it is large: it is done by a process of its own, as documents are read, within
//! narrower bounds. What is drawn is taken apart and written anew with shapes and text of a list before it leaves that process, and
//! a page shows it in a frame of its own. (IO-10, IO-11)

mod clean;
mod draw;
mod process;
#[cfg(test)]
mod tests;

use std::{sync::Arc, time::Duration};

use model::{DiagramSource, Drawing, Permission, UserId};
use moka::future::Cache;
use sha2::{Digest, Sha256};
use tokio::{
    sync::{AcquireError, Semaphore},
    time::timeout,
};

pub use process::draw_for_another;

use crate::{
    Error, documents::DocumentReader, files::FilesError, identity::Caller, memory::Memory,
};

/// So many are drawn at once, and one of each person.
const AT_ONCE: usize = 2;
/// A diagram waits so long for others that are drawn.
const PATIENCE: Duration = Duration::from_secs(10);
/// What was drawn is remembered so long: a plan marks today.
const KEPT_FOR: Duration = Duration::from_mins(10);
/// Bytes of drawings that are remembered in all.
const KEPT: u64 = 32 * 1024 * 1024;
/// What is kept beside the bytes of a drawing, about.
const BESIDE: usize = 128;
/// People whose turn is known.
const PEOPLE: u64 = 10_000;

/// The service. Cheap to clone.
#[derive(Clone)]
pub struct Diagrams(Arc<Inner>);

struct Inner {
    drawer: DocumentReader,
    memory: Memory,
    places: Semaphore,
    turns: Cache<UserId, Arc<Semaphore>>,
    drawn: Cache<[u8; 32], Drawing>,
}

impl Diagrams {
    /// `drawer` is the program that reads documents; it draws as well.
    pub(crate) fn new(drawer: DocumentReader, memory: Memory) -> Self {
        let weight = |_: &[u8; 32], drawing: &Drawing| {
            let text = match drawing {
                Drawing::Drawn(text) | Drawing::Misunderstood(text) => text.len(),
                Drawing::Undrawable => 0,
            };
            u32::try_from(text + BESIDE).unwrap_or(u32::MAX)
        };
        Self(Arc::new(Inner {
            drawer,
            memory,
            places: Semaphore::new(AT_ONCE),
            turns: Cache::builder()
                .max_capacity(PEOPLE)
                .time_to_idle(KEPT_FOR)
                .build(),
            drawn: Cache::builder()
                .max_capacity(KEPT)
                .weigher(weight)
                .time_to_live(KEPT_FOR)
                .build(),
        }))
    }

    /// Draws a diagram for somebody who may chat, or tells why not.
    #[tracing::instrument(name = "api.diagrams.draw", skip_all)]
    pub async fn draw(&self, caller: &Caller, source: &DiagramSource) -> Result<Drawing, Error> {
        caller.require(Permission::ChatUse)?;
        self.draw_for(caller.user(), source).await
    }

    async fn draw_for(&self, user: UserId, source: &DiagramSource) -> Result<Drawing, Error> {
        // Kept for each by themselves: how soon it comes tells nobody what others have drawn.
        let key = Sha256::new().chain_update(user.as_uuid().as_bytes());
        let key: [u8; 32] = key.chain_update(source.as_str()).finalize().into();
        if let Some(drawing) = self.0.drawn.get(&key).await {
            return Ok(drawing);
        }
        let turn = async { Arc::new(Semaphore::new(1)) };
        let own = self.0.turns.get_with(user, turn).await;
        let place = timeout(PATIENCE, async {
            let own = own.acquire().await?;
            Ok::<_, AcquireError>((own, self.0.places.acquire().await?))
        });
        let place = place.await.map_err(|_| Error::Overloaded)?;
        let _place = place.map_err(|_| Error::Overloaded)?;
        // Whoever pressed twice waited for the first.
        if let Some(drawing) = self.0.drawn.get(&key).await {
            return Ok(drawing);
        }
        if self.0.memory.is_short() {
            return Err(Error::Overloaded);
        }
        let drawing = process::draw(&self.0.drawer, source).await;
        let drawing = drawing.map_err(|error| Error::Files(FilesError::Reader(error)))?;
        // What took too long may be quick on another day.
        if drawing != Drawing::Undrawable {
            self.0.drawn.insert(key, drawing.clone()).await;
        }
        Ok(drawing)
    }
}
