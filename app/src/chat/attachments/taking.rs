//! Taking files: chosen, dropped and pasted ones go to the server at once, each by itself, while the question is still written.

mod dropping;
mod pasting;
mod sending;

use leptos::{prelude::*, task::spawn_local};
use model::{Attachment, AttachmentKind, FileId, ModelChoice, ModelName};
use web_sys::{Blob, File};

use self::sending::learn;
use super::{
    Offered,
    item::{Happened, Item, Misfit, State, kept_name, kind_of},
    reading::reads_it,
};
use crate::{api::files::discard_file, browser::upload};

/// The files beside a question that is being written.
#[derive(Clone, Copy)]
pub struct Attaching {
    pub(super) offered: Offered,
    pub(super) model: RwSignal<ModelName>,
    /// The model that is given them: the chosen one, or another one for this question alone.
    pub(super) asked: Signal<ModelName>,
    /// What is written beside them.
    text: RwSignal<String>,
    pub(super) items: RwSignal<Vec<Item>>,
    /// What happened last to which file, for those who don't see it.
    pub(super) last: RwSignal<Option<(String, Happened)>>,
    /// Files are held over the page.
    pub(super) is_over: RwSignal<bool>,
    next: StoredValue<u32>,
}

impl Attaching {
    /// None yet, beside what is written for that model.
    pub fn new(offered: Offered, model: RwSignal<ModelName>, text: RwSignal<String>) -> Self {
        Self {
            offered,
            model,
            asked: model.into(),
            text,
            items: RwSignal::new(Vec::new()),
            last: RwSignal::new(None),
            is_over: RwSignal::new(false),
            next: StoredValue::new(0),
        }
    }

    /// For that model, whichever is chosen.
    pub fn asking(self, asked: Signal<ModelName>) -> Self {
        Self { asked, ..self }
    }

    /// The model that is given them.
    pub fn asked(self) -> Signal<ModelName> {
        self.asked
    }

    /// Those that a question has already.
    pub fn beginning_with(self, attachments: &[Attachment]) -> Self {
        for attachment in attachments.iter().filter(|known| !known.is_gone) {
            let item = Item {
                key: self.key(),
                name: attachment.name.clone(),
                kind: attachment.kind(),
                bytes: attachment.bytes,
                state: ArcRwSignal::new(State::Kept(attachment.file)),
                document: ArcRwSignal::new(None),
                pasted: None,
            };
            self.push(item.clone());
            learn(item, attachment.file);
        }
        self
    }

    /// What is there, in order.
    pub fn files(self) -> Vec<FileId> {
        self.items
            .with(|items| items.iter().filter_map(Item::file).collect())
    }

    /// The same, unless the page has gone.
    pub fn try_files(self) -> Option<Vec<FileId>> {
        self.items
            .try_with(|items| items.iter().filter_map(Item::file).collect())
    }

    /// Whether files are held over the page.
    pub fn is_over(self) -> bool {
        self.is_over.get()
    }

    /// Whether something is there or on its way.
    pub fn is_empty(self) -> bool {
        self.items.with(Vec::is_empty)
    }

    /// Whether pictures, sound or video are among them.
    pub fn has_media(self) -> bool {
        let is_medium = |item: &Item| item.kind.is_some_and(AttachmentKind::is_medium);
        self.items.with(|items| {
            items
                .iter()
                .any(|item| is_medium(item) && !item.is_refused())
        })
    }

    /// How many bytes of text are among them.
    pub fn text_bytes(self) -> i64 {
        let is_text = |item: &&Item| item.kind == Some(AttachmentKind::Text) && !item.is_refused();
        self.items
            .with(|items| items.iter().filter(is_text).map(|item| item.bytes).sum())
    }

    /// Whether something is still on its way.
    pub fn is_busy(self) -> bool {
        let is_going = |item: &Item| item.file().is_none() && !item.is_refused();
        self.items.with(|items| items.iter().any(is_going))
    }

    /// Whether each of them is there, and the page that shows them.
    pub fn are_kept(self) -> bool {
        let is_kept = |item: &Item| untrack(|| item.file().is_some());
        self.items
            .try_with_untracked(|items| items.iter().all(is_kept))
            == Some(true)
    }

