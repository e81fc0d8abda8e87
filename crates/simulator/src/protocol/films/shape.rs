//! How large a film is: sizes by tier, and the shape of the picture that it begins with.

use super::super::{
    native::body::Body,
    pictures::parameters::{self, out_of_range},
};
use crate::{Refusal, models::media::Films};

/// The sizes of a tier, the usual one first.
fn sizes(tier: &str) -> [(u32, u32); 5] {
    match tier {
        "480P" => [(832, 480), (480, 832), (624, 624), (832, 480), (480, 832)],
        "720P" => [
            (1280, 720),
            (720, 1280),
            (960, 960),
            (1088, 832),
            (832, 1088),
        ],
        _ => [
            (1920, 1080),
            (1080, 1920),
            (1440, 1440),
            (1632, 1248),
            (1248, 1632),
        ],
    }
}

/// `size`, one of those of the model's tiers.
pub(super) fn by_size(body: &Body<'_>, limits: &Films) -> Result<(u32, u32), Refusal> {
    let Some(text) = parameters::text(body, "size")? else {
        return Ok(sizes(&limits.usual_tier)[0]);
    };
    let asked = parameters::sides(text);
    let mut known = limits.tiers.iter().flat_map(|tier| sizes(tier));
    let wrong = || Refusal::invalid_parameter(format!("The size is not match {text}"));
    known.find(|size| Some(*size) == asked).ok_or_else(wrong)
}

/// `resolution`, one of the model's tiers.
pub(super) fn tier(body: &Body<'_>, limits: &Films) -> Result<String, Refusal> {
    let asked = parameters::text(body, "resolution")?.map(str::to_uppercase);
    let tier = asked.unwrap_or_else(|| limits.usual_tier.clone());
    if limits.tiers.contains(&tier) {
        return Ok(tier);
    }
    let tiers = limits.tiers.join(", ");
    Err(out_of_range(&format!("resolution must be one of {tiers}")))
}

/// `ratio` within a tier.
pub(super) fn by_ratio(body: &Body<'_>, tier: &str) -> Result<(u32, u32), Refusal> {
    const RATIOS: [&str; 5] = ["16:9", "9:16", "1:1", "4:3", "3:4"];
    let ratio = parameters::text(body, "ratio")?.unwrap_or(RATIOS[0]);
    let place = RATIOS.iter().position(|known| *known == ratio);
    place
        .map(|place| sizes(tier)[place])
        .ok_or_else(|| out_of_range(&format!("ratio must be one of {}", RATIOS.join(", "))))
}

/// The shape of a picture at the area of a tier, in whole blocks.
pub(super) fn like((width, height): (u32, u32), tier: &str) -> (u32, u32) {
    let (across, down) = sizes(tier)[0];
    let area = f64::from(across) * f64::from(down);
    let ratio = (f64::from(width) / f64::from(height)).clamp(0.25, 4.0);
    let side = |length: f64| {
        let fits = |blocks: &u32| f64::from(blocks * 16) + 8.0 > length;
        (1..=256_u32).find(fits).unwrap_or(256) * 16
    };
    (side((area * ratio).sqrt()), side((area / ratio).sqrt()))
}

/// Lines, as `SR` names them.
pub(super) fn lines((width, height): (u32, u32)) -> u32 {
    match u64::from(width) * u64::from(height) {
        0..=500_000 => 480,
        500_001..=1_200_000 => 720,
        _ => 1080,
    }
}

#[cfg(test)]
mod tests {
    use super::{like, lines};

    #[test]
    fn a_film_has_the_shape_of_its_first_frame_and_the_area_of_its_tier() {
        assert_eq!(like((1600, 900), "720P"), (1280, 720));
        assert_eq!(like((900, 900), "480P"), (624, 624));
        assert_eq!(lines(like((500, 1500), "1080P")), 1080);
        assert_eq!(lines((624, 624)), 480);
    }
}
