//! How texts are found: one way to take them apart for both databases, so that both find the same.
//!
//! Whatever is found is found twice. The database's index knows of each text which terms are in it: whole words and how they
//! begin, and of scripts that are written without spaces each character and each two neighbours. That leaves few texts, and of these
//! the ones stay in which the words that are sought stand as they were typed. So an index may know too much, but never too little.

mod asked;
mod fold;
mod passage;
mod sought;
mod terms;

pub(crate) use asked::asked_words;
pub(crate) use passage::{around, whole};
pub use sought::Sought;
pub(crate) use terms::{Scope, Term};
