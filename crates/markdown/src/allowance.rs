//! How much HTML a text may become: ten times its own size and four kilobytes.

const FACTOR: usize = 10;
const CONSTANT: usize = 4096;

/// Counts a text and the HTML made of it, block by block.
#[derive(Debug, Default)]
pub(crate) struct Ledger {
    input: usize,
    output: usize,
}

impl Ledger {
    /// How many bytes the next block may have if its source has `length` bytes. Never below `FACTOR * length`.
    pub(crate) fn allowance(&self, length: usize) -> usize {
        (FACTOR * (self.input + length) + CONSTANT).saturating_sub(self.output)
    }

    /// Books a finished block.
    pub(crate) fn book(&mut self, input: usize, output: usize) {
        self.input += input;
        self.output += output;
    }

    /// Replaces the HTML of a booked block if the whole stays within bounds.
    pub(crate) fn rebook(&mut self, old: usize, new: usize) -> bool {
        let output = self.output - old + new;
        let fits = output <= FACTOR * self.input + CONSTANT;
        if fits {
            self.output = output;
        }
        fits
    }
}
