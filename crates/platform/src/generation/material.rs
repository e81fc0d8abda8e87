//! What the model is given of the files of a branch: read, encoded, and how many tokens that can be at most.

use std::collections::HashMap;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use bytes::Bytes;
use model::{
    Attachment, AttachmentKind, FailureCode, FileId, Speaker, UserId, attachment::MEDIA_TOGETHER,
};

use super::{Generations, models::Spec};
use crate::{
    files::{FilesError, text},
    store::Message,
};

/// The longest side of what is shown of a picture whose type Bailian's pages don't name, in pixels.
const SHOWN_SIDE: u32 = 1024;
/// Bytes that a character has at most.
const LONGEST_CHARACTER: i64 = 4;
/// A picture is a token for each square of so many pixels; newer models have larger ones.
const SQUARE: u32 = 28;
/// The most tokens of a picture, and those around it.
const PICTURE_TOKENS: [u64; 2] = [16_384, 2];
/// Tokens of a second of sound at most.
const SECOND_TOKENS: u64 = 25;

/// What the model is given of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Material {
    /// A picture, as a `data:` address.
    Image(String),
    /// Sound, as a `data:` address, and what it is.
    Audio(String, &'static str),
    /// What is written in it.
    Text(String),
    /// It was deleted.
    Gone,
    /// What is in it is no text.
    Unreadable,
    /// There is no room for it, or the model can't be given it.
    LeftOut,
}

/// What the model is given of the files of a branch.
#[derive(Clone, Debug, Default)]
pub(super) struct Materials {
    of: HashMap<FileId, Material>,
    /// Tokens of pictures and sound at most.
    pub(super) tokens: u64,
}

impl Materials {
    /// That of a file.
    pub(super) fn get(&self, file: FileId) -> &Material {
        self.of.get(&file).unwrap_or(&Material::LeftOut)
    }

    #[cfg(test)]
    pub(super) fn with(mut self, file: FileId, material: Material) -> Self {
        self.of.insert(file, material);
        self
    }
}

/// What may still be taken in, in bytes.
struct Room {
    media: i64,
    text: i64,
}

impl Generations {
    /// Reads the files of a branch for a model, the newest first, as far as there is room.
    #[tracing::instrument(name = "generation.material", skip_all)]
    pub(super) async fn materials(
        &self,
        user: UserId,
        spec: Spec,
        branch: &[Message],
    ) -> Result<Materials, FailureCode> {
        let mut materials = Materials::default();
        let characters = i64::try_from(spec.context_characters).unwrap_or(i64::MAX);
        let mut room = Room {
            media: MEDIA_TOGETHER,
            text: characters.saturating_mul(LONGEST_CHARACTER),
        };
        let question = branch
            .iter()
            .rfind(|message| message.speaker == Speaker::User);
        let question = question.map(|message| message.id);
        for message in branch.iter().rev() {
            for attachment in &message.attachments {
                if materials.of.contains_key(&attachment.file) {
                    continue;
                }
                // What is asked about is sent whatever its length, as its words are.
                let fits = question == Some(message.id) || room.has(attachment);
                let read = if fits {
                    self.material(user, spec, attachment).await
                } else {
                    Ok(Material::LeftOut)
                };
                let material = read.map_err(|error| {
                    tracing::error!(
                        error = &error as &dyn std::error::Error,
                        "a file of a question could not be read"
                    );
                    error.code()
                })?;
                room.take(attachment, &material);
                materials.tokens = materials
                    .tokens
                    .saturating_add(tokens(attachment, &material));
                materials.of.insert(attachment.file, material);
            }
        }
        Ok(materials)
    }

    async fn material(
        &self,
        user: UserId,
        spec: Spec,
        attachment: &Attachment,
    ) -> Result<Material, FilesError> {
        let kind = match attachment.kind() {
            _ if attachment.is_gone => return Ok(Material::Gone),
            Some(AttachmentKind::Image) if spec.sees => AttachmentKind::Image,
            Some(AttachmentKind::Audio) if spec.hears => AttachmentKind::Audio,
            Some(AttachmentKind::Text) => AttachmentKind::Text,
            Some(AttachmentKind::Image | AttachmentKind::Audio) | None => {
                return Ok(Material::LeftOut);
            }
        };
        match self.read(user, kind, attachment).await {
            Err(FilesError::NotFound) => Ok(Material::Gone),
            read => read,
        }
    }

