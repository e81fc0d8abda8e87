//! Where there is sound and where there is silence.

use super::samples_in;

/// What is not louder counts as silence.
const LEVEL: u16 = 150;
/// A silence that ends a span, in milliseconds; the voice's own waves and syllables are closer.
const GAP: u64 = 60;

/// Finds spans of sound in samples that come piece by piece.
#[derive(Debug)]
pub(crate) struct Spans {
    gap: usize,
    heard: usize,
    open: Option<Span>,
}

/// From the first loud sample to behind the last one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Span {
    pub(crate) begin: usize,
    pub(crate) end: usize,
}

impl Spans {
    pub(crate) fn new(rate_hz: u32) -> Self {
        Self {
            gap: samples_in(GAP, rate_hz),
            heard: 0,
            open: None,
        }
    }

    /// The spans that ended within these samples.
    pub(crate) fn hear(&mut self, samples: &[i16]) -> Vec<Span> {
        let mut ended = Vec::new();
        for sample in samples {
            let at = self.heard;
            self.heard += 1;
            let is_loud = sample.unsigned_abs() > LEVEL;
            match &mut self.open {
                Some(span) if is_loud => span.end = at + 1,
                Some(span) if at - span.end >= self.gap => {
                    ended.push(*span);
                    self.open = None;
                }
                None if is_loud => {
                    self.open = Some(Span {
                        begin: at,
                        end: at + 1,
                    });
                }
                Some(_) | None => {}
            }
        }
        ended
    }

    /// The span that has not ended, as far as it goes.
    pub(crate) fn open(&self) -> Option<Span> {
        self.open
    }

    /// All spans of samples that are complete.
    pub(crate) fn of(samples: &[i16], rate_hz: u32) -> Vec<Span> {
        let mut spans = Self::new(rate_hz);
        let mut found = spans.hear(samples);
        found.extend(spans.open);
        found
    }
}
