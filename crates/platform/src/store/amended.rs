//! What becomes of changing what was looked at before.

/// Whether it was still as it was looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Amended {
    /// It was, and is changed.
    Done,
    /// It is not there any more.
    NotThere,
    /// It is something else by now; nothing was changed.
    Outdated,
}
