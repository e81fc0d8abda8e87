//! What stands in a path and in a query.

use std::str::FromStr;

use axum::extract::{FromRequestParts, Path, Query};
use http::{StatusCode, request::Parts};
use model::FailureCode;
use serde::de::DeserializeOwned;

use super::{problem::Problem, problem_words::Fault};

/// The id in a path. What is none is an id that nothing has.
pub(super) struct At<T>(pub(super) T);

/// A thing in a path, and a part of it. What is none is one that nothing has.
pub(super) struct Within<T, U>(pub(super) T, pub(super) U);

/// The parameters of a query. Their type must refuse names that it does not know.
pub(super) struct Asked<T>(pub(super) T);

impl<T: FromStr + Send, S: Send + Sync> FromRequestParts<S> for At<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let path = Path::<String>::from_request_parts(parts, state).await;
        let id = path.ok().and_then(|Path(text)| text.parse().ok());
        id.map(Self)
            .ok_or_else(|| Problem::of(FailureCode::NotFound))
    }
}

impl<T: FromStr + Send, U: FromStr + Send, S: Send + Sync> FromRequestParts<S> for Within<T, U> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let path = Path::<(String, String)>::from_request_parts(parts, state).await;
        let read = path
            .ok()
            .and_then(|Path((whole, part))| Some(Self(whole.parse().ok()?, part.parse().ok()?)));
        read.ok_or_else(|| Problem::of(FailureCode::NotFound))
    }
}

impl<T: DeserializeOwned, S: Sync> FromRequestParts<S> for Asked<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Problem> {
        let query = Query::<T>::try_from_uri(&parts.uri);
        let query = query.map(|Query(query)| Self(query));
        query.map_err(|_| Problem::unreadable(StatusCode::BAD_REQUEST, Fault::Query))
    }
}
