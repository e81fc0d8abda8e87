//! What somebody says of themselves, and what of it others may see.

pub(crate) mod picture;

use jiff::{Timestamp, tz::TimeZone};
use model::{DisplayName, FailureCode, Habits, Millis, Profile, ProfileDraft, UserId};

use super::{Caller, Identity, IdentityError, SignedIn, sessions::own};
use crate::store::{NewProfile, User};

impl Identity {
    /// The caller's profile.
    #[tracing::instrument(name = "api.identity.profile", skip_all)]
    pub async fn profile(&self, caller: &Caller) -> Result<Profile, IdentityError> {
        own(caller)?;
        let user = self.myself(caller).await?;
        let now = self.0.clock.now();
        Ok(Profile {
            new_email: self.0.db.new_email(caller.user(), now).await?,
            name: user.account.name,
            email: user.account.email,
            email_verified: user.email_verified_at.is_some(),
            picture: user.picture_at,
            language: user.language,
            theme: user.theme,
            time_zone: user.time_zone,
            habits: user.habits,
        })
    }

    /// Changes the caller's name, language, theme and time zone.
    #[tracing::instrument(name = "api.identity.update_profile", skip_all)]
    pub async fn update_profile(
        &self,
        caller: &Caller,
        draft: ProfileDraft,
    ) -> Result<(), IdentityError> {
        own(caller)?;
        let name = DisplayName::parse(&draft.name)?;
        let time_zone = time_zone(&draft.time_zone)?;
        let profile = NewProfile {
            name: &name,
            language: one_of(&draft.language, &["en", "zh"])?,
            theme: one_of(&draft.theme, &["light", "dark", "system"])?,
            time_zone: time_zone.as_deref(),
        };
        let record = self
            .0
            .audit
            .by(caller, "profile.update")
            .on("user", caller.user());
        let (user, now) = (caller.user(), self.0.clock.now());
        if self
            .0
            .db
            .update_profile(user, &profile, now, &record)
            .await?
        {
            Ok(())
        } else {
            Err(IdentityError::SignInNeeded)
        }
    }

    /// Keeps how the caller likes the page to be.
    #[tracing::instrument(name = "api.identity.set_habits", skip_all)]
    pub async fn set_habits(&self, caller: &Caller, habits: Habits) -> Result<(), IdentityError> {
        own(caller)?;
        let now = self.0.clock.now();
        if self.0.db.set_habits(caller.user(), habits, now).await? {
            Ok(())
        } else {
            Err(IdentityError::SignInNeeded)
        }
    }

    /// Makes that file the caller's picture: read, cut to a square and written anew, so that nothing else that was in it
    /// is kept.
    #[tracing::instrument(name = "api.identity.set_picture", skip_all)]
    pub async fn set_picture(&self, caller: &Caller, file: &[u8]) -> Result<(), IdentityError> {
        own(caller)?;
        if file.len() > picture::LONGEST {
            return Err(IdentityError::Refused(FailureCode::TooLarge));
        }
        let place = self.0.heavy.try_acquire();
        let _place = place.map_err(|_| IdentityError::Overloaded)?;
        let file = file.to_vec();
        let image = tokio::task::spawn_blocking(move || picture::redraw(&file))
            .await
            .map_err(|_| IdentityError::Refused(FailureCode::InvalidPicture))?
            .ok_or(IdentityError::Refused(FailureCode::InvalidPicture))?;
        let record = self.0.audit.by(caller, "profile.picture");
        let record = record.on("user", caller.user());
        let now = self.0.clock.now();
        let db = &self.0.db;
        Ok(db.set_picture(caller.user(), &image, now, &record).await?)
    }

    /// Removes the caller's picture.
    #[tracing::instrument(name = "api.identity.remove_picture", skip_all)]
    pub async fn remove_picture(&self, caller: &Caller) -> Result<(), IdentityError> {
        own(caller)?;
        let record = self.0.audit.by(caller, "profile.picture");
        let record = record.on("user", caller.user());
        Ok(self.0.db.remove_picture(caller.user(), &record).await?)
    }

    /// A picture as PNG and when it was changed last: one's own, or anybody's for those who may see people.
    #[tracing::instrument(name = "api.identity.picture", skip_all)]
    pub async fn picture(
        &self,
        caller: &Caller,
        user: UserId,
    ) -> Result<Option<(Vec<u8>, Millis)>, IdentityError> {
        if caller.user() != user && !caller.permissions().contains(model::Permission::UsersRead) {
            return Ok(None);
        }
        Ok(self.0.db.picture(user).await?)
    }

    /// How far the clock of the time zone in somebody's profile is from UTC now, in minutes; `None` when they chose none.
    pub fn utc_offset_minutes(&self, signed_in: &SignedIn) -> Option<i32> {
        let zone = TimeZone::get(signed_in.time_zone.as_deref()?).ok()?;
        let now = Timestamp::from_millisecond(self.0.clock.now().get()).ok()?;
        Some(zone.to_offset(now).seconds() / 60)
    }

    /// The caller's row; it can be gone since the request was let in.
    pub(super) async fn myself(&self, caller: &Caller) -> Result<User, IdentityError> {
        let user = self.0.db.user(caller.user()).await?;
        user.ok_or(IdentityError::SignInNeeded)
    }
}

fn one_of<'a>(text: &'a str, known: &[&str]) -> Result<Option<&'a str>, IdentityError> {
    match text.trim() {
        "" => Ok(None),
        text if known.contains(&text) => Ok(Some(text)),
        _ => Err(IdentityError::Refused(FailureCode::BadRequest)),
    }
}

/// The zone's name as the database of time zones spells it.
fn time_zone(name: &str) -> Result<Option<String>, IdentityError> {
    let name = name.trim();
    if name.is_empty() {
        return Ok(None);
    }
    let refused = IdentityError::Refused(FailureCode::InvalidTimeZone);
    match TimeZone::get(name) {
        Ok(zone) => Ok(Some(zone.iana_name().ok_or(refused)?.to_owned())),
        Err(_) => Err(refused),
    }
}
