//! JSON that others wrote, taken field by field: what has another form than is expected counts as not being there, and the rest is
//! taken all the same. What nobody asks for is passed over without being kept.

mod lists;

use std::{fmt, marker::PhantomData};

use serde::{
    Deserialize, Deserializer,
    de::{IgnoredAny, MapAccess, SeqAccess, Visitor, value::MapAccessDeserializer},
};

pub(super) use lists::{List, MANY, Table};

/// What is made of each kind of value; of those that are not mentioned, nothing.
trait Take<'de>: Default {
    fn text(_: &str) -> Self {
        Self::default()
    }

    fn number(_: f64) -> Self {
        Self::default()
    }

    fn flag(_: bool) -> Self {
        Self::default()
    }

    /// Whether nobody misses it in a list.
    fn is_nothing(&self) -> bool {
        false
    }

    fn list<A: SeqAccess<'de>>(mut list: A) -> Result<Self, A::Error> {
        while list.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Self::default())
    }

    fn map<A: MapAccess<'de>>(mut map: A) -> Result<Self, A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Self::default())
    }
}

struct Taking<T>(PhantomData<T>);

#[expect(
    clippy::cast_precision_loss,
    reason = "numbers are moments, and those are small enough"
)]
impl<'de, T: Take<'de>> Visitor<'de> for Taking<T> {
    type Value = T;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("anything")
    }

    fn visit_str<E>(self, text: &str) -> Result<T, E> {
        Ok(T::text(text))
    }

    fn visit_i64<E>(self, number: i64) -> Result<T, E> {
        Ok(T::number(number as f64))
    }

    fn visit_u64<E>(self, number: u64) -> Result<T, E> {
        Ok(T::number(number as f64))
    }

    fn visit_f64<E>(self, number: f64) -> Result<T, E> {
        Ok(T::number(number))
    }

    fn visit_bool<E>(self, flag: bool) -> Result<T, E> {
        Ok(T::flag(flag))
    }

    fn visit_unit<E>(self) -> Result<T, E> {
        Ok(T::default())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<T, A::Error> {
        T::list(list)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<T, A::Error> {
        T::map(map)
    }
}

fn take<'de, T: Take<'de>, D: Deserializer<'de>>(from: D) -> Result<T, D::Error> {
    from.deserialize_any(Taking(PhantomData))
}

/// A text; empty where there is none.
#[derive(Debug, Default)]
pub(super) struct Text(pub(super) String);

impl Take<'_> for Text {
    fn is_nothing(&self) -> bool {
        self.0.is_empty()
    }

    fn text(text: &str) -> Self {
        Self(text.to_owned())
    }
}

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        take(from)
    }
}

/// Whether something is so; not where that is not said.
#[derive(Debug, Default)]
pub(super) struct Flag(pub(super) bool);

impl Take<'_> for Flag {
    fn flag(flag: bool) -> Self {
        Self(flag)
    }
}

impl<'de> Deserialize<'de> for Flag {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        take(from)
    }
}

/// A moment in milliseconds since 1970, written as seconds, milliseconds or by the calendar.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Moment(pub(super) Option<i64>);

/// So many seconds are five thousand years, and so many milliseconds are three: below are seconds, above milliseconds.
const SECONDS_END: f64 = 1e11;

/// More is no moment that a calendar knows.
const MILLIS_END: f64 = 1e15;

impl Take<'_> for Moment {
    #[expect(clippy::cast_possible_truncation, reason = "the bounds are looked at")]
    fn number(number: f64) -> Self {
        let millis = if number < SECONDS_END {
            number * 1000.0
        } else {
            number
        };
        Self((millis > 0.0 && millis < MILLIS_END).then_some(millis as i64))
    }

    fn text(text: &str) -> Self {
        match text.parse::<f64>() {
            Ok(number) => Self::number(number),
            Err(_) => Self(
                text.parse::<jiff::Timestamp>()
                    .ok()
                    .map(jiff::Timestamp::as_millisecond),
            ),
        }
    }
}

impl<'de> Deserialize<'de> for Moment {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        take(from)
    }
}

/// An object that may be something else.
#[derive(Debug)]
pub(super) struct Part<T>(pub(super) Option<T>);

impl<T> Default for Part<T> {
    fn default() -> Self {
        Self(None)
    }
}

impl<'de, T: Deserialize<'de>> Take<'de> for Part<T> {
    fn is_nothing(&self) -> bool {
        self.0.is_none()
    }

    fn map<A: MapAccess<'de>>(map: A) -> Result<Self, A::Error> {
        T::deserialize(MapAccessDeserializer::new(map)).map(|part| Self(Some(part)))
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Part<T> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        take(from)
    }
}

