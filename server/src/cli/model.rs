//! `liantai model`: what models can do and cost, and what an operator knows better.

use std::{io::Write, sync::Arc};

use anyhow::Context;
use bailian::capability::{Catalogue, ModelCard};
use clap::{Args, Subcommand};
use platform::{Clock, SystemClock, audit::Audit, catalogue, store::Db};
use serde_json::{Map, Value};

use crate::config::Config;

/// What models can do and cost.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// List the models of the catalogue, one a line: id, kind, input limit, output limit.
    List {
        /// Only this kind, chat or vision-chat for example.
        #[arg(long)]
        kind: Option<String>,
    },
    /// Print all that is known of a model, as JSON.
    Show {
        /// Its id.
        model: String,
    },
    /// Replace fields of a model, or add a model. Takes effect at the next start.
    ///
    /// For example: `liantai model set qwen-plus '{"max_output_tokens": 65536}'`
    Set {
        /// Its id.
        model: String,
        /// The fields, a JSON object with the names that `show` prints. They replace what was set before.
        fields: String,
    },
    /// Go back to the built-in fields of a model. Takes effect at the next start.
    Unset {
        /// Its id.
        model: String,
    },
}

/// Does what was asked for.
pub(super) async fn run(arguments: Arguments, config: &Config) -> anyhow::Result<()> {
    let db = Db::open(&config.database.options())
        .await
        .context("opening the database")?;
    db.migrate().await.context("migrating the database")?;
    let said = act(arguments.action, &db, config).await;
    db.close().await;
    std::io::stdout()
        .write_all(said?.as_bytes())
        .context("printing")
}

/// The log to which a change is written, under the key of the site.
async fn audit(db: &Db, config: &Config) -> anyhow::Result<Audit> {
    let vault = config.security.vault()?;
    vault
        .prove(db)
        .await
        .context("comparing the master key with the database")?;
    Ok(Audit::new(db.clone(), Arc::new(SystemClock), &vault))
}

async fn act(action: Action, db: &Db, config: &Config) -> anyhow::Result<String> {
    match action {
        Action::List { kind } => Ok(list(&catalogue::read(db).await?, kind.as_deref())),
        Action::Show { model } => {
            let catalogue = catalogue::read(db).await?;
            let card = catalogue
                .get(&model)
                .with_context(|| format!("the catalogue does not know {model}"))?;
            shown(card)
        }
        Action::Set { model, fields } => {
            let fields: Map<String, Value> =
                serde_json::from_str(&fields).context("reading the fields as a JSON object")?;
            let now = SystemClock.now();
            let audit = audit(db, config).await?;
            shown(&catalogue::set((db, &audit), &model, &fields, now).await?)
        }
        Action::Unset { model } => {
            let audit = audit(db, config).await?;
            Ok(if catalogue::unset((db, &audit), &model).await? {
                format!("{model} is as built in again\n")
            } else {
                format!("nothing was set for {model}\n")
            })
        }
    }
}

fn list(catalogue: &Catalogue, kind: Option<&str>) -> String {
    let kind_of = |card: &ModelCard| {
        let kind = serde_json::to_value(&card.kind).unwrap_or_default();
        kind.as_str().unwrap_or_default().to_owned()
    };
    let limit = |tokens: Option<u64>| tokens.map_or("-".to_owned(), |tokens| tokens.to_string());
    let lines = catalogue
        .models()
        .filter(|card| kind.is_none_or(|kind| kind_of(card) == kind))
        .map(|card| {
            format!(
                "{}\t{}\t{}\t{}\n",
                card.id,
                kind_of(card),
                limit(card.max_input_tokens),
                limit(card.max_output_tokens)
            )
        });
    lines.collect()
}

fn shown(card: &ModelCard) -> anyhow::Result<String> {
    let json = serde_json::to_string_pretty(card).context("writing the model as JSON")?;
    Ok(json + "\n")
}
