//! What may be reached from here.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::{IpNet, Ipv4Net, Ipv6Net};
use reqwest::Url;

const fn v4(a: u8, b: u8, c: u8, d: u8, prefix: u8) -> Ipv4Net {
    Ipv4Net::new_assert(Ipv4Addr::new(a, b, c, d), prefix)
}

const fn v6(a: u16, b: u16, c: u16, prefix: u8) -> Ipv6Net {
    Ipv6Net::new_assert(Ipv6Addr::new(a, b, c, 0, 0, 0, 0, 0), prefix)
}

/// What is not of the public Internet (IANA's registries of special-purpose addresses), multicast and what is reserved.
const INSIDE_4: &[Ipv4Net] = &[
    v4(0, 0, 0, 0, 8),
    v4(10, 0, 0, 0, 8),
    v4(100, 64, 0, 0, 10),
    v4(127, 0, 0, 0, 8),
    v4(169, 254, 0, 0, 16),
    v4(172, 16, 0, 0, 12),
    v4(192, 0, 0, 0, 24),
    v4(192, 0, 2, 0, 24),
    v4(192, 88, 99, 0, 24),
    v4(192, 168, 0, 0, 16),
    v4(198, 18, 0, 0, 15),
    v4(198, 51, 100, 0, 24),
    v4(203, 0, 113, 0, 24),
    v4(224, 0, 0, 0, 3),
];

/// The same of version 6: only global unicast is public, and of that not what carries another address in it.
const OUTSIDE_6: Ipv6Net = v6(0x2000, 0, 0, 3);
const INSIDE_6: &[Ipv6Net] = &[
    v6(0x2001, 0, 0, 23),
    v6(0x2001, 0xdb8, 0, 32),
    v6(0x2002, 0, 0, 16),
    v6(0x3fff, 0, 0, 20),
];

/// What may be reached: the public Internet by the web's own ports, and networks that were named.
#[derive(Clone, Debug, Default)]
pub(crate) struct Reach {
    named: Vec<IpNet>,
    everything: bool,
}

impl Reach {
    /// The public Internet.
    pub(crate) fn public() -> Self {
        Self::default()
    }

    /// Everything: an administrator named the address.
    pub(crate) fn everything() -> Self {
        Self {
            everything: true,
            ..Self::default()
        }
    }

    /// These networks too, at any port.
    #[cfg(test)]
    pub(crate) fn and(self, named: &[IpNet]) -> Self {
        Self {
            named: named.to_vec(),
            ..self
        }
    }

    /// Whether a connection to it may be made.
    pub(crate) fn reaches(&self, ip: IpAddr) -> bool {
        self.everything || self.is_named(ip) || is_public(ip)
    }

    /// Whether it may be asked for that. What its name leads to is looked at when the connection is made.
    pub(crate) fn allows(&self, address: &Url) -> bool {
        let is_web = matches!(address.scheme(), "http" | "https");
        let is_open = address.username().is_empty() && address.password().is_none();
        if !is_web || !is_open {
            return false;
        }
        if self.everything {
            return address.has_host();
        }
        let ip = match address.host_str() {
            None => return false,
            Some(host) => host.trim_matches(['[', ']']).parse::<IpAddr>().ok(),
        };
        let is_usual = matches!(address.port_or_known_default(), Some(80 | 443));
        match ip {
            Some(ip) => self.is_named(ip) || (is_usual && is_public(ip)),
            None => is_usual,
        }
    }

    fn is_named(&self, ip: IpAddr) -> bool {
        self.named.iter().any(|net| net.contains(&ip))
    }
}

fn is_public(ip: IpAddr) -> bool {
    match ip.to_canonical() {
        IpAddr::V4(ip) => !INSIDE_4.iter().any(|net| net.contains(&ip)),
        IpAddr::V6(ip) => OUTSIDE_6.contains(&ip) && !INSIDE_6.iter().any(|net| net.contains(&ip)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_public_internet_is_reached() {
        let reach = Reach::public();
        for ip in [
            "127.0.0.1",
            "10.1.2.3",
            "172.31.255.1",
            "192.168.0.1",
            "169.254.169.254",
            "100.100.100.200",
            "0.0.0.0",
            "255.255.255.255",
            "224.0.0.1",
            "::1",
            "::",
            "fe80::1",
            "fd00::1",
            "::ffff:127.0.0.1",
            "::ffff:169.254.169.254",
            "64:ff9b::7f00:1",
            "2002:7f00:1::",
            "ff02::1",
        ] {
            assert!(!reach.reaches(ip.parse().unwrap()), "{ip}");
        }
        for ip in ["1.1.1.1", "223.5.5.5", "2400:3200::1"] {
            assert!(reach.reaches(ip.parse().unwrap()), "{ip}");
        }
    }

    #[test]
    fn addresses_are_of_the_web_and_say_nothing_inside() {
        let reach = Reach::public();
        for address in [
            "http://127.0.0.1/",
            "http://2130706433/",
            "http://0x7f.1/",
            "http://[::1]/",
            "http://[::ffff:10.0.0.1]/",
            "ftp://example.com/",
            "file:///etc/passwd",
            "http://example.com:22/",
            "http://a:b@example.com/",
        ] {
            let address = Url::parse(address).unwrap();
            assert!(!reach.allows(&address), "{address}");
        }
        for address in ["http://example.com/a?b", "https://1.1.1.1/"] {
            assert!(reach.allows(&Url::parse(address).unwrap()), "{address}");
        }
        let named = reach.and(&["127.0.0.0/8".parse().unwrap()]);
        assert!(named.allows(&Url::parse("http://127.0.0.1:9/").unwrap()));
        assert!(!named.allows(&Url::parse("http://10.0.0.1/").unwrap()));
    }
}
