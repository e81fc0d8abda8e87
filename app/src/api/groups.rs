//! Administering groups.

use leptos::prelude::*;
use model::{BulkOutcome, Group, GroupDetail, GroupId, Page};
use serde::{Deserialize, Serialize};

use crate::error::AppError;

/// A group as it is typed. Numbers may stay empty.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct GroupForm {
    /// Its name.
    pub name: String,
    /// What it is for.
    #[serde(default)]
    pub description: String,
    /// Ids of roles.
    #[serde(default)]
    pub roles: Vec<String>,
    /// Whether its members may use every model.
    #[serde(default)]
    pub all_models: bool,
    /// Otherwise, which.
    #[serde(default)]
    pub models: Vec<String>,
    /// Answers a day.
    #[serde(default)]
    pub answers: String,
    /// Tokens a day.
    #[serde(default)]
    pub tokens: String,
    /// Requests a minute by all members together.
    #[serde(default)]
    pub minute_requests: String,
    /// Tokens a minute by all members together.
    #[serde(default)]
    pub minute_tokens: String,
    /// Requests at once by all members together.
    #[serde(default)]
    pub at_once: String,
    /// Whether kept answers are all members' together.
    #[serde(default)]
    pub shares_answers: bool,
}

/// A page of groups.
#[server(prefix = "/fn", endpoint = "groups.list", output = super::encoding::Answer)]
pub async fn load_groups(#[server(default)] after: String) -> Result<Page<Group>, AppError> {
    use crate::glue;
    let caller = glue::caller().await?;
    let after = Some(after.as_str()).filter(|after| !after.is_empty());
    let people = glue::services()?.people;
    people
        .groups(&caller, after, 100)
        .await
        .map_err(glue::refuse)
}

/// One group.
#[server(prefix = "/fn", endpoint = "groups.detail", output = super::encoding::Answer)]
pub async fn load_group(id: String) -> Result<GroupDetail, AppError> {
    use crate::glue;
    let caller = glue::caller().await?;
    let id = glue::parse_id(&id)?;
    let people = glue::services()?.people;
    people.group(&caller, id).await.map_err(glue::refuse)
}

/// Makes a group.
#[server(prefix = "/fn", endpoint = "groups.create", output = super::encoding::Answer)]
pub async fn create_group(group: GroupForm) -> Result<GroupId, AppError> {
    use crate::glue;
    let caller = glue::caller().await?;
    let draft = typed::draft(group)?;
    let people = glue::services()?.people;
    let id = people
        .create_group(&caller, draft)
        .await
        .map_err(glue::refuse)?;
    glue::go(&format!("/admin/groups/{id}?done=1"));
    Ok(id)
}

/// Changes a group; only as long as it is what was `seen` of it, when that is sent along: its draft as JSON.
#[server(prefix = "/fn", endpoint = "groups.update", output = super::encoding::Answer)]
pub async fn update_group(
    id: String,
    group: GroupForm,
    #[server(default)] seen: String,
) -> Result<(), AppError> {
    use crate::glue;
    let caller = glue::caller().await?;
    let id = glue::parse_id(&id)?;
    let draft = typed::draft(group)?;
    let people = glue::services()?.people;
    let changed = match glue::seen(&seen)? {
        Some(seen) => people.update_group_as_seen(&caller, id, draft, &seen).await,
        None => people.update_group(&caller, id, draft).await,
    };
    changed.map_err(glue::refuse)?;
    glue::go_back_done();
    Ok(())
}

/// Deletes a group; its members stay.
#[server(prefix = "/fn", endpoint = "groups.delete", output = super::encoding::Answer)]
pub async fn delete_group(id: String) -> Result<(), AppError> {
    use crate::glue;
    let caller = glue::caller().await?;
    let id = glue::parse_id(&id)?;
    let people = glue::services()?.people;
    people
        .delete_group(&caller, id)
        .await
        .map_err(glue::refuse)?;
    glue::go("/admin/groups?done=1");
    Ok(())
}

/// Takes people into a group.
#[server(prefix = "/fn", endpoint = "groups.add_members", output = super::encoding::Answer)]
pub async fn add_members(
    id: String,
    #[server(default)] people: Vec<String>,
) -> Result<BulkOutcome, AppError> {
    use crate::glue;
    let caller = glue::caller().await?;
    let id = glue::parse_id(&id)?;
    let members = glue::parse_ids(&people)?;
    let people = glue::services()?.people;
    let outcome = people
        .add_members(&caller, id, &members)
        .await
        .map_err(glue::refuse)?;
    glue::go_back_with(&crate::admin::outcome::in_query(&outcome));
    Ok(outcome)
}

/// Takes people out of a group.
#[server(prefix = "/fn", endpoint = "groups.remove_members", output = super::encoding::Answer)]
pub async fn remove_members(
    id: String,
    #[server(default)] people: Vec<String>,
) -> Result<BulkOutcome, AppError> {
    use crate::glue;
    let caller = glue::caller().await?;
    let id = glue::parse_id(&id)?;
    let members = glue::parse_ids(&people)?;
    let people = glue::services()?.people;
    let outcome = people
        .remove_members(&caller, id, &members)
        .await
        .map_err(glue::refuse)?;
    glue::go_back_with(&crate::admin::outcome::in_query(&outcome));
    Ok(outcome)
}

#[cfg(feature = "ssr")]
mod typed {
    use model::{FailureCode, GroupDraft, GroupRates, ModelName, Quota};

    use super::GroupForm;
    use crate::{error::AppError, glue};

    pub(super) fn draft(form: GroupForm) -> Result<GroupDraft, AppError> {
        let models: Result<Vec<ModelName>, _> = form.models.iter().map(ModelName::parse).collect();
        let models = models.map_err(|_| glue::refuse_text(FailureCode::UnknownModel))?;
        Ok(GroupDraft {
            name: form.name,
            description: form.description,
            roles: glue::parse_ids(&form.roles)?,
            models: (!form.all_models).then_some(models),
            quota: Quota {
                answers_per_day: whole(&form.answers).map_err(glue::refuse_text)?,
                tokens_per_day: whole(&form.tokens).map_err(glue::refuse_text)?,
            },
            rates: GroupRates {
                requests_per_minute: whole(&form.minute_requests).map_err(glue::refuse_text)?,
                tokens_per_minute: whole(&form.minute_tokens).map_err(glue::refuse_text)?,
                at_once: whole(&form.at_once).map_err(glue::refuse_text)?,
            },
            shares_answers: form.shares_answers,
        })
    }

    fn whole(text: &str) -> Result<Option<i64>, FailureCode> {
        match text.trim() {
            "" => Ok(None),
            text => match text.parse() {
                Ok(number) if number >= 0 => Ok(Some(number)),
                Ok(_) | Err(_) => Err(FailureCode::InvalidNumber),
            },
        }
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        #[test]
        fn a_quota_is_a_whole_number_or_nothing() {
            for (text, expected) in [
                ("", Ok(None)),
                (" 20 ", Ok(Some(20))),
                ("0", Ok(Some(0))),
                ("-1", Err(FailureCode::InvalidNumber)),
                ("2.5", Err(FailureCode::InvalidNumber)),
                ("many", Err(FailureCode::InvalidNumber)),
            ] {
                assert_eq!(whole(text), expected, "{text}");
            }
        }
    }
}