    async fn read(
        &self,
        user: UserId,
        kind: AttachmentKind,
        attachment: &Attachment,
    ) -> Result<Material, FilesError> {
        let (files, id) = (&self.0.files, attachment.file);
        if kind == AttachmentKind::Image && attachment.mime == "image/gif" {
            let still = files.thumbnail(user, id, SHOWN_SIDE).await?;
            let address = address(still.mime, still.bytes).await?;
            return Ok(Material::Image(address));
        }
        let content = files.read(user, id, u64::MAX).await?;
        Ok(match kind {
            AttachmentKind::Text => {
                text::decoded(&content).map_or(Material::Unreadable, Material::Text)
            }
            AttachmentKind::Image => Material::Image(address(&attachment.mime, content).await?),
            AttachmentKind::Audio => {
                let format = match attachment.mime.as_str() {
                    "audio/mpeg" => "mp3",
                    "audio/aac" => "aac",
                    "audio/amr" => "amr",
                    _ => "wav",
                };
                Material::Audio(address("", content).await?, format)
            }
        })
    }
}

impl Room {
    fn has(&self, attachment: &Attachment) -> bool {
        match attachment.kind() {
            Some(AttachmentKind::Text) => attachment.bytes <= self.text,
            _ => attachment.bytes <= self.media,
        }
    }

    fn take(&mut self, attachment: &Attachment, material: &Material) {
        match material {
            Material::Image(_) | Material::Audio(..) => self.media -= attachment.bytes,
            Material::Text(_) => self.text -= attachment.bytes,
            Material::Gone | Material::Unreadable | Material::LeftOut => {}
        }
    }
}

/// `data:image/png;base64,…`, made where nobody else waits for it.
async fn address(mime: &str, content: Bytes) -> Result<String, FilesError> {
    let mut address = format!("data:{mime};base64,");
    let made = tokio::task::spawn_blocking(move || {
        STANDARD.encode_string(&content, &mut address);
        address
    });
    Ok(made.await?)
}

/// Tokens of pictures and sound at most.
fn tokens(attachment: &Attachment, material: &Material) -> u64 {
    match material {
        Material::Image(_) => {
            let [most, around] = PICTURE_TOKENS;
            let squares = |side: Option<u32>| side.map(|side| u64::from(side.div_ceil(SQUARE)));
            let all = squares(attachment.width).zip(squares(attachment.height));
            let all = all.map_or(most, |(across, down)| across.saturating_mul(down));
            all.clamp(4, most) + around
        }
        Material::Audio(_, format) => {
            // The fewest bytes that a second of it has.
            let second = if *format == "amr" { 590 } else { 1_000 };
            let seconds = attachment.bytes.unsigned_abs().div_ceil(second) + 1;
            seconds.saturating_mul(SECOND_TOKENS)
        }
        Material::Text(_) | Material::Gone | Material::Unreadable | Material::LeftOut => 0,
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn picture(width: Option<u32>, height: Option<u32>) -> Attachment {
        Attachment {
            file: FileId::from_uuid(Uuid::nil()),
            name: "a.png".to_owned(),
            mime: "image/png".to_owned(),
            bytes: 6_000,
            width,
            height,
            is_gone: false,
        }
    }

    #[test]
    fn a_picture_is_never_taken_for_less_than_it_is() {
        let image = Material::Image(String::new());
        for (width, height, expected) in [
            (Some(28), Some(28), 6),
            (Some(1_024), Some(1_024), 37 * 37 + 2),
            (Some(16_000), Some(16_000), 16_386),
            (None, None, 16_386),
        ] {
            assert_eq!(tokens(&picture(width, height), &image), expected);
        }
        let sound = Material::Audio(String::new(), "mp3");
        assert_eq!(tokens(&picture(None, None), &sound), 7 * 25);
        assert_eq!(tokens(&picture(None, None), &Material::LeftOut), 0);
    }
}
