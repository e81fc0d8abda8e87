//! Amounts of money, exactly.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Millionths of a yuan, never negative.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct MicroYuan(u64);

impl MicroYuan {
    /// An amount.
    pub const fn new(micro_yuan: u64) -> Self {
        Self(micro_yuan)
    }

    /// How many millionths.
    pub const fn get(self) -> u64 {
        self.0
    }

    /// Both together; the largest amount if that is too much to hold.
    #[must_use]
    pub const fn plus(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }

    /// This price for `count` things when it is written for `per` of them, before rounding.
    pub(super) fn times(self, count: u64) -> u128 {
        u128::from(self.0) * u128::from(count)
    }

    /// A sum of [`times`](Self::times), rounded up once, for prices written for `per` things.
    pub(super) fn of_sum(sum: u128, per: u64) -> Self {
        let whole = sum.div_ceil(u128::from(per.max(1)));
        Self(u64::try_from(whole).unwrap_or(u64::MAX))
    }
}

impl fmt::Display for MicroYuan {
    /// In yuan, for example `¥0.000028`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "¥{}.{:06}", self.0 / 1_000_000, self.0 % 1_000_000)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_written_in_yuan() {
        assert_eq!(MicroYuan::new(28).to_string(), "¥0.000028");
        assert_eq!(MicroYuan::new(12_000_001).to_string(), "¥12.000001");
    }
}
