//! A voice heard before a long text is spoken by it: a real, short job with a fixed sentence, which costs a little.

use leptos::prelude::*;
use model::{JobId, WorkView};

use crate::{
    api::works::WishForm,
    language::use_words,
    ui::icon::{Glyph, Icon},
    works::{cost::CostLine, desk::use_desk, result::address},
};

/// A button that has the sentence spoken, and plays it here when it is there.
#[component]
pub fn Preview(wish: Memo<Option<WishForm>>) -> impl IntoView {
    let words = use_words();
    let desk = use_desk();
    let heard = RwSignal::new(None::<JobId>);
    let sentence = Memo::new(move |_| {
        wish.with(|wish| {
            wish.as_ref().map(|wish| WishForm {
                prompt: words.voice_sentence.to_owned(),
                ..wish.clone()
            })
        })
    });
    let play = move |_| {
        if let Some(sentence) = sentence.get_untracked() {
            heard.set(None);
            desk.press.make(sentence, move |id| {
                heard.try_set(Some(id));
            });
        }
    };
    let work = Memo::new(move |_| -> Option<WorkView> {
        let id = heard.get()?;
        let open = desk
            .makings
            .list
            .with(|list| list.iter().find(|open| open.id == id).cloned())?;
        open.making.with(|making| making.works.first().cloned())
    });
    view! {
        <div class="preview" data-needs="script">
            <button
                class="button"
                type="button"
                disabled=move || desk.press.is_busy.get() || sentence.with(Option::is_none)
                on:click=play
            >
                <Glyph icon=Icon::Voice/>
                {words.voice_hear}
            </button>
            <p class="field__hint">{words.voice_hear_hint}</p>
            <CostLine wish=sentence/>
            {move || work.get().map(|work| view! {
                <audio class="preview__player" controls autoplay src=address(&work) aria-label=words.voice_hear></audio>
            })}
        </div>
    }
}
