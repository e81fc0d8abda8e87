//! Where the service is ("Hosts"). Every host serves the same paths.

use crate::Error;

/// A place or plan with a host of its own. A key belongs to one; elsewhere it is as good as a wrong one.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Region {
    /// China, Beijing.
    Beijing,
    /// China, Hong Kong.
    HongKong,
    /// International, Singapore.
    Singapore,
    /// Tokyo: only as a workspace's own host.
    Tokyo,
    /// US, Virginia.
    Virginia,
    /// Frankfurt: only as a workspace's own host.
    Frankfurt,
    /// The finance cloud in China: only as a shared host.
    Finance,
    /// Batch Chat in China (synchronous, half the price): only as a shared host.
    BatchChat,
    /// A region of a later day, by its id such as `cn-beijing`: only as a workspace's own host.
    Other(String),
}

impl Region {
    /// The region's id, which is one label of a workspace's host; `None` where there are no such hosts.
    pub fn id(&self) -> Option<&str> {
        match self {
            Self::Beijing => Some("cn-beijing"),
            Self::HongKong => Some("cn-hongkong"),
            Self::Singapore => Some("ap-southeast-1"),
            Self::Tokyo => Some("ap-northeast-1"),
            Self::Virginia => Some("us-east-1"),
            Self::Frankfurt => Some("eu-central-1"),
            Self::Other(id) => Some(id),
            Self::Finance | Self::BatchChat => None,
        }
    }

    /// The host that all of a region's accounts share; `None` where there is none.
    pub fn shared_url(&self) -> Option<&'static str> {
        match self {
            Self::Beijing => Some("https://dashscope.aliyuncs.com"),
            Self::HongKong => Some("https://cn-hongkong.dashscope.aliyuncs.com"),
            Self::Singapore => Some("https://dashscope-intl.aliyuncs.com"),
            Self::Virginia => Some("https://dashscope-us.aliyuncs.com"),
            Self::Finance => Some("https://dashscope-finance.aliyuncs.com"),
            Self::BatchChat => Some("https://batch.dashscope.aliyuncs.com"),
            Self::Tokyo | Self::Frankfurt | Self::Other(_) => None,
        }
    }

    /// The region of an address, if it is one of the provider's.
    pub fn of_url(url: &str) -> Option<Self> {
        let shared = [
            Self::Beijing,
            Self::HongKong,
            Self::Singapore,
            Self::Virginia,
            Self::Finance,
            Self::BatchChat,
        ];
        let mut all = shared.into_iter().chain([Self::Tokyo, Self::Frankfurt]);
        let host = url.split("://").nth(1)?.split(['/', ':']).next()?;
        all.find(|region| {
            let is_shared = region
                .shared_url()
                .is_some_and(|shared| shared.ends_with(&format!("//{host}")));
            let own = region.id().map(|id| format!(".{id}.maas.aliyuncs.com"));
            is_shared || own.is_some_and(|end| host.ends_with(&end))
        })
    }

    /// The host of one workspace, which the provider recommends since 2026.
    ///
    /// Both become labels of a name that a key is sent to, so the id must be a letter or digit and at most 63
    /// letters, digits, `_` or `-`, and the region one label; else the error is
    /// [`Configuration`](crate::ErrorKind::Configuration).
    pub fn workspace_url(&self, workspace: &str) -> Result<String, Error> {
        let region = self
            .id()
            .filter(|region| is_label(region))
            .ok_or_else(|| Error::configuration("the region has no hosts of workspaces"))?;
        if !is_workspace(workspace) {
            return Err(Error::configuration("this is no id of a workspace"));
        }
        Ok(format!("https://{workspace}.{region}.maas.aliyuncs.com"))
    }
}

fn is_workspace(id: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    id.len() <= 64
        && id.starts_with(|first: char| first.is_ascii_alphanumeric())
        && id.bytes().all(allowed)
}

fn is_label(text: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    (1..=63).contains(&text.len())
        && text.bytes().all(allowed)
        && !text.starts_with('-')
        && !text.ends_with('-')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_workspace_id_can_not_lead_the_key_elsewhere() {
        let url = |workspace: &str| Region::Beijing.workspace_url(workspace).ok();
        let longest = "a".repeat(64);
        assert_eq!(
            url("llm-1_A").as_deref(),
            Some("https://llm-1_A.cn-beijing.maas.aliyuncs.com")
        );
        assert!(url(&longest).is_some());
        for id in [
            "",
            "-a",
            "_a",
            "a.evil.com/",
            "a/b",
            "a@b",
            "a#",
            "云",
            &format!("{longest}a"),
        ] {
            assert_eq!(url(id), None, "{id}");
        }
        for region in ["", "a.b", "evil.com/x", "-a", "a-", "云"] {
            let region = Region::Other(region.to_owned());
            assert!(region.workspace_url("llm-1").is_err(), "{region:?}");
        }
    }

    #[test]
    fn an_address_tells_its_region() {
        for (url, region) in [
            ("https://dashscope.aliyuncs.com", Some(Region::Beijing)),
            (
                "https://dashscope-intl.aliyuncs.com/",
                Some(Region::Singapore),
            ),
            (
                "https://llm-1.ap-northeast-1.maas.aliyuncs.com",
                Some(Region::Tokyo),
            ),
            ("http://127.0.0.1:8000", None),
            ("https://evil-dashscope.aliyuncs.com", None),
        ] {
            assert_eq!(Region::of_url(url), region, "{url}");
        }
    }

    #[test]
    fn regions_without_a_form_of_host_say_so() {
        assert!(Region::Finance.workspace_url("llm-1").is_err());
        for region in [Region::Tokyo, Region::Frankfurt] {
            assert_eq!(region.shared_url(), None);
            assert!(region.workspace_url("llm-1").is_ok());
        }
    }
}
