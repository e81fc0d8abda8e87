//! What people think of answers.

use leptos::prelude::*;
use model::{ConversationId, MessageId, Ratings};

use crate::error::AppError;

/// Keeps what the caller thinks of an answer; without a comment, what was said before stays.
#[server(prefix = "/fn", endpoint = "ratings.set", output = super::encoding::Answer)]
pub async fn rate_answer(
    id: ConversationId,
    message: MessageId,
    good: String,
    #[server(default)] comment: Option<String>,
) -> Result<(), AppError> {
    use crate::glue::{self, refuse_text};
    use model::{Comment, FailureCode};
    let caller = glue::caller().await?;
    let good = good
        .parse()
        .map_err(|_| refuse_text(FailureCode::BadRequest))?;
    let comment = comment.map(Comment::parse).transpose();
    let comment = comment.map_err(|_| refuse_text(FailureCode::InvalidComment))?;
    let ratings = glue::services()?.ratings;
    ratings
        .set(&caller, id, message, good, comment.as_ref())
        .await
        .map_err(glue::refuse)?;
    glue::go(&format!("/c/{id}"));
    Ok(())
}

/// Takes it back.
#[server(prefix = "/fn", endpoint = "ratings.remove", output = super::encoding::Answer)]
pub async fn remove_rating(id: ConversationId, message: MessageId) -> Result<(), AppError> {
    use crate::glue;
    let caller = glue::caller().await?;
    let ratings = glue::services()?.ratings;
    let removed = ratings.remove(&caller, id, message).await;
    removed.map_err(glue::refuse)?;
    glue::go(&format!("/c/{id}"));
    Ok(())
}

/// Everybody's ratings, a page behind the given cursor, and how the models did lately.
#[server(prefix = "/fn", endpoint = "ratings.list", output = super::encoding::Answer)]
pub async fn load_ratings(#[server(default)] after: String) -> Result<Ratings, AppError> {
    use crate::glue;
    let caller = glue::caller().await?;
    let ratings = glue::services()?.ratings;
    let after = Some(after.as_str()).filter(|after| !after.is_empty());
    ratings.list(&caller, after).await.map_err(glue::refuse)
}
