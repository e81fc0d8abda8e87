//! From where and with what somebody signs in, and telling them when both are new.

use super::{
    Identity, IdentityError, Proof, device::describe, throttle::network, token::sha256_hex,
};
use crate::{
    mail::{Language, Letter},
    store::{Seen, User},
    visitor::Visitor,
};

impl Identity {
    /// Writes down that somebody was let in, and tells them when neither device nor network was seen before.
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
        self.0.audit.write(record).await?;
        let device = describe(&visitor.user_agent);
        // What says nothing that we know is told apart by all that it says.
        let known_by = if device.is_empty() {
            &visitor.user_agent
        } else {
            &device
        };
        let place = |kind: &str, what: &str| {
            sha256_hex(
                [proof.user.to_string().as_str(), kind, what]
                    .join("\0")
                    .as_bytes(),
            )
        };
        let now = self.0.clock.now();
        let (device_hash, network_hash) = (
            place("device", known_by),
            place("network", &network(visitor.address)),
        );
        let seen = self
            .0
            .db
            .note_places(proof.user, &device_hash, &network_hash, now)
            .await?;
        match seen {
            Seen::First | Seen::Known => {}
            Seen::Unknown => {
                if let Some(user) = self.0.db.user(proof.user).await? {
                    let address = visitor.address.to_string();
                    self.tell(
                        &user,
                        Letter::NewSignIn {
                            device,
                            address,
                            at: now,
                        },
                    );
                }
            }
        }
        Ok(())
    }

    /// Posts a letter to somebody who has an account, in their language.
    pub(crate) fn tell(&self, user: &User, letter: Letter) {
        let language = Language::of(user.language.as_deref());
        self.0.mailer.post(&user.account.email, letter, language);
    }
}
