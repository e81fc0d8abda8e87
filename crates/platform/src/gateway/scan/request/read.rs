//! The one pass over a body.

use std::borrow::Cow;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use super::ScanError;
use super::fields::{Field, Section};
use super::walk::{Found, Place, Walk};

/// What is large by nature is walked where it stands and its position is not kept. Everything else is small enough to
/// be found first and walked then.
const CONTENT: &[&str] = &[
    "contents",
    "documents",
    "history",
    "instructions",
    "messages",
    "prompt",
    "query",
    "system",
    "text",
    "texts",
    "tools",
];

/// All that one pass finds.
#[derive(Debug, Default)]
pub(super) struct Pass {
    /// The address of the body, against which positions are reckoned.
    start: usize,
    failure: Option<ScanError>,
    pub(super) fields: Vec<Field>,
    pub(super) found: Found,
}

impl Pass {
    pub(super) fn over(text: &str) -> Result<Self, ScanError> {
        let mut pass = Self {
            start: text.as_ptr().addr(),
            ..Self::default()
        };
        let mut reader = serde_json::Deserializer::from_str(text);
        let object = Object {
            pass: &mut pass,
            section: Section::Top,
        };
        let read = reader.deserialize_map(object).and_then(|()| reader.end());
        match read {
            Ok(()) => Ok(pass),
            Err(error) => Err(pass.refusal(&error)),
        }
    }

    fn refusal(&mut self, error: &serde_json::Error) -> ScanError {
        if let Some(failure) = self.failure.take() {
            return failure;
        }
        // Errors of syntax state a position; those of types would quote the value.
        ScanError::Malformed(if self.found.is_too_deep {
            "it is nested too deeply".to_owned()
        } else if error.is_data() {
            "it is something else".to_owned()
        } else {
            error.to_string()
        })
    }

    /// Walks what is written in `raw`, and keeps its fields if they matter.
    fn walk(&mut self, section: Section, name: &str, raw: &str) -> Result<(), ()> {
        let mut reader = serde_json::Deserializer::from_str(raw);
        let read = match section.below(name) {
            Some(section) if raw.starts_with('{') => reader.deserialize_map(Object {
                pass: self,
                section,
            }),
            _ => {
                let place = match section {
                    Section::Input => Place::Content.below(name),
                    Section::Top | Section::Parameters | Section::StreamOptions => Place::Plain,
                };
                Walk::new(&mut self.found, place, section.depth()).deserialize(&mut reader)
            }
        };
        read.map_err(|error| self.failure = Some(self.refusal(&error)))
    }
}

/// Reads an object whose fields matter.
struct Object<'s> {
    pass: &'s mut Pass,
    section: Section,
}

impl<'de> Visitor<'de> for Object<'_> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let (pass, section) = (self.pass, self.section);
        while let Some(name) = map.next_key_seed(Name)? {
            pass.found.count_name(&name);
            let mut value = None;
            if section.below(&name) == Some(Section::Input) {
                map.next_value_seed(Input(pass))?;
            } else if CONTENT.contains(&&*name) && section != Section::Parameters {
                let place = if name == "tools" {
                    Place::Plain
                } else {
                    Place::Content
                };
                map.next_value_seed(Walk::new(&mut pass.found, place, section.depth()))?;
            } else {
                let raw = map.next_value::<&RawValue>()?.get();
                pass.walk(section, &name, raw)
                    .map_err(|()| A::Error::custom("a value is refused"))?;
                let at = raw.as_ptr().addr() - pass.start;
                value = Some(at..at + raw.len());
            }
            let name = name.into();
            pass.fields.push(Field {
                section,
                name,
                value,
            });
        }
        Ok(())
    }
}

/// Reads `input`, which is an object in Bailian's own protocol and content in the others.
struct Input<'s>(&'s mut Pass);

impl Input<'_> {
    fn content(&mut self) -> Walk<'_> {
        Walk::new(&mut self.0.found, Place::Content, Section::Top.depth())
    }
}

impl<'de> DeserializeSeed<'de> for Input<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Input<'_> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("any value")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<(), A::Error> {
        let object = Object {
            pass: self.0,
            section: Section::Input,
        };
        object.visit_map(map)
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, seq: A) -> Result<(), A::Error> {
        self.content().visit_seq(seq)
    }

    fn visit_str<E: serde::de::Error>(mut self, text: &str) -> Result<(), E> {
        self.content().visit_str(text)
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }
}

/// Reads a name, which is copied only if it is written with escapes.
struct Name;

impl<'de> DeserializeSeed<'de> for Name {
    type Value = Cow<'de, str>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<'de> Visitor<'de> for Name {
    type Value = Cow<'de, str>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a name")
    }

    fn visit_borrowed_str<E>(self, name: &'de str) -> Result<Self::Value, E> {
        Ok(Cow::Borrowed(name))
    }

    fn visit_str<E>(self, name: &str) -> Result<Self::Value, E> {
        Ok(Cow::Owned(name.to_owned()))
    }
}
