//! What numbers in cells mean: of days and times a table keeps only how many days have gone by, and the format says that they are meant.

use std::collections::HashMap;

use super::{
    Unreadable,
    xml::{Token, Tokens, attribute, name},
};

/// The days from 1899-12-30 to 1970-01-01.
const TO_EPOCH: f64 = 25_569.0;
const DAY_S: f64 = 86_400.0;
/// The last day that a table knows, 9999-12-31.
const LAST: f64 = 2_958_465.0;

/// What a format shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shown {
    /// The number.
    Number,
    /// A day, a time, or both.
    Moment,
}

/// What each style of a table shows, by its number.
pub(super) fn styles(part: &str) -> Result<Vec<Shown>, Unreadable> {
    let mut tokens = Tokens::of(part);
    let mut own: HashMap<u32, Shown> = HashMap::new();
    let mut shown = Vec::new();
    let mut is_among_cells = false;
    while let Some(token) = tokens.next()? {
        match token {
            Token::Open(open) => match name(&open) {
                b"numFmt" => {
                    let id = attribute(&open, "numFmtId").and_then(|id| id.parse().ok());
                    if let (Some(id), Some(code)) = (id, attribute(&open, "formatCode")) {
                        own.insert(id, of_code(&code));
                    }
                }
                b"cellXfs" => is_among_cells = true,
                b"xf" if is_among_cells => {
                    let id = attribute(&open, "numFmtId").and_then(|id| id.parse().ok());
                    let id: u32 = id.unwrap_or(0);
                    let known = own.get(&id).copied();
                    shown.push(known.unwrap_or_else(|| built_in(id)));
                }
                _ => {}
            },
            Token::Close(close) if close.local_name().into_inner() == b"cellXfs" => {
                is_among_cells = false;
            }
            Token::Close(_) | Token::Text(_) => {}
        }
    }
    Ok(shown)
}

/// Formats that every table has; those from 27 on are days where one writes Chinese, Japanese or Korean.
const fn built_in(id: u32) -> Shown {
    match id {
        14..=22 | 27..=36 | 45..=47 | 50..=58 => Shown::Moment,
        _ => Shown::Number,
    }
}

/// A format in letters: `yyyy"年"m"月"d"日"`, `[h]:mm`. What is quoted, in brackets or behind a backslash does not count.
fn of_code(code: &str) -> Shown {
    let is_time = |c: char| matches!(c.to_ascii_lowercase(), 'h' | 'm' | 's');
    let (mut is_quoted, mut is_escaped) = (false, false);
    // A colour, a language or a condition; or hours that count on.
    let mut bracket: Option<String> = None;
    for c in code.chars() {
        if is_escaped {
            is_escaped = false;
        } else if is_quoted {
            is_quoted = c != '"';
        } else if let Some(inside) = &mut bracket {
            if c != ']' {
                inside.push(c);
            } else if !inside.is_empty() && inside.chars().all(is_time) {
                return Shown::Moment;
            } else {
                bracket = None;
            }
        } else {
            match c {
                '\\' | '_' | '*' => is_escaped = true,
                '"' => is_quoted = true,
                '[' => bracket = Some(String::new()),
                'y' | 'Y' | 'd' | 'D' => return Shown::Moment,
                c if is_time(c) => return Shown::Moment,
                _ => {}
            }
        }
    }
    Shown::Number
}

/// A day and a time as they are written everywhere; nothing for what is none.
pub(super) fn moment(number: &str) -> Option<String> {
    let days: f64 = number.parse().ok()?;
    if !(0.0..=LAST + 1.0).contains(&days) {
        return None;
    }
    #[expect(clippy::cast_possible_truncation, reason = "the bounds were looked at")]
    let seconds = ((days - TO_EPOCH) * DAY_S).round() as i64;
    let at = time::OffsetDateTime::from_unix_timestamp(seconds).ok()?;
    let (hour, minute, second) = at.to_hms();
    let clock = if second == 0 {
        format!("{hour:02}:{minute:02}")
    } else {
        format!("{hour:02}:{minute:02}:{second:02}")
    };
    if days < 1.0 {
        return Some(clock);
    }
    let date = format!(
        "{:04}-{:02}-{:02}",
        at.year(),
        u8::from(at.month()),
        at.day()
    );
    Some(if (hour, minute, second) == (0, 0, 0) {
        date
    } else {
        format!("{date} {clock}")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_and_times_are_told_from_numbers() {
        for (code, expected) in [
            ("yyyy\"年\"m\"月\"d\"日\"", Shown::Moment),
            ("[h]:mm:ss", Shown::Moment),
            ("0.00", Shown::Number),
            ("#,##0\"days\"", Shown::Number),
            ("[White]0", Shown::Number),
            ("\\d0", Shown::Number),
        ] {
            assert_eq!(of_code(code), expected, "{code}");
        }
        assert_eq!((built_in(14), built_in(2)), (Shown::Moment, Shown::Number));
    }

    #[test]
    fn a_number_of_days_is_a_day() {
        for (number, expected) in [
            ("45658", Some("2025-01-01")),
            ("45658.75", Some("2025-01-01 18:00")),
            ("0.5", Some("12:00")),
            ("-1", None),
            ("1e300", None),
            ("春", None),
        ] {
            assert_eq!(moment(number).as_deref(), expected, "{number}");
        }
    }

    #[test]
    fn styles_are_counted_among_cells_only() {
        let part = r#"<styleSheet><numFmts><numFmt numFmtId="164" formatCode="yyyy-mm-dd"/></numFmts>
            <cellStyleXfs><xf numFmtId="14"/></cellStyleXfs>
            <cellXfs><xf numFmtId="0"/><xf numFmtId="164"/><xf numFmtId="14"/></cellXfs></styleSheet>"#;
        let shown = styles(part).unwrap();
        assert_eq!(shown, [Shown::Number, Shown::Moment, Shown::Moment]);
    }
}
