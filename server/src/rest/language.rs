//! The caller's language, for letters to others.

use app::language::Language as Spoken;
use axum::extract::FromRequestParts;
use http::{header::ACCEPT_LANGUAGE, request::Parts};
use platform::mail::Language;

use super::problem::Problem;

/// What `Accept-Language` asks for; English otherwise.
pub(super) struct In(pub(super) Language);

impl<S: Sync> FromRequestParts<S> for In {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Problem> {
        let header = parts.headers.get(ACCEPT_LANGUAGE);
        let header = header.and_then(|value| value.to_str().ok());
        Ok(Self(match Spoken::accepted(header.unwrap_or_default()) {
            Spoken::En => Language::En,
            Spoken::Zh => Language::Zh,
        }))
    }
}
