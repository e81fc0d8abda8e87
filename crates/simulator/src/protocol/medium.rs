//! Media that a request points at: uploads, results, data URLs, and what this machine serves itself.

mod loopback;

use base64::{Engine, prelude::BASE64_STANDARD};
use bytes::Bytes;

use super::{
    entry::Entry,
    storage::{NoFile, look_up},
};
use crate::Refusal;

/// The documented limit of one data URL.
const LARGEST_DATA_URL: usize = 10 << 20;

/// A file that a request points at.
#[derive(Clone, Debug)]
pub(crate) struct Medium {
    pub(crate) bytes: Bytes,
    pub(crate) content_type: String,
}

/// Reads what `url` points at, for the model of the request. Only this machine is asked; of everything else the
/// address is called invalid, as the service does with what it can't reach.
pub(crate) async fn fetch(entry: &Entry, model: &str, url: &str) -> Result<Medium, Refusal> {
    if let Some(data) = url.strip_prefix("data:") {
        return inline(data);
    }
    if let Some(key) = url.strip_prefix("oss://") {
        return uploaded(entry, model, key);
    }
    let origin = entry.handle.origin();
    if let Some(path) = url
        .strip_prefix(origin.as_str())
        .filter(|path| path.starts_with("/results/"))
    {
        let file = look_up(&entry.handle, path).map_err(|problem| match problem {
            NoFile::Missing => Refusal::invalid_parameter("Failed to find the requested media resource during the data inspection process."),
            NoFile::Denied => Refusal::invalid_parameter("Don't have authorization to access the media resource during the data inspection process."),
        })?;
        return Ok(Medium {
            bytes: file.bytes,
            content_type: file.content_type,
        });
    }
    if let Some(address) = url.strip_prefix("http://") {
        return loopback::get(url, address).await;
    }
    if url.starts_with("https://") {
        return Err(unreachable());
    }
    Err(not_an_address())
}

/// Whether `url` has a form that is taken at all; what it points at is seen when it is fetched.
pub(crate) fn check_address(entry: &Entry, url: &str) -> Result<(), Refusal> {
    let resolves = entry
        .header("x-dashscope-ossresourceresolve")
        .is_some_and(|value| value.eq_ignore_ascii_case("enable"));
    let is_taken = match url.split_once(':') {
        Some(("data", data)) => data.contains(";base64,"),
        Some(("oss", key)) => resolves && key.len() > "//".len(),
        Some(("http" | "https", rest)) => rest.len() > "//".len() && rest.starts_with("//"),
        Some(_) | None => false,
    };
    if is_taken {
        Ok(())
    } else {
        Err(not_an_address())
    }
}

fn inline(data: &str) -> Result<Medium, Refusal> {
    let (content_type, encoded) = data.split_once(";base64,").ok_or_else(not_an_address)?;
    if encoded.len() > LARGEST_DATA_URL / 3 * 4 + 4 {
        let message = "Exceeded limit on max bytes per data-uri item : 10485760'.";
        return Err(Refusal::invalid_parameter(message));
    }
    let bytes = BASE64_STANDARD
        .decode(encoded.trim())
        .map_err(|_| not_an_address())?;
    Ok(Medium {
        bytes: bytes.into(),
        content_type: content_type.to_owned(),
    })
}

fn uploaded(entry: &Entry, model: &str, key: &str) -> Result<Medium, Refusal> {
    check_address(entry, &format!("oss://{key}"))?;
    let is_of_this_model = entry
        .handle
        .uploads()
        .of_key(key)
        .is_some_and(|grant| grant.model == model && entry.sees(&grant.folder));
    let file = entry
        .handle
        .results()
        .get(key)
        .filter(|file| is_of_this_model && file.expires > tokio::time::Instant::now());
    let file = file.ok_or_else(|| Refusal::invalid_parameter("oss download error."))?;
    Ok(Medium {
        bytes: file.bytes,
        content_type: file.content_type,
    })
}

fn not_an_address() -> Refusal {
    Refusal::inference_parameter(
        "The provided URL does not appear to be valid. Ensure it is correctly formatted.",
    )
}

fn unreachable() -> Refusal {
    Refusal::new(400, "InvalidURL", "Invalid URL provided in your request.")
}
