//! What of the form a model understands, and the wish that it comes to.

use model::VideoModel;

use crate::{
    api::works::WishForm,
    language::Words,
    ui::figures::yuan,
    works::{
        picker::{Choice, offered},
        words::parts,
    },
};

/// The models that make videos so, each with its price by lines.
pub fn models(words: &Words, models: &[VideoModel], from_image: bool) -> Vec<Choice> {
    let choice = |model: &VideoModel| {
        let prices = model.prices.iter();
        let prices: Vec<String> = prices
            .map(|(lines, price)| format!("{lines}P {}", yuan(*price)))
            .collect();
        let label = if prices.is_empty() {
            model.name.clone()
        } else {
            let prices = words.price_per_second(&prices.join(", "));
            format!("{} · {prices}", model.name)
        };
        Choice::new(model.name.clone(), label)
    };
    let fits = models.iter().filter(|model| model.from_image == from_image);
    fits.map(choice).collect()
}

/// Lines, with what a second costs.
pub fn lines(words: &Words, model: &VideoModel) -> Vec<Choice> {
    let choice = |lines: &u32| {
        let price = model.prices.iter().find(|(priced, _)| priced == lines);
        Choice {
            hint: price
                .map(|(_, price)| words.price_a_second(&yuan(*price)))
                .unwrap_or_default(),
            ..Choice::new(lines.to_string(), format!("{lines}P"))
        }
    };
    model.lines.iter().map(choice).collect()
}

/// Ratios as shapes.
pub fn ratios(_words: &Words, model: &VideoModel) -> Vec<Choice> {
    let choice = |ratio: &String| Choice {
        shape: parts(ratio),
        ..Choice::new(ratio.clone(), ratio.clone())
    };
    model.ratios.iter().map(choice).collect()
}

/// How long.
pub fn seconds(words: &Words, model: &VideoModel) -> Vec<Choice> {
    let choice = |seconds: &u32| {
        let seconds = seconds.to_string();
        let label = words.video_seconds_of(&seconds);
        Choice::new(seconds, label)
    };
    model.seconds.iter().map(choice).collect()
}

/// What is typed, as far as the model understands it.
pub fn wish(words: &Words, mut typed: WishForm, model: &VideoModel) -> WishForm {
    typed.model.clone_from(&model.name);
    typed.lines = offered(&typed.lines, &lines(words, model));
    typed.ratio = offered(&typed.ratio, &ratios(words, model));
    typed.seconds = offered(&typed.seconds, &seconds(words, model));
    if !model.from_image {
        typed.image.clear();
    }
    typed
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::Language;

    #[test]
    fn a_wish_keeps_to_what_the_model_understands() {
        let model = VideoModel {
            name: "camera".to_owned(),
            from_image: false,
            lines: vec![480, 1080],
            ratios: vec!["16:9".to_owned()],
            seconds: vec![5],
            prices: vec![(480, 140_000)],
        };
        let typed = WishForm {
            image: "x".to_owned(),
            lines: "1080".to_owned(),
            ratio: "4:3".to_owned(),
            ..WishForm::default()
        };
        let (en, zh) = (Language::En.words(), Language::Zh.words());
        let wish = wish(en, typed, &model);
        assert_eq!(
            [wish.image, wish.lines, wish.ratio, wish.seconds],
            ["", "1080", "16:9", "5"].map(str::to_owned)
        );
        assert_eq!(lines(en, &model)[0].hint, "¥0.14/s");
        assert_eq!(lines(zh, &model)[0].hint, "¥0.14/秒");
        assert_eq!(seconds(zh, &model)[0].label, "5 秒");
    }
}
