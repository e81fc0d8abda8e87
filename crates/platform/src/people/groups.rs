//! Groups: seeing, making, changing and filling them.

use model::{
    BulkOutcome, DisplayName, FailureCode, Group, GroupDetail, GroupDraft, GroupId, GroupRates,
    Page, Permission, Quota, RoleId, UserId,
};
use serde_json::json;

use super::{
    PAGE, People, accounts::user, amended, description, each_once, grants, name_taken, readable,
    settled,
};
use crate::{
    identity::{Caller, IdentityError},
    store::NewGroup,
};

/// Models that a group may name.
const MODELS: usize = 200;

/// Groups that one person may be in.
const GROUPS: usize = 100;

impl People {
    /// Groups by name, those after `after`, at most 100.
    #[tracing::instrument(name = "api.people.groups", skip_all)]
    pub async fn groups(
        &self,
        caller: &Caller,
        after: Option<&str>,
        limit: u32,
    ) -> Result<Page<Group>, IdentityError> {
        readable(caller, Permission::GroupsRead)?;
        let after = after.unwrap_or_default();
        if after.contains('\0') {
            return Err(IdentityError::Refused(FailureCode::BadRequest));
        }
        let limit = limit.clamp(1, PAGE);
        let mut found = self.db.groups(after, limit + 1).await?;
        let more = found.len() > limit as usize;
        found.truncate(limit as usize);
        Ok(Page {
            next: found.last().filter(|_| more).map(|(key, _)| key.clone()),
            items: found.into_iter().map(|(_, group)| group).collect(),
        })
    }

    /// A group with what its members have by it.
    #[tracing::instrument(name = "api.people.group", skip_all)]
    pub async fn group(&self, caller: &Caller, id: GroupId) -> Result<GroupDetail, IdentityError> {
        readable(caller, Permission::GroupsRead)?;
        let mut group = self.db.group(id).await?.ok_or(IdentityError::NotFound)?;
        group.can_write = caller.permissions().contains(Permission::GroupsWrite)
            && self.may_regroup(caller, id, &ids(&group)).await.is_ok();
        Ok(group)
    }

    /// Makes a group.
    #[tracing::instrument(name = "api.people.create_group", skip_all)]
    pub async fn create_group(
        &self,
        caller: &Caller,
        draft: GroupDraft,
    ) -> Result<GroupId, IdentityError> {
        self.identity.require_fresh(caller)?;
        let id = GroupId::from_uuid(self.ids.next());
        let act = async {
            caller.require(Permission::GroupsWrite)?;
            let draft = checked(draft)?;
            self.may_give_by_group(caller, &draft.roles).await?;
            let record = self.trail().by(caller, "group.create").on("group", id);
            let record = record.with(&details(&draft));
            let new = NewGroup {
                id,
                draft: &draft,
                now: self.clock.now(),
            };
            self.db
                .insert_group(&new, &record)
                .await
                .map_err(name_taken)
        };
        self.judged(caller, "group.create", ("group", id.to_string()), act)
            .await?;
        Ok(id)
    }

    /// Changes a group; what its members may do changes with it at once.
    pub async fn update_group(
        &self,
        caller: &Caller,
        id: GroupId,
        draft: GroupDraft,
    ) -> Result<(), IdentityError> {
        self.amend_group(caller, id, draft, None).await
    }

    /// The same, unless it is something else by now than what was seen of it: what somebody else has changed meanwhile is not undone by who
    /// did not see it.
    pub async fn update_group_as_seen(
        &self,
        caller: &Caller,
        id: GroupId,
        draft: GroupDraft,
        seen: &GroupDraft,
    ) -> Result<(), IdentityError> {
        self.amend_group(caller, id, draft, Some(seen)).await
    }

