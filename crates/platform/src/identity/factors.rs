//! Second factors: which somebody has, and answering with one.

use model::{Factor, FailureCode, Rank, SecurityOverview, UserId};
use tower_sessions::Session;

use super::{
    Caller, Identity, IdentityError, Proof,
    recovery_codes::NewCodes,
    sessions::own,
    throttle::{Purpose, account_key},
};
use crate::{
    audit::Record,
    mail::Letter,
    store::{Removal, Removed, Touched},
    visitor::Visitor,
};

impl Identity {
    /// How the caller gets in.
    #[tracing::instrument(name = "api.identity.security", skip_all)]
    pub async fn security(&self, caller: &Caller) -> Result<SecurityOverview, IdentityError> {
        own(caller)?;
        let (inner, id) = (&*self.0, caller.user());
        let user = inner
            .db
            .user(id)
            .await?
            .ok_or(IdentityError::SignInNeeded)?;
        let held = inner.db.factors(id).await?;
        let passkeys = inner.db.passkeys(id).await?;
        let mut linked = inner.db.linked_accounts(id).await?;
        for account in &mut linked {
            let provider = inner.providers.iter().find(|p| p.id == account.provider);
            if let Some(provider) = provider {
                account.provider.clone_from(&provider.label);
            }
        }
        Ok(SecurityOverview {
            has_password: user.password_hash.is_some(),
            totp: held.totp,
            recovery_codes: held.recovery_codes,
            passkeys: passkeys.into_iter().map(|kept| kept.passkey).collect(),
            linked,
            factor_required: inner.db.access(id).await?.requires_second_factor,
            fresh: self.require_fresh(caller).is_ok(),
        })
    }

    /// The second factors that the person has; recovery codes only beside another one.
    pub(super) async fn factors_of(&self, user: UserId) -> Result<Vec<Factor>, IdentityError> {
        let held = self.0.db.factors(user).await?;
        let mut factors = Vec::new();
        if held.totp {
            factors.push(Factor::Totp);
        }
        if held.passkeys > 0 {
            factors.push(Factor::Passkey);
        }
        if held.recovery_codes > 0 && !factors.is_empty() {
            factors.push(Factor::RecoveryCode);
        }
        Ok(factors)
    }

    /// The second half of a sign-in: a code, of the app or written down, lets in whoever has said the right password in this
    /// session.
    #[tracing::instrument(name = "api.identity.answer_code", skip_all)]
    pub async fn answer_code(
        &self,
        session: &Session,
        code: &str,
        visitor: &Visitor,
    ) -> Result<(), IdentityError> {
        let pending = self.pending(session).await?;
        let proof = self
            .with_code(pending.user, &pending.by, code, visitor)
            .await?;
        self.enter(session, proof, visitor).await?;
        Ok(())
    }

    /// The same for a proof in hand, without a session. One that nothing is awaited of stays as it is.
    #[tracing::instrument(name = "api.identity.prove_code", skip_all)]
    pub async fn prove_code(
        &self,
        proof: Proof,
        code: &str,
        visitor: &Visitor,
    ) -> Result<Proof, IdentityError> {
        if proof.awaited.is_empty() {
            return Ok(proof);
        }
        self.with_code(proof.user, proof.by, code, visitor).await
    }

    async fn with_code(
        &self,
        user: UserId,
        by: &str,
        code: &str,
        visitor: &Visitor,
    ) -> Result<Proof, IdentityError> {
        if !self.0.db.is_enabled(user).await? {
            return Err(IdentityError::SignInNeeded);
        }
        let refusal = self
            .0
            .audit
            .stranger(visitor, Some(user), "session.begin")
            .refused();
        let factor = self.check_code(user, code, visitor, refusal).await?;
        Ok(Proof {
            user,
            awaited: Vec::new(),
            by: both(by, factor),
        })
    }

    /// Checks a code and uses it up; a wrong one is written to the log as that refusal. Attempts on one person are counted
    /// together, from whichever session they come.
    pub(super) async fn check_code(
        &self,
        user: UserId,
        code: &str,
        visitor: &Visitor,
        refusal: Record,
    ) -> Result<Factor, IdentityError> {
        let now = self.0.clock.now();
        let key = account_key(&format!("code {user}"));
        let throttle = &self.0.throttle;
        let spent = throttle
            .spend(Purpose::SignIn, visitor.address, now)
            .await?;
        throttle.count(&key, now).await?;
        let factor = if self.use_totp(user, code, now).await? {
            Factor::Totp
        } else if self.use_recovery_code(user, code, visitor).await? {
            Factor::RecoveryCode
        } else {
            self.0.audit.write(refusal).await?;
            return Err(IdentityError::Refused(FailureCode::WrongCode));
        };
        throttle.clear(&key).await?;
        throttle.refund(spent).await?;
        Ok(factor)
    }

    /// What somebody gets with their first factor: a set of recovery codes. Their other sessions, which came in without a
    /// factor, end; they could take the new one away. `None` when there is a factor already.
    pub(super) async fn first_codes(
        &self,
        caller: &Caller,
    ) -> Result<Option<NewCodes>, IdentityError> {
        if !self.factors_of(caller.user()).await?.is_empty() {
            return Ok(None);
        }
        self.end_others(caller).await?;
        Ok(Some(self.new_codes(caller.user())))
    }

    /// Takes one of the caller's factors away.
    pub(super) async fn remove_factor(
        &self,
        caller: &Caller,
        removal: Removal,
        record: Record,
    ) -> Result<(), IdentityError> {
        own(caller)?;
        self.require_fresh(caller)?;
        let user = caller.user();
        let must = self.0.db.access(user).await?.requires_second_factor;
        match self
            .0
            .db
            .remove_factor(user, removal, must, &record)
            .await?
        {
            Removed::Done => {
                self.tell_factors_changed(user).await;
                Ok(())
            }
            Removed::NotFound => Err(IdentityError::NotFound),
            Removed::Needed => Err(IdentityError::Refused(FailureCode::LastWayIn)),
        }
    }

    /// Takes all second factors of somebody away, who has lost them and stands below `ceiling`. Whoever calls it has seen
    /// to it that the caller may, and gives the log's line.
    pub(crate) async fn clear_factors(
        &self,
        user: UserId,
        ceiling: Option<Rank>,
        record: &Record,
    ) -> Result<Touched, IdentityError> {
        let touched = self.0.db.clear_factors(user, ceiling, record).await?;
        if touched == Touched::Done {
            self.tell_factors_changed(user).await;
        }
        Ok(touched)
    }

    /// The owner of an account hears of each change of its factors.
    /// The change has been made by then: that nobody could be told of it is no reason to keep its outcome back.
    pub(super) async fn tell_factors_changed(&self, user: UserId) {
        match self.0.db.user(user).await {
            Ok(Some(user)) => self.tell(&user, Letter::FactorsChanged),
            Ok(None) => {}
            Err(error) => tracing::warn!(
                user.id = %user,
                error = &error as &dyn std::error::Error,
                "somebody is not told that their factors changed"
            ),
        }
    }
}

/// What both halves of a sign-in were, for the log.
pub(super) fn both(first: &str, second: Factor) -> &'static str {
    match (first == "sso", second) {
        (false, Factor::Totp) => "password+totp",
        (false, Factor::Passkey) => "password+passkey",
        (false, Factor::RecoveryCode) => "password+recovery_code",
        (true, Factor::Totp) => "sso+totp",
        (true, Factor::Passkey) => "sso+passkey",
        (true, Factor::RecoveryCode) => "sso+recovery_code",
    }
}
