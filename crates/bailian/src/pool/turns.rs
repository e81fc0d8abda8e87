//! Whose turn it is: smooth weighted round robin, so that shares hold over short times too.

/// What each upstream has saved up, by place.
#[derive(Debug)]
pub(super) struct Turns(Vec<i64>);

impl Turns {
    pub(super) fn new(upstreams: usize) -> Self {
        Self(vec![0; upstreams])
    }

    /// Everybody saves their weight; who has most is next and pays for all.
    pub(super) fn next(
        &mut self,
        candidates: impl Iterator<Item = (usize, u32)> + Clone,
    ) -> Option<usize> {
        let mut total = 0;
        for (place, weight) in candidates.clone() {
            self.0[place] += i64::from(weight);
            total += i64::from(weight);
        }
        let mut next: Option<usize> = None;
        for (place, _) in candidates {
            // The first of equals, so that the order is that of the configuration.
            if next.is_none_or(|best| self.0[place] > self.0[best]) {
                next = Some(place);
            }
        }
        self.0[next?] -= total;
        next
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_follow_the_weights_and_are_spread() {
        let mut turns = Turns::new(3);
        let weights = [(0, 5), (1, 1), (2, 1)];
        let row: Vec<_> = (0..7)
            .filter_map(|_| turns.next(weights.into_iter()))
            .collect();
        assert_eq!(row, [0, 0, 1, 0, 2, 0, 0]);
    }

    #[test]
    fn who_is_absent_neither_saves_nor_stops_the_others() {
        let mut turns = Turns::new(2);
        for _ in 0..100 {
            assert_eq!(turns.next([(1, 1)].into_iter()), Some(1));
        }
        let both = [(0, 1), (1, 1)];
        let row: Vec<_> = (0..4)
            .filter_map(|_| turns.next(both.into_iter()))
            .collect();
        assert_eq!(row, [0, 1, 0, 1]);
        assert_eq!(turns.next([].into_iter()), None);
    }
}
