//! OpenID Connect: a code becomes an ID token, and that must be signed by its issuer, for this site, now, for this very
//! question.

use std::str::FromStr as _;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, Utc};
use model::{Email, Millis};
use openidconnect::{
    ClaimsVerificationError, ClientId, IssuerUrl, Nonce, SignatureVerificationError,
    core::{CoreIdToken, CoreIdTokenVerifier, CoreJsonWebKeySet, CoreJwsSigningAlgorithm},
};
use serde_json::{Map, Value};

use super::{
    Person, Provider,
    person::is_true,
    refused,
    web::{Elsewhere, Exchange, unavailable},
};
use crate::identity::IdentityError;

/// By keys that only the provider has. None of them is `none`, and none is the client's own secret.
const ALGORITHMS: [CoreJwsSigningAlgorithm; 4] = [
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256,
    CoreJwsSigningAlgorithm::RsaSsaPssSha256,
    CoreJwsSigningAlgorithm::EcdsaP256Sha256,
    CoreJwsSigningAlgorithm::EdDsa,
];

/// How `acr` says that more than one factor was shown, besides `mfa`.
const MULTI_FACTOR: &str = "http://schemas.openid.net/pape/policies/2007/06/multi-factor";

/// No subject is longer (OpenID Connect Core, 2).
const LONGEST_SUBJECT: usize = 255;

/// Whom the provider vouches for. `named` is whether its answer named it already.
pub(super) async fn ask(
    elsewhere: &Elsewhere,
    provider: &Provider,
    exchange: &Exchange<'_>,
    nonce: &str,
    named: bool,
    now: Millis,
) -> Result<Person, IdentityError> {
    let known = elsewhere.discovered(provider, now).await?;
    if known.names_itself && !named {
        return Err(refused("it did not name itself"));
    }
    let tokens = elsewhere
        .exchange(
            provider,
            &known.token_endpoint,
            known.secret_in_form,
            exchange,
        )
        .await?;
    let token = tokens["id_token"]
        .as_str()
        .ok_or_else(|| refused("no ID token"))?;
    let said = match verify(provider, &known.keys, token, nonce, now) {
        // It may sign with a key that it has since yesterday.
        Err(Unfit::Key) => {
            let known = elsewhere.rediscovered(provider, now).await?;
            verify(provider, &known.keys, token, nonce, now)
        }
        other => other,
    };
    let said = said.map_err(|unfit| match unfit {
        Unfit::Key => refused("the ID token is signed by a key that is not the provider's"),
        Unfit::Token(why) => IdentityError::ProviderRefused(why),
    })?;
    let mut person = person(&said)?;
    let access = tokens["access_token"].as_str();
    if let (Some(address), Some(access)) = (&known.userinfo_endpoint, access) {
        let more = elsewhere.get(address, Some(access)).await?;
        add(&mut person, &more)?;
    }
    Ok(person)
}

enum Unfit {
    /// No key fits.
    Key,
    Token(String),
}

/// What the token says, once it is shown to be the provider's answer.
fn verify(
    provider: &Provider,
    keys: &CoreJsonWebKeySet,
    token: &str,
    nonce: &str,
    now: Millis,
) -> Result<Map<String, Value>, Unfit> {
    let unfit = |why: &str| Unfit::Token(why.to_owned());
    let parsed = CoreIdToken::from_str(token).map_err(|_| unfit("the ID token can't be read"))?;
    let issuer = IssuerUrl::new(provider.issuer.clone()).map_err(|_| unfit("no issuer"))?;
    let time: DateTime<Utc> =
        DateTime::from_timestamp_millis(now.get()).ok_or_else(|| unfit("no time"))?;
    let verifier = CoreIdTokenVerifier::new_public_client(
        ClientId::new(provider.client_id.clone()),
        issuer,
        keys.clone(),
    )
    .set_allowed_algs(ALGORITHMS)
    .set_time_fn(move || time);
    match parsed.claims(&verifier, &Nonce::new(nonce.to_owned())) {
        Ok(_) => {}
        Err(ClaimsVerificationError::SignatureVerification(
            SignatureVerificationError::NoMatchingKey,
        )) => return Err(Unfit::Key),
        Err(error) => return Err(Unfit::Token(kind_of(&error).to_owned())),
    }
    // The same bytes that were verified, with the claims that the library does not know.
    let payload = token.split('.').nth(1).unwrap_or_default();
    let payload = URL_SAFE_NO_PAD
        .decode(payload)
        .map_err(|_| unfit("the ID token can't be read"))?;
    let said: Map<String, Value> =
        serde_json::from_slice(&payload).map_err(|_| unfit("the ID token can't be read"))?;
    let is = |claim: &str, wanted: &str| said.get(claim).and_then(Value::as_str) == Some(wanted);
    if !is("iss", &provider.issuer) {
        return Err(unfit("the ID token is another issuer's"));
    }
    if said.contains_key("azp") && !is("azp", &provider.client_id) {
        return Err(unfit("the ID token is another client's"));
    }
    Ok(said)
}

/// Why a token does not do, without what is in it.
fn kind_of(error: &ClaimsVerificationError) -> &'static str {
    match error {
        ClaimsVerificationError::Expired(_) => "the ID token is over",
        ClaimsVerificationError::InvalidAudience(_) => "the ID token is for somebody else",
        ClaimsVerificationError::InvalidIssuer(_) => "the ID token is another issuer's",
        ClaimsVerificationError::InvalidNonce(_) => "the ID token answers another question",
        ClaimsVerificationError::SignatureVerification(_) => "the ID token's signature",
        _ => "the ID token does not fit",
    }
}

fn person(said: &Map<String, Value>) -> Result<Person, IdentityError> {
    let text = |claim: &str| said.get(claim).and_then(Value::as_str);
    let subject = text("sub")
        .filter(|subject| (1..=LONGEST_SUBJECT).contains(&subject.len()))
        .ok_or_else(|| refused("no subject"))?;
    let methods = said.get("amr").and_then(Value::as_array);
    let two_factors = methods.is_some_and(|methods| methods.iter().any(|method| method == "mfa"))
        || matches!(text("acr"), Some("mfa" | MULTI_FACTOR));
    Ok(Person {
        subject: subject.to_owned(),
        email: text("email").and_then(|email| Email::parse(email).ok()),
        verified: is_true(said.get("email_verified")),
        name: text("name")
            .or(text("preferred_username"))
            .map(str::to_owned),
        two_factors,
        proved_at_s: said.get("auth_time").and_then(Value::as_i64),
        claims: said.clone(),
    })
}

/// What the provider's interface knows besides. The ID token's word comes first, and how somebody proved who they are
/// is its word alone.
fn add(person: &mut Person, more: &Value) -> Result<(), IdentityError> {
    let more = more
        .as_object()
        .ok_or_else(|| unavailable("who it is can't be read"))?;
    let text = |claim: &str| more.get(claim).and_then(Value::as_str);
    if text("sub") != Some(&person.subject) {
        return Err(refused("the interface tells of somebody else"));
    }
    // An address and whether it is verified belong together.
    if person.email.is_none() {
        person.email = text("email").and_then(|email| Email::parse(email).ok());
        person.verified = is_true(more.get("email_verified"));
    }
    if person.name.is_none() {
        person.name = text("name")
            .or(text("preferred_username"))
            .map(str::to_owned);
    }
    for (claim, value) in more {
        let entry = person.claims.entry(claim.clone());
        entry.or_insert_with(|| value.clone());
    }
    Ok(())
}
