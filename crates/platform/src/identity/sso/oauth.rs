//! OAuth 2.0 with an interface of the provider's own for who somebody is.

use model::Email;
use serde_json::{Map, Value};

use super::{
    OAuthInterface, Person, Provider,
    person::{find, is_true, text_of},
    refused,
    web::{Elsewhere, Exchange, unavailable},
};
use crate::identity::IdentityError;

/// Whom the provider's interface tells of.
pub(super) async fn ask(
    elsewhere: &Elsewhere,
    provider: &Provider,
    interface: &OAuthInterface,
    exchange: &Exchange<'_>,
) -> Result<Person, IdentityError> {
    let tokens = elsewhere
        .exchange(provider, &interface.token_url, true, exchange)
        .await?;
    let access = tokens["access_token"]
        .as_str()
        .ok_or_else(|| refused("no access token"))?;
    let said = elsewhere.get(&interface.userinfo_url, Some(access)).await?;
    let Value::Object(said) = said else {
        return Err(unavailable("who it is can't be read"));
    };
    let mut person = person(interface, said)?;
    if let Some(address) = &interface.emails_url {
        let emails = elsewhere.get(address, Some(access)).await?;
        (person.email, person.verified) = (primary(&emails), true);
        person.verified &= person.email.is_some();
    }
    Ok(person)
}

fn person(interface: &OAuthInterface, said: Map<String, Value>) -> Result<Person, IdentityError> {
    let text = |field: &str| find(&said, field).and_then(text_of);
    let subject = text(&interface.subject_field)
        .filter(|subject| (1..=255).contains(&subject.len()))
        .ok_or_else(|| refused("no subject"))?;
    let verified = interface.email_verified_field.as_deref();
    Ok(Person {
        subject,
        email: text(&interface.email_field).and_then(|email| Email::parse(email).ok()),
        verified: verified.is_some_and(|field| is_true(find(&said, field))),
        name: text(&interface.name_field),
        two_factors: false,
        proved_at_s: None,
        claims: said,
    })
}

/// The address that is both primary and verified.
fn primary(emails: &Value) -> Option<Email> {
    let ours = |it: &&Value| it["primary"] == true && it["verified"] == true;
    let email = emails.as_array()?.iter().find(ours)?["email"].as_str()?;
    Email::parse(email).ok()
}
