//! What a request for a film asks for, and what it is shot from.

use image::{RgbImage, imageops, imageops::FilterType};
use serde_json::Value;

use super::{
    super::{
        entry::Entry,
        native::body::Body,
        pictures::{
            parameters::{self, missing, out_of_range},
            studio, written_out,
        },
    },
    references::{self, References},
    shape,
};
use crate::{
    Refusal,
    film::Shot,
    models::media::{FilmForm, FilmUsage, Films},
    picture::{self, Idea, Mark},
};

/// The sides that a first frame may have, in pixels.
const FRAME_SIDES: (u32, u32) = (360, 2000);

/// What is asked for; files are not read yet.
#[derive(Clone, Debug)]
pub(super) struct Plan {
    pub(super) form: FilmForm,
    pub(super) idea: Idea,
    pub(super) seconds: u32,
    pub(super) is_marked: bool,
    pub(super) has_sound: bool,
    pub(super) usage: FilmUsage,
    extends: bool,
    shots: u32,
    size: Size,
    first: Option<String>,
    last: Option<String>,
    references: Vec<String>,
    sound: Option<String>,
}

#[derive(Clone, Debug)]
enum Size {
    Fixed((u32, u32)),
    /// The shape of the first frame, at this tier.
    LikeFirst(String),
}

impl Plan {
    pub(super) fn read(body: &Body<'_>, entry: &Entry, limits: &Films) -> Result<Self, Refusal> {
        let form = limits.form;
        let is_free = matches!(
            form,
            FilmForm::Image | FilmForm::Media | FilmForm::KeyFrames
        );
        let prompt = if is_free {
            parameters::optional(body, "prompt")?.unwrap_or_default()
        } else {
            parameters::required(body, "prompt")?
        };
        let negative = parameters::optional(body, "negative_prompt")?;
        let media = Media::read(body, entry, form)?;
        let size = match form {
            FilmForm::Text | FilmForm::References => Size::Fixed(shape::by_size(body, limits)?),
            FilmForm::TextWithRatio => {
                Size::Fixed(shape::by_ratio(body, &shape::tier(body, limits)?)?)
            }
            FilmForm::Image | FilmForm::Media | FilmForm::KeyFrames => {
                Size::LikeFirst(shape::tier(body, limits)?)
            }
        };
        let extends = parameters::flag(body, "prompt_extend", true)?;
        let shots = match parameters::text(body, "shot_type")? {
            // Only a prompt that is written out tells of several shots.
            Some("multi") if extends => 2,
            None | Some("single" | "multi") => 1,
            Some(_) => return Err(parameters::wrong_type("shot_type")),
        };
        Ok(Self {
            form,
            idea: parameters::idea(body, entry, limits.prompt, prompt, negative)?,
            seconds: seconds(body, limits)?,
            is_marked: parameters::flag(body, "watermark", false)?,
            has_sound: parameters::flag(body, "audio", true)?,
            usage: limits.usage,
            extends,
            shots,
            size,
            first: media.first,
            last: media.last,
            references: media.references,
            sound: media.sound.filter(|_| limits.takes_sound),
        })
    }

    /// The prompt as it was written out, which newer models don't tell.
    pub(super) fn written_out(&self) -> Option<String> {
        (self.extends && self.usage != FilmUsage::InAndOut).then(|| written_out(&self.idea.prompt))
    }

    /// Reads the files.
    pub(super) async fn shoot(self, entry: &Entry, model: &str) -> Result<Shooting, Refusal> {
        let frame = async |url: &Option<String>| match url {
            Some(url) => studio::input(entry, model, url, FRAME_SIDES)
                .await
                .map(Some),
            None => Ok(None),
        };
        let (first, last) = (frame(&self.first).await?, frame(&self.last).await?);
        let references = references::read(entry, model, &self.references).await?;
        if let Some(sound) = &self.sound {
            references::listen(entry, model, sound).await?;
        }
        let size = match &self.size {
            Size::Fixed(size) => *size,
            Size::LikeFirst(tier) => {
                shape::like(first.as_ref().map_or((16, 9), RgbImage::dimensions), tier)
            }
        };
        Ok(Shooting {
            plan: self,
            size,
            first,
            last,
            references,
        })
    }
}

fn seconds(body: &Body<'_>, limits: &Films) -> Result<u32, Refusal> {
    let usual = limits.seconds.first().copied().unwrap_or(5);
    let asked = parameters::number(body, "duration", 0..=u32::MAX)?.unwrap_or(usual);
    if limits.seconds.contains(&asked) {
        return Ok(asked);
    }
    let mut known = limits.seconds.clone();
    known.sort_unstable();
    let known: Vec<String> = known.iter().map(u32::to_string).collect();
    Err(out_of_range(&format!(
        "duration must be one of {}",
        known.join(", ")
    )))
}

