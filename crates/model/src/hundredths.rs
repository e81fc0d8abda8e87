//! Numbers with two digits behind the point.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A number with two digits behind the point: exact where it is typed, kept and sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Hundredths(u16);

impl Hundredths {
    /// So many hundredths.
    pub const fn new(hundredths: u16) -> Self {
        Self(hundredths)
    }

    /// Reads `0.7`, `1` and `,95`; nothing negative, and no third digit behind the point.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let (whole, fraction) = text.split_once(['.', ',']).unwrap_or((text, ""));
        let is_number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        let is_there = !whole.is_empty() || !fraction.is_empty();
        let is_short = whole.len() <= 2 && fraction.len() <= 2;
        if !is_there || !is_short || !is_number(whole) || !is_number(fraction) {
            return None;
        }
        let whole: u16 = format!("0{whole}").parse().ok()?;
        let fraction: u16 = format!("{fraction:0<2}").parse().ok()?;
        Some(Self(whole * 100 + fraction))
    }

    /// The number.
    pub fn as_f64(self) -> f64 {
        f64::from(self.0) / 100.0
    }
}

impl fmt::Display for Hundredths {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.as_f64(), out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_are_exact_and_shown_as_they_are_written() {
        for (text, shown) in [
            ("0", "0"),
            (" 0.70 ", "0.7"),
            (".05", "0.05"),
            ("1,99", "1.99"),
            ("1.", "1"),
        ] {
            let number = Hundredths::parse(text);
            assert_eq!(
                number.map(|number| number.to_string()),
                Some(shown.to_owned())
            );
        }
        for text in ["", ".", "-1", "0.123", "1e2", "٣", "100", "+1", "0.5.5"] {
            assert_eq!(Hundredths::parse(text), None, "{text}");
        }
    }
}
