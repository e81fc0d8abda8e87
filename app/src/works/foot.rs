//! The end of a wish's form: what it costs, what is still missing, and the button.

use leptos::prelude::*;

use super::desk::use_desk;
use crate::{
    language::use_words,
    ui::{
        icon::{Glyph, Icon},
        notice::Notice,
    },
};

/// The foot. `lacking` says why nothing can be made yet: in words, or in none where it goes without saying.
#[component]
pub fn WishFoot(lacking: Memo<Option<&'static str>>, children: Children) -> impl IntoView {
    let words = use_words();
    let press = use_desk().press;
    let is_live = RwSignal::new(false);
    // Without scripts nothing would enable the button again.
    Effect::new(move |_| is_live.set(true));
    let cannot = move || is_live.get() && lacking.get().is_some();
    let told = move || {
        if press.is_retrying.get() {
            words.server_away_retrying
        } else if is_live.get() {
            lacking.get().unwrap_or_default()
        } else {
            ""
        }
    };
    view! {
        <div class="wish__foot">
            <Notice error=press.problem/>
            <p class="wish__lacking" role="status">{told}</p>
            <div class="wish__end">
                {children()}
                <button
                    class="button"
                    data-tone="primary"
                    disabled=cannot
                    aria-busy=move || press.is_busy.get().then_some("true")
                >
                    <Glyph icon=Icon::Spark/>
                    {words.make}
                </button>
            </div>
        </div>
    }
}
