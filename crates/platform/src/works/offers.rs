//! What can be made, as the catalogue knows the models, and whether a wish keeps to it.

use bailian::{
    capability::{MediaLimits, ModelCard, ModelKind, Span, Unit},
    image::TextToImage,
};
use model::{
    EditFunction, FailureCode, ImageModel, ImageWish, Offers, Pixels, SpeechFormat, SpeechModel,
    SpeechWish, VideoModel, VideoWish, Voice, Wish,
};

use super::{Works, speaking::LONG_PART};
use crate::{Error, store::Allowance};

/// Sizes that are offered where the model takes any within its limits.
const SIZES: [(u32, u32); 11] = [
    (1024, 1024),
    (1280, 720),
    (720, 1280),
    (1152, 864),
    (864, 1152),
    (1280, 1280),
    (1472, 1104),
    (1104, 1472),
    (1696, 960),
    (960, 1696),
    (2048, 2048),
];

/// The styles of the one model that has them ("text2image", `style`).
const STYLES: [&str; 10] = [
    "<auto>",
    "<photography>",
    "<portrait>",
    "<3d cartoon>",
    "<anime>",
    "<oil painting>",
    "<watercolor>",
    "<sketch>",
    "<chinese painting>",
    "<flat illustration>",
];

/// Voices, of which the upstream has no list ("Voices"): those that its pages and libraries agree on.
const VOICES: [(&str, &[&str]); 5] = [
    (
        "cosyvoice-v3-",
        &["longanyang", "longanhuan", "longhuhu_v3", "longsanshu_v3"],
    ),
    ("cosyvoice-v2", &["longxiaochun_v2", "longwan_v2"]),
    ("cosyvoice-v1", &["longwan", "longxiaochun"]),
    ("qwen3-tts-flash", &["Cherry", "Serena", "Ethan", "Chelsie"]),
    ("qwen-tts", &["Cherry", "Serena", "Ethan", "Chelsie"]),
];

/// The model whose functions have names.
const NAMED_FUNCTIONS: &str = "wanx2.1-imageedit";

/// The longest prompt, in characters; the upstream cuts what is longer, and nobody would notice.
const LONGEST_PROMPT: usize = 2_000;
const LONGEST_NEGATIVE: usize = 500;
/// The longest text that is spoken in one go.
const LONGEST_TEXT: usize = 20_000;
/// The largest seed ("text2image").
const LARGEST_SEED: u32 = 2_147_483_647;

impl Works {
    pub(super) fn offered(&self, allowance: &Allowance) -> Offers {
        let options = &self.0.options;
        let cards = |names: &[String]| {
            let names = names.iter().filter(|name| allowance.allows(name));
            let cards = names.filter_map(|name| self.0.gateway.card(name));
            cards.cloned().collect::<Vec<ModelCard>>()
        };
        Offers {
            images: cards(&options.images)
                .iter()
                .map(|card| self.image_model(card))
                .collect(),
            videos: cards(&options.videos)
                .iter()
                .map(|card| self.video_model(card))
                .collect(),
            speech: cards(&options.speech)
                .iter()
                .map(|card| self.speech_model(card))
                .collect(),
        }
    }

    fn image_model(&self, card: &ModelCard) -> ImageModel {
        let edits = kind(card).contains("edit");
        let named = card.id == NAMED_FUNCTIONS;
        ImageModel {
            name: card.id.clone(),
            sizes: sizes(card, edits),
            at_once: limits(card)
                .and_then(|limits| limits.n.as_ref()?.most)
                .map_or(4, |most| u32::try_from(most).unwrap_or(4)),
            from_words: kind(card) != "image-editing",
            edits,
            functions: if named {
                EditFunction::ALL.to_vec()
            } else {
                Vec::new()
            },
            negative_prompt: !named,
            styles: if card.id == "wanx-v1" {
                STYLES.map(str::to_owned).to_vec()
            } else {
                Vec::new()
            },
            price: self.unit_price(card, Unit::Image, None),
        }
    }

    fn video_model(&self, card: &ModelCard) -> VideoModel {
        let from_image = kind(card) == "image-to-video";
        let resolutions = limits(card).map_or(&[][..], |limits| &limits.resolutions);
        let lines: Vec<u32> = resolutions
            .iter()
            .filter_map(|word| word.trim_end_matches('P').parse().ok())
            .collect();
        let prices = lines.iter().filter_map(|lines| {
            let price = self.unit_price(card, Unit::Second, Some(&format!("{lines}P")))?;
            Some((*lines, price))
        });
        VideoModel {
            name: card.id.clone(),
            from_image,
            prices: prices.collect(),
            lines,
            ratios: if from_image {
                Vec::new()
            } else {
                ["16:9", "9:16", "1:1"].map(str::to_owned).to_vec()
            },
            seconds: limits(card)
                .and_then(|limits| limits.duration_s.as_ref())
                .map_or_else(|| vec![5], Self::seconds),
        }
    }

    fn seconds(span: &Span) -> Vec<u32> {
        let offered = [2, 3, 4, 5, 8, 10, 15];
        let fits = offered
            .into_iter()
            .filter(|seconds| span.allows(u64::from(*seconds)));
        fits.collect()
    }

    fn speech_model(&self, card: &ModelCard) -> SpeechModel {
        let any_form = speaks_any_form(card);
        SpeechModel {
            name: card.id.clone(),
            voices: voices(&card.id)
                .iter()
                .map(|name| Voice {
                    name: (*name).to_owned(),
                })
                .collect(),
            formats: if any_form {
                SpeechFormat::ALL.to_vec()
            } else {
                vec![SpeechFormat::Wav]
            },
            speed: any_form,
            price: self.unit_price(card, Unit::TenThousandCharacters, None),
        }
    }

