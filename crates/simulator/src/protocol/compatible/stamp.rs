//! Points in time as lists are filtered by them: `20250306123000`, `2025-11-12 10:10:10`, `2025-11-12`, `20251112`.

use crate::calendar::Stamp;

/// Seconds since 1970 of a time in Beijing.
pub(super) fn read(text: &str) -> Option<u64> {
    let is_written_so = text
        .chars()
        .all(|c| c.is_ascii_digit() || matches!(c, '-' | ':' | ' '));
    let mut digits: String = text.chars().filter(char::is_ascii_digit).collect();
    if digits.len() == 8 {
        digits.push_str("000000");
    }
    let stamp = Stamp::from_beijing_digits(&digits).filter(|_| is_written_so)?;
    Some(stamp.0 / 1000)
}

#[cfg(test)]
mod tests {
    use super::read;

    #[test]
    fn every_documented_form_is_read() {
        assert_eq!(read("19700101080000"), Some(0));
        assert_eq!(read("2025-11-12 10:10:10"), Some(1_762_913_410));
        assert_eq!(read("2025-11-12"), Some(1_762_876_800));
        assert_eq!(read("20251112"), read("2025-11-12"));
        for nonsense in ["", "yesterday", "2025", "20251312", "2025-11-12 10"] {
            assert_eq!(read(nonsense), None, "{nonsense}");
        }
    }
}
