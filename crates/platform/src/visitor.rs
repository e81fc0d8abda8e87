//! What is known of whoever sends a request, before it is known who they are.

use std::net::{IpAddr, Ipv4Addr};

/// Where a request comes from and what it says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Visitor {
    /// The client's address, as the listed proxies tell it.
    pub address: IpAddr,
    /// The `User-Agent` header, at most 300 characters.
    pub user_agent: String,
    /// The request's id.
    pub request_id: String,
}

impl Visitor {
    /// Nothing is known but the address.
    pub fn at(address: IpAddr) -> Self {
        Self {
            address,
            user_agent: String::new(),
            request_id: String::new(),
        }
    }
}

impl Default for Visitor {
    fn default() -> Self {
        Self::at(IpAddr::V4(Ipv4Addr::UNSPECIFIED))
    }
}
