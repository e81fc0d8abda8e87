//! The form: what happens, from which first frame, how large and how long.

use leptos::{ev::SubmitEvent, prelude::*};
use model::VideoModel;
use server_fn::ServerFn;

use super::offer;
use crate::{
    api::works::{Make, WishForm},
    browser,
    language::{Words, use_words},
    ui::text_field::{Kind, TextField},
    works::{
        cost::CostLine,
        desk::use_desk,
        foot::WishFoot,
        model_field::ModelField,
        more::{ExtendField, SeedField},
        picker::{Choice, Picker, offered},
        prompt::{Prompt, fits},
        typed::Typed,
        upload::UploadField,
        ways::{Ways, from_image_of},
    },
};

/// The longest prompt that is taken whole.
const LONGEST: usize = 2_000;

/// The form.
#[component]
pub fn VideoForm(typed: Typed, offers: Vec<VideoModel>, submission: String) -> impl IntoView {
    let words = use_words();
    let desk = use_desk();
    let from_image = from_image_of(typed.image);
    let all = StoredValue::new(offers);
    let models =
        Memo::new(move |_| all.with_value(|all| offer::models(words, all, from_image.get())));
    let model = Memo::new(move |_| {
        let name = models.with(|models| typed.model.with(|typed| offered(typed, models)));
        all.with_value(|all| all.iter().find(|model| model.name == name).cloned())
    });
    let wish =
        Memo::new(move |_| model.with(|model| Some(offer::wish(typed.form(), model.as_ref()?))));
    let lacking = Memo::new(move |_| wish.with(|wish| lacking(words, from_image, wish.as_ref())));
    let priced = Signal::derive(move || {
        let mut wish = wish.get()?;
        if wish.prompt.trim().is_empty() {
            // The price is the same whatever happens.
            "-".clone_into(&mut wish.prompt);
        }
        lacking.get().is_none_or(str::is_empty).then_some(wish)
    });
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        if let (Some(wish), None) = (wish.get_untracked(), lacking.get_untracked()) {
            desk.press.make(wish, |_| browser::reveal(".makings"));
        }
    };
    let of_model = move |choices: fn(&VideoModel) -> Vec<Choice>| {
        Signal::derive(move || model.with(|model| model.as_ref().map(choices).unwrap_or_default()))
    };
    let label = Signal::derive(move || {
        if from_image.get() {
            words.video_prompt_of_image.to_owned()
        } else {
            words.video_prompt.to_owned()
        }
    });
    view! {
        <form class="wish" method="post" action=Make::PATH on:submit=submit>
            <input type="hidden" name="wish[kind]" value="video"/>
            <input type="hidden" name="submission" value=submission/>
            <Ways from_image image=words.from_first_frame/>
            {move || from_image.get().then(|| view! {
                <input type="hidden" name="wish[image]" value=typed.image/>
                <UploadField label=words.first_frame value=typed.image/>
            })}
            <Prompt label value=typed.prompt most=LONGEST/>
            <ModelField typed=typed.model models path="/videos"/>
            <Picker name="wish[lines]" label=words.video_lines typed=typed.lines choices=of_model(offer::lines)/>
            <Picker name="wish[ratio]" label=words.video_ratio typed=typed.ratio choices=of_model(offer::ratios)/>
            <Picker name="wish[seconds]" label=words.video_seconds typed=typed.seconds choices=of_model(offer::seconds)/>
            <details class="more wish__more">
                <summary>{words.more_choices}</summary>
                <TextField
                    name="wish[negative_prompt]"
                    label=words.negative_prompt
                    kind=Kind::Optional("off")
                    value=typed.negative_prompt
                    hint=words.negative_prompt_hint
                />
                <SeedField seed=typed.seed/>
                <ExtendField typed/>
            </details>
            <WishFoot lacking>
                <CostLine wish=priced/>
            </WishFoot>
        </form>
    }
}

/// What is still missing: nothing, an empty text where it goes without saying, or words.
fn lacking(
    words: &'static Words,
    from_image: RwSignal<bool>,
    wish: Option<&WishForm>,
) -> Option<&'static str> {
    let Some(wish) = wish else {
        return Some(words.no_models);
    };
    if from_image.get() && wish.image.is_empty() {
        return Some(words.lacks_first_frame);
    }
    // A first frame may move by itself.
    let least = usize::from(!from_image.get());
    (!fits(&wish.prompt, least, LONGEST)).then_some("")
}
