//! JSON behind the addresses that answers give.

use serde::de::DeserializeOwned;

use crate::client::position;
use crate::{Client, Error};

impl Client {
    /// Fetches a file and reads it as JSON, whatever type its host claims.
    pub(crate) async fn fetch_result<T: DeserializeOwned>(
        &self,
        url: &str,
        limit: usize,
    ) -> Result<T, Error> {
        let file = self.download(url, limit).await?.bytes().await?;
        serde_json::from_slice(&file).map_err(|error| {
            Error::malformed("the file cannot be read").with_source(position(&error))
        })
    }
}
