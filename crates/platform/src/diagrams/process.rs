//! The process that draws a diagram: what is asked of it, and what it does.

use std::{io, time::Duration};

use model::{DiagramSource, Drawing};

use super::draw::{LARGEST, draw as draw_here};
use crate::{
    apart::{self, Bounds, Ended, Patience, Worked},
    documents::DocumentReader,
};

/// How the program is asked to draw a diagram.
const ASKED: &str = "draw-diagram";
/// A diagram is drawn for so long, and a drawing has at most so many bytes as JSON: its quotation marks are escaped.
const PATIENCE: Patience = Patience {
    time: Duration::from_secs(6),
    told: 2 * LARGEST as u64 + 64,
};
/// What the process may use up.
const BOUNDS: Bounds = Bounds {
    seconds: 4,
    memory: 256 * 1024 * 1024,
    given: DiagramSource::MAX as u64,
};

/// Has a diagram drawn. Fails where nobody could be asked.
pub(super) async fn draw(drawer: &DocumentReader, source: &DiagramSource) -> io::Result<Drawing> {
    let source = source.as_str().to_owned();
    match drawer {
        DocumentReader::Process(program) => {
            match apart::ask(program, &[ASKED], source.into(), PATIENCE).await? {
                Ended::Told(told) => serde_json::from_slice(&told).map_err(io::Error::other),
                Ended::Panicked | Ended::Stopped => Ok(Drawing::Undrawable),
            }
        }
        DocumentReader::Here => {
            let drawn = tokio::task::spawn_blocking(move || draw_here(&source));
            Ok(drawn.await.unwrap_or(Drawing::Undrawable))
        }
    }
}

/// What the process does: draws a diagram from where it is given, within its bounds, and tells what became of it.
pub fn draw_for_another() -> io::Result<()> {
    let drawn = apart::work(BOUNDS, |source| match String::from_utf8(source) {
        Ok(source) => draw_here(&source),
        Err(_) => Drawing::Undrawable,
    })?;
    apart::tell(&match drawn {
        Worked::Done(drawing) => drawing,
        Worked::Panicked | Worked::TooLarge => Drawing::Undrawable,
    })
}
