//! Inviting people.

use model::{Invitation, InvitationDraft, InvitationId, NewInvitation, Page};

use super::People;
use crate::{
    identity::{Caller, IdentityError},
    mail::Language,
};

impl People {
    /// Makes an invitation with roles below the caller's rank, and sends it where it says. Its link is in the answer and
    /// nowhere else.
    #[tracing::instrument(name = "api.people.create_invitation", skip_all)]
    pub async fn create_invitation(
        &self,
        caller: &Caller,
        draft: InvitationDraft,
        language: Language,
    ) -> Result<NewInvitation, IdentityError> {
        let act = self.identity.create_invitation(caller, draft, language);
        let on = ("invitation", String::new());
        self.judged(caller, "user.invite", on, act).await
    }

    /// The invitations that can be used, the newest first.
    #[tracing::instrument(name = "api.people.invitations", skip_all)]
    pub async fn invitations(
        &self,
        caller: &Caller,
        after: Option<&str>,
        limit: u32,
    ) -> Result<Page<Invitation>, IdentityError> {
        self.identity.invitations(caller, after, limit).await
    }

    /// Takes an invitation back: its link is void.
    #[tracing::instrument(name = "api.people.revoke_invitation", skip_all)]
    pub async fn revoke_invitation(
        &self,
        caller: &Caller,
        id: InvitationId,
    ) -> Result<(), IdentityError> {
        let act = self.identity.revoke_invitation(caller, id);
        let on = ("invitation", id.to_string());
        self.judged(caller, "user.invite", on, act).await
    }
}
