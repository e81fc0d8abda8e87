//! What is beside drafts and waiting messages of conversations that go for good: remembered like what was handed in with messages
//! that are gone, so that the next release lets go of it.

/// Each under the file's own id: what is remembered already is remembered. `CROSS` keeps SQLite from beginning with the files.
macro_rules! remember {
    ($beside:literal, $conversations:literal) => {
        concat!(
            "INSERT INTO message_attachments (id, owner_id, message_id, position, file_id, name, mime, bytes) \
             SELECT f.id, f.owner_id, NULL, 0, f.id, f.name, f.mime, f.bytes FROM conversations c CROSS JOIN ",
            $beside,
            " AND b.files <> '' AND f.owner_id = c.owner_id AND b.files LIKE '%' || f.id || '%' AND ",
            $conversations,
            " ON CONFLICT (id) DO NOTHING"
        )
    };
}

/// Files beside what waits, and files beside drafts.
macro_rules! both {
    ($conversations:literal) => {
        [
            remember!(
                "queued_messages b CROSS JOIN files f WHERE b.conversation_id = c.id",
                $conversations
            ),
            remember!(
                "drafts b CROSS JOIN files f WHERE b.user_id = c.owner_id AND b.slot = c.id",
                $conversations
            ),
        ]
    };
}

/// Of the owner's temporary conversation.
pub(super) const OF_TEMPORARY: [&str; 2] =
    both!("c.id = $1 AND c.owner_id = $2 AND c.expires_at IS NOT NULL");

/// Of conversations that were put in the trash before a time.
pub(super) const OF_TRASH: [&str; 2] = both!("c.deleted_at < $1");

/// For the proof that each uses an index.
#[cfg(test)]
pub(super) const QUERIES: &[(&str, &str)] = &[
    ("LEFT_QUEUED_TEMPORARY", OF_TEMPORARY[0]),
    ("LEFT_DRAFTS_TEMPORARY", OF_TEMPORARY[1]),
    ("LEFT_QUEUED_TRASH", OF_TRASH[0]),
    ("LEFT_DRAFTS_TRASH", OF_TRASH[1]),
];
