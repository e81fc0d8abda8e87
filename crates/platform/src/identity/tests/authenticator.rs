//! An authenticator in software: it makes one passkey and answers with it, rightly or with one thing wrong.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD as BASE64};
use p256::ecdsa::{Signature, SigningKey, signature::Signer};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

/// A person was there.
pub(super) const PRESENT: u8 = 0x01;
/// The device has verified who it was.
pub(super) const VERIFIED: u8 = 0x04;
/// A new key follows.
const ATTESTED: u8 = 0x40;

/// It, and what it claims.
pub(super) struct Authenticator {
    key: SigningKey,
    pub(super) id: Vec<u8>,
    /// The account that it keeps beside the key.
    pub(super) user: Option<Vec<u8>>,
    pub(super) counter: u32,
    pub(super) flags: u8,
    pub(super) origin: String,
    pub(super) host: String,
    /// What the browser says that it did, instead of what it did.
    pub(super) kind: Option<&'static str>,
}

impl Authenticator {
    pub(super) fn new() -> Self {
        let secret: [u8; 32] = rand::random();
        Self {
            key: SigningKey::from_bytes(&secret.into()).unwrap(),
            id: rand::random::<[u8; 16]>().to_vec(),
            user: None,
            counter: 0,
            flags: PRESENT | VERIFIED,
            origin: "https://ai.example.com".to_owned(),
            host: "ai.example.com".to_owned(),
            kind: None,
        }
    }

    /// `navigator.credentials.create`, and its answer as JSON.
    pub(super) fn create(&mut self, options: &Value) -> String {
        let options = &options["publicKey"];
        self.user = Some(bytes(&options["user"]["id"]));
        let client = self.client_data("webauthn.create", options);
        let length = u16::try_from(self.id.len()).unwrap();
        let data = [
            &self.data(ATTESTED)[..],
            &[0; 16],
            &length.to_be_bytes(),
            &self.id,
            &self.public_key(),
        ]
        .concat();
        let length = u16::try_from(data.len()).unwrap();
        let object = [
            b"\xa3\x63fmt\x64none\x67attStmt\xa0\x68authData\x59".as_slice(),
            &length.to_be_bytes(),
            &data,
        ]
        .concat();
        self.answer(&json!({
            "attestationObject": BASE64.encode(object),
            "clientDataJSON": BASE64.encode(client),
        }))
    }

    /// `navigator.credentials.get`, and its answer as JSON.
    pub(super) fn get(&mut self, options: &Value) -> String {
        let client = self.client_data("webauthn.get", &options["publicKey"]);
        let data = self.data(0);
        let signed = [&data[..], &Sha256::digest(&client)].concat();
        let signature: Signature = self.key.sign(&signed);
        self.answer(&json!({
            "authenticatorData": BASE64.encode(data),
            "clientDataJSON": BASE64.encode(client),
            "signature": BASE64.encode(signature.to_der()),
            "userHandle": self.user.as_ref().map(|user| BASE64.encode(user)),
        }))
    }

    fn answer(&self, response: &Value) -> String {
        let id = BASE64.encode(&self.id);
        json!({
            "id": id,
            "rawId": id,
            "type": "public-key",
            "response": response,
            "clientExtensionResults": {},
        })
        .to_string()
    }

    fn client_data(&self, kind: &str, options: &Value) -> Vec<u8> {
        json!({
            "type": self.kind.unwrap_or(kind),
            "challenge": options["challenge"],
            "origin": self.origin,
            "crossOrigin": false,
        })
        .to_string()
        .into_bytes()
    }

    fn data(&self, more: u8) -> Vec<u8> {
        [
            &Sha256::digest(&self.host)[..],
            &[self.flags | more],
            &self.counter.to_be_bytes(),
        ]
        .concat()
    }

    /// COSE: an elliptic curve's key (2) for ES256 (-7) on P-256 (1).
    fn public_key(&self) -> Vec<u8> {
        let point = self.key.verifying_key().to_encoded_point(false);
        [
            &[0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21, 0x58, 0x20],
            &point.x().unwrap()[..],
            &[0x22, 0x58, 0x20],
            &point.y().unwrap()[..],
        ]
        .concat()
    }
}

fn bytes(text: &Value) -> Vec<u8> {
    BASE64.decode(text.as_str().unwrap()).unwrap()
}

/// How many bits the challenge has.
pub(super) fn challenge_bits(options: &Value) -> usize {
    8 * bytes(&options["publicKey"]["challenge"]).len()
}
