//! Seeing who there is.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use model::{
    Email, FailureCode, Page, Permission, Person, PersonDetail, PersonFilter, Rank, UserId,
};

use super::{PAGE, People, readable};
use crate::{
    identity::{Caller, IdentityError},
    store::PeopleQuery,
};

/// The longest search, in characters.
const LONGEST_SEARCH: usize = 100;

impl People {
    /// People by name, those after `after`, at most 100.
    #[tracing::instrument(name = "api.people.list", skip_all)]
    pub async fn list(
        &self,
        caller: &Caller,
        filter: PersonFilter,
        after: Option<&str>,
        limit: u32,
    ) -> Result<Page<Person>, IdentityError> {
        readable(caller, Permission::UsersRead)?;
        self.page_of_people(&filter, after, limit).await
    }

    /// Who has that address.
    #[tracing::instrument(name = "api.people.of_address", skip_all)]
    pub async fn of_address(
        &self,
        caller: &Caller,
        email: &Email,
    ) -> Result<UserId, IdentityError> {
        readable(caller, Permission::UsersRead)?;
        let user = self.db.user_by_email(email).await?;
        user.map(|user| user.account.id)
            .ok_or(IdentityError::Refused(FailureCode::NoSuchPerson))
    }

    /// All that an administrator sees of a person.
    #[tracing::instrument(name = "api.people.detail", skip_all)]
    pub async fn detail(&self, caller: &Caller, id: UserId) -> Result<PersonDetail, IdentityError> {
        readable(caller, Permission::UsersRead)?;
        let verify_email = self.identity.verifies_email();
        let person = self.db.person(id, verify_email).await?;
        let person = person.ok_or(IdentityError::NotFound)?;
        let facts = self.db.facts(id, self.clock.now()).await?;
        let facts = facts.ok_or(IdentityError::NotFound)?;
        let sessions = self.identity.sessions_of(id, None).await?;
        let count = |number: i64| u32::try_from(number).unwrap_or(u32::MAX);
        let may = |permission| caller.permissions().contains(permission);
        let above = caller.rank() > person.rank;
        Ok(PersonDetail {
            groups: self.db.groups_of(id).await?,
            permissions: self.db.access(id).await?.permissions,
            sessions: u32::try_from(sessions.len()).unwrap_or(u32::MAX),
            api_keys: count(facts.api_keys),
            passkeys: count(facts.passkeys),
            totp: facts.totp,
            providers: facts.providers(),
            has_password: facts.has_password,
            can_write: above && may(Permission::UsersWrite),
            can_grant: (above || caller.rank() == Rank::OWNER) && may(Permission::UsersGrant),
            person,
        })
    }

    pub(super) async fn page_of_people(
        &self,
        filter: &PersonFilter,
        after: Option<&str>,
        limit: u32,
    ) -> Result<Page<Person>, IdentityError> {
        let search = searchable(&filter.search)?;
        let after = after.map(place).transpose()?;
        let limit = limit.clamp(1, PAGE);
        let query = PeopleQuery {
            after: after.as_ref().map(|(name, id)| (name.as_str(), *id)),
            search,
            state: filter.state,
            role: filter.role,
            group: filter.group,
            verify_email: self.identity.verifies_email(),
            limit: limit + 1,
        };
        let mut items = self.db.people(&query).await?;
        let more = items.len() > limit as usize;
        items.truncate(limit as usize);
        let last = items.last().filter(|_| more);
        Ok(Page {
            next: last
                .map(|last| URL_SAFE_NO_PAD.encode(format!("{} {}", last.id, last.name.as_str()))),
            items,
        })
    }
}

/// What is looked for, without the space around it.
pub(super) fn searchable(search: &str) -> Result<&str, IdentityError> {
    let search = search.trim();
    if search.chars().count() > LONGEST_SEARCH || search.chars().any(char::is_control) {
        return Err(IdentityError::Refused(FailureCode::InvalidText));
    }
    Ok(search)
}

/// Where a page of people begins: after that name and id.
fn place(text: &str) -> Result<(String, UserId), IdentityError> {
    let read = || {
        let text = String::from_utf8(URL_SAFE_NO_PAD.decode(text).ok()?).ok()?;
        let (id, name) = text.split_once(' ')?;
        let sound = !name.contains('\0');
        sound.then_some((name.to_owned(), id.parse().ok()?))
    };
    read().ok_or(IdentityError::Refused(FailureCode::BadRequest))
}
