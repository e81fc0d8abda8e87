//! The provider's temporary storage: files that a request refers to ("Temporary storage").
//!
//! What is uploaded is readable for 48 hours, by the same account and the model that was named. Requests that
//! hold such an address say by themselves that it must be resolved.

use std::fmt;
use std::time::Duration;

use reqwest::Url;
use serde::{Deserialize, Serialize};
use tracing::field::Empty;

use crate::client::Call;
use crate::form::{Form, Source};
use crate::lenient::tokens;
use crate::media::content_type_of;
use crate::span::observe;
use crate::{Client, Error, ErrorKind};

/// A file in the temporary storage.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Uploaded {
    /// `oss://…`, in place of a web address in the requests to the model.
    pub url: String,
    /// The model that may read it.
    pub model: String,
}

impl Uploaded {
    /// How long it can be read.
    pub const LIFE: Duration = Duration::from_hours(48);
}

/// The permission to upload one file, for some minutes.
#[derive(Clone, Deserialize)]
struct Policy {
    #[serde(rename = "policy")]
    document: String,
    signature: String,
    upload_dir: String,
    upload_host: String,
    oss_access_key_id: String,
    x_oss_object_acl: String,
    x_oss_forbid_overwrite: String,
    #[serde(default, deserialize_with = "tokens")]
    max_file_size_mb: Option<u64>,
}

#[derive(Deserialize)]
struct Answer {
    data: Policy,
}

impl Client {
    /// Puts a file where `model` can read it, and returns its address.
    ///
    /// `file_name` ends the address; what is not a plain character in it becomes `_`, because the provider
    /// fails to fetch such names. Fails with [`TooLarge`](ErrorKind::TooLarge) before sending what the model
    /// would not accept, with [`Configuration`](ErrorKind::Configuration) if the provider names an upload host
    /// that is not safe to send to. The key does not go there.
    ///
    /// ```no_run
    /// # async fn example(client: bailian::Client) -> Result<(), bailian::Error> {
    /// let path = std::path::PathBuf::from("meeting.mp3");
    /// let file = client.upload("paraformer-v2", "meeting.mp3", path).await?;
    /// let request = bailian::audio::Transcription::new("paraformer-v2", [file.url]);
    /// # Ok(())
    /// # }
    /// ```
    pub async fn upload(
        &self,
        model: &str,
        file_name: &str,
        source: impl Into<Source>,
    ) -> Result<Uploaded, Error> {
        let source = source.into();
        let span = tracing::info_span!(
            "bailian.upload",
            gen_ai.request.model = model,
            http.response.status_code = Empty,
            upstream.request_id = Empty,
            error.type = Empty,
        );
        observe(&span, self.put(model, file_name, source)).await
    }

    async fn put(&self, model: &str, file_name: &str, source: Source) -> Result<Uploaded, Error> {
        let timeouts = &self.options().timeouts;
        let mut call = Call::get("/api/v1/uploads", timeouts);
        call.query = vec![
            ("action", "getPolicy".to_owned()),
            ("model", model.to_owned()),
        ];
        let policy = self.fetch::<Answer>(call).await?.0.data;
        check_size(&source, policy.max_file_size_mb).await?;
        let host = upload_host(&policy.upload_host)?;
        let name = plain_name(file_name)?;
        let key = format!("{}/{name}", policy.upload_dir);
        let content_type = content_type_of(&name);
        let form = Form::default()
            .text("OSSAccessKeyId", policy.oss_access_key_id)
            .text("Signature", policy.signature)
            .text("policy", policy.document)
            .text("key", key.clone())
            .text("x-oss-object-acl", policy.x_oss_object_acl)
            .text("x-oss-forbid-overwrite", policy.x_oss_forbid_overwrite)
            .text("success_action_status", "200")
            .text("x-oss-content-type", content_type)
            .file("file", name, Some(content_type), source);
        let sent = self
            .deliver(Call::form("", form, timeouts).elsewhere(host))
            .await;
        match sent {
            // The directory is this upload's own: the file that is there is the one whose answer was lost.
            Err(error) if error.status() == Some(409) => {}
            sent => sent.map_err(Error::of_storage)?,
        }
        Ok(Uploaded {
            url: format!("oss://{key}"),
            model: model.to_owned(),
        })
    }
}

