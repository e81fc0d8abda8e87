//! The fields of a request that the gateway acts on.

mod fields;
mod patch;
mod read;
#[cfg(test)]
mod tests;
mod walk;

use std::borrow::Cow;

use bytes::Bytes;

use fields::{Field, Section};
use read::Pass;

/// What the gateway knows of a request's body. Keeps the body, so that nothing is copied.
#[derive(Clone, Debug)]
pub struct RequestScan {
    body: Bytes,
    /// Sorted by section and name.
    fields: Vec<Field>,
    has_media: bool,
    text_bytes: u64,
}

/// Why a request is refused before any upstream is asked. None of it quotes the body's values.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ScanError {
    /// No JSON object, or one whose meaning depends on who reads it.
    #[error("the body is not read as a JSON object: {0}")]
    Malformed(String),
    /// A field is stated twice.
    #[error("{field} is stated twice")]
    Duplicate {
        /// The field, such as `model` or `parameters.n`.
        field: String,
    },
    /// A field is of another type.
    #[error("{field} has the wrong type: {expected} is expected")]
    WrongType {
        /// The field.
        field: String,
        /// What it should be.
        expected: &'static str,
    },
    /// A number is too small or too large.
    #[error("{field} is out of range: {least} to {most}")]
    OutOfRange {
        /// The field.
        field: String,
        /// The smallest that is accepted.
        least: u64,
        /// The largest that is accepted.
        most: u64,
    },
}

/// Whole numbers that decide what a call costs, with the range that some model could accept.
const WHOLE: &[(&str, u64, u64)] = &[
    ("n", 1, 128),
    ("best_of", 1, 128),
    ("max_tokens", 1, MOST),
    ("max_completion_tokens", 1, MOST),
    ("max_output_tokens", 1, MOST),
    ("thinking_budget", 0, MOST),
    ("top_logprobs", 0, MOST),
    ("top_n", 0, MOST),
    ("dimension", 1, MOST),
    ("dimensions", 1, MOST),
];
const MOST: u64 = i32::MAX as u64;

const NUMBERS: &[&str] = &[
    "temperature",
    "top_p",
    "presence_penalty",
    "frequency_penalty",
    "repetition_penalty",
];

const BOOLEANS: &[&str] = &[
    "stream",
    "store",
    "enable_thinking",
    "enable_search",
    "incremental_output",
];

impl RequestScan {
    /// Reads a body in one pass. Refuses what two readers could understand differently (fields stated twice, numbers
    /// beyond a double, half characters, bytes after the end), what is nested deeper than 127 levels, and wrong types
    /// and absurd numbers in the fields that decide how a call goes and what it costs.
    pub fn read(body: &Bytes) -> Result<Self, ScanError> {
        let text = simdutf8::basic::from_utf8(body)
            .map_err(|_| ScanError::Malformed("it is not UTF-8".to_owned()))?;
        let Pass {
            mut fields, found, ..
        } = Pass::over(text)?;
        fields.sort_unstable_by(|one, other| one.key().cmp(&other.key()));
        let twice = fields
            .windows(2)
            .find(|pair| pair[0].key() == pair[1].key());
        if let Some([field, _]) = twice {
            let field = field.full_name();
            return Err(ScanError::Duplicate { field });
        }
        let scan = Self {
            body: body.clone(),
            fields,
            has_media: found.has_media,
            text_bytes: found.text_bytes,
        };
        scan.check()?;
        Ok(scan)
    }

    /// The body, as it came.
    pub fn body(&self) -> &[u8] {
        &self.body
    }

    /// The value of a field as it is written, `model` or one level down `parameters.n`. `None` when it is absent, and
    /// for what is content by its name (`messages`, `input`, `prompt`, …), which is not kept.
    pub fn raw_field(&self, name: &str) -> Option<&str> {
        let value = self.field(name)?.value.clone()?;
        std::str::from_utf8(&self.body[value]).ok()
    }

