//! A wish's task whose id nobody has.

use bailian::capability::ModelCard;
use model::{Millis, Wish};

use super::{Works, asking};
pub(super) use crate::jobs::Lost;
use crate::{
    jobs::{Pause, lost_task},
    store::Job,
};

impl Works {
    /// Looks for the task that a job handed in at that time.
    pub(super) async fn lost_task(
        &self,
        job: &Job,
        (wish, card): (&Wish, &ModelCard),
        asked_at: Millis,
    ) -> Result<Lost, Pause> {
        // What is answered at once leaves no trace that could be found.
        if !asking::is_task(wish, card) {
            return Ok(Lost::Unknown);
        }
        let inner = &*self.0;
        let times = (asked_at, inner.clock.now());
        lost_task(&inner.gateway, &inner.db, job, &card.id, times).await
    }
}
