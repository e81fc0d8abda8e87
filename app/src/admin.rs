//! What the pages of administration share.

pub mod actions;
pub mod choices;
pub mod filters;
pub mod form;
pub mod known;
pub mod outcome;
pub mod subject;
pub mod words;
