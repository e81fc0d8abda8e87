//! Images, videos and speech: what can be made, what was wished for, what came of it.

mod form;

use leptos::prelude::*;
use model::{LibraryDeleted, Making, Millis, Offers, Page, Related, WorkView};
use serde::{Deserialize, Serialize};

pub use form::WishForm;

use crate::error::AppError;

/// All that a page of makings shows at first.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MakingsView {
    /// What can be made.
    pub offers: Offers,
    /// What was wished for, newest first.
    pub makings: Page<Making>,
    /// Sent with a plain form, so that pressing the button twice makes once.
    pub submission: String,
}

/// What can be made, and the newest makings of a kind: `image`, `video` or `speech`.
#[server(prefix = "/fn", endpoint = "works.view", output = super::encoding::Answer)]
pub async fn load_makings(kind: String) -> Result<MakingsView, AppError> {
    use crate::glue;
    let caller = glue::caller().await?;
    let works = glue::services()?.works;
    let kind = typed::kind(&kind)?;
    Ok(MakingsView {
        offers: works.offers(&caller).await.map_err(glue::refuse)?,
        makings: works
            .makings(&caller, kind, None)
            .await
            .map_err(glue::refuse)?,
        submission: uuid::Uuid::new_v4().to_string(),
    })
}

/// Older makings of a kind, from the cursor on.
#[server(prefix = "/fn", endpoint = "works.more", output = super::encoding::Answer)]
pub async fn more_makings(kind: String, after: String) -> Result<Page<Making>, AppError> {
    use crate::glue;
    let caller = glue::caller().await?;
    let works = glue::services()?.works;
    let kind = typed::kind(&kind)?;
    works
        .makings(&caller, kind, Some(&after))
        .await
        .map_err(glue::refuse)
}

/// One making as it stands.
#[server(prefix = "/fn", endpoint = "works.making", output = super::encoding::Answer)]
pub async fn load_making(id: String) -> Result<Making, AppError> {
    use crate::glue;
    let caller = glue::caller().await?;
    let works = glue::services()?.works;
    works
        .making(&caller, glue::parse_id(&id)?)
        .await
        .map_err(glue::refuse)
}

/// What came of a tool that a model called for the caller, by the call.
#[server(prefix = "/fn", endpoint = "works.of_call", output = super::encoding::Answer)]
pub async fn load_made(id: String) -> Result<Making, AppError> {
    use crate::glue;
    let caller = glue::caller().await?;
    let works = glue::services()?.works;
    works
        .made_by(&caller, glue::parse_id(&id)?)
        .await
        .map_err(glue::refuse)
}

/// The most that a wish can cost, in micro-yuan; `None` where there is no price.
#[server(prefix = "/fn", endpoint = "works.quote", output = super::encoding::Answer)]
pub async fn quote(wish: WishForm) -> Result<Option<i64>, AppError> {
    use crate::glue;
    let caller = glue::caller().await?;
    let works = glue::services()?.works;
    let wish = wish.read().map_err(glue::refuse_text)?;
    works.quote(&caller, &wish).await.map_err(glue::refuse)
}

/// Has a wish made. The same submission again is the same making, and is refused where that was deleted since.
#[server(prefix = "/fn", endpoint = "works.make", output = super::encoding::Answer)]
pub async fn make(wish: WishForm, submission: String) -> Result<Making, AppError> {
    use crate::glue;
    let caller = glue::caller().await?;
    let works = glue::services()?.works;
    let submission = glue::parse_id(&submission)?;
    let wish = wish.read().map_err(glue::refuse_text)?;
    let made = works.make(&caller, submission, &wish).await;
    let making = works
        .making(&caller, made.map_err(glue::refuse)?)
        .await
        .map_err(glue::refuse)?;
    glue::go_back();
    Ok(making)
}

/// Asks a making to stop.
#[server(prefix = "/fn", endpoint = "works.cancel", output = super::encoding::Answer)]
pub async fn cancel_making(id: String) -> Result<(), AppError> {
    use crate::glue;
    let caller = glue::caller().await?;
    let works = glue::services()?.works;
    works
        .cancel(&caller, glue::parse_id(&id)?)
        .await
        .map_err(glue::refuse)?;
    glue::go_back();
    Ok(())
}

/// Takes a making that has ended off the page; its works stay in the library, or with `works` are deleted too. When: by that it can be
/// taken back for a while.
#[server(prefix = "/fn", endpoint = "works.forget", output = super::encoding::Answer)]
pub async fn forget_making(
    id: String,
    #[server(default)] works: String,
) -> Result<Millis, AppError> {
    use crate::glue;
    let caller = glue::caller().await?;
    let service = glue::services()?.works;
    let id = glue::parse_id(&id)?;
    let removed = if works.is_empty() {
        service.forget(&caller, id).await
    } else {
        service.remove(&caller, id).await
    };
    let at = removed.map_err(glue::refuse)?;
    glue::go_back_with(&format!("deleted={}", at.get()));
    Ok(at)
}

/// One's works that mean something like these words, of a kind or of all (empty).
#[server(prefix = "/fn", endpoint = "works.related", output = super::encoding::Answer)]
pub async fn load_related(
    #[server(default)] kind: String,
    words: String,
) -> Result<Related<WorkView>, AppError> {
    use crate::glue;
    let caller = glue::caller().await?;
    let meanings = glue::services()?.meanings;
    let filter = model::WorkFilter {
        kind: model::JobKind::from_name(&kind),
        words: Some(words),
    };
    meanings.works(&caller, &filter).await.map_err(glue::refuse)
}

/// Deletes works with their files; they can be brought back for a while.
#[server(prefix = "/fn", endpoint = "works.delete", output = super::encoding::Answer)]
pub async fn delete_works(#[server(default)] ids: Vec<String>) -> Result<LibraryDeleted, AppError> {
    use crate::glue;
    let caller = glue::caller().await?;
    let library = glue::services()?.library;
    let works: Vec<model::WorkId> = glue::parse_ids(&ids)?;
    let ids: Vec<_> = works.into_iter().map(model::LibraryId::Work).collect();
    let deleted = library.delete(&caller, &ids).await.map_err(glue::refuse)?;
    glue::go_back_with(&super::library::news(&deleted));
    Ok(deleted)
}

#[cfg(feature = "ssr")]
mod typed {
    use model::{FailureCode, JobKind};

    use crate::{error::AppError, glue};

    pub(super) fn kind(name: &str) -> Result<JobKind, AppError> {
        JobKind::from_name(name).ok_or_else(|| glue::refuse_text(FailureCode::BadRequest))
    }
}
