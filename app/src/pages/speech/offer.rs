//! What of the form a model understands, and the wish that it comes to.

use model::SpeechModel;

use crate::{
    api::works::WishForm,
    language::Words,
    ui::figures::yuan,
    works::picker::{Choice, offered},
};

/// The models, each with its price.
pub fn models(words: &Words, models: &[SpeechModel]) -> Vec<Choice> {
    let choice = |model: &SpeechModel| {
        let label = match model.price {
            Some(price) => format!("{} · {}", model.name, words.price_per_text(&yuan(price))),
            None => model.name.clone(),
        };
        Choice::new(model.name.clone(), label)
    };
    models.iter().map(choice).collect()
}

/// Who may speak.
pub fn voices(model: &SpeechModel) -> Vec<Choice> {
    let voices = model.voices.iter();
    voices
        .map(|voice| Choice::new(voice.name.clone(), voice.name.clone()))
        .collect()
}

/// As what it can be kept.
pub fn formats(words: &Words, model: &SpeechModel) -> Vec<Choice> {
    let formats = model.formats.iter();
    formats
        .map(|format| Choice::new(format.as_str(), words.speech_format(*format)))
        .collect()
}

/// What is typed, as far as the model understands it.
pub fn wish(words: &Words, mut typed: WishForm, model: &SpeechModel) -> WishForm {
    typed.model.clone_from(&model.name);
    typed.voice = offered(&typed.voice, &voices(model));
    typed.format = offered(&typed.format, &formats(words, model));
    if !model.speed {
        typed.speed.clear();
    }
    typed
}
