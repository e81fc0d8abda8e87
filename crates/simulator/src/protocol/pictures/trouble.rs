//! What goes wrong with a picture or a film because of its words.
//!
//! The service's moderation can't be predicted; here the name of an error in the prompt brings it about:
//! `DataInspectionFailed` withholds the last of the results, `IPInfringementSuspect` and `InternalError.Timeout` fail
//! the whole.

use crate::Refusal;

/// A trouble that the words ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Trouble {
    /// The last result is withheld.
    OneIsBlocked,
    /// Nothing is made.
    Nothing {
        code: &'static str,
        message: &'static str,
        status: u16,
    },
}

/// The code and message of a result that was withheld.
pub(crate) const BLOCKED: (&str, &str) = (
    "DataInspectionFailed",
    "Output data may contain inappropriate content.",
);

impl Trouble {
    /// The trouble that is named.
    pub(crate) fn of(prompt: &str) -> Option<Self> {
        const NAMED: [(&str, Trouble); 3] = [
            (
                "IPInfringementSuspect",
                Trouble::Nothing {
                    code: "IPInfringementSuspect",
                    message: "Input data is suspected of being involved in IP infringement.",
                    status: 400,
                },
            ),
            (
                "InternalError.Timeout",
                Trouble::Nothing {
                    code: "InternalError.Timeout",
                    message: "An internal timeout error has occured during execution, please try again later or contact service support.",
                    status: 500,
                },
            ),
            ("DataInspectionFailed", Trouble::OneIsBlocked),
        ];
        let named = NAMED.iter().find(|(name, _)| prompt.contains(name));
        named.map(|(_, trouble)| *trouble)
    }

    /// How many of so many results are withheld.
    pub(crate) fn blocked(trouble: Option<Self>) -> u32 {
        u32::from(trouble == Some(Self::OneIsBlocked))
    }

    /// Why nothing is made, when so many results were wanted.
    pub(crate) fn refusal(trouble: Option<Self>, wanted: u32) -> Option<Refusal> {
        match trouble? {
            Self::Nothing {
                code,
                message,
                status,
            } => Some(Refusal::new(status, code, message)),
            Self::OneIsBlocked if wanted == 1 => Some(Refusal::new(400, BLOCKED.0, BLOCKED.1)),
            Self::OneIsBlocked => None,
        }
    }
}
