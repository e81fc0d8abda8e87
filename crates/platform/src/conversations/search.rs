//! Finding one's own conversations again, by their titles and by what was said.

use std::ops::Range;

use model::{ConversationId, FoundMessage, Narrowed, Page, SearchHit, SearchResults, UserId};

use super::Conversations;
use crate::{
    Error,
    identity::Caller,
    search::{Sought, around, whole},
    store::{TextEntry, TitleEntry},
};

/// Hits a page.
const SHOWN: usize = 20;

/// Entries that are read from the index at once.
const READ: u32 = 50;

/// Readings a page at most: a page that found little in so many ends, and the next one goes on behind it.
const READINGS: u32 = 8;

/// Titles and texts that are taken in at once, of each.
const TAKEN_IN: u32 = 100;

/// What is looked through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Among {
    /// All of one's conversations, or some of them.
    Many(Narrowed),
    /// The messages of one.
    One(ConversationId),
}

/// Where a page ends: among the titles, or among the messages behind them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    Titles(i64),
    Texts(i64),
}

impl Place {
    /// Of one conversation, the title is known.
    const fn beginning(among: Among) -> Self {
        match among {
            Among::Many(_) => Self::Titles(i64::MAX),
            Among::One(_) => Self::Texts(i64::MAX),
        }
    }

    fn parse(cursor: &str) -> Result<Self, Error> {
        let (kind, number) = cursor.split_once('.').ok_or(Error::NotFound)?;
        let number = number.parse().map_err(|_| Error::NotFound)?;
        match kind {
            "t" => Ok(Self::Titles(number)),
            "m" => Ok(Self::Texts(number)),
            _ => Err(Error::NotFound),
        }
    }

    fn cursor(self) -> String {
        match self {
            Self::Titles(number) => format!("t.{number}"),
            Self::Texts(number) => format!("m.{number}"),
        }
    }

    /// The same kind, from there on.
    const fn at(self, number: i64) -> Self {
        match self {
            Self::Titles(_) => Self::Titles(number),
            Self::Texts(_) => Self::Texts(number),
        }
    }

    /// What is behind all of this kind.
    const fn behind(self) -> Option<Self> {
        match self {
            Self::Titles(_) => Some(Self::Texts(i64::MAX)),
            Self::Texts(_) => None,
        }
    }
}

impl Conversations {
    /// The caller's conversations whose titles have all words that were typed, newest first, and then their messages; a page after
    /// the given cursor. What is in the trash is not found. In a folder, or with a tag, that is not the caller's there is nothing.
    #[tracing::instrument(name = "api.conversations.search", skip_all)]
    pub async fn search(
        &self,
        caller: &Caller,
        typed: &str,
        narrowed: Narrowed,
        after: Option<&str>,
    ) -> Result<SearchResults, Error> {
        let among = Among::Many(narrowed);
        self.look(caller.user(), among, typed, after).await
    }

    /// The messages of one of the caller's conversations, of all its branches, that have all words that were typed, newest first; a page
    /// after the given cursor.
    #[tracing::instrument(name = "api.conversations.find", skip_all, fields(conversation.id = %id))]
    pub async fn find(
        &self,
        caller: &Caller,
        id: ConversationId,
        typed: &str,
        after: Option<&str>,
    ) -> Result<SearchResults, Error> {
        let conversation = self.db.conversation(caller.user(), id).await?;
        // What is temporary is in no index.
        let conversation = conversation.filter(|it| !it.temporary);
        let title = conversation.ok_or(Error::NotFound)?.title;
        let among = Among::One(id);
        let results = self.look(caller.user(), among, typed, after).await?;
        Ok(SearchResults {
            within: Some(title),
            ..results
        })
    }

    /// Looks for what was typed.
    async fn look(
        &self,
        owner: UserId,
        among: Among,
        typed: &str,
        after: Option<&str>,
    ) -> Result<SearchResults, Error> {
        let mut place = after.map_or(Ok(Place::beginning(among)), Place::parse)?;
        let Some(sought) = Sought::parse(typed) else {
            return Ok(SearchResults {
                is_blank: true,
                ..SearchResults::default()
            });
        };
        let mut hits = Vec::new();
        let mut next = None;
        for reading in 0..READINGS {
            let candidates = self.candidates(owner, among, &sought, place).await?;
            let is_last = candidates.len() < READ as usize;
            for candidate in candidates {
                if hits.len() == SHOWN {
                    next = Some(place);
                    break;
                }
                place = place.at(candidate.number());
                hits.extend(candidate.hit(&sought));
            }
            if next.is_some() {
                break;
            }
            match place.behind().filter(|_| is_last) {
                Some(behind) => place = behind,
                None if is_last => break,
                None => {}
            }
            if reading + 1 == READINGS {
                next = Some(place);
            }
        }
        Ok(SearchResults {
            hits: Page {
                items: hits,
                next: next.map(Place::cursor),
            },
            is_blank: false,
            is_indexing: self.db.is_search_incomplete().await?,
            within: None,
        })
    }

    /// Makes some of what was written before there was a search found. Whether something is left.
    pub async fn take_in(&self) -> Result<bool, Error> {
        Ok(self.db.backfill_search(TAKEN_IN).await?)
    }

    async fn candidates(
        &self,
        owner: UserId,
        among: Among,
        sought: &Sought,
        place: Place,
    ) -> Result<Vec<Candidate>, Error> {
        let db = &self.db;
        let texts = match (place, among) {
            (Place::Titles(before), Among::Many(narrowed)) => {
                let titles = db
                    .titles_with(owner, sought, narrowed, before, READ)
                    .await?;
                return Ok(titles.into_iter().map(Candidate::Title).collect());
            }
            // No page of one conversation ends there.
            (Place::Titles(_), Among::One(_)) => return Err(Error::NotFound),
            (Place::Texts(before), Among::Many(narrowed)) => {
                db.texts_with(owner, sought, narrowed, before, READ).await?
            }
            (Place::Texts(before), Among::One(id)) => {
                db.texts_within(owner, id, sought, before, READ).await?
            }
        };
        Ok(texts.into_iter().map(Candidate::Text).collect())
    }
}

/// What the index believes to have the words.
enum Candidate {
    Title(TitleEntry),
    Text(TextEntry),
}

impl Candidate {
    const fn number(&self) -> i64 {
        match self {
            Self::Title(title) => title.number,
            Self::Text(text) => text.title.number,
        }
    }

    /// What is shown of it, if it has them.
    fn hit(self, sought: &Sought) -> Option<SearchHit> {
        match self {
            Self::Title(title) => {
                let marks = sought.marks(&title.title)?;
                Some(hit(&title, &marks, None))
            }
            Self::Text(text) => {
                let message = FoundMessage {
                    id: text.message,
                    speaker: text.speaker,
                    passage: around(&text.text, &sought.marks(&text.text)?),
                };
                Some(hit(&text.title, &[], Some(message)))
            }
        }
    }
}

fn hit(entry: &TitleEntry, marks: &[Range<usize>], message: Option<FoundMessage>) -> SearchHit {
    SearchHit {
        conversation: entry.conversation,
        title: whole(&entry.title, marks),
        archived: entry.archived,
        at: entry.at,
        message,
    }
}
