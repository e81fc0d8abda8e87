//! Assistants that a person keeps or may use.

use leptos::prelude::*;
use model::{
    AssistantCard, AssistantDraft, AssistantGallery, AssistantId, AssistantView, GroupId,
    ModelChoice, ToolOffer,
};
use serde::{Deserialize, Serialize};

use crate::error::AppError;

/// What the form of an assistant needs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AssistantForm {
    /// What it is filled with: the caller's own that is changed, or another's that is copied.
    pub filled: Option<AssistantView>,
    /// The groups that it can be for.
    pub groups: Vec<(GroupId, String)>,
    /// The models that it can begin with.
    pub models: Vec<ModelChoice>,
    /// The tools that the caller may use; which of them are on is said by what it is filled with.
    pub tools: Vec<ToolOffer>,
    /// Whether it can be for everybody, and an application can stand behind it.
    pub may_publish: bool,
}

/// What the caller can choose from, with these words in name or description.
#[server(prefix = "/fn", endpoint = "assistants.gallery", output = super::encoding::Answer)]
pub async fn load_assistants(
    #[server(default)] words: String,
    #[server(default)] after: String,
) -> Result<AssistantGallery, AppError> {
    use crate::glue;
    let caller = glue::caller().await?;
    let assistants = glue::services()?.assistants;
    let after = Some(after.as_str()).filter(|after| !after.is_empty());
    let language = glue::mail_language();
    let gallery = assistants.gallery(&caller, &words, after, language).await;
    gallery.map_err(glue::refuse)
}

/// An assistant that the caller may use.
#[server(prefix = "/fn", endpoint = "assistants.find", output = super::encoding::Answer)]
pub async fn load_assistant(key: String) -> Result<AssistantView, AppError> {
    use crate::glue;
    let caller = glue::caller().await?;
    let assistants = glue::services()?.assistants;
    let key = glue::parse_id(&key)?;
    assistants.find(&caller, &key).await.map_err(glue::refuse)
}

/// What `@letters` may mean, in a new conversation or, `once`, in one that has begun.
#[server(prefix = "/fn", endpoint = "assistants.offer", output = super::encoding::Answer)]
pub async fn offer_assistants(
    #[server(default)] letters: String,
    #[server(default)] once: bool,
) -> Result<Vec<AssistantCard>, AppError> {
    use crate::glue;
    let caller = glue::caller().await?;
    let assistants = glue::services()?.assistants;
    let language = glue::mail_language();
    let offered = assistants.offer(&caller, &letters, language, once).await;
    offered.map_err(glue::refuse)
}

/// The form of one of the caller's own, or of a new one, which may begin as a copy of the assistant `from`.
#[server(prefix = "/fn", endpoint = "assistants.form", output = super::encoding::Answer)]
pub async fn load_assistant_form(
    #[server(default)] id: String,
    #[server(default)] from: String,
) -> Result<AssistantForm, AppError> {
    use crate::glue;
    use model::Permission;
    let caller = glue::caller().await?;
    let services = glue::services()?;
    let assistants = services.assistants;
    let filled = match (id.as_str(), from.as_str()) {
        ("", "") => None,
        ("", from) => {
            let key = glue::parse_id(from)?;
            let copied = assistants.find(&caller, &key).await;
            Some(copied.map_err(glue::refuse)?)
        }
        (id, _) => {
            let own = assistants.own(&caller, glue::parse_id(id)?).await;
            Some(own.map_err(glue::refuse)?)
        }
    };
    let groups = assistants.groups(&caller).await.map_err(glue::refuse)?;
    let offer = services.generations.offer(&caller).await;
    let (models, _) = offer.map_err(glue::refuse)?;
    let choices = services.tools.choices(&caller, None).await;
    let (tools, _) = choices.map_err(glue::refuse)?;
    Ok(AssistantForm {
        filled,
        groups,
        models,
        tools,
        may_publish: caller.require(Permission::AssistantsPublish).is_ok(),
    })
}

/// Keeps a new one.
#[server(prefix = "/fn", endpoint = "assistants.create", output = super::encoding::Answer)]
pub async fn create_assistant(
    #[server(default)] form: AssistantDraft,
) -> Result<AssistantId, AppError> {
    use crate::glue::{self, refuse_text};
    let caller = glue::caller().await?;
    let assistants = glue::services()?.assistants;
    let (assistant, audience, group) = form.parse().map_err(refuse_text)?;
    let made = assistants.create(&caller, &assistant, (audience, group));
    let made = made.await.map_err(glue::refuse)?;
    glue::go("/assistants?done=1");
    Ok(made)
}

/// Changes one of the caller's.
#[server(prefix = "/fn", endpoint = "assistants.update", output = super::encoding::Answer)]
pub async fn update_assistant(
    id: String,
    #[server(default)] form: AssistantDraft,
) -> Result<(), AppError> {
    use crate::glue::{self, refuse_text};
    let caller = glue::caller().await?;
    let assistants = glue::services()?.assistants;
    let id = glue::parse_id(&id)?;
    let (assistant, audience, group) = form.parse().map_err(refuse_text)?;
    let changed = assistants.update(&caller, id, &assistant, (audience, group));
    changed.await.map_err(glue::refuse)?;
    glue::go("/assistants?done=1");
    Ok(())
}

/// Removes the picture of one of the caller's.
#[server(prefix = "/fn", endpoint = "assistants.remove_picture", output = super::encoding::Answer)]
pub async fn remove_assistant_picture(id: String) -> Result<(), AppError> {
    use crate::glue;
    let caller = glue::caller().await?;
    let assistants = glue::services()?.assistants;
    let id: AssistantId = glue::parse_id(&id)?;
    let removed = assistants.remove_picture(&caller, id);
    removed.await.map_err(glue::refuse)?;
    glue::go(&format!("/assistants/{id}/edit?done=1"));
    Ok(())
}

/// Deletes one of the caller's; it can be brought back for a while.
#[server(prefix = "/fn", endpoint = "assistants.delete", output = super::encoding::Answer)]
pub async fn delete_assistant(id: String) -> Result<(), AppError> {
    use crate::glue;
    let caller = glue::caller().await?;
    let assistants = glue::services()?.assistants;
    let id: AssistantId = glue::parse_id(&id)?;
    assistants.delete(&caller, id).await.map_err(glue::refuse)?;
    glue::go(&format!("/assistants?removed={id}"));
    Ok(())
}

/// Makes anybody's that is published its owner's alone.
#[server(prefix = "/fn", endpoint = "assistants.take_down", output = super::encoding::Answer)]
pub async fn take_down_assistant(id: String) -> Result<(), AppError> {
    use crate::glue;
    let caller = glue::caller().await?;
    let services = glue::services()?;
    let audit = services.identity.audit();
    services
        .assistants
        .take_down(&caller, audit, glue::parse_id(&id)?)
        .await
        .map_err(glue::refuse)?;
    glue::go_back_done();
    Ok(())
}

/// Takes a deletion back.
#[server(prefix = "/fn", endpoint = "assistants.restore", output = super::encoding::Answer)]
pub async fn restore_assistant(id: String) -> Result<(), AppError> {
    use crate::glue;
    let caller = glue::caller().await?;
    let assistants = glue::services()?.assistants;
    let id = glue::parse_id(&id)?;
    assistants
        .restore(&caller, id)
        .await
        .map_err(glue::refuse)?;
    glue::go("/assistants");
    Ok(())
}
