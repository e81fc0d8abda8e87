//! How large pictures, films and texts for them may be.

use serde::{Deserialize, Serialize};

/// The limits of a media model; what is absent is not known.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct MediaLimits {
    /// Results a request.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub n: Option<Span>,
    /// Size of a picture, `width*height`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub size: Option<SizeLimits>,
    /// Length of a film or sound in seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub duration_s: Option<Span>,
    /// Words such as `720P`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub resolutions: Vec<String>,
    /// Images sent along.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub input_images: Option<Span>,
    /// Characters of a prompt; some models cut what is longer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prompt_chars: Option<u64>,
    /// Characters of a text to be spoken.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub characters: Option<u64>,
}

/// Numbers that are allowed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Span {
    /// The smallest.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub least: Option<u64>,
    /// The largest.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub most: Option<u64>,
    /// Only these, if there are any.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub one_of: Vec<u64>,
}

impl Span {
    /// Whether a number is allowed.
    pub fn allows(&self, number: u64) -> bool {
        (self.one_of.is_empty() || self.one_of.contains(&number))
            && self.least.is_none_or(|least| number >= least)
            && self.most.is_none_or(|most| number <= most)
    }
}

/// Sizes that are allowed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct SizeLimits {
    /// Only these, if there are any.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub one_of: Vec<String>,
    /// Fewest pixels.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub least_pixels: Option<u64>,
    /// Most pixels.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub most_pixels: Option<u64>,
    /// How many times longer one side may be than the other.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub most_ratio: Option<u64>,
    /// Shortest side.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub least_side: Option<u64>,
    /// Longest side.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub most_side: Option<u64>,
}

impl SizeLimits {
    /// Whether a size such as `1024*768` is allowed; words in its place are not judged.
    pub fn allows(&self, size: &str) -> bool {
        if !self.one_of.is_empty() {
            return self.one_of.iter().any(|known| known == size);
        }
        let sides = size.split_once('*');
        let sides = sides.and_then(|(w, h)| Some((w.parse::<u64>().ok()?, h.parse::<u64>().ok()?)));
        let Some((width, height)) = sides else {
            return true;
        };
        let (short, long) = (width.min(height), width.max(height));
        let pixels = width.saturating_mul(height);
        let (above, below) = (
            |least: Option<u64>, value| least.is_none_or(|least| value >= least),
            |most: Option<u64>, value| most.is_none_or(|most| value <= most),
        );
        above(self.least_pixels, pixels)
            && below(self.most_pixels, pixels)
            && above(self.least_side, short)
            && below(self.most_side, long)
            && self
                .most_ratio
                .is_none_or(|ratio| long <= short.saturating_mul(ratio))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_judged_by_pixels_ratio_and_sides() {
        let by_pixels = SizeLimits {
            least_pixels: Some(100),
            most_pixels: Some(400),
            most_ratio: Some(4),
            ..SizeLimits::default()
        };
        let by_side = SizeLimits {
            least_side: Some(10),
            most_side: Some(20),
            ..SizeLimits::default()
        };
        let listed = SizeLimits {
            one_of: vec!["16*9".to_owned()],
            ..SizeLimits::default()
        };
        for (limits, size, allowed) in [
            (&by_pixels, "20*20", true),
            (&by_pixels, "5*20", true),
            (&by_pixels, "4*25", false),
            (&by_pixels, "20*21", false),
            (&by_pixels, "9*11", false),
            (&by_pixels, "2K", true),
            (&by_pixels, "18446744073709551615*2", false),
            (&by_side, "10*20", true),
            (&by_side, "9*20", false),
            (&by_side, "10*21", false),
            (&listed, "16*9", true),
            (&listed, "9*16", false),
        ] {
            assert_eq!(limits.allows(size), allowed, "{size}");
        }
    }
}
