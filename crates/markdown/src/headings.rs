//! Which levels the headings of a text have for who hears them.

/// The level of the heading that a text stands under, the message's.
const ABOVE: u32 = 2;
/// HTML has no deeper one.
const DEEPEST: u32 = 6;

/// Under which headings the text stands, from its first block to its last: a bit for each of their levels in the text. Whatever levels a
/// text begins with and jumps to, its headings go down by one step at a time, and those of one level stay beside each other; how they
/// look is said apart from that.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Headings {
    open: u8,
}

impl Headings {
    /// The level in the page of the next heading, which has this one in the text, from 1 to 6: from 3 to 6.
    pub(crate) fn next(&mut self, level: u8) -> u32 {
        let own = 1 << (level - 1);
        self.open = (self.open & (own - 1)) | own;
        (ABOVE + self.open.count_ones()).min(DEEPEST)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_level_is_left_out_on_the_way_down() {
        let cases: &[(&[u8], &[u32])] = &[
            (&[1, 2, 3, 4, 5, 6], &[3, 4, 5, 6, 6, 6]),
            (&[2, 4, 1, 3], &[3, 4, 3, 4]),
            (&[6, 6, 6, 1], &[3, 3, 3, 3]),
            (&[3, 3, 2, 3, 3], &[3, 3, 3, 4, 4]),
            (&[1, 3, 1, 2, 2], &[3, 4, 3, 4, 4]),
        ];
        for (levels, shown) in cases {
            let mut headings = Headings::default();
            let found: Vec<u32> = levels.iter().map(|level| headings.next(*level)).collect();
            assert_eq!(found, *shown, "{levels:?}");
        }
    }
}
