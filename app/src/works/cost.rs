//! What a wish can cost, before it is made.

use leptos::{prelude::*, task::spawn_local};

use crate::{
    api::works::{WishForm, quote},
    language::use_words,
    ui::figures::yuan,
};

/// What is typed is asked for when nothing was typed for so long.
const PAUSE_MS: u32 = 350;

/// The most that `wish` can cost; nothing while there is no wish.
#[component]
pub fn CostLine(#[prop(into)] wish: Signal<Option<WishForm>>) -> impl IntoView {
    let words = use_words();
    let asked = StoredValue::new(0_u32);
    let told = RwSignal::new(None::<Option<i64>>);
    Effect::new(move |_| {
        // Gone with the page that it stands on, it costs nothing.
        let Some(wish) = wish.try_get() else {
            return;
        };
        asked.update_value(|asked| *asked += 1);
        let mine = asked.get_value();
        let Some(wish) = wish else {
            told.set(None);
            return;
        };
        spawn_local(async move {
            gloo_timers::future::TimeoutFuture::new(PAUSE_MS).await;
            if asked.try_get_value() != Some(mine) {
                return;
            }
            let answer = quote(wish).await;
            // A wish that is not whole yet has no price, and its button says why.
            if asked.try_get_value() == Some(mine) {
                told.try_set(answer.ok());
            }
        });
    });
    view! {
        <p class="wish__cost" role="status">
            {move || match told.get() {
                None => String::new(),
                Some(None) => words.cost_unknown.to_owned(),
                Some(Some(cost)) => words.cost_at_most(&yuan(cost)),
            }}
        </p>
    }
}
