//! `[files]`.

use std::path::PathBuf;

use anyhow::{Context, bail};
use platform::{
    documents::DocumentReader,
    files::{FilePlace, FilesOptions, KeptFor, S3Options},
};

use serde::{Deserialize, Serialize};

use super::Secret;

/// What a bucket takes in one, in bytes.
const LARGEST: u64 = 10_000 * 5 * 1024 * 1024;

/// What people keep.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct FilesConfig {
    /// Where files are kept, for their owner's eyes only. Not used where there is a bucket.
    pub folder: PathBuf,
    /// The largest upload, in bytes.
    pub largest_upload: u64,
    /// Bytes that one person may keep. 0 is no limit.
    pub person_bytes: u64,
    /// Files that one person may keep. 0 is no limit.
    pub person_files: u64,
    /// Days after which a file is deleted, and a work with it. 0 keeps them.
    pub days_kept: u32,
    /// Days after which a transcript's recording is deleted; its text stays. 0 keeps it as long as any file.
    pub recording_days_kept: u32,
    /// Where clamd listens, `host:port`, if uploads are to be scanned.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub clamd: Option<String>,
    /// The program that reads documents, called with `read-document` and how the document's name ends, and draws diagrams, called with
    /// `draw-diagram`; this one, where none is named.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reader: Option<PathBuf>,
    /// A bucket where files are kept instead.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub s3: Option<S3Config>,
}

/// A bucket of a store that speaks S3.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct S3Config {
    /// `https://s3.example.com`, without the bucket.
    pub endpoint: String,
    /// The bucket; it must be there.
    pub bucket: String,
    /// The region that requests are signed for.
    #[serde(default = "usual_region")]
    pub region: String,
    /// The name of the key.
    pub access_key: String,
    /// The key.
    pub secret_key: Secret,
    /// Whether the bucket stands in the path, as `MinIO` has it, instead of before the host's name.
    #[serde(default)]
    pub path_style: bool,
}

fn usual_region() -> String {
    "us-east-1".to_owned()
}

impl Default for FilesConfig {
    fn default() -> Self {
        Self {
            folder: PathBuf::from("data/files"),
            largest_upload: 2 * 1024 * 1024 * 1024,
            person_bytes: 10 * 1024 * 1024 * 1024,
            person_files: 100_000,
            days_kept: 0,
            recording_days_kept: 0,
            clamd: None,
            reader: None,
            s3: None,
        }
    }
}

impl FilesConfig {
    pub(super) fn check(&self) -> anyhow::Result<()> {
        if self.largest_upload == 0 {
            bail!("files.largest_upload must be at least 1");
        }
        if self.largest_upload > LARGEST {
            bail!(
                "files.largest_upload must be at most {LARGEST}: a bucket takes ten thousand pieces of 5 MiB"
            );
        }
        if let Some(clamd) = &self.clamd
            && !clamd.contains(':')
        {
            bail!("files.clamd must be like 127.0.0.1:3310");
        }
        let Some(s3) = &self.s3 else { return Ok(()) };
        if !super::is_origin(&s3.endpoint) {
            bail!("files.s3.endpoint must be an origin like https://s3.example.com");
        }
        if s3.bucket.is_empty() || s3.access_key.is_empty() || s3.secret_key.is_blank() {
            bail!("files.s3 needs a bucket, an access_key and a secret_key");
        }
        Ok(())
    }

    /// Opens the folder or the bucket.
    pub fn options(&self) -> anyhow::Result<FilesOptions> {
        let place = match &self.s3 {
            Some(s3) => FilePlace::s3(&S3Options {
                endpoint: s3.endpoint.clone(),
                bucket: s3.bucket.clone(),
                region: s3.region.clone(),
                access_key: s3.access_key.clone(),
                secret_key: s3.secret_key.reveal().clone(),
                path_style: s3.path_style,
            })
            .context("files.s3")?,
            None => FilePlace::folder(&self.folder)
                .with_context(|| format!("opening the folder {}", self.folder.display()))?,
        };
        let days = |days: u32| (days > 0).then_some(days);
        let limit = |most: u64| (most > 0).then(|| i64::try_from(most).unwrap_or(i64::MAX));
        Ok(FilesOptions {
            place,
            largest_upload: self.largest_upload,
            person_bytes: limit(self.person_bytes),
            person_files: limit(self.person_files),
            clamd: self.clamd.clone(),
            kept: KeptFor {
                days: days(self.days_kept),
                recording_days: days(self.recording_days_kept),
            },
            reader: DocumentReader::Process(match &self.reader {
                Some(program) => program.clone(),
                None => this_program()?,
            }),
        })
    }
}

/// Where the program is that runs, also when another version has taken its place on the disk meanwhile.
#[cfg(target_os = "linux")]
#[expect(
    clippy::unnecessary_wraps,
    reason = "elsewhere it has to be looked for"
)]
fn this_program() -> anyhow::Result<PathBuf> {
    Ok(PathBuf::from("/proc/self/exe"))
}

#[cfg(not(target_os = "linux"))]
fn this_program() -> anyhow::Result<PathBuf> {
    std::env::current_exe().context("looking for this program")
}
