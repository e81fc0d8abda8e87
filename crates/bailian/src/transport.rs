//! The connection pool: TLS by rustls with its ring provider, and none of the surprises of a browser.

use std::net::ToSocketAddrs;
use std::sync::Arc;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::header::{ACCEPT_ENCODING, HeaderMap, HeaderValue};
use rustls::pki_types::CertificateDer;
use rustls::{ClientConfig, RootCertStore};
use tokio::sync::Semaphore;
use tokio::task::spawn_blocking;

use crate::{ClientOptions, Error};

const USER_AGENT: &str = concat!("liantai-bailian/", env!("CARGO_PKG_VERSION"));

/// The versions of HTTP that a pool may speak.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Versions {
    /// HTTP/2 where TLS negotiates it.
    Any,
    /// HTTP/1.1.
    OnlyOne,
}

/// A pool that follows no redirect (the key must not travel), reads no proxy from the environment and asks
/// for no compression, so that the limits on size are limits on what was really sent.
pub(crate) fn build(options: &ClientOptions, versions: Versions) -> Result<reqwest::Client, Error> {
    let mut tls = tls(&options.trusted_roots)?;
    let mut builder = reqwest::Client::builder();
    if versions == Versions::OnlyOne {
        tls.alpn_protocols = vec![b"http/1.1".to_vec()];
        builder = builder.http1_only();
    } else if options.http2_prior_knowledge {
        builder = builder.http2_prior_knowledge();
    }
    let mut headers = HeaderMap::new();
    // No header at all would allow any encoding.
    headers.insert(ACCEPT_ENCODING, HeaderValue::from_static("identity"));
    builder
        .tls_backend_preconfigured(tls)
        .user_agent(USER_AGENT)
        .default_headers(headers)
        .connect_timeout(options.timeouts.connect)
        .dns_resolver(Lookups::new())
        .redirect(reqwest::redirect::Policy::none())
        .referer(false)
        .no_proxy()
        .no_gzip()
        .no_brotli()
        .no_deflate()
        .no_zstd()
        .build()
        .map_err(|error| Error::configuration("the HTTP client cannot be built").with_source(error))
}

/// Mozilla's roots are compiled in: the same trust in a container without a certificate store.
fn tls(trusted: &[Vec<u8>]) -> Result<ClientConfig, Error> {
    let mut roots = RootCertStore {
        roots: webpki_roots::TLS_SERVER_ROOTS.to_vec(),
    };
    for certificate in trusted {
        roots
            .add(CertificateDer::from(certificate.clone()))
            .map_err(|error| {
                Error::configuration("a trusted root is no certificate").with_source(error)
            })?;
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut tls = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| Error::configuration("TLS cannot be set up").with_source(error))?
        .with_root_certificates(roots)
        .with_no_client_auth();
    tls.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(tls)
}

/// The system's name look-up, a few at a time.
///
/// It blocks a thread until it ends, long after its caller gave up. Without a bound, a dead name server
/// would take every thread of the runtime's blocking pool from the rest of the program.
#[derive(Clone, Debug)]
struct Lookups(Arc<Semaphore>);

const MAX_LOOKUPS: usize = 8;

impl Lookups {
    fn new() -> Self {
        Self(Arc::new(Semaphore::new(MAX_LOOKUPS)))
    }
}

impl Resolve for Lookups {
    fn resolve(&self, name: Name) -> Resolving {
        let lookups = self.0.clone();
        Box::pin(async move {
            let permit = lookups.acquire_owned().await?;
            let found = spawn_blocking(move || {
                let _held_until_done = permit;
                // The port is the URL's; zero keeps it.
                (name.as_str(), 0).to_socket_addrs()
            });
            let addresses: Addrs = Box::new(found.await??);
            Ok(addresses)
        })
    }
}
