//! The fields of the body, and of the few objects in it whose fields matter.

use std::ops::Range;

/// Where a field stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Section {
    Top,
    Input,
    Parameters,
    StreamOptions,
}

impl Section {
    /// The section that holds a field, and the field's own name. A dot in a name of the body itself is no path: such a
    /// field is found by no caller.
    pub(super) fn of(name: &str) -> (Self, &str) {
        match name.split_once('.') {
            Some(("input", rest)) => (Self::Input, rest),
            Some(("parameters", rest)) => (Self::Parameters, rest),
            Some(("stream_options", rest)) => (Self::StreamOptions, rest),
            _ => (Self::Top, name),
        }
    }

    /// The section that the fields of this value are in, if they matter.
    pub(super) fn below(self, name: &str) -> Option<Self> {
        match (self, name) {
            (Self::Top, "input") => Some(Self::Input),
            (Self::Top, "parameters") => Some(Self::Parameters),
            (Self::Top, "stream_options") => Some(Self::StreamOptions),
            _ => None,
        }
    }

    /// How many objects enclose its values.
    pub(super) fn depth(self) -> u8 {
        match self {
            Self::Top => 1,
            Self::Input | Self::Parameters | Self::StreamOptions => 2,
        }
    }
}

/// A field. Where its value stands is not known of content.
#[derive(Clone, Debug)]
pub(super) struct Field {
    pub(super) section: Section,
    pub(super) name: Box<str>,
    pub(super) value: Option<Range<usize>>,
}

impl Field {
    pub(super) fn key(&self) -> (Section, &str) {
        (self.section, &self.name)
    }

    pub(super) fn full_name(&self) -> String {
        let name = &self.name;
        match self.section {
            Section::Top => name.to_string(),
            Section::Input => format!("input.{name}"),
            Section::Parameters => format!("parameters.{name}"),
            Section::StreamOptions => format!("stream_options.{name}"),
        }
    }
}
