//! Whether the log is whole: no line changed, missing, put in, moved or cut off.

use super::Audit;
use crate::store;

/// Lines that are read at once.
const BATCH: i64 = 1_000;

/// What the verifier found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Verified {
    /// Lines that are whole, from the first on.
    pub lines: i64,
    /// The place of the first line that is not what it should be; `None` when all are.
    pub broken_at: Option<i64>,
}

impl Audit {
    /// Goes through the whole log. Lines that are written meanwhile are no fault.
    #[tracing::instrument(name = "audit.verify", skip_all)]
    pub async fn verify(&self) -> store::Result<Verified> {
        let mut last = (0, String::new());
        // Read before the lines: what it names must be there.
        let head = self.db.audit_head().await?;
        loop {
            let batch = self.db.audit_lines(last.0, BATCH).await?;
            if batch.is_empty() {
                break;
            }
            for line in batch {
                let place = last.0 + 1;
                let whole = line.seq == place
                    && line.hash == line.expected(self.key(), &last.1)
                    && (place != head.0 || line.hash == head.1);
                if !whole {
                    return Ok(broken(place));
                }
                last = (line.seq, line.hash);
            }
        }
        if last.0 < head.0 {
            return Ok(broken(last.0 + 1));
        }
        // Read once more: a line beyond it was not written by us.
        let head = self.db.audit_head().await?;
        if last.0 > head.0 {
            return Ok(broken(head.0 + 1));
        }
        Ok(Verified {
            lines: last.0,
            broken_at: None,
        })
    }
}

const fn broken(place: i64) -> Verified {
    Verified {
        lines: place - 1,
        broken_at: Some(place),
    }
}
