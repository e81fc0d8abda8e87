//! Faults that are ordered from outside: for the next requests, until they are used up or called off.

use std::sync::{Mutex, PoisonError};

use crate::Strike;

/// Faults for requests to come.
#[derive(Clone, Debug, PartialEq)]
pub struct FaultOrder {
    /// What goes wrong, all at once.
    pub strikes: Vec<Strike>,
    /// How many requests it befalls; without a number, every one until it is called off.
    pub times: Option<u32>,
    /// Only requests whose path begins so.
    pub path: String,
    /// Only requests for this model.
    pub model: Option<String>,
}

impl FaultOrder {
    /// Befalls the next request, whatever it is.
    pub fn once(strike: Strike) -> Self {
        Self {
            strikes: vec![strike],
            times: Some(1),
            path: String::new(),
            model: None,
        }
    }

    fn concerns(&self, path: &str, model: &str) -> bool {
        path.starts_with(&self.path) && self.model.as_ref().is_none_or(|wanted| wanted == model)
    }
}

/// The orders that stand.
#[derive(Debug, Default)]
pub(crate) struct FaultOrders(Mutex<Vec<FaultOrder>>);

impl FaultOrders {
    pub(crate) fn add(&self, order: FaultOrder) {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(order);
    }

    pub(crate) fn clear(&self) {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clear();
    }

    /// What befalls this request: the first order that concerns it.
    pub(crate) fn take(&self, path: &str, model: &str) -> Vec<Strike> {
        let mut orders = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(at) = orders.iter().position(|order| order.concerns(path, model)) else {
            return Vec::new();
        };
        let order = &mut orders[at];
        let strikes = order.strikes.clone();
        if let Some(times) = &mut order.times {
            *times = times.saturating_sub(1);
            if *times == 0 {
                orders.remove(at);
            }
        }
        strikes
    }
}

#[cfg(test)]
mod tests {
    use super::{FaultOrder, FaultOrders};
    use crate::{Fault, Strike};

    #[test]
    fn an_order_is_used_up_by_the_requests_that_it_concerns() {
        let orders = FaultOrders::default();
        let strike = Strike {
            fault: Fault::Html,
            after: 0,
        };
        orders.add(FaultOrder {
            times: Some(2),
            path: "/api/".to_owned(),
            model: Some("a".to_owned()),
            ..FaultOrder::once(strike.clone())
        });
        assert!(orders.take("/compatible-mode/", "a").is_empty());
        assert!(orders.take("/api/v1/x", "b").is_empty());
        for _ in 0..2 {
            assert_eq!(orders.take("/api/v1/x", "a"), std::slice::from_ref(&strike));
        }
        assert!(orders.take("/api/v1/x", "a").is_empty());
    }
}
