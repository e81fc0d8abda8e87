//! Conversations: listing, opening, renaming, deleting, drafts.

use leptos::prelude::*;
use model::{
    ConversationId, ConversationSummary, ConversationView, Draft, MessageId, MessagePage, Millis,
    Page, SearchResults,
};

use crate::error::AppError;

/// One page of the sidebar.
#[server(prefix = "/fn", endpoint = "conversations.list", output = super::encoding::Answer)]
pub async fn list_conversations(
    after: Option<String>,
) -> Result<Page<ConversationSummary>, AppError> {
    use crate::glue;
    let (caller, clock) = glue::caller_and_clock().await?;
    glue::services()?
        .conversations
        .list(&caller, after.as_deref(), clock)
        .await
        .map_err(glue::refuse)
}

/// In which of these conversations of the caller's an answer is being written; at most 50 are asked of at once.
#[server(prefix = "/fn", endpoint = "conversations.written", output = super::encoding::Answer)]
pub async fn still_written(
    #[server(default)] ids: Vec<String>,
) -> Result<Vec<ConversationId>, AppError> {
    use crate::glue;
    let caller = glue::caller().await?;
    let ids: Vec<ConversationId> = glue::parse_ids(&ids)?;
    glue::services()?
        .conversations
        .written(&caller, &ids)
        .await
        .map_err(glue::refuse)
}

/// A conversation as its page opens; with `before`, the messages older than that one; with `message`, those around that one.
#[server(prefix = "/fn", endpoint = "conversations.open", output = super::encoding::Answer)]
pub async fn open_conversation(
    id: ConversationId,
    before: Option<MessageId>,
    message: Option<MessageId>,
) -> Result<ConversationView, AppError> {
    use crate::glue;
    let caller = glue::caller().await?;
    let conversations = glue::services()?.conversations;
    if let Some(message) = message {
        let opened = conversations.open_at(&caller, id, message).await;
        return opened.map_err(glue::refuse);
    }
    let mut view = conversations
        .open(&caller, id)
        .await
        .map_err(glue::refuse)?;
    if let Some(message) = before {
        view.messages = conversations
            .before(&caller, id, message)
            .await
            .map_err(glue::refuse)?;
        view.has_newer = true;
    }
    Ok(view)
}

/// Titles and messages with all of these words; where they are named, only in that folder and with that tag.
#[server(prefix = "/fn", endpoint = "conversations.search", output = super::encoding::Answer)]
pub async fn search_conversations(
    words: String,
    #[server(default)] folder: String,
    #[server(default)] tag: String,
    after: Option<String>,
) -> Result<SearchResults, AppError> {
    use crate::glue;
    let caller = glue::caller().await?;
    let narrowed = model::Narrowed {
        folder: glue::parse_optional_id(&folder)?,
        tag: glue::parse_optional_id(&tag)?,
    };
    glue::services()?
        .conversations
        .search(&caller, &words, narrowed, after.as_deref())
        .await
        .map_err(glue::refuse)
}

/// Messages of one conversation, on all its branches, with all of these words.
#[server(prefix = "/fn", endpoint = "conversations.find", output = super::encoding::Answer)]
pub async fn find_in_conversation(
    id: ConversationId,
    words: String,
    after: Option<String>,
) -> Result<SearchResults, AppError> {
    use crate::glue;
    let caller = glue::caller().await?;
    glue::services()?
        .conversations
        .find(&caller, id, &words, after.as_deref())
        .await
        .map_err(glue::refuse)
}

/// The newest messages.
#[server(prefix = "/fn", endpoint = "conversations.newest", output = super::encoding::Answer)]
pub async fn load_newest(id: ConversationId) -> Result<MessagePage, AppError> {
    use crate::glue;
    let caller = glue::caller().await?;
    glue::services()?
        .conversations
        .newest(&caller, id)
        .await
        .map_err(glue::refuse)
}

/// The messages before one.
#[server(prefix = "/fn", endpoint = "conversations.older", output = super::encoding::Answer)]
pub async fn load_older(id: ConversationId, message: MessageId) -> Result<MessagePage, AppError> {
    use crate::glue;
    let caller = glue::caller().await?;
    glue::services()?
        .conversations
        .before(&caller, id, message)
        .await
        .map_err(glue::refuse)
}

/// Gives a conversation another title.
#[server(prefix = "/fn", endpoint = "conversations.rename", output = super::encoding::Answer)]
pub async fn rename_conversation(id: ConversationId, title: String) -> Result<(), AppError> {
    use crate::glue;
    let caller = glue::caller().await?;
    let title = model::Title::parse(title)
        .map_err(|_| glue::refuse_text(model::FailureCode::InvalidTitle))?;
    glue::services()?
        .conversations
        .rename(&caller, id, title)
        .await
        .map_err(glue::refuse)?;
    glue::go(&format!("/c/{id}"));
    Ok(())
}