    /// Why what is there can't be sent as it is.
    pub fn misfit(self) -> Option<Misfit> {
        if self.items.with(|items| items.iter().any(Item::is_refused)) {
            return Some(Misfit::Refused);
        }
        let has = |kind| {
            self.items.with(|items| {
                items
                    .iter()
                    .any(|item| item.kind == Some(kind) && !item.is_refused())
            })
        };
        let media = [
            AttachmentKind::Image,
            AttachmentKind::Audio,
            AttachmentKind::Video,
        ];
        let mut there = media.into_iter().filter(|kind| has(*kind));
        let medium = there.next();
        if there.next().is_some() {
            return Some(Misfit::Mixed);
        }
        let model = self.chosen()?;
        if let Some(kind) = medium.filter(|kind| !model.takes(*kind)) {
            return Some(Misfit::Model(kind));
        }
        let unread = |item: &Item| {
            let document = item.document.get()?;
            document.unread.filter(|_| !reads_it(&model, &document))
        };
        let unread = self.items.with(|items| items.iter().find_map(unread));
        unread.map(Misfit::Unread)
    }

    /// The model that is given them, if it is on offer.
    pub(super) fn chosen(self) -> Option<ModelChoice> {
        self.asked.with(|name| self.offered.find(name))
    }

    /// Characters of all documents of which the chosen model is given the text.
    pub fn characters(self) -> i64 {
        let of = |item: &Item| {
            let document = item.document.get();
            let document = document.filter(|document| {
                let model = self.chosen();
                !model.is_some_and(|model| reads_it(&model, document))
            });
            document.map_or(0, |document| i64::from(document.characters))
        };
        self.items.with(|items| items.iter().map(of).sum())
    }

    /// Takes all away, to be sent.
    pub fn take(self) -> Vec<Item> {
        self.items.try_update(std::mem::take).unwrap_or_default()
    }

    /// Goes on without those that are not taken.
    pub(super) fn leave_out(self) {
        self.items
            .update(|items| items.retain(|item| !untrack(|| item.is_refused())));
    }

    /// Gives up what was added: what no question has is deleted.
    pub fn abandon(self) {
        let files: Vec<FileId> = self.take().iter().filter_map(Item::file).collect();
        spawn_local(async move {
            for file in files {
                // What can't be deleted now stays among one's files.
                let _gone = discard_file(file).await;
            }
        });
    }

    /// Puts back what could not be sent, before what was added meanwhile.
    pub fn put_back(self, items: Vec<Item>) {
        self.items.try_update(|present| {
            present.splice(0..0, items);
        });
    }

    /// Takes files in, in their order.
    pub fn add_all(self, files: Vec<File>) {
        for file in files {
            let name = file.name();
            self.add(file, name);
        }
    }

    /// Takes one away. What only this question had is deleted.
    pub fn remove(self, key: u32) {
        let removed = self.items.try_update(|items| {
            let place = items.iter().position(|item| item.key == key);
            place.map(|place| items.remove(place))
        });
        let Some(Some(item)) = removed else { return };
        self.last.set(Some((item.name.clone(), Happened::Removed)));
        if let Some(file) = item.file() {
            // What can't be deleted now stays among one's files.
            spawn_local(async move {
                let _gone = discard_file(file).await;
            });
        }
    }

    fn add(self, file: File, name: String) {
        let kind = kind_of(&name, &file.type_());
        let item = self.item(kept_name(&name), kind, file.size());
        let blob = if kind == Some(AttachmentKind::Text) {
            upload::as_text(&file)
        } else {
            Some(Blob::from(file))
        };
        if let Some(blob) = blob {
            self.send(item, blob);
        }
    }

    #[expect(
        clippy::cast_possible_truncation,
        reason = "a file's size is a whole number below 2^53"
    )]
    fn item(self, name: String, kind: Option<AttachmentKind>, bytes: f64) -> Item {
        Item {
            key: self.key(),
            name,
            kind,
            bytes: bytes as i64,
            state: ArcRwSignal::new(State::Sending(0.0)),
            document: ArcRwSignal::new(None),
            pasted: None,
        }
    }

    fn push(self, item: Item) {
        self.items.update(|items| items.push(item));
    }

    fn key(self) -> u32 {
        let next = self.next.try_update_value(|next| {
            *next += 1;
            *next
        });
        next.unwrap_or_default()
    }
}
