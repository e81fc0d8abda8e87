//! Doing what a model called a tool for. What comes back is told to the model, also that it failed and why.

use std::time::Duration;

use model::{
    BuiltInTool, ImageWish, Narrowed, SearchHit, Speaker, SpeechWish, SubmissionId, Wish,
    invisible::is_hidden,
};

use super::{
    How, Occasion, Toolbox, Tools, addresses,
    arguments::{self, Arguments},
    calculate, date_time, page,
};
use crate::{Error, outside::OutsideError};

/// How long a tool may take.
const PATIENCE: Duration = Duration::from_mins(1);
/// The longest result, in characters.
const LONGEST: usize = 30_000;
/// Hits of a search that are told.
const HITS: usize = 10;
/// How far up a branch addresses are looked for, in messages.
const BRANCH: u32 = 200;

impl Tools {
    /// Calls a tool. `Err` says in words for the model why nothing came of it.
    #[tracing::instrument(name = "tool.call", skip_all, fields(tool.name = name))]
    pub(crate) async fn call(
        &self,
        toolbox: &Toolbox,
        occasion: Occasion<'_>,
        (name, written): (&str, &str),
    ) -> Result<String, String> {
        let done = tokio::time::timeout(PATIENCE, self.do_it(toolbox, occasion, name, written));
        let done = done
            .await
            .unwrap_or_else(|_| Err("It took too long.".to_owned()));
        done.map(|text| told(&text)).map_err(|wrong| told(&wrong))
    }

    async fn do_it(
        &self,
        toolbox: &Toolbox,
        occasion: Occasion<'_>,
        name: &str,
        written: &str,
    ) -> Result<String, String> {
        let tool = toolbox.find(name);
        let tool = tool.ok_or_else(|| "The tool is not available any more.".to_owned())?;
        match &tool.how {
            How::BuiltIn(tool) => {
                let arguments = Arguments::parse(*tool, written)?;
                self.built_in(occasion, arguments).await
            }
            How::Server {
                server,
                own_name,
                parameters,
                ..
            } => {
                let object = arguments::object(written)?;
                let object = arguments::required(object, parameters)?;
                self.on_server(*server, own_name, object).await
            }
        }
    }

    async fn built_in(
        &self,
        occasion: Occasion<'_>,
        arguments: Arguments,
    ) -> Result<String, String> {
        match arguments {
            Arguments::DateTime { time_zone } => {
                let zone = match time_zone {
                    Some(zone) => zone,
                    None => self.time_zone(occasion).await?,
                };
                date_time::told(self.0.clock.now(), &zone)
            }
            Arguments::Calculate { expression } => {
                let reckoned =
                    tokio::task::spawn_blocking(move || calculate::calculate(&expression));
                reckoned.await.map_err(|_| broken())?
            }
            Arguments::FetchPage { address } => self.fetch_page(occasion, &address).await,
            Arguments::SearchConversations { words } => self.search(occasion, &words).await,
            Arguments::DrawImage { prompt } => {
                self.make(occasion, BuiltInTool::DrawImage, prompt).await
            }
            Arguments::Speak { text } => self.make(occasion, BuiltInTool::Speak, text).await,
        }
    }

    async fn time_zone(&self, occasion: Occasion<'_>) -> Result<String, String> {
        let user = self.0.db.user(occasion.caller.user()).await;
        let user = user.map_err(|error| failed(&error.into()))?;
        let named = user.and_then(|user| user.time_zone);
        Ok(named.unwrap_or_else(|| self.0.time_zone.clone()))
    }

