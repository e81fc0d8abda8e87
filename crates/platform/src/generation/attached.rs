//! Files that are handed in with a question: whether they can be, and whether the model takes them.

use std::collections::{HashMap, HashSet};

use model::{
    Attachment, AttachmentKind, FailureCode, FileId, FileView, Millis, ModelName, Permission,
    Prompt, Unread, UserId,
    attachment::{MOST_ATTACHMENTS, is_read_as_it_is},
};

use super::Generations;
use crate::{
    Error,
    assistants::BegunWith,
    files::{FilesError, text},
    identity::Caller,
};

/// What is asked: words, and files in their order.
#[derive(Clone, Debug)]
pub struct Asking {
    /// The words; blank only beside files.
    pub prompt: Prompt,
    /// The caller's files.
    pub attachments: Vec<FileId>,
    /// When what is asked was kept as a draft last, as far as the caller knows: that is forgotten with it.
    pub draft: Option<Millis>,
    /// The assistant with which it opens a conversation; in one that has begun, the one that answers this question alone.
    pub assistant: Option<BegunWith>,
    /// A conversation that is begun with it is temporary: gone for good when it is left.
    pub temporary: bool,
}

impl From<Prompt> for Asking {
    fn from(prompt: Prompt) -> Self {
        Self {
            prompt,
            attachments: Vec::new(),
            draft: None,
            assistant: None,
            temporary: false,
        }
    }
}

impl Asking {
    /// With each file once, where it was named first.
    pub(super) fn each_once(mut self) -> Self {
        let mut seen = HashSet::new();
        self.attachments.retain(|file| seen.insert(*file));
        self
    }
}

impl Generations {
    /// The files, if the caller has them and the model can be given them.
    pub(super) async fn attached(
        &self,
        caller: &Caller,
        model: &ModelName,
        ids: &[FileId],
    ) -> Result<Vec<FileView>, Error> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        caller.require(Permission::FilesUse)?;
        self.fitting(caller.user(), model, ids).await
    }

    /// The files, if that person has them and the model can be given them.
    pub(super) async fn fitting(
        &self,
        user: UserId,
        model: &ModelName,
        ids: &[FileId],
    ) -> Result<Vec<FileView>, Error> {
        if ids.len() > MOST_ATTACHMENTS {
            return Err(Error::Refused(FailureCode::TooMany));
        }
        let files = &self.0.files;
        let (mut views, mut kinds, mut media) = (Vec::new(), Vec::new(), HashMap::new());
        for id in ids {
            let file = match files.view(user, *id).await {
                Err(FilesError::NotFound) => return Err(Error::Refused(FailureCode::FileGone)),
                found => found?,
            };
            let kind = AttachmentKind::of_mime(&file.mime)
                .ok_or(Error::Refused(FailureCode::AttachmentRefused))?;
            let together: &mut i64 = media.entry(kind.together()).or_default();
            *together += file.bytes;
            let is_too_much = kind.together().is_some_and(|most| *together > most);
            if file.bytes > kind.largest() || is_too_much {
                return Err(Error::Refused(FailureCode::TooLarge));
            }
            if kind == AttachmentKind::Text {
                let content = files.read(user, *id, u64::MAX).await?;
                text::decoded(&content).ok_or(Error::Refused(FailureCode::UnreadableText))?;
            }
            if kind == AttachmentKind::Document {
                self.readable(user, model, *id).await?;
            }
            kinds.push(kind);
            views.push(file);
        }
        self.taken(model, &kinds)?;
        Ok(views)
    }

    /// Refuses what is handed in with a question that the model is to answer once more, if it can't be given that.
    pub(super) async fn takes(
        &self,
        user: UserId,
        model: &ModelName,
        attachments: &[Attachment],
    ) -> Result<(), Error> {
        let there = attachments.iter().filter(|attachment| !attachment.is_gone);
        let kinds: Vec<_> = there.filter_map(Attachment::kind).collect();
        self.taken(model, &kinds)?;
        for attachment in attachments {
            // One that is gone is told of, and not missed.
            if attachment.kind() == Some(AttachmentKind::Document) {
                self.readable(user, model, attachment.file).await?;
            }
        }
        Ok(())
    }

    /// Refuses a document that has no text for a model that is given nothing else of it.
    async fn readable(&self, user: UserId, model: &ModelName, file: FileId) -> Result<(), Error> {
        let (view, read) = match self.0.files.read_in(user, file).await {
            // Deleted meanwhile: it is told of, and not missed.
            Err(FilesError::NotFound) => return Ok(()),
            read => read?,
        };
        if self.0.models.spec(model).reads_documents && is_read_as_it_is(&view.name) {
            return Ok(());
        }
        match read.text() {
            Ok(_) => Ok(()),
            Err(Unread::NoText) => Err(Error::Refused(FailureCode::DocumentWithoutText)),
            Err(Unread::TooComplex) => Err(Error::Refused(FailureCode::DocumentTooComplex)),
        }
    }

    fn taken(&self, model: &ModelName, kinds: &[AttachmentKind]) -> Result<(), Error> {
        let spec = self.0.models.spec(model);
        let has = |kind| kinds.contains(&kind);
        let (looks, listens) = (has(AttachmentKind::Image), has(AttachmentKind::Audio));
        let watches = has(AttachmentKind::Video);
        if [looks, listens, watches]
            .into_iter()
            .filter(|has| *has)
            .count()
            > 1
        {
            return Err(Error::Refused(FailureCode::MediaMixed));
        }
        if watches && !spec.watches {
            return Err(Error::Refused(FailureCode::ModelCantWatch));
        }
        if looks && !spec.sees {
            return Err(Error::Refused(FailureCode::ModelCantSee));
        }
        if listens && !spec.hears {
            return Err(Error::Refused(FailureCode::ModelCantHear));
        }
        Ok(())
    }
}

/// Applications are given words only.
pub(super) fn refuse_media(views: &[FileView]) -> Result<(), Error> {
    let kinds = views.iter().map(|view| AttachmentKind::of_mime(&view.mime));
    words_only(kinds.flatten())
}

/// The same for what was handed in before; what is gone is told of only.
pub(super) fn refuse_attached_media(attachments: &[Attachment]) -> Result<(), Error> {
    let there = attachments.iter().filter(|attachment| !attachment.is_gone);
    words_only(there.filter_map(Attachment::kind))
}

fn words_only(kinds: impl Iterator<Item = AttachmentKind>) -> Result<(), Error> {
    for kind in kinds {
        match kind {
            AttachmentKind::Image => return Err(Error::Refused(FailureCode::ModelCantSee)),
            AttachmentKind::Audio => return Err(Error::Refused(FailureCode::ModelCantHear)),
            AttachmentKind::Video => return Err(Error::Refused(FailureCode::ModelCantWatch)),
            AttachmentKind::Text | AttachmentKind::Document => {}
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn a_file_that_is_named_twice_is_handed_in_once() {
        let [one, two] = [1, 2].map(|number| FileId::from_uuid(Uuid::from_u128(number)));
        let asking = Asking {
            prompt: Prompt::parse("看看").expect("a prompt"),
            attachments: vec![two, one, two, one],
            draft: None,
            assistant: None,
            temporary: false,
        };
        assert_eq!(asking.each_once().attachments, [two, one]);
    }
}
