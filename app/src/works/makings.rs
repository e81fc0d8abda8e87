//! The makings of a page: as the server drew them, and as they change.

use leptos::{prelude::*, task::spawn_local};
use model::{FailureCode, JobId, JobKind, Making, Millis, Page, WorkId, WorkView};

use crate::{
    api::works::{cancel_making, forget_making, load_making, more_makings},
    browser::{
        self,
        events::{self, Watcher},
    },
    error::AppError,
};

/// What is taken off the page alone, as a form says it.
pub const ALONE: &str = "";
/// What is taken off it with its works.
pub const WITH_WORKS: &str = "1";

/// One of them. It lives as long as somebody shows it.
#[derive(Clone, Debug)]
pub struct OpenMaking {
    /// Its id.
    pub id: JobId,
    /// How it stands.
    pub making: ArcRwSignal<Making>,
}

impl OpenMaking {
    fn new(making: Making) -> Self {
        Self {
            id: making.id,
            making: ArcRwSignal::new(making),
        }
    }
}

/// All that the page shows.
#[derive(Clone, Copy, Debug)]
pub struct Makings {
    /// What is made.
    pub kind: JobKind,
    /// Newest first.
    pub list: RwSignal<Vec<OpenMaking>>,
    /// Older ones are after this cursor.
    pub next: RwSignal<Option<String>>,
    /// The connection to the server is lost.
    pub is_offline: RwSignal<bool>,
    /// What went wrong last with what was done to one of them.
    pub problem: RwSignal<Option<AppError>>,
    /// When something was deleted last.
    pub deleted: RwSignal<Option<Millis>>,
    /// Of what it was.
    deleted_of: StoredValue<Option<JobId>>,
    /// The time of the last change that was seen.
    seen: StoredValue<Option<i64>>,
    /// How far the server's clock is behind the browser's, in milliseconds.
    lag: StoredValue<f64>,
}

impl Makings {
    /// As the server drew them.
    pub fn new(kind: JobKind, page: Page<Making>) -> Self {
        let times = page.items.iter().flat_map(|making| {
            [Some(making.created_at), making.ended_at]
                .into_iter()
                .flatten()
        });
        let seen = times.map(Millis::get).max();
        Self {
            kind,
            list: RwSignal::new(page.items.into_iter().map(OpenMaking::new).collect()),
            next: RwSignal::new(page.next),
            is_offline: RwSignal::new(false),
            problem: RwSignal::new(None),
            deleted: RwSignal::new(None),
            deleted_of: StoredValue::new(None),
            seen: StoredValue::new(seen),
            lag: StoredValue::new(0.0),
        }
    }

    /// Follows what becomes of them while the page stands.
    pub fn watch(self) {
        events::watch(self);
    }

    /// The browser's time by the server's clock.
    pub fn now_ms(self) -> f64 {
        browser::now_ms() - self.lag.try_get_value().unwrap_or(0.0)
    }

