//! Addresses that carry what was typed.

use std::fmt::Write as _;

/// A text as it stands in a query.
pub fn escaped(text: &str) -> String {
    let mut query = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            query.push(char::from(byte));
        } else {
            // Writing to a text can't fail.
            let _ = write!(query, "%{byte:02X}");
        }
    }
    query
}

/// A path with those of the pairs that say something.
pub fn with_query(path: &str, pairs: &[(&str, &str)]) -> String {
    let said: Vec<String> = pairs
        .iter()
        .filter(|(_, value)| !value.is_empty())
        .map(|(name, value)| format!("{name}={}", escaped(value)))
        .collect();
    if said.is_empty() {
        path.to_owned()
    } else {
        format!("{path}?{}", said.join("&"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_typed_stays_one_value_of_the_query() {
        let link = with_query(
            "/admin/users",
            &[("search", "黛 & a=b"), ("state", ""), ("after", "x-Y_9")],
        );
        assert_eq!(
            link,
            "/admin/users?search=%E9%BB%9B%20%26%20a%3Db&after=x-Y_9"
        );
        assert_eq!(with_query("/admin/users", &[("state", "")]), "/admin/users");
    }
}
