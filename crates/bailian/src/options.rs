//! What a client is built from.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use secrecy::SecretString;

use crate::capability::Catalogue;
use crate::{BreakerPolicy, Error, Pacing, Region};

/// Where to call, as whom, and how patiently.
#[derive(Clone, Debug)]
pub struct ClientOptions {
    /// Origin without a path, for example `https://dashscope.aliyuncs.com` ("Hosts"); the protocol's paths are appended.
    pub base_url: String,
    /// Sent as a bearer token. Belongs to one region and one workspace; opaque.
    pub api_key: SecretString,
    /// Calls that run in a workspace go to its own host in this region instead of `base_url`.
    pub gateway: Option<Region>,
    /// Sent as `X-DashScope-WorkSpace` when a call must run in a certain workspace.
    pub workspace: Option<String>,
    /// Speaks HTTP/2 at once, without asking: for plain `http` addresses that are known to.
    /// Over TLS it is negotiated anyway.
    pub http2_prior_knowledge: bool,
    /// Certificates in DER of authorities that are trusted beside Mozilla's, for a gateway of one's own.
    pub trusted_roots: Vec<Vec<u8>>,
    /// Checks each request against its model before it is sent.
    pub catalogue: Option<Arc<Catalogue>>,
    /// Limits in time.
    pub timeouts: Timeouts,
    /// When and how often a refused request is sent again.
    pub retry: RetryPolicy,
    /// When the upstream counts as down.
    pub breaker: BreakerPolicy,
    /// How much all calls together may ask.
    pub pacing: Pacing,
    /// How much the calls of a model may ask, within the limit of all.
    pub model_pacing: BTreeMap<String, Pacing>,
    /// How long a call waits for its turn under these; one whose turn comes later is refused at once. 600 s.
    pub pacing_wait: Duration,
    /// Most bytes read of one answer, streamed or not.
    pub max_response_bytes: usize,
    /// Most bytes of one event of a stream.
    pub max_event_bytes: usize,
}

impl ClientOptions {
    /// Options with the default limits.
    pub fn new(base_url: impl Into<String>, api_key: impl Into<SecretString>) -> Self {
        Self {
            base_url: base_url.into(),
            api_key: api_key.into(),
            gateway: None,
            workspace: None,
            http2_prior_knowledge: false,
            trusted_roots: Vec::new(),
            catalogue: None,
            timeouts: Timeouts::default(),
            retry: RetryPolicy::default(),
            breaker: BreakerPolicy::default(),
            pacing: Pacing::default(),
            model_pacing: BTreeMap::new(),
            pacing_wait: Duration::from_mins(10),
            max_response_bytes: 64 * 1024 * 1024,
            max_event_bytes: 4 * 1024 * 1024,
        }
    }

    /// Options for a region's shared host; an error if it has none.
    #[expect(clippy::needless_pass_by_value, reason = "called like `at_gateway`")]
    pub fn in_region(region: Region, api_key: impl Into<SecretString>) -> Result<Self, Error> {
        let url = region
            .shared_url()
            .ok_or_else(|| Error::configuration("the region has no shared host"))?;
        Ok(Self::new(url, api_key))
    }

    /// Options for a workspace's own host; an error if the region or the workspace cannot have one.
    pub fn at_gateway(
        region: Region,
        workspace: impl Into<String>,
        api_key: impl Into<SecretString>,
    ) -> Result<Self, Error> {
        let workspace = workspace.into();
        let mut options = Self::new(region.workspace_url(&workspace)?, api_key);
        options.workspace = Some(workspace);
        options.gateway = Some(region);
        Ok(options)
    }
}

/// Limits in time; each ends in an [`ErrorKind::Timeout`](crate::ErrorKind::Timeout) that names its phase.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Timeouts {
    /// Name look-up, connection and TLS handshake together. 5 s.
    pub connect: Duration,
    /// From sending until the first byte of a streamed answer's body. 60 s.
    pub first_byte: Duration,
    /// The same for an answer that is not streamed: the server computes all of it first and gives up after
    /// not less than 300 s ("Time-outs"). 310 s.
    pub first_byte_unstreamed: Duration,
    /// Between two pieces of an answer's body. 30 s.
    pub idle: Duration,
    /// A whole call, with its retries. 600 s.
    pub total: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(5),
            first_byte: Duration::from_mins(1),
            first_byte_unstreamed: Duration::from_secs(310),
            idle: Duration::from_secs(30),
            total: Duration::from_mins(10),
        }
    }
}

/// How a refused request is sent again: exponential back-off with full jitter, before any output only.
#[derive(Clone, Debug, PartialEq)]
pub struct RetryPolicy {
    /// Most requests sent for one call, the first included. 3.
    pub attempts: u32,
    /// Upper end of the first wait; doubles with each. 0.5 s.
    pub base: Duration,
    /// Upper end of any wait. 8 s.
    pub cap: Duration,
    /// Longest `Retry-After` that is waited for; a longer one ends the call at once. 30 s.
    pub retry_after_cap: Duration,
    /// Retries per request over all calls of a client, beyond a small reserve. 0.2.
    pub budget: f64,
}

impl Default for RetryPolicy {
    fn default() -> Self {
        Self {
            attempts: 3,
            base: Duration::from_millis(500),
            cap: Duration::from_secs(8),
            retry_after_cap: Duration::from_secs(30),
            budget: 0.2,
        }
    }
}
