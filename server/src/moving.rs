//! Conversations that leave as a file or on paper, and those that come in a file.

use app::glue::with_query;
use axum::{
    body::Body,
    extract::{
        Extension, Form, Multipart, Path, Query, State,
        multipart::{MultipartError, MultipartRejection},
    },
    response::{IntoResponse, Redirect, Response},
};
use futures_util::TryStreamExt as _;
use http::{
    HeaderValue,
    header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_SECURITY_POLICY, CONTENT_TYPE},
};
use model::{ConversationForm, ConversationId, FailureCode, ImportReport};
use platform::{
    Error, Services, Visitor, conversations::export::digests, files::FilesError, identity::Caller,
};
use serde::Deserialize;
use tower_sessions::Session;

use crate::{account::back_to, files::attachment, health::Readiness};

/// Where files are taken in.
pub(crate) const IMPORT: &str = "/conversations/import";

/// Where several are taken along at once.
pub(crate) const EXPORT: &str = "/conversations/export";

/// The page about that.
pub(crate) const IMPORTS: &str = "/settings/import";

/// What a page that is printed may do: draw itself, and open the browser's printing.
fn policy() -> HeaderValue {
    let [style, script] = digests();
    let policy = format!(
        "default-src 'none'; style-src 'sha256-{style}'; script-src 'sha256-{script}'; img-src data:; base-uri 'none'; \
         form-action 'none'; frame-ancestors 'none'"
    );
    HeaderValue::from_str(&policy).unwrap_or(NOTHING)
}

/// Where it can't be said.
const NOTHING: HeaderValue = HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'");

/// As what, and in which language the few words of ours are.
#[derive(Deserialize)]
pub(crate) struct Asked {
    #[serde(default)]
    form: String,
    #[serde(default)]
    language: String,
}

impl Asked {
    fn chinese(&self) -> bool {
        self.language.starts_with("zh")
    }
}

/// `GET /c/{id}/export`: one of the sender's conversations as a file to keep.
pub(crate) async fn export(
    State((services, _)): State<(Services, Readiness)>,
    session: Session,
    Extension(visitor): Extension<Visitor>,
    Path(id): Path<String>,
    Query(asked): Query<Asked>,
) -> Response {
    let exported = async {
        let caller = services.identity.caller(&session, &visitor).await?;
        let form = ConversationForm::from_name(&asked.form);
        let form = form.ok_or(Error::Refused(FailureCode::BadRequest))?;
        let conversations = &services.conversations;
        conversations
            .export(&caller, id.parse()?, form, asked.chinese())
            .await
    };
    match exported.await {
        Ok(exported) => {
            let headers = [
                (CONTENT_TYPE, HeaderValue::from_static(exported.mime)),
                (CONTENT_DISPOSITION, attachment(&exported.name)),
            ];
            (headers, Body::from_stream(exported.pieces)).into_response()
        }
        Err(error) => back_to("/conversations", &error),
    }
}

/// `POST /conversations/export`: several of the sender's conversations as one archive.
pub(crate) async fn export_several(
    State((services, _)): State<(Services, Readiness)>,
    session: Session,
    Extension(visitor): Extension<Visitor>,
    Form(fields): Form<Vec<(String, String)>>,
) -> Response {
    let value = |name: &str| {
        let mut fields = fields.iter();
        fields.find_map(|(field, value)| (field == name).then_some(value.as_str()))
    };
    let packed = async {
        let caller = services.identity.caller(&session, &visitor).await?;
        let form = ConversationForm::from_name(value("form").unwrap_or_default());
        let form = form.ok_or(Error::Refused(FailureCode::BadRequest))?;
        let ids = fields.iter().filter(|(field, _)| field == "ids[]");
        let ids = ids.map(|(_, id)| id.parse::<ConversationId>());
        let ids = ids.collect::<Result<Vec<_>, _>>()?;
        let chinese = value("language").is_some_and(|language| language.starts_with("zh"));
        let conversations = &services.conversations;
        conversations
            .export_several(&caller, &ids, form, chinese)
            .await
    };
    match packed.await {
        Ok(packed) => {
            let headers = [
                (CONTENT_TYPE, HeaderValue::from_static("application/zip")),
                (CONTENT_DISPOSITION, attachment("conversations.zip")),
                (CACHE_CONTROL, HeaderValue::from_static("private, no-store")),
            ];
            (headers, packed).into_response()
        }
        Err(error) => back_to("/conversations", &error),
    }
}

/// `GET /c/{id}/print`: all of the branch that is shown, however long, as a page that is printed as soon as it is there.
pub(crate) async fn print(
    State((services, _)): State<(Services, Readiness)>,
    session: Session,
    Extension(visitor): Extension<Visitor>,
    Path(id): Path<String>,
    Query(asked): Query<Asked>,
) -> Response {
    let printed = async {
        let caller = services.identity.caller(&session, &visitor).await?;
        let conversations = &services.conversations;
        conversations
            .print(&caller, id.parse()?, asked.chinese())
            .await
    };
    match printed.await {
        Ok(pieces) => {
            let kind = HeaderValue::from_static(ConversationForm::Html.mime());
            let headers = [(CONTENT_TYPE, kind), (CONTENT_SECURITY_POLICY, policy())];
            (headers, Body::from_stream(pieces)).into_response()
        }
        Err(error) => back_to("/conversations", &error),
    }
}

/// `POST /conversations/import`: takes in the conversations of the file in that field.
pub(crate) async fn import(
    State((services, _)): State<(Services, Readiness)>,
    session: Session,
    Extension(visitor): Extension<Visitor>,
    form: Result<Multipart, MultipartRejection>,
) -> Response {
    let taken = async {
        let caller = services.identity.caller(&session, &visitor).await?;
        let form = form.map_err(|_| Error::Refused(FailureCode::BadRequest))?;
        // Boxed: it holds the transaction of either dialect, and the form around it.
        Box::pin(file(&services, &caller, form)).await
    };
    match taken.await {
        Ok(report) => {
            let id = report.id.to_string();
            Redirect::to(&with_query(IMPORTS, &[("report", &id)])).into_response()
        }
        Err(error) => back_to(IMPORTS, &error),
    }
}

async fn file(
    services: &Services,
    caller: &Caller,
    mut form: Multipart,
) -> Result<ImportReport, Error> {
    let unreadable = |error: MultipartError| FilesError::Interrupted(error.into());
    while let Some(field) = form.next_field().await.map_err(unreadable)? {
        // A browser sends a field without a name where no file was chosen.
        let name = field.file_name().unwrap_or_default().to_owned();
        if field.name() == Some("file") && !name.is_empty() {
            let bytes = field.map_err(unreadable);
            return services.imports.take(caller, &name, bytes).await;
        }
    }
    Err(Error::Refused(FailureCode::BadRequest))
}
