//! What people keep: files that they uploaded, and works that models made for them.

use serde::{Deserialize, Serialize};

use crate::{FileId, Millis};

/// Where a file came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum FileKind {
    /// A model made it.
    Work,
    /// Its owner uploaded it.
    Upload,
}

impl FileKind {
    /// The stable name, as on the wire and in the store.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Work => "work",
            Self::Upload => "upload",
        }
    }

    /// The kind of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Work, Self::Upload]
            .into_iter()
            .find(|kind| kind.as_str() == name)
    }
}

/// What is in a file, roughly.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Medium {
    /// A picture.
    Image,
    /// A film.
    Video,
    /// Sound.
    Audio,
}

impl Medium {
    /// The stable name, which MIME types begin with.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Image => "image",
            Self::Video => "video",
            Self::Audio => "audio",
        }
    }

    /// The medium of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Image, Self::Video, Self::Audio]
            .into_iter()
            .find(|medium| medium.as_str() == name)
    }

    /// What a file of that MIME type has in it.
    pub fn of_mime(mime: &str) -> Option<Self> {
        Self::from_name(mime.split('/').next()?)
    }
}

/// A file, as its owner sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FileView {
    /// Its id; the content is at `/files/{id}`.
    pub id: FileId,
    /// What it is called, with the extension that fits its type.
    pub name: String,
    /// Where it came from.
    pub kind: FileKind,
    /// Its type, by its content, like `image/png`.
    pub mime: String,
    /// Its size, in bytes.
    pub bytes: i64,
    /// A picture's or film's width in pixels, where it is known.
    pub width: Option<u32>,
    /// A picture's or film's height in pixels, where it is known.
    pub height: Option<u32>,
    /// A film's or sound's duration in milliseconds, where it is known.
    pub duration_ms: Option<i64>,
    /// When it was stored.
    pub created_at: Millis,
}

/// Which of one's files.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileFilter {
    /// Only those that came from there.
    pub kind: Option<FileKind>,
    /// Only those with that in them.
    pub medium: Option<Medium>,
}

/// How much somebody keeps, and how much they may.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct StorageUsed {
    /// Bytes of all files and of uploads that are on their way.
    pub bytes: i64,
    /// Files, and uploads that are on their way.
    pub files: i64,
    /// Bytes at most; `None` is without a limit.
    pub bytes_at_most: Option<i64>,
    /// Files at most; `None` is without a limit.
    pub files_at_most: Option<i64>,
    /// Of the bytes, those of what was deleted and can be brought back.
    pub bytes_deleted: i64,
    /// Days after which a file, and a work with it, is deleted; `None` where they stay.
    pub days_kept: Option<u32>,
    /// Days after which a transcript's recording is deleted; `None` where it stays as long as any file.
    pub recording_days_kept: Option<u32>,
}

/// A file's name: trimmed, 1 to 200 characters, without folders, control characters or ones that turn the reading direction,
/// which would let `exe.png` be read as something else.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct FileName(String);

/// The text is no file's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a file's name")]
pub struct InvalidFileName;

impl FileName {
    /// The name in the text.
    pub fn parse(raw: impl AsRef<str>) -> Result<Self, InvalidFileName> {
        let text = raw.as_ref().trim();
        let hostile = |c: char| {
            c.is_control()
                || matches!(c, '/' | '\\' | '\u{061C}' | '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
        };
        let fits = (1..=200).contains(&text.chars().count());
        if fits && text != "." && text != ".." && !text.chars().any(hostile) {
            Ok(Self(text.to_owned()))
        } else {
            Err(InvalidFileName)
        }
    }

    /// As text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What follows the last dot, if something stands before it.
    pub fn extension(&self) -> Option<&str> {
        let (stem, extension) = self.0.rsplit_once('.')?;
        (!stem.is_empty() && !extension.is_empty()).then_some(extension)
    }
}

impl TryFrom<String> for FileName {
    type Error = InvalidFileName;

    fn try_from(text: String) -> Result<Self, InvalidFileName> {
        Self::parse(text)
    }
}

impl From<FileName> for String {
    fn from(name: FileName) -> Self {
        name.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_has_no_folders_and_nothing_that_hides_its_end() {
        for good in ["a.png", " 春 晓.mp4 ", "a", ".hidden", "a.b.c"] {
            assert!(FileName::parse(good).is_ok(), "{good}");
        }
        let long = "x".repeat(201);
        for bad in [
            "",
            " ",
            "..",
            "a/b.png",
            "a\\b",
            "a\nb",
            "a\u{202E}gnp.exe",
            &long,
        ] {
            assert_eq!(FileName::parse(bad), Err(InvalidFileName), "{bad}");
        }
    }

    #[test]
    fn the_extension_follows_the_last_dot() {
        for (name, extension) in [
            ("a.b.PNG", Some("PNG")),
            (".png", None),
            ("a", None),
            ("a.", None),
        ] {
            assert_eq!(
                FileName::parse(name).map(|name| name.extension().map(str::to_owned)),
                Ok(extension.map(str::to_owned))
            );
        }
    }
}
