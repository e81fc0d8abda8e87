//! What a person sets for the answers of a conversation.

use model::{
    ConversationId, ModelName, Parameters, ParametersView, Switch, Switches, ToolChoices,
    ToolsChosen,
};

use super::Generations;
use crate::{Error, identity::Caller};

impl Generations {
    /// What is set for a conversation, or for the one that is begun next, and what `model` can do of it; without one, the model
    /// that answers next.
    #[tracing::instrument(name = "api.generation.parameters", skip_all)]
    pub async fn parameters(
        &self,
        caller: &Caller,
        conversation: Option<ConversationId>,
        model: Option<ModelName>,
    ) -> Result<ParametersView, Error> {
        let inner = &*self.0;
        let set = inner.db.parameters(caller.user(), conversation).await?;
        let parameters = set.ok_or(Error::NotFound)?;
        let model = match (model, conversation) {
            (Some(model), _) => model,
            (None, Some(id)) => {
                let found = inner.db.conversation(caller.user(), id).await?;
                found.ok_or(Error::NotFound)?.model
            }
            (None, None) => {
                let own = inner.db.default_model(caller.user()).await?;
                own.filter(|model| inner.models.offers(model))
                    .unwrap_or_else(|| inner.options.default_model.clone())
            }
        };
        Ok(ParametersView {
            conversation,
            abilities: inner.models.abilities(&model),
            model: inner.models.choice(&model),
            parameters,
        })
    }

    /// How what is switched beside the composer stands for `model`.
    pub async fn switches(
        &self,
        caller: &Caller,
        conversation: Option<ConversationId>,
        model: ModelName,
    ) -> Result<Switches, Error> {
        let view = self.parameters(caller, conversation, Some(model)).await?;
        Ok(Switches::of(&view.parameters, &view.abilities))
    }

    /// Switches one of that and leaves what else is set as it is. How they stand then.
    #[tracing::instrument(name = "api.generation.switch_parameter", skip_all)]
    pub async fn switch_parameter(
        &self,
        caller: &Caller,
        conversation: Option<ConversationId>,
        model: ModelName,
        (switch, on): (Switch, bool),
    ) -> Result<Switches, Error> {
        let view = self.parameters(caller, conversation, Some(model));
        let view = view.await?;
        let set = view.parameters.switched(switch, on);
        self.set_parameters(caller, conversation, &view.model.name, &set)
            .await?;
        Ok(Switches::of(&set, &view.abilities))
    }

    /// The tools that the caller may let models use, which of them are on, and whether `model` can call any; without one, the model
    /// that answers next.
    #[tracing::instrument(name = "api.generation.tool_choices", skip_all)]
    pub async fn tool_choices(
        &self,
        caller: &Caller,
        conversation: Option<ConversationId>,
        model: Option<ModelName>,
    ) -> Result<ToolChoices, Error> {
        let inner = &*self.0;
        let model = match (model, conversation) {
            (Some(model), _) => model,
            (None, Some(id)) => {
                let found = inner.db.conversation(caller.user(), id).await?;
                found.ok_or(Error::NotFound)?.model
            }
            (None, None) => inner.options.default_model.clone(),
        };
        let (tools, chosen) = match self.tools() {
            Some(tools) => tools.choices(caller, conversation).await?,
            None => (Vec::new(), ToolsChosen::default()),
        };
        Ok(ToolChoices {
            tools,
            chosen,
            model_calls: inner.models.spec(&model).calls,
        })
    }

    /// Sets it anew: for every answer that is begun from now on. Refuses what is more than `model` can.
    #[tracing::instrument(name = "api.generation.set_parameters", skip_all)]
    pub async fn set_parameters(
        &self,
        caller: &Caller,
        conversation: Option<ConversationId>,
        model: &ModelName,
        parameters: &Parameters,
    ) -> Result<(), Error> {
        let inner = &*self.0;
        parameters
            .check(&inner.models.abilities(model))
            .map_err(Error::Refused)?;
        let (user, now) = (caller.user(), inner.clock.now());
        let is_set = inner
            .db
            .set_parameters(user, conversation, parameters, now)
            .await?;
        if is_set { Ok(()) } else { Err(Error::NotFound) }
    }
}
