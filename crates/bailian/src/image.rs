//! Images: made from words, edited, translated.
//!
//! Three forms of request exist, by model: [`TextToImage`] and [`ImageEdit`] become a
//! [`Task`](crate::task::Task); an [`ImageRequest`] is written as a message and answered at once, as a
//! stream, or as a task.
//!
//! ```no_run
//! use bailian::image::TextToImage;
//! use bailian::task::Patience;
//!
//! # async fn example(client: bailian::Client) -> Result<(), bailian::Error> {
//! let request = TextToImage::new("wan2.2-t2i-flash", "雾中的灯塔").size((1024, 1024)).n(2_u32);
//! let task = client.submit_text_to_image(&request).await?;
//! let finished = client.wait_for_task(&task, Patience::images()).await?;
//! for image in &finished.output.results {
//!     let _address = &image.result()?.url;
//! }
//! # Ok(())
//! # }
//! ```

mod edit;
mod legacy;
mod message;
mod message_check;
mod output;
mod text_to_image;

pub use edit::{
    EditFunction, EditInput, EditParameters, FusionInput, FusionParameters, ImageEdit, ImageFusion,
};
pub use legacy::{
    BackgroundGeneration, BackgroundParameters, ImageTranslation, StyleRepaint, TranslatedImage,
};
pub use message::{ImageMessageParameters, ImagePart, ImageRequest};
pub use output::{
    GeneratedImage, ImageAnswer, ImageChoice, ImageChoices, ImageMessage, ImageOutput,
};
pub use text_to_image::{TextToImage, TextToImageInput, TextToImageParameters};
