//! Administering people.

use leptos::prelude::*;
use model::{BulkOutcome, Page, Person, PersonDetail, UserId};
use serde::{Deserialize, Serialize};

use crate::error::AppError;

/// Which people are asked for, as the page's address says it. Empty fields ask for everybody.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PeopleQuery {
    /// A word of a name or an address.
    #[serde(default)]
    pub search: String,
    /// `active`, `pending` or `disabled`.
    #[serde(default)]
    pub state: String,
    /// A role's id.
    #[serde(default)]
    pub role: String,
    /// A group's id.
    #[serde(default)]
    pub group: String,
    /// Where the page begins.
    #[serde(default)]
    pub after: String,
}

/// Who is to get an account.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewPerson {
    /// Their name.
    pub name: String,
    /// Their address.
    pub email: String,
    /// Ids of roles.
    #[serde(default)]
    pub roles: Vec<String>,
    /// Ids of groups.
    #[serde(default)]
    pub groups: Vec<String>,
}

/// A page of people.
#[server(prefix = "/fn", endpoint = "people.list", output = super::encoding::Answer)]
pub async fn load_people(query: PeopleQuery) -> Result<Page<Person>, AppError> {
    use crate::glue;
    let caller = glue::caller().await?;
    let filter = typed::filter(&query)?;
    let after = Some(query.after.as_str()).filter(|after| !after.is_empty());
    let people = glue::services()?.people;
    people
        .list(&caller, filter, after, typed::AT_ONCE)
        .await
        .map_err(glue::refuse)
}

/// One person.
#[server(prefix = "/fn", endpoint = "people.detail", output = super::encoding::Answer)]
pub async fn load_person(id: String) -> Result<PersonDetail, AppError> {
    use crate::glue;
    let caller = glue::caller().await?;
    let id = glue::parse_id(&id)?;
    let people = glue::services()?.people;
    people.detail(&caller, id).await.map_err(glue::refuse)
}

/// Makes an account and sends its owner a link to set a password.
#[server(prefix = "/fn", endpoint = "people.create", output = super::encoding::Answer)]
pub async fn create_person(person: NewPerson) -> Result<UserId, AppError> {
    use crate::glue;
    let caller = glue::caller().await?;
    let roles = glue::parse_ids(&person.roles)?;
    let groups = glue::parse_ids(&person.groups)?;
    let language = glue::mail_language();
    let people = glue::services()?.people;
    let id = people
        .create(
            &caller,
            &person.name,
            &person.email,
            roles,
            groups,
            language,
        )
        .await
        .map_err(glue::refuse)?;
    glue::go(&format!("/admin/users/{id}?done=1"));
    Ok(id)
}

/// Does something to many people: `disable`, `enable`, `end_sessions`, or `delete`, which `confirm` has to confirm with
/// their number.
#[server(prefix = "/fn", endpoint = "people.act", output = super::encoding::Answer)]
pub async fn act_on_people(
    act: String,
    #[server(default)] people: Vec<String>,
    #[server(default)] confirm: String,
) -> Result<BulkOutcome, AppError> {
    use crate::glue;
    let caller = glue::caller().await?;
    let ids = glue::parse_ids(&people)?;
    let people = glue::services()?.people;
    let outcome = match act.as_str() {
        "disable" => people.set_disabled(&caller, &ids, true).await,
        "enable" => people.set_disabled(&caller, &ids, false).await,
        "end_sessions" => people.end_sessions(&caller, &ids).await,
        "delete" => people.delete(&caller, &ids, &confirm).await,
        _ => return Err(glue::refuse_text(model::FailureCode::BadRequest)),
    };
    let outcome = outcome.map_err(glue::refuse)?;
    glue::go_back_with(&crate::admin::outcome::in_query(&outcome));
    Ok(outcome)
}

