//! Invitations: links that make an account in every mode of registration, once. One is worth what whoever made it may
//! still give: with their account or their rank it ends.

use model::{
    BuiltIn, Email, FailureCode, GroupId, Invitation, InvitationDraft, InvitationId, Millis,
    NewInvitation, Page, Permission, RoleId,
};
use secrecy::ExposeSecret;

use super::{
    Caller, Identity, IdentityError,
    token::{new_token, sha256_hex},
};
use crate::{
    mail::{Language, Letter},
    store::{Access, NewInvitationRow, OpenInvitation},
};

/// An invitation can be used for so long.
const LIFE_MS: i64 = 7 * Millis::DAY;

/// Roles or groups that one invitation names, at most.
const AT_MOST: usize = 50;

/// Invitations on one page of the list, at most.
const PAGE: u32 = 200;

/// What the link of an invitation shows to whoever opens it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvitationPreview {
    /// Where it was sent.
    pub email: Option<Email>,
    /// Who invites.
    pub by: Option<String>,
}

impl Identity {
    /// What the invitation says, if it can be used.
    #[tracing::instrument(name = "api.identity.invitation", skip_all)]
    pub async fn invitation(&self, token: &str) -> Result<InvitationPreview, IdentityError> {
        let open = self.standing_invitation(token).await?;
        Ok(InvitationPreview {
            email: open.email,
            by: open.inviter,
        })
    }

    /// Makes an invitation and sends it, if it says where to.
    #[tracing::instrument(name = "api.identity.create_invitation", skip_all)]
    pub(crate) async fn create_invitation(
        &self,
        caller: &Caller,
        draft: InvitationDraft,
        language: Language,
    ) -> Result<NewInvitation, IdentityError> {
        caller.require(Permission::UsersInvite)?;
        caller.require_person()?;
        if draft.roles.len().max(draft.groups.len()) > AT_MOST {
            return Err(IdentityError::Refused(FailureCode::TooMany));
        }
        let roles = if draft.roles.is_empty() {
            vec![BuiltIn::Member.id()]
        } else {
            draft.roles
        };
        let own = Access {
            rank: caller.rank(),
            permissions: caller.permissions(),
            requires_second_factor: false,
        };
        self.refuse_ungivable(&own, &roles, &draft.groups).await?;

        let token = new_token();
        let now = self.0.clock.now();
        let expires_at = now.plus(LIFE_MS);
        let id = InvitationId::from_uuid(self.0.ids.next());
        let new = NewInvitationRow {
            id,
            token_hash: &sha256_hex(token.expose_secret().as_bytes()),
            email: draft.email.as_ref(),
            roles: &roles,
            groups: &draft.groups,
            invited_by: caller.user(),
            created_at: now,
            expires_at,
        };
        let record = self
            .0
            .audit
            .by(caller, "user.invite")
            .on("invitation", id)
            .with(&serde_json::json!({ "roles": &roles, "groups": &draft.groups }));
        self.0.db.insert_invitation(&new, &record).await?;

        let link = self.invitation_link(&token);
        let inviter = self.0.db.user(caller.user()).await?;
        let by = inviter.map(|user| user.account.name.as_str().to_owned());
        if let Some(email) = &draft.email {
            let letter = Letter::Invitation {
                link: link.clone(),
                by: by.clone(),
            };
            self.0.mailer.post(email, letter, language);
        }
        let open = OpenInvitation {
            id,
            email: draft.email,
            roles,
            groups: draft.groups,
            invited_by: Some(caller.user()),
            inviter: by,
            created_at: now,
            expires_at,
        };
        Ok(NewInvitation {
            invitation: open.shown(&self.0.db.role_names().await?),
            link,
        })
    }

    /// The invitations that can be used, the newest first.
    #[tracing::instrument(name = "api.identity.invitations", skip_all)]
    pub(crate) async fn invitations(
        &self,
        caller: &Caller,
        after: Option<&str>,
        limit: u32,
    ) -> Result<Page<Invitation>, IdentityError> {
        caller.require(Permission::UsersInvite)?;
        let limit = limit.clamp(1, PAGE);
        let after = after.map(|cursor| place(cursor).ok_or(IdentityError::NotFound));
        let now = self.0.clock.now();
        let mut open = self
            .0
            .db
            .open_invitations(after.transpose()?, limit + 1, now)
            .await?;
        let more = open.len() > limit as usize;
        open.truncate(limit as usize);
        let last = open.last().filter(|_| more);
        let next = last.map(|last| format!("{}.{}", last.created_at.get(), last.id));
        let names = self.0.db.role_names().await?;
        Ok(Page {
            items: open.into_iter().map(|open| open.shown(&names)).collect(),
            next,
        })
    }