    /// Shows one that was just wished for.
    pub fn begin(self, making: Making) {
        #[expect(
            clippy::cast_precision_loss,
            reason = "milliseconds since 1970 fit for ages"
        )]
        let lag = browser::now_ms() - making.created_at.get() as f64;
        self.lag.try_set_value(lag);
        // The stream may have told of it first, and knows more.
        if self.find(making.id).is_none() {
            self.insert(making);
        }
    }

    /// Takes in what the server tells.
    pub fn take(self, making: Making) {
        if making.wish.kind() != self.kind {
            return;
        }
        match self.find(making.id) {
            Some(known) => known.making.set(making),
            None => self.insert(making),
        }
    }

    fn find(self, id: JobId) -> Option<OpenMaking> {
        self.list
            .try_with_untracked(|list| list.iter().find(|known| known.id == id).cloned())?
    }

    fn insert(self, making: Making) {
        self.list.try_update(|list| {
            let newer = |known: &OpenMaking| {
                known.making.with_untracked(|known| known.created_at) > making.created_at
            };
            let place = list.iter().take_while(|known| newer(known)).count();
            list.insert(place, OpenMaking::new(making));
        });
    }

    /// Whether any of them goes on.
    pub fn is_busy(self) -> Signal<bool> {
        let busy = Memo::new(move |_| {
            self.list.with(|list| {
                let goes_on =
                    |open: &OpenMaking| !open.making.with(|making| making.state.is_final());
                // Every one is asked, so that every one is heard.
                list.iter().filter(|open| goes_on(open)).count() > 0
            })
        });
        busy.into()
    }

    /// Everything that was made, in the order in which it is shown.
    pub fn works(self) -> Signal<Vec<WorkView>> {
        Signal::derive(move || {
            let works = |open: &OpenMaking| open.making.with(|making| making.works.clone());
            self.list.with(|list| list.iter().flat_map(works).collect())
        })
    }

    /// Loads older ones.
    pub fn more(self) {
        let Some(after) = self.next.get_untracked() else {
            return;
        };
        spawn_local(async move {
            match more_makings(self.kind.as_str().to_owned(), after).await {
                Ok(page) => {
                    self.next.try_set(page.next);
                    for making in page.items {
                        if self.find(making.id).is_none() {
                            self.insert(making);
                        }
                    }
                }
                Err(error) => self.fail(error),
            }
        });
    }

    /// Asks one to stop.
    pub fn cancel(self, id: JobId) {
        if let Some(open) = self.find(id) {
            open.making.update(|making| making.cancel_asked = true);
        }
        spawn_local(async move {
            if let Err(error) = cancel_making(id.to_string()).await {
                if let Some(open) = self.find(id) {
                    open.making.update(|making| making.cancel_asked = false);
                }
                self.fail(error);
            }
        });
    }

    /// Takes one off the page, [`ALONE`] or [`WITH_WORKS`].
    pub fn remove(self, id: JobId, works: &'static str) {
        spawn_local(async move {
            match forget_making(id.to_string(), works.to_owned()).await {
                Ok(at) => {
                    self.off(id);
                    self.tell(Some(id), Some(at));
                }
                // It was taken off elsewhere, or the button was pressed twice.
                Err(error) if error.code == FailureCode::NotFound => self.off(id),
                Err(error) => self.fail(error),
            }
        });
    }

    fn off(self, id: JobId) {
        self.list
            .try_update(|list| list.retain(|open| open.id != id));
    }

    /// Says that something of one was deleted.
    fn tell(self, of: Option<JobId>, at: Option<Millis>) {
        self.deleted_of.try_set_value(of);
        self.deleted.try_set(at);
    }

    /// What was deleted last is back.
    pub fn restored(self) {
        let Some(id) = self.deleted_of.try_get_value().flatten() else {
            return;
        };
        spawn_local(async move {
            match load_making(id.to_string()).await {
                Ok(making) => self.take(making),
                Err(error) => self.fail(error),
            }
        });
    }

    /// A work was deleted elsewhere on the page.
    pub fn drop_work(self, id: WorkId, at: Option<Millis>) {
        let list = self.list.get_untracked();
        for open in list {
            if open
                .making
                .with_untracked(|making| making.works.iter().any(|work| work.id == id))
            {
                open.making
                    .update(|making| making.works.retain(|work| work.id != id));
                self.tell(Some(open.id), at);
            }
        }
    }

    fn fail(self, error: AppError) {
        self.problem.try_set(Some(error));
    }
}

impl Watcher for Makings {
    fn address(&self) -> String {
        match self.seen.try_get_value().flatten() {
            Some(seen) => format!("/events/jobs?since={seen}"),
            None => "/events/jobs".to_owned(),
        }
    }

    fn receive(&self, data: &str, id: &str) {
        if let Ok(seen) = id.parse() {
            self.seen.try_set_value(Some(seen));
        }
        // What a newer server says differently is there when the page is loaded again.
        if let Ok(making) = serde_json::from_str(data) {
            self.take(making);
        }
    }

    fn is_back(&self) {
        self.is_offline.try_set(false);
    }

    fn is_away(&self) {
        self.is_offline.try_set(true);
    }

    fn is_renewed(&self) {}
}
