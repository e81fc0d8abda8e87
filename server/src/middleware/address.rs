//! Who sent a request, as far as it tells. A proxy's word about addresses counts only if the proxy is listed.

use std::{
    net::{IpAddr, Ipv4Addr, SocketAddr},
    sync::Arc,
};

use axum::{
    extract::{ConnectInfo, Request, State},
    middleware::Next,
    response::Response,
};
use http::HeaderMap;
use ipnet::IpNet;
use platform::Visitor;

use crate::config::ServerConfig;

/// What is kept of a `User-Agent`, in characters.
const LONGEST: usize = 300;

/// Puts the client's address and what it says of itself into the request's extensions. Runs inside the request's log,
/// which gives the request its id.
pub(crate) async fn resolve(
    State(config): State<Arc<ServerConfig>>,
    mut request: Request,
    next: Next,
) -> Response {
    let peer = request
        .extensions()
        .get::<ConnectInfo<SocketAddr>>()
        .map(|info| info.0.ip());
    let peer = peer.unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED));
    let client = client(peer, request.headers(), &config.trusted_proxies);
    let visitor = Visitor {
        address: client,
        user_agent: text(request.headers(), "user-agent")
            .chars()
            .take(LONGEST)
            .collect(),
        request_id: text(request.headers(), "x-request-id").to_owned(),
    };
    request.extensions_mut().insert(visitor);
    next.run(request).await
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> &'a str {
    let value = headers.get(name);
    value
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default()
}

/// The last address in `X-Forwarded-For` that no listed proxy has; whoever is before it may have been made up.
fn client(peer: IpAddr, headers: &HeaderMap, trusted: &[IpNet]) -> IpAddr {
    let is_trusted = |address: &IpAddr| trusted.iter().any(|net| net.contains(address));
    let mut client = peer.to_canonical();
    let forwarded: Vec<&str> = headers
        .get_all("x-forwarded-for")
        .iter()
        .filter_map(|value| value.to_str().ok())
        .collect();
    let mut hops = forwarded.iter().flat_map(|value| value.split(',')).rev();
    while is_trusted(&client) {
        match hops.next().map(|hop| hop.trim().parse::<IpAddr>()) {
            Some(Ok(hop)) => client = hop.to_canonical(),
            Some(Err(_)) | None => break,
        }
    }
    client
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_listed_proxy_is_believed() -> anyhow::Result<()> {
        let proxies: Vec<IpNet> = vec!["10.0.0.0/8".parse()?];
        for (peer, forwarded, expected) in [
            ("203.0.113.9", "198.51.100.1", "203.0.113.9"),
            ("10.0.0.1", "198.51.100.1", "198.51.100.1"),
            (
                "10.0.0.1",
                "6.6.6.6, 198.51.100.1, 10.0.0.2",
                "198.51.100.1",
            ),
            ("10.0.0.1", "banana", "10.0.0.1"),
            ("::ffff:10.0.0.1", "198.51.100.1", "198.51.100.1"),
        ] {
            let headers = HeaderMap::from_iter([("x-forwarded-for".parse()?, forwarded.parse()?)]);
            assert_eq!(
                client(peer.parse()?, &headers, &proxies),
                expected.parse::<IpAddr>()?,
                "{peer} {forwarded}"
            );
        }
        Ok(())
    }
}
