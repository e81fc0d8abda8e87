//! Folders of conversations, and words that are put to them.

use leptos::prelude::*;
use model::{
    Cabinet, ConversationId, ConversationSummary, Filing, Folder, FolderId, Page, ShelfLine, TagId,
};

use crate::error::AppError;

/// The caller's folders, by name.
#[server(prefix = "/fn", endpoint = "folders.list", output = super::encoding::Answer)]
pub async fn list_folders() -> Result<Vec<Folder>, AppError> {
    use crate::glue;
    let caller = glue::caller().await?;
    let conversations = glue::services()?.conversations;
    conversations.folders(&caller).await.map_err(glue::refuse)
}

/// The caller's folders and tags, by name.
#[server(prefix = "/fn", endpoint = "folders.cabinet", output = super::encoding::Answer)]
pub async fn load_cabinet() -> Result<Cabinet, AppError> {
    use crate::glue;
    let caller = glue::caller().await?;
    let conversations = glue::services()?.conversations;
    conversations.cabinet(&caller).await.map_err(glue::refuse)
}

/// One page of what is in one of the caller's folders.
#[server(prefix = "/fn", endpoint = "folders.open", output = super::encoding::Answer)]
pub async fn open_folder(
    id: String,
    #[server(default)] after: String,
) -> Result<Page<ConversationSummary>, AppError> {
    use crate::glue;
    let (caller, clock) = glue::caller_and_clock().await?;
    let id = glue::parse_id(&id)?;
    let after = Some(after.as_str()).filter(|after| !after.is_empty());
    let conversations = glue::services()?.conversations;
    let page = conversations.folder(&caller, id, after, clock);
    page.await.map_err(glue::refuse)
}

/// Makes a folder.
#[server(prefix = "/fn", endpoint = "folders.create", output = super::encoding::Answer)]
pub async fn create_folder(name: String) -> Result<FolderId, AppError> {
    use crate::glue;
    let caller = glue::caller().await?;
    let name = folder_name(&name)?;
    let conversations = glue::services()?.conversations;
    let made = conversations.create_folder(&caller, name).await;
    let made = made.map_err(glue::refuse)?;
    glue::go(&format!("/conversations?folder={made}"));
    Ok(made)
}

/// Gives one of the caller's folders another name.
#[server(prefix = "/fn", endpoint = "folders.rename", output = super::encoding::Answer)]
pub async fn rename_folder(id: String, name: String) -> Result<(), AppError> {
    use crate::glue;
    let caller = glue::caller().await?;
    let (id, name) = (glue::parse_id(&id)?, folder_name(&name)?);
    let conversations = glue::services()?.conversations;
    let renamed = conversations.rename_folder(&caller, id, name).await;
    renamed.map_err(glue::refuse)?;
    glue::go_back_done();
    Ok(())
}

/// Deletes one of the caller's folders, which can be brought back for a while; what is in it goes to the trash when `contents` is
/// anything, and stays otherwise.
#[server(prefix = "/fn", endpoint = "folders.delete", output = super::encoding::Answer)]
pub async fn delete_folder(
    id: String,
    #[server(default)] contents: String,
) -> Result<(), AppError> {
    use crate::glue;
    let caller = glue::caller().await?;
    let id: FolderId = glue::parse_id(&id)?;
    let conversations = glue::services()?.conversations;
    let deleted = conversations.delete_folder(&caller, id, !contents.is_empty());
    deleted.await.map_err(glue::refuse)?;
    glue::go(&format!("/conversations?removed_folder={id}"));
    Ok(())
}

/// Brings one back with what was in it.
#[server(prefix = "/fn", endpoint = "folders.restore", output = super::encoding::Answer)]
pub async fn restore_folder(id: String) -> Result<(), AppError> {
    use crate::glue;
    let caller = glue::caller().await?;
    let id: FolderId = glue::parse_id(&id)?;
    let conversations = glue::services()?.conversations;
    let restored = conversations.restore_folder(&caller, id).await;
    restored.map_err(glue::refuse)?;
    glue::go(&format!("/conversations?folder={id}"));
    Ok(())
}

/// Puts several of the caller's conversations into a folder; out of any where none is named. With how many it was done.
#[server(prefix = "/fn", endpoint = "folders.put", output = super::encoding::Answer)]
pub async fn put_in_folder(
    #[server(default)] folder: String,
    #[server(default)] ids: Vec<String>,
) -> Result<u64, AppError> {
    use crate::glue;
    let caller = glue::caller().await?;
    let folder = glue::parse_optional_id(&folder)?;
    let ids: Vec<ConversationId> = glue::parse_ids(&ids)?;
    let conversations = glue::services()?.conversations;
    let put = conversations.put_in_folder(&caller, folder, &ids).await;
    let put = put.map_err(glue::refuse)?;
    glue::go_back_with(&format!("count={put}"));
    Ok(put)
}

/// Puts a word to several of the caller's conversations. With how many it was done.
#[server(prefix = "/fn", endpoint = "tags.put", output = super::encoding::Answer)]
pub async fn tag_conversations(
    #[server(default)] tag: String,
    #[server(default)] ids: Vec<String>,
) -> Result<u64, AppError> {
    use crate::glue;
    let caller = glue::caller().await?;
    let tag = tag_name(&tag)?;
    let ids: Vec<ConversationId> = glue::parse_ids(&ids)?;
    let conversations = glue::services()?.conversations;
    let tagged = conversations.tag(&caller, tag, &ids).await;
    let tagged = tagged.map_err(glue::refuse)?;
    glue::go_back_with(&format!("count={tagged}"));
    Ok(tagged)
}

