//! What the provider is documented to refuse is refused before it costs a round trip.

use std::ops::RangeInclusive;

use crate::Error;
use crate::validate::require;

/// Seeds of every model.
pub(crate) const SEEDS: RangeInclusive<i64> = 0..=2_147_483_647;

/// A value that may be absent and must lie within a range if it is there.
pub(crate) trait Checked<T> {
    fn within(&self, range: &RangeInclusive<T>, parameter: &str) -> Result<(), Error>;
}

impl<T: PartialOrd + std::fmt::Display> Checked<T> for Option<T> {
    fn within(&self, range: &RangeInclusive<T>, parameter: &str) -> Result<(), Error> {
        let holds = self.as_ref().is_none_or(|value| range.contains(value));
        let message = format!("must be in [{}, {}]", range.start(), range.end());
        require(holds, parameter, &message)
    }
}
