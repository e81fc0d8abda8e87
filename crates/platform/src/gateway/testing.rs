//! Calls that nobody asks for, for tests of what becomes of them.

use std::sync::Arc;

use super::{Ask, Running, call::Payer, limits::Pass};
use crate::works::testing::Site;

/// A call of Lin's, with its money reserved.
pub(super) async fn begun(site: &Site, ask: Ask) -> Running {
    let payer = Payer {
        owner: site.lin.user(),
        key: None,
        groups: &[],
        budgets: &Arc::default(),
    };
    let pass = Pass::here(&Arc::default(), 0).unwrap();
    let running = site.services.gateway.begin(payer, ask, pass, None);
    running.await.unwrap()
}
