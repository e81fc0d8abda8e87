//! What models can do and cost: the built-in catalogue with the operator's own fields over it.

use bailian::capability::{Catalogue, ModelCard, ModelKind};
use model::Millis;
use serde_json::{Map, Value};

use crate::{
    audit::Audit,
    meaning::DIMENSIONS,
    store::{self, Db},
};

/// Why the catalogue cannot be what the operator wants.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A field has a value that it cannot have.
    #[error("the fields of {model} cannot be read: {problem}")]
    Unreadable {
        /// Which model.
        model: String,
        /// What is wrong, with the field's name.
        problem: String,
    },
    /// A model that does something else was to chat.
    #[error("{model} does not chat; `liantai model list --kind chat` names models that do")]
    DoesNotChat {
        /// Which model.
        model: String,
    },
    /// A model that does something else was to give vectors.
    #[error(
        "{model} gives no vectors of {} numbers; `liantai model list --kind text-embedding` names models that may",
        DIMENSIONS
    )]
    DoesNotEmbed {
        /// Which model.
        model: String,
    },
    /// A model that does something else was to put texts in order.
    #[error("{model} does not rank; `liantai model list --kind rerank` names models that do")]
    DoesNotRank {
        /// Which model.
        model: String,
    },
    /// The database refused.
    #[error(transparent)]
    Store(#[from] store::Error),
}

/// Reads the catalogue as it is in force from the next start on.
///
/// A row that no longer fits this version is an error: silently taking the built-in price would be worse.
pub async fn read(db: &Db) -> Result<Catalogue, Error> {
    let built_in = Catalogue::built_in();
    let rows = db.model_overrides().await?;
    let cards = rows
        .into_iter()
        .map(|(model, fields)| merged(&built_in, &model, &fields.0));
    let cards: Vec<ModelCard> = cards.collect::<Result<_, _>>()?;
    Ok(Catalogue::with_overrides(cards))
}

/// Replaces a model's fields by these; the others stay as they are built in. What that was is written to the audit log as the command
/// line's. Gives the card that results.
pub async fn set(
    (db, audit): (&Db, &Audit),
    model: &str,
    fields: &Map<String, Value>,
    now: Millis,
) -> Result<ModelCard, Error> {
    let card = merged(&Catalogue::built_in(), model, fields)?;
    let record = audit.command_line("model.set").on("model", model);
    let record = record.with(&serde_json::json!({ "fields": fields }));
    db.set_model_override(model, fields, now, &record).await?;
    Ok(card)
}

/// Goes back to what is built in, which is written down too. False when nothing was replaced.
pub async fn unset((db, audit): (&Db, &Audit), model: &str) -> Result<bool, Error> {
    let record = audit.command_line("model.unset").on("model", model);
    Ok(db.unset_model_override(model, &record).await?)
}

/// Refuses a model that is known to do something else, or not in the protocol that the chat speaks.
pub fn check_chats(catalogue: &Catalogue, model: &str) -> Result<(), Error> {
    let chats = catalogue.get(model).is_none_or(|card| {
        let kind = matches!(
            card.kind,
            ModelKind::Chat | ModelKind::VisionChat | ModelKind::OmniChat
        );
        kind && !card.native_only
    });
    if chats {
        return Ok(());
    }
    Err(Error::DoesNotChat {
        model: model.to_owned(),
    })
}

/// Refuses a model that is known not to give the vectors by which things are found.
pub fn check_embeds(catalogue: &Catalogue, model: &str) -> Result<(), Error> {
    let embeds = catalogue.get(model).is_none_or(|card| {
        let fits = card.dimensions.is_empty() || card.dimensions.contains(&DIMENSIONS);
        card.kind == ModelKind::TextEmbedding && fits && !card.native_only
    });
    if embeds {
        return Ok(());
    }
    Err(Error::DoesNotEmbed {
        model: model.to_owned(),
    })
}

/// Refuses a model that is known not to put texts in order.
pub fn check_ranks(catalogue: &Catalogue, model: &str) -> Result<(), Error> {
    let ranks = catalogue
        .get(model)
        .is_none_or(|card| card.kind == ModelKind::Rerank);
    if ranks {
        return Ok(());
    }
    Err(Error::DoesNotRank {
        model: model.to_owned(),
    })
}

