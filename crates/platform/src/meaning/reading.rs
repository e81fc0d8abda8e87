//! Reading what was made or changed.

use std::{collections::HashMap, time::Duration};

use model::{Permission, TranscriptId, UserId, WorkId};
use tokio_util::sync::CancellationToken;

use super::{
    Meanings,
    asking::AskError,
    passages::{beginning, passages},
};
use crate::{
    Error,
    identity::token::sha256_hex,
    store::{Due, NewPassage, Unread},
};

/// Texts that a model takes at once ("Embeddings").
const AT_ONCE: usize = 10;
/// So long a process has for what it took; another one takes it after that.
const LEASE_MS: i64 = 120_000;
/// How often it is looked for what is due.
const LOOK: Duration = Duration::from_secs(2);
/// The first wait after a failure; each further one is twice as long.
const WAIT_MS: i64 = 60_000;
/// The longest.
const LONGEST_WAIT_MS: i64 = 6 * 60 * 60 * 1000;

impl Meanings {
    /// Reads what is due until `closing`.
    pub async fn run(&self, closing: CancellationToken) {
        let Some(model) = self.0.model.as_deref() else {
            return;
        };
        match self.0.db.reread_for(model).await {
            Ok(0) => {}
            Ok(things) => tracing::info!(things, "are read anew, by another model than before"),
            Err(error) => tracing::warn!(
                error = &error as &dyn std::error::Error,
                "what another model has read stays hidden until the next start"
            ),
        }
        let reading = async {
            loop {
                let read = self.read_some(model).await;
                if let Err(error) = &read {
                    tracing::warn!(
                        error = error as &dyn std::error::Error,
                        "reading for the search failed"
                    );
                }
                if !matches!(read, Ok(true)) {
                    tokio::time::sleep(LOOK).await;
                }
            }
        };
        closing.run_until_cancelled(reading).await;
    }

    /// Reads some things of one person. Whether there were any.
    #[tracing::instrument(name = "job.read", level = "debug", skip_all)]
    pub(super) async fn read_some(&self, model: &str) -> Result<bool, Error> {
        let inner = &*self.0;
        let now = inner.clock.now();
        let most = u32::try_from(AT_ONCE).unwrap_or(1);
        let taken = inner.db.take_unread(now, now.plus(LEASE_MS), most).await?;
        let Some((owner, all)) = taken else {
            return Ok(false);
        };
        let may = inner.db.may_still(owner, Permission::MediaUse).await?;
        let allowance = inner.db.allowance(owner).await?;
        if !may || !allowance.allows(model) {
            for due in &all {
                inner.db.read_later(due, now.plus(LONGEST_WAIT_MS)).await?;
            }
            return Ok(true);
        }
        let mut works = Vec::new();
        for due in all {
            match due.thing {
                Unread::Work(id) => works.push((due, id)),
                Unread::Transcript(id) => self.read_transcript(model, owner, &due, id).await?,
            }
        }
        self.read_works(model, owner, works).await?;
        Ok(true)
    }

    async fn read_works(
        &self,
        model: &str,
        owner: UserId,
        works: Vec<(Due, WorkId)>,
    ) -> Result<(), Error> {
        let db = &self.0.db;
        let mut texts = Vec::new();
        for (due, id) in works {
            let work = db.work(owner, id).await?;
            match work.and_then(|work| beginning(&work.prompt)) {
                Some(text) => texts.push(((due, id), text)),
                // It is gone, or there is nothing to read.
                None => db.read_done(&due).await?,
            }
        }
        for ((due, id), read) in self.read_texts(model, owner, texts).await? {
            match read {
                Read::Vector(vector) => {
                    db.keep_work_vector(owner, id, model, &vector).await?;
                    db.read_done(&due).await?;
                }
                Read::Never => db.read_done(&due).await?,
                Read::Later => self.later(&due).await?,
            }
        }
        Ok(())
    }

    /// Reads the passages of a transcript that are new or have changed.
    async fn read_transcript(
        &self,
        model: &str,
        owner: UserId,
        due: &Due,
        id: TranscriptId,
    ) -> Result<(), Error> {
        let db = &self.0.db;
        let Some(kept) = db.transcript(owner, id).await? else {
            return Ok(db.read_done(due).await?);
        };
        let sentences = db.sentences(owner, id, "").await?;
        let all = passages(&kept.title, &kept.notes.summary, &sentences);
        let known = db.passages_of(owner, id, model).await?;
        let known: HashMap<u32, String> = known.into_iter().collect();
        let mut texts = Vec::new();
        let mut count = 0;
        for (part, passage) in (0_u32..).zip(all) {
            let hash = sha256_hex(passage.text.as_bytes());
            if known.get(&part) != Some(&hash) {
                texts.push(((part, passage.sentence, hash), passage.text));
            }
            count = part + 1;
        }
        db.drop_passages(owner, id, (count, u32::MAX)).await?;
        while !texts.is_empty() {
            let some: Vec<_> = texts.drain(..texts.len().min(AT_ONCE)).collect();
            for ((part, sentence, text_hash), read) in self.read_texts(model, owner, some).await? {
                match read {
                    Read::Vector(vector) => {
                        let passage = NewPassage {
                            part,
                            sentence,
                            text_hash: &text_hash,
                            vector: &vector,
                        };
                        db.keep_passage(owner, id, model, &passage).await?;
                    }
                    // What was known is about another text.
                    Read::Never => db.drop_passages(owner, id, (part, part)).await?,
                    Read::Later => return self.later(due).await,
                }
            }
        }
        Ok(db.read_done(due).await?)
    }

    /// Each text with what came of it. When they are refused together, each is asked for alone, so that one does not keep the others
    /// from being found.
    async fn read_texts<T>(
        &self,
        model: &str,
        owner: UserId,
        texts: Vec<(T, String)>,
    ) -> Result<Vec<(T, Read)>, Error> {
        let mut read = Vec::with_capacity(texts.len());
        let mut groups = vec![texts];
        while let Some(group) = groups.pop() {
            if group.is_empty() {
                continue;
            }
            let (things, texts): (Vec<T>, Vec<String>) = group.into_iter().unzip();
            match self.vectors(model, owner, &texts, String::new()).await {
                Ok(vectors) => {
                    let vectors = vectors.into_iter().map(Read::Vector);
                    read.extend(things.into_iter().zip(vectors));
                }
                Err(AskError::Store(error)) => return Err(error.into()),
                Err(AskError::Text(_)) if texts.len() > 1 => {
                    groups.extend(things.into_iter().zip(texts).map(|one| vec![one]));
                }
                Err(error) => {
                    tracing::debug!(
                        error = &error as &dyn std::error::Error,
                        "something was not read for the search"
                    );
                    let is_text = matches!(error, AskError::Text(_));
                    let outcome = || if is_text { Read::Never } else { Read::Later };
                    read.extend(things.into_iter().map(|thing| (thing, outcome())));
                }
            }
        }
        Ok(read)
    }

    async fn later(&self, due: &Due) -> Result<(), Error> {
        let doublings = u32::try_from((due.attempts - 1).clamp(0, 16)).unwrap_or(0);
        let wait = (WAIT_MS << doublings).min(LONGEST_WAIT_MS);
        let at = self.0.clock.now().plus(wait);
        Ok(self.0.db.read_later(due, at).await?)
    }
}

/// What came of a text.
enum Read {
    /// Its vector.
    Vector(Vec<u8>),
    /// The model will not read it.
    Never,
    /// Another time.
    Later,
}
