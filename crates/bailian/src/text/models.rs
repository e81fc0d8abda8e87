//! The list of models ("Models").

use serde::{Deserialize, Serialize};
use tracing::Instrument;

use crate::client::Call;
use crate::{Client, Error, Extra};

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
    pub async fn models(&self) -> Result<ModelList, Error> {
        let call = Call::get("/compatible-mode/v1/models", &self.options().timeouts);
        let span = tracing::info_span!(
            "bailian.models",
            http.response.status_code = tracing::field::Empty
        );
        Ok(self.fetch(call).instrument(span).await?.0)
    }
}
