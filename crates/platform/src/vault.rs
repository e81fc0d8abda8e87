//! Secrets at rest: sealed under the master key and bound to the row and column that they stand in, so that one
//! copied elsewhere can't be opened there.

use std::{fmt, sync::Arc};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use chacha20poly1305::{
    XChaCha20Poly1305, XNonce,
    aead::{Aead, KeyInit, Payload},
};
use hkdf::Hkdf;
use secrecy::{ExposeSecret, SecretString};
use sha2::Sha256;

use crate::store::{self, Db};

/// The form of what is sealed: version, nonce, ciphertext with its tag.
const VERSION: u8 = 1;
const NONCE: usize = 24;

const CHECK: Place<'_> = Place {
    table: "master_key_check",
    column: "sealed",
    row: "1",
};

/// Holds the master key. Cheap to clone.
#[derive(Clone)]
pub struct Vault(Arc<Keys>);

struct Keys {
    master: Hkdf<Sha256>,
    cipher: XChaCha20Poly1305,
}

impl fmt::Debug for Vault {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Vault(…)")
    }
}

/// Where a secret stands.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place<'a> {
    pub(crate) table: &'static str,
    pub(crate) column: &'static str,
    pub(crate) row: &'a str,
}

/// Why the vault does not work.
#[derive(Debug, thiserror::Error)]
pub enum VaultError {
    /// The master key is not what it should be.
    #[error(
        "the master key must be at least 32 random bytes in Base64, like `openssl rand -base64 32` gives"
    )]
    WeakKey,
    /// The database was sealed with another key.
    #[error("the database was sealed with another master key; give the one that it was made with")]
    OtherKey,
    /// The database failed.
    #[error(transparent)]
    Store(#[from] store::Error),
    /// What was sealed was changed, moved, or sealed under another key.
    #[error("{table}.{column} can't be opened: it was changed, or sealed under another master key")]
    Unopenable {
        /// The table.
        table: &'static str,
        /// The column.
        column: &'static str,
    },
}

impl Vault {
    /// A new master key, in the form that [`Vault::new`] takes.
    pub fn new_key() -> SecretString {
        SecretString::from(STANDARD.encode(rand::random::<[u8; 32]>()))
    }

    /// A vault under that key: at least 32 bytes in Base64, not all alike.
    pub fn new(key: &SecretString) -> Result<Self, VaultError> {
        let bytes = STANDARD
            .decode(key.expose_secret().trim())
            .map_err(|_| VaultError::WeakKey)?;
        let distinct = bytes.iter().collect::<std::collections::HashSet<_>>();
        if bytes.len() < 32 || distinct.len() < 8 {
            return Err(VaultError::WeakKey);
        }
        let master = Hkdf::<Sha256>::new(Some(b"liantai"), &bytes);
        let cipher = XChaCha20Poly1305::new(&derive(&master, "seal").into());
        Ok(Self(Arc::new(Keys { master, cipher })))
    }

    /// Shows that this is the key that the database was sealed with. A database that was sealed with none is from now on
    /// this key's.
    pub async fn prove(&self, db: &Db) -> Result<(), VaultError> {
        let proof = self.seal(CHECK, b"liantai")?;
        let kept = db.master_key_check(&proof).await?;
        match self.open(CHECK, &kept) {
            Ok(_) => Ok(()),
            Err(_) => Err(VaultError::OtherKey),
        }
    }

    /// A key of its own for another purpose.
    pub(crate) fn key_for(&self, purpose: &str) -> [u8; 32] {
        derive(&self.0.master, purpose)
    }

    /// Seals a secret for its place, under a fresh nonce.
    pub(crate) fn seal(&self, place: Place<'_>, secret: &[u8]) -> Result<Vec<u8>, VaultError> {
        let nonce = rand::random::<[u8; NONCE]>();
        let bound = place.bound();
        let payload = Payload {
            msg: secret,
            aad: &bound,
        };
        let sealed = self
            .0
            .cipher
            .encrypt(&XNonce::from(nonce), payload)
            .map_err(|_| place.unopenable())?;
        Ok([&[VERSION][..], &nonce, &sealed].concat())
    }

    /// Opens what was sealed for that place.
    pub(crate) fn open(&self, place: Place<'_>, sealed: &[u8]) -> Result<Vec<u8>, VaultError> {
        let unopenable = || place.unopenable();
        let (version, rest) = sealed.split_first().ok_or_else(unopenable)?;
        let (nonce, sealed) = rest
            .split_first_chunk::<NONCE>()
            .filter(|_| *version == VERSION)
            .ok_or_else(unopenable)?;
        let bound = place.bound();
        let payload = Payload {
            msg: sealed,
            aad: &bound,
        };
        self.0
            .cipher
            .decrypt(&XNonce::from(*nonce), payload)
            .map_err(|_| unopenable())
    }
}

impl Place<'_> {
    fn bound(&self) -> Vec<u8> {
        [self.table, self.column, self.row].join("\0").into_bytes()
    }

    const fn unopenable(&self) -> VaultError {
        VaultError::Unopenable {
            table: self.table,
            column: self.column,
        }
    }
}

fn derive(master: &Hkdf<Sha256>, purpose: &str) -> [u8; 32] {
    let mut key = [0; 32];
    // 32 bytes are less than the 255 blocks that HKDF can give, its only limit.
    let _ = master.expand(purpose.as_bytes(), &mut key);
    key
}

#[cfg(test)]
mod tests {
    use super::*;

    const SEED: Place<'_> = Place {
        table: "totp_factors",
        column: "secret",
        row: "1",
    };

    fn vault() -> Vault {
        Vault::new(&Vault::new_key()).unwrap()
    }

    #[test]
    fn what_is_sealed_is_opened_in_its_place_only() {
        let vault = vault();
        let sealed = vault.seal(SEED, b"seed").unwrap();
        assert_eq!(vault.open(SEED, &sealed).unwrap(), b"seed");
        for elsewhere in [
            Place { row: "2", ..SEED },
            Place {
                column: "x",
                ..SEED
            },
            Place { table: "x", ..SEED },
        ] {
            assert!(vault.open(elsewhere, &sealed).is_err());
        }
    }

    #[test]
    fn another_key_or_a_changed_byte_opens_nothing() {
        let vault = vault();
        let sealed = vault.seal(SEED, b"seed").unwrap();
        assert!(self::vault().open(SEED, &sealed).is_err());
        for index in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[index] ^= 1;
            assert!(vault.open(SEED, &changed).is_err(), "{index}");
        }
        assert!(vault.open(SEED, &sealed[..10]).is_err());
    }

    #[test]
    fn the_same_secret_is_sealed_differently_each_time() {
        let vault = vault();
        assert_ne!(
            vault.seal(SEED, b"seed").unwrap(),
            vault.seal(SEED, b"seed").unwrap()
        );
    }

    #[test]
    fn a_weak_key_is_refused() {
        for weak in [
            "",
            "secret",
            &STANDARD.encode([0; 32]),
            &STANDARD.encode([7; 31]),
        ] {
            assert!(Vault::new(&SecretString::from(weak)).is_err(), "{weak}");
        }
    }
}
