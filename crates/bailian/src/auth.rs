//! Who is calling: the headers that identify an account and its workspace.

use reqwest::header::{AUTHORIZATION, HeaderMap, HeaderName, HeaderValue};
use secrecy::{ExposeSecret, SecretString};

use crate::Error;

const WORKSPACE: HeaderName = HeaderName::from_static("x-dashscope-workspace");

/// The headers of every request ("Request headers"); the key is marked so that no log prints it.
pub(crate) fn headers(key: &SecretString, workspace: Option<&str>) -> Result<HeaderMap, Error> {
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

#[cfg(test)]
mod tests {
    use super::*;

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
}
