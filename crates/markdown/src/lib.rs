//! Markdown to safe HTML, whole or as it grows.
//!
//! A pure crate: text in, HTML out, no I/O. The text is cut line by line into top-level blocks (`segment`); each
//! block is converted by itself (`block`) and cleaned by an allow-list (`sanitize`). Because a cut depends only on
//! the lines before it, a text gives the same blocks whether it arrives at once or in pieces, and a closed block never
//! has to be looked at again.
//!
//! What a hostile text can cost is bounded by construction: output by `allowance`, nesting and table size by the
//! converter, highlighting and mathematics by size.

mod allowance;
mod block;
mod code;
mod escape;
mod headings;
mod heal;
mod highlight;
mod invisible;
mod line;
mod link;
mod live;
mod math;
mod references;
mod sanitize;
mod segment;
mod sources;

pub use invisible::is_hidden;
pub use live::{BlockChange, LiveRenderer};
pub use sources::Source;

/// Identifies the shape of the output; a stored rendering with another version must be made again.
pub const VERSION: u32 = 5;

/// Renders a whole text into its top-level blocks, each safe HTML.
///
/// `scope` is the prefix of every `id` in the output (footnotes); it must be unique in the page and is reduced to
/// ASCII letters, digits and `-`. A block that only defines links is an empty string.
pub fn render(text: &str, scope: &str) -> Vec<String> {
    render_citing(text, scope, Vec::new())
}

/// The same for a text that refers to `sources` by their numbers; their list is the last block.
pub fn render_citing(text: &str, scope: &str, sources: Vec<Source>) -> Vec<String> {
    let mut renderer = LiveRenderer::new(scope);
    renderer.cite(sources);
    renderer.push(text);
    renderer.finish();
    renderer.into_blocks()
}
