//! `/transcripts`: recordings as text. A list with what is on its way, and each with its sound, its words in time and what a model
//! wrote about it.

mod ask;
mod captions;
mod export;
mod heading;
mod line;
mod list;
mod map;
mod new;
mod notes;
mod open;
mod player;
mod record;
mod search;
mod send;
mod sentence;
mod speakers;
mod unfinished;
mod watch;
mod words;

pub use list::TranscriptsPage;
pub use notes::NotesInFull;
pub use open::TranscriptPage;
pub use words::clock;
