//! The shape that native requests share: `model`, `input`, `parameters`.

use serde_json::{Map, Value};

use crate::{
    Refusal,
    models::{self, Model},
};

/// A native request to a model that is on the right path.
#[derive(Debug)]
pub(crate) struct Body<'a> {
    pub(crate) model_id: &'a str,
    pub(crate) model: &'a Model,
    pub(crate) input: &'a Map<String, Value>,
    parameters: Option<&'a Map<String, Value>>,
}

impl<'a> Body<'a> {
    /// Reads what every native service asks for; the path is right for models that `belongs` accepts.
    pub(crate) fn read(
        body: &'a Value,
        models: &'a [Model],
        belongs: impl Fn(&Model) -> bool,
    ) -> Result<Self, Refusal> {
        let (model_id, model) = model(body, models)?;
        if !belongs(model) {
            return Err(wrong_path());
        }
        let input = body
            .get("input")
            .and_then(Value::as_object)
            .ok_or_else(|| {
                let message = "Required input parameter missing from request.";
                Refusal::new(400, "BadRequest.EmptyInput", message)
            })?;
        Ok(Self {
            model_id,
            model,
            input,
            parameters: body.get("parameters").and_then(Value::as_object),
        })
    }

    /// A field of `input`; null is the same as absent.
    pub(crate) fn input(&self, name: &str) -> Option<&'a Value> {
        self.input.get(name).filter(|value| !value.is_null())
    }

    /// A field of `parameters`; null is the same as absent.
    pub(crate) fn parameter(&self, name: &str) -> Option<&'a Value> {
        self.parameters()
            .find(|(known, _)| known.as_str() == name)
            .map(|(_, value)| value)
    }

    /// All parameters that are not null.
    pub(crate) fn parameters(&self) -> impl Iterator<Item = (&'a String, &'a Value)> {
        let given = self.parameters.into_iter().flatten();
        given.filter(|(_, value)| !value.is_null())
    }
}

/// The model that a request names.
pub(crate) fn model<'a>(
    body: &'a Value,
    models: &'a [Model],
) -> Result<(&'a str, &'a Model), Refusal> {
    let named = body.get("model").and_then(Value::as_str);
    let id = named.filter(|id| !id.is_empty()).ok_or_else(|| {
        let message = r#"Required parameter "model" missing from request."#;
        Refusal::new(400, "BadRequest.EmptyModel", message)
    })?;
    let model = models::find(models, id)
        .ok_or_else(|| Refusal::new(404, "ModelNotFound", "Model can not be found."))?;
    Ok((id, model))
}

/// 400: the model answers on another path.
pub(crate) fn wrong_path() -> Refusal {
    Refusal::invalid_parameter("url error, please check url！")
}