/// The addresses that a request holds.
#[derive(Debug, Default)]
struct Media {
    first: Option<String>,
    last: Option<String>,
    references: Vec<String>,
    sound: Option<String>,
}

impl Media {
    fn read(body: &Body<'_>, entry: &Entry, form: FilmForm) -> Result<Self, Refusal> {
        let field = |name: &str| {
            let url = parameters::optional(body, name)?.filter(|url| !url.is_empty());
            url.map(|url| studio::address(entry, name, Some(url)))
                .transpose()
        };
        let needed = |name: &str| {
            field(name)?
                .map(Some)
                .ok_or_else(|| missing(&format!("input.{name}")))
        };
        let sound = field("audio_url")?;
        Ok(match form {
            FilmForm::Text | FilmForm::TextWithRatio => Self {
                sound,
                ..Self::default()
            },
            FilmForm::Image => Self {
                first: needed("img_url")?,
                sound,
                ..Self::default()
            },
            FilmForm::KeyFrames => Self {
                first: needed("first_frame_url")?,
                last: field("last_frame_url")?,
                ..Self::default()
            },
            FilmForm::Media => Self::listed(body, entry)?,
            FilmForm::References => Self {
                references: references(body, entry)?,
                sound,
                ..Self::default()
            },
        })
    }

    fn listed(body: &Body<'_>, entry: &Entry) -> Result<Self, Refusal> {
        let list = body
            .input("media")
            .and_then(Value::as_array)
            .ok_or_else(|| missing("input.media"))?;
        let mut media = Self::default();
        for item in list {
            let url = Some(studio::address(
                entry,
                "input.media.url",
                item["url"].as_str(),
            )?);
            match item["type"].as_str().unwrap_or_default() {
                "first_frame" => media.first = url,
                "last_frame" => media.last = url,
                "driving_audio" | "reference_audio" | "reference_voice" => media.sound = url,
                "reference_image" | "reference_video" | "video" | "first_clip" => {
                    media.references.extend(url);
                }
                _ => return Err(parameters::wrong_type("media.type")),
            }
        }
        if media.first.is_none() && media.references.is_empty() {
            return Err(missing("input.media"));
        }
        Ok(media)
    }
}

fn references(body: &Body<'_>, entry: &Entry) -> Result<Vec<String>, Refusal> {
    let list = body
        .input("reference_urls")
        .or_else(|| body.input("reference_video_urls"));
    let list = list
        .and_then(Value::as_array)
        .ok_or_else(|| missing("input.reference_urls"))?;
    if list.is_empty() || list.len() > 5 {
        return Err(out_of_range(
            "reference_urls must hold between 1 and 5 items",
        ));
    }
    list.iter()
        .map(|url| studio::address(entry, "input.reference_urls", url.as_str()))
        .collect()
}

/// A plan with its files.
pub(super) struct Shooting {
    pub(super) plan: Plan,
    pub(super) size: (u32, u32),
    first: Option<RgbImage>,
    last: Option<RgbImage>,
    pub(super) references: References,
}

impl Shooting {
    /// The pictures of the film.
    pub(super) fn shots(&self) -> Vec<Shot> {
        let (width, height) = self.size;
        let fit =
            |picture: &RgbImage| imageops::resize(picture, width, height, FilterType::Triangle);
        let one = |picture: RgbImage, weight| Shot {
            picture: self.marked(picture),
            weight,
        };
        match (&self.first, &self.last) {
            (Some(first), Some(last)) => {
                let (first, last) = (fit(first), fit(last));
                let between = picture::blend(&first, &last, 0.5);
                vec![one(first, 9), one(between, 1), one(last, 9)]
            }
            (Some(first), None) => vec![one(fit(first), 1)],
            (None, _) => (0..self.plan.shots)
                .map(|number| one(self.drawn(number), 1))
                .collect(),
        }
    }

    /// A picture from the words; who is to appear stands at the lower edge.
    fn drawn(&self, number: u32) -> RgbImage {
        let seed = self.plan.idea.seed.wrapping_add(number.into());
        let idea = Idea {
            seed,
            ..self.plan.idea.clone()
        };
        let (width, height) = self.size;
        let mut drawn = picture::draw(&idea, width, height);
        let side = width.min(height) / 3;
        for (place, who) in (0_i64..).zip(&self.references.pictures) {
            let who = imageops::resize(who, side, side, FilterType::Triangle);
            let left = i64::from(side / 4) + place * i64::from(side + side / 8);
            imageops::replace(&mut drawn, &who, left, i64::from(height - side - side / 6));
        }
        drawn
    }

    fn marked(&self, picture: RgbImage) -> RgbImage {
        if self.plan.is_marked {
            picture::stamp(picture, Mark::Made)
        } else {
            picture
        }
    }
}
