//! Tokens that nobody should have made.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use ed25519_dalek::{SigningKey, pkcs8::EncodePrivateKey};
use jsonwebtoken::{Algorithm, EncodingKey, Header, crypto, encode};
use model::{BuiltIn, FailureCode};
use secrecy::ExposeSecret;
use serde_json::{Value, json};

use super::{House, bearer, device, on_both, person};
use crate::clock::Clock;

const REFUSED: Result<(), FailureCode> = Err(FailureCode::InvalidToken);

/// A true token taken apart, and our own key to sign others with.
struct Forge<'a> {
    house: &'a House,
    header: Value,
    claims: Value,
    key: EncodingKey,
}

impl<'a> Forge<'a> {
    async fn at(house: &'a House) -> Self {
        let user = person(house, BuiltIn::Member).await;
        let tokens = device(house, user).await;
        let parts: Vec<&str> = tokens.access_token.expose_secret().split('.').collect();
        let (_, key) = house.identity.signing_key(house.clock.now()).await.unwrap();
        Self {
            house,
            header: decoded(parts[0]),
            claims: decoded(parts[1]),
            key,
        }
    }

    /// Signed with our key, whatever the header says.
    fn signed(&self, header: &Value, claims: &Value) -> String {
        signed_by(&self.key, header, claims)
    }

    fn with_header(&self, name: &str, value: Value) -> String {
        self.signed(&changed(&self.header, name, value), &self.claims)
    }

    fn with_claim(&self, name: &str, value: Value) -> String {
        self.signed(&self.header, &changed(&self.claims, name, value))
    }

    async fn refuses(&self, why: &str, token: &str) {
        assert_eq!(bearer(self.house, token).await.map(drop), REFUSED, "{why}");
    }

    async fn accepts(&self, why: &str, token: &str) {
        assert_eq!(bearer(self.house, token).await.map(drop), Ok(()), "{why}");
    }
}

fn signed_by(key: &EncodingKey, header: &Value, claims: &Value) -> String {
    let message = format!("{}.{}", encoded(header), encoded(claims));
    let signature = crypto::sign(message.as_bytes(), key, Algorithm::EdDSA).unwrap();
    format!("{message}.{signature}")
}

/// `Null` takes the field out.
fn changed(object: &Value, name: &str, value: Value) -> Value {
    let mut object = object.clone();
    let fields = object.as_object_mut().unwrap();
    if value.is_null() {
        fields.remove(name);
    } else {
        fields.insert(name.to_owned(), value);
    }
    object
}

fn encoded(value: &Value) -> String {
    URL_SAFE_NO_PAD.encode(value.to_string())
}

fn decoded(part: &str) -> Value {
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap()
}

fn stranger() -> (SigningKey, EncodingKey) {
    let key = SigningKey::from_bytes(&[7; 32]);
    let der = key.to_pkcs8_der().unwrap();
    let encoding = EncodingKey::from_ed_der(der.as_bytes());
    (key, encoding)
}

/// SE-19.
#[tokio::test]
async fn only_our_signature_of_the_one_kind_counts() {
    on_both(async |db| {
        let house = House::on(&db);
        let forge = Forge::at(&house).await;
        let (header, claims) = (&forge.header, &forge.claims);
        let good = forge.signed(header, claims);
        forge.accepts("the untouched token", &good).await;

        let (message, signature) = good.rsplit_once('.').unwrap();
        forge.refuses("no signature", &format!("{message}.")).await;
        forge.refuses("no third part", message).await;
        for alg in ["none", "None", "NONE", "HS256", "RS256", "ES256", "ed25519"] {
            let header = encoded(&changed(header, "alg", json!(alg)));
            let message = format!("{header}.{}", encoded(claims));
            forge.refuses(alg, &format!("{message}.")).await;
            forge.refuses(alg, &format!("{message}.{signature}")).await;
        }
        forge
            .refuses("no alg", &forge.with_header("alg", Value::Null))
            .await;

        // The public key is public: it must not do as an HMAC secret.
        let keys = house.identity.jwks().await.unwrap();
        let x = keys["keys"][0]["x"].as_str().unwrap();
        let public = URL_SAFE_NO_PAD.decode(x).unwrap();
        let mut symmetric = Header::new(Algorithm::HS256);
        symmetric.typ = Some("at+jwt".to_owned());
        symmetric.kid = header["kid"].as_str().map(str::to_owned);
        for secret in [&public[..], x.as_bytes(), b""] {
            let token = encode(&symmetric, claims, &EncodingKey::from_secret(secret)).unwrap();
            forge.refuses("HMAC with the public key", &token).await;
        }

        let (_, other) = stranger();
        forge
            .refuses("another's key", &signed_by(&other, header, claims))
            .await;
        let bytes = URL_SAFE_NO_PAD.decode(signature).unwrap();
        for index in 0..bytes.len() {
            let mut bytes = bytes.clone();
            bytes[index] ^= 1;
            let token = format!("{message}.{}", URL_SAFE_NO_PAD.encode(bytes));
            forge.refuses("a changed signature", &token).await;
        }
        let (_, tail) = good.split_once('.').unwrap();
        let other_header = encoded(&changed(header, "cty", json!("x")));
        forge
            .refuses("another header", &format!("{other_header}.{tail}"))
            .await;
    })
    .await;
}

