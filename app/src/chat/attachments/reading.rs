//! What was read in documents, in words: how long they are, and how much of them is sent.

use model::{DocumentView, ModelChoice, attachment::is_read_as_it_is};

use super::taking::Attaching;
use crate::{browser::tus, language::Words, ui::figures::count, works::words::bytes};

/// So many characters of documents are worth a word before they are sent.
const MUCH: i64 = 20_000;

/// Whether the piece that is on its way is the last one.
pub(super) fn is_last(size: i64, share: f64) -> bool {
    #[expect(
        clippy::cast_precision_loss,
        reason = "no file has as many bytes as a number has places"
    )]
    let size = size as f64;
    (1.0 - share) * size <= tus::PIECE
}

/// Whether the model is given the document as it is.
pub(super) fn reads_it(model: &ModelChoice, document: &DocumentView) -> bool {
    model.reads_documents && is_read_as_it_is(&document.name)
}

/// How long a document is, and what of it is sent.
pub(super) fn read_in(words: &Words, document: &DocumentView, attaching: Attaching) -> String {
    let mut told = vec![bytes(document.bytes)];
    told.extend(document.pages.map(|pages| words.pages(pages)));
    if attaching
        .chosen()
        .is_some_and(|model| reads_it(&model, document))
    {
        told.push(words.attach_as_it_is.to_owned());
    } else if document.unread.is_some() {
        told.push(words.attach_no_text.to_owned());
    } else {
        told.push(words.attach_characters(&count(document.characters.into())));
        told.extend(words.blank_pages(document.blank_pages));
    }
    told.join(" · ")
}

/// How much text of documents will be sent, where that is much or too much for the model.
pub(super) fn much(words: &Words, attaching: Attaching) -> Option<String> {
    let all = attaching.characters();
    let ModelChoice {
        label, characters, ..
    } = attaching.chosen()?;
    if all < MUCH {
        return None;
    }
    let most = i64::from(characters);
    Some(if all > most {
        words.attach_too_long(&count(all), &label, &count(most))
    } else {
        words.attach_much(&count(all))
    })
}

impl Words {
    /// So many pages.
    pub fn pages(&self, pages: u32) -> String {
        match pages {
            1 => self.attach_one_page.to_owned(),
            pages => self.attach_pages(&count(pages.into())),
        }
    }

    /// So many pages without text, if there are some.
    pub fn blank_pages(&self, pages: u32) -> Option<String> {
        match pages {
            0 => None,
            1 => Some(self.attach_one_blank.to_owned()),
            pages => Some(self.attach_blank(&count(pages.into()))),
        }
    }
}
