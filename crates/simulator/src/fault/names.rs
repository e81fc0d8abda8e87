//! Faults by name, as a header, a model's name and a command line write them.

use std::{str::FromStr, time::Duration};

use super::{Fault, Framing, catalogue};
use crate::{Latency, ParseError, Refusal};

/// Every name with its detail and what happens, for a help text.
pub const FAULTS: &[(&str, &str)] = &[
    (
        "<code>[:n]",
        "refused with this code of the service, its n-th wording: Arrearage, limit_requests, InvalidParameter:3",
    ),
    (
        "throttle",
        "429 too many requests; throttle-tokens and throttle-burst for the other limits",
    ),
    (
        "free-quota",
        "429 the free quota is spent; free-tier-only is 403",
    ),
    ("arrears", "400 the account is overdue"),
    ("inspection", "400 moderation of the question"),
    ("invalid-key", "401; access-denied is 403"),
    (
        "internal",
        "500; timed-out is 500, unavailable and overloaded are 503",
    ),
    (
        "retry-after:<text>",
        "429 with this retry-after: 2, 3600, -1, banana, 1e9; past and future give a date",
    ),
    (
        "gateway:<status>",
        "a gateway's page of HTML with this status, 502 by default",
    ),
    (
        "refused-as-event",
        "400 whose body is framed as an event; native-frame the same in the native form with 200",
    ),
    (
        "redirect:<status>",
        "a redirect to another host, 302 by default",
    ),
    ("html", "200 with a page of HTML"),
    ("empty", "200 with nothing; no-content is 204"),
    (
        "bomb:<size>",
        "200 with a gzip body that unpacks to this, 1g by default",
    ),
    ("hang-up", "the connection is closed without an answer"),
    (
        "slow-start:<time>",
        "the first byte comes later, 20s by default",
    ),
    (
        "slow-head:<time>",
        "every byte of the head this far apart, 1s by default",
    ),
    (
        "closed-when-used",
        "the kept connection is closed when the next request arrives on it",
    ),
    ("go-away", "HTTP/2: GOAWAY"),
    (
        "stream-reset:<code>",
        "HTTP/2: RST_STREAM with this error code, 2 by default (7 refuses the stream)",
    ),
    ("error-event", "an error as an event, then the end"),
    ("malformed", "one event with broken JSON"),
    ("reset:<bytes>", "so many bytes, then RST; 0 by default"),
    (
        "cut:<bytes>",
        "so many bytes, then the end in the middle of the body; 20 by default",
    ),
    ("cut-character", "the end inside a character"),
    ("ends-early", "a proper end without finish and [DONE]"),
    ("stall", "nothing more, the connection stays open"),
    ("endless", "the same event for ever"),
    ("big-event:<size>", "one event of this size, 1m by default"),
    (
        "empty-choices",
        "one event without choices; null-delta one with a null delta",
    ),
    ("no-usage", "no usage"),
    (
        "usage:<json>",
        "this in place of the usage's numbers: -5, 9e18, \"12\", null, NaN",
    ),
    ("unknown-fields", "unknown fields in every object"),
    (
        "no-done",
        "no [DONE]; two-dones, two-finishes and after-done for too much of it",
    ),
    (
        "slow-bytes:<time>",
        "every byte this far apart, 5ms by default; split-characters cuts inside characters",
    ),
    (
        "crlf",
        "another form of the stream; also cr, bom, comments, no-space, many-lines, empty-events",
    ),
];

impl FromStr for Fault {
    type Err = ParseError;

    /// Reads `name` or `name:detail`; a name that is not a fault's own is looked up among the service's codes.
    fn from_str(text: &str) -> Result<Self, ParseError> {
        let (name, detail) = match text.split_once(':') {
            Some((name, detail)) => (name, Some(detail)),
            None => (text, None),
        };
        let unknown = || ParseError::new("an unknown fault", name);
        if let Some(fault) = with_detail(name, detail)? {
            return Ok(fault);
        }
        if let Some(fault) = plain(name) {
            return match detail {
                None => Ok(fault),
                Some(_) => Err(ParseError::new("a fault without a detail", text)),
            };
        }
        let wording = match detail {
            None => 1,
            Some(number) => number.parse().map_err(|_| unknown())?,
        };
        catalogue::refusal(name, wording)
            .map(Self::Refused)
            .ok_or_else(unknown)
    }
}

fn with_detail(name: &str, detail: Option<&str>) -> Result<Option<Fault>, ParseError> {
    let time = |otherwise: &str| {
        detail
            .unwrap_or(otherwise)
            .parse()
            .map(|Latency(time)| -> Duration { time })
    };
    let status = |otherwise: u16| number(detail, otherwise);
    let wanted = |what| detail.ok_or_else(|| ParseError::new(what, name));
    Ok(Some(match name {
        "retry-after" => Fault::RetryAfter(wanted("a fault that wants a retry-after")?.to_owned()),
        "gateway" => Fault::Gateway(status(502)?),
        "redirect" => Fault::Redirect(status(302)?),
        "bomb" => Fault::Bomb(size(detail, 1 << 30)?),
        "slow-start" => Fault::SlowStart(time("20s")?),
        "slow-head" => Fault::SlowHead(time("1s")?),
        "stream-reset" => Fault::StreamReset(number(detail, 2)?),
        "reset" => Fault::Reset(number(detail, 0)?),
        "cut" => Fault::Cut(number(detail, 20)?),
        "big-event" => {
            Fault::BigEvent(usize::try_from(size(detail, 1 << 20)?).unwrap_or(usize::MAX))
        }
        "usage" => Fault::AbsurdUsage(wanted("a fault that wants some JSON")?.to_owned()),
        "slow-bytes" => Fault::SlowBytes(time("5ms")?),
        _ => return Ok(None),
    }))
}

