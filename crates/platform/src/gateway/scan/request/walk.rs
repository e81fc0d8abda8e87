//! A walk through values that only counts and looks.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};

/// Levels of nesting that are followed; what reads JSON here would not follow more.
const MAX_DEPTH: u8 = 127;

/// Bytes that write a value down beside those of its text: quotation marks, a colon, a comma.
const MARKS: u64 = 4;

/// Bytes that a number takes at most when a model is shown it.
const NUMBER: u64 = 24;

/// Names of values that are media.
const MEDIA: &[&str] = &[
    "audio",
    "audio_url",
    "file",
    "file_data",
    "file_list",
    "file_url",
    "file_urls",
    "image",
    "image_list",
    "image_url",
    "images",
    "input_audio",
    "multi_images",
    "video",
    "video_url",
];

/// What the `type` of media says.
const MEDIA_TYPES: &[&str] = &[
    "audio",
    "document",
    "file",
    "image",
    "image_url",
    "input_audio",
    "input_file",
    "input_image",
    "input_video",
    "video",
    "video_url",
];

/// What a walk finds.
#[derive(Clone, Debug, Default)]
pub(super) struct Found {
    pub(super) has_media: bool,
    pub(super) text_bytes: u64,
    pub(super) is_too_deep: bool,
}

impl Found {
    pub(super) fn count_name(&mut self, name: &str) {
        self.text_bytes += name.len() as u64 + MARKS;
    }
}

/// What a value is part of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// What a model is asked: media may be in it.
    Content,
    /// Media: addresses and data, which are not text.
    Media,
    /// The source of media, if the object around it says so.
    Source,
    /// The value of `type`.
    Type,
    /// Anything else. The name `image` in a tool's description is no picture.
    Plain,
}

impl Place {
    /// The place of the value of this name.
    pub(super) fn below(self, name: &str) -> Self {
        match self {
            Self::Plain => Self::Plain,
            Self::Media => Self::Media,
            Self::Source if matches!(name, "data" | "url") => Self::Media,
            Self::Content | Self::Source | Self::Type => match name {
                "type" => Self::Type,
                "source" => Self::Source,
                name if MEDIA.contains(&name) => Self::Media,
                _ => Self::Content,
            },
        }
    }
}

/// Walks one value.
pub(super) struct Walk<'f> {
    found: &'f mut Found,
    place: Place,
    /// How many lists and objects enclose the value.
    depth: u8,
}

impl<'f> Walk<'f> {
    pub(super) fn new(found: &'f mut Found, place: Place, depth: u8) -> Self {
        Self {
            found,
            place,
            depth,
        }
    }

    fn descend<E: serde::de::Error>(&mut self) -> Result<u8, E> {
        self.found.has_media |= self.place == Place::Media;
        self.found.text_bytes += MARKS;
        if self.depth >= MAX_DEPTH {
            self.found.is_too_deep = true;
            return Err(E::custom("nested too deeply"));
        }
        Ok(self.depth + 1)
    }
}

impl<'de> DeserializeSeed<'de> for Walk<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Walk<'_> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("any value")
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut map: A) -> Result<(), A::Error> {
        let depth = self.descend()?;
        let place = self.place;
        while let Some(below) = map.next_key_seed(Below(self.found, place))? {
            map.next_value_seed(Walk::new(self.found, below, depth))?;
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut seq: A) -> Result<(), A::Error> {
        let depth = self.descend()?;
        while seq
            .next_element_seed(Walk::new(self.found, self.place, depth))?
            .is_some()
        {}
        Ok(())
    }

    fn visit_str<E>(self, text: &str) -> Result<(), E> {
        let found = self.found;
        match self.place {
            Place::Media => {
                found.has_media = true;
                return Ok(());
            }
            Place::Type => found.has_media |= MEDIA_TYPES.contains(&text),
            Place::Content | Place::Source => found.has_media |= text.starts_with("oss://"),
            Place::Plain => {}
        }
        found.text_bytes += text.len() as u64 + MARKS;
        Ok(())
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        self.found.text_bytes += MARKS + 1;
        Ok(())
    }

    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        self.found.text_bytes += NUMBER;
        Ok(())
    }

    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        self.found.text_bytes += NUMBER;
        Ok(())
    }

    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        self.found.text_bytes += NUMBER;
        Ok(())
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        self.found.text_bytes += MARKS;
        Ok(())
    }
}

/// Reads a name, which says what its value is part of.
struct Below<'f>(&'f mut Found, Place);

impl<'de> DeserializeSeed<'de> for Below<'_> {
    type Value = Place;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Place, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for Below<'_> {
    type Value = Place;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a name")
    }

    fn visit_str<E>(self, name: &str) -> Result<Place, E> {
        self.0.count_name(name);
        Ok(self.1.below(name))
    }
}
