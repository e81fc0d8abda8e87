//! Images, videos and speech: what is wished for, how it goes, and what came of it. The pages put these parts together.

pub mod card;
pub mod cost;
pub mod desk;
pub mod draft;
pub mod foot;
pub mod lightbox;
pub mod list;
pub mod makings;
pub mod mask;
pub mod model_field;
pub mod more;
pub mod page;
pub mod picker;
pub mod press;
pub mod progress;
pub mod prompt;
pub mod refusal;
pub mod removal;
pub mod result;
pub mod tiles;
pub mod typed;
pub mod upload;
pub mod wanted;
pub mod ways;
pub mod words;
