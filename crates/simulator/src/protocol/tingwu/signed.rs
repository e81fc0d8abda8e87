//! Who is calling: the signature of the `OpenAPI`, checked in full.

use std::{convert::Infallible, time::Duration};

use axum::extract::{FromRequest, Request};
use http::{Method, header::AUTHORIZATION};

use crate::{
    Handle, Refusal,
    acs3::{Authorization, Signed, payload_hash},
    calendar::Stamp,
    protocol::entry::Entry,
};

const VERSION: &str = "2023-09-30";
/// How far a client's clock may be off, and how long a nonce can't be used again.
const SKEW: Duration = Duration::from_millis(SKEW_MS);
const SKEW_MS: u64 = 15 * 60_000;

/// A request to the `OpenAPI`. Whether it is signed is seen when its entry is asked for.
pub(super) struct Caller {
    entry: Entry,
    method: Method,
}

impl FromRequest<Handle> for Caller {
    type Rejection = Infallible;

    async fn from_request(request: Request, handle: &Handle) -> Result<Self, Infallible> {
        let method = request.method().clone();
        let entry = Entry::from_request(request, handle).await?;
        Ok(Self { entry, method })
    }
}

impl Caller {
    /// The ids of the `OpenAPI` are written in capitals.
    pub(super) fn request_id(&self) -> String {
        self.entry.id.0.to_uppercase()
    }

    /// The request, once it is certain who has signed it and that it is meant for `action`.
    pub(super) fn entry(&self, action: &str) -> Result<&Entry, Refusal> {
        self.check_signature()?;
        if self.entry.header("x-acs-version") != Some(VERSION) {
            let message = "Specified parameter Version is not valid.";
            return Err(Refusal::new(400, "InvalidVersion", message));
        }
        if self.entry.header("x-acs-action") != Some(action) {
            let message = "Specified api is not found, please check your url and method.";
            return Err(Refusal::new(404, "InvalidAction.NotFound", message));
        }
        Ok(&self.entry)
    }

    fn check_signature(&self) -> Result<(), Refusal> {
        let entry = &self.entry;
        let header = entry.header(AUTHORIZATION.as_str());
        let authorization = header
            .and_then(Authorization::parse)
            .ok_or_else(|| incomplete("The signature is missing or of an unknown algorithm."))?;
        let headers: Vec<(String, String)> = entry
            .headers
            .iter()
            .map(|(name, value)| {
                let value = String::from_utf8_lossy(value.as_bytes());
                (name.as_str().to_owned(), value.into_owned())
            })
            .collect();
        let options = entry.handle.options();
        let known = options
            .access_keys
            .iter()
            .find(|key| key.id == authorization.access_key);
        let Some(known) = known else {
            let message = "Specified access key is not found.";
            return Err(Refusal::new(404, "InvalidAccessKeyId.NotFound", message));
        };
        if known.id.starts_with("STS.") && entry.header("x-acs-security-token").is_none() {
            let message = "SecurityToken is required for this access key.";
            return Err(Refusal::new(400, "MissingSecurityToken", message));
        }
        check_date(entry.header("x-acs-date"))?;
        if !authorization.covers(&headers) {
            return Err(incomplete(
                "Not all headers that must be signed are signed.",
            ));
        }
        let request = Signed {
            method: self.method.as_str(),
            path: entry.uri.path(),
            query: entry.uri.query().unwrap_or_default(),
            headers: &headers,
            body: &entry.body,
        };
        let hash = entry.header("x-acs-content-sha256");
        if hash != Some(payload_hash(&entry.body).as_str())
            || !authorization.is_signed_with(&known.secret, request)
        {
            let message = format!(
                "Specified signature does not match our calculation. server string to sign is:{}",
                authorization.string_to_sign(request)
            );
            return Err(Refusal::new(400, "SignatureDoesNotMatch", message));
        }
        let nonce = entry.header("x-acs-signature-nonce").unwrap_or_default();
        if nonce.is_empty() {
            return Err(incomplete("x-acs-signature-nonce is missing."));
        }
        if !entry.handle.meetings().is_fresh(nonce, SKEW) {
            let message = "Specified signature nonce was used already.";
            return Err(Refusal::new(400, "SignatureNonceUsed", message));
        }
        Ok(())
    }
}

fn check_date(date: Option<&str>) -> Result<(), Refusal> {
    let Some(Stamp(at)) = date.and_then(Stamp::from_iso) else {
        let message = "Specified time stamp or date value is not well formatted.";
        return Err(Refusal::new(400, "InvalidTimeStamp.Format", message));
    };
    if Stamp::now().0.abs_diff(at) > SKEW_MS {
        let message = "Specified time stamp or date value is expired.";
        return Err(Refusal::new(400, "InvalidTimeStamp.Expired", message));
    }
    Ok(())
}

fn incomplete(message: &str) -> Refusal {
    Refusal::new(400, "IncompleteSignature", message)
}