/// What a message says: a text, or texts and things that are no text one after the other.
#[derive(Debug, Default)]
pub(super) struct Content {
    pub(super) text: String,
    /// Things that are no text.
    pub(super) things: u32,
}

/// One of them.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Piece {
    text: Text,
}

impl<'de> Take<'de> for Content {
    fn text(text: &str) -> Self {
        Self {
            text: text.to_owned(),
            things: 0,
        }
    }

    fn list<A: SeqAccess<'de>>(mut list: A) -> Result<Self, A::Error> {
        let mut all = Self::default();
        while let Some(Self { text, things }) = list.next_element()? {
            all.things = all.things.saturating_add(things);
            if !all.text.is_empty() && !text.is_empty() {
                all.text.push_str("\n\n");
            }
            all.text.push_str(&text);
        }
        Ok(all)
    }

    fn map<A: MapAccess<'de>>(map: A) -> Result<Self, A::Error> {
        let Piece { text: Text(text) } = Piece::deserialize(MapAccessDeserializer::new(map))?;
        let things = u32::from(text.is_empty());
        Ok(Self { text, things })
    }
}

impl<'de> Deserialize<'de> for Content {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        take(from)
    }
}

/// What was thought: a text, or an object with one in it.
#[derive(Debug, Default)]
pub(super) struct Thought(pub(super) String);

/// The object.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Thinking {
    content: Text,
}

impl<'de> Take<'de> for Thought {
    fn text(text: &str) -> Self {
        Self(text.to_owned())
    }

    fn map<A: MapAccess<'de>>(map: A) -> Result<Self, A::Error> {
        let Thinking { content } = Thinking::deserialize(MapAccessDeserializer::new(map))?;
        Ok(Self(content.0))
    }
}

impl<'de> Deserialize<'de> for Thought {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        take(from)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Default, Deserialize)]
    #[serde(default)]
    struct Sample {
        text: Text,
        flag: Flag,
        at: Moment,
        part: Part<Piece>,
        list: List<Text>,
        table: Table<Flag>,
        content: Content,
    }

    fn read(json: &str) -> Sample {
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn what_has_another_form_is_not_there_and_the_rest_is() {
        for odd in [
            "null",
            "1",
            "-1.5e300",
            "true",
            "[]",
            "[[{}]]",
            "{}",
            "{\"a\":[1]}",
        ] {
            let json = format!(
                r#"{{"text":{odd},"list":{odd},"part":{odd},"table":{odd},"flag":{odd},"more":{odd},"at":1700000000}}"#
            );
            let sample = read(&json);
            assert_eq!(sample.text.0, "", "{odd}");
            assert_eq!(sample.at, Moment(Some(1_700_000_000_000)), "{odd}");
        }
        let sample = read(
            r#"{"text":"a","flag":true,"part":{"text":"b","x":1},"list":["c",5],"table":{"d":true}}"#,
        );
        assert_eq!((sample.text.0.as_str(), sample.flag.0), ("a", true));
        assert_eq!(sample.part.0.unwrap().text.0, "b");
        assert_eq!((sample.list.0[0].0.as_str(), sample.list.0.len()), ("c", 1));
        assert!(sample.table.0[0].1.0);
    }

    #[test]
    fn moments_are_understood_as_they_are_written() {
        for (written, millis) in [
            ("1700000000", Some(1_700_000_000_000)),
            ("1700000000.25", Some(1_700_000_000_250)),
            ("1700000000123", Some(1_700_000_000_123)),
            ("\"1700000000\"", Some(1_700_000_000_000)),
            ("\"2023-11-14T22:13:20Z\"", Some(1_700_000_000_000)),
            ("\"2023-11-14T22:13:20.000+00:00\"", Some(1_700_000_000_000)),
            ("-5", None),
            ("0", None),
            ("1e300", None),
            ("\"NaN\"", None),
            ("\"yesterday\"", None),
        ] {
            let moment: Moment = serde_json::from_str(written).unwrap();
            assert_eq!(moment.0, millis, "{written}");
        }
    }

    #[test]
    fn texts_are_joined_and_things_between_them_counted() {
        let sample = read(
            r#"{"content":["a",{"content_type":"image_asset_pointer"},{"text":"b"},null,["c"]]}"#,
        );
        assert_eq!(sample.content.text, "a\n\nb\n\nc");
        assert_eq!(sample.content.things, 1);
    }

    /// IO-22, R-91.
    #[test]
    fn what_is_nested_without_end_is_refused() {
        let deep = format!("{{\"content\":{}", "[".repeat(100_000));
        assert!(serde_json::from_str::<Sample>(&deep).is_err());
    }
}
