//! The roles and groups that there are, as far as the reader may see them, for pages where they are chosen.

use leptos::prelude::*;
use model::{Group, Permission, Rank, Role, Session};
use serde::{Deserialize, Serialize};

use super::subject::SessionResource;
use crate::{
    api::{groups::load_groups, people::load_person, roles::load_roles},
    error::AppError,
};

/// Roles, groups, and where the reader stands.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Known {
    /// All roles, the highest first.
    pub roles: Vec<Role>,
    /// The groups, by name.
    pub groups: Vec<Group>,
    /// The reader's rank, when they may see it.
    pub rank: Option<Rank>,
}

impl Known {
    /// Whether the reader may give this role: it is below their rank and allows nothing that they may not do. The owner
    /// gives every role. Without knowing the rank the server is left to judge.
    pub fn may_give(&self, session: &Session, role: &Role) -> bool {
        let is_below = self
            .rank
            .is_none_or(|own| own == Rank::OWNER || role.rank < own);
        is_below && session.permissions.includes(role.permissions)
    }
}

/// A page reads at most so many groups.
const PAGES: usize = 10;

/// Loads them. Not inside a `Suspend`, which runs again as its parts arrive.
pub fn use_known(session: SessionResource) -> Resource<Result<Known, AppError>> {
    Resource::new_blocking(|| (), move |()| load(session))
}

/// Draws `view` when they are there; without them when they could not be loaded.
#[component]
pub fn WithKnown<V>(
    known: Resource<Result<Known, AppError>>,
    view: impl Fn(Known) -> V + Clone + Send + Sync + 'static,
) -> impl IntoView
where
    V: IntoView + 'static,
{
    view! {
        <Transition>
            {move || {
                let view = view.clone();
                Suspend::new(async move { view(known.await.unwrap_or_default()) })
            }}
        </Transition>
    }
}

async fn load(session: SessionResource) -> Result<Known, AppError> {
    let session = session.await?;
    let may = |permission| session.permissions.contains(permission);
    let mut known = Known::default();
    if may(Permission::RolesRead) {
        known.roles = load_roles().await?;
    }
    if may(Permission::GroupsRead) {
        let mut after = String::new();
        for _ in 0..PAGES {
            let page = load_groups(after).await?;
            known.groups.extend(page.items);
            let Some(next) = page.next else { break };
            after = next;
        }
    }
    if let Some(account) = session
        .account
        .as_ref()
        .filter(|_| may(Permission::UsersRead))
    {
        known.rank = Some(load_person(account.id.to_string()).await?.person.rank);
    }
    Ok(known)
}

#[cfg(test)]
mod tests {
    use model::{BuiltIn, PermissionSet};

    use super::*;

    fn role(built_in: BuiltIn) -> Role {
        Role {
            id: built_in.id(),
            name: built_in.as_str().to_owned(),
            description: String::new(),
            rank: built_in.rank(),
            permissions: built_in.permissions(),
            built_in: true,
            requires_second_factor: false,
            people: 0,
            can_write: false,
        }
    }

    #[test]
    fn only_roles_below_ones_own_rank_are_offered() {
        let session = |permissions| Session {
            permissions,
            ..Session::default()
        };
        let standing = |rank| Known {
            rank: Some(rank),
            ..Known::default()
        };
        let administrator = standing(BuiltIn::Administrator.rank());
        let all = session(PermissionSet::all());
        assert!(administrator.may_give(&all, &role(BuiltIn::Operator)));
        assert!(!administrator.may_give(&all, &role(BuiltIn::Administrator)));
        assert!(standing(Rank::OWNER).may_give(&all, &role(BuiltIn::Owner)));
        let few = session(BuiltIn::Member.permissions());
        assert!(!administrator.may_give(&few, &role(BuiltIn::Operator)));
    }
}
