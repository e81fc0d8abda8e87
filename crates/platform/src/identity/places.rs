//! From where and with what somebody signs in.

use super::{Identity, IdentityError, Proof};
use crate::visitor::Visitor;

impl Identity {
    /// Writes down that somebody was let in.
    pub(super) async fn note_sign_in(
        &self,
        proof: &Proof,
        visitor: &Visitor,
    ) -> Result<(), IdentityError> {
        let record = self
            .0
            .audit
            .stranger(visitor, Some(proof.user), "session.begin")
            .with(&serde_json::json!({ "by": proof.by }));
        Ok(self.0.audit.write(record).await?)
    }
}
