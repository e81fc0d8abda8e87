//! How many calls the limit of descriptors allows.

use std::fs;

use crate::memory::soft_limit;

/// A call takes one to its caller and one to the upstream.
const OF_A_CALL: u64 = 2;

/// Calls at once that fit into four fifths of the descriptors that this process may have; the rest is for pages, sign-ins,
/// health, the database and files. `None` where the system does not tell.
pub fn calls_that_fit() -> Option<usize> {
    let limits = fs::read_to_string("/proc/self/limits").ok()?;
    fit(&limits)
}

fn fit(limits: &str) -> Option<usize> {
    let descriptors = soft_limit(limits, "Max open files")?;
    usize::try_from(descriptors / OF_A_CALL / 5 * 4).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fifth_of_the_descriptors_is_for_others() {
        assert_eq!(
            fit("Max open files            20000  20000  files\n"),
            Some(8_000)
        );
        assert_eq!(
            fit("Max open files            unlimited  unlimited  files\n"),
            None
        );
        assert_eq!(fit(""), None);
    }
}
