//! What can go wrong, as data.

use std::{str::FromStr, time::Duration};

use crate::{ParseError, Refusal};

/// A fault of the service, of a gateway on the way, or of the network.
///
/// Faults of a stream strike after the number of pieces given with [`Answer::fails_after`](crate::Answer::fails_after);
/// those that concern the whole answer (everything up to [`Fault::EmptyBody`], and from [`Fault::NoUsage`] on) take effect
/// wherever they are placed. Faults that make no sense without a stream leave a plain answer as it is.
#[derive(Clone, Debug, PartialEq)]
pub enum Fault {
    /// Refused before the first byte, as plain JSON with its status.
    Refused(Refusal),
    /// Refused before the first byte with the body framed as one `data:` line.
    RefusedAsEvent(Refusal),
    /// A native error frame, four lines, with this status (200 and the real one are both seen).
    NativeFrame(Refusal, u16),
    /// A redirect to another host.
    Redirect,
    /// Status 200 with a page of HTML.
    Html,
    /// Status 200 with nothing in it.
    EmptyBody,
    /// One more event with the error envelope, then the stream ends without `[DONE]`.
    ErrorEvent(Refusal),
    /// An event whose JSON is cut short; the stream goes on.
    Malformed,
    /// This many bytes of what follows, then the connection is reset.
    Reset(usize),
    /// This many bytes of what follows, then the connection is closed in the middle of the body.
    Cut(usize),
    /// Cut in the middle of a multi-byte character.
    CutInsideCharacter,
    /// The body ends properly but without a finish chunk and `[DONE]`.
    EndsEarly,
    /// Nothing more is ever sent; the connection stays open.
    Stall,
    /// The answer never ends.
    Endless,
    /// No usage chunk although it was asked for.
    NoUsage,
    /// Everything but `[DONE]`.
    NoDone,
    /// One more chunk after `[DONE]`.
    DataAfterDone,
    /// Every byte on its own, this far apart.
    SlowBytes(Duration),
    /// The bytes are cut between the bytes of a character wherever there is one; nothing is lost.
    SplitCharacters,
    /// Another form of the event stream.
    Framing(Framing),
}

/// Forms of an event stream that are all valid.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Framing {
    /// As the service does: `data: `, lines end in `\n`.
    #[default]
    Usual,
    /// Lines end in `\r\n`.
    CarriageReturns,
    /// Comment lines, `id:` and `event:` lines between the data.
    Comments,
    /// No space after `data:`.
    NoSpace,
}

impl Fault {
    /// The fault of a name as it is written on a command line, `throttle` or `reset` for example.
    fn named(name: &str) -> Option<Self> {
        Some(match name {
            "throttle" | "throttle-requests" => Self::Refused(Refusal::too_many_requests()),
            "throttle-tokens" => Self::Refused(Refusal::too_many_tokens()),
            "throttle-burst" => Self::Refused(Refusal::burst()),
            "free-quota" => Self::Refused(Refusal::free_quota_spent()),
            "arrears" => Self::Refused(Refusal::arrears()),
            "inspection" => Self::Refused(Refusal::inspected_input()),
            "invalid-key" => Self::Refused(Refusal::invalid_key()),
            "access-denied" => Self::Refused(Refusal::access_denied()),
            "internal" => Self::Refused(Refusal::internal()),
            "unavailable" => Self::Refused(Refusal::unavailable()),
            "overloaded" => Self::Refused(Refusal::overloaded()),
            "refused-as-event" => Self::RefusedAsEvent(Refusal::inspected_input()),
            "native-frame" => Self::NativeFrame(Refusal::too_many_tokens(), 200),
            "redirect" => Self::Redirect,
            "html" => Self::Html,
            "empty" => Self::EmptyBody,
            "error-event" => Self::ErrorEvent(Refusal::inspected_output()),
            "malformed" => Self::Malformed,
            "reset" => Self::Reset(0),
            "cut" => Self::Cut(20),
            "cut-character" => Self::CutInsideCharacter,
            "ends-early" => Self::EndsEarly,
            "stall" => Self::Stall,
            "endless" => Self::Endless,
            "no-usage" => Self::NoUsage,
            "no-done" => Self::NoDone,
            "after-done" => Self::DataAfterDone,
            "slow-bytes" => Self::SlowBytes(Duration::from_millis(5)),
            "split-characters" => Self::SplitCharacters,
            "crlf" => Self::Framing(Framing::CarriageReturns),
            "comments" => Self::Framing(Framing::Comments),
            "no-space" => Self::Framing(Framing::NoSpace),
            _ => return None,
        })
    }
}

/// A fault that strikes a share of the requests. Which ones is determined by the seed.
#[derive(Clone, Debug, PartialEq)]
pub struct FaultPlan {
    /// What goes wrong.
    pub fault: Fault,
    /// How often, from 0 to 1.
    pub share: f64,
}

impl FromStr for FaultPlan {
    type Err = ParseError;

    /// Reads `name` (always) or `name:share`, for example `throttle:0.1`.
    fn from_str(text: &str) -> Result<Self, ParseError> {
        let (name, share) = text.split_once(':').unwrap_or((text, "1"));
        let fault = Fault::named(name).ok_or_else(|| ParseError::new("an unknown fault", name))?;
        let share = share
            .parse()
            .ok()
            .filter(|share| (0.0..=1.0).contains(share));
        let share = share.ok_or_else(|| ParseError::new("not a share between 0 and 1", text))?;
        Ok(Self { fault, share })
    }
}
