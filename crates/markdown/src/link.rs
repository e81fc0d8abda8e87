//! Which addresses a link may have, and whether its text says where it leads.

use ammonia::Url;

use crate::invisible;

const MAX_LENGTH: usize = 2048;

/// An address that may stand in a link.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Link {
    /// The address as it goes into `href`.
    pub(crate) href: String,
    /// The host as browsers call it, in ASCII and with its port, or the mail address.
    pub(crate) host: String,
    is_mail: bool,
}

/// Accepts absolute `http`, `https` and `mailto` addresses only.
pub(crate) fn parse(address: &str) -> Option<Link> {
    let address = invisible::without(address.trim());
    if address.len() > MAX_LENGTH
        || address
            .chars()
            .any(|c| c.is_control() || c.is_whitespace() || c == '\\')
    {
        return None;
    }
    let (scheme, rest) = address.split_once(':')?;
    let is_mail = scheme.eq_ignore_ascii_case("mailto");
    let host = if scheme.eq_ignore_ascii_case("http") || scheme.eq_ignore_ascii_case("https") {
        rest.strip_prefix("//")
            .filter(|rest| !rest.starts_with('/'))?;
        // What a browser makes of it counts, not what it looks like: numbers, letters of other scripts, user names.
        let parsed = Url::parse(&address).ok()?;
        let port = parsed.port().map(|port| format!(":{port}"));
        format!("{}{}", parsed.host_str()?, port.unwrap_or_default())
    } else if is_mail {
        rest.split('?').next()?.to_owned()
    } else {
        return None;
    };
    (!host.is_empty()).then_some(Link {
        href: address,
        host,
        is_mail,
    })
}

impl Link {
    /// Whether it leads to a page.
    pub(crate) fn is_web(&self) -> bool {
        !self.is_mail
    }

    /// Whether who reads `text` knows the host: it is the address, or as much of it as begins with the host.
    pub(crate) fn is_told_by(&self, text: &str) -> bool {
        let text = text.trim();
        // Letters of another script can look like others, and what stands before an `@` like a host.
        if !text.is_ascii() || !self.is_mail && text.contains('@') {
            return false;
        }
        let is_same = |shown: &str| {
            parse(shown)
                .is_some_and(|shown| shown.host == self.host && shown.is_mail == self.is_mail)
        };
        let scheme = if self.is_mail { "mailto:" } else { "https://" };
        is_same(text) || is_same(&format!("{scheme}{text}"))
    }
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
            "https:///x",
            "https://a b",
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

    #[test]
    fn a_host_is_shown_as_browsers_call_it() {
        for (address, host) in [
            ("https://A.Example:8443/x", "a.example:8443"),
            ("https://\u{430}pple.com/", "xn--pple-43d.com"),
            ("http://0x7f.1/", "127.0.0.1"),
            ("https://a.exa\u{200b}mple/", "a.example"),
            ("mailto:a@b.example?subject=x", "a@b.example"),
        ] {
            assert_eq!(
                parse(address).map(|link| link.host).as_deref(),
                Some(host),
                "{address}"
            );
        }
    }

    #[test]
    fn a_text_tells_the_host_only_if_nothing_else_can_be_read_in_it() {
        let told =
            |address: &str, text: &str| parse(address).is_some_and(|link| link.is_told_by(text));
        let evil = "https://evil.example/bank.example";
        for text in [
            "https://evil.example/bank.example",
            "evil.example",
            " http://EVIL.example/x ",
            "evil.example/docs",
        ] {
            assert!(told(evil, text), "{text}");
        }
        for text in [
            "the bank",
            "",
            "https://bank.example",
            "bank.example",
            "https://bank.example@evil.example/",
            "bank.example@evil.example",
            "evil.example is safe",
            "evil.example\u{200b}",
            "evil.example:8443",
            "mailto:evil.example",
            "https://bank.example.evil.example",
        ] {
            assert!(!told(evil, text), "{text}");
        }
        assert!(
            !told("https://\u{430}pple.com", "https://\u{430}pple.com"),
            "it looks like another"
        );
        assert!(told("mailto:a@b.example", "a@b.example"));
        assert!(!told("mailto:a@evil.example", "a@b.example"));
    }
}
