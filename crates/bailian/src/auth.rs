//! Who is calling, and where: the headers that identify an account and its workspace.

use rand::Rng;
use reqwest::header::{AUTHORIZATION, HeaderMap, HeaderName, HeaderValue};
use reqwest::{Request, Url};
use secrecy::{ExposeSecret, SecretString};

use crate::tingwu::AccessKey;
use crate::{ClientOptions, Error};

const WORKSPACE: HeaderName = HeaderName::from_static("x-dashscope-workspace");

/// A key, the workspace in which it calls, and the host that serves both.
pub(crate) struct Caller {
    pub(crate) key: SecretString,
    pub(crate) workspace: Option<String>,
    pub(crate) base_url: Url,
    /// Those of every request.
    pub(crate) headers: HeaderMap,
    /// Signs each request in place of the bearer token; its secret is then `key`.
    pub(crate) access_key: Option<AccessKey>,
}

impl Caller {
    pub(crate) fn new(
        options: &ClientOptions,
        key: SecretString,
        workspace: Option<&str>,
    ) -> Result<Self, Error> {
        let base_url = match (&options.gateway, workspace) {
            (Some(region), Some(workspace)) => parse_base(&region.workspace_url(workspace)?)?,
            _ => parse_base(&options.base_url)?,
        };
        Ok(Self {
            base_url,
            headers: headers(&key, workspace)?,
            key,
            workspace: workspace.map(str::to_owned),
            access_key: None,
        })
    }

    /// A caller that signs its requests instead of sending a key.
    pub(crate) fn signing(options: &ClientOptions, key: AccessKey) -> Result<Self, Error> {
        key.check()?;
        Ok(Self {
            key: key.secret.clone(),
            workspace: None,
            base_url: parse_base(&options.base_url)?,
            headers: HeaderMap::new(),
            access_key: Some(key),
        })
    }

    /// Signs a request, if that is how this caller proves who it is.
    #[expect(
        clippy::disallowed_methods,
        reason = "a signature states the time at which it is sent, on every attempt anew"
    )]
    pub(crate) fn sign(&self, request: &mut Request) {
        if let Some(key) = &self.access_key {
            let nonce = format!("{:032x}", rand::rng().random::<u128>());
            key.sign(request, std::time::SystemTime::now(), &nonce);
        }
    }

    /// The address of a path at the caller's host.
    pub(crate) fn url(&self, path: &str) -> Url {
        let mut url = self.base_url.clone();
        url.set_path(&format!("{}{path}", url.path().trim_end_matches('/')));
        url
    }
}

/// The headers of every request ("Request headers"); the key is marked so that no log prints it.
fn headers(key: &SecretString, workspace: Option<&str>) -> Result<HeaderMap, Error> {
    let mut headers = HeaderMap::new();
    let key = key.expose_secret();
    if key.is_empty() {
        return Err(Error::configuration("the key is empty"));
    }
    let mut bearer = HeaderValue::try_from(format!("Bearer {key}"))
        .map_err(|_| Error::configuration("the key has characters that no header may hold"))?;
    bearer.set_sensitive(true);
    headers.insert(AUTHORIZATION, bearer);
    if let Some(workspace) = workspace {
        let workspace = HeaderValue::try_from(workspace).map_err(|_| {
            Error::configuration("the workspace id has characters that no header may hold")
        })?;
        headers.insert(WORKSPACE, workspace);
    }
    Ok(headers)
}

fn parse_base(text: &str) -> Result<Url, Error> {
    let url = Url::parse(text)
        .map_err(|error| Error::configuration("the base URL cannot be read").with_source(error))?;
    let plain = url.username().is_empty()
        && url.password().is_none()
        && url.query().is_none()
        && url.fragment().is_none();
    if !matches!(url.scheme(), "http" | "https") || !url.has_host() || !plain {
        return Err(Error::configuration(
            "the base URL must be http(s)://host, without credentials or query",
        ));
    }
    Ok(url)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Region;

    #[test]
    fn the_key_is_sent_as_bearer_and_never_printed() {
        let headers = headers(&"sk-secret".into(), Some("ws-1")).unwrap();
        assert_eq!(headers[AUTHORIZATION], "Bearer sk-secret");
        assert_eq!(headers[WORKSPACE], "ws-1");
        assert!(!format!("{headers:?}").contains("sk-secret"));
    }

    #[test]
    fn a_key_with_a_line_break_is_refused() {
        assert!(headers(&"sk-\nx: y".into(), None).is_err());
        assert!(headers(&"".into(), None).is_err());
    }

    #[test]
    fn a_workspace_has_its_own_host_where_it_was_asked_for() {
        let shared = ClientOptions::in_region(Region::Beijing, "sk-x").unwrap();
        let gateway = ClientOptions::at_gateway(Region::Tokyo, "llm-1", "sk-x").unwrap();
        let url = |options: &ClientOptions, workspace| {
            let caller = Caller::new(options, "sk-x".into(), workspace).unwrap();
            caller.url("/api/v1/tasks").to_string()
        };
        let beijing = "https://dashscope.aliyuncs.com/api/v1/tasks";
        assert_eq!(url(&shared, None), beijing);
        assert_eq!(url(&shared, Some("llm-2")), beijing);
        let tokyo = "https://llm-2.ap-northeast-1.maas.aliyuncs.com/api/v1/tasks";
        assert_eq!(url(&gateway, Some("llm-2")), tokyo);
    }
}
