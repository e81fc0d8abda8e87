//! What most wishes do without.

use leptos::prelude::*;

use super::{
    picker::{Choice, Picker},
    typed::Typed,
};
use crate::{
    browser,
    language::use_words,
    ui::{
        icon::{Glyph, Icon},
        text_field::{Kind, TextField},
    },
};

/// Seeds are below this.
pub const SEEDS: u32 = 2_147_483_647;

/// The seed, by hand or by chance.
#[component]
pub fn SeedField(seed: RwSignal<String>) -> impl IntoView {
    let words = use_words();
    view! {
        <div class="seed">
            <TextField
                name="wish[seed]"
                label=words.seed
                kind=Kind::Number
                value=seed
                hint=words.seed_hint
            />
            <button
                class="icon-button seed__chance"
                type="button"
                data-needs="script"
                title=words.seed_by_chance
                aria-label=words.seed_by_chance
                on:click=move |_| seed.set(browser::random_below(SEEDS).to_string())
            >
                <Glyph icon=Icon::Dice/>
            </button>
        </div>
    }
}

/// Whether the upstream may write the prompt out.
#[component]
pub fn ExtendField(typed: Typed) -> impl IntoView {
    let words = use_words();
    let choices = Signal::stored(vec![
        Choice::new("", words.extend_own),
        Choice::new("1", words.extend_yes),
        Choice::new("0", words.extend_no),
    ]);
    view! {
        <Picker name="wish[prompt_extend]" label=words.prompt_extend typed=typed.prompt_extend choices/>
    }
}
