//! What the model is given of the files of a branch: read, encoded, and how many tokens that can be at most.

use std::collections::HashMap;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use bytes::Bytes;
use model::{
    Attachment, AttachmentKind, FailureCode, FileId, ModelName, Speaker, UserId,
    attachment::{FILMS_TOGETHER, MEDIA_TOGETHER, is_read_as_it_is},
};

use super::{Generations, copies::NoCopy, models::Spec};
use crate::{
    documents::Reading,
    files::{self, text},
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
/// All pixels of all frames of a film that are looked at, which bounds what it costs ("Messages", `total_pixels`).
pub(super) const FILM_PIXELS: u64 = 134_217_728;
/// Tokens of a film at most, for that: each square of each frame is one.
const FILM_TOKENS: u64 = FILM_PIXELS / (SQUARE as u64 * SQUARE as u64) + 2;
/// Tokens of a character of a document at most.
const CHARACTER_TOKENS: u64 = 2;
/// Bytes of a document in which nothing could be read for each token that is reserved for it: a page of a scan is some hundred kB and a
/// thousand tokens.
const SCANNED_BYTES: u64 = 50;
/// What is left free beside a document, in characters.
const BESIDE: usize = 2_000;
/// Fewer characters of a document are no use.
const LEAST: usize = 500;

/// What the model is given of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Material {
    /// A picture, as a `data:` address.
    Image(String),
    /// Sound, as a `data:` address, and what it is.
    Audio(String, &'static str),
    /// A film, by its address in Bailian's storage.
    Film(String),
    /// What is written in it.
    Text(String),
    /// A document that the model reads by itself: its id at Bailian, and how many tokens it is at most.
    Document(String, u64),
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
    /// Tokens of pictures, sound, films and documents at most.
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

/// What may still be taken in, in bytes, and of documents in characters.
struct Room {
    media: i64,
    films: i64,
    text: i64,
    characters: usize,
}

impl Generations {
    /// Reads the files of a branch for a model, the newest first, as far as there is room.
    #[tracing::instrument(name = "generation.material", skip_all)]
    pub(super) async fn materials(
        &self,
        user: UserId,
        (model, spec): (&ModelName, Spec),
        branch: &[Message],
    ) -> Result<Materials, FailureCode> {
        let mut materials = Materials::default();
        let characters = i64::try_from(spec.context_characters).unwrap_or(i64::MAX);
        let question = branch
            .iter()
            .rfind(|message| message.speaker == Speaker::User);
        let words = question.map_or(0, |message| message.text().chars().count());
        let mut room = Room {
            media: MEDIA_TOGETHER,
            films: FILMS_TOGETHER,
            text: characters.saturating_mul(LONGEST_CHARACTER),
            characters: spec.context_characters.saturating_sub(words + BESIDE),
        };
        let question = question.map(|message| message.id);
        for message in branch.iter().rev() {
            for attachment in &message.attachments {
                if materials.of.contains_key(&attachment.file) {
                    continue;
                }
                // What is asked about is sent whatever its length, as its words are.
                let fits = question == Some(message.id) || room.has(attachment);
                let read = if fits {
                    self.material(user, (model, spec), attachment, room.characters)
                        .await
                } else {
                    Ok(Material::LeftOut)
                };
                let material = match read {
                    Ok(material) => material,
                    Err(NoCopy::Gone) => Material::Gone,
                    Err(NoCopy::Failed(code)) => return Err(code),
                };
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
        (model, spec): (&ModelName, Spec),
        attachment: &Attachment,
        room: usize,
    ) -> Result<Material, NoCopy> {
        let kind = match attachment.kind() {
            _ if attachment.is_gone => return Ok(Material::Gone),
            Some(AttachmentKind::Video) if spec.watches => {
                let address = self.film_there(user, model, attachment).await?;
                return Ok(Material::Film(address));
            }
            Some(AttachmentKind::Document) => {
                return self.document(user, spec, attachment, room).await;
            }
            Some(AttachmentKind::Image) if spec.sees => AttachmentKind::Image,
            Some(AttachmentKind::Audio) if spec.hears => AttachmentKind::Audio,
            Some(AttachmentKind::Text) => AttachmentKind::Text,
            Some(AttachmentKind::Image | AttachmentKind::Audio | AttachmentKind::Video) | None => {
                return Ok(Material::LeftOut);
            }
        };
        self.read(user, kind, attachment).await
    }

    /// A document: as it is, for a model that reads it by itself; else as much of its text as there is room for.
    async fn document(
        &self,
        user: UserId,
        spec: Spec,
        attachment: &Attachment,
        room: usize,
    ) -> Result<Material, NoCopy> {
        let (_, read) = self.0.files.read_in(user, attachment.file).await?;
        if spec.reads_documents && is_read_as_it_is(&attachment.name) {
            let id = self.document_there(user, attachment).await?;
            return Ok(Material::Document(id, document_tokens(attachment, &read)));
        }
        Ok(match read.text() {
            Ok(_) if room < LEAST => Material::LeftOut,
            Ok(reading) => Material::Text(part(reading, room)),
            Err(_) => Material::Unreadable,
        })
    }

    async fn read(
        &self,
        user: UserId,
        kind: AttachmentKind,
        attachment: &Attachment,
    ) -> Result<Material, NoCopy> {
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
            AttachmentKind::Video | AttachmentKind::Document => Material::LeftOut,
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
            Some(AttachmentKind::Video) => attachment.bytes <= self.films,
            // How much is written in it, only the reading tells.
            Some(AttachmentKind::Document) => true,
            Some(AttachmentKind::Image | AttachmentKind::Audio) | None => {
                attachment.bytes <= self.media
            }
        }
    }

    fn take(&mut self, attachment: &Attachment, material: &Material) {
        match material {
            Material::Image(_) | Material::Audio(..) => self.media -= attachment.bytes,
            Material::Film(_) => self.films -= attachment.bytes,
            Material::Text(written) => {
                let characters = written.chars().count();
                self.characters = self.characters.saturating_sub(characters);
                let bytes = i64::try_from(written.len()).unwrap_or(i64::MAX);
                self.text = self.text.saturating_sub(bytes);
            }
            Material::Document(..) | Material::Gone | Material::Unreadable | Material::LeftOut => {}
        }
    }
}

/// `data:image/png;base64,…`, made where nobody else waits for it.
async fn address(mime: &str, content: Bytes) -> Result<String, NoCopy> {
    let mut address = format!("data:{mime};base64,");
    let made = tokio::task::spawn_blocking(move || {
        STANDARD.encode_string(&content, &mut address);
        address
    });
    Ok(made.await.map_err(files::FilesError::from)?)
}

/// As much of a text as there is room for; where it is not all of it, that is said.
fn part(reading: &Reading, room: usize) -> String {
    let all = reading.text.chars().count();
    let mut text = reading.text.clone();
    if all > room {
        text = text.chars().take(room).collect();
        text.push_str("\n[What follows in the file is not shown here.]");
    } else if reading.is_cut {
        text.push_str("\n[What follows in the file was not read.]");
    }
    text
}

/// Tokens of a document at most.
fn document_tokens(attachment: &Attachment, read: &files::Read) -> u64 {
    match read.text() {
        Ok(reading) => (reading.text.chars().count() as u64).saturating_mul(CHARACTER_TOKENS),
        Err(_) => attachment.bytes.unsigned_abs() / SCANNED_BYTES,
    }
}

/// Tokens of pictures, sound, films and documents at most.
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
        Material::Film(_) => FILM_TOKENS,
        Material::Document(_, tokens) => *tokens,
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
    fn a_document_is_given_as_far_as_there_is_room() {
        let mut reading = Reading {
            text: "春眠不觉晓".to_owned(),
            ..Reading::default()
        };
        assert_eq!(part(&reading, 5), "春眠不觉晓");
        let cut = part(&reading, 2);
        assert!(
            cut.starts_with("春眠\n[") && cut.ends_with("not shown here.]"),
            "{cut}"
        );
        reading.is_cut = true;
        assert!(part(&reading, 5).ends_with("was not read.]"));
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
        let film = Material::Film(String::new());
        assert_eq!(tokens(&picture(None, None), &film), 171_198);
        let document = Material::Document(String::new(), 9);
        assert_eq!(tokens(&picture(None, None), &document), 9);
        let sound = Material::Audio(String::new(), "mp3");
        assert_eq!(tokens(&picture(None, None), &sound), 7 * 25);
        assert_eq!(tokens(&picture(None, None), &Material::LeftOut), 0);
    }
}