/// Deletes a conversation; it can be restored for a while.
#[server(prefix = "/fn", endpoint = "conversations.delete", output = super::encoding::Answer)]
pub async fn delete_conversation(id: ConversationId) -> Result<(), AppError> {
    use crate::glue;
    let caller = glue::caller().await?;
    glue::services()?
        .conversations
        .delete(&caller, id)
        .await
        .map_err(glue::refuse)?;
    glue::go(&format!("/?deleted={id}"));
    Ok(())
}

/// Takes a deletion back.
#[server(prefix = "/fn", endpoint = "conversations.restore", output = super::encoding::Answer)]
pub async fn restore_conversation(id: ConversationId) -> Result<(), AppError> {
    use crate::glue;
    let caller = glue::caller().await?;
    glue::services()?
        .conversations
        .restore(&caller, id)
        .await
        .map_err(glue::refuse)?;
    glue::go(&format!("/c/{id}"));
    Ok(())
}

/// Does the same with several conversations: `pin`, `unpin`, `archive`, `unarchive`, `delete`, `restore` or `erase`. With how many it
/// was done.
#[server(prefix = "/fn", endpoint = "conversations.order", output = super::encoding::Answer)]
pub async fn order_conversations(
    act: String,
    #[server(default)] ids: Vec<String>,
) -> Result<u64, AppError> {
    use crate::glue;
    let caller = glue::caller().await?;
    let act = model::ConversationAct::from_name(&act)
        .ok_or_else(|| glue::refuse_text(model::FailureCode::BadRequest))?;
    let parsed: Vec<ConversationId> = glue::parse_ids(&ids)?;
    let done = glue::services()?
        .conversations
        .order(&caller, act, &parsed)
        .await
        .map_err(glue::refuse)?;
    if act == model::ConversationAct::Delete {
        glue::go_back_with(&format!("deleted={}", ids.join(".")));
    } else {
        glue::go_back_with(&format!("count={done}"));
    }
    Ok(done)
}

/// What was typed in a conversation, or for a new one, and not sent.
#[server(prefix = "/fn", endpoint = "conversations.draft", output = super::encoding::Answer)]
pub async fn load_draft(conversation: Option<ConversationId>) -> Result<Draft, AppError> {
    use crate::glue;
    let caller = glue::caller().await?;
    glue::services()?
        .conversations
        .draft(&caller, conversation)
        .await
        .map_err(glue::refuse)
}

/// Keeps what was typed and not sent yet, the files beside it in their order, and the assistant that is asked with it, with what was
/// given for variables of its instructions. By when it is known.
#[server(prefix = "/fn", endpoint = "conversations.save_draft", output = super::encoding::Answer)]
pub async fn save_draft(
    conversation: Option<ConversationId>,
    text: String,
    #[server(default)] attachments: Vec<String>,
    #[server(default)] assistant: String,
    #[server(default)] names: Vec<String>,
    #[server(default)] variables: Vec<String>,
) -> Result<Millis, AppError> {
    use crate::glue;
    let caller = glue::caller().await?;
    let files: Vec<model::FileId> = glue::parse_ids(&attachments)?;
    // What names no assistant calls none.
    let called: Option<model::AssistantKey> = assistant.parse().ok();
    let conversations = glue::services()?.conversations;
    let kept_at = conversations
        .save_draft(&caller, conversation, (&text, &files))
        .await
        .map_err(glue::refuse)?;
    conversations
        .call_in_draft(
            &caller,
            conversation,
            called.as_ref(),
            &model::Given::pairs(names, variables),
        )
        .await
        .map_err(glue::refuse)?;
    Ok(kept_at)
}

/// Shows another version of an answer.
#[server(prefix = "/fn", endpoint = "conversations.show_branch", output = super::encoding::Answer)]
pub async fn show_branch(id: ConversationId, message: MessageId) -> Result<(), AppError> {
    use crate::glue;
    let caller = glue::caller().await?;
    glue::services()?
        .conversations
        .show_branch(&caller, id, message)
        .await
        .map_err(glue::refuse)?;
    glue::go(&format!("/c/{id}"));
    Ok(())
}

/// A message's Markdown, for copying.
#[server(prefix = "/fn", endpoint = "conversations.source", output = super::encoding::Answer)]
pub async fn load_source(id: ConversationId, message: MessageId) -> Result<String, AppError> {
    use crate::glue;
    let caller = glue::caller().await?;
    glue::services()?
        .conversations
        .source(&caller, id, message)
        .await
        .map_err(glue::refuse)
}
