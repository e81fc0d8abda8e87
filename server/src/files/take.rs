//! Taking files in that come with one request. What may be cut on the way comes by `/uploads`.

use axum::{
    extract::{FromRequest, Multipart, Request, multipart::MultipartError},
    http::{HeaderMap, header::CONTENT_LENGTH, header::CONTENT_TYPE},
};
use futures_util::TryStreamExt;
use model::{FileName, FileView};
use platform::{
    Services,
    files::{FilesError, NewFile},
    identity::Caller,
};
use serde::Deserialize;

/// Files of one form at most.
const MOST: usize = 20;

/// What a file is called that is sent as it is.
#[derive(Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct Named {
    /// What the file is called, 1 to 200 characters. An extension must fit the content; a missing one is added.
    pub(crate) name: Option<String>,
}

/// Takes the body as a file, of the type that `Content-Type` says.
pub(crate) async fn whole(
    services: &Services,
    caller: &Caller,
    named: Named,
    request: Request,
) -> Result<FileView, FilesError> {
    let limit = services.files.largest_upload();
    let headers = request.headers();
    let length = stated_length(headers);
    if length.is_some_and(|length| length > limit) {
        return Err(FilesError::TooLarge);
    }
    let name = FileName::parse(named.name.as_deref().unwrap_or("file"))?;
    let declared = headers.get(CONTENT_TYPE);
    let declared = declared.and_then(|kind| kind.to_str().ok());
    // What `curl --data-binary` says when nobody told it.
    let declared = declared.filter(|kind| *kind != "application/x-www-form-urlencoded");
    let file = NewFile::upload(name, declared.map(str::to_owned)).of_length(length);
    let body = request.into_body().into_data_stream();
    services.files.store(caller.user(), file, body, limit).await
}

/// Takes the files of a form, in their order; other fields are passed over.
pub(super) async fn form(
    services: &Services,
    caller: &Caller,
    request: Request,
) -> Result<Vec<FileView>, FilesError> {
    let limit = services.files.largest_upload();
    let unreadable = |error: MultipartError| FilesError::Interrupted(error.into());
    let form = Multipart::from_request(request, &()).await;
    let mut form = form.map_err(|error| FilesError::Interrupted(error.into()))?;
    let mut taken = Vec::new();
    while let Some(field) = form.next_field().await.map_err(unreadable)? {
        // A field without a name of a file is none; a browser sends an empty one where none was chosen.
        let Some(name) = field.file_name().filter(|name| !name.is_empty()) else {
            continue;
        };
        if taken.len() == MOST {
            return Err(FilesError::TooMany);
        }
        let declared = field.content_type().map(str::to_owned);
        let file = NewFile::upload(FileName::parse(name)?, declared);
        let bytes = field.map_err(unreadable);
        let stored = services.files.store(caller.user(), file, bytes, limit);
        taken.push(stored.await?);
    }
    Ok(taken)
}

fn stated_length(headers: &HeaderMap) -> Option<u64> {
    headers.get(CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}
