//! What a person may have so many of: it is counted while nothing of theirs is added, and of what they deleted no more is kept either.

/// Takes the owner's row, so that what is counted stays so until what is added is there.
pub(super) const TURN: &str = "UPDATE users SET disabled = disabled WHERE id = $1";

/// Removes for good what the owner `$1` deleted first, of more than `$2`: who makes and deletes by turns fills no table.
macro_rules! beyond {
    ($table:literal) => {
        concat!(
            "DELETE FROM ",
            $table,
            " WHERE owner_id = $1 AND deleted_at IS NOT NULL AND id NOT IN ( \
               SELECT id FROM ",
            $table,
            " WHERE owner_id = $1 AND deleted_at IS NOT NULL \
               ORDER BY deleted_at DESC, id DESC LIMIT $2)"
        )
    };
}
pub(super) use beyond;

/// What became of bringing something back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Restored {
    /// It is there again.
    Done,
    /// Nothing of the owner's was deleted by that id, or it is gone for good.
    None,
    /// The owner has as many as they may.
    TooMany,
}
