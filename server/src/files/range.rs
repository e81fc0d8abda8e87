//! Which part of a content is asked for, after RFC 9110, sections 13 and 14.

use std::ops::Range;

use http::{
    HeaderMap, HeaderName,
    header::{IF_NONE_MATCH, IF_RANGE, RANGE},
};

/// What is to be sent.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Wanted {
    /// Nothing: the caller has it.
    Unchanged,
    /// All of it.
    Whole,
    /// That part.
    Part(Range<u64>),
    /// A part behind the end.
    Beyond,
}

/// What the headers ask for, of a content of `length` bytes with that entity tag (in its quotes). Several ranges at once are
/// answered with the whole, which the RFC leaves to the server: a thousand of them would be as much work as one answer each.
pub(super) fn wanted(headers: &HeaderMap, tag: &str, length: u64) -> Wanted {
    let text = |name: &HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
    if text(&IF_NONE_MATCH).is_some_and(|known| matches(known, tag)) {
        return Wanted::Unchanged;
    }
    // A part fits only to what the caller has the rest of. There is no date to compare.
    if text(&IF_RANGE).is_some_and(|known| known != tag) {
        return Wanted::Whole;
    }
    text(&RANGE).map_or(Wanted::Whole, |range| part(range, length))
}

/// Whether the list has the tag, weak or strong, or is `*`.
fn matches(list: &str, tag: &str) -> bool {
    list.split(',').map(str::trim).any(|known| {
        let known = known.strip_prefix("W/").unwrap_or(known);
        known == "*" || known == tag
    })
}

fn part(range: &str, length: u64) -> Wanted {
    let Some(spec) = range.strip_prefix("bytes=") else {
        return Wanted::Whole;
    };
    let Some((first, last)) = spec.trim().split_once('-') else {
        return Wanted::Whole;
    };
    let range = match (number(first), number(last)) {
        (Some(first), Some(last)) if first <= last => first..last.saturating_add(1).min(length),
        (Some(first), None) if last.is_empty() => first..length,
        (None, Some(last)) if first.is_empty() => length.saturating_sub(last)..length,
        _ => return Wanted::Whole,
    };
    if range.is_empty() {
        Wanted::Beyond
    } else {
        Wanted::Part(range)
    }
}

/// Digits and nothing else; more than there are numbers for is as good as the largest.
fn number(digits: &str) -> Option<u64> {
    let all_digits = !digits.is_empty() && digits.bytes().all(|c| c.is_ascii_digit());
    all_digits.then(|| digits.parse().unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TAG: &str = "\"abc\"";

    fn ask(pairs: &[(&'static str, &str)]) -> Wanted {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.insert(*name, value.parse().unwrap());
        }
        wanted(&headers, TAG, 100)
    }

    /// FI-14.
    #[test]
    fn one_range_is_cut_to_the_content() {
        for (range, expected) in [
            ("bytes=0-9", Wanted::Part(0..10)),
            ("bytes=90-", Wanted::Part(90..100)),
            ("bytes=-10", Wanted::Part(90..100)),
            ("bytes=-1000", Wanted::Part(0..100)),
            ("bytes=0-99999999999999999999999", Wanted::Part(0..100)),
            ("bytes=99-99", Wanted::Part(99..100)),
            ("bytes=100-", Wanted::Beyond),
            ("bytes=99999999999999999999999-", Wanted::Beyond),
            ("bytes=-0", Wanted::Beyond),
            ("bytes=9-0", Wanted::Whole),
            ("bytes=-", Wanted::Whole),
            ("bytes=+1-2", Wanted::Whole),
            ("bytes=0-1,5-6", Wanted::Whole),
            ("lines=0-9", Wanted::Whole),
            ("", Wanted::Whole),
        ] {
            assert_eq!(ask(&[("range", range)]), expected, "{range}");
        }
    }

    #[test]
    fn a_part_is_sent_only_of_what_the_caller_has_the_rest_of() {
        let range = ("range", "bytes=0-9");
        assert_eq!(ask(&[range, ("if-range", TAG)]), Wanted::Part(0..10));
        for other in ["\"xyz\"", "W/\"abc\"", "Sat, 29 Nov 2025 00:00:00 GMT"] {
            assert_eq!(ask(&[range, ("if-range", other)]), Wanted::Whole, "{other}");
        }
    }

    #[test]
    fn what_the_caller_has_is_not_sent_again() {
        for known in [TAG, "W/\"abc\"", "\"x\", \"abc\"", "*"] {
            assert_eq!(
                ask(&[("if-none-match", known), ("range", "bytes=0-9")]),
                Wanted::Unchanged
            );
        }
        assert_eq!(ask(&[("if-none-match", "\"x\"")]), Wanted::Whole);
    }
}
