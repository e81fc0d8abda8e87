//! What was asked for, and transcripts in other languages.

use model::{JobKind, UserId};

use super::{Archive, Identity, IdentityError, line};
use crate::store::export::{KeptTranscript, PAGE};

impl Identity {
    pub(super) async fn pack_makings(
        &self,
        user: UserId,
        archive: &mut Archive,
    ) -> Result<(), IdentityError> {
        archive.open("makings.jsonl").await?;
        for kind in JobKind::ALL {
            each_page!(after => self.0.db.kept_makings(user, *kind, &after), page => {
                archive.write(page.iter().flat_map(line).collect()).await?;
            });
        }
        Ok(())
    }

    /// Most transcripts have none: those make no entry.
    pub(super) async fn pack_translations(
        &self,
        user: UserId,
        transcript: &KeptTranscript,
        archive: &mut Archive,
    ) -> Result<(), IdentityError> {
        let id = &transcript.id;
        let (mut language, mut position, mut is_open) = (String::new(), -1, false);
        loop {
            let after = (language.as_str(), position);
            let page = self.0.db.kept_translations(user, id, after).await?;
            if !is_open && !page.is_empty() {
                archive.open(&format!("translations/{id}.jsonl")).await?;
                is_open = true;
            }
            archive.write(page.iter().flat_map(line).collect()).await?;
            match page.last() {
                Some(last) if page.len() == PAGE => {
                    language.clone_from(&last.language);
                    position = last.position;
                }
                _ => return Ok(()),
            }
        }
    }
}
