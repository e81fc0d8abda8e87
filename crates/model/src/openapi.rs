//! Schemas that can't be derived: names that the derivation does not see, because a macro of ours gives them.

use std::borrow::Cow;

use utoipa::{
    PartialSchema, ToSchema,
    openapi::{
        RefOr,
        schema::{ObjectBuilder, Schema, Type},
    },
};

use crate::{FailureCode, Permission};

fn one_of<'a>(names: impl Iterator<Item = &'a str>, description: &str) -> RefOr<Schema> {
    ObjectBuilder::new()
        .schema_type(Type::String)
        .enum_values(Some(names))
        .description(Some(description))
        .into()
}

impl PartialSchema for Permission {
    fn schema() -> RefOr<Schema> {
        let names = Self::ALL.iter().map(|permission| permission.as_str());
        one_of(names, "One thing that somebody may do.")
    }
}

impl ToSchema for Permission {
    fn name() -> Cow<'static, str> {
        Cow::Borrowed("Permission")
    }
}

impl PartialSchema for FailureCode {
    fn schema() -> RefOr<Schema> {
        let names = Self::ALL.iter().map(|code| code.as_str());
        one_of(names, "Why something did not happen.")
    }
}

impl ToSchema for FailureCode {
    fn name() -> Cow<'static, str> {
        Cow::Borrowed("FailureCode")
    }
}
