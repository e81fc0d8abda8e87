//! The ZIP of all that is kept of a person. It is packed page by page off the async threads and can't grow beyond a
//! bound, so that a large account costs time and not the server.

use std::io::{Cursor, Write as _};

use model::{ConversationId, FailureCode, UserId};
use serde::Serialize;
use zip::{CompressionMethod, ZipWriter, write::SimpleFileOptions};

use super::{Caller, Identity, IdentityError};
use crate::{
    store::export::{
        KeptConversation, KeptLine, KeptMessage, KeptSentence, KeptShare, KeptShown,
        KeptTranscript, PAGE,
    },
    usage::calls_of,
    written::date,
};

/// The largest archive, in bytes.
const LARGEST: usize = 256 * 1024 * 1024;

/// A conversation is packed in pieces of about so many bytes, so that a long one is never in memory as a whole.
const PIECE: usize = 1024 * 1024;

const README: &str = include_str!("archive/README.txt");

/// Does something with each page of what a person has, from the smallest id to the largest.
macro_rules! each_page {
    ($after:ident => $load:expr, $page:ident => $act:block) => {
        let mut $after = String::new();
        loop {
            let $page = $load.await?;
            $act
            match $page.last() {
                Some(last) if $page.len() == PAGE => $after.clone_from(&last.id),
                _ => break,
            }
        }
    };
}

// Below the macro, which they use as well.
mod asked;
mod calls;

/// An archive that is being packed. What is written goes to the entry that was opened last.
struct Archive(Option<ZipWriter<Cursor<Vec<u8>>>>);

/// What is done next.
enum Step {
    /// A new entry of that name.
    Open(String),
    /// More of it.
    Write(Vec<u8>),
}

impl Identity {
    pub(super) async fn pack(&self, caller: &Caller) -> Result<Vec<u8>, IdentityError> {
        let (db, user) = (&self.0.db, caller.user());
        let mut archive = Archive::new();
        let profile = self.profile(caller).await?;
        let account = db.kept_account(user).await?;
        let about = serde_json::json!({ "id": user, "profile": profile, "account": account });
        archive.file("README.txt", README.into()).await?;
        archive.file("account.json", pretty(&about)).await?;
        let sessions = self.sessions(caller).await?;
        archive.file("sessions.json", pretty(&sessions)).await?;
        if let Some((image, _)) = db.picture(user).await? {
            archive.file("picture.png", image).await?;
        }
        self.pack_activity(user, &mut archive).await?;
        each_page!(after => db.kept_conversations(user, &after), page => {
            for conversation in &page {
                self.pack_conversation(user, conversation, &mut archive)
                    .await?;
            }
        });
        self.pack_made(user, &mut archive).await?;
        // Last: they take what room is left.
        calls::pack(&mut archive, calls_of(db.clone(), user), calls::ROOM).await?;
        archive.finish().await
    }

    /// What the person keeps and has made, without the contents of files: those can be larger than any archive.
    async fn pack_made(&self, user: UserId, archive: &mut Archive) -> Result<(), IdentityError> {
        let db = &self.0.db;
        archive.open("files.jsonl").await?;
        each_page!(after => db.kept_files(user, &after), page => {
            archive.write(page.iter().flat_map(line).collect()).await?;
        });
        archive.open("attachments.jsonl").await?;
        each_page!(after => db.kept_attachments(user, &after), page => {
            archive.write(page.iter().flat_map(line).collect()).await?;
        });
        archive.open("works.jsonl").await?;
        each_page!(after => db.kept_works(user, &after), page => {
            archive.write(page.iter().flat_map(line).collect()).await?;
        });
        self.pack_makings(user, archive).await?;
        archive.open("prompts.jsonl").await?;
        each_page!(after => db.kept_prompts(user, &after), page => {
            archive.write(page.iter().flat_map(line).collect()).await?;
        });
        archive.open("tool_calls.jsonl").await?;
        each_page!(after => db.kept_tool_calls(user, &after), page => {
            archive.write(page.iter().flat_map(line).collect()).await?;
        });
        archive.open("assistants.jsonl").await?;
        each_page!(after => db.kept_assistants(user, &after), page => {
            archive.write(page.iter().flat_map(line).collect()).await?;
        });
        each_page!(after => db.kept_assistants(user, &after), page => {
            for id in page.iter().map(|kept| &kept.id) {
                if let Some((image, _)) = db.assistant_picture(user, id).await? {
                    archive.file(&format!("assistants/{id}.png"), image).await?;
                }
            }
        });
        each_page!(after => db.kept_transcripts(user, &after), page => {
            for transcript in &page {
                self.pack_transcript(user, transcript, archive).await?;
                self.pack_translations(user, transcript, archive).await?;
            }
        });
        self.pack_shares(user, archive).await
    }

