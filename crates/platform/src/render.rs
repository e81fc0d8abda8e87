//! Where messages meet the Markdown renderer: off the async threads, under a scope that keeps one message's
//! footnotes from another's.

use markdown::LiveRenderer;
use model::{BlockChange, MessageId};

use crate::{Error, store::Rendered};

/// The renderer whose output is current.
pub(crate) const VERSION: i64 = markdown::VERSION as i64;

/// Renders a settled answer.
pub(crate) async fn whole(
    message: MessageId,
    reasoning: String,
    text: String,
) -> Result<Rendered, Error> {
    if reasoning.is_empty() && text.is_empty() {
        return Ok(Rendered::default());
    }
    let render = move || Rendered {
        blocks: markdown::render(&text, &scope(message, "")),
        reasoning: markdown::render(&reasoning, &scope(message, "r")),
    };
    Ok(tokio::task::spawn_blocking(render).await?)
}

/// Renders a settled text under that scope.
pub(crate) async fn under(scope: String, text: String) -> Result<Vec<String>, Error> {
    Ok(tokio::task::spawn_blocking(move || markdown::render(&text, &scope)).await?)
}

/// Renders texts that are settled, each under a scope of its own: the one that was given, and its place.
pub(crate) async fn each(
    texts: Vec<String>,
    scope: &'static str,
) -> Result<Vec<Vec<String>>, Error> {
    let render = move || {
        let each = texts.iter().enumerate();
        each.map(|(place, text)| markdown::render(text, &format!("{scope}{place}")))
            .collect()
    };
    Ok(tokio::task::spawn_blocking(render).await?)
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