    #[tracing::instrument(name = "api.people.update_group", skip_all)]
    async fn amend_group(
        &self,
        caller: &Caller,
        id: GroupId,
        draft: GroupDraft,
        seen: Option<&GroupDraft>,
    ) -> Result<(), IdentityError> {
        self.identity.require_fresh(caller)?;
        let act = async {
            // Who may not change it learns nothing of it.
            caller.require(Permission::GroupsWrite)?;
            let old = self.db.group(id).await?.ok_or(IdentityError::NotFound)?;
            let looked_at = GroupDraft::from(&old);
            if seen.is_some_and(|seen| *seen != looked_at) {
                return Err(IdentityError::Refused(FailureCode::Outdated));
            }
            let draft = checked(draft)?;
            let had = ids(&old);
            let differ = |a: &[RoleId], b: &[RoleId]| -> Vec<RoleId> {
                a.iter().filter(|role| !b.contains(role)).copied().collect()
            };
            self.may_give_by_group(caller, &differ(&draft.roles, &had))
                .await?;
            self.may_regroup(caller, id, &differ(&had, &draft.roles))
                .await?;
            let record = self.trail().by(caller, "group.update").on("group", id);
            let record = record.with(&details(&draft));
            let new = NewGroup {
                id,
                draft: &draft,
                now: self.clock.now(),
            };
            // Judged as it was looked at, so it is changed as long as it is that.
            let changed = self.db.update_group(&new, &looked_at, &record).await;
            amended(changed.map_err(name_taken)?)?;
            self.identity.rights_changed();
            Ok(())
        };
        self.judged(caller, "group.update", ("group", id.to_string()), act)
            .await
    }

    /// Deletes a group. Its members stay and lose what they had by it.
    #[tracing::instrument(name = "api.people.delete_group", skip_all)]
    pub async fn delete_group(&self, caller: &Caller, id: GroupId) -> Result<(), IdentityError> {
        self.identity.require_fresh(caller)?;
        let act = async {
            caller.require(Permission::GroupsWrite)?;
            let old = self.db.group(id).await?.ok_or(IdentityError::NotFound)?;
            self.may_regroup(caller, id, &ids(&old)).await?;
            let record = self.trail().by(caller, "group.delete").on("group", id);
            let record = record.with(&json!({ "name": old.group.name }));
            let looked_at = GroupDraft::from(&old);
            amended(self.db.delete_group(id, &looked_at, &record).await?)?;
            self.identity.rights_changed();
            Ok(())
        };
        self.judged(caller, "group.delete", ("group", id.to_string()), act)
            .await
    }

    /// Puts people into a group.
    #[tracing::instrument(name = "api.people.add_members", skip_all)]
    pub async fn add_members(
        &self,
        caller: &Caller,
        id: GroupId,
        people: &[UserId],
    ) -> Result<BulkOutcome, IdentityError> {
        self.change_members(caller, id, people, true).await
    }

    /// Takes people out of a group.
    #[tracing::instrument(name = "api.people.remove_members", skip_all)]
    pub async fn remove_members(
        &self,
        caller: &Caller,
        id: GroupId,
        people: &[UserId],
    ) -> Result<BulkOutcome, IdentityError> {
        self.change_members(caller, id, people, false).await
    }

    /// Puts the person into just those groups.
    #[tracing::instrument(name = "api.people.set_groups", skip_all)]
    pub async fn set_groups(
        &self,
        caller: &Caller,
        id: UserId,
        groups: Vec<GroupId>,
    ) -> Result<(), IdentityError> {
        if groups.len() > GROUPS {
            return Err(IdentityError::Refused(FailureCode::TooMany));
        }
        let act = async {
            caller.require(Permission::GroupsWrite)?;
            self.db.user(id).await?.ok_or(IdentityError::NotFound)?;
            let had: Vec<GroupId> = self
                .db
                .groups_of(id)
                .await?
                .iter()
                .map(|group| group.id)
                .collect();
            let changes = groups
                .iter()
                .filter(|group| !had.contains(group))
                .map(|group| (*group, true))
                .chain(
                    had.iter()
                        .filter(|group| !groups.contains(group))
                        .map(|group| (*group, false)),
                );
            let changes: Vec<(GroupId, bool)> = changes.collect();
            // Judged before anything is done, so that it is done whole or not at all.
            for (group, _) in &changes {
                self.may_fill(caller, *group).await?;
            }
            for (group, joins) in changes {
                self.move_person(caller, group, id, joins).await?;
            }
            Ok(())
        };
        self.judged(caller, "user.group.add", user(id), act).await
    }

    async fn change_members(
        &self,
        caller: &Caller,
        group: GroupId,
        people: &[UserId],
        join: bool,
    ) -> Result<BulkOutcome, IdentityError> {
        let action = if join {
            "user.group.add"
        } else {
            "user.group.remove"
        };
        let allowed = async {
            caller.require(Permission::GroupsWrite)?;
            self.may_fill(caller, group).await
        };
        self.judged(caller, action, ("group", group.to_string()), allowed)
            .await?;
        let mut outcome = BulkOutcome::default();
        for id in each_once(people)? {
            let act = self.move_person(caller, group, id, join);
            match self.judged(caller, action, user(id), act).await {
                Ok(()) => outcome.done.push(id),
                Err(error) if error.code().status() < 500 => {
                    outcome.refused.push((id, error.code()));
                }
                Err(error) => return Err(error),
            }
        }
        Ok(outcome)
    }

