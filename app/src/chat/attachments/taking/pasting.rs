//! What is pasted: files as they are, and a long text as a file that can become text again.

use leptos::{ev, prelude::*};
use model::AttachmentKind;

use super::Attaching;
use crate::{
    browser::upload,
    chat::attachments::item::{Item, pasted_name},
};

/// A paste that is longer becomes a file, in characters.
const LONG_PASTE: usize = 8_000;

impl Attaching {
    /// Takes what is pasted, where it is files or a long text. What is short goes where one writes.
    pub fn paste(self, event: &ev::ClipboardEvent) {
        let Some(data) = event.clipboard_data().filter(|_| self.offered.attaches) else {
            return;
        };
        let text = data.get_data("text/plain").unwrap_or_default();
        let files = upload::files_of(&data);
        // Beside a text, a picture is only how that text looks.
        if text.is_empty() && !files.is_empty() {
            event.prevent_default();
            for file in files {
                let name = pasted_name(&file.name());
                self.add(file, name);
            }
        } else if text.chars().count() > LONG_PASTE {
            event.prevent_default();
            self.add_text(&text);
        }
    }

    fn add_text(self, text: &str) {
        let Some(blob) = upload::text_blob(text) else {
            return;
        };
        let item = self.item(
            pasted_name("text.txt"),
            Some(AttachmentKind::Text),
            blob.size(),
        );
        let item = Item {
            pasted: Some(text.into()),
            ..item
        };
        self.send(item, blob);
    }

    /// What is typed, with what was pasted and is no file yet: nobody but this page has it.
    pub fn with_pasted(self, mut text: String) -> String {
        self.items.try_with_untracked(|items| {
            let going = items
                .iter()
                .filter(|item| untrack(|| item.file().is_none()));
            for pasted in going.filter_map(|item| item.pasted.as_deref()) {
                append(&mut text, pasted);
            }
        });
        text
    }

    /// Puts a long paste where one writes, after all.
    pub fn return_text(self, pasted: &str) {
        self.text.update(|text| append(text, pasted));
    }
}

/// Puts what was pasted behind what is typed.
fn append(text: &mut String, pasted: &str) {
    if !text.is_empty() && !text.ends_with('\n') {
        text.push('\n');
    }
    text.push_str(pasted);
}
