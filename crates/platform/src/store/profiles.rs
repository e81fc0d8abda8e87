//! What somebody says of themselves.

use model::{DisplayName, Email, Habits, Millis, UserId};
use sqlx::types::Json;

use super::{Db, Result, audit::append_audit, on_pool, rows};
use crate::audit::Record;

const UPDATE: &str = "UPDATE users SET name = $2, language = $3, theme = $4, time_zone = $5, updated_at = $6 \
     WHERE id = $1";
const SET_HABITS: &str = "UPDATE users SET habits = $2, updated_at = $3 WHERE id = $1";
const NEW_EMAIL: &str = "SELECT t.email FROM one_time_tokens t JOIN users u ON u.id = t.user_id \
     WHERE t.user_id = $1 AND t.purpose = 'verify' AND t.expires_at > $2 AND t.email <> u.email";

/// What a profile is to be, checked.
pub(crate) struct NewProfile<'a> {
    pub(crate) name: &'a DisplayName,
    pub(crate) language: Option<&'a str>,
    pub(crate) theme: Option<&'a str>,
    pub(crate) time_zone: Option<&'a str>,
}

impl Db {
    /// Changes the person's profile and writes the log's line. Whether there is such a person.
    #[tracing::instrument(name = "store.profiles.update", skip_all)]
    pub(crate) async fn update_profile(
        &self,
        user: UserId,
        profile: &NewProfile<'_>,
        now: Millis,
        record: &Record,
    ) -> Result<bool> {
        on_pool!(self.writer(), |pool| {
            let mut transaction = pool.begin_with(self.begin()).await?;
            let changed = sqlx::query(UPDATE)
                .bind(user.to_string())
                .bind(profile.name.as_str())
                .bind(profile.language)
                .bind(profile.theme)
                .bind(profile.time_zone)
                .bind(now.get())
                .execute(&mut *transaction)
                .await?
                .rows_affected();
            if changed > 0 {
                append_audit!(transaction, record);
                transaction.commit().await?;
            }
            Ok(changed > 0)
        })
    }

    /// Keeps how the person likes the page to be. Whether there is such a person.
    #[tracing::instrument(name = "store.profiles.set_habits", skip_all)]
    pub(crate) async fn set_habits(
        &self,
        user: UserId,
        habits: Habits,
        now: Millis,
    ) -> Result<bool> {
        let rows = on_pool!(self.writer(), |pool| sqlx::query(SET_HABITS)
            .bind(user.to_string())
            .bind(Json(habits))
            .bind(now.get())
            .execute(pool)
            .await?
            .rows_affected());
        Ok(rows > 0)
    }

    /// The address that waits for its mail's link to be followed, if it is another than the person's own.
    #[tracing::instrument(name = "store.profiles.new_email", skip_all)]
    pub(crate) async fn new_email(&self, user: UserId, now: Millis) -> Result<Option<Email>> {
        let email: Option<String> = on_pool!(self.reader(), |pool| sqlx::query_scalar(NEW_EMAIL)
            .bind(user.to_string())
            .bind(now.get())
            .fetch_optional(pool)
            .await?);
        let email = email.map(|email| {
            Email::parse(&email)
                .map_err(|_| rows::corrupt("one_time_tokens", "email", &user.to_string()))
        });
        email.transpose()
    }
}
