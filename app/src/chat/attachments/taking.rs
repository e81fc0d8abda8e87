//! Taking files: chosen, dropped and pasted ones go to the server at once, each by itself, while the question is still written.

use leptos::{ev, prelude::*, task::spawn_local};
use model::{
    Attachment, AttachmentKind, FileId, ModelChoice, ModelName, attachment::MOST_ATTACHMENTS,
};
use web_sys::{Blob, File};

use super::{
    Offered,
    item::{Happened, Item, Misfit, Refusal, State, kept_name, kind_of, pasted_name},
    reading::reads_it,
};
use crate::{
    api::files::{discard_file, load_document},
    browser::{
        tus::{self, Progress, Wanted},
        upload,
    },
};

/// A paste that is longer becomes a file, in characters.
const LONG_PASTE: usize = 8_000;

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

    /// Takes what is dropped on the page, as long as the part of the page that calls this is there.
    pub fn watch_drops(self) {
        if !self.offered.attaches {
            return;
        }
        Effect::new(move |_| {
            let over = window_event_listener(ev::dragover, move |event| {
                let data = event.data_transfer();
                if data.is_some_and(|data| upload::carries_files(&data)) {
                    event.prevent_default();
                    self.is_over.try_set(true);
                }
            });
            let left = window_event_listener(ev::dragleave, move |event| {
                // It goes from one element to the next all the time.
                if event.related_target().is_none() {
                    self.is_over.try_set(false);
                }
            });
            let dropped = window_event_listener(ev::drop, move |event| self.dropped(&event));
            on_cleanup(move || {
                over.remove();
                left.remove();
                dropped.remove();
            });
        });
    }

    /// Takes the files that were dropped.
    pub fn dropped(self, event: &ev::DragEvent) {
        self.is_over.try_set(false);
        if event.default_prevented() {
            // Another part of the page took them.
            return;
        }
        let files = event.data_transfer().as_ref().map(upload::files_of);
        if let Some(files) = files.filter(|files| !files.is_empty()) {
            event.prevent_default();
            self.add_all(files);
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

    /// Puts a long paste where one writes, after all.
    pub fn return_text(self, pasted: &str) {
        self.text.update(|text| append(text, pasted));
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

    /// Sends one on its way, or says why not.
    fn send(self, item: Item, blob: Blob) {
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

/// Puts what was pasted behind what is typed.
fn append(text: &mut String, pasted: &str) {
    if !text.is_empty() && !text.ends_with('\n') {
        text.push('\n');
    }
    text.push_str(pasted);
}

/// Asks what was read in a document.
fn learn(item: Item, file: FileId) {
    if item.kind == Some(AttachmentKind::Document) {
        spawn_local(async move {
            // What can't be told now is told when the question is sent.
            if let Ok(document) = load_document(file).await {
                item.document.try_set(Some(document));
            }
        });
    }
}
