//! `GET /transcripts/{id}/export`: a transcript as a file, as its page asks for it.

use axum::{
    extract::{Extension, Path, Query, State},
    response::{IntoResponse, Response},
};
use http::{
    HeaderValue,
    header::{CONTENT_DISPOSITION, CONTENT_TYPE},
};
use model::{FailureCode, transcript::ExportFormat};
use platform::{Error, Services, Visitor, transcripts::Exported};
use serde::Deserialize;
use tower_sessions::Session;

use crate::{account::back_to, files::attachment, health::Readiness};

/// As what.
#[derive(Deserialize)]
pub(crate) struct Asked {
    #[serde(default)]
    format: String,
    #[serde(default)]
    translation: String,
    /// The page's language.
    #[serde(default)]
    language: String,
}

/// The file.
pub(crate) async fn export(
    State((services, _)): State<(Services, Readiness)>,
    session: Session,
    Extension(visitor): Extension<Visitor>,
    Path(id): Path<String>,
    Query(asked): Query<Asked>,
) -> Response {
    let exported = async {
        let caller = services.identity.caller(&session, &visitor).await?;
        let format = ExportFormat::from_name(&asked.format);
        let format = format.ok_or(Error::Refused(FailureCode::BadRequest))?;
        let translation = Some(asked.translation.as_str()).filter(|language| !language.is_empty());
        let chinese = asked.language.starts_with("zh");
        services
            .transcripts
            .export(&caller, id.parse()?, format, translation, chinese)
            .await
    };
    match exported.await {
        Ok(exported) => file(exported),
        Err(error) => back_to("/transcripts", &error),
    }
}

/// The file to keep.
pub(crate) fn file(exported: Exported) -> Response {
    let headers = [
        (CONTENT_TYPE, HeaderValue::from_static(exported.mime)),
        (CONTENT_DISPOSITION, attachment(&exported.name)),
    ];
    (headers, exported.bytes).into_response()
}
