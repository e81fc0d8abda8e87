//! The parts that pages are put together from.

pub mod icon;
pub mod keys;
pub mod notice;
pub mod text_field;
