//! Loads of the same thing that overtake each other: what an older one brings is not taken in after a newer one's.

/// How often something was asked for, and which of these answers came in last.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Loads {
    begun: u32,
    taken: u32,
}

impl Loads {
    /// It is asked for once more: the turn of that.
    pub fn begin(&mut self) -> u32 {
        self.begun += 1;
        self.begun
    }

    /// The answer of that turn is there. Whether it is newer than what was taken in.
    pub fn is_newest(&mut self, turn: u32) -> bool {
        let is_newer = turn > self.taken;
        self.taken = self.taken.max(turn);
        is_newer
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_overtaken_is_not_taken_in() {
        let mut loads = Loads::default();
        let (first, second, third) = (loads.begin(), loads.begin(), loads.begin());
        assert!(loads.is_newest(second));
        assert!(!loads.is_newest(first));
        assert!(!loads.is_newest(second), "nor twice");
        assert!(loads.is_newest(third));
    }
}
