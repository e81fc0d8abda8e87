//! `liantai draw-diagram`: what the server starts to draw a diagram, apart from itself.

use platform::diagrams;

/// Draws what the standard input tells and tells as JSON what became of it.
pub(super) fn run() -> anyhow::Result<()> {
    Ok(diagrams::draw_for_another()?)
}
