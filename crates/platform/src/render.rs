//! Where messages meet the Markdown renderer: off the async threads, under a scope that keeps one message's
//! footnotes from another's.

use markdown::LiveRenderer;
use model::{BlockChange, MessageId};

use crate::{
    Error,
    store::{Rendered, Source},
};

/// The renderer whose output is current.
pub(crate) const VERSION: i64 = markdown::VERSION as i64;

/// Renders a settled answer, with links to its sources.
pub(crate) async fn whole(
    message: MessageId,
    reasoning: String,
    text: String,
    sources: &[Source],
) -> Result<Rendered, Error> {
    if reasoning.is_empty() && text.is_empty() {
        return Ok(Rendered::default());
    }
    let sources = cited(sources);
    let render = move || Rendered {
        blocks: markdown::render_citing(&text, &scope(message, ""), sources),
        reasoning: markdown::render(&reasoning, &scope(message, "r")),
    };
    Ok(tokio::task::spawn_blocking(render).await?)
}

/// Renders a settled text under that scope, with links to its sources.
pub(crate) async fn under(
    scope: String,
    text: String,
    sources: &[Source],
) -> Result<Vec<String>, Error> {
    let sources = cited(sources);
    let render = move || markdown::render_citing(&text, &scope, sources);
    Ok(tokio::task::spawn_blocking(render).await?)
}

fn cited(sources: &[Source]) -> Vec<markdown::Source> {
    let cited = sources.iter().map(|source| markdown::Source {
        number: source.number,
        title: source.title.clone(),
        address: source.url.clone(),
        site: source.site.clone(),
    });
    cited.collect()
}

/// The two texts of an answer as they grow.
pub(crate) struct Growing {
    text: LiveRenderer,
    reasoning: LiveRenderer,
}

/// What one step changed.
#[derive(Debug, Default)]
pub(crate) struct Changes {
    pub(crate) blocks: Vec<BlockChange>,
    pub(crate) reasoning: Vec<BlockChange>,
}

impl Growing {
    pub(crate) fn new(message: MessageId) -> Self {
        Self {
            text: LiveRenderer::new(&scope(message, "")),
            reasoning: LiveRenderer::new(&scope(message, "r")),
        }
    }

    /// Tells what the numbers in the answer stand for; their list comes when it closes.
    pub(crate) fn cite(&mut self, sources: &[Source]) {
        self.text.cite(cited(sources));
    }

    /// Adds to both texts and says what that changed.
    pub(crate) fn grow(&mut self, reasoning: &str, text: &str) -> Changes {
        let step = |renderer: &mut LiveRenderer, delta: &str| {
            if delta.is_empty() {
                return Vec::new();
            }
            renderer.push(delta);
            renderer.update().into_iter().map(change).collect()
        };
        Changes {
            reasoning: step(&mut self.reasoning, reasoning),
            blocks: step(&mut self.text, text),
        }
    }

    /// Closes both texts and says what that changed.
    pub(crate) fn finish(&mut self) -> Changes {
        Changes {
            reasoning: self.reasoning.finish().into_iter().map(change).collect(),
            blocks: self.text.finish().into_iter().map(change).collect(),
        }
    }

    /// How many blocks the answer has.
    pub(crate) fn blocks(&self) -> u32 {
        u32::try_from(self.text.blocks().len()).unwrap_or(u32::MAX)
    }

    /// Both texts as they are.
    pub(crate) fn rendered(&self) -> Rendered {
        Rendered {
            blocks: self.text.blocks().to_vec(),
            reasoning: self.reasoning.blocks().to_vec(),
        }
    }
}

fn change(change: markdown::BlockChange) -> BlockChange {
    BlockChange {
        index: change.index,
        keep: change.keep,
        html: change.html,
    }
}

/// Short, and different for each text on a page: the random end of the id.
fn scope(message: MessageId, suffix: &str) -> String {
    let id = message.as_uuid().simple().to_string();
    format!("{}{suffix}", &id[20..])
}

#[cfg(test)]
mod tests {
    /// LM-03: what is marked in answers is what is marked in questions and left out of titles and copies.
    #[test]
    fn page_and_renderer_agree_on_what_is_hidden() {
        for c in '\0'..=char::MAX {
            let number = u32::from(c);
            assert_eq!(
                markdown::is_hidden(c),
                model::invisible::is_hidden(c),
                "{number:x}"
            );
        }
    }
}
