//! Numbers as people read them, the same on server and page.

use crate::language::Words;

/// A whole number, its thousands apart: `1,234,567`.
pub fn count(number: i64) -> String {
    let digits = number.unsigned_abs().to_string();
    let mut text = String::with_capacity(digits.len() * 4 / 3 + 1);
    if number < 0 {
        text.push('-');
    }
    for (place, digit) in digits.char_indices() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Micro-yuan as yuan: small amounts to the last of six decimals, large ones to the fen, at least two decimals.
pub fn yuan(micro: i64) -> String {
    let decimals = match micro.unsigned_abs() {
        0 => return "¥0".to_owned(),
        1..1_000_000 => 6,
        1_000_000..100_000_000 => 4,
        _ => 2,
    };
    let step = 10_u64.pow(6 - decimals);
    let rounded = (micro.unsigned_abs() + step / 2) / step * step;
    let fraction = format!("{:06}", rounded % 1_000_000);
    let shown = fraction.trim_end_matches('0').len().max(2);
    let sign = if micro < 0 { "-" } else { "" };
    let whole = count(i64::try_from(rounded / 1_000_000).unwrap_or(i64::MAX));
    format!("{sign}¥{whole}.{}", &fraction[..shown])
}

/// Micro-yuan as yuan, to the last of six decimals: for amounts that somebody has set.
pub fn exact_yuan(micro: i64) -> String {
    let fraction = format!("{:06}", micro.unsigned_abs() % 1_000_000);
    let shown = fraction.trim_end_matches('0').len().max(2);
    let sign = if micro < 0 { "-" } else { "" };
    let whole = count(i64::try_from(micro.unsigned_abs() / 1_000_000).unwrap_or(i64::MAX));
    format!("{sign}¥{whole}.{}", &fraction[..shown])
}

/// Typed yuan with at most six decimals as micro-yuan.
pub fn micro_yuan(text: &str) -> Option<i64> {
    let text = text.trim();
    let (yuan, decimals) = text.split_once('.').unwrap_or((text, ""));
    let are_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if !are_digits(yuan) || !are_digits(decimals) || decimals.len() > 6 {
        return None;
    }
    let yuan: i64 = yuan.parse().ok()?;
    let micro: i64 = format!("{decimals:0<6}").parse().ok()?;
    yuan.checked_mul(1_000_000)?.checked_add(micro)
}

/// A length of time in the reader's words: `320 ms`, `4.2 s`, `3 min 5 s`.
pub fn duration(words: &Words, ms: i64) -> String {
    match ms {
        ..1_000 => words.lasts_ms(&ms.to_string()),
        1_000..60_000 => words.lasts_s(&format!("{}.{}", ms / 1_000, ms % 1_000 / 100)),
        _ => {
            let (minutes, seconds) = (ms / 60_000, ms % 60_000 / 1_000);
            words.lasts_min(&count(minutes), &seconds.to_string())
        }
    }
}

/// A part of a whole in per cent, with a decimal where it is small: `0.4%`, `37%`.
pub fn percent(part: i64, whole: i64) -> String {
    let tenths = tenths(part, whole);
    if tenths >= 100 || tenths % 10 == 0 {
        format!("{}%", (tenths + 5) / 10)
    } else {
        format!("{}.{}%", tenths / 10, tenths % 10)
    }
}

/// A part of a whole in thousandths, at most all of it.
pub fn tenths(part: i64, whole: i64) -> i64 {
    if whole <= 0 {
        return 0;
    }
    let tenths = i128::from(part.max(0)) * 1_000 / i128::from(whole);
    i64::try_from(tenths.min(1_000)).unwrap_or(1_000)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::Language;

    #[test]
    fn thousands_stand_apart() {
        for (number, expected) in [
            (0, "0"),
            (999, "999"),
            (1_000, "1,000"),
            (-12_345, "-12,345"),
            (1_234_567, "1,234,567"),
        ] {
            assert_eq!(count(number), expected);
        }
    }

    #[test]
    fn yuan_are_as_exact_as_their_amount_asks_for() {
        for (micro, expected) in [
            (0, "¥0"),
            (1, "¥0.000001"),
            (12_300, "¥0.0123"),
            (500_000, "¥0.50"),
            (1_234_567, "¥1.2346"),
            (12_000_000, "¥12.00"),
            (99_999_999, "¥100.00"),
            (1_234_567_891, "¥1,234.57"),
            (-12_300, "-¥0.0123"),
        ] {
            assert_eq!(yuan(micro), expected, "{micro}");
        }
    }

    #[test]
    fn a_set_amount_is_shown_to_its_last_decimal() {
        for (micro, expected) in [
            (0, "¥0.00"),
            (1, "¥0.000001"),
            (20_000_000, "¥20.00"),
            (1_234_567_891, "¥1,234.567891"),
        ] {
            assert_eq!(exact_yuan(micro), expected, "{micro}");
        }
    }

    #[test]
    fn typed_yuan_are_counted_exactly() {
        for (text, expected) in [
            ("12", Some(12_000_000)),
            (" 0.000001 ", Some(1)),
            ("1.5", Some(1_500_000)),
            ("0", Some(0)),
            ("", None),
            (".", None),
            ("1.0000001", None),
            ("-1", None),
            ("1e3", None),
            ("１", None),
            ("1,000", None),
            ("99999999999999", None),
        ] {
            assert_eq!(micro_yuan(text), expected, "{text}");
        }
    }

    #[test]
    fn lengths_of_time_and_parts_are_short() {
        let (en, zh) = (Language::En.words(), Language::Zh.words());
        for (ms, expected, chinese) in [
            (0, "0 ms", "0 毫秒"),
            (4_250, "4.2 s", "4.2 秒"),
            (185_000, "3 min 5 s", "3 分 5 秒"),
        ] {
            assert_eq!(duration(en, ms), expected);
            assert_eq!(duration(zh, ms), chinese);
        }
        for (part, whole, expected) in [
            (0, 0, "0%"),
            (1, 250, "0.4%"),
            (37, 100, "37%"),
            (1, 3, "33%"),
            (5, 4, "100%"),
        ] {
            assert_eq!(percent(part, whole), expected);
        }
    }
}
