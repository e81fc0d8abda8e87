//! What the next question can be reckoned with before it is asked: the conversation's size, and what models take and cost.

use model::{
    ConversationId, ModelName, UserId,
    estimate::{ContextUse, EstimateBase, ModelCost, TierCost, tokens_of},
};

use super::{Generations, task::CONTEXT};
use crate::{Error, identity::Caller};

impl Generations {
    /// What there is to reckon with in the caller's conversation, or before there is one.
    #[tracing::instrument(name = "api.generation.estimate", skip_all)]
    pub async fn estimate(
        &self,
        caller: &Caller,
        conversation: Option<ConversationId>,
    ) -> Result<EstimateBase, Error> {
        let (offered, _) = self.offer(caller).await?;
        let context_tokens = match conversation {
            Some(conversation) => self.context_tokens(caller.user(), conversation).await?,
            None => 0,
        };
        let models = offered.iter().map(|choice| self.cost(&choice.name));
        Ok(EstimateBase {
            context_tokens,
            models: models.collect(),
        })
    }

    /// How much of what `model` reads at once the branch that is shown in the caller's conversation fills.
    #[tracing::instrument(name = "api.generation.context_use", skip_all)]
    pub async fn context_use(
        &self,
        caller: &Caller,
        conversation: ConversationId,
        model: &ModelName,
    ) -> Result<ContextUse, Error> {
        Ok(ContextUse {
            used: self.context_tokens(caller.user(), conversation).await?,
            window: self.cost(model).window,
        })
    }

    /// Tokens of the branch that is shown: as the upstream counted them, else about.
    async fn context_tokens(
        &self,
        user: UserId,
        conversation: ConversationId,
    ) -> Result<u32, Error> {
        let db = &self.0.db;
        let current = db.conversation(user, conversation).await?;
        let Some(leaf) = current.ok_or(Error::NotFound)?.leaf else {
            return Ok(0);
        };
        if let Some(counted) = db.tokens_up_to(user, conversation, leaf).await? {
            return Ok(u32::try_from(counted).unwrap_or(u32::MAX));
        }
        let branch = db.branch(user, conversation, leaf, CONTEXT).await?;
        let tokens = branch.iter().map(|message| tokens_of(&message.text()));
        Ok(tokens.fold(0, u32::saturating_add))
    }

    fn cost(&self, model: &ModelName) -> ModelCost {
        let inner = &*self.0;
        let card = inner.options.catalogue.get(model.as_str());
        let tokens = |count: u64| u32::try_from(count).unwrap_or(u32::MAX);
        let micros =
            |price: bailian::capability::MicroYuan| i64::try_from(price.get()).unwrap_or(i64::MAX);
        let region = inner.gateway.region().id();
        let prices = card.and_then(|card| {
            let mut lists = card.token_prices.iter();
            lists.find(|prices| Some(prices.region.as_str()) == region)
        });
        let tiers = prices.map_or(&[][..], |prices| &prices.tiers[..]);
        let tiers = tiers.iter().filter_map(|tier| {
            let rates = &tier.rates;
            Some(TierCost {
                up_to: tier.up_to.map(tokens),
                input: micros(rates.peak_input.or(rates.input)?),
                output: rates
                    .thinking_output
                    .into_iter()
                    .chain(rates.peak_output)
                    .chain(rates.output)
                    .map(micros)
                    .max(),
            })
        });
        ModelCost {
            model: model.clone(),
            window: card.and_then(|card| card.max_input_tokens).map(tokens),
            tiers: tiers.collect(),
        }
    }
}
