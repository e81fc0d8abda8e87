//! What somebody may ask for: the permission to, the models of their groups, and how much is left of today.

use std::slice;

use model::{Millis, ModelChoice, ModelName, Permission, UserId};

use super::Generations;
use crate::{Error, identity::Caller, store::day_of};

impl Generations {
    /// The models on offer to the caller, and the one that stands for those who did not choose: their own default or the
    /// site's where it is on offer and their groups allow it, else the first that they do.
    #[tracing::instrument(name = "api.generation.offer", skip_all)]
    pub async fn offer(&self, caller: &Caller) -> Result<(Vec<ModelChoice>, ModelName), Error> {
        caller.require(Permission::ChatUse)?;
        let allowance = self.0.db.allowance(caller.user()).await?;
        let on_offer = self.0.models.choices().iter();
        let choices = on_offer.filter(|choice| allowance.allows(choice.name.as_str()));
        let choices: Vec<ModelChoice> = choices.cloned().collect();
        let default = &self.0.options.default_model;
        let own = self.0.db.default_model(caller.user()).await?;
        let named = |name: &ModelName| choices.iter().find(|choice| choice.name == *name);
        let shown = own.as_ref().and_then(named).or_else(|| named(default));
        let shown = shown.or_else(|| choices.first());
        let default = shown.map_or_else(|| default.clone(), |choice| choice.name.clone());
        Ok((choices, default))
    }

    /// The models on offer to the caller, and the one that they chose to begin with; `None` where that is the site's.
    #[tracing::instrument(name = "api.generation.default_model", skip_all)]
    pub async fn default_model(
        &self,
        caller: &Caller,
    ) -> Result<(Vec<ModelChoice>, Option<ModelName>), Error> {
        let (choices, _) = self.offer(caller).await?;
        Ok((choices, self.0.db.default_model(caller.user()).await?))
    }

    /// Begins the caller's conversations with that model from now on; with none, with the site's. One that is taken off the offer
    /// later is passed over while it is.
    #[tracing::instrument(name = "api.generation.set_default_model", skip_all)]
    pub async fn set_default_model(
        &self,
        caller: &Caller,
        model: Option<&ModelName>,
    ) -> Result<(), Error> {
        let (choices, _) = self.offer(caller).await?;
        if model.is_some_and(|model| choices.iter().all(|choice| choice.name != *model)) {
            return Err(Error::UnknownModel);
        }
        let now = self.0.clock.now();
        Ok(self
            .0
            .db
            .set_default_model(caller.user(), model, now)
            .await?)
    }

    /// Refuses unless the caller may ask that model now. Of answers that begin in the same moment, the store lets no more begin than the
    /// day's limit; their tokens may together pass it, as these are known when they end.
    pub(super) async fn allowed(&self, caller: &Caller, model: &ModelName) -> Result<(), Error> {
        caller.require(Permission::ChatUse)?;
        self.may_ask(caller.user(), model).await
    }

    /// The same for somebody who may ask at all.
    pub(super) async fn may_ask(&self, user: UserId, model: &ModelName) -> Result<(), Error> {
        self.may_ask_all(user, slice::from_ref(model)).await
    }

    /// Refuses unless all of these models may be asked now, one answer of each.
    pub(super) async fn may_ask_all(
        &self,
        user: UserId,
        models: &[ModelName],
    ) -> Result<(), Error> {
        let allowance = self.0.db.allowance(user).await?;
        let may =
            |model: &ModelName| self.0.models.offers(model) && allowance.allows(model.as_str());
        if !models.iter().all(may) {
            return Err(Error::UnknownModel);
        }
        let (answers, tokens) = (
            allowance.quota.answers_per_day,
            allowance.quota.tokens_per_day,
        );
        if answers.is_none() && tokens.is_none() {
            return Ok(());
        }
        let now = self.0.clock.now();
        let today = day_of(now);
        let used = self.0.db.used_since(user, today).await?;
        // The last of them counts the others in.
        let others = i64::try_from(models.len().saturating_sub(1)).unwrap_or(i64::MAX);
        if allowance
            .quota
            .is_used_up(used.0.saturating_add(others), used.1)
        {
            return Err(used_up(today.plus(Millis::DAY).since(now)));
        }
        Ok(())
    }
}

/// What is told where the quota is used up for so long.
pub(super) fn used_up(left_ms: i64) -> Error {
    let left_s = left_ms.saturating_add(999) / 1000;
    Error::QuotaUsedUp {
        retry_after_s: u32::try_from(left_s).unwrap_or(u32::MAX),
    }
}
