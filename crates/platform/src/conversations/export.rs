//! One conversation as a file to take along, read and written page by page.

mod forms;
mod page;
mod several;

use std::collections::HashMap;

use futures_util::{
    StreamExt as _,
    stream::{self, BoxStream},
};
use model::{ConversationForm, ConversationId, MessageId, UserId};

use super::{Conversations, walk::Walk};
use crate::{
    Error,
    identity::Caller,
    store::{
        Conversation, KeptCall, Message,
        export::{NamedFile, PAGE},
    },
    written::file_name,
};
pub use page::digests;

/// The version of the form that is taken in again.
pub const VERSION: u32 = 1;

/// How the form that is taken in again calls itself.
pub const FORMAT: &str = "liantai.conversation";

/// What is in a file, piece by piece.
pub type Pieces = BoxStream<'static, Result<Vec<u8>, Error>>;

/// A file that is written while it is read.
pub struct ExportedConversation {
    /// What it is called.
    pub name: String,
    /// Its type.
    pub mime: &'static str,
    /// What is in it.
    pub pieces: Pieces,
}

/// For whom a page is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reader {
    /// Whoever keeps the file.
    Keeper,
    /// Whoever prints it at once.
    Printer,
}

impl Conversations {
    /// One of the caller's conversations as a file: the branch that is shown, or all of them where the form has room for that.
    /// `chinese` says in which language its few words of ours are.
    #[tracing::instrument(name = "api.conversations.export", skip_all, fields(conversation.id = %id))]
    pub async fn export(
        &self,
        caller: &Caller,
        id: ConversationId,
        form: ConversationForm,
        chinese: bool,
    ) -> Result<ExportedConversation, Error> {
        let user = caller.user();
        let found = self.db.conversation(user, id).await?;
        let found = found.ok_or(Error::NotFound)?;
        let name = file_name(found.title.as_str(), "conversation");
        let pieces = match form {
            ConversationForm::Markdown => self.markdown(user, id, &found, chinese).await?,
            ConversationForm::Html => {
                let reader = Reader::Keeper;
                self.html(user, id, &found, reader, chinese).await?
            }
            ConversationForm::Json => self.json(user, id, &found).await?,
        };
        Ok(ExportedConversation {
            name: format!("{name}.{}", form.as_str()),
            mime: form.mime(),
            pieces,
        })
    }

    /// The branch that is shown as a page which is printed as soon as it is there.
    #[tracing::instrument(name = "api.conversations.print", skip_all, fields(conversation.id = %id))]
    pub async fn print(
        &self,
        caller: &Caller,
        id: ConversationId,
        chinese: bool,
    ) -> Result<Pieces, Error> {
        let user = caller.user();
        let found = self.db.conversation(user, id).await?;
        let found = found.ok_or(Error::NotFound)?;
        self.html(user, id, &found, Reader::Printer, chinese).await
    }

    async fn markdown(
        &self,
        user: UserId,
        id: ConversationId,
        conversation: &Conversation,
        chinese: bool,
    ) -> Result<Pieces, Error> {
        let walk = Walk::to(&self.db, user, id, conversation.leaf).await?;
        let head = forms::markdown_head(conversation.title.as_str());
        let body = stream::try_unfold((self.clone(), walk), move |(this, mut walk)| async move {
            let Some(messages) = walk.next().await? else {
                return Ok::<_, Error>(None);
            };
            let asked = this.asked_of(user, id, &messages).await?;
            let written = messages.iter().map(|message| {
                let asked = message.parent.and_then(|question| asked.get(&question));
                forms::markdown(message, asked.map(String::as_str), chinese)
            });
            let written = written.collect::<String>().into_bytes();
            Ok(Some((written, (this, walk))))
        });
        Ok(stream::iter([Ok(head.into_bytes())]).chain(body).boxed())
    }

    /// What the assistants are called that questions were put to alone, by question, of those that these messages answer.
    async fn asked_of(
        &self,
        user: UserId,
        id: ConversationId,
        messages: &[Message],
    ) -> Result<HashMap<MessageId, String>, Error> {
        let questions = || messages.iter().filter_map(|message| message.parent);
        let Some(between) = questions().min().zip(questions().max()) else {
            return Ok(HashMap::new());
        };
        let asked = self
            .db
            .asked_assistants(user, id, between)
            .await?
            .into_iter();
        Ok(asked
            .map(|(question, asked)| (question, asked.name))
            .collect())
    }

    async fn html(
        &self,
        user: UserId,
        id: ConversationId,
        conversation: &Conversation,
        reader: Reader,
        chinese: bool,
    ) -> Result<Pieces, Error> {
        let walk = Walk::to(&self.db, user, id, conversation.leaf).await?;
        let head = page::head(conversation.title.as_str(), reader, chinese);
        let body = stream::try_unfold((self.clone(), walk), move |(this, mut walk)| async move {
            let Some(messages) = walk.next().await? else {
                return Ok::<_, Error>(None);
            };
            let asked = this.asked_of(user, id, &messages).await?;
            // Rendered as the page of the conversation renders them, and kept as there.
            let views = this.views(messages).await?;
            let written = views.iter().map(|view| {
                let asked = view.parent.and_then(|question| asked.get(&question));
                page::message(view, asked.map(String::as_str), chinese)
            });
            let written = written.collect::<String>().into_bytes();
            Ok(Some((written, (this, walk))))
        });
        let foot = stream::iter([Ok(page::FOOT.as_bytes().to_vec())]);
        let head = stream::iter([Ok(head.into_bytes())]);
        Ok(head.chain(body).chain(foot).boxed())
    }

    async fn json(
        &self,
        user: UserId,
        id: ConversationId,
        conversation: &Conversation,
    ) -> Result<Pieces, Error> {
        let mut files: HashMap<String, Vec<NamedFile>> = HashMap::new();
        for file in self.db.named_files(user, id).await? {
            files.entry(file.message.clone()).or_default().push(file);
        }
        let mut calls: HashMap<String, Vec<KeptCall>> = HashMap::new();
        for (message, made) in self.db.calls_of_conversation(user, id).await? {
            calls.insert(message.to_string(), made);
        }
        let head = forms::json_head(conversation, self.clock.now());
        let begin = (self.db.clone(), Some(String::new()), true, (files, calls));
        let body = stream::try_unfold(
            begin,
            move |(db, after, mut is_first, (mut files, mut calls))| async move {
                let Some(after) = after else {
                    return Ok::<_, Error>(None);
                };
                let page = db.kept_messages(user, id, &after).await?;
                let next = page
                    .last()
                    .filter(|_| page.len() == PAGE)
                    .map(|last| last.id.clone());
                let mut written = Vec::new();
                for message in page.iter().filter(|message| message.deleted_at.is_none()) {
                    let separator: &[u8] = if is_first { b"\n" } else { b",\n" };
                    written.extend_from_slice(separator);
                    let attached = files.remove(&message.id).unwrap_or_default();
                    let made = calls.remove(&message.id).unwrap_or_default();
                    written.extend(forms::json(message, &attached, &made));
                    is_first = false;
                }
                Ok(Some((written, (db, next, is_first, (files, calls)))))
            },
        );
        let head = stream::iter([Ok(head)]);
        let foot = stream::iter([Ok(b"\n]}\n".to_vec())]);
        Ok(head.chain(body).chain(foot).boxed())
    }
}
