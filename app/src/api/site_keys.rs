//! Everybody's API keys, for administrators.

use leptos::prelude::*;
use model::{KeyLine, Page};
use serde::{Deserialize, Serialize};

use crate::error::AppError;

/// What is asked for, as the page's address says it. Empty fields ask for everything.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct SiteKeysForm {
    /// How a key begins, or a word of its name, its owner's name or their address.
    pub search: String,
    /// The name of a state.
    pub state: String,
    /// Days for which it was not used.
    pub unused: String,
    /// The name of an order; newest first without.
    pub order: String,
    /// A person's id.
    pub person: String,
    /// Where the page begins.
    pub after: String,
}

/// A page of everybody's keys.
#[server(prefix = "/fn", endpoint = "site_keys.list", output = super::encoding::Answer)]
pub async fn load_site_keys(form: SiteKeysForm) -> Result<Page<KeyLine>, AppError> {
    use crate::glue;
    let caller = glue::caller().await?;
    let filter = typed::filter(&form)?;
    let after = Some(form.after.as_str()).filter(|after| !after.is_empty());
    let people = glue::services()?.people;
    people
        .api_keys(&caller, &filter, after, typed::AT_ONCE)
        .await
        .map_err(glue::refuse)
}

/// Revokes somebody's key: whoever uses it is refused from then on.
#[server(prefix = "/fn", endpoint = "site_keys.revoke", output = super::encoding::Answer)]
pub async fn revoke_key(id: String) -> Result<(), AppError> {
    use crate::glue;
    let caller = glue::caller().await?;
    let id = glue::parse_id(&id)?;
    let people = glue::services()?.people;
    people
        .revoke_api_key(&caller, id)
        .await
        .map_err(glue::refuse)?;
    glue::go_back_done();
    Ok(())
}

#[cfg(feature = "ssr")]
mod typed {
    use model::{KeyFilter, KeyOrder, KeyState};

    use super::SiteKeysForm;
    use crate::{
        error::AppError,
        glue::{parse_optional, parse_optional_id},
    };

    /// Keys on a page.
    pub(super) const AT_ONCE: u32 = 50;

    pub(super) fn filter(form: &SiteKeysForm) -> Result<KeyFilter, AppError> {
        let state = parse_optional(&form.state, KeyState::from_name)?;
        let order = parse_optional(&form.order, KeyOrder::from_name)?;
        Ok(KeyFilter {
            search: form.search.clone(),
            owner: parse_optional_id(&form.person)?,
            state,
            unused_days: parse_optional(&form.unused, |days| days.parse().ok())?,
            order: order.unwrap_or_default(),
        })
    }
}
