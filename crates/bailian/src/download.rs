//! Fetching results: pictures, sound, films and files, which lie at addresses of their own.

use std::fmt;
use std::time::Duration;

use bytes::Bytes;
use reqwest::Url;
use tracing::Instrument;
use tracing::field::Empty;

use crate::body::Body;
use crate::client::{Call, content_type};
use crate::{Client, Error};

/// A file that is being fetched. Dropping it ends the transfer.
pub struct Download {
    content_type: String,
    length: Option<u64>,
    body: Body,
}

impl Client {
    /// Fetches a result by the address that an answer gave, of at most `limit` bytes.
    ///
    /// Only `http` and `https` are fetched, no redirect is followed, and neither key nor workspace is sent:
    /// the address itself is the permission, and it is often another company's host. Returns when the head is
    /// there; until then it is retried like every call. A file that is larger than allowed is
    /// [`TooLarge`](crate::ErrorKind::TooLarge), an address that has expired usually
    /// [`PermissionDenied`](crate::ErrorKind::PermissionDenied).
    ///
    /// ```no_run
    /// # async fn example(client: bailian::Client, url: &str) -> Result<(), bailian::Error> {
    /// let picture = client.download(url, 20 * 1024 * 1024).await?.bytes().await?;
    /// # let _ = picture;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn download(&self, url: &str, limit: usize) -> Result<Download, Error> {
        let span = tracing::info_span!(
            "bailian.download",
            http.response.status_code = Empty,
            error.type = Empty,
        );
        let fetch = async {
            let call = Call {
                accept: "*/*",
                ..Call::get("", &self.options().timeouts).elsewhere(address(url)?)
            };
            self.fetch_file(call, limit).await
        };
        let fetched = fetch.instrument(span.clone()).await;
        fetched.inspect_err(|error| {
            span.record("error.type", error.kind().name());
        })
    }

    /// Sends a call whose answer is a file.
    pub(crate) async fn fetch_file(&self, call: Call, limit: usize) -> Result<Download, Error> {
        self.arrive(call, |arrival| async move {
            let response = &arrival.response;
            Ok(Download {
                content_type: content_type(response.headers()),
                length: response.content_length(),
                body: Body::new(arrival, limit),
            })
        })
        .await
    }
}

impl Download {
    /// What the host says it is, in lower case; empty if it says nothing.
    pub fn content_type(&self) -> &str {
        &self.content_type
    }

    /// How many bytes are announced.
    pub fn length(&self) -> Option<u64> {
        self.length
    }

    /// Lets it take so long from now on, in place of [`Timeouts::total`](crate::Timeouts::total), for files that are larger than what
    /// comes within that. Pieces must still come in their time.
    #[must_use]
    pub fn lasting(mut self, total: Duration) -> Self {
        self.body = self.body.lasting(total);
        self
    }

    /// The next piece; `None` at the end.
    pub async fn chunk(&mut self) -> Result<Option<Bytes>, Error> {
        self.body.chunk().await
    }

    /// Everything that is left.
    pub async fn bytes(self) -> Result<Bytes, Error> {
        Ok(self.body.all().await?.into())
    }
}

impl fmt::Debug for Download {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Download")
            .field("content_type", &self.content_type)
            .field("length", &self.length)
            .finish_non_exhaustive()
    }
}

/// An address that may be fetched.
pub(crate) fn address(url: &str) -> Result<Url, Error> {
    let unusable = || Error::invalid("url", "not an address that can be fetched");
    let url = Url::parse(url).map_err(|error| unusable().with_source(error))?;
    if matches!(url.scheme(), "http" | "https") && url.has_host() {
        Ok(url)
    } else {
        Err(unusable())
    }
}
