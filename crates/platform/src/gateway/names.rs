//! Which models stand behind a name: the name itself, or the ones that an administrator put behind it.

use std::{collections::HashMap, sync::Arc};

use bailian::capability::ModelCard;
use model::Permission;
use serde_json::json;

use super::{Gateway, GatewayError, Principal};
use crate::identity::{Caller, IdentityError};

/// Names that were put up.
#[derive(Debug, Default)]
pub(super) struct Names(HashMap<String, Vec<String>>);

/// Models that stand behind one name, at most.
const LONGEST_CHAIN: usize = 5;

impl Gateway {
    async fn names(&self) -> Result<Arc<Names>, GatewayError> {
        if let Some(names) = self.0.names.get(&()).await {
            return Ok(names);
        }
        let routes = self.0.db.model_routes().await?;
        let names = Arc::new(Names(routes.into_iter().collect()));
        self.0.names.insert((), Arc::clone(&names)).await;
        Ok(names)
    }

    /// The models to ask for that name, one after the other as the one before fails; at least one. A model that the
    /// catalogue doesn't know is refused, because nobody could say what it costs.
    pub async fn models_behind(
        &self,
        principal: &Principal,
        name: &str,
    ) -> Result<Vec<String>, GatewayError> {
        let unknown = || GatewayError::UnknownModel {
            model: name.to_owned(),
        };
        let names = self.names().await?;
        let catalogue = &self.0.options.catalogue;
        let Some(chain) = names.0.get(name) else {
            let known = catalogue.get(name).is_some() && principal.may_use(name);
            return known.then(|| vec![name.to_owned()]).ok_or_else(unknown);
        };
        let by_name = principal.may_use(name);
        let models: Vec<String> = chain
            .iter()
            .filter(|model| by_name || principal.may_use(model))
            .cloned()
            .collect();
        if models.is_empty() {
            Err(unknown())
        } else {
            Ok(models)
        }
    }

    /// The names that the caller may ask for, in alphabetical order, each with what is known of the model.
    pub async fn models_of(
        &self,
        principal: &Principal,
    ) -> Result<Vec<(String, Option<&ModelCard>)>, GatewayError> {
        let names = self.names().await?;
        let catalogue = &self.0.options.catalogue;
        let cards = catalogue.models().map(|card| (card.id.clone(), Some(card)));
        let put_up = names.0.iter().map(|(name, models)| {
            let card = models.first().and_then(|model| catalogue.get(model));
            (name.clone(), card)
        });
        let mut all: Vec<_> = cards
            .filter(|(name, _)| !names.0.contains_key(name))
            .chain(put_up)
            .collect();
        all.retain(|(name, _)| {
            principal.may_use(name)
                || names
                    .0
                    .get(name)
                    .is_some_and(|models| models.iter().any(|model| principal.may_use(model)))
        });
        all.sort_unstable_by(|one, other| one.0.cmp(&other.0));
        Ok(all)
    }

    /// All names that were put up, with their models.
    #[tracing::instrument(name = "api.gateway.routes", skip_all)]
    pub async fn routes(
        &self,
        caller: &Caller,
    ) -> Result<Vec<(String, Vec<String>)>, GatewayError> {
        caller.require(Permission::UsageRead)?;
        Ok(self.0.db.model_routes().await?)
    }

    /// Puts models behind a name. With no models the name is taken down.
    #[tracing::instrument(name = "api.gateway.set_route", skip_all)]
    pub async fn set_route(
        &self,
        caller: &Caller,
        name: &str,
        models: &[String],
    ) -> Result<(), GatewayError> {
        caller.require(Permission::GatewayWrite)?;
        let is_name =
            (1..=100).contains(&name.len()) && name.bytes().all(|byte| byte.is_ascii_graphic());
        if !is_name || models.len() > LONGEST_CHAIN {
            return Err(IdentityError::Refused(model::FailureCode::BadRequest).into());
        }
        if let Some(unknown) = models
            .iter()
            .find(|model| self.0.options.catalogue.get(model).is_none())
        {
            return Err(GatewayError::UnknownModel {
                model: unknown.clone(),
            });
        }
        let action = if models.is_empty() {
            "model_route.delete"
        } else {
            "model_route.set"
        };
        let record = self.0.audit.by(caller, action).on("model_route", name);
        let record = record.with(&json!({ "models": models }));
        let now = self.0.clock.now();
        self.0
            .db
            .set_model_route(name, models, now, &record)
            .await?;
        self.0.names.invalidate(&()).await;
        Ok(())
    }
}