async fn check_size(source: &Source, most_mb: Option<u64>) -> Result<(), Error> {
    let bytes = match source {
        Source::Bytes(bytes) => bytes.len() as u64,
        Source::Pieces(pieces) => pieces.length(),
        Source::File(path) => {
            let unreadable =
                |error| Error::invalid("file", "the file cannot be read").with_source(error);
            tokio::fs::metadata(path).await.map_err(unreadable)?.len()
        }
    };
    if most_mb.is_some_and(|most| bytes > most.saturating_mul(1 << 20)) {
        return Err(Error::new(
            ErrorKind::TooLarge,
            "the file is larger than the model accepts",
        ));
    }
    Ok(())
}

/// Files may hold anything: they go over TLS, or nowhere but this machine.
fn upload_host(text: &str) -> Result<Url, Error> {
    let unsafe_host = || Error::configuration("the provider names an unusable upload host");
    let url = Url::parse(text).map_err(|_| unsafe_host())?;
    let is_local = matches!(url.host_str(), Some("127.0.0.1" | "localhost" | "[::1]"));
    let is_plain = url.username().is_empty() && url.password().is_none() && url.has_host();
    let is_safe = url.scheme() == "https" || (url.scheme() == "http" && is_local);
    if is_plain && is_safe {
        Ok(url)
    } else {
        Err(unsafe_host())
    }
}

/// The last part of a name, in characters that the provider can fetch again.
fn plain_name(name: &str) -> Result<String, Error> {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
    let name: String = last
        .chars()
        .map(|c| if plain(c) { c } else { '_' })
        .collect();
    if name.is_empty() || name.chars().all(|c| c == '.') {
        return Err(Error::invalid("file_name", "file_name: must not be empty"));
    }
    Ok(name)
}

/// What permits the upload is as good as a key for some minutes.
impl fmt::Debug for Policy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Policy").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_go_over_tls_or_stay_on_this_machine() {
        for host in [
            "https://dashscope-file-mgr.oss-cn-beijing.aliyuncs.com",
            "http://127.0.0.1:8080/upload",
            "http://localhost:1",
            "http://[::1]:1",
        ] {
            assert!(upload_host(host).is_ok(), "{host}");
        }
        for host in [
            "http://dashscope-file-mgr.oss-cn-beijing.aliyuncs.com",
            "http://127.0.0.1.example.com",
            "https://user:secret@example.com",
            "ftp://127.0.0.1",
            "file:///etc/passwd",
            "",
        ] {
            assert!(upload_host(host).is_err(), "{host}");
        }
    }

    #[test]
    fn a_name_becomes_one_that_can_be_fetched() {
        for (name, plain) in [
            ("a.mp3", "a.mp3"),
            ("../../etc/passwd", "passwd"),
            ("C:\\周 会.wav", "___.wav"),
        ] {
            assert_eq!(plain_name(name).unwrap(), plain);
        }
        assert!(plain_name("a/").is_err() && plain_name("..").is_err());
        assert_eq!(content_type_of("A.WAV"), "audio/wav");
        assert_eq!(content_type_of("unknown"), "application/octet-stream");
    }

    #[tokio::test]
    async fn what_the_model_would_not_accept_is_not_sent() {
        let two_mb = Source::from(vec![0; (2 << 20) + 1]);
        assert!(check_size(&two_mb, Some(2)).await.is_err());
        assert!(check_size(&two_mb, Some(3)).await.is_ok());
        assert!(check_size(&two_mb, None).await.is_ok());
        let missing = Source::from(std::path::PathBuf::from("no/such/file"));
        assert!(check_size(&missing, None).await.is_err());
    }
}
