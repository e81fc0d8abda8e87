//! Which models stand behind a name: the name itself, or the ones that an administrator put behind it.

use std::{collections::HashMap, sync::Arc};

use bailian::capability::{ModelCard, ModelKind};
use model::{FailureCode, ModelRoute, Permission};
use serde_json::json;

use super::{Gateway, GatewayError, Principal};
use crate::{
    Error,
    audit::Record,
    identity::{Caller, IdentityError},
};

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

    /// Names that answer in words, by OpenAI's protocol: those that were put up and the catalogue's, in alphabetical order, as far as the
    /// caller's groups let them ask.
    pub async fn names_that_answer(
        &self,
        caller: &Caller,
    ) -> Result<Vec<String>, crate::store::Error> {
        let allowance = self.0.db.allowance(caller.user()).await?;
        let may_use = |name: &str| allowance.allows(name);
        let catalogue = &self.0.options.catalogue;
        let answers = |card: &ModelCard| {
            let talks = matches!(card.kind, ModelKind::Chat | ModelKind::VisionChat);
            talks && !card.native_only
        };
        let known = catalogue
            .models()
            .filter(|card| answers(card) && may_use(&card.id));
        let mut names: Vec<String> = known.map(|card| card.id.clone()).collect();
        for (name, models) in self.0.db.model_routes().await? {
            if !may_use(&name) && !models.iter().any(|model| may_use(model)) {
                continue;
            }
            let mut cards = models.iter().filter_map(|model| catalogue.get(model));
            if cards.any(answers) {
                names.push(name);
            }
        }
        names.sort_unstable();
        names.dedup();
        Ok(names)
    }

    /// All names that were put up, with their models.
    #[tracing::instrument(name = "api.gateway.routes", skip_all)]
    pub async fn routes(&self, caller: &Caller) -> Result<Vec<ModelRoute>, Error> {
        caller.require(Permission::UsageRead)?;
        let routes = self.0.db.model_routes().await?.into_iter();
        let routes = routes.map(|(name, models)| ModelRoute { name, models });
        Ok(routes.collect())
    }

    /// Puts models behind a name that stands for none yet: what others have put up is not overwritten by mistake.
    #[tracing::instrument(name = "api.gateway.add_route", skip_all)]
    pub async fn add_route(
        &self,
        caller: &Caller,
        name: &str,
        models: &[String],
    ) -> Result<(), Error> {
        let inner = &*self.0;
        let record = self.judged(caller, name, models).await?;
        if models.is_empty() {
            return Err(Error::UnknownModel);
        }
        let now = inner.clock.now();
        let added = inner.db.add_model_route(name, models, now, &record).await?;
        inner.names.invalidate(&()).await;
        if added {
            Ok(())
        } else {
            Err(IdentityError::Refused(FailureCode::NameTaken).into())
        }
    }

    /// Puts models behind a name. With no models the name is taken down.
    #[tracing::instrument(name = "api.gateway.set_route", skip_all)]
    pub async fn set_route(
        &self,
        caller: &Caller,
        name: &str,
        models: &[String],
    ) -> Result<(), Error> {
        let inner = &*self.0;
        let record = self.judged(caller, name, models).await?;
        let now = inner.clock.now();
        let found = inner.db.set_model_route(name, models, now, &record).await?;
        inner.names.invalidate(&()).await;
        if found { Ok(()) } else { Err(Error::NotFound) }
    }

    /// The log's line, unless the caller may not put these models behind that name, or nobody can.
    async fn judged(
        &self,
        caller: &Caller,
        name: &str,
        models: &[String],
    ) -> Result<Record, Error> {
        let inner = &*self.0;
        let action = if models.is_empty() {
            "model_route.delete"
        } else {
            "model_route.set"
        };
        let is_name =
            (1..=100).contains(&name.len()) && name.bytes().all(|byte| byte.is_ascii_graphic());
        // What is no name was typed by somebody: the log does not keep it.
        let kept = if is_name { name } else { "" };
        let record = inner.audit.by(caller, action).on("model_route", kept);
        if let Err(error) = caller.require(Permission::GatewayWrite) {
            let record = record.with(&json!({ "reason": error.code() }));
            inner.audit.write(record.refused()).await?;
            return Err(error.into());
        }
        if !is_name {
            return Err(IdentityError::Refused(FailureCode::InvalidModelName).into());
        }
        if models.len() > LONGEST_CHAIN {
            return Err(IdentityError::Refused(FailureCode::TooMany).into());
        }
        let is_known = |model: &String| inner.options.catalogue.get(model).is_some();
        if !models.iter().all(is_known) {
            return Err(Error::UnknownModel);
        }
        Ok(record.with(&json!({ "models": models })))
    }
}

#[cfg(test)]
mod tests {
    use model::{BuiltIn, FailureCode, GroupDraft, ModelName};

    use crate::{store::testing::on_both, works::testing::Site};

    /// AC-17: who may not ask for a name is not told that there is one.
    #[tokio::test]
    async fn nobody_is_told_names_that_their_groups_do_not_let_them_ask_for() {
        on_both(async |db| {
            let site = Site::at_rest(&db).await;
            let (gateway, people) = (&site.services.gateway, &site.services.people);
            let boss = site
                .services
                .identity
                .signed_up("boss", BuiltIn::Owner)
                .await;
            let behind = ["qwen-max".to_owned()];
            gateway.set_route(&boss, "heron", &behind).await.unwrap();
            let names = async || gateway.names_that_answer(&site.lin).await.unwrap();
            assert!(names().await.contains(&"heron".to_owned()));
            let draft = GroupDraft {
                name: "Tea".to_owned(),
                models: Some(vec![ModelName::parse("qwen-plus").unwrap()]),
                ..GroupDraft::default()
            };
            let group = people.create_group(&boss, draft).await.unwrap();
            let lin = site.lin.user();
            people.add_members(&boss, group, &[lin]).await.unwrap();
            assert_eq!(names().await, ["qwen-plus"]);
        })
        .await;
    }

    /// Of two who put up the same name at once, one is told that it is taken, and what the other has put up stays.
    #[tokio::test]
    async fn of_two_who_put_up_a_name_at_once_one_does() {
        on_both(async |db| {
            let site = Site::at_rest(&db).await;
            let (gateway, identity) = (&site.services.gateway, &site.services.identity);
            let olga = identity.signed_up("olga", BuiltIn::Owner).await;
            let oleg = identity.signed_up("oleg", BuiltIn::Owner).await;
            for name in ["heron", "crane", "egret"] {
                let behind = ["qwen-max", "qwen-plus"].map(|model| [model.to_owned()]);
                let (one, other) = tokio::join!(
                    gateway.add_route(&olga, name, &behind[0]),
                    gateway.add_route(&oleg, name, &behind[1])
                );
                let told = [one, other].map(|put| put.err().map(|error| error.code()));
                let put = told.iter().position(Option::is_none).unwrap();
                assert_eq!(told[1 - put], Some(FailureCode::NameTaken));
                let routes = gateway.routes(&olga).await.unwrap();
                let kept = routes.into_iter().find(|route| route.name == name);
                assert_eq!(kept.unwrap().models, behind[put]);
            }
        })
        .await;
    }
}
