//! The form: what is to be seen, and everything that a model lets one choose.

use leptos::prelude::*;
use model::{EditFunction, ImageModel};
use server_fn::ServerFn;

use super::{edit::EditFields, offer};
use crate::{
    api::works::{Make, WishForm},
    language::{Words, use_words},
    works::{
        cost::CostLine,
        foot::WishFoot,
        form::{MoreChoices, makes, priced},
        model_field::ModelField,
        picker::{Choice, ListField, Picker, offered},
        prompt::{Prompt, fits},
        typed::Typed,
        ways::{Ways, from_image_of},
    },
};

/// The longest prompt that is taken whole.
const LONGEST: usize = 2_000;

/// The form.
#[component]
pub fn ImageForm(typed: Typed, offers: Vec<ImageModel>, submission: String) -> impl IntoView {
    let words = use_words();
    let from_image = from_image_of(typed.image);
    let all = StoredValue::new(offers);
    let models =
        Memo::new(move |_| all.with_value(|all| offer::models(words, all, from_image.get())));
    let model = Memo::new(move |_| {
        let name = models.with(|models| typed.model.with(|typed| offered(typed, models)));
        all.with_value(|all| all.iter().find(|model| model.name == name).cloned())
    });
    let function = Memo::new(move |_| {
        let model = model.get().filter(|_| from_image.get())?;
        offer::function(&typed.form(), &model)
    });
    let wish = Memo::new(move |_| {
        model.with(|model| {
            let model = model.as_ref()?;
            Some(offer::wish(words, typed.form(), model, from_image.get()))
        })
    });
    let lacking = Memo::new(move |_| wish.with(|wish| lacking(words, from_image, wish.as_ref())));
    let (priced, submit) = (priced((wish, lacking)), makes((wish, lacking)));
    let of_model = move |choices: fn(&ImageModel) -> Vec<Choice>| {
        Signal::derive(move || model.with(|model| model.as_ref().map(choices).unwrap_or_default()))
    };
    let sizes = Signal::derive(move || {
        model.with(|model| {
            model
                .as_ref()
                .map(|m| offer::sizes(words, m))
                .unwrap_or_default()
        })
    });
    let styles = Signal::derive(move || {
        model.with(|model| {
            model
                .as_ref()
                .map(|m| offer::styles(words, m))
                .unwrap_or_default()
        })
    });
    let takes_negative = Memo::new(move |_| {
        model.with(|model| model.as_ref().is_some_and(|model| model.negative_prompt))
    });
    let label = Signal::derive(move || match function.get() {
        Some(function) => words.edit_hint(function).to_owned(),
        None if from_image.get() => words.edit_describe_hint.to_owned(),
        None => words.image_prompt.to_owned(),
    });
    view! {
        <form class="wish" method="post" action=Make::PATH on:submit=submit>
            <input type="hidden" name="wish[kind]" value="image"/>
            <input type="hidden" name="submission" value=submission/>
            <Ways from_image image=words.from_image/>
            {move || from_image.get().then(|| view! { <EditFields typed model function/> })}
            <Prompt label value=typed.prompt most=LONGEST/>
            <ModelField typed=typed.model models path="/images"/>
            <Picker name="wish[size]" label=words.size typed=typed.size choices=sizes/>
            <Picker name="wish[count]" label=words.image_count typed=typed.count choices=of_model(offer::counts)/>
            <ListField name="wish[style]" label=words.style_label typed=typed.style choices=styles/>
            <MoreChoices typed takes_negative/>
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
        return Some(words.lacks_image);
    }
    if wish.function == EditFunction::DescribeMasked.as_str() && wish.mask.is_empty() {
        return Some(words.lacks_mask);
    }
    (!fits(&wish.prompt, 1, LONGEST)).then_some("")
}
