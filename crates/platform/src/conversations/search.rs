//! Finding one's own conversations again, by their titles and by what was said.

use std::ops::Range;

use model::{FoundMessage, Page, SearchHit, SearchResults, UserId};

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

/// Where a page ends: among the titles, or among the messages behind them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    Titles(i64),
    Texts(i64),
}

impl Place {
    const BEGINNING: Self = Self::Titles(i64::MAX);

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
    /// the given cursor. What is in the trash is not found.
    #[tracing::instrument(name = "api.conversations.search", skip_all)]
    pub async fn search(
        &self,
        caller: &Caller,
        typed: &str,
        after: Option<&str>,
    ) -> Result<SearchResults, Error> {
        let mut place = after.map_or(Ok(Place::BEGINNING), Place::parse)?;
        let Some(sought) = Sought::parse(typed) else {
            return Ok(SearchResults {
                is_blank: true,
                ..SearchResults::default()
            });
        };
        let mut hits = Vec::new();
        let mut next = None;
        for reading in 0..READINGS {
            let candidates = self.candidates(caller.user(), &sought, place).await?;
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
        })
    }

    /// Makes some of what was written before there was a search found. Whether something is left.
    pub async fn take_in(&self) -> Result<bool, Error> {
        Ok(self.db.backfill_search(TAKEN_IN).await?)
    }

    async fn candidates(
        &self,
        owner: UserId,
        sought: &Sought,
        place: Place,
    ) -> Result<Vec<Candidate>, Error> {
        Ok(match place {
            Place::Titles(before) => {
                let titles = self.db.titles_with(owner, sought, before, READ).await?;
                titles.into_iter().map(Candidate::Title).collect()
            }
            Place::Texts(before) => {
                let texts = self.db.texts_with(owner, sought, before, READ).await?;
                texts.into_iter().map(Candidate::Text).collect()
            }
        })
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
