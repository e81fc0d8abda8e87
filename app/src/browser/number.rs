//! What the browser has by itself. Rust's own tables for these two would be loaded with every page, and are larger than most of its parts.

/// The number that a text is, as far as one is written in digits.
pub fn number(text: &str) -> Option<f64> {
    let is_digital = |c: char| c.is_ascii_digit() || matches!(c, '+' | '-' | '.' | 'e' | 'E');
    if text.is_empty() || !text.chars().all(is_digital) {
        return None;
    }
    let number = read(text);
    number.is_finite().then_some(number)
}

/// A text in lower case.
#[cfg(target_arch = "wasm32")]
pub fn lower(text: &str) -> String {
    js_sys::JsString::from(text).to_lower_case().into()
}

/// A text in lower case.
#[cfg(not(target_arch = "wasm32"))]
pub fn lower(text: &str) -> String {
    text.to_lowercase()
}

/// Not finite where the text is no number.
#[cfg(target_arch = "wasm32")]
fn read(text: &str) -> f64 {
    wasm_bindgen::JsValue::from_str(text).unchecked_into_f64()
}

/// Not finite where the text is no number.
#[cfg(not(target_arch = "wasm32"))]
fn read(text: &str) -> f64 {
    text.parse().unwrap_or(f64::NAN)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_written_in_digits() {
        for (text, expected) in [
            ("0", Some(0.0)),
            ("-1.5", Some(-1.5)),
            ("+2e3", Some(2000.0)),
            ("", None),
            ("-", None),
            ("1.2.3", None),
            ("1e999", None),
            ("inf", None),
            ("NaN", None),
            ("0x10", None),
            (" 1", None),
        ] {
            assert_eq!(number(text), expected, "{text}");
        }
    }

    #[test]
    fn letters_become_small() {
        assert_eq!(lower("Qwen ÄΣ 通义"), "qwen äς 通义");
    }
}