fn merged(
    built_in: &Catalogue,
    model: &str,
    fields: &Map<String, Value>,
) -> Result<ModelCard, Error> {
    let unreadable = |problem: &dyn std::fmt::Display| Error::Unreadable {
        model: model.to_owned(),
        problem: problem.to_string(),
    };
    let known = built_in.get(model).cloned().unwrap_or_default();
    let mut card = match serde_json::to_value(known) {
        Ok(Value::Object(card)) => card,
        Ok(_) | Err(_) => Map::new(),
    };
    card.extend(fields.clone());
    card.insert("id".to_owned(), model.into());
    let names: Vec<String> = card.keys().cloned().collect();
    let card: ModelCard =
        serde_json::from_value(card.into()).map_err(|error| unreadable(&error))?;
    // A misspelt name would be ignored, and the operator none the wiser.
    let read = serde_json::to_value(&card).unwrap_or_default();
    match names.iter().find(|name| {
        fields.contains_key(*name) && !is_empty(&fields[*name]) && read.get(*name).is_none()
    }) {
        Some(unknown) => Err(unreadable(&format_args!("there is no field {unknown}"))),
        None => Ok(card),
    }
}

/// What a card leaves out when it is written.
fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(false) => true,
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Bool(true) | Value::Number(_) | Value::Object(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use serde_json::json;

    use super::*;
    use crate::{
        SystemClock,
        identity::testing::vault,
        store::testing::{count, on_both},
    };

    fn audit(db: &Db) -> Audit {
        Audit::new(db.clone(), Arc::new(SystemClock), &vault())
    }

    fn fields(value: &Value) -> Map<String, Value> {
        value.as_object().cloned().unwrap_or_default()
    }

    #[test]
    fn what_is_known_to_do_something_else_does_not_rank() {
        let known = Catalogue::built_in();
        for ranks in ["qwen3-rerank", "gte-rerank-v2", "of-tomorrow"] {
            assert!(check_ranks(&known, ranks).is_ok(), "{ranks}");
        }
        assert!(check_ranks(&known, "text-embedding-v4").is_err());
    }

    #[tokio::test]
    async fn an_operators_fields_lie_over_the_built_in_ones() {
        on_both(async |db| {
            let known = Catalogue::built_in().get("qwen-plus").cloned().unwrap();
            let mine = fields(&json!({ "max_output_tokens": 7 }));
            let audit = audit(&db);
            let at = (&db, &audit);
            set(at, "qwen-plus", &mine, Millis::new(1)).await.unwrap();
            set(at, "my-own", &mine, Millis::new(2)).await.unwrap();
            let catalogue = read(&db).await.unwrap();
            let card = catalogue.get("qwen-plus").unwrap();
            assert_eq!(card.max_output_tokens, Some(7));
            assert_eq!(card.max_input_tokens, known.max_input_tokens);
            assert_eq!(catalogue.get("my-own").unwrap().max_output_tokens, Some(7));

            assert!(unset(at, "qwen-plus").await.unwrap());
            assert!(!unset(at, "qwen-plus").await.unwrap());
            // LO-02: what decides about prices and limits is written down, and what changes nothing is not.
            let told = async |action: &str| {
                let sql = format!(
                    "SELECT COUNT(*) FROM audit_log WHERE via = 'command_line' AND action = '{action}'"
                );
                count(&db, &sql).await
            };
            assert_eq!((told("model.set").await, told("model.unset").await), (2, 1));
            let catalogue = read(&db).await.unwrap();
            assert_eq!(catalogue.get("qwen-plus"), Some(&known));
        })
        .await;
    }

    #[tokio::test]
    async fn what_cannot_be_read_is_not_kept() {
        on_both(async |db| {
            for (wrong, said) in [
                (json!({ "max_output_tokens": "many" }), "many"),
                (json!({ "max_ouput_tokens": 7 }), "max_ouput_tokens"),
                (json!({ "thinking": "sometimes" }), "sometimes"),
            ] {
                let audit = audit(&db);
                let fields = fields(&wrong);
                let refused = set((&db, &audit), "qwen-plus", &fields, Millis::new(1)).await;
                let error = refused.unwrap_err().to_string();
                assert!(
                    error.contains(said) && error.contains("qwen-plus"),
                    "{error}"
                );
            }
            assert!(db.model_overrides().await.unwrap().is_empty());
        })
        .await;
    }
}
