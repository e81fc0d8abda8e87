//! A press of the button that has a wish made. However often it must be sent, it is made once: each press has one
//! submission, which the server knows again.

use leptos::{prelude::*, task::spawn_local};
use model::FailureCode;

use super::makings::Makings;
use crate::{
    api::works::{WishForm, make},
    browser,
    error::AppError,
};

/// It is sent again so often by itself when the server can't be reached: half a minute in all.
const TRIES: u32 = 6;

/// The button's state.
#[derive(Clone, Copy, Debug)]
pub struct Press {
    makings: Makings,
    /// A wish is on its way.
    pub is_busy: RwSignal<bool>,
    /// The server can't be reached, and is tried again.
    pub is_retrying: RwSignal<bool>,
    /// Why the last wish was not taken.
    pub problem: RwSignal<Option<AppError>>,
    /// The wish of which it is not known whether it arrived, and its submission.
    unsure: StoredValue<Option<(WishForm, String)>>,
}

impl Press {
    /// A button that was not pressed yet.
    pub fn new(makings: Makings, problem: Option<AppError>) -> Self {
        Self {
            makings,
            is_busy: RwSignal::new(false),
            is_retrying: RwSignal::new(false),
            problem: RwSignal::new(problem),
            unsure: StoredValue::new(None),
        }
    }

    /// Has the wish made; nothing while another one is on its way.
    pub fn make(self, form: WishForm, done: impl FnOnce(model::JobId) + 'static) {
        if self.is_busy.get_untracked() {
            return;
        }
        let same = self.unsure.with_value(|unsure| {
            let unsure = unsure.as_ref().filter(|(wish, _)| *wish == form);
            unsure.map(|(_, submission)| submission.clone())
        });
        let submission = same.unwrap_or_else(browser::fresh_uuid);
        self.unsure
            .set_value(Some((form.clone(), submission.clone())));
        self.is_busy.set(true);
        self.problem.set(None);
        spawn_local(async move {
            let made = self.insist(form, submission).await;
            self.is_retrying.try_set(false);
            self.is_busy.try_set(false);
            match made {
                Ok(making) => {
                    self.unsure.try_set_value(None);
                    let id = making.id;
                    self.makings.begin(making);
                    done(id);
                }
                Err(error) => {
                    if !is_unsure(&error) {
                        self.unsure.try_set_value(None);
                    }
                    self.problem.try_set(Some(error));
                }
            }
        });
    }

    async fn insist(self, form: WishForm, submission: String) -> Result<model::Making, AppError> {
        let mut tries = 0;
        loop {
            match make(form.clone(), submission.clone()).await {
                Err(error) if is_unsure(&error) && tries < TRIES => {
                    tries += 1;
                    self.is_retrying.try_set(true);
                    let wait = 1_000 * (1 << (tries - 1).min(3));
                    gloo_timers::future::TimeoutFuture::new(wait).await;
                }
                settled => return settled,
            }
        }
    }
}

/// Whether the wish may have arrived, or may still.
fn is_unsure(error: &AppError) -> bool {
    error.code == FailureCode::Overloaded
}