    /// Whether a field is there, content too.
    pub fn has_field(&self, name: &str) -> bool {
        self.field(name).is_some()
    }

    /// A text; absent and `null` are `None`.
    pub fn str_field(&self, name: &str) -> Result<Option<Cow<'_, str>>, ScanError> {
        let Some(raw) = self.present(name) else {
            return Ok(None);
        };
        let plain = raw
            .strip_prefix('"')
            .and_then(|rest| rest.strip_suffix('"'))
            .filter(|text| !text.contains('\\'));
        if let Some(text) = plain {
            return Ok(Some(Cow::Borrowed(text)));
        }
        let text: Result<String, _> = serde_json::from_str(raw);
        text.map(|text| Some(Cow::Owned(text)))
            .map_err(|_| wrong_type(name, "a text"))
    }

    /// A boolean; absent and `null` are `None`.
    pub fn bool_field(&self, name: &str) -> Result<Option<bool>, ScanError> {
        match self.present(name) {
            None => Ok(None),
            Some("true") => Ok(Some(true)),
            Some("false") => Ok(Some(false)),
            Some(_) => Err(wrong_type(name, "a boolean")),
        }
    }

    /// A whole number that is written as one; absent and `null` are `None`.
    pub fn u64_field(&self, name: &str) -> Result<Option<u64>, ScanError> {
        let Some(raw) = self.present(name) else {
            return Ok(None);
        };
        match raw.parse() {
            Ok(number) => Ok(Some(number)),
            Err(_) => Err(wrong_type(name, "a whole number")),
        }
    }

    /// Whether pictures, films, sound or files go in. What they come to in tokens can't be seen here.
    pub fn has_media(&self) -> bool {
        self.has_media
    }

    /// Bytes of text that go in, with what writes them down as JSON: never fewer than tokens. Media are left out.
    pub fn text_bytes(&self) -> u64 {
        self.text_bytes
    }

    fn check(&self) -> Result<(), ScanError> {
        self.str_field("model")?;
        for name in ["parameters", "stream_options"] {
            if self.present(name).is_some_and(|raw| !raw.starts_with('{')) {
                return Err(wrong_type(name, "an object"));
            }
        }
        self.bool_field("stream_options.include_usage")?;
        for field in &self.fields {
            if matches!(field.section, Section::Top | Section::Parameters) {
                self.check_field(field)?;
            }
        }
        Ok(())
    }

    fn check_field(&self, field: &Field) -> Result<(), ScanError> {
        let short = &*field.name;
        if let Some((_, least, most)) = WHOLE.iter().find(|(name, ..)| *name == short) {
            let (name, least, most) = (field.full_name(), *least, *most);
            let number = self.u64_field(&name)?;
            if number.is_some_and(|number| !(least..=most).contains(&number)) {
                let field = name;
                return Err(ScanError::OutOfRange { field, least, most });
            }
        } else if NUMBERS.contains(&short) {
            let name = field.full_name();
            let is_number =
                |raw: &str| raw.starts_with(|first: char| first == '-' || first.is_ascii_digit());
            if self.present(&name).is_some_and(|raw| !is_number(raw)) {
                return Err(wrong_type(&name, "a number"));
            }
        } else if BOOLEANS.contains(&short) {
            self.bool_field(&field.full_name())?;
        }
        Ok(())
    }

    /// The value of a field that is neither absent nor `null`.
    fn present(&self, name: &str) -> Option<&str> {
        self.raw_field(name).filter(|raw| *raw != "null")
    }

    fn field(&self, name: &str) -> Option<&Field> {
        let key = Section::of(name);
        let at = self
            .fields
            .binary_search_by(|field| field.key().cmp(&key))
            .ok()?;
        self.fields.get(at)
    }
}

fn wrong_type(field: &str, expected: &'static str) -> ScanError {
    let field = field.to_owned();
    ScanError::WrongType { field, expected }
}
