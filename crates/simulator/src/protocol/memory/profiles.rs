//! Profiles: what is to be found out about users, and what was.

use axum::{extract::Path, response::Response};
use serde_json::{Map, Value, json};

use super::{Wanted, answer, done, invalid, not_found, object, optional, page, text};
use crate::{
    Refusal,
    dice::Dice,
    memories::{Attribute, Schema},
    protocol::entry::Entry,
};

const LONGEST_NAME: usize = 32;
const LONGEST_DESCRIPTION: usize = 128;

/// Makes a schema.
pub(super) async fn create(entry: Entry) -> Result<Response, Refusal> {
    let fields = object(&entry)?;
    let mut dice = entry.dice().and("profile");
    let attributes = fields
        .get("attributes")
        .and_then(Value::as_array)
        .ok_or_else(|| invalid("attributes"))?;
    let schema = Schema {
        id: dice.hex(32),
        name: text(&fields, "name", LONGEST_NAME)?,
        description: described(&fields)?.unwrap_or_default(),
        attributes: attributes
            .iter()
            .map(|given| attribute(given, &mut dice))
            .collect::<Result<_, _>>()?,
    };
    let answered = json!({ "profile_schema_id": schema.id });
    entry.handle.memories().store().schemas.push(schema);
    Ok(answer(&entry, answered))
}

/// The schemas, page by page.
pub(super) async fn list(wanted: Wanted, entry: Entry) -> Result<Response, Refusal> {
    let (number, size) = page(&wanted)?;
    let (shown, total) = {
        let schemas = &entry.handle.memories().store().schemas;
        let shown: Vec<Value> = schemas
            .iter()
            .skip((number - 1).saturating_mul(size))
            .take(size)
            .map(|schema| {
                json!({
                    "profile_schema_id": schema.id,
                    "name": schema.name,
                    "description": schema.description,
                })
            })
            .collect();
        (shown, schemas.len())
    };
    Ok(answer(
        &entry,
        json!({ "profile_schemas": shown, "total": total }),
    ))
}

/// One schema.
pub(super) async fn show(Path(id): Path<String>, entry: Entry) -> Result<Response, Refusal> {
    let schema = find(&entry, &id)?;
    let attributes = schema.attributes.iter().map(|attribute| {
        json!({
            "attribute_id": attribute.id,
            "name": attribute.name,
            "description": attribute.description,
            "default_value": attribute.default,
        })
    });
    let fields = json!({
        "name": schema.name,
        "description": schema.description,
        "attributes": attributes.collect::<Vec<_>>(),
    });
    Ok(answer(&entry, fields))
}

/// Renames a schema and adds, changes or deletes its attributes: all of it or nothing.
pub(super) async fn change(Path(id): Path<String>, entry: Entry) -> Result<Response, Refusal> {
    let fields = object(&entry)?;
    let mut schema = find(&entry, &id)?;
    if fields.contains_key("name") {
        schema.name = text(&fields, "name", LONGEST_NAME)?;
    }
    if let Some(description) = described(&fields)? {
        schema.description = description;
    }
    let operations = fields
        .get("attributes_operations")
        .and_then(Value::as_array);
    let mut dice = entry.dice().and("profile");
    for operation in operations.into_iter().flatten() {
        operate(&mut schema, operation, &mut dice)?;
    }
    let mut store = entry.handle.memories().store();
    if let Some(known) = store.schemas.iter_mut().find(|known| known.id == id) {
        *known = schema;
    }
    drop(store);
    Ok(done(&entry))
}

/// Deletes a schema and what was found out by it.
pub(super) async fn delete(Path(id): Path<String>, entry: Entry) -> Result<Response, Refusal> {
    let schema = find(&entry, &id)?;
    let mut store = entry.handle.memories().store();
    store.schemas.retain(|known| known.id != id);
    let is_of_it = |attribute: &str| schema.attributes.iter().any(|known| known.id == attribute);
    store.traits.retain(|known| !is_of_it(&known.attribute));
    drop(store);
    Ok(done(&entry))
}

/// What was found out about a user.
pub(super) async fn profile(
    Path(id): Path<String>,
    wanted: Wanted,
    entry: Entry,
) -> Result<Response, Refusal> {
    let user = wanted.get("user_id").ok_or_else(|| invalid("user_id"))?;
    let schema = find(&entry, &id)?;
    let attributes: Vec<Value> = {
        let store = entry.handle.memories().store();
        let known = |attribute: &Attribute| {
            let mut item = json!({ "id": attribute.id, "name": attribute.name });
            let value = store
                .known(user, &attribute.id)
                .or(attribute.default.as_deref());
            if let Some(value) = value {
                item["value"] = value.into();
            }
            item
        };
        schema.attributes.iter().map(known).collect()
    };
    let profile = json!({
        "schema_name": schema.name,
        "schema_description": schema.description,
        "attributes": attributes,
    });
    Ok(answer(&entry, json!({ "profile": profile })))
}

fn find(entry: &Entry, id: &str) -> Result<Schema, Refusal> {
    let store = entry.handle.memories().store();
    let found = store.schemas.iter().find(|schema| schema.id == id);
    found.cloned().ok_or_else(not_found)
}

fn described(fields: &Map<String, Value>) -> Result<Option<String>, Refusal> {
    let description = optional(fields, "description");
    match description {
        Some(text) if text.chars().count() > LONGEST_DESCRIPTION => Err(invalid("description")),
        other => Ok(other),
    }
}

fn attribute(given: &Value, dice: &mut Dice) -> Result<Attribute, Refusal> {
    let fields = given.as_object().ok_or_else(|| invalid("attributes"))?;
    Ok(Attribute {
        id: dice.hex(32),
        name: text(fields, "name", LONGEST_NAME)?,
        description: described(fields)?.unwrap_or_default(),
        default: optional(fields, "default_value"),
    })
}

fn operate(schema: &mut Schema, operation: &Value, dice: &mut Dice) -> Result<(), Refusal> {
    let wrong = || invalid("attributes_operations");
    let fields = operation.as_object().ok_or_else(wrong)?;
    let id = optional(fields, "attribute_id");
    let known = |schema: &Schema| {
        schema
            .attributes
            .iter()
            .position(|attribute| Some(&attribute.id) == id.as_ref())
            .ok_or_else(not_found)
    };
    match fields.get("op").and_then(Value::as_str) {
        Some("add") => schema.attributes.push(attribute(operation, dice)?),
        Some("update") => {
            let place = known(schema)?;
            let changed = &mut schema.attributes[place];
            if let Some(name) = optional(fields, "name") {
                changed.name = name;
            }
            if let Some(description) = described(fields)? {
                changed.description = description;
            }
            if let Some(default) = optional(fields, "default_value") {
                changed.default = Some(default);
            }
        }
        Some("delete") => {
            let place = known(schema)?;
            schema.attributes.remove(place);
        }
        Some(_) | None => return Err(wrong()),
    }
    Ok(())
}
