//! Parameters as they are typed.

use serde::{Deserialize, Serialize};

use super::Parameters;
use crate::{FailureCode, Hundredths};

/// Parameters as a form has them: text in every field, empty where nothing is set.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ParametersDraft {
    /// A number.
    pub temperature: String,
    /// A number.
    pub top_p: String,
    /// A whole number.
    pub max_tokens: String,
    /// A whole number.
    pub seed: String,
    /// `on`, `off`, or as the model does.
    pub thinking: String,
    /// A whole number.
    pub thinking_budget: String,
    /// Anything, when the box is ticked.
    pub search: String,
    /// Anything, when the box is ticked.
    pub json: String,
    /// What the model is told.
    pub instructions: String,
}

impl ParametersDraft {
    /// Checks what holds for every model.
    pub fn parse(&self) -> Result<Parameters, FailureCode> {
        let temperature =
            decimal(&self.temperature, 0, 199).map_err(|()| FailureCode::InvalidTemperature)?;
        let top_p = decimal(&self.top_p, 1, 100).map_err(|()| FailureCode::InvalidTopP)?;
        let max_tokens = whole(&self.max_tokens, 1).map_err(|()| FailureCode::InvalidMaxTokens)?;
        let seed = whole(&self.seed, 0).map_err(|()| FailureCode::InvalidSeed)?;
        let thinking_budget =
            whole(&self.thinking_budget, 1).map_err(|()| FailureCode::InvalidThinkingBudget)?;
        let thinking = match self.thinking.as_str() {
            "on" => Some(true),
            "off" => Some(false),
            "" => None,
            _ => return Err(FailureCode::BadRequest),
        };
        let instructions = self.instructions.replace("\r\n", "\n").trim().to_owned();
        let is_long = instructions.chars().count() > Parameters::MAX_INSTRUCTIONS;
        if is_long || instructions.contains('\0') {
            return Err(FailureCode::InvalidInstructions);
        }
        Ok(Parameters {
            temperature,
            top_p,
            max_tokens,
            seed,
            thinking,
            thinking_budget,
            search: !self.search.is_empty(),
            json: !self.json.is_empty(),
            instructions,
        })
    }
}

impl From<&Parameters> for ParametersDraft {
    fn from(set: &Parameters) -> Self {
        let number = |set: Option<u32>| set.map(|set| set.to_string()).unwrap_or_default();
        let decimal = |set: Option<Hundredths>| set.map(|set| set.to_string()).unwrap_or_default();
        let ticked = |is_set: bool| if is_set { "on" } else { "" }.to_owned();
        let thinking = match set.thinking {
            Some(true) => "on",
            Some(false) => "off",
            None => "",
        };
        Self {
            temperature: decimal(set.temperature),
            top_p: decimal(set.top_p),
            max_tokens: number(set.max_tokens),
            seed: number(set.seed),
            thinking: thinking.to_owned(),
            thinking_budget: number(set.thinking_budget),
            search: ticked(set.search),
            json: ticked(set.json),
            instructions: set.instructions.clone(),
        }
    }
}

fn decimal(text: &str, least: u16, most: u16) -> Result<Option<Hundredths>, ()> {
    if text.trim().is_empty() {
        return Ok(None);
    }
    let number = Hundredths::parse(text).ok_or(())?;
    let range = Hundredths::new(least)..=Hundredths::new(most);
    range.contains(&number).then_some(Some(number)).ok_or(())
}

fn whole(text: &str, least: u32) -> Result<Option<u32>, ()> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(None);
    }
    let number: u32 = text.parse().map_err(|_| ())?;
    let range = least..=Parameters::MAX_SEED;
    range.contains(&number).then_some(Some(number)).ok_or(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draft(set: impl FnOnce(&mut ParametersDraft)) -> Result<Parameters, FailureCode> {
        let mut draft = ParametersDraft::default();
        set(&mut draft);
        draft.parse()
    }

    #[test]
    fn each_field_is_refused_by_its_own_name() {
        for (text, code) in [
            ("2", FailureCode::InvalidTemperature),
            ("warm", FailureCode::InvalidTemperature),
        ] {
            assert_eq!(
                draft(|form| form.temperature = text.to_owned()),
                Err(code),
                "{text}"
            );
        }
        assert!(draft(|form| form.temperature = "1.99".to_owned()).is_ok());
        for text in ["0", "1.01"] {
            let refused = draft(|form| form.top_p = text.to_owned());
            assert_eq!(refused, Err(FailureCode::InvalidTopP), "{text}");
        }
        for text in ["0", "-1", "1.5", "4294967296"] {
            let refused = draft(|form| form.max_tokens = text.to_owned());
            assert_eq!(refused, Err(FailureCode::InvalidMaxTokens), "{text}");
        }
        assert!(draft(|form| form.seed = "0".to_owned()).is_ok());
        assert!(draft(|form| form.seed = "2147483647".to_owned()).is_ok());
        let refused = draft(|form| form.seed = "2147483648".to_owned());
        assert_eq!(refused, Err(FailureCode::InvalidSeed));
        let refused = draft(|form| form.thinking_budget = "0".to_owned());
        assert_eq!(refused, Err(FailureCode::InvalidThinkingBudget));
        let refused = draft(|form| form.instructions = "字".repeat(4_001));
        assert_eq!(refused, Err(FailureCode::InvalidInstructions));
    }

    #[test]
    fn what_is_set_survives_its_form_and_its_json() {
        let set = Parameters {
            temperature: Some(Hundredths::new(70)),
            top_p: Some(Hundredths::new(100)),
            max_tokens: Some(800),
            seed: Some(7),
            thinking: Some(false),
            thinking_budget: Some(64),
            search: true,
            json: true,
            instructions: "Rhyme.".to_owned(),
        };
        for parameters in [set, Parameters::default()] {
            assert_eq!(
                ParametersDraft::from(&parameters).parse(),
                Ok(parameters.clone())
            );
            let json = serde_json::to_string(&parameters).unwrap_or_default();
            assert_eq!(serde_json::from_str(&json).ok(), Some(parameters));
        }
        assert_eq!(
            serde_json::to_string(&Parameters::default()).ok(),
            Some("{}".to_owned())
        );
    }
}
