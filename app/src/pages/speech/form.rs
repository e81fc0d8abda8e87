//! The form: the text, who speaks it and how.

use leptos::{ev::SubmitEvent, prelude::*};
use model::SpeechModel;
use server_fn::ServerFn;

use super::{offer, preview::Preview};
use crate::{
    api::works::Make,
    browser,
    language::use_words,
    works::{
        cost::CostLine,
        desk::use_desk,
        foot::WishFoot,
        model_field::ModelField,
        picker::{ListField, Picker, Slider, offered},
        prompt::{Prompt, fits},
        typed::Typed,
    },
};

/// The longest text that is spoken in one go.
const LONGEST: usize = 20_000;

/// The speed that nobody changed, in hundredths.
const USUAL_SPEED: u32 = 100;

/// The form.
#[component]
pub fn SpeechForm(typed: Typed, offers: Vec<SpeechModel>, submission: String) -> impl IntoView {
    let words = use_words();
    let desk = use_desk();
    let models = StoredValue::new(offer::models(words, &offers));
    let all = StoredValue::new(offers);
    let model = Memo::new(move |_| {
        let name = models.with_value(|models| typed.model.with(|typed| offered(typed, models)));
        all.with_value(|all| all.iter().find(|model| model.name == name).cloned())
    });
    let wish = Memo::new(move |_| {
        model.with(|model| Some(offer::wish(words, typed.form(), model.as_ref()?)))
    });
    let lacking = Memo::new(move |_| {
        wish.with(|wish| match wish {
            None => Some(words.no_models),
            Some(wish) => (!fits(&wish.prompt, 1, LONGEST)).then_some(""),
        })
    });
    // What a text costs depends on how long it is.
    let priced = Signal::derive(move || wish.get().filter(|_| lacking.get().is_none()));
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        if let (Some(wish), None) = (wish.get_untracked(), lacking.get_untracked()) {
            desk.press.make(wish, |_| browser::reveal(".makings"));
        }
    };
    let voices = Signal::derive(move || {
        model.with(|model| model.as_ref().map(offer::voices).unwrap_or_default())
    });
    let formats = Signal::derive(move || {
        model.with(|model| {
            model
                .as_ref()
                .map(|model| offer::formats(words, model))
                .unwrap_or_default()
        })
    });
    let has_speed = Memo::new(move |_| model.with(|model| model.as_ref().is_some_and(|m| m.speed)));
    view! {
        <form class="wish" method="post" action=Make::PATH on:submit=submit>
            <input type="hidden" name="wish[kind]" value="speech"/>
            <input type="hidden" name="submission" value=submission/>
            <Prompt label=words.speech_text.to_owned() value=typed.prompt most=LONGEST long=true/>
            <ModelField typed=typed.model models=models.get_value() path="/speech"/>
            <ListField name="wish[voice]" label=words.voice typed=typed.voice choices=voices/>
            <Preview wish/>
            {move || has_speed.get().then(|| view! {
                <Slider
                    name="wish[speed]"
                    label=words.speech_speed
                    typed=typed.speed
                    range=(50, 200, 5)
                    usual=USUAL_SPEED
                    shown=|hundredths| format!("{}.{:02}×", hundredths / 100, hundredths % 100)
                />
            })}
            <Picker name="wish[format]" label=words.speech_kept_as typed=typed.format choices=formats/>
            <WishFoot lacking>
                <CostLine wish=priced/>
            </WishFoot>
        </form>
    }
}
