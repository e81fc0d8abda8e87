//! Requests that overtake each other: only the answer to the last one counts.

use leptos::prelude::*;

/// How often something was asked for.
#[derive(Clone, Copy, Debug)]
pub struct Turns(StoredValue<u32>);

impl Turns {
    /// Never yet.
    pub fn new() -> Self {
        Self(StoredValue::new(0))
    }

    /// It is asked for once more: the turn of that.
    pub fn begin(self) -> u32 {
        let turn = self.0.try_update_value(|turn| {
            *turn = turn.wrapping_add(1);
            *turn
        });
        turn.unwrap_or_default()
    }

    /// Whether nothing was asked for after that, and who asks is still there.
    pub fn is_last(self, turn: u32) -> bool {
        self.0.try_get_value() == Some(turn)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_last_counts() {
        let owner = Owner::new();
        owner.with(|| {
            let turns = Turns::new();
            let first = turns.begin();
            assert!(turns.is_last(first));
            let second = turns.begin();
            assert!(turns.is_last(second) && !turns.is_last(first));
            owner.cleanup();
            assert!(!turns.is_last(second), "nobody is there any more");
        });
    }
}
