//! The form: what happens, from which first frame, how large and how long.

use leptos::prelude::*;
use model::VideoModel;
use server_fn::ServerFn;

use super::offer;
use crate::{
    api::works::{Make, WishForm},
    language::{Words, use_words},
    works::{
        cost::CostLine,
        foot::WishFoot,
        form::{MoreChoices, makes, priced},
        model_field::ModelField,
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
    let from_image = from_image_of(typed.image);
    let all = StoredValue::new(offers);
    let models =
        Memo::new(move |_| all.with_value(|all| offer::models(words, all, from_image.get())));
    let model = Memo::new(move |_| {
        let name = models.with(|models| typed.model.with(|typed| offered(typed, models)));
        all.with_value(|all| all.iter().find(|model| model.name == name).cloned())
    });
    let wish = Memo::new(move |_| {
        model.with(|model| Some(offer::wish(words, typed.form(), model.as_ref()?)))
    });
    let lacking = Memo::new(move |_| wish.with(|wish| lacking(words, from_image, wish.as_ref())));
    let (priced, submit) = (priced((wish, lacking)), makes((wish, lacking)));
    let of_model = move |choices: fn(&Words, &VideoModel) -> Vec<Choice>| {
        Signal::derive(move || {
            model.with(|model| {
                let model = model.as_ref();
                model.map(|model| choices(words, model)).unwrap_or_default()
            })
        })
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
            <MoreChoices typed takes_negative=Signal::stored(true)/>
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