/// Does something to one person: as for many, and `reset_factors` and `send_reset`. To delete them their address is typed.
#[server(prefix = "/fn", endpoint = "people.act_on", output = super::encoding::Answer)]
pub async fn act_on_person(
    id: String,
    act: String,
    #[server(default)] typed_email: String,
) -> Result<(), AppError> {
    use crate::glue;
    use model::{Email, FailureCode};
    let caller = glue::caller().await?;
    let id: UserId = glue::parse_id(&id)?;
    let people = glue::services()?.people;
    let one = |outcome: BulkOutcome| match outcome.refused.first() {
        Some((_, code)) => Err(glue::refuse_text(*code)),
        None => Ok(()),
    };
    match act.as_str() {
        "disable" => one(people
            .set_disabled(&caller, &[id], true)
            .await
            .map_err(glue::refuse)?)?,
        "enable" => one(people
            .set_disabled(&caller, &[id], false)
            .await
            .map_err(glue::refuse)?)?,
        "end_sessions" => one(people
            .end_sessions(&caller, &[id])
            .await
            .map_err(glue::refuse)?)?,
        "reset_factors" => people
            .reset_factors(&caller, id)
            .await
            .map_err(glue::refuse)?,
        "send_reset" => {
            let language = glue::mail_language();
            people
                .send_reset(&caller, id, language)
                .await
                .map_err(glue::refuse)?;
        }
        "delete" => {
            // The platform takes the number of people as well, which is too little here. Who may not delete at all is told
            // so by it, whatever was typed.
            let typed = Email::parse(&typed_email).map_or_else(|_| "-".to_owned(), String::from);
            one(people
                .delete(&caller, &[id], &typed)
                .await
                .map_err(glue::refuse)?)?;
            glue::go("/admin/users?done=1");
            return Ok(());
        }
        _ => return Err(glue::refuse_text(FailureCode::BadRequest)),
    }
    glue::go_back_done();
    Ok(())
}

/// Gives and takes roles, so that these are what a person has.
#[server(prefix = "/fn", endpoint = "people.set_roles", output = super::encoding::Answer)]
pub async fn set_person_roles(
    id: String,
    #[server(default)] roles: Vec<String>,
) -> Result<(), AppError> {
    use crate::glue;
    let caller = glue::caller().await?;
    let id = glue::parse_id(&id)?;
    let roles = glue::parse_ids(&roles)?;
    let people = glue::services()?.people;
    people
        .set_roles(&caller, id, roles)
        .await
        .map_err(glue::refuse)?;
    glue::go_back_done();
    Ok(())
}

/// Adds to groups and removes from them, so that these are a person's.
#[server(prefix = "/fn", endpoint = "people.set_groups", output = super::encoding::Answer)]
pub async fn set_person_groups(
    id: String,
    #[server(default)] groups: Vec<String>,
) -> Result<(), AppError> {
    use crate::glue;
    let caller = glue::caller().await?;
    let id = glue::parse_id(&id)?;
    let groups = glue::parse_ids(&groups)?;
    let people = glue::services()?.people;
    people
        .set_groups(&caller, id, groups)
        .await
        .map_err(glue::refuse)?;
    glue::go_back_done();
    Ok(())
}

#[cfg(feature = "ssr")]
mod typed {
    use model::{PersonFilter, PersonState};

    use super::PeopleQuery;
    use crate::{error::AppError, glue::parse_optional};

    /// People on a page.
    pub(super) const AT_ONCE: u32 = 50;

    pub(super) fn filter(query: &PeopleQuery) -> Result<PersonFilter, AppError> {
        let state = |name: &str| match name {
            "active" => Some(PersonState::Active),
            "pending" => Some(PersonState::Pending),
            "disabled" => Some(PersonState::Disabled),
            _ => None,
        };
        Ok(PersonFilter {
            search: query.search.clone(),
            state: parse_optional(&query.state, state)?,
            role: parse_optional(&query.role, |id| id.parse().ok())?,
            group: parse_optional(&query.group, |id| id.parse().ok())?,
        })
    }
}
