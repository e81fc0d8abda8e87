//! Who books a batch when: its results are read once, however many ask for them, and nobody waits long for large ones.

use std::{sync::Arc, time::Duration};

use tokio::sync::Mutex;

use super::reference;
use crate::gateway::{Gateway, GatewayError};

/// Whoever asks for a batch waits so long for its booking.
const PATIENCE: Duration = Duration::from_secs(10);

impl Gateway {
    /// Books a batch of which its caller is about to be told that it has ended, so that its results are counted before anybody can
    /// delete them. What takes longer than some seconds, or fails, is booked behind the answer.
    pub async fn settle_batch_told(&self, id: &str) -> Result<(), GatewayError> {
        self.settle_batch_soon(id).await.map(|_| ())
    }

    /// Books a batch if it has ended, and waits some seconds for that: large results are read on behind, and nobody else's booking waits
    /// for them. Whether it was booked meanwhile.
    pub(in crate::gateway) async fn settle_batch_soon(
        &self,
        id: &str,
    ) -> Result<bool, GatewayError> {
        let waiting = self.0.ledger.waiting_task(&reference(id)).await?;
        if waiting.is_none() {
            return Ok(false);
        }
        let settling = async {
            // Whoever waits for another one's reading has begun nothing, and may leave.
            let turn = self.turn(id).lock_owned().await;
            let (gateway, id) = (self.clone(), id.to_owned());
            tokio::spawn(async move {
                let settled = gateway.settle_now(&id).await;
                drop(turn);
                settled
            })
            .await
        };
        match tokio::time::timeout(PATIENCE, settling).await {
            Ok(Ok(settled)) => settled,
            // The next round looks for it again.
            Ok(Err(_)) | Err(_) => Ok(false),
        }
    }

    /// The turn of whoever books that batch: results are read once, however many ask for them meanwhile.
    fn turn(&self, id: &str) -> Arc<Mutex<()>> {
        let turns = &self.0.settling;
        let sum = id.bytes().fold(0_usize, |sum, byte| {
            sum.wrapping_mul(31).wrapping_add(usize::from(byte))
        });
        Arc::clone(&turns[sum % turns.len()])
    }
}

#[cfg(test)]
mod tests {
    use crate::{store::testing::on_both, works::testing::Site};

    #[tokio::test]
    async fn whoever_reads_a_batch_keeps_others_from_that_one_alone() {
        on_both(async |db| {
            let site = Site::at_rest(&db).await;
            let gateway = &site.services.gateway;
            let reading = gateway.turn("batch_1").lock_owned().await;
            assert!(gateway.turn("batch_1").try_lock_owned().is_err());
            assert!(gateway.turn("batch_2").try_lock_owned().is_ok());
            drop(reading);
            assert!(gateway.turn("batch_1").try_lock_owned().is_ok());
        })
        .await;
    }
}
