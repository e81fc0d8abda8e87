//! The parts that pages are put together from.

pub mod area;
pub mod chart;
pub mod check;
pub mod confirm;
pub mod copy;
pub mod dialog;
pub mod figures;
pub mod icon;
pub mod keys;
pub mod lines;
pub mod loaded;
pub mod moment;
pub mod notice;
pub mod once;
pub mod passkey;
pub mod picture;
pub mod related;
pub mod segments;
pub mod select;
pub mod snippets;
pub mod step_up;
pub mod submission;
pub mod table;
pub mod text_field;
pub mod time_zones;
pub mod visible;
