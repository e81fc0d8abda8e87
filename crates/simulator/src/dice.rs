//! Chance that is not chance: the same seed and text give the same numbers on every machine.

/// A source of numbers: FNV-1a gathers what they depend on, splitmix64 spreads it.
#[derive(Clone, Debug)]
pub(crate) struct Dice(u64);

impl Dice {
    /// Numbers that depend on `seed` alone.
    pub(crate) const fn new(seed: u64) -> Self {
        Self(seed ^ 0xcbf2_9ce4_8422_2325)
    }

    /// The same numbers only for the same text.
    pub(crate) fn and(self, text: &str) -> Self {
        Self(text.bytes().fold(self.0, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        }))
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number from 0 up to, not including, `limit`; 0 when there is no choice.
    pub(crate) fn below(&mut self, limit: usize) -> usize {
        let limit = u64::try_from(limit).unwrap_or(u64::MAX).max(1);
        usize::try_from(self.next() % limit).unwrap_or(0)
    }

    /// True in `share` of all cases.
    pub(crate) fn falls_within(&mut self, share: f64) -> bool {
        self.share() < share
    }

    /// From 0 up to, not including, 1.
    pub(crate) fn share(&mut self) -> f64 {
        let part = u32::try_from(self.next() >> 32).unwrap_or(0);
        f64::from(part) / (f64::from(u32::MAX) + 1.0)
    }

    /// A UUID as the service makes them: its third group begins with 9.
    pub(crate) fn uuid(&mut self) -> String {
        let high = format!("{:016x}", self.next());
        let low = format!("{:016x}", self.next());
        format!(
            "{}-{}-9{}-{}-{}",
            &high[..8],
            &high[8..12],
            &high[13..],
            &low[..4],
            &low[4..]
        )
    }

    /// `count` hexadecimal digits, 32 at most.
    pub(crate) fn hex(&mut self, count: usize) -> String {
        let mut digits = format!("{:016x}{:016x}", self.next(), self.next());
        digits.truncate(count);
        digits
    }
}
