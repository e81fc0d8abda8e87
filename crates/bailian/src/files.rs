//! Files for documents that a model reads and for batches ("Files").
//!
//! An account may keep 10,000 files and 100 GB; they do not expire. Three uploads and ten other calls a second.

use serde::{Deserialize, Serialize};

use crate::client::Call;
use crate::form::Form;
use crate::lenient::{null_as_default, tokens};
use crate::path::segment;
use crate::setters::setters;
use crate::span::{call_span, observe};
use crate::{Client, Download, Error, Extra, Source};

const PATH: &str = "/compatible-mode/v1/files";

/// What an uploaded file is for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Purpose {
    /// A document (at most 150 MB) or an image (20 MB) that qwen-long reads, see
    /// [`Message::files`](crate::Message::files).
    #[serde(rename = "file-extract")]
    FileExtract,
    /// Requests of a batch: `.jsonl`, at most 500 MB.
    Batch,
    /// Results of a batch; never uploaded.
    BatchOutput,
    /// Anything else, unchanged.
    #[serde(untagged)]
    Other(String),
}

impl Purpose {
    fn word(&self) -> &str {
        match self {
            Self::FileExtract => "file-extract",
            Self::Batch => "batch",
            Self::BatchOutput => "batch_output",
            Self::Other(word) => word,
        }
    }
}

/// A file of the account.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StoredFile {
    /// Opaque.
    pub id: String,
    /// Size.
    #[serde(default, deserialize_with = "tokens")]
    pub bytes: Option<u64>,
    /// Unix seconds.
    #[serde(default, deserialize_with = "tokens")]
    pub created_at: Option<u64>,
    /// The name that it was uploaded under.
    #[serde(default, deserialize_with = "null_as_default")]
    pub filename: String,
    /// What it is for.
    #[serde(default)]
    pub purpose: Option<Purpose>,
    /// `processing` for some seconds after an upload, then `processed`.
    #[serde(default)]
    pub status: Option<String>,
    /// Anything else.
    #[serde(flatten)]
    pub extra: Extra,
}

/// One page of files.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct FileList {
    /// The files.
    pub data: Vec<StoredFile>,
    /// Whether there are more; ask for them [`after`](FileQuery::after) the last id.
    #[serde(default, deserialize_with = "null_as_default")]
    pub has_more: bool,
    /// Anything else.
    #[serde(flatten)]
    pub extra: Extra,
}

/// Which files to list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FileQuery {
    /// The last id of the page before.
    pub after: Option<String>,
    /// 1 to 2000, 2000 by default.
    pub limit: Option<u32>,
    /// What they are for.
    pub purpose: Option<Purpose>,
    /// Time such as `20250306123000` or `2025-11-12`.
    pub create_after: Option<String>,
    /// The same.
    pub create_before: Option<String>,
}

impl FileQuery {
    /// All files.
    pub fn new() -> Self {
        Self::default()
    }

    setters! {
        after: String,
        limit: u32,
        purpose: Purpose,
        create_after: String,
        create_before: String,
    }

    fn pairs(self) -> Vec<(&'static str, String)> {
        let pairs = [
            ("after", self.after),
            ("limit", self.limit.map(|limit| limit.to_string())),
            (
                "purpose",
                self.purpose.map(|purpose| purpose.word().to_owned()),
            ),
            ("create_after", self.create_after),
            ("create_before", self.create_before),
        ];
        let given = pairs.into_iter();
        given
            .filter_map(|(name, value)| Some((name, value?)))
            .collect()
    }
}

#[derive(Deserialize)]
struct Deleted {
    #[serde(default, deserialize_with = "null_as_default")]
    deleted: bool,
}

impl Client {
    /// Uploads a file ("Files"). It is `processing` for some seconds.
    ///
    /// Too large is [`InvalidParameter`](crate::ErrorKind::InvalidParameter) (`BadRequest.TooLarge`).
    ///
    /// ```no_run
    /// use bailian::files::Purpose;
    ///
    /// # async fn example(client: bailian::Client) -> Result<(), bailian::Error> {
    /// let contents = std::path::PathBuf::from("report.pdf");
    /// let file = client.upload_file(Purpose::FileExtract, "report.pdf", contents).await?;
    /// let question = [bailian::Message::files([file.id.as_str()]), bailian::Message::user("总结一下。")];
    /// let answer = client.chat(bailian::ChatRequest::new("qwen-long", question)).await?;
    /// # let _ = answer;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn upload_file(
        &self,
        purpose: Purpose,
        name: impl Into<String>,
        contents: impl Into<Source>,
    ) -> Result<StoredFile, Error> {
        let form = Form::default()
            .text("purpose", purpose.word())
            .file("file", name, None, contents);
        let call = Call::form(PATH, form, &self.options().timeouts);
        let span = call_span!("bailian.upload_file");
        Ok(self.observed(call, &span).await?.0)
    }

    /// Reads what is known of a file.
    ///
    /// ```no_run
    /// # async fn example(client: bailian::Client) -> Result<(), bailian::Error> {
    /// let is_ready = client.file("file-fe-1").await?.status.as_deref() == Some("processed");
    /// # let _ = is_ready;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn file(&self, id: &str) -> Result<StoredFile, Error> {
        let path = format!("{PATH}/{}", segment(id)?);
        let call = Call::get(path, &self.options().timeouts);
        let span = call_span!("bailian.file");
        Ok(self.observed(call, &span).await?.0)
    }

    /// Lists files.
    ///
    /// ```no_run
    /// use bailian::files::{FileQuery, Purpose};
    ///
    /// # async fn example(client: bailian::Client) -> Result<(), bailian::Error> {
    /// let page = client.files(FileQuery::new().purpose(Purpose::Batch).limit(100_u32)).await?;
    /// # let _ = page;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn files(&self, query: FileQuery) -> Result<FileList, Error> {
        let call = Call {
            query: query.pairs(),
            ..Call::get(PATH, &self.options().timeouts)
        };
        let span = call_span!("bailian.files");
        Ok(self.observed(call, &span).await?.0)
    }

    /// Fetches a file of at most `limit` bytes. The provider hands out results of batches only.
    ///
    /// ```no_run
    /// # async fn example(client: bailian::Client) -> Result<(), bailian::Error> {
    /// let results = client.file_content("file-batch_output-1", 500 << 20).await?.bytes().await?;
    /// # let _ = results;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn file_content(&self, id: &str, limit: usize) -> Result<Download, Error> {
        let call = Call {
            accept: "*/*",
            ..Call::get(
                format!("{PATH}/{}/content", segment(id)?),
                &self.options().timeouts,
            )
        };
        let span = call_span!("bailian.file_content");
        observe(&span, self.fetch_file(call, limit)).await
    }

    /// Deletes a file; whether the provider did.
    ///
    /// ```no_run
    /// # async fn example(client: bailian::Client) -> Result<(), bailian::Error> {
    /// client.delete_file("file-fe-1").await?;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn delete_file(&self, id: &str) -> Result<bool, Error> {
        let call = Call {
            method: reqwest::Method::DELETE,
            ..Call::get(format!("{PATH}/{}", segment(id)?), &self.options().timeouts)
        };
        let span = call_span!("bailian.delete_file");
        Ok(self.observed::<Deleted>(call, &span).await?.0.deleted)
    }
}
