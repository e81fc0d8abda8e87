//! Links by which people without an account see one thing.

use leptos::prelude::*;
use model::{NewShare, Page, Share, SharePreview, Shared, SharedFile};

use crate::error::AppError;

/// What a link shows, to whoever has it; of a conversation, the messages from that place on.
#[server(prefix = "/fn", endpoint = "shares.open", output = super::encoding::Answer)]
pub async fn open_share(
    token: String,
    #[server(default)] from: String,
) -> Result<Shared, AppError> {
    use crate::glue;
    let shares = glue::services()?.shares;
    let from = from.parse().unwrap_or_default();
    shares.open(&token, from).await.map_err(glue::refuse)
}

/// What a link to that conversation would show.
#[server(prefix = "/fn", endpoint = "shares.preview", output = super::encoding::Answer)]
pub async fn preview_share(id: String) -> Result<SharePreview, AppError> {
    use crate::glue;
    let caller = glue::caller().await?;
    let shares = glue::services()?.shares;
    shares
        .preview(&caller, glue::parse_id(&id)?)
        .await
        .map_err(glue::refuse)
}

/// What a link to that file would show.
#[server(prefix = "/fn", endpoint = "shares.preview_file", output = super::encoding::Answer)]
pub async fn preview_shared_file(id: String) -> Result<SharedFile, AppError> {
    use crate::glue;
    let caller = glue::caller().await?;
    let shares = glue::services()?.shares;
    shares
        .preview_file(&caller, glue::parse_id(&id)?)
        .await
        .map_err(glue::refuse)
}

/// Has a link to a conversation show it as it stands now.
#[server(prefix = "/fn", endpoint = "shares.refresh", output = super::encoding::Answer)]
pub async fn refresh_share(id: String) -> Result<(), AppError> {
    use crate::glue;
    let caller = glue::caller().await?;
    let shares = glue::services()?.shares;
    shares
        .refresh(&caller, glue::parse_id(&id)?)
        .await
        .map_err(glue::refuse)?;
    glue::go("/settings/shares?done=1");
    Ok(())
}

/// One's links that work, newest first, from the cursor on.
#[server(prefix = "/fn", endpoint = "shares.list", output = super::encoding::Answer)]
pub async fn load_shares(#[server(default)] after: String) -> Result<Page<Share>, AppError> {
    use crate::glue;
    let caller = glue::caller().await?;
    let shares = glue::services()?.shares;
    let after = Some(after.as_str()).filter(|after| !after.is_empty());
    shares.list(&caller, after).await.map_err(glue::refuse)
}

/// Makes a link to a thing of that kind (`work`, `transcript`, `conversation` or `file`) that works for a `day`, a `week`, a `month` or is `endless`.
#[server(prefix = "/fn", endpoint = "shares.create", output = super::encoding::Answer)]
pub async fn create_share(kind: String, id: String, life: String) -> Result<NewShare, AppError> {
    use crate::{api::account::ShownOnce, glue};
    use model::{FailureCode, ShareLife, Shareable};
    let caller = glue::caller().await?;
    let shares = glue::services()?.shares;
    let thing = Shareable::named(&kind, &id);
    let thing = thing.ok_or_else(|| glue::refuse_text(FailureCode::NotFound))?;
    let life = ShareLife::from_name(&life);
    let life = life.ok_or_else(|| glue::refuse_text(FailureCode::InvalidExpiry))?;
    let made = shares.create(&caller, thing, life).await;
    let made = made.map_err(glue::refuse)?;
    glue::show_once(&ShownOnce::Link(made.link.clone()));
    glue::go("/settings/shares");
    Ok(made)
}

/// Takes a link back: from then on it opens nothing.
#[server(prefix = "/fn", endpoint = "shares.revoke", output = super::encoding::Answer)]
pub async fn revoke_share(id: String) -> Result<(), AppError> {
    use crate::glue;
    let caller = glue::caller().await?;
    let shares = glue::services()?.shares;
    shares
        .revoke(&caller, glue::parse_id(&id)?)
        .await
        .map_err(glue::refuse)?;
    glue::go("/settings/shares?done=1");
    Ok(())
}