    /// Takes an invitation back: its link is void.
    #[tracing::instrument(name = "api.identity.revoke_invitation", skip_all)]
    pub(crate) async fn revoke_invitation(
        &self,
        caller: &Caller,
        id: InvitationId,
    ) -> Result<(), IdentityError> {
        caller.require(Permission::UsersInvite)?;
        caller.require_person()?;
        let record = self
            .0
            .audit
            .by(caller, "user.invite")
            .on("invitation", id)
            .with(&serde_json::json!({ "revoked": true }));
        let now = self.0.clock.now();
        if self.0.db.revoke_invitation(id, now, &record).await? {
            Ok(())
        } else {
            Err(IdentityError::NotFound)
        }
    }

    /// The invitation of that link, if it can be used and whoever made it could still make it.
    pub(super) async fn standing_invitation(
        &self,
        token: &str,
    ) -> Result<OpenInvitation, IdentityError> {
        const INVALID: IdentityError = IdentityError::Refused(FailureCode::InvitationInvalid);
        let hash = sha256_hex(token.as_bytes());
        let now = self.0.clock.now();
        let open = self.0.db.open_invitation(&hash, now).await?;
        let open = open.ok_or(INVALID)?;
        let inviter = open.invited_by.ok_or(INVALID)?;
        let user = self.0.db.user(inviter).await?;
        if user.is_none_or(|user| user.disabled) {
            return Err(INVALID);
        }
        let access = self.0.db.access(inviter).await?;
        if !access.permissions.contains(Permission::UsersInvite) {
            return Err(INVALID);
        }
        let roles = self.roles_that_are_left(&open.roles).await?;
        // A group may have been given roles since.
        let groups = self.groups_that_are_left(&open.groups).await?;
        match self.refuse_ungivable(&access, &roles, &groups).await {
            Ok(()) => Ok(open),
            Err(IdentityError::RankTooHigh | IdentityError::Forbidden) => Err(INVALID),
            Err(error) => Err(error),
        }
    }

    /// Those of the roles that were not deleted meanwhile.
    pub(super) async fn roles_that_are_left(
        &self,
        roles: &[RoleId],
    ) -> Result<Vec<RoleId>, IdentityError> {
        let names = self.0.db.role_names().await?;
        let left = roles.iter().filter(|role| names.contains_key(role));
        Ok(left.copied().collect())
    }

    /// Those of the groups that were not deleted meanwhile.
    async fn groups_that_are_left(
        &self,
        groups: &[GroupId],
    ) -> Result<Vec<GroupId>, IdentityError> {
        let mut left = Vec::with_capacity(groups.len());
        for group in groups {
            if self.0.db.group_gives(*group).await?.is_some() {
                left.push(*group);
            }
        }
        Ok(left)
    }

    /// Nobody gives what they don't have: each role, and all that the groups' roles come to, stands below the giver (an
    /// owner gives any) and allows no more than they may do.
    async fn refuse_ungivable(
        &self,
        giver: &Access,
        roles: &[RoleId],
        groups: &[GroupId],
    ) -> Result<(), IdentityError> {
        let owner = BuiltIn::Owner.rank();
        let refuse = |given: Access| {
            if giver.rank != owner && given.rank >= giver.rank {
                return Err(IdentityError::RankTooHigh);
            }
            if !giver.permissions.includes(given.permissions) {
                return Err(IdentityError::Forbidden);
            }
            Ok(())
        };
        for role in roles {
            let given = self.0.db.role_gives(*role).await?;
            refuse(given.ok_or(IdentityError::NotFound)?)?;
        }
        for group in groups {
            let given = self.0.db.group_gives(*group).await?;
            refuse(given.ok_or(IdentityError::NotFound)?)?;
        }
        Ok(())
    }
}

/// The place in the list that a cursor names.
fn place(cursor: &str) -> Option<(Millis, InvitationId)> {
    let (at, id) = cursor.split_once('.')?;
    Some((Millis::new(at.parse().ok()?), id.parse().ok()?))
}
