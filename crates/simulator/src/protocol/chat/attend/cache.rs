//! How much of a prompt was known already.

use std::hash::{DefaultHasher, Hash, Hasher};

use super::Cached;
use crate::{
    models::{Ability, Model},
    protocol::{chat::request::Ask, entry::Entry},
    tokens,
};

/// The implicit cache begins here and counts in such steps.
const STEP: u32 = 256;
/// The shortest beginning that a mark keeps.
const SHORTEST_MARKED: u32 = 1_024;
/// Marks of one request.
const MOST_MARKS: usize = 4;
/// How many blocks before a mark are looked at.
const LOOKED_BACK: usize = 20;

/// Takes from the cache what is there, and leaves there what this prompt brings. Marks and the implicit cache exclude
/// each other.
pub(super) fn use_up(ask: &Ask, model: &Model, entry: &Entry) -> Cached {
    let is_marked = ask.blocks.iter().any(|block| block.is_marked);
    if is_marked && model.accepts.has(Ability::CacheMarks) {
        marked(ask, entry)
    } else if ask.prompt_tokens >= STEP && model.accepts.has(Ability::Cache) {
        implicit(ask, entry)
    } else {
        Cached::default()
    }
}

fn implicit(ask: &Ask, entry: &Entry) -> Cached {
    let prompts = entry.handle.prompts();
    let mut digest = beginning(ask, entry, "implicit");
    let (mut count, mut hit) = (0, 0);
    for message in &ask.messages {
        // The template's own tokens are part of the prompt.
        count += 4;
        format!("{:?}", message.role).hash(&mut digest);
        for token in tokens::split(&message.text) {
            token.hash(&mut digest);
            count += 1;
            if count % STEP == 0 {
                let known = digest.finish();
                if prompts.renew(known) {
                    hit = count;
                } else {
                    prompts.keep(known);
                }
            }
        }
    }
    Cached {
        // Something is always computed anew.
        hit: hit.min(ask.prompt_tokens.saturating_sub(1)),
        created: None,
    }
}

fn marked(ask: &Ask, entry: &Entry) -> Cached {
    let prompts = entry.handle.prompts();
    let mut digest = beginning(ask, entry, "marked");
    let mut ends: Vec<(u64, u32)> = Vec::new();
    let (mut count, mut place) = (0_u32, None);
    let mut begin = 0;
    for block in &ask.blocks {
        let Some(message) = ask.messages.get(block.message) else {
            continue;
        };
        if place != Some(block.message) {
            (place, begin) = (Some(block.message), 0);
            format!("{:?}", message.role).hash(&mut digest);
            count += 4;
        }
        let text = message.text.get(begin..block.end).unwrap_or_default();
        text.hash(&mut digest);
        count += tokens::count(text);
        begin = block.end;
        ends.push((digest.finish(), count));
    }
    let marks =
        (0..ends.len()).filter(|at| ask.blocks.get(*at).is_some_and(|block| block.is_marked));
    let (mut hit, mut longest) = (0, 0);
    for at in marks.take(MOST_MARKS) {
        let before = ends
            .get(at.saturating_sub(LOOKED_BACK)..=at)
            .unwrap_or_default();
        let known = before
            .iter()
            .rev()
            .find(|(digest, _)| prompts.renew(*digest));
        hit = hit.max(known.map_or(0, |(_, count)| *count));
        if let Some((digest, count)) = ends.get(at)
            && *count >= SHORTEST_MARKED
        {
            prompts.keep(*digest);
            longest = longest.max(*count);
        }
    }
    Cached {
        hit,
        created: Some(longest.saturating_sub(hit)),
    }
}

/// Caches are kept apart by account, model, functions and media.
fn beginning(ask: &Ask, entry: &Entry, kind: &str) -> DefaultHasher {
    let mut digest = DefaultHasher::new();
    kind.hash(&mut digest);
    entry.header("authorization").hash(&mut digest);
    ask.model_id.hash(&mut digest);
    for tool in &ask.tools {
        tool.name.hash(&mut digest);
    }
    for exhibit in &ask.exhibits {
        exhibit.urls.hash(&mut digest);
    }
    digest
}
