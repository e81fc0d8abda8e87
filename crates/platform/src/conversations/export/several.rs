//! Several conversations as one archive. It is packed off the async threads and can't grow beyond a bound.

use std::io::{Cursor, Error as IoError, Write as _};

use futures_util::TryStreamExt as _;
use model::{ConversationForm, ConversationId, FailureCode};
use zip::{CompressionMethod, ZipWriter, write::SimpleFileOptions};

use super::Conversations;
use crate::{Error, conversations::order::AT_ONCE, identity::Caller};

/// The largest archive, and the longest conversation in it, in bytes.
const LARGEST: usize = 64 * 1024 * 1024;

type Packing = ZipWriter<Cursor<Vec<u8>>>;

impl Conversations {
    /// Several of the caller's conversations as a ZIP of files, in the order of the ids; what is not theirs, in the trash or temporary is passed
    /// over. More than 200 are refused, and what would be too large.
    #[tracing::instrument(name = "api.conversations.export_several", skip_all)]
    pub async fn export_several(
        &self,
        caller: &Caller,
        ids: &[ConversationId],
        form: ConversationForm,
        chinese: bool,
    ) -> Result<Vec<u8>, Error> {
        if ids.is_empty() || ids.len() > AT_ONCE {
            return Err(Error::Refused(FailureCode::BadRequest));
        }
        let mut is_empty = true;
        let mut packing: Packing = ZipWriter::new(Cursor::new(Vec::new()));
        for (place, &id) in (1..).zip(ids) {
            let found = self.db.conversation(caller.user(), id).await?;
            if found.is_none_or(|found| found.temporary) {
                continue;
            }
            let exported = match self.export(caller, id, form, chinese).await {
                Ok(exported) => exported,
                // It was deleted in this moment.
                Err(Error::NotFound) => continue,
                Err(error) => return Err(error),
            };
            let mut pieces = exported.pieces;
            let mut content = Vec::new();
            while let Some(piece) = pieces.try_next().await? {
                content.extend(piece);
                if content.len() > LARGEST {
                    return Err(Error::Refused(FailureCode::TooLarge));
                }
            }
            packing = packed(packing, format!("{place:03} {}", exported.name), content).await?;
            is_empty = false;
        }
        if is_empty {
            return Err(Error::NotFound);
        }
        let done = tokio::task::spawn_blocking(move || packing.finish()).await?;
        Ok(done.map_err(broken)?.into_inner())
    }
}

/// Packing is work for a processor, so it is done where nobody else waits for it.
async fn packed(mut packing: Packing, name: String, content: Vec<u8>) -> Result<Packing, Error> {
    let work = move || {
        let options = SimpleFileOptions::default()
            .compression_method(CompressionMethod::Deflated)
            .unix_permissions(0o600);
        packing.start_file(name, options).map_err(broken)?;
        packing.write_all(&content).map_err(Error::Disk)?;
        Ok::<_, Error>(packing)
    };
    let packing = tokio::task::spawn_blocking(work).await??;
    let length = packing.get_ref().map_or(0, |packed| packed.get_ref().len());
    if length > LARGEST {
        return Err(Error::Refused(FailureCode::TooLarge));
    }
    Ok(packing)
}

fn broken(error: zip::result::ZipError) -> Error {
    Error::Disk(IoError::other(error))
}
