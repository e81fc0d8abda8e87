//! Parameters by their types and ranges.

use std::ops::RangeInclusive;

use serde_json::Value;

use super::super::{entry::Entry, native::body::Body};
use crate::{
    Refusal,
    models::media::{Pictures, Sizes},
    picture::Idea,
};

/// The largest seed.
const SEEDS: RangeInclusive<u32> = 0..=2_147_483_647;
/// Characters of a negative prompt; what is more is cut.
const NEGATIVE: usize = 500;

/// A whole number within its range.
pub(crate) fn number(
    body: &Body<'_>,
    name: &str,
    range: RangeInclusive<u32>,
) -> Result<Option<u32>, Refusal> {
    let Some(value) = body.parameter(name) else {
        return Ok(None);
    };
    let number = value.as_u64().and_then(|number| u32::try_from(number).ok());
    match number {
        Some(number) if range.contains(&number) => Ok(Some(number)),
        Some(_) => {
            let (least, most) = (range.start(), range.end());
            Err(out_of_range(&format!(
                "{name} must be between {least} and {most}"
            )))
        }
        None => Err(wrong_type(name)),
    }
}

/// A number with a fraction, within its range.
pub(crate) fn fraction(
    body: &Body<'_>,
    name: &str,
    range: RangeInclusive<f32>,
    usual: f32,
) -> Result<f32, Refusal> {
    let Some(value) = body.parameter(name) else {
        return Ok(usual);
    };
    // Serde reads the text into the nearest number of this size.
    let number = serde_json::from_value::<f32>(value.clone()).map_err(|_| wrong_type(name))?;
    if range.contains(&number) {
        return Ok(number);
    }
    let (least, most) = (range.start(), range.end());
    Err(out_of_range(&format!(
        "{name} must be between {least} and {most}"
    )))
}

/// True or false.
pub(crate) fn flag(body: &Body<'_>, name: &str, usual: bool) -> Result<bool, Refusal> {
    body.parameter(name).map_or(Ok(usual), |value| {
        value.as_bool().ok_or_else(|| wrong_type(name))
    })
}

/// A text in `parameters`.
pub(crate) fn text<'a>(body: &Body<'a>, name: &str) -> Result<Option<&'a str>, Refusal> {
    let read = |value: &'a Value| value.as_str().ok_or_else(|| wrong_type(name));
    body.parameter(name).map(read).transpose()
}

/// A text in `input` that must be there.
pub(crate) fn required<'a>(body: &Body<'a>, name: &str) -> Result<&'a str, Refusal> {
    optional(body, name)?
        .filter(|text| !text.is_empty())
        .ok_or_else(|| missing(&format!("input.{name}")))
}

/// A text in `input`.
pub(crate) fn optional<'a>(body: &Body<'a>, name: &str) -> Result<Option<&'a str>, Refusal> {
    let read = |value: &'a Value| value.as_str().ok_or_else(|| wrong_type(name));
    body.input(name).map(read).transpose()
}

/// What a picture is drawn from; the words that are too many are cut.
pub(crate) fn idea(
    body: &Body<'_>,
    entry: &Entry,
    limits: usize,
    prompt: &str,
    negative: Option<&str>,
) -> Result<Idea, Refusal> {
    let seed = match number(body, "seed", SEEDS)? {
        Some(seed) => u64::from(seed),
        None => entry.dice().and("seed").next() >> 33,
    };
    Ok(Idea {
        prompt: prompt.chars().take(limits).collect(),
        negative: negative
            .unwrap_or_default()
            .chars()
            .take(NEGATIVE)
            .collect(),
        style: text(body, "style")?.unwrap_or_default().to_owned(),
        seed,
    })
}

/// How many pictures are wanted.
pub(crate) fn count(body: &Body<'_>, limits: &Pictures) -> Result<u32, Refusal> {
    match number(body, "n", 1..=limits.most) {
        Err(_) if limits.most == 1 => Err(Refusal::invalid_parameter(
            "num_images_per_prompt must be 1.",
        )),
        given => Ok(given?.unwrap_or(limits.usual)),
    }
}

/// The size, when one is asked for.
pub(crate) fn size(body: &Body<'_>, sizes: &Sizes) -> Result<Option<(u32, u32)>, Refusal> {
    let Some(text) = text(body, "size")? else {
        return Ok(None);
    };
    let size = sides(text).filter(|size| is_allowed(*size, text, sizes));
    let wrong = || Refusal::invalid_parameter(format!("The size is not match {text}"));
    size.map(Some).ok_or_else(wrong)
}

/// `1024*768`.
pub(crate) fn sides(text: &str) -> Option<(u32, u32)> {
    let (width, height) = text.split_once('*')?;
    Some((width.trim().parse().ok()?, height.trim().parse().ok()?))
}

fn is_allowed((width, height): (u32, u32), text: &str, sizes: &Sizes) -> bool {
    match sizes {
        Sizes::Listed(list) => list.iter().any(|known| known == text),
        Sizes::Sides(least, most) => {
            let range = least..=most;
            range.contains(&&width) && range.contains(&&height)
        }
        Sizes::Area { least, most, ratio } => {
            let area = u64::from(width) * u64::from(height);
            let (short, long) = (width.min(height), width.max(height));
            (u64::from(*least)..=u64::from(*most)).contains(&area)
                && ratio.is_none_or(|ratio| u64::from(long) <= u64::from(short) * u64::from(ratio))
        }
    }
}

pub(crate) fn missing(name: &str) -> Refusal {
    Refusal::invalid_parameter(format!("Field required: {name}"))
}

pub(crate) fn wrong_type(name: &str) -> Refusal {
    Refusal::invalid_parameter(format!("The type or value of {name} is out of definition."))
}

pub(crate) fn out_of_range(what: &str) -> Refusal {
    Refusal::invalid_parameter(format!(
        "the parameters must conform to the specification: {what}."
    ))
}

#[cfg(test)]
mod tests {
    use super::{is_allowed, sides};
    use crate::models::media::Sizes;

    #[test]
    fn a_size_is_two_numbers_within_the_limits() {
        let allowed = |text: &str, sizes: &Sizes| {
            sides(text).is_some_and(|size| is_allowed(size, text, sizes))
        };
        let by_side = Sizes::Sides(512, 1440);
        assert!(allowed("1440*512", &by_side));
        for wrong in ["1441*512", "1024x1024", "1024", "*", "-1*600"] {
            assert!(!allowed(wrong, &by_side), "{wrong}");
        }
        let by_area = Sizes::Area {
            least: 589_824,
            most: 2_073_600,
            ratio: Some(4),
        };
        assert!(allowed("960*1696", &by_area));
        assert!(!allowed("400*1700", &by_area));
        assert!(!allowed("1500*1500", &by_area));
        assert!(!allowed("4294967295*4294967295", &by_area));
        let listed = Sizes::Listed(vec!["1664*928".to_owned()]);
        assert!(allowed("1664*928", &listed));
        assert!(!allowed("928*1664", &listed));
    }
}
