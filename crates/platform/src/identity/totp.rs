//! Six digits from an app, a new one every thirty seconds by the server's clock. The seed is shown while it is set up and
//! never again.

mod seed;

use model::{FailureCode, Millis, RecoveryCodes, TotpEnrolment, UserId};

use super::{Caller, Identity, IdentityError, sessions::own};
use crate::{
    store::{NewTotp, Removal},
    vault::Place,
};
use seed::Seed;

/// A seed that is shown must be confirmed by a code after so long.
const ENROLMENT_MS: i64 = 10 * 60 * 1000;

impl Identity {
    /// A new seed to show. A factor that there is stays until the new one is confirmed.
    #[tracing::instrument(name = "api.identity.begin_totp", skip_all)]
    pub async fn begin_totp(&self, caller: &Caller) -> Result<TotpEnrolment, IdentityError> {
        own(caller)?;
        self.require_fresh(caller)?;
        let (inner, id) = (&*self.0, caller.user());
        let user = inner
            .db
            .user(id)
            .await?
            .ok_or(IdentityError::SignInNeeded)?;
        let seed = Seed::random();
        let sealed = inner
            .vault
            .seal(enrolment(&id.to_string()), seed.as_bytes())?;
        let until = inner.clock.now().plus(ENROLMENT_MS);
        inner.db.enrol_totp(id, &sealed, until).await?;
        self.shown(&seed, user.account.email.as_str())
    }

    /// The seed that is being set up, to be shown again: by a page that is loaded anew, or after a wrong code. `None` when
    /// nothing is being set up any more.
    #[tracing::instrument(name = "api.identity.totp_enrolment", skip_all)]
    pub async fn totp_enrolment(
        &self,
        caller: &Caller,
    ) -> Result<Option<TotpEnrolment>, IdentityError> {
        own(caller)?;
        self.require_fresh(caller)?;
        let (inner, id) = (&*self.0, caller.user());
        let user = inner
            .db
            .user(id)
            .await?
            .ok_or(IdentityError::SignInNeeded)?;
        let Some(sealed) = inner.db.enrolled_totp(id, inner.clock.now()).await? else {
            return Ok(None);
        };
        let seed = opened(&inner.vault.open(enrolment(&id.to_string()), &sealed)?)?;
        self.shown(&seed, user.account.email.as_str()).map(Some)
    }

    fn shown(&self, seed: &Seed, email: &str) -> Result<TotpEnrolment, IdentityError> {
        let svg = seed
            .qr_code(self.site_name(), email)
            .map_err(|error| IdentityError::Broken(format!("drawing a QR code: {error}")))?;
        Ok(TotpEnrolment {
            svg,
            secret: seed.in_groups(),
        })
    }

    /// The first code shows that the app has the seed: from now on it is a factor, in the place of an earlier one. Whoever
    /// had none gets recovery codes.
    #[tracing::instrument(name = "api.identity.confirm_totp", skip_all)]
    pub async fn confirm_totp(
        &self,
        caller: &Caller,
        code: &str,
    ) -> Result<Option<RecoveryCodes>, IdentityError> {
        own(caller)?;
        let (inner, user) = (&*self.0, caller.user());
        let wrong = || IdentityError::Refused(FailureCode::WrongCode);
        let (row, now) = (user.to_string(), inner.clock.now());
        let enrolled = inner.db.enrolled_totp(user, now).await?.ok_or_else(wrong)?;
        let seed = opened(&inner.vault.open(enrolment(&row), &enrolled)?)?;
        let step = seed.step_of(code, now).ok_or_else(wrong)?;
        let codes = self.first_codes(caller).await?;
        let new = NewTotp {
            user,
            enrolled: &enrolled,
            secret: &inner.vault.seal(factor(&row), seed.as_bytes())?,
            step,
            now,
            codes: codes.as_ref().map(|codes| &*codes.hashes),
        };
        let record = inner.audit.by(caller, "factor.totp.add").on("user", user);
        if !inner.db.confirm_totp(&new, &record).await? {
            return Err(wrong());
        }
        self.tell_factors_changed(user).await;
        Ok(codes.map(|codes| codes.shown))
    }

    /// Takes the factor away, unless a role asks for one and it is the last.
    #[tracing::instrument(name = "api.identity.remove_totp", skip_all)]
    pub async fn remove_totp(&self, caller: &Caller) -> Result<(), IdentityError> {
        let record = self
            .0
            .audit
            .by(caller, "factor.totp.remove")
            .on("user", caller.user());
        self.remove_factor(caller, Removal::Totp, record).await
    }

    /// Uses a code up. Whether it was right, and newer than the newest that was used.
    pub(super) async fn use_totp(
        &self,
        user: UserId,
        code: &str,
        now: Millis,
    ) -> Result<bool, IdentityError> {
        let inner = &*self.0;
        let Some(sealed) = inner.db.totp_secret(user).await? else {
            return Ok(false);
        };
        let seed = opened(&inner.vault.open(factor(&user.to_string()), &sealed)?)?;
        match seed.step_of(code, now) {
            Some(step) => Ok(inner.db.use_totp_step(user, &sealed, step).await?),
            None => Ok(false),
        }
    }
}

fn opened(bytes: &[u8]) -> Result<Seed, IdentityError> {
    Seed::of(bytes).ok_or_else(|| IdentityError::Broken("a seed of another length".to_owned()))
}

const fn factor(user: &str) -> Place<'_> {
    Place {
        table: "totp_factors",
        column: "secret",
        row: user,
    }
}

const fn enrolment(user: &str) -> Place<'_> {
    Place {
        table: "totp_enrolments",
        column: "secret",
        row: user,
    }
}