fn plain(name: &str) -> Option<Fault> {
    Some(match name {
        "throttle" | "throttle-requests" => Fault::Refused(Refusal::too_many_requests()),
        "throttle-tokens" => Fault::Refused(Refusal::too_many_tokens()),
        "throttle-burst" => Fault::Refused(Refusal::burst()),
        "free-quota" => Fault::Refused(Refusal::free_quota_spent()),
        "free-tier-only" => Fault::Refused(Refusal::free_tier_only()),
        "arrears" => Fault::Refused(Refusal::arrears()),
        "inspection" => Fault::Refused(Refusal::inspected_input()),
        "invalid-key" => Fault::Refused(Refusal::invalid_key()),
        "access-denied" => Fault::Refused(Refusal::access_denied()),
        "internal" => Fault::Refused(Refusal::internal()),
        "timed-out" => Fault::Refused(Refusal::timed_out()),
        "unavailable" => Fault::Refused(Refusal::unavailable()),
        "overloaded" => Fault::Refused(Refusal::overloaded()),
        "refused-as-event" => Fault::RefusedAsEvent(Refusal::inspected_input()),
        "native-frame" => Fault::NativeFrame(Refusal::too_many_tokens(), 200),
        "html" => Fault::Html,
        "empty" => Fault::EmptyBody,
        "no-content" => Fault::NoContent,
        "hang-up" => Fault::HangUp,
        "closed-when-used" => Fault::ClosedWhenUsed,
        "go-away" => Fault::GoAway,
        "error-event" => Fault::ErrorEvent(Refusal::inspected_output()),
        "malformed" => Fault::Malformed,
        "cut-character" => Fault::CutInsideCharacter,
        "ends-early" => Fault::EndsEarly,
        "stall" => Fault::Stall,
        "endless" => Fault::Endless,
        "empty-choices" => Fault::EmptyChoices,
        "null-delta" => Fault::NullDelta,
        "no-usage" => Fault::NoUsage,
        "unknown-fields" => Fault::UnknownFields,
        "no-done" => Fault::NoDone,
        "after-done" => Fault::DataAfterDone,
        "two-dones" => Fault::TwoDones,
        "two-finishes" => Fault::TwoFinishes,
        "split-characters" => Fault::SplitCharacters,
        "crlf" => Fault::Framing(Framing::CarriageReturns),
        "cr" => Fault::Framing(Framing::LoneCarriageReturns),
        "bom" => Fault::Framing(Framing::ByteOrderMark),
        "comments" => Fault::Framing(Framing::Comments),
        "no-space" => Fault::Framing(Framing::NoSpace),
        "many-lines" => Fault::Framing(Framing::ManyLines),
        "empty-events" => Fault::Framing(Framing::EmptyEvents),
        _ => return None,
    })
}

fn number<N: FromStr>(detail: Option<&str>, otherwise: N) -> Result<N, ParseError> {
    detail.map_or(Ok(otherwise), |text| {
        text.parse()
            .map_err(|_| ParseError::new("not a number that fits", text))
    })
}

/// Bytes, written `2000`, `64k`, `1m` or `1g`.
fn size(detail: Option<&str>, otherwise: u64) -> Result<u64, ParseError> {
    let Some(text) = detail else {
        return Ok(otherwise);
    };
    let (digits, shift) = match text.char_indices().next_back() {
        Some((at, 'k')) => (&text[..at], 10),
        Some((at, 'm')) => (&text[..at], 20),
        Some((at, 'g')) => (&text[..at], 30),
        Some(_) | None => (text, 0),
    };
    let bytes = digits.parse::<u64>().ok();
    bytes
        .and_then(|bytes| bytes.checked_mul(1 << shift))
        .ok_or_else(|| ParseError::new("not a size such as 64k or 1m", text))
}

#[cfg(test)]
mod tests {
    use super::{FAULTS, Fault};

    #[test]
    fn every_name_of_the_help_is_a_fault() {
        for (shown, _) in FAULTS {
            let (name, detail) = shown.split_once(':').unwrap_or((shown, ""));
            let text = match (name, detail) {
                ("<code>[", _) => "Arrearage".to_owned(),
                ("retry-after", _) => "retry-after:banana".to_owned(),
                ("usage", _) => "usage:-5".to_owned(),
                _ => name.to_owned(),
            };
            assert!(text.parse::<Fault>().is_ok(), "{text}");
        }
    }

    #[test]
    fn details_are_read_in_their_units() {
        let fault = |text: &str| text.parse::<Fault>().ok();
        assert_eq!(fault("big-event:100m"), Some(Fault::BigEvent(100 << 20)));
        assert_eq!(fault("reset:2000"), Some(Fault::Reset(2000)));
        assert_eq!(
            fault("retry-after:1e9"),
            Some(Fault::RetryAfter("1e9".to_owned()))
        );
        for nonsense in [
            "usage",
            "stall:3",
            "reset:-1",
            "big-event:much",
            "InvalidParameter:x",
        ] {
            assert_eq!(fault(nonsense), None, "{nonsense}");
        }
    }

    #[test]
    fn a_code_of_the_service_is_a_fault() {
        let Some(Fault::Refused(refusal)) = "limit_burst_rate".parse().ok() else {
            panic!("not refused");
        };
        assert_eq!(
            (refusal.status, refusal.native_code.as_str()),
            (429, "Throttling.BurstRate")
        );
    }
}
