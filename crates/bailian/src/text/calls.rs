//! Putting the fragments of tool calls together ("Streaming answer", tool calls).

use std::collections::BTreeMap;

use super::{ToolCall, ToolCallDelta};

/// Calls being received, by their index.
#[derive(Clone, Debug, Default)]
pub(crate) struct Calls(BTreeMap<u32, ToolCall>);

impl Calls {
    /// Adds a fragment. A fragment without an index begins a call if it has a new id, else it continues the last.
    pub(crate) fn push(&mut self, fragment: &ToolCallDelta) {
        let id = fragment.id.as_deref().unwrap_or_default();
        let index = fragment.index.unwrap_or_else(|| self.place_of(id));
        let call = self.0.entry(index).or_insert_with(|| ToolCall {
            index: Some(index),
            ..ToolCall::default()
        });
        fill(&mut call.id, id);
        if let Some(kind) = fragment.kind.as_deref().filter(|kind| !kind.is_empty()) {
            kind.clone_into(&mut call.kind);
        }
        call.extra.extend(fragment.extra.clone());
        let Some(function) = &fragment.function else {
            return;
        };
        fill(
            &mut call.function.name,
            function.name.as_deref().unwrap_or_default(),
        );
        call.function
            .arguments
            .push_str(function.arguments.as_deref().unwrap_or_default());
        call.function.extra.extend(function.extra.clone());
    }

    /// The whole calls. One whose name never came is a known fault of the server and dropped.
    pub(crate) fn finish(self) -> Vec<ToolCall> {
        let (named, orphans): (Vec<_>, Vec<_>) = self
            .0
            .into_values()
            .partition(|call| !call.function.name.is_empty());
        if !orphans.is_empty() {
            tracing::warn!(count = orphans.len(), "dropped tool calls without a name");
        }
        named
    }

    fn place_of(&self, id: &str) -> u32 {
        if let Some((index, _)) = self
            .0
            .iter()
            .find(|(_, call)| !id.is_empty() && call.id == id)
        {
            return *index;
        }
        match self.0.last_key_value() {
            Some((last, _)) if id.is_empty() => *last,
            Some((last, _)) => last.saturating_add(1),
            None => 0,
        }
    }
}

/// The first fragment that knows a word gives it; later ones repeat it or leave it empty.
fn fill(known: &mut String, word: &str) {
    if known.is_empty() {
        word.clone_into(known);
    }
}
