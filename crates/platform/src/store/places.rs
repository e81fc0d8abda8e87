//! From where and with what somebody signed in before, as hashes.

use model::{Millis, UserId};

use super::{Db, Result, on_pool};

const COUNT: &str = "SELECT COUNT(*) FROM known_places WHERE user_id = $1";
const KNOWN: &str =
    "SELECT COUNT(*) FROM known_places WHERE user_id = $1 AND place_hash IN ($2, $3)";
const NOTE: &str = "INSERT INTO known_places (user_id, place_hash, seen_at) VALUES ($1, $2, $3) \
     ON CONFLICT (user_id, place_hash) DO UPDATE SET seen_at = excluded.seen_at";

/// What is known of a sign-in's device and network.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Seen {
    /// There was no sign-in before.
    First,
    /// At least one of both was seen with the account before.
    Known,
    /// Neither was.
    Unknown,
}

impl Db {
    /// Remembers device and network, and tells whether they were seen before.
    #[tracing::instrument(name = "store.places.note", skip_all)]
    pub(crate) async fn note_places(
        &self,
        user: UserId,
        device: &str,
        network: &str,
        now: Millis,
    ) -> Result<Seen> {
        let user = user.to_string();
        on_pool!(self.writer(), |pool| {
            let mut transaction = pool.begin_with(self.begin()).await?;
            let all: i64 = sqlx::query_scalar(COUNT)
                .bind(&user)
                .fetch_one(&mut *transaction)
                .await?;
            let known: i64 = sqlx::query_scalar(KNOWN)
                .bind(&user)
                .bind(device)
                .bind(network)
                .fetch_one(&mut *transaction)
                .await?;
            for place in [device, network] {
                sqlx::query(NOTE)
                    .bind(&user)
                    .bind(place)
                    .bind(now.get())
                    .execute(&mut *transaction)
                    .await?;
            }
            transaction.commit().await?;
            Ok(match (all, known) {
                (0, _) => Seen::First,
                (_, 0) => Seen::Unknown,
                (_, _) => Seen::Known,
            })
        })
    }
}
