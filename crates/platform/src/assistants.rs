//! Assistants: what people keep to begin conversations with, what they let others use, and some that everybody has.
//!
//! Who may use one is part of every query. A conversation keeps a copy of what it was begun with, so nothing that becomes of the
//! assistant later changes it; an application of Bailian's is no copy and is asked only as long as its assistant is open to the reader.

mod built_in;
mod governing;
mod once;
mod pictures;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use model::{
    Assistant, AssistantCard, AssistantGallery, AssistantId, AssistantKey, AssistantSnapshot,
    AssistantView, Audience, FailureCode, Given, GroupId, Millis, Page, Parameters, Permission,
    UserId,
};
use tokio::sync::Semaphore;

pub(crate) use once::{called, for_one_question};

use crate::{
    Clock, Error, Ids,
    conversations::{TRASH_DAYS, restored},
    identity::Caller,
    mail::Language,
    store::{AssistantRow, Beginning, Db},
};

/// Assistants of others on a page.
const LISTED: u32 = 30;
/// Assistants that are offered at once where one is named in a question.
const OFFERED: usize = 6;
/// Assistants of a person.
const MOST: u32 = 100;
/// Pictures of assistants that are drawn at once: each takes as much memory as its pixels.
const DRAWN_AT_ONCE: usize = 2;
/// The longest words that are searched, in characters.
const LONGEST_WORDS: usize = 200;

/// What a new conversation is to be begun with, as it was asked for.
#[derive(Clone, Debug)]
pub struct BegunWith {
    /// Which assistant.
    pub key: AssistantKey,
    /// What stands for the variables of its instructions, in the order in which these are met first.
    pub values: Vec<String>,
    /// What stands for them by their names, where a question that one was put to may be older than the instructions. It goes before the
    /// values in their order.
    pub given: Vec<Given>,
}

/// The service. Cheap to clone.
#[derive(Clone)]
pub struct Assistants {
    db: Db,
    clock: Arc<dyn Clock>,
    ids: Ids,
    /// Pictures that are drawn at once.
    drawing: Arc<Semaphore>,
}

impl Assistants {
    pub(crate) fn new(db: Db, clock: Arc<dyn Clock>, ids: Ids) -> Self {
        Self {
            db,
            clock,
            ids,
            drawing: Arc::new(Semaphore::new(DRAWN_AT_ONCE)),
        }
    }

    /// All that the caller can choose from and that has these words in name or description; what others share, behind the cursor.
    #[tracing::instrument(name = "api.assistants.gallery", skip_all)]
    pub async fn gallery(
        &self,
        caller: &Caller,
        words: &str,
        after: Option<&str>,
        language: Language,
    ) -> Result<AssistantGallery, Error> {
        caller.require(Permission::ChatUse)?;
        let words: String = words.trim().chars().take(LONGEST_WORDS).collect();
        if words.contains('\0') {
            return Ok(AssistantGallery::default());
        }
        let before = match after {
            Some(id) => Some(id.parse().map_err(|_| Error::NotFound)?),
            None => None,
        };
        let user = caller.user();
        let own = self.db.own_assistants(user, &words, MOST).await?;
        let shared = self
            .db
            .shared_assistants(user, &words, before, LISTED + 1)
            .await?;
        Ok(AssistantGallery {
            own,
            shared: page(shared),
            built_in: built_in::cards(language, &words),
        })
    }

    /// The assistant, if the caller may use it.
    #[tracing::instrument(name = "api.assistants.find", skip_all)]
    pub async fn find(&self, caller: &Caller, key: &AssistantKey) -> Result<AssistantView, Error> {
        caller.require(Permission::ChatUse)?;
        let mut view = found(&self.db, caller, key).await?.ok_or(Error::NotFound)?;
        if !view.is_mine {
            view.assistant.application = None;
        }
        Ok(view)
    }

    /// One of the caller's own.
    #[tracing::instrument(name = "api.assistants.own", skip_all)]
    pub async fn own(&self, caller: &Caller, id: AssistantId) -> Result<AssistantView, Error> {
        let view = self.db.assistant(caller.user(), id).await?;
        view.filter(|view| view.is_mine).ok_or(Error::NotFound)
    }

    /// What `@letters` may mean: the caller's own first, then what others share, then those that everybody has. An application answers
    /// only where it was begun with, so `once` there is none among them.
    #[tracing::instrument(name = "api.assistants.offer", skip_all)]
    pub async fn offer(
        &self,
        caller: &Caller,
        letters: &str,
        language: Language,
        once: bool,
    ) -> Result<Vec<AssistantCard>, Error> {
        let gallery = self.gallery(caller, letters, None, language).await?;
        let all = gallery.own.into_iter().chain(gallery.shared.items);
        let letters = letters.trim().to_lowercase();
        let is_called = |card: &AssistantCard| {
            card.name.to_lowercase().contains(&letters) && !(once && card.is_application)
        };
        let named = all.chain(gallery.built_in).filter(is_called);
        Ok(named.take(OFFERED).collect())
    }

    /// The groups for which the caller can make one.
    #[tracing::instrument(name = "api.assistants.groups", skip_all)]
    pub async fn groups(&self, caller: &Caller) -> Result<Vec<(GroupId, String)>, Error> {
        let groups = self.db.groups_of(caller.user()).await?.into_iter();
        Ok(groups.map(|group| (group.id, group.name)).collect())
    }

