//! Which addresses a link may have.

const MAX_LENGTH: usize = 2048;

/// An address that may stand in a link.
pub(crate) struct Link {
    /// The address as it goes into `href`.
    pub(crate) href: String,
    /// The host, or the mail address.
    pub(crate) host: String,
}

/// Accepts absolute `http`, `https` and `mailto` addresses only.
pub(crate) fn parse(address: &str) -> Option<Link> {
    let address = address.trim();
    if address.len() > MAX_LENGTH
        || address
            .chars()
            .any(|c| c.is_control() || c.is_whitespace() || c == '\\')
    {
        return None;
    }
    let (scheme, rest) = address.split_once(':')?;
    let host = if scheme.eq_ignore_ascii_case("http") || scheme.eq_ignore_ascii_case("https") {
        let authority = rest.strip_prefix("//")?.split(['/', '?', '#']).next()?;
        authority.rsplit('@').next()?
    } else if scheme.eq_ignore_ascii_case("mailto") {
        rest.split('?').next()?
    } else {
        return None;
    };
    (!host.is_empty()).then(|| Link {
        href: address.to_owned(),
        host: host.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_web_and_mail_addresses_are_links() {
        for good in [
            "https://a.example/b?c#d",
            "HTTP://a.example",
            "mailto:a@b.example",
        ] {
            assert!(parse(good).is_some(), "{good}");
        }
        for bad in [
            "javascript:alert(1)",
            "data:text/html,x",
            "/local",
            "//host/x",
            "https:x",
            "http://",
            "java\tscript:x",
            "a\\b:c",
            "#x",
            "mailto:",
        ] {
            assert!(parse(bad).is_none(), "{bad}");
        }
    }

    #[test]
    fn the_host_shown_is_the_one_behind_the_user_name() {
        assert_eq!(
            parse("https://bank.example@evil.example/")
                .map(|link| link.host)
                .as_deref(),
            Some("evil.example")
        );
    }
}
