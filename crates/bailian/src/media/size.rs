//! Sizes of pictures.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// Width and height in pixels, written `1024*1024`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size {
    /// Pixels from left to right.
    pub width: u32,
    /// Pixels from top to bottom.
    pub height: u32,
}

impl Size {
    /// A size.
    pub const fn new(width: u32, height: u32) -> Self {
        Self { width, height }
    }

    pub(crate) fn pixels(self) -> u64 {
        u64::from(self.width) * u64::from(self.height)
    }

    /// Whether neither side is more than `most` times the other.
    pub(crate) fn is_within_ratio(self, most: u32) -> bool {
        let (short, long) = (self.width.min(self.height), self.width.max(self.height));
        short > 0 && u64::from(long) <= u64::from(short) * u64::from(most)
    }
}

impl From<(u32, u32)> for Size {
    fn from((width, height): (u32, u32)) -> Self {
        Self { width, height }
    }
}

impl fmt::Display for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}*{}", self.width, self.height)
    }
}

impl Serialize for Size {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Size {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let sides = text.split_once('*');
        let size = sides.and_then(|(width, height)| {
            Some(Self::new(
                width.trim().parse().ok()?,
                height.trim().parse().ok()?,
            ))
        });
        size.ok_or_else(|| de::Error::custom("not a size such as 1024*1024"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_size_is_written_as_the_provider_does() {
        let size: Size = serde_json::from_str("\"1280*720\"").unwrap();
        assert_eq!(size, (1280, 720).into());
        assert_eq!(serde_json::to_string(&size).unwrap(), "\"1280*720\"");
        assert!(serde_json::from_str::<Size>("\"720P\"").is_err());
        assert!(size.is_within_ratio(2) && !size.is_within_ratio(1));
        assert!(!Size::new(0, 1).is_within_ratio(8));
    }
}
