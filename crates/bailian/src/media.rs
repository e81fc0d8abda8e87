//! What images, video and audio have in common: addresses, sizes, what was billed, items that failed beside
//! others that did not, and times as the provider writes them.

mod calls;
mod check;
mod item;
mod moment;
mod result_file;
mod size;
mod usage;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;

pub(crate) use check::{Checked, SEEDS};
pub use item::{Item, ItemFailure};
pub use moment::BeijingTime;
pub use size::Size;
pub use usage::MediaUsage;

/// Media inside the request itself: `data:{content_type};base64,…`. Larger ones are better uploaded, see
/// [`Client::upload`](crate::Client::upload).
///
/// ```
/// assert_eq!(bailian::media::data_url("image/png", b"abc"), "data:image/png;base64,YWJj");
/// ```
pub fn data_url(content_type: &str, bytes: &[u8]) -> String {
    format!(
        "data:{content_type};base64,{}",
        BASE64_STANDARD.encode(bytes)
    )
}

/// What a file is by its name's ending, as far as models read such files; bytes of some kind otherwise.
pub fn content_type_of(name: &str) -> &'static str {
    let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending);
    match ending.to_ascii_lowercase().as_str() {
        "png" => "image/png",
        "jpg" | "jpeg" => "image/jpeg",
        "webp" => "image/webp",
        "bmp" => "image/bmp",
        "gif" => "image/gif",
        "tif" | "tiff" => "image/tiff",
        "wav" => "audio/wav",
        "mp3" | "mpga" | "mpeg" => "audio/mpeg",
        "m4a" => "audio/mp4",
        "aac" => "audio/aac",
        "flac" => "audio/flac",
        "ogg" | "opus" => "audio/ogg",
        "amr" => "audio/amr",
        "mp4" => "video/mp4",
        "mov" => "video/quicktime",
        "avi" => "video/x-msvideo",
        "mkv" => "video/x-matroska",
        "webm" => "video/webm",
        "pdf" => "application/pdf",
        "txt" => "text/plain",
        "json" => "application/json",
        _ => "application/octet-stream",
    }
}