/// Takes one of the caller's tags off several conversations. Off how many.
#[server(prefix = "/fn", endpoint = "tags.take_off", output = super::encoding::Answer)]
pub async fn untag_conversations(
    #[server(default)] tag_id: String,
    #[server(default)] ids: Vec<String>,
) -> Result<u64, AppError> {
    use crate::glue;
    let caller = glue::caller().await?;
    let tag: TagId = glue::parse_id(&tag_id)?;
    let ids: Vec<ConversationId> = glue::parse_ids(&ids)?;
    let conversations = glue::services()?.conversations;
    let taken = conversations.untag(&caller, tag, &ids).await;
    let taken = taken.map_err(glue::refuse)?;
    glue::go_back_with(&format!("count={taken}"));
    Ok(taken)
}

/// Gives one of the caller's tags another name.
#[server(prefix = "/fn", endpoint = "tags.rename", output = super::encoding::Answer)]
pub async fn rename_tag(id: String, name: String) -> Result<(), AppError> {
    use crate::glue;
    let caller = glue::caller().await?;
    let (id, name) = (glue::parse_id(&id)?, tag_name(&name)?);
    let conversations = glue::services()?.conversations;
    let renamed = conversations.rename_tag(&caller, id, name).await;
    renamed.map_err(glue::refuse)?;
    glue::go_back_done();
    Ok(())
}

/// Takes one of the caller's tags off everything; it can be brought back for a while.
#[server(prefix = "/fn", endpoint = "tags.delete", output = super::encoding::Answer)]
pub async fn delete_tag(id: String) -> Result<(), AppError> {
    use crate::glue;
    let caller = glue::caller().await?;
    let id: TagId = glue::parse_id(&id)?;
    let conversations = glue::services()?.conversations;
    let deleted = conversations.delete_tag(&caller, id).await;
    deleted.map_err(glue::refuse)?;
    glue::go(&format!("/conversations?removed_tag={id}"));
    Ok(())
}

/// Puts one back to all that had it. As which one it stands: the word may have been put to something anew meanwhile.
#[server(prefix = "/fn", endpoint = "tags.restore", output = super::encoding::Answer)]
pub async fn restore_tag(id: String) -> Result<TagId, AppError> {
    use crate::glue;
    let caller = glue::caller().await?;
    let id: TagId = glue::parse_id(&id)?;
    let conversations = glue::services()?.conversations;
    let restored = conversations.restore_tag(&caller, id).await;
    let stands = restored.map_err(glue::refuse)?;
    glue::go(&format!("/conversations?tag={stands}"));
    Ok(stands)
}

/// Where one of the caller's conversations is kept, and what there is to choose from.
#[server(prefix = "/fn", endpoint = "folders.filing", output = super::encoding::Answer)]
pub async fn load_filing(id: ConversationId) -> Result<Filing, AppError> {
    use crate::glue;
    let caller = glue::caller().await?;
    let conversations = glue::services()?.conversations;
    let filing = conversations.filing(&caller, id).await;
    filing.map_err(glue::refuse)
}

/// The caller's conversations in one place: `kept`, `archive` or `trash`. What is kept can be narrowed to a folder and a tag.
#[server(prefix = "/fn", endpoint = "conversations.shelf", output = super::encoding::Answer)]
pub async fn load_shelf(
    shelf: String,
    #[server(default)] folder: String,
    #[server(default)] tag: String,
    after: Option<String>,
) -> Result<Page<ShelfLine>, AppError> {
    use crate::glue;
    let (caller, clock) = glue::caller_and_clock().await?;
    let shelf = model::Shelf::from_name(&shelf)
        .ok_or_else(|| glue::refuse_text(model::FailureCode::NotFound))?;
    let narrowed = model::Narrowed {
        folder: glue::parse_optional_id(&folder)?,
        tag: glue::parse_optional_id(&tag)?,
    };
    let conversations = glue::services()?.conversations;
    let page = conversations.shelf_lines(&caller, shelf, narrowed, after.as_deref(), clock);
    page.await.map_err(glue::refuse)
}

/// Removes one of the caller's temporary conversations for good.
#[server(prefix = "/fn", endpoint = "conversations.forget", output = super::encoding::Answer)]
pub async fn forget_conversation(id: ConversationId) -> Result<(), AppError> {
    use crate::glue;
    let caller = glue::caller().await?;
    let conversations = glue::services()?.conversations;
    let forgotten = conversations.forget(&caller, id).await;
    forgotten.map_err(glue::refuse)?;
    glue::go("/?temporary=1");
    Ok(())
}

#[cfg(feature = "ssr")]
fn folder_name(name: &str) -> Result<model::FolderName, AppError> {
    let name = model::FolderName::parse(name);
    name.map_err(|_| crate::glue::refuse_text(model::FailureCode::InvalidFolderName))
}

#[cfg(feature = "ssr")]
fn tag_name(name: &str) -> Result<model::TagName, AppError> {
    let name = model::TagName::parse(name);
    name.map_err(|_| crate::glue::refuse_text(model::FailureCode::InvalidTagName))
}