    async fn move_person(
        &self,
        caller: &Caller,
        group: GroupId,
        id: UserId,
        join: bool,
    ) -> Result<(), IdentityError> {
        let action = if join {
            "user.group.add"
        } else {
            "user.group.remove"
        };
        let record = self.trail().by(caller, action).on("user", id);
        let record = record.with(&json!({ "group": group }));
        let (db, now) = (&self.db, self.clock.now());
        let touched = if join {
            db.join_group(group, id, Some(caller.rank()), now, &record)
                .await?
        } else {
            db.leave_group(group, id, Some(caller.rank()), &record)
                .await?
        };
        // A group with roles lifts or lowers whoever joins or leaves it.
        if settled(touched)? && !self.db.roles_of_group(group).await?.is_empty() {
            self.shut_out(id).await;
        }
        Ok(())
    }

    /// Refuses unless there is such a group and the caller may put people in and out: to be in it gives its roles.
    pub(super) async fn may_fill(
        &self,
        caller: &Caller,
        group: GroupId,
    ) -> Result<(), IdentityError> {
        caller.require(Permission::GroupsWrite)?;
        let group = self.db.group(group).await?.ok_or(IdentityError::NotFound)?;
        self.may_give_by_group(caller, &ids(&group)).await
    }

    /// Refuses unless the caller may give these roles to whoever is in a group. Nobody is an owner by a group.
    async fn may_give_by_group(
        &self,
        caller: &Caller,
        roles: &[RoleId],
    ) -> Result<(), IdentityError> {
        if roles.is_empty() {
            return Ok(());
        }
        caller.require(Permission::UsersGrant)?;
        // What gives roles is as sensitive as giving them.
        self.identity.require_fresh(caller)?;
        if roles.contains(&model::BuiltIn::Owner.id()) {
            return Err(IdentityError::RankTooHigh);
        }
        grants::grantable(&self.db, caller, roles).await
    }

    /// Refuses unless the caller may change what this group's members may do: none stands as high as they do, and they
    /// may take the roles that it loses.
    async fn may_regroup(
        &self,
        caller: &Caller,
        group: GroupId,
        lost: &[RoleId],
    ) -> Result<(), IdentityError> {
        caller.require_above(self.db.highest_in_group(group).await?)?;
        if lost.is_empty() {
            return Ok(());
        }
        caller.require(Permission::UsersGrant)?;
        let all = self.db.roles().await?;
        let may = |id: &RoleId| {
            let role = all.iter().find(|role| role.id == *id);
            role.is_none_or(|role| grants::may_take(caller, role))
        };
        if lost.iter().all(may) {
            Ok(())
        } else {
            Err(IdentityError::RankTooHigh)
        }
    }
}

fn ids(group: &GroupDetail) -> Vec<RoleId> {
    group.roles.iter().map(|role| role.id).collect()
}

/// The draft in its one form.
fn checked(draft: GroupDraft) -> Result<GroupDraft, IdentityError> {
    let mut models = draft.models;
    if let Some(models) = &mut models {
        models.sort_by(|a, b| a.as_str().cmp(b.as_str()));
        models.dedup();
        if models.len() > MODELS {
            return Err(IdentityError::Refused(FailureCode::TooMany));
        }
    }
    let Quota {
        answers_per_day,
        tokens_per_day,
    } = draft.quota;
    let GroupRates {
        requests_per_minute,
        tokens_per_minute,
        at_once,
    } = draft.rates;
    let sound =
        |limit: &Option<i64>| limit.is_none_or(|limit| (0..=GroupDraft::MOST).contains(&limit));
    let limits = [
        answers_per_day,
        tokens_per_day,
        requests_per_minute,
        tokens_per_minute,
        at_once,
    ];
    if !limits.iter().all(sound) {
        return Err(IdentityError::Refused(FailureCode::InvalidNumber));
    }
    Ok(GroupDraft {
        name: DisplayName::parse(&draft.name)?.as_str().to_owned(),
        description: description(&draft.description)?,
        models,
        ..draft
    })
}

fn details(draft: &GroupDraft) -> serde_json::Value {
    json!({
        "name": draft.name,
        "roles": draft.roles,
        "models": draft.models,
        "quota": draft.quota,
        "rates": draft.rates,
        "shares_answers": draft.shares_answers,
    })
}
