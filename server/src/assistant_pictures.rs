//! `/pictures/assistants/{id}`: an assistant's picture, for those who may use the assistant, and the form that gives it one.

use axum::{
    extract::{Extension, Multipart, Path, State},
    response::{IntoResponse, Redirect, Response},
};
use http::{HeaderMap, header::IF_NONE_MATCH};
use model::AssistantId;
use platform::{Error, Services, Visitor};
use tower_sessions::Session;

use crate::{
    account::{back_to, file},
    events::refuse,
    health::Readiness,
    pictures::send,
};

/// Sends the picture, or says that the one the browser has is the newest. Who may not use the assistant is told what those are
/// told who ask for one that is not there.
pub(crate) async fn picture(
    State((services, _)): State<(Services, Readiness)>,
    Path(id): Path<String>,
    headers: HeaderMap,
    session: Session,
    Extension(visitor): Extension<Visitor>,
) -> Response {
    let found = async {
        let caller = services.identity.caller(&session, &visitor).await?;
        let id: AssistantId = id.parse()?;
        services.assistants.picture(&caller, id).await
    };
    match found.await {
        Ok((image, version)) => send(image, &version, headers.get(IF_NONE_MATCH)),
        Err(error) => refuse(&error),
    }
}

/// The file of that field becomes the picture of one of the sender's assistants.
pub(crate) async fn set_picture(
    State((services, _)): State<(Services, Readiness)>,
    Path(id): Path<String>,
    session: Session,
    Extension(visitor): Extension<Visitor>,
    form: Multipart,
) -> Response {
    let Ok(id) = id.parse::<AssistantId>() else {
        return refuse(&Error::NotFound);
    };
    let done = async {
        let caller = services.identity.caller(&session, &visitor).await?;
        let file = file(form).await?;
        services.assistants.set_picture(&caller, id, &file).await
    };
    let page = format!("/assistants/{id}/edit");
    match done.await {
        Ok(()) => Redirect::to(&format!("{page}?done=1")).into_response(),
        Err(error) => back_to(&page, &error),
    }
}
