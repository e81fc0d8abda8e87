//! What has somebody's files, said once for all that deletes them. A table of another area that refers to files belongs here.
//!
//! These are macros because texts are put together while the program is built. Ids are looked for in what is kept as text, among the
//! owner's own rows, which are few.

/// Whether something of the owner's is about to need the file: a draft, a message that waits, or a job that is not done and was not
/// asked to stop.
macro_rules! in_hand {
    ($owner:literal, $file:literal) => {
        concat!(
            "(EXISTS (SELECT 1 FROM drafts d WHERE d.user_id = ",
            $owner,
            " AND d.files LIKE '%' || ",
            $file,
            " || '%') OR EXISTS (SELECT 1 FROM queued_messages q WHERE q.owner_id = ",
            $owner,
            " AND q.files LIKE '%' || ",
            $file,
            " || '%') OR EXISTS (SELECT 1 FROM jobs j WHERE j.owner_id = ",
            $owner,
            " AND j.ended_at IS NULL AND j.lease_until >= 0 AND NOT j.cancel_asked AND j.input LIKE '%' || ",
            $file,
            " || '%'))"
        )
    };
}

/// Whether a message of the owner's has the file.
macro_rules! handed_in {
    ($owner:literal, $file:literal) => {
        concat!(
            "EXISTS (SELECT 1 FROM message_attachments a WHERE a.file_id = ",
            $file,
            " AND a.owner_id = ",
            $owner,
            " AND a.message_id IS NOT NULL)"
        )
    };
}

/// Whether a transcript of the owner's is of the file, and was not deleted.
macro_rules! still_written_down {
    ($owner:literal, $file:literal) => {
        concat!(
            "EXISTS (SELECT 1 FROM transcripts t WHERE t.file_id = ",
            $file,
            " AND t.owner_id = ",
            $owner,
            " AND t.deleted_at IS NULL)"
        )
    };
}

/// Whether a transcript of the owner's is of the file, also one that can be brought back.
macro_rules! written_down {
    ($owner:literal, $file:literal) => {
        concat!(
            "EXISTS (SELECT 1 FROM transcripts t WHERE t.file_id = ",
            $file,
            " AND t.owner_id = ",
            $owner,
            ")"
        )
    };
}
