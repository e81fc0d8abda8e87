//! Codes to write down, for when the phone is gone: each is shown once, kept as a keyed hash, and used once.

use hmac::{Hmac, Mac};
use model::{RecoveryCodes, UserId};
use sha2::Sha256;

use super::{Caller, Identity, IdentityError, sessions::own, token::hex};
use crate::{vault::Vault, visitor::Visitor};

/// Codes in a set.
const IN_A_SET: usize = 10;

/// Characters of a code: 80 bits.
const LENGTH: usize = 16;

/// Without i, l, o and u, which are mistaken for others or make words.
const LETTERS: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

/// A new set, for its owner and for the store.
pub(super) struct NewCodes {
    pub(super) shown: RecoveryCodes,
    pub(super) hashes: Vec<String>,
}

impl Identity {
    /// A new set of codes in the place of the old one.
    #[tracing::instrument(name = "api.identity.renew_recovery_codes", skip_all)]
    pub async fn renew_recovery_codes(
        &self,
        caller: &Caller,
    ) -> Result<RecoveryCodes, IdentityError> {
        own(caller)?;
        self.require_fresh(caller)?;
        let user = caller.user();
        if self.factors_of(user).await?.is_empty() {
            // They stand in for a factor; without one there is nothing to stand in for.
            return Err(IdentityError::NotFound);
        }
        let codes = self.new_codes(user);
        let record = self
            .0
            .audit
            .by(caller, "factor.recovery.renew")
            .on("user", user);
        self.0
            .db
            .replace_recovery_codes(user, &codes.hashes, &record)
            .await?;
        self.tell_factors_changed(user).await;
        Ok(codes.shown)
    }

    /// A new set for whoever has just got their first factor.
    pub(super) fn new_codes(&self, user: UserId) -> NewCodes {
        let mut shown = Vec::with_capacity(IN_A_SET);
        while shown.len() < IN_A_SET {
            let code = new_code();
            if !shown.contains(&code) {
                shown.push(code);
            }
        }
        let hashes = shown
            .iter()
            .filter_map(|code| normal(code))
            .map(|code| hash(&self.0.vault, user, &code))
            .collect();
        NewCodes {
            shown: RecoveryCodes(shown),
            hashes,
        }
    }

    /// Uses a recovery code up. Whether it was one of the person's.
    pub(super) async fn use_recovery_code(
        &self,
        user: UserId,
        code: &str,
        visitor: &Visitor,
    ) -> Result<bool, IdentityError> {
        let Some(code) = normal(code) else {
            return Ok(false);
        };
        let hash = hash(&self.0.vault, user, &code);
        let record = self
            .0
            .audit
            .stranger(visitor, Some(user), "factor.recovery.use")
            .on("user", user);
        let used = self.0.db.use_recovery_code(user, &hash, &record).await?;
        if used {
            self.tell_factors_changed(user).await;
        }
        Ok(used)
    }
}

/// Four groups of four, `7k2m-…`.
fn new_code() -> String {
    let mut code = String::with_capacity(LENGTH + 3);
    for (index, byte) in rand::random::<[u8; LENGTH]>().into_iter().enumerate() {
        if index > 0 && index % 4 == 0 {
            code.push('-');
        }
        code.push(char::from(LETTERS[usize::from(byte % 32)]));
    }
    code
}

/// What was typed as it was meant: without case, spaces and dashes, and with what looks alike taken for each other.
/// `None` when it can't be a code.
fn normal(typed: &str) -> Option<String> {
    let mut code = String::with_capacity(LENGTH);
    for character in typed.chars().filter(|c| !c.is_whitespace() && *c != '-') {
        let character = match character.to_ascii_lowercase() {
            'o' => '0',
            'i' | 'l' => '1',
            other => other,
        };
        let known = u8::try_from(character).is_ok_and(|byte| LETTERS.contains(&byte));
        if !known || code.len() == LENGTH {
            return None;
        }
        code.push(character);
    }
    (code.len() == LENGTH).then_some(code)
}

/// Keyed, because 80 bits are fewer than a bare hash should guard.
#[expect(clippy::expect_used, reason = "HMAC takes keys of any length")]
fn hash(vault: &Vault, user: UserId, code: &str) -> String {
    let key = vault.key_for("recovery codes");
    let mut mac = Hmac::<Sha256>::new_from_slice(&key).expect("any length will do");
    mac.update(user.as_uuid().as_bytes());
    mac.update(code.as_bytes());
    hex(&mac.finalize().into_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_known_however_it_is_typed() {
        let code = new_code();
        assert_eq!(code.len(), LENGTH + 3);
        let typed = format!(" {} ", code.to_uppercase().replace('-', " "));
        assert_eq!(normal(&typed), normal(&code));
        assert_eq!(
            normal("O0o0-IL1i-abcd-efgh"),
            Some("00001111abcdefgh".to_owned())
        );
        for other in [
            "",
            "123456",
            "abcd-efgh-jkmn-pqr",
            "abcd-efgh-jkmn-pqrst",
            "abcd-efgh-jkmn-pqru",
            "春",
        ] {
            assert_eq!(normal(other), None, "{other}");
        }
    }

    #[test]
    fn a_code_counts_for_its_owner_only() {
        let vault = Vault::new(&Vault::new_key()).unwrap();
        let [lin, mei] = [1, 2].map(|id| UserId::from_uuid(uuid::Uuid::from_u128(id)));
        assert_ne!(hash(&vault, lin, "code"), hash(&vault, mei, "code"));
    }
}
