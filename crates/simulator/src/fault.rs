//! What can go wrong, as data.

mod catalogue;
mod names;

use std::{str::FromStr, time::Duration};

pub use self::names::FAULTS;
use crate::{ParseError, Refusal};

/// A fault of the service, of a gateway on the way, or of the network.
///
/// Most strike at a place of the answer: after the pieces given with [`Answer::fails_after`](crate::Answer::fails_after),
/// or after the events given with a [`Strike`]. Those that concern the answer as a whole take effect wherever they are
/// placed. Faults that make no sense without a stream leave a plain answer as it is.
#[derive(Clone, Debug, PartialEq)]
pub enum Fault {
    /// Refused before the first byte, as plain JSON with its status.
    Refused(Refusal),
    /// Refused before the first byte with the body framed as one `data:` line.
    RefusedAsEvent(Refusal),
    /// A native error frame, four lines, with this status (200 and the real one are both seen).
    NativeFrame(Refusal, u16),
    /// Refused with 429 and this text as `retry-after`, which the service itself never sends.
    RetryAfter(String),
    /// A gateway's page with this status.
    Gateway(u16),
    /// A redirect to another host, with this status.
    Redirect(u16),
    /// Status 200 with a page of HTML.
    Html,
    /// Status 200 with nothing in it.
    EmptyBody,
    /// Status 204.
    NoContent,
    /// Status 200 with a gzip body that unpacks to this many bytes.
    Bomb(u64),
    /// The connection is closed without an answer.
    HangUp,
    /// The first byte comes this much later.
    SlowStart(Duration),
    /// Every byte of the head on its own, this far apart.
    SlowHead(Duration),
    /// The connection stays open after the answer, and is closed when the next request arrives on it.
    ClosedWhenUsed,
    /// HTTP/2: the server sends GOAWAY and finishes what it has begun.
    GoAway,
    /// HTTP/2: the stream is reset with this error code; over HTTP/1 the connection is closed.
    StreamReset(u32),
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
    /// One more event, of this many bytes.
    BigEvent(usize),
    /// One more event, whose `choices` are empty.
    EmptyChoices,
    /// One more event, whose `delta` (or `message`) is null.
    NullDelta,
    /// No usage chunk although it was asked for.
    NoUsage,
    /// This JSON, valid or not, in place of every number of the usage.
    AbsurdUsage(String),
    /// Fields that no documentation knows, in every object.
    UnknownFields,
    /// Everything but `[DONE]`.
    NoDone,
    /// One more chunk after `[DONE]`.
    DataAfterDone,
    /// `[DONE]` comes twice.
    TwoDones,
    /// The chunk with the `finish_reason` comes twice.
    TwoFinishes,
    /// Every byte on its own, this far apart.
    SlowBytes(Duration),
    /// The bytes are cut between the bytes of a character wherever there is one; nothing is lost.
    SplitCharacters,
    /// Another form of the event stream.
    Framing(Framing),
}

impl Fault {
    /// Whether nobody but the front makes it, in a scripted answer too.
    pub(crate) fn is_of_the_front(&self) -> bool {
        use Framing::{ByteOrderMark, EmptyEvents, LoneCarriageReturns, ManyLines};
        matches!(
            self,
            Self::SlowStart(_)
                | Self::SlowHead(_)
                | Self::ClosedWhenUsed
                | Self::GoAway
                | Self::BigEvent(_)
                | Self::EmptyChoices
                | Self::NullDelta
                | Self::AbsurdUsage(_)
                | Self::UnknownFields
                | Self::TwoDones
                | Self::TwoFinishes
                | Self::Framing(ByteOrderMark | EmptyEvents | LoneCarriageReturns | ManyLines)
        )
    }
}

/// Forms of an event stream that are all valid.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Framing {
    /// As the service does: `data: `, lines end in `\n`.
    #[default]
    Usual,
    /// Lines end in `\r\n`.
    CarriageReturns,
    /// Lines end in `\r`.
    LoneCarriageReturns,
    /// A byte order mark at the beginning.
    ByteOrderMark,
    /// Comment lines, `id:`, `event:` and `retry:` lines between the data.
    Comments,
    /// No space after `data:`.
    NoSpace,
    /// The data of an event on several lines.
    ManyLines,
    /// Events without data between those with it.
    EmptyEvents,
}

/// A fault and where it strikes, as a header or a model's name tells it.
#[derive(Clone, Debug, PartialEq)]
pub struct Strike {
    /// What goes wrong.
    pub fault: Fault,
    /// The events of a stream that come before it.
    pub after: usize,
}

impl FromStr for Strike {
    type Err = ParseError;

    /// Reads `name`, `name:detail` or either with `@events`, for example `reset:100@3`.
    fn from_str(text: &str) -> Result<Self, ParseError> {
        let (fault, after) = placed(text)?;
        Ok(Self {
            fault: fault.parse()?,
            after: after.unwrap_or(0),
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
    /// The events that come before it; without this, some number that the seed determines.
    pub after: Option<usize>,
}

impl FromStr for FaultPlan {
    type Err = ParseError;

    /// Reads `name` (always), `name:share` or `name:detail:share`, each with or without `@events`: the share is last.
    fn from_str(text: &str) -> Result<Self, ParseError> {
        let (rest, after) = placed(text)?;
        let (name, share) = rest.rsplit_once(':').unwrap_or((rest, "1"));
        let fault = name.parse()?;
        let share = share
            .parse()
            .ok()
            .filter(|share| (0.0..=1.0).contains(share));
        let share = share.ok_or_else(|| ParseError::new("not a share between 0 and 1", text))?;
        Ok(Self {
            fault,
            share,
            after,
        })
    }
}

/// What stands before `@`, and the number behind it.
fn placed(text: &str) -> Result<(&str, Option<usize>), ParseError> {
    let Some((fault, after)) = text.rsplit_once('@') else {
        return Ok((text, None));
    };
    let after = after
        .parse()
        .map_err(|_| ParseError::new("not a number of events after @", text))?;
    Ok((fault, Some(after)))
}

#[cfg(test)]
mod tests {
    use super::{Fault, FaultPlan, Strike};
    use crate::Refusal;

    #[test]
    fn a_plan_is_written_with_or_without_its_detail_share_and_place() {
        let throttle = Fault::Refused(Refusal::too_many_requests());
        let plan = |fault: &Fault, share, after| {
            let fault = fault.clone();
            Ok(FaultPlan {
                fault,
                share,
                after,
            })
        };
        assert_eq!("throttle:0.1".parse(), plan(&throttle, 0.1, None));
        assert_eq!("throttle".parse(), plan(&throttle, 1.0, None));
        assert_eq!(
            "reset:100:0.5@3".parse(),
            plan(&Fault::Reset(100), 0.5, Some(3))
        );
        for nonsense in ["throttle:2", "gremlins", "reset:ten:1", "stall@x"] {
            assert!(nonsense.parse::<FaultPlan>().is_err(), "{nonsense}");
        }
    }

    #[test]
    fn a_strike_is_a_fault_and_a_place() {
        let strike = |text: &str| text.parse::<Strike>().ok();
        let expected = |fault, after| Some(Strike { fault, after });
        assert_eq!(strike("reset:100@3"), expected(Fault::Reset(100), 3));
        assert_eq!(strike("stall"), expected(Fault::Stall, 0));
        assert_eq!(strike("reset:100:0.5"), None);
    }
}
