//! What of the form a model understands, and the wish that it comes to.

use model::{EditFunction, ImageModel};

use crate::{
    api::works::WishForm,
    language::Words,
    ui::figures::yuan,
    works::{
        picker::{Choice, offered},
        words::ratio,
    },
};

/// How many images are offered at most.
const MOST: u32 = 4;

/// What it can do with an image, where it names its functions.
pub fn functions(words: &Words, model: &ImageModel) -> Vec<Choice> {
    let all = model.functions.iter();
    all.map(|function| Choice::new(function.as_str(), words.edit_function(*function)))
        .collect()
}

/// The models that make images so.
pub fn models(words: &Words, models: &[ImageModel], from_image: bool) -> Vec<Choice> {
    let fits = |model: &&ImageModel| {
        if from_image {
            model.edits
        } else {
            model.from_words
        }
    };
    let choice = |model: &ImageModel| {
        let label = match model.price {
            Some(price) => format!("{} · {}", model.name, words.price_per_image(&yuan(price))),
            None => model.name.clone(),
        };
        Choice::new(model.name.clone(), label)
    };
    models.iter().filter(fits).map(choice).collect()
}

/// The sizes as shapes.
pub fn sizes(words: &Words, model: &ImageModel) -> Vec<Choice> {
    if model.sizes.is_empty() {
        return Vec::new();
    }
    let sizes = model.sizes.iter().map(|size| {
        let (width, height) = (size.width, size.height);
        Choice {
            value: format!("{width}x{height}"),
            label: ratio(width, height),
            hint: format!("{width}×{height}"),
            shape: Some((width, height)),
        }
    });
    let own = Choice::new("", words.size_own);
    sizes.chain([own]).collect()
}

/// How many at once.
pub fn counts(model: &ImageModel) -> Vec<Choice> {
    let most = model.at_once.clamp(1, MOST);
    (1..=most)
        .map(|count| Choice::new(count.to_string(), count.to_string()))
        .collect()
}

/// The styles.
pub fn styles(words: &Words, model: &ImageModel) -> Vec<Choice> {
    let styles = model.styles.iter();
    styles
        .map(|style| Choice::new(style.clone(), words.style_name(style)))
        .collect()
}

/// What is done with the image, for a model whose functions have names.
pub fn function(typed: &WishForm, model: &ImageModel) -> Option<EditFunction> {
    EditFunction::from_name(&typed.function)
        .filter(|function| model.functions.contains(function))
        .or(model.functions.first().copied())
}

/// What is typed, as far as the model understands it; `from_image` says whether the image counts.
pub fn wish(words: &Words, mut typed: WishForm, model: &ImageModel, from_image: bool) -> WishForm {
    typed.model.clone_from(&model.name);
    typed.size = offered(&typed.size, &sizes(words, model));
    typed.count = offered(&typed.count, &counts(model));
    typed.style = offered(&typed.style, &styles(words, model));
    if !model.negative_prompt {
        typed.negative_prompt.clear();
    }
    let function = function(&typed, model).filter(|_| from_image);
    typed.function = function.map_or_else(String::new, |function| function.as_str().to_owned());
    if !from_image {
        typed.image.clear();
    }
    if function != Some(EditFunction::DescribeMasked) {
        typed.mask.clear();
    }
    if !takes_strength(function) {
        typed.strength.clear();
    }
    if function != Some(EditFunction::Expand) {
        typed.expand.clear();
    } else if typed.expand.is_empty() {
        typed.expand = EXPAND.to_string();
    }
    if function != Some(EditFunction::Enlarge) {
        typed.enlarge.clear();
    } else if typed.enlarge.is_empty() {
        typed.enlarge = ENLARGE.to_string();
    }
    if typed.prompt.trim().is_empty()
        && let Some(usual) = function.and_then(|function| usual_prompt(words, function))
    {
        usual.clone_into(&mut typed.prompt);
    }
    typed
}

/// How far an image goes on beyond its edges where nothing else is said, in hundredths.
pub const EXPAND: u32 = 150;

/// How many times it is enlarged where nothing else is said.
pub const ENLARGE: u32 = 2;

/// How much of an image changes where nothing else is said, in hundredths.
pub const STRENGTH: u32 = 50;

/// Whether it matters how much may change.
pub fn takes_strength(function: Option<EditFunction>) -> bool {
    matches!(
        function,
        Some(EditFunction::Describe | EditFunction::Restyle)
    )
}

/// What is asked for where the function says it all.
pub fn usual_prompt(words: &Words, function: EditFunction) -> Option<&'static str> {
    match function {
        EditFunction::RemoveMarks => Some(words.edit_remove_marks_usual),
        EditFunction::Expand => Some(words.edit_expand_usual),
        EditFunction::Enlarge => Some(words.edit_enlarge_usual),
        EditFunction::Colorize => Some(words.edit_colorize_usual),
        EditFunction::Describe
        | EditFunction::DescribeMasked
        | EditFunction::Restyle
        | EditFunction::RestyleLocally
        | EditFunction::Sketch => None,
    }
}

#[cfg(test)]
mod tests {
    use model::Pixels;

    use super::*;
    use crate::language::Language;

    fn model() -> ImageModel {
        ImageModel {
            name: "painter".to_owned(),
            sizes: vec![Pixels {
                width: 1024,
                height: 1024,
            }],
            at_once: 1,
            from_words: true,
            edits: true,
            functions: vec![EditFunction::Describe, EditFunction::Expand],
            negative_prompt: false,
            styles: Vec::new(),
            price: None,
        }
    }

    #[test]
    fn a_wish_keeps_to_what_the_model_understands() {
        let words = Language::En.words();
        let typed = WishForm {
            prompt: "a cat".to_owned(),
            negative_prompt: "people".to_owned(),
            size: "7x7".to_owned(),
            count: "4".to_owned(),
            image: "x".to_owned(),
            mask: "y".to_owned(),
            style: "<anime>".to_owned(),
            ..WishForm::default()
        };
        let plain = wish(words, typed.clone(), &model(), false);
        let expected = WishForm {
            model: "painter".to_owned(),
            prompt: "a cat".to_owned(),
            size: "1024x1024".to_owned(),
            count: "1".to_owned(),
            ..WishForm::default()
        };
        assert_eq!(plain, expected);
        let expand = WishForm {
            prompt: String::new(),
            function: "expand".to_owned(),
            ..typed
        };
        let edit = wish(words, expand, &model(), true);
        assert_eq!((edit.image.as_str(), edit.expand.as_str()), ("x", "150"));
        assert_eq!(edit.prompt, words.edit_expand_usual);
        assert_eq!(edit.mask, "");
    }
}
