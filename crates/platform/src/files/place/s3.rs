//! What speaks S3: Amazon's, `MinIO`, Aliyun's OSS and others.

use std::{sync::Arc, time::Duration};

use object_store::{
    ObjectStore,
    aws::AmazonS3Builder,
    client::{ClientOptions, HttpClient, HttpConnector},
};
use rustls::{ClientConfig, RootCertStore};
use secrecy::{ExposeSecret, SecretString};

use crate::files::FilesError;

/// A connection has so long to be made.
const CONNECT: Duration = Duration::from_secs(5);

/// A silent answer is given up after so long.
const SILENCE: Duration = Duration::from_secs(30);

/// Which bucket, and what it is opened with.
#[derive(Clone, Debug)]
pub struct S3Options {
    /// Like `https://s3.example.com`; by `http://` only what is on the same machine or network should be asked.
    pub endpoint: String,
    /// The bucket, which must be there.
    pub bucket: String,
    /// The region that requests are signed for.
    pub region: String,
    /// The name of the key.
    pub access_key: String,
    /// The key.
    pub secret_key: SecretString,
    /// Whether the bucket stands in the path (`MinIO`) instead of before the host's name.
    pub path_style: bool,
}

pub(super) fn connect(options: &S3Options) -> Result<Arc<dyn ObjectStore>, FilesError> {
    let endpoint = options.endpoint.trim_end_matches('/');
    // With the bucket before the host's name, the endpoint must be given with it.
    let endpoint = match endpoint.split_once("://") {
        Some((scheme, host)) if !options.path_style => {
            format!("{scheme}://{}.{host}", options.bucket)
        }
        _ => endpoint.to_owned(),
    };
    let store = AmazonS3Builder::new()
        .with_endpoint(endpoint)
        .with_bucket_name(&options.bucket)
        .with_region(&options.region)
        .with_access_key_id(&options.access_key)
        .with_secret_access_key(options.secret_key.expose_secret())
        .with_virtual_hosted_style_request(!options.path_style)
        .with_allow_http(options.endpoint.starts_with("http://"))
        .with_http_connector(Connector)
        .build()?;
    Ok(Arc::new(store))
}

/// Connections like all others of ours: rustls with ring, roots compiled in, no redirects, no proxy from the environment.
#[derive(Debug)]
struct Connector;

impl HttpConnector for Connector {
    fn connect(&self, _: &ClientOptions) -> object_store::Result<HttpClient> {
        let client = client().map_err(|source| object_store::Error::Generic {
            store: "S3",
            source,
        })?;
        Ok(HttpClient::new(client))
    }
}

fn client() -> Result<reqwest::Client, Box<dyn std::error::Error + Send + Sync>> {
    let roots = RootCertStore {
        roots: webpki_roots::TLS_SERVER_ROOTS.to_vec(),
    };
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let tls = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth();
    let client = reqwest::Client::builder()
        .tls_backend_preconfigured(tls)
        .connect_timeout(CONNECT)
        .read_timeout(SILENCE)
        .redirect(reqwest::redirect::Policy::none())
        .referer(false)
        .no_proxy()
        .build()?;
    Ok(client)
}
