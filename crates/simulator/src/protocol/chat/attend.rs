//! What a request needs besides its own words: media, files, the web, and the cache.

mod cache;
mod documents;
mod media;

use super::request::{Ask, check_length};
use crate::{Refusal, models, protocol::entry::Entry, tokens};

/// Tokens of the prompt that are not text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Sensed {
    pub(crate) image: u32,
    pub(crate) video: u32,
    pub(crate) audio: u32,
}

impl Sensed {
    /// All of them.
    pub(crate) fn total(self) -> u32 {
        self.image
            .saturating_add(self.video)
            .saturating_add(self.audio)
    }
}

/// Tokens of the prompt that came from the cache, and those that marks put there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Cached {
    pub(crate) hit: u32,
    /// Only where something is marked.
    pub(crate) created: Option<u32>,
}

/// What one search brings, in tokens for each result and besides.
const SEARCHED: [u32; 2] = [96, 24];

/// Looks, listens, reads and searches; then counts what of the prompt was known already.
pub(crate) async fn attend(ask: &mut Ask, entry: &Entry) -> Result<(), Refusal> {
    documents::read(ask, entry)?;
    if !ask.exhibits.is_empty() {
        media::attend(ask, entry).await?;
    }
    if ask.searches {
        let question = ask
            .messages
            .last()
            .map_or(0, |last| tokens::count(&last.text));
        let [each, besides] = SEARCHED;
        ask.prompt_tokens = ask
            .prompt_tokens
            .saturating_add(5 * each + besides)
            .saturating_add(question);
    }
    let Some(model) = models::find(entry.handle.models(), &ask.model_id) else {
        return Ok(());
    };
    check_length(ask.prompt_tokens, model)?;
    ask.cached = cache::use_up(ask, model, entry);
    Ok(())
}
