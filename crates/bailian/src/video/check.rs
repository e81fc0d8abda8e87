//! What is documented for each kind of video.

use std::ops::RangeInclusive;

use super::VideoRequest;
use crate::Error;
use crate::media::{Checked, SEEDS, Size};
use crate::validate::require;

const TIERS: [(&str, &[Size]); 3] = [
    (
        "480P",
        &[
            Size::new(832, 480),
            Size::new(480, 832),
            Size::new(624, 624),
        ],
    ),
    (
        "720P",
        &[
            Size::new(1280, 720),
            Size::new(720, 1280),
            Size::new(960, 960),
            Size::new(1088, 832),
            Size::new(832, 1088),
        ],
    ),
    (
        "1080P",
        &[
            Size::new(1920, 1080),
            Size::new(1080, 1920),
            Size::new(1440, 1440),
            Size::new(1632, 1248),
            Size::new(1248, 1632),
        ],
    ),
];

/// What one model makes: its tiers and its lengths in seconds.
struct Abilities {
    tiers: &'static [&'static str],
    durations: RangeInclusive<u32>,
    /// Whether only these two lengths, not those between.
    ends_only: bool,
}

/// Of the models whose page was read; where two copies differ, what either allows.
fn abilities(model: &str) -> Option<Abilities> {
    let (tiers, durations, ends_only): (&[&str], _, _) = match model {
        "wan2.6-t2v" | "wan2.6-i2v" | "wan2.6-i2v-flash" => (&["720P", "1080P"], 2..=15, false),
        "wan2.6-t2v-us" => (&["720P", "1080P"], 5..=10, true),
        "wan2.5-t2v-preview" | "wan2.5-i2v-preview" => (&["480P", "720P", "1080P"], 5..=10, true),
        "wan2.2-t2v-plus" | "wan2.2-i2v-plus" => (&["480P", "1080P"], 5..=5, false),
        "wan2.2-i2v-flash" | "wan2.2-kf2v-flash" => (&["480P", "720P", "1080P"], 5..=5, false),
        "wanx2.1-t2v-turbo" | "wan2.1-t2v-turbo" => (&["480P", "720P"], 5..=5, false),
        "wanx2.1-i2v-turbo" | "wan2.1-i2v-turbo" => (&["480P", "720P"], 3..=5, false),
        "wanx2.1-t2v-plus" | "wan2.1-t2v-plus" | "wanx2.1-i2v-plus" | "wan2.1-i2v-plus"
        | "wanx2.1-kf2v-plus" | "wan2.1-kf2v-plus" => (&["720P"], 5..=5, false),
        _ => return None,
    };
    Some(Abilities {
        tiers,
        durations,
        ends_only,
    })
}

impl VideoRequest {
    /// Checks the documented ranges of the request's model; fails with the field's name. Models that are not
    /// known here are only checked for what holds for all.
    pub fn validate(&self) -> Result<(), Error> {
        let (input, asked) = (&self.input, &self.parameters);
        require(!self.model.is_empty(), "model", "you must provide a model")?;
        asked.seed.within(&SEEDS, "seed")?;
        let is = |kind: &str| self.model.contains(kind);
        let has_prompt = input
            .prompt
            .as_ref()
            .is_some_and(|prompt| !prompt.is_empty());
        if is("t2v") || is("r2v") {
            require(has_prompt, "prompt", "must not be empty")?;
        }
        if is("kf2v") {
            let first = input.first_frame_url.is_some();
            require(first, "first_frame_url", "must be given")?;
        } else if is("i2v") && is("wan2.7") {
            require(!input.media.is_empty(), "media", "must not be empty")?;
        } else if is("i2v") {
            require(input.img_url.is_some(), "img_url", "must be given")?;
        }
        let Some(able) = abilities(&self.model) else {
            return Ok(());
        };
        asked.duration.within(&able.durations, "duration")?;
        let ends = [able.durations.start(), able.durations.end()];
        let between = asked
            .duration
            .is_some_and(|length| !ends.contains(&&length));
        require(
            !(able.ends_only && between),
            "duration",
            &format!("must be {} or {}", ends[0], ends[1]),
        )?;
        let known = asked.resolution.as_deref();
        let known = known.is_none_or(|tier| able.tiers.contains(&tier));
        require(known, "resolution", "not one of the model's")?;
        let fits = asked.size.is_none_or(|size| {
            let tiers = TIERS.iter().filter(|(tier, _)| able.tiers.contains(tier));
            tiers.clone().any(|(_, sizes)| sizes.contains(&size))
        });
        require(fits, "size", "not one of the model's")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const IMAGE: &str = "https://x/a.png";

    #[test]
    fn what_the_provider_would_refuse_is_named() {
        let words = |model: &str| VideoRequest::from_text(model, "a cat");
        let image = |model: &str| VideoRequest::from_image(model, IMAGE);
        for (request, field) in [
            (words(""), "model"),
            (VideoRequest::from_text("wan2.6-t2v", ""), "prompt"),
            (words("wan2.6-t2v").duration(16_u32), "duration"),
            (words("wan2.5-t2v-preview").duration(7_u32), "duration"),
            (words("wan2.2-t2v-plus").duration(6_u32), "duration"),
            (words("wan2.6-t2v").size((832, 480)), "size"),
            (words("wan2.6-t2v").size((1000, 1000)), "size"),
            (words("wan2.6-t2v").seed(-1), "seed"),
            (image("wanx2.1-i2v-plus").resolution("1080P"), "resolution"),
            (words("wan2.6-i2v"), "img_url"),
            (words("wan2.7-i2v"), "media"),
            (words("wan2.2-kf2v-flash"), "first_frame_url"),
            (
                VideoRequest::from_references("wan2.6-r2v", "", [IMAGE]),
                "prompt",
            ),
        ] {
            let error = request.validate().unwrap_err();
            assert!(
                error.message().starts_with(field),
                "{request:?}: {}",
                error.message()
            );
        }
        for request in [
            words("wan2.6-t2v").size((1088, 832)).duration(7_u32),
            words("wan2.5-t2v-preview")
                .size((624, 624))
                .duration(10_u32),
            image("wan2.6-i2v-flash").resolution("720P").audio(false),
            image("wan2.7-i2v").duration(3_u32),
            VideoRequest::between_frames("wan2.2-kf2v-flash", IMAGE, IMAGE),
            VideoRequest::from_references("wan2.6-r2v", "character1 waves", [IMAGE]),
            words("some-new-model").duration(60_u32),
        ] {
            assert!(request.validate().is_ok(), "{request:?}");
        }
    }
}