    /// Goes through the links twice: what is written goes to one entry after the other.
    async fn pack_shares(&self, user: UserId, archive: &mut Archive) -> Result<(), IdentityError> {
        let db = &self.0.db;
        archive.open("shares.jsonl").await?;
        each_page!(after => db.kept_shares(user, &after), page => {
            archive.write(page.iter().flat_map(line).collect()).await?;
        });
        each_page!(after => db.kept_shares(user, &after), page => {
            for share in page.iter().filter(|share| share.taken_at.is_some()) {
                self.pack_shown(user, share, archive).await?;
            }
        });
        Ok(())
    }

    async fn pack_shown(
        &self,
        user: UserId,
        share: &KeptShare,
        archive: &mut Archive,
    ) -> Result<(), IdentityError> {
        archive.open(&format!("shares/{}.jsonl", share.id)).await?;
        let mut after = -1;
        loop {
            let page: Vec<KeptShown> = self.0.db.kept_shown(user, &share.id, after).await?;
            archive.write(page.iter().flat_map(line).collect()).await?;
            match page.last() {
                Some(last) if page.len() == PAGE => after = last.position,
                _ => return Ok(()),
            }
        }
    }

    async fn pack_transcript(
        &self,
        user: UserId,
        transcript: &KeptTranscript,
        archive: &mut Archive,
    ) -> Result<(), IdentityError> {
        let name = format!("transcripts/{}.jsonl", transcript.id);
        archive.open(&name).await?;
        archive.write(line(transcript)).await?;
        let mut after = -1;
        loop {
            let page: Vec<KeptSentence> = self
                .0
                .db
                .kept_sentences(user, &transcript.id, after)
                .await?;
            archive.write(page.iter().flat_map(line).collect()).await?;
            match page.last() {
                Some(last) if page.len() == PAGE => after = last.position,
                _ => return Ok(()),
            }
        }
    }

    async fn pack_activity(
        &self,
        user: UserId,
        archive: &mut Archive,
    ) -> Result<(), IdentityError> {
        archive.open("activity.jsonl").await?;
        let mut after = 0;
        loop {
            let page: Vec<KeptLine> = self.0.db.kept_lines(user, after).await?;
            archive.write(page.iter().flat_map(line).collect()).await?;
            match page.last() {
                Some(last) if page.len() == PAGE => after = last.seq,
                _ => return Ok(()),
            }
        }
    }

    /// Reads the conversation twice, once for each form: cheaper than keeping one of them in memory.
    async fn pack_conversation(
        &self,
        user: UserId,
        conversation: &KeptConversation,
        archive: &mut Archive,
    ) -> Result<(), IdentityError> {
        let name = format!("conversations/{}", conversation.id);
        archive.open(&format!("{name}.json")).await?;
        archive.write(line(conversation)).await?;
        self.pack_messages(user, conversation, archive, line)
            .await?;
        archive.open(&format!("{name}.md")).await?;
        let head = format!(
            "# {}\n\n{} · {}{}\n",
            conversation.title,
            conversation.model,
            date(conversation.created_at),
            deleted(conversation.deleted_at)
        );
        archive.write(head.into_bytes()).await?;
        self.pack_messages(user, conversation, archive, markdown)
            .await
    }

