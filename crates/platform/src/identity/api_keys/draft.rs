//! What an API key may look like.

use std::net::IpAddr;

use ipnet::IpNet;
use model::{ApiKey, ApiKeyDraft, DisplayName, FailureCode, Millis, PermissionSet};

use super::IdentityError;

/// Networks that a key may name.
const NETWORKS: usize = 20;

/// Models that a key may name.
const MODELS: usize = 200;

/// A key ends at most so long from now: five years.
const LONGEST_MS: i64 = 5 * 366 * Millis::DAY;

/// The draft in its one form. A key may not be given what its owner lacks; what it has already may stay, it is without
/// effect.
pub(in crate::identity) fn checked(
    draft: ApiKeyDraft,
    old: Option<&ApiKey>,
    permissions: PermissionSet,
    now: Millis,
) -> Result<ApiKeyDraft, IdentityError> {
    let name = DisplayName::parse(&draft.name)?.as_str().to_owned();
    let had = old.map_or(PermissionSet::EMPTY, |old| old.scopes);
    if !permissions.union(had).includes(draft.scopes) {
        return Err(IdentityError::Forbidden);
    }
    let lies_ahead = |end: Millis| end > now && end <= now.plus(LONGEST_MS);
    let stays = old.is_some_and(|old| old.expires_at == draft.expires_at);
    if !stays && !draft.expires_at.is_none_or(lies_ahead) {
        return Err(IdentityError::Refused(FailureCode::InvalidExpiry));
    }
    within(draft.requests_per_minute, 1, ApiKey::MOST_REQUESTS)?;
    within(draft.tokens_per_minute, 1, ApiKey::MOST_TOKENS)?;
    within(draft.at_once, 1, ApiKey::MOST_AT_ONCE)?;
    within(draft.budget_per_month, 0, ApiKey::MOST_BUDGET)?;
    within(draft.cache_seconds, 1, ApiKey::LONGEST_CACHE_SECONDS)?;
    let mut models = draft.models;
    if let Some(models) = &mut models {
        models.sort_by(|a, b| a.as_str().cmp(b.as_str()));
        models.dedup();
        if models.len() > MODELS {
            return Err(IdentityError::Refused(FailureCode::TooMany));
        }
    }
    Ok(ApiKeyDraft {
        name,
        networks: networks(&draft.networks)?,
        models,
        ..draft
    })
}

/// Whether the address lies in one of the networks; in any, when there are none.
pub(super) fn is_within(address: IpAddr, networks: &[String]) -> bool {
    let address = address.to_canonical();
    let holds = |network: &String| {
        network
            .parse::<IpNet>()
            .is_ok_and(|net| net.contains(&address))
    };
    networks.is_empty() || networks.iter().any(holds)
}

/// Each network in its shortest spelling, none twice; an address alone is a network of one.
fn networks(texts: &[String]) -> Result<Vec<String>, IdentityError> {
    let mut networks = Vec::with_capacity(texts.len().min(NETWORKS));
    for text in texts
        .iter()
        .map(|text| text.trim())
        .filter(|text| !text.is_empty())
    {
        let network = text
            .parse::<IpNet>()
            .or_else(|_| text.parse::<IpAddr>().map(IpNet::from))
            .map_err(|_| IdentityError::Refused(FailureCode::InvalidNetwork))?;
        let network = canonical(network).trunc().to_string();
        if !networks.contains(&network) {
            networks.push(network);
        }
    }
    if networks.len() > NETWORKS {
        return Err(IdentityError::Refused(FailureCode::TooMany));
    }
    Ok(networks)
}

/// An IPv4 address in IPv6's clothes is the IPv4 address, here as with callers.
fn canonical(network: IpNet) -> IpNet {
    match (
        network.addr().to_canonical(),
        network.prefix_len().checked_sub(96),
    ) {
        (IpAddr::V4(address), Some(length)) if network.addr().is_ipv6() => {
            IpNet::new(IpAddr::V4(address), length).unwrap_or(network)
        }
        _ => network,
    }
}

fn within(number: Option<i64>, least: i64, most: i64) -> Result<(), IdentityError> {
    if number.is_none_or(|number| (least..=most).contains(&number)) {
        Ok(())
    } else {
        Err(IdentityError::Refused(FailureCode::InvalidNumber))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn networks_of(texts: &[&str]) -> Option<Vec<String>> {
        let texts: Vec<String> = texts.iter().map(|text| (*text).to_owned()).collect();
        networks(&texts).ok()
    }

    #[test]
    fn a_network_has_one_spelling_and_an_address_is_one() {
        let spelled = networks_of(&[
            "203.0.113.9/24",
            " 203.0.113.0/24",
            "",
            "2001:DB8::1",
            "::ffff:10.0.0.1",
        ]);
        let expected = ["203.0.113.0/24", "2001:db8::1/128", "10.0.0.1/32"];
        assert_eq!(spelled, Some(expected.map(str::to_owned).to_vec()));
        for bad in ["203.0.113.0/33", "example.com", "10.0.0", "10.0.0.1; DROP"] {
            assert_eq!(networks_of(&[bad]), None, "{bad}");
        }
    }

    #[test]
    fn an_address_is_looked_for_in_all_networks() {
        let networks = ["203.0.113.0/24".to_owned(), "2001:db8::/32".to_owned()];
        for (address, within) in [
            ("203.0.113.77", true),
            ("::ffff:203.0.113.77", true),
            ("203.0.114.1", false),
            ("2001:db8::9", true),
            ("2001:db9::9", false),
        ] {
            assert_eq!(
                is_within(address.parse().unwrap(), &networks),
                within,
                "{address}"
            );
        }
        assert!(is_within("198.51.100.1".parse().unwrap(), &[]));
        assert!(!is_within(
            "198.51.100.1".parse().unwrap(),
            &["garbage".to_owned()]
        ));
    }
}
