//! The list of models ("Models").

use serde::{Deserialize, Serialize};

use crate::client::Call;
use crate::path::segment;
use crate::span::call_span;
use crate::{Client, Error, Extra};

const PATH: &str = "/compatible-mode/v1/models";

/// Models that the key may use.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ModelList {
    /// In the provider's order.
    pub data: Vec<Model>,
    /// Anything else.
    #[serde(flatten)]
    pub extra: Extra,
}

/// One model. Only the id is certain.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Model {
    /// For [`ChatRequest::new`](crate::ChatRequest::new).
    pub id: String,
    /// Anything else.
    #[serde(flatten)]
    pub extra: Extra,
}

impl Client {
    /// Lists the models, `GET /compatible-mode/v1/models`.
    ///
    /// No official page promises this path: [`NotFound`](crate::ErrorKind::NotFound) means that this host
    /// does not list, not that there are none. Useful as a check of the key.
    ///
    /// ```no_run
    /// # async fn example(client: bailian::Client) -> Result<(), bailian::Error> {
    /// let ids = client.models().await?.data.into_iter().map(|model| model.id);
    /// # let _ = ids.count();
    /// # Ok(())
    /// # }
    /// ```
    pub async fn models(&self) -> Result<ModelList, Error> {
        let call = Call::get(PATH, &self.options().timeouts);
        let span = call_span!("bailian.models");
        Ok(self.observed(call, &span).await?.0)
    }

    /// Looks a model up, `GET /compatible-mode/v1/models/{id}`; as little promised as the list.
    ///
    /// ```no_run
    /// # async fn example(client: bailian::Client) -> Result<(), bailian::Error> {
    /// let model = client.model("qwen-plus").await?;
    /// # let _ = model;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn model(&self, id: &str) -> Result<Model, Error> {
        let path = format!("{PATH}/{}", segment(id)?);
        let span = call_span!("bailian.model");
        let call = Call::get(path, &self.options().timeouts);
        Ok(self.observed(call, &span).await?.0)
    }
}
