//! The proof of who is asking. Everything that a service does for somebody begins with one, whatever they came in by.

use std::sync::Arc;

use model::{ApiKeyId, FamilyId, Millis, Permission, PermissionSet, Rank, SessionId, UserId};

use super::IdentityError;
use crate::{store::Access, visitor::Visitor};

/// What somebody proved themselves with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Credential {
    /// A browser's session.
    Session {
        /// Which.
        id: SessionId,
        /// When they last proved who they are.
        fresh_at: Millis,
    },
    /// An access token of a device.
    Token {
        /// The device.
        family: FamilyId,
        /// When they last proved who they are.
        fresh_at: Millis,
    },
    /// An API key, which proves nothing about who holds it now.
    Key {
        /// Which.
        id: ApiKeyId,
    },
    /// Nothing: nobody is there, and what they left to be done is done for them.
    Absent,
}

/// Who is asking, what they may do now, and from where. Only [`super::Identity`] makes one. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Caller(Arc<Known>);

#[derive(Debug)]
struct Known {
    user: UserId,
    access: Access,
    credential: Credential,
    visitor: Visitor,
}

impl Caller {
    pub(super) fn new(
        user: UserId,
        access: Access,
        credential: Credential,
        visitor: Visitor,
    ) -> Self {
        Self(Arc::new(Known {
            user,
            access,
            credential,
            visitor,
        }))
    }

    /// Somebody for whom something is done that they left waiting, with what they may do now.
    pub(super) fn absent(user: UserId, access: Access) -> Self {
        Self::new(user, access, Credential::Absent, Visitor::default())
    }

    /// Who it is.
    pub fn user(&self) -> UserId {
        self.0.user
    }

    /// How high they stand.
    pub fn rank(&self) -> Rank {
        self.0.access.rank
    }

    /// What they may do: never more than their roles allow now, and with a key never more than its scopes.
    pub fn permissions(&self) -> PermissionSet {
        self.0.access.permissions
    }

    /// What they came in by.
    pub fn credential(&self) -> Credential {
        self.0.credential
    }

    /// From where.
    pub fn visitor(&self) -> &Visitor {
        &self.0.visitor
    }

    /// Refuses when they lack the permission.
    pub fn require(&self, permission: Permission) -> Result<(), IdentityError> {
        if self.permissions().contains(permission) {
            Ok(())
        } else {
            Err(IdentityError::Forbidden)
        }
    }

    /// Refuses a key: one's own account is for oneself, a program is not let near it.
    pub fn require_person(&self) -> Result<(), IdentityError> {
        match self.credential() {
            Credential::Session { .. } | Credential::Token { .. } => Ok(()),
            Credential::Key { .. } | Credential::Absent => Err(IdentityError::Forbidden),
        }
    }

    /// Refuses when their last proof is older than `limit_ms`, or they came in by a key.
    pub fn require_fresh(&self, now: Millis, limit_ms: i64) -> Result<(), IdentityError> {
        match self.credential() {
            Credential::Session { fresh_at, .. } | Credential::Token { fresh_at, .. }
                if now.since(fresh_at) <= limit_ms =>
            {
                Ok(())
            }
            Credential::Session { .. } | Credential::Token { .. } => {
                Err(IdentityError::StepUpNeeded)
            }
            Credential::Key { .. } | Credential::Absent => Err(IdentityError::Forbidden),
        }
    }

    /// Refuses unless they stand higher than `rank`. An owner stands higher than everybody but owners.
    pub fn require_above(&self, rank: Rank) -> Result<(), IdentityError> {
        if self.rank() > rank {
            Ok(())
        } else {
            Err(IdentityError::RankTooHigh)
        }
    }
}
