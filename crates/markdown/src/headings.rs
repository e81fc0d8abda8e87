//! Which levels the headings of a text have for who hears them.

/// The level of the heading that a text stands under, the message's.
const ABOVE: u8 = 2;
/// HTML has no deeper one.
const DEEPEST: u8 = 6;

/// How deep the last heading of a text was, from its first block to its last. Whatever levels a text begins with and jumps to, its
/// headings go down by one step at a time; how they look is said apart from that.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Headings {
    last: u8,
}

impl Default for Headings {
    fn default() -> Self {
        Self { last: ABOVE }
    }
}

impl Headings {
    /// The level in the page of the next heading, which has this one in the text: from 3 to 6.
    pub(crate) fn next(&mut self, level: u8) -> u8 {
        self.last = (self.last + 1).min(ABOVE + level).min(DEEPEST);
        self.last
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_level_is_left_out_on_the_way_down() {
        let cases: &[(&[u8], &[u8])] = &[
            (&[1, 2, 3, 4, 5, 6], &[3, 4, 5, 6, 6, 6]),
            (&[2, 4, 1, 3], &[3, 4, 3, 4]),
            (&[6, 6, 6, 6, 6, 1], &[3, 4, 5, 6, 6, 3]),
            (&[1, 3, 1, 2, 2], &[3, 4, 3, 4, 4]),
        ];
        for (levels, shown) in cases {
            let mut headings = Headings::default();
            let found: Vec<u8> = levels.iter().map(|level| headings.next(*level)).collect();
            assert_eq!(found, *shown, "{levels:?}");
        }
    }
}
