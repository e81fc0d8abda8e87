//! Addresses: what carries what was typed, and what stays within the site.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// What RFC 3986 leaves as it is anywhere.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// A text as it stands in a query.
pub fn escaped(text: &str) -> String {
    utf8_percent_encode(text, RESERVED).to_string()
}

/// Whether a path stays within the site wherever a browser resolves it.
pub fn is_local(path: &str) -> bool {
    path.starts_with('/')
        && !path.starts_with("//")
        && !path.contains('\\')
        && !path.chars().any(char::is_control)
}

/// A query without what it says under that name.
pub fn without(query: &str, name: &str) -> String {
    let pairs = query.strip_prefix('?').unwrap_or(query).split('&');
    let stays = |pair: &&str| {
        let called = pair.split_once('=').map_or(*pair, |(called, _)| called);
        !pair.is_empty() && called != name
    };
    let rest: Vec<&str> = pairs.filter(stays).collect();
    if rest.is_empty() {
        String::new()
    } else {
        format!("?{}", rest.join("&"))
    }
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
    fn what_was_said_once_leaves_the_query() {
        for (query, rest) in [
            ("?done=1", ""),
            ("?a=%26&done=1&b", "?a=%26&b"),
            ("?undone=1", "?undone=1"),
            ("?done", ""),
            ("", ""),
        ] {
            assert_eq!(without(query, "done"), rest, "{query}");
        }
    }

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
