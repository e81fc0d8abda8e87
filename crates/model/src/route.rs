//! Names that models are asked for by.

use serde::{Deserialize, Serialize};

/// A name, and the models that stand behind it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ModelRoute {
    /// What is asked for.
    pub name: String,
    /// What answers: the first, and each next one when the one before fails.
    pub models: Vec<String>,
}