    /// Refuses what the model can't make, before anything is reserved.
    pub(super) fn check(&self, allowance: &Allowance, wish: &Wish) -> Result<(), Error> {
        let offers = self.offered(allowance);
        let refused = match wish {
            Wish::Image(wish) => offers
                .images
                .iter()
                .find(|model| model.name == wish.model)
                .map(|model| check_image(model, wish)),
            Wish::Video(wish) => offers
                .videos
                .iter()
                .find(|model| model.name == wish.model)
                .map(|model| check_video(model, wish)),
            Wish::Speech(wish) => offers
                .speech
                .iter()
                .find(|model| model.name == wish.model)
                .map(|model| check_speech(model, wish)),
        };
        refused.ok_or(Error::UnknownModel)?.map_err(Error::Refused)
    }
}

fn check_image(model: &ImageModel, wish: &ImageWish) -> Result<(), FailureCode> {
    text(&wish.prompt, 1, LONGEST_PROMPT)?;
    text(&wish.negative_prompt, 0, LONGEST_NEGATIVE)?;
    number((1..=model.at_once).contains(&wish.count))?;
    number(wish.seed.is_none_or(|seed| seed <= LARGEST_SEED))?;
    number(wish.size.is_none_or(|size| model.sizes.contains(&size)))?;
    number(
        wish.style
            .as_ref()
            .is_none_or(|style| model.styles.contains(style)),
    )?;
    let Some(edit) = &wish.edit else {
        return number(model.from_words);
    };
    let named = !model.functions.is_empty();
    number(model.edits && edit.function.is_some() == named)?;
    let masked = edit.function == Some(EditFunction::DescribeMasked);
    number(edit.mask.is_some() == masked)?;
    number(edit.strength.is_none_or(|strength| strength <= 100))?;
    number(
        edit.expand
            .is_none_or(|expand| (100..=200).contains(&expand)),
    )?;
    number(edit.enlarge.is_none_or(|times| (1..=4).contains(&times)))
}

fn check_video(model: &VideoModel, wish: &VideoWish) -> Result<(), FailureCode> {
    text(&wish.prompt, usize::from(!model.from_image), LONGEST_PROMPT)?;
    text(&wish.negative_prompt, 0, LONGEST_NEGATIVE)?;
    number(wish.first_frame.is_some() == model.from_image)?;
    number(wish.lines.is_none_or(|lines| model.lines.contains(&lines)))?;
    number(
        wish.seconds
            .is_none_or(|seconds| model.seconds.contains(&seconds)),
    )?;
    number(wish.seed.is_none_or(|seed| seed <= LARGEST_SEED))?;
    number(
        wish.ratio
            .as_ref()
            .is_none_or(|ratio| model.ratios.contains(ratio)),
    )
}

fn check_speech(model: &SpeechModel, wish: &SpeechWish) -> Result<(), FailureCode> {
    text(&wish.text, 1, LONGEST_TEXT)?;
    number(model.voices.iter().any(|voice| voice.name == wish.voice))?;
    number(model.formats.contains(&wish.format))?;
    // Only WAV can be joined, and those who speak nothing else take short parts anyway.
    if wish.format != SpeechFormat::Wav && bailian::audio::counted(wish.text.trim()) > LONG_PART {
        return Err(FailureCode::LongTextNeedsWav);
    }
    let speed = wish.speed.unwrap_or(100);
    number(speed == 100 || (model.speed && (50..=200).contains(&speed)))
}

fn text(text: &str, least: usize, most: usize) -> Result<(), FailureCode> {
    let count = text.trim().chars().count();
    let fits = (least..=most).contains(&count) && !text.contains('\0');
    fits.then_some(()).ok_or(FailureCode::InvalidText)
}

fn number(fits: bool) -> Result<(), FailureCode> {
    fits.then_some(()).ok_or(FailureCode::InvalidNumber)
}

impl Works {
    fn unit_price(&self, card: &ModelCard, unit: Unit, variant: Option<&str>) -> Option<i64> {
        self.0.gateway.unit_price(card, unit, variant)
    }
}

/// What a model of media is for, as the catalogue calls it.
fn kind(card: &ModelCard) -> &str {
    match &card.kind {
        ModelKind::Other(kind) => kind,
        _ => "",
    }
}

fn limits(card: &ModelCard) -> Option<&MediaLimits> {
    card.media.as_ref()
}

/// Whether the model speaks in the form that is wanted; others make WAV.
pub(super) fn speaks_any_form(card: &ModelCard) -> bool {
    card.paths
        .iter()
        .any(|path| path.contains("/SpeechSynthesizer"))
}

fn voices(model: &str) -> &'static [&'static str] {
    let known = VOICES.iter().find(|(start, _)| model.starts_with(start));
    known.map_or(&[], |(_, voices)| voices)
}

/// Sizes that the model makes, and that its client lets pass.
fn sizes(card: &ModelCard, edits: bool) -> Vec<Pixels> {
    if edits && kind(card) == "image-editing" {
        return Vec::new();
    }
    let known = limits(card).and_then(|limits| limits.size.as_ref());
    let pixels = |(width, height)| Pixels { width, height };
    if let Some(known) = known
        && !known.one_of.is_empty()
    {
        let sizes = known.one_of.iter().filter_map(|size| {
            let (width, height) = size.split_once('*')?;
            Some(pixels((width.parse().ok()?, height.parse().ok()?)))
        });
        return sizes.collect();
    }
    let fits = SIZES.into_iter().filter(|&(width, height)| {
        let allowed = known.is_none_or(|known| known.allows(&format!("{width}*{height}")));
        let older = TextToImage::new(&card.id, "x").size((width, height));
        allowed && older.validate().is_ok()
    });
    fits.map(pixels).collect()
}
