//! `[server]`.

use std::net::{Ipv4Addr, SocketAddr};

use ipnet::IpNet;
use serde::{Deserialize, Serialize};

/// Addresses, limits, proxies.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct ServerConfig {
    /// Where the site listens; port 0 takes a free one.
    pub addr: SocketAddr,
    /// The origin that people type, for example `https://ai.example.com`. With https the session's cookie is
    /// `Secure` and HSTS is sent.
    pub public_url: Option<String>,
    /// Proxies whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<IpNet>,
    /// The largest request body, in bytes.
    pub max_body_bytes: usize,
    /// A client has so long to send its headers, in seconds.
    pub header_timeout_s: u64,
    /// After SIGTERM, running answers have so long to end, in seconds.
    pub drain_s: u64,
}

impl Default for ServerConfig {
    fn default() -> Self {
        Self {
            addr: SocketAddr::from((Ipv4Addr::LOCALHOST, 3000)),
            public_url: None,
            trusted_proxies: Vec::new(),
            max_body_bytes: 6 * 1024 * 1024,
            header_timeout_s: 10,
            drain_s: 30,
        }
    }
}

impl ServerConfig {
    /// Whether people reach the site over https.
    pub fn is_https(&self) -> bool {
        self.public_url
            .as_deref()
            .is_some_and(|url| url.starts_with("https://"))
    }
}
