//! A file on its way to the server, or why it is not taken.

use leptos::{prelude::*, task::spawn_local};
use model::{AttachmentKind, FileId, attachment::MOST_ATTACHMENTS};
use web_sys::Blob;

use super::Attaching;
use crate::{
    api::files::{discard_file, load_document},
    browser::tus::{self, Progress, Wanted},
    chat::attachments::item::{Happened, Item, Refusal, State},
};

impl Attaching {
    /// Sends one on its way, or says why not.
    pub(super) fn send(self, item: Item, blob: Blob) {
        let refusal = self.refusal(&item);
        self.push(item.clone());
        if let Some(refusal) = refusal {
            self.refuse(&item, refusal);
            return;
        }
        spawn_local(async move {
            let key = item.key;
            let is_wanted = move || {
                let found = self
                    .items
                    .try_with_untracked(|items| items.iter().any(|item| item.key == key));
                found == Some(true)
            };
            let wanted = move || {
                if is_wanted() { Wanted::Yes } else { Wanted::No }
            };
            let size = blob.size().max(1.0);
            let state = item.state.clone();
            let tell = move |progress| {
                state.set(match progress {
                    Progress::Sent(bytes) => State::Sending(bytes / size),
                    Progress::Waiting => State::Waiting,
                });
            };
            match tus::upload(&blob, &item.name, wanted, tell).await {
                Ok(Some(file)) if is_wanted() => {
                    item.state.set(State::Kept(file));
                    learn(item.clone(), file);
                    let last = Some((item.name.clone(), Happened::Kept));
                    self.last.try_set(last);
                }
                Ok(Some(file)) => {
                    let _gone = discard_file(file).await;
                }
                Ok(None) => {}
                Err(error) => self.refuse(&item, Refusal::Told(error)),
            }
        });
    }

    fn refuse(self, item: &Item, refusal: Refusal) {
        let last = Happened::Refused(refusal.clone());
        item.state.set(State::Refused(refusal));
        self.last.try_set(Some((item.name.clone(), last)));
        let Some(pasted) = &item.pasted else { return };
        // A file could be attached once more; this text is nowhere else.
        let is_here = self
            .items
            .try_update(|items| items.retain(|other| other.key != item.key));
        if is_here.is_some() {
            self.return_text(pasted);
        }
    }

    fn refusal(self, item: &Item) -> Option<Refusal> {
        let Some(kind) = item.kind else {
            return Some(Refusal::Kind);
        };
        if item.bytes > kind.largest() {
            return Some(Refusal::Large(kind.largest()));
        }
        self.items.with_untracked(|items| {
            let taken = items.iter().filter(|item| !item.is_refused());
            let (mut count, mut together) = (0, item.bytes);
            for other in taken {
                count += 1;
                if other.kind.and_then(AttachmentKind::together) == kind.together() {
                    together += other.bytes;
                }
            }
            if count >= MOST_ATTACHMENTS {
                return Some(Refusal::Many);
            }
            let most = kind.together().filter(|most| together > *most);
            most.map(Refusal::Together)
        })
    }
}

/// Asks what was read in a document.
pub(super) fn learn(item: Item, file: FileId) {
    if item.kind == Some(AttachmentKind::Document) {
        spawn_local(async move {
            // What can't be told now is told when the question is sent.
            if let Ok(document) = load_document(file).await {
                item.document.try_set(Some(document));
            }
        });
    }
}
