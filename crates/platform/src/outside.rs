//! What is fetched from addresses that people or models name: public ones only, whatever their names resolve to, and bounded in
//! time, length and kind.
//!
//! The address is checked where the connection is made, on what the name resolved to, so a name that points inside is refused even
//! when it pointed elsewhere a moment ago. Each redirect is checked again, and no proxy of the environment is asked.

mod reach;

use std::{net::SocketAddr, sync::Arc, time::Duration};

use encoding_rs::{Encoding, UTF_8};
use reqwest::{
    Client, Response, Url,
    dns::{Addrs, Name, Resolve, Resolving},
    header::{ACCEPT_ENCODING, CONTENT_TYPE, HeaderMap, HeaderValue, LOCATION},
    redirect::Policy,
};
use rustls::{ClientConfig, RootCertStore};
use tokio::sync::Semaphore;

pub(crate) use reach::Reach;

const USER_AGENT: &str = concat!("liantai/", env!("CARGO_PKG_VERSION"));
/// The longest body, in bytes.
const LARGEST: usize = 2 * 1024 * 1024;
/// The longest that all of it may take.
const PATIENCE: Duration = Duration::from_secs(20);
const CONNECT: Duration = Duration::from_secs(5);
/// Redirects that are followed.
const REDIRECTS: usize = 5;
/// Name look-ups at once: each blocks a thread until it ends.
const LOOKUPS: usize = 8;

/// Why nothing was fetched.
#[derive(Debug, thiserror::Error)]
pub(crate) enum OutsideError {
    /// Not an address that is fetched from.
    #[error("the address is not a public one of the web")]
    Address,
    /// It leads on and on.
    #[error("too many redirects")]
    Redirects,
    /// It is none of the kinds that are read.
    #[error("it is no text")]
    Kind,
    /// It is longer than is read.
    #[error("it is too long")]
    TooLarge,
    /// The server did not give it.
    #[error("the server answered with status {0}")]
    Status(u16),
    /// It took too long.
    #[error("it took too long")]
    Timeout,
    /// The connection failed.
    #[error("it can't be reached")]
    Connection(#[source] reqwest::Error),
    /// The client can't be built.
    #[error("TLS can't be set up")]
    Tls(#[from] rustls::Error),
}

/// What was fetched.
#[derive(Debug)]
pub(crate) struct Page {
    /// Where it was in the end.
    pub(crate) address: Url,
    /// What it is, without parameters.
    pub(crate) mime: String,
    /// What is written in it.
    pub(crate) text: String,
}

/// Fetches from outside. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Outside {
    client: Client,
    reach: Reach,
}

impl Outside {
    /// What may be reached is decided by `reach`.
    pub(crate) fn new(reach: Reach) -> Result<Self, OutsideError> {
        Ok(Self {
            client: client(&reach)?,
            reach,
        })
    }

    /// Reads a page.
    #[tracing::instrument(name = "outside.fetch", skip_all)]
    pub(crate) async fn fetch(&self, address: Url) -> Result<Page, OutsideError> {
        let fetched = tokio::time::timeout(PATIENCE, self.follow(address));
        fetched.await.map_err(|_| OutsideError::Timeout)?
    }

    async fn follow(&self, mut address: Url) -> Result<Page, OutsideError> {
        for _ in 0..=REDIRECTS {
            if !self.reach.allows(&address) {
                return Err(OutsideError::Address);
            }
            let answer = self.client.get(address.clone()).send().await;
            let answer = answer.map_err(failed)?;
            if !answer.status().is_redirection() {
                return read(address, answer).await;
            }
            let location = answer.headers().get(LOCATION);
            let location = location.and_then(|location| location.to_str().ok());
            let next = location.and_then(|location| address.join(location).ok());
            address = next.ok_or(OutsideError::Status(answer.status().as_u16()))?;
        }
        Err(OutsideError::Redirects)
    }
}

/// A client that connects to nothing that `reach` does not allow.
pub(crate) fn client(reach: &Reach) -> Result<Client, OutsideError> {
    let roots = RootCertStore {
        roots: webpki_roots::TLS_SERVER_ROOTS.to_vec(),
    };
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut tls = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth();
    tls.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    let mut headers = HeaderMap::new();
    // What is sent is what is counted.
    headers.insert(ACCEPT_ENCODING, HeaderValue::from_static("identity"));
    Client::builder()
        .tls_backend_preconfigured(tls)
        .user_agent(USER_AGENT)
        .default_headers(headers)
        .connect_timeout(CONNECT)
        .dns_resolver(Lookups {
            reach: reach.clone(),
            room: Arc::new(Semaphore::new(LOOKUPS)),
        })
        .redirect(Policy::none())
        .referer(false)
        .no_proxy()
        .pool_max_idle_per_host(0)
        .build()
        .map_err(OutsideError::Connection)
}

async fn read(address: Url, mut answer: Response) -> Result<Page, OutsideError> {
    let status = answer.status();
    if !status.is_success() {
        return Err(OutsideError::Status(status.as_u16()));
    }
    let declared = answer.headers().get(CONTENT_TYPE);
    let declared = declared.and_then(|value| value.to_str().ok());
    let declared = declared.unwrap_or("text/plain").to_ascii_lowercase();
    let (mime, parameters) = declared.split_once(';').unwrap_or((&declared, ""));
    let mime = mime.trim().to_owned();
    if !is_text(&mime) {
        return Err(OutsideError::Kind);
    }
    let charset = parameters.split(';').find_map(|parameter| {
        let named = parameter.trim().strip_prefix("charset=")?;
        Encoding::for_label(named.trim_matches('"').as_bytes())
    });
    let mut body = Vec::new();
    while let Some(piece) = answer.chunk().await.map_err(failed)? {
        if body.len() + piece.len() > LARGEST {
            return Err(OutsideError::TooLarge);
        }
        body.extend_from_slice(&piece);
    }
    let (text, ..) = charset.unwrap_or(UTF_8).decode(&body);
    Ok(Page {
        address,
        mime,
        text: text.into_owned(),
    })
}

fn is_text(mime: &str) -> bool {
    mime.starts_with("text/")
        || mime.ends_with("+json")
        || mime.ends_with("+xml")
        || matches!(mime, "application/json" | "application/xml")
}

fn failed(error: reqwest::Error) -> OutsideError {
    let is_inside = std::iter::successors(
        Some(&error as &(dyn std::error::Error + 'static)),
        |error| error.source(),
    )
    .any(<dyn std::error::Error>::is::<Inside>);
    if is_inside {
        OutsideError::Address
    } else if error.is_timeout() {
        OutsideError::Timeout
    } else {
        OutsideError::Connection(error)
    }
}

/// The system's look-up, with what may not be reached left out.
struct Lookups {
    reach: Reach,
    room: Arc<Semaphore>,
}

/// A name leads nowhere that may be reached.
#[derive(Debug, thiserror::Error)]
#[error("the name leads to no address that may be reached")]
struct Inside;

impl Resolve for Lookups {
    fn resolve(&self, name: Name) -> Resolving {
        let (reach, room) = (self.reach.clone(), Arc::clone(&self.room));
        Box::pin(async move {
            let _turn = room.acquire_owned().await?;
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let reached: Vec<SocketAddr> = found.filter(|at| reach.reaches(at.ip())).collect();
            if reached.is_empty() {
                return Err(Inside.into());
            }
            Ok(Box::new(reached.into_iter()) as Addrs)
        })
    }
}

#[cfg(test)]
mod tests;