/// SE-20.
#[tokio::test]
async fn where_a_token_says_its_key_is_to_be_found_is_ignored() {
    on_both(async |db| {
        let house = House::on(&db);
        let forge = Forge::at(&house).await;
        let (key, other) = stranger();
        let x = URL_SAFE_NO_PAD.encode(key.verifying_key().as_bytes());
        let jwk = json!({ "kty": "OKP", "crv": "Ed25519", "alg": "EdDSA", "x": x });
        for (name, value) in [
            ("jku", json!("http://127.0.0.1:1/keys.json")),
            ("x5u", json!("http://127.0.0.1:1/chain.pem")),
            ("jwk", jwk),
            ("x5c", json!(["MIIB"])),
        ] {
            let header = changed(&forge.header, name, value);
            let foreign = signed_by(&other, &header, &forge.claims);
            forge.refuses(name, &foreign).await;
            let without_kid = changed(&header, "kid", Value::Null);
            let foreign = signed_by(&other, &without_kid, &forge.claims);
            forge.refuses(name, &foreign).await;
            forge
                .accepts(name, &forge.signed(&header, &forge.claims))
                .await;
        }
        for kid in [
            json!("01990000-0000-7000-8000-000000000000"),
            json!("../../etc/passwd"),
            json!("' OR '1'='1"),
            json!(""),
            Value::Null,
        ] {
            let why = kid.to_string();
            forge.refuses(&why, &forge.with_header("kid", kid)).await;
        }
    })
    .await;
}

/// SE-21.
#[tokio::test]
async fn a_token_is_good_in_its_time_only() {
    on_both(async |db| {
        let house = House::on(&db);
        let forge = Forge::at(&house).await;
        let now = house.clock.now().get() / 1000;
        for (name, seconds, good) in [
            ("exp", now - 29, true),
            ("exp", now - 31, false),
            ("exp", i64::MIN, false),
            ("nbf", now + 29, true),
            ("nbf", now + 31, false),
            ("nbf", i64::MAX, false),
        ] {
            let token = forge.with_claim(name, json!(seconds));
            let why = format!("{name} {seconds}");
            if good {
                forge.accepts(&why, &token).await;
            } else {
                forge.refuses(&why, &token).await;
            }
        }
        for name in ["exp", "nbf", "iat"] {
            forge
                .refuses(name, &forge.with_claim(name, Value::Null))
                .await;
            forge
                .refuses(name, &forge.with_claim(name, json!("9999999999")))
                .await;
        }
        let token = forge.signed(&forge.header, &forge.claims);
        house.clock.advance(15 * 60_000 + 29_000);
        forge.accepts("within the leeway", &token).await;
        house.clock.advance(2_000);
        forge.refuses("after it", &token).await;
    })
    .await;
}

/// SE-22.
#[tokio::test]
async fn a_token_for_something_or_somebody_else_is_refused() {
    on_both(async |db| {
        let house = House::on(&db);
        let forge = Forge::at(&house).await;
        let audience = forge.claims["aud"].clone();
        let issuer = forge.claims["iss"].clone();
        for (name, value) in [
            ("purpose", json!("refresh")),
            ("purpose", json!("")),
            ("aud", json!("https://elsewhere.example/rest/v1")),
            ("aud", json!([audience])),
            ("aud", json!([audience, "https://elsewhere.example"])),
            ("iss", json!("https://elsewhere.example")),
            ("iss", json!([issuer])),
            ("iss", json!(format!("{}/", issuer.as_str().unwrap()))),
            ("sub", json!("01990000-0000-7000-8000-000000000000")),
            ("fam", json!("01990000-0000-7000-8000-000000000000")),
        ] {
            let why = format!("{name} {value}");
            forge.refuses(&why, &forge.with_claim(name, value)).await;
            forge
                .refuses(name, &forge.with_claim(name, Value::Null))
                .await;
        }
        for typ in [json!("JWT"), json!("rt+jwt"), json!(""), Value::Null] {
            let why = typ.to_string();
            forge.refuses(&why, &forge.with_header("typ", typ)).await;
        }
        // What must be understood and is not.
        forge
            .refuses("crit", &forge.with_header("crit", json!(["exp"])))
            .await;
    })
    .await;
}

/// SE-22: a device's token names its owner; another's name on it is nobody.
#[tokio::test]
async fn another_persons_name_on_a_device_is_refused() {
    on_both(async |db| {
        let house = House::on(&db);
        let forge = Forge::at(&house).await;
        let other = person(&house, BuiltIn::Owner).await;
        let token = forge.with_claim("sub", json!(other));
        forge.refuses("the owner's name", &token).await;
    })
    .await;
}

/// SE-22.
#[tokio::test]
async fn no_credential_does_for_another_kind() {
    on_both(async |db| {
        let house = House::on(&db);
        let lin = person(&house, BuiltIn::Member).await;
        let tokens = device(&house, lin).await;
        let (access, refresh) = (
            tokens.access_token.expose_secret(),
            tokens.refresh_token.expose_secret(),
        );
        let dressed = format!("lt-{}", refresh.trim_start_matches("ltr-"));
        let long = "a".repeat(100_000);
        for wrong in [
            refresh, &dressed, "", ".", "..", "lt-", "ltr-", "\0", "Bearer", &long,
        ] {
            assert_eq!(
                bearer(&house, wrong).await.map(drop),
                REFUSED,
                "{wrong:.20}"
            );
        }
        let visitor = crate::visitor::Visitor::default();
        let refreshed = house.identity.refresh_tokens(access, &visitor).await;
        assert_eq!(super::code(refreshed.map(drop)), REFUSED);
    })
    .await;
}