    /// Keeps a new one.
    #[tracing::instrument(name = "api.assistants.create", skip_all)]
    pub async fn create(
        &self,
        caller: &Caller,
        assistant: &Assistant,
        audience: (Audience, Option<GroupId>),
    ) -> Result<AssistantId, Error> {
        self.may_keep(caller, assistant, audience).await?;
        let id = AssistantId::from_uuid(self.ids.next());
        let new = self.row(caller, id, assistant, audience);
        if self.db.create_assistant(&new, MOST).await? {
            Ok(id)
        } else {
            Err(Error::Refused(FailureCode::TooMany))
        }
    }

    /// Changes one of the caller's. Conversations that were begun with it stay as they are.
    #[tracing::instrument(name = "api.assistants.update", skip_all)]
    pub async fn update(
        &self,
        caller: &Caller,
        id: AssistantId,
        assistant: &Assistant,
        audience: (Audience, Option<GroupId>),
    ) -> Result<(), Error> {
        self.own(caller, id).await?;
        self.may_keep(caller, assistant, audience).await?;
        let changed = self.row(caller, id, assistant, audience);
        there(self.db.update_assistant(&changed).await?)
    }

    /// Deletes one of the caller's, also for who may not use it any more; [`Assistants::restore`] brings it back for 30 days, unless 100 are
    /// deleted after it. Conversations that were begun with it keep their copy.
    #[tracing::instrument(name = "api.assistants.delete", skip_all)]
    pub async fn delete(&self, caller: &Caller, id: AssistantId) -> Result<(), Error> {
        let now = self.clock.now();
        there(
            self.db
                .delete_assistant(caller.user(), id, now, MOST)
                .await?,
        )
    }

    /// Brings it back as it was, for whom it was. What is published again needs the permission again; refused while the caller has 100.
    #[tracing::instrument(name = "api.assistants.restore", skip_all)]
    pub async fn restore(&self, caller: &Caller, id: AssistantId) -> Result<(), Error> {
        caller.require(Permission::ChatUse)?;
        let was_published = self.db.was_published(caller.user(), id).await?;
        if was_published.ok_or(Error::NotFound)? {
            caller.require(Permission::AssistantsPublish)?;
        }
        restored(self.db.restore_assistant(caller.user(), id, MOST).await?)
    }

    /// Removes for good what was deleted long ago. How many.
    pub async fn purge(&self) -> Result<u64, Error> {
        let before = self.clock.now().plus(-TRASH_DAYS * Millis::DAY);
        Ok(self.db.purge_assistants(before).await?)
    }

    /// Everybody, and applications, are for those who may publish; a group is for its members.
    async fn may_keep(
        &self,
        caller: &Caller,
        assistant: &Assistant,
        (audience, group): (Audience, Option<GroupId>),
    ) -> Result<(), Error> {
        caller.require(Permission::ChatUse)?;
        if audience == Audience::Everybody || assistant.application.is_some() {
            caller.require(Permission::AssistantsPublish)?;
        }
        match (audience, group) {
            (Audience::Private | Audience::Everybody, None) => Ok(()),
            (Audience::Group, Some(group)) if self.db.is_in_group(caller.user(), group).await? => {
                Ok(())
            }
            _ => Err(Error::NotFound),
        }
    }

    fn row<'a>(
        &self,
        caller: &Caller,
        id: AssistantId,
        assistant: &'a Assistant,
        (audience, group): (Audience, Option<GroupId>),
    ) -> AssistantRow<'a> {
        AssistantRow {
            id,
            owner: caller.user(),
            assistant,
            audience,
            group,
            now: self.clock.now(),
        }
    }
}

/// The assistant, if the caller may use it.
async fn found(
    db: &Db,
    caller: &Caller,
    key: &AssistantKey,
) -> Result<Option<AssistantView>, Error> {
    found_by(db, caller.user(), key).await
}

/// The same for somebody who is not there.
async fn found_by(
    db: &Db,
    user: UserId,
    key: &AssistantKey,
) -> Result<Option<AssistantView>, Error> {
    match key {
        AssistantKey::Kept(id) => Ok(db.assistant(user, *id).await?),
        AssistantKey::BuiltIn(name) => Ok(built_in::named(name)),
    }
}

/// The copy with which the caller's new conversation begins, its variables filled in.
pub(crate) async fn beginning(
    db: &Db,
    caller: &Caller,
    begun: &BegunWith,
) -> Result<Beginning, Error> {
    let found = found(db, caller, &begun.key).await?;
    let view = found.ok_or(Error::Refused(FailureCode::AssistantGone))?;
    let assistant = view.assistant;
    let instructions = if begun.given.is_empty() {
        assistant.filled(&begun.values)
    } else {
        let values = assistant.in_order(&begun.given);
        values.and_then(|values| assistant.filled(&values))
    };
    let instructions = instructions.map_err(Error::Refused)?;
    Ok(Beginning {
        assistant: begun.key.id(),
        model: assistant.model,
        parameters: Parameters {
            instructions: String::new(),
            ..assistant.parameters
        },
        snapshot: AssistantSnapshot {
            name: assistant.name,
            emoji: assistant.emoji,
            instructions,
            tools: assistant.tools,
            application: assistant.application,
        },
    })
}

/// As many as a page has, of one more that were looked for.
fn page(mut items: Vec<AssistantCard>) -> Page<AssistantCard> {
    let more = items.len() > LISTED as usize;
    items.truncate(LISTED as usize);
    let last = items.last().filter(|_| more);
    let next = last.map(|last| last.key.to_string());
    Page { items, next }
}

fn there(is_there: bool) -> Result<(), Error> {
    if is_there {
        Ok(())
    } else {
        Err(Error::NotFound)
    }
}
