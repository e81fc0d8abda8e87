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