    async fn fetch_page(&self, occasion: Occasion<'_>, asked: &str) -> Result<String, String> {
        let branch = self.0.db.branch(
            occasion.caller.user(),
            occasion.conversation,
            occasion.message,
            BRANCH,
        );
        let branch = branch.await.map_err(|error| failed(&error.into()))?;
        let own = branch
            .iter()
            .filter(|message| message.speaker == Speaker::User);
        let texts: Vec<String> = own.map(crate::store::Message::text).collect();
        let address = addresses::written(asked, texts.iter().map(String::as_str));
        let address = address.ok_or_else(|| {
            "Only an address that the person wrote in this conversation can be read. Ask them for it.".to_owned()
        })?;
        let outside = self.0.outside.as_ref().ok_or_else(broken)?;
        let fetched = outside.fetch(address).await;
        let page = fetched.map_err(|error| {
            if let OutsideError::Connection(_) = &error {
                tracing::info!(
                    error = &error as &dyn std::error::Error,
                    "a page could not be read"
                );
            }
            format!("The page could not be read: {error}.")
        })?;
        let told = tokio::task::spawn_blocking(move || page::told(&page));
        told.await.map_err(|_| broken())
    }

    async fn search(&self, occasion: Occasion<'_>, words: &str) -> Result<String, String> {
        let everywhere = Narrowed::default();
        let conversations = &self.0.conversations;
        let found = conversations.search(occasion.caller, words, everywhere, None);
        let found = found.await.map_err(|error| failed(&error))?;
        let hits = found.hits.items.iter();
        // The question itself has the words too.
        let hits = hits.filter(|hit| hit.conversation != occasion.conversation);
        let lines: Vec<String> = hits.take(HITS).map(line).collect();
        Ok(if lines.is_empty() {
            "Nothing was found.".to_owned()
        } else {
            lines.join("\n\n")
        })
    }

    /// The call's own id is the submission's: what is done twice is one work.
    async fn make(
        &self,
        occasion: Occasion<'_>,
        tool: BuiltInTool,
        words: String,
    ) -> Result<String, String> {
        let works = &self.0.works;
        let offers = works.offers(occasion.caller).await;
        let offers = offers.map_err(|error| failed(&error))?;
        let (wish, what) = if tool == BuiltInTool::Speak {
            let model = offers.speech.into_iter().next();
            let wish = model.and_then(|model| {
                Some(Wish::Speech(SpeechWish {
                    voice: model.voices.first()?.name.clone(),
                    format: *model.formats.first()?,
                    model: model.name,
                    text: words,
                    speed: None,
                }))
            });
            (wish, "recording")
        } else {
            let mut models = offers.images.into_iter();
            let model = models.find(|model| model.from_words);
            let wish = model.map(|model| {
                Wish::Image(ImageWish {
                    size: model.sizes.first().copied(),
                    model: model.name,
                    prompt: words,
                    negative_prompt: String::new(),
                    count: 1,
                    seed: None,
                    prompt_extend: None,
                    style: None,
                    edit: None,
                })
            });
            (wish, "image")
        };
        let wish = wish.ok_or_else(|| "No model for that is offered here.".to_owned())?;
        let submission = SubmissionId::from_uuid(occasion.call.as_uuid());
        let made = works.make(occasion.caller, submission, &wish).await;
        made.map_err(|error| failed(&error))?;
        Ok(format!(
            "The {what} is being made: in a moment the person finds it beside your answer and in their library. You can't see or hear it."
        ))
    }
}

/// Bounded, without what a database does not take, and without what nobody can see.
fn told(text: &str) -> String {
    let mut characters = text.chars().filter(|&c| !is_hidden(c));
    let mut told: String = characters.by_ref().take(LONGEST).collect();
    if characters.next().is_some() {
        told.push_str("\n[The rest is left out]");
    }
    told
}

fn line(hit: &SearchHit) -> String {
    let joined = |pieces: &[model::Piece]| {
        let texts = pieces.iter().map(|piece| piece.text.as_str());
        texts.collect::<String>()
    };
    let when = crate::written::date(hit.at.get());
    let title = joined(&hit.title);
    match &hit.message {
        Some(message) => format!("{when} · {title}\n{}", joined(&message.passage)),
        None => format!("{when} · {title}"),
    }
}

/// What the person could be told too; what is behind a failure of ours stays in the log.
pub(super) fn failed(error: &Error) -> String {
    let code = error.code();
    if code.status() >= 500 {
        tracing::error!(error = error as &dyn std::error::Error, "a tool failed");
    }
    format!("It was not done: {}.", code.as_str())
}

pub(super) fn broken() -> String {
    tracing::error!("a tool can't be used");
    "It was not done: internal.".to_owned()
}