    async fn pack_messages(
        &self,
        user: UserId,
        conversation: &KeptConversation,
        archive: &mut Archive,
        form: fn(&KeptMessage) -> Vec<u8>,
    ) -> Result<(), IdentityError> {
        let Ok(id) = conversation.id.parse::<ConversationId>() else {
            return Ok(());
        };
        let mut piece = Vec::new();
        each_page!(after => self.0.db.kept_messages(user, id, &after), page => {
            for message in &page {
                piece.extend(form(message));
                if piece.len() > PIECE {
                    archive.write(std::mem::take(&mut piece)).await?;
                }
            }
        });
        archive.write(piece).await
    }
}

impl Archive {
    fn new() -> Self {
        Self(Some(ZipWriter::new(Cursor::new(Vec::new()))))
    }

    async fn file(&mut self, name: &str, content: Vec<u8>) -> Result<(), IdentityError> {
        self.open(name).await?;
        self.write(content).await
    }

    async fn open(&mut self, name: &str) -> Result<(), IdentityError> {
        self.step(Step::Open(name.to_owned())).await
    }

    async fn write(&mut self, content: Vec<u8>) -> Result<(), IdentityError> {
        self.step(Step::Write(content)).await
    }

    async fn finish(&mut self) -> Result<Vec<u8>, IdentityError> {
        let writer = self.0.take().ok_or_else(broken)?;
        let packed = tokio::task::spawn_blocking(move || writer.finish())
            .await
            .map_err(|_| broken())?;
        Ok(packed.map_err(|_| broken())?.into_inner())
    }

    /// How long it is by now.
    fn length(&self) -> usize {
        self.0.as_ref().map_or(0, length)
    }

    /// Packing is work for a processor, so it is done where nobody else waits for it.
    async fn step(&mut self, step: Step) -> Result<(), IdentityError> {
        let mut writer = self.0.take().ok_or_else(broken)?;
        let work = move || -> Result<_, IdentityError> {
            match step {
                Step::Open(name) => {
                    let options = SimpleFileOptions::default()
                        .compression_method(CompressionMethod::Deflated)
                        .unix_permissions(0o600);
                    writer.start_file(name, options).map_err(|_| broken())?;
                }
                Step::Write(content) => writer.write_all(&content).map_err(|_| broken())?,
            }
            Ok(writer)
        };
        let writer = tokio::task::spawn_blocking(work)
            .await
            .map_err(|_| broken())??;
        if length(&writer) > LARGEST {
            return Err(IdentityError::Refused(FailureCode::TooLarge));
        }
        self.0 = Some(writer);
        Ok(())
    }
}

fn length(writer: &ZipWriter<Cursor<Vec<u8>>>) -> usize {
    writer.get_ref().map_or(0, |packed| packed.get_ref().len())
}

fn broken() -> IdentityError {
    IdentityError::Broken("packing an archive".to_owned())
}

fn pretty(value: &impl Serialize) -> Vec<u8> {
    serde_json::to_vec_pretty(value).unwrap_or_default()
}

fn line(value: &impl Serialize) -> Vec<u8> {
    let mut line = serde_json::to_vec(value).unwrap_or_default();
    line.push(b'\n');
    line
}

fn markdown(message: &KeptMessage) -> Vec<u8> {
    let speaker = match (&*message.role, &message.model) {
        ("assistant", Some(model)) => model,
        (role, _) => role,
    };
    let head = format!(
        "\n---\n\n**{speaker}** · {}{}\n\n",
        date(message.created_at),
        deleted(message.deleted_at)
    );
    [head.as_bytes(), message.text().as_bytes(), b"\n"].concat()
}

/// What is said of something that is still there only to be brought back.
fn deleted(at: Option<i64>) -> String {
    at.map_or_else(String::new, |at| format!(" · deleted {}", date(at)))
}
