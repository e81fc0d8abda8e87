//! `liantai doctor`: what is wrong, one line each. It changes nothing.

use anyhow::{Context, bail};
use clap::Args;
use platform::{ledger, store::Db, vault::VaultError};

use super::operator::{Site, say};
use crate::config::Config;

/// What to look at beside schema, key and audit log.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// Compare the ledger with itself: every sum with the calls that it is made of.
    #[arg(long)]
    reconcile: bool,
}

/// Looks for what is wrong; an error when there is anything.
pub(super) async fn run(arguments: Arguments, config: &Config) -> anyhow::Result<()> {
    let db = Db::open(&config.database.options())
        .await
        .context("opening the database")?;
    let findings = look(&db, config, arguments.reconcile).await;
    db.close().await;
    let findings = findings?;
    if findings.is_empty() {
        return say("all is well\n");
    }
    for finding in &findings {
        say(&format!("{finding}\n"))?;
    }
    match findings.len() {
        1 => bail!("one thing is wrong"),
        wrong => bail!("{wrong} things are wrong"),
    }
}

async fn look(db: &Db, config: &Config, reconcile: bool) -> anyhow::Result<Vec<String>> {
    let mut findings = examine(db, config).await?;
    if reconcile && findings.is_empty() {
        let differ = ledger::reconcile(db, config.gateway.zone()?).await;
        let differ = differ.context("comparing the ledger with itself")?;
        findings.extend(differ.iter().map(ToString::to_string));
    }
    Ok(findings)
}

async fn examine(db: &Db, config: &Config) -> anyhow::Result<Vec<String>> {
    // An empty database has no table of migrations.
    if !db.is_up_to_date().await.unwrap_or(false) {
        // The rest can't be asked of another schema.
        return Ok(vec![
            "the database's schema is not this program's: run `liantai migrate`, or use the newer program".to_owned(),
        ]);
    }
    if !config.security.has_key() {
        return Ok(vec![format!(
            "there is no master key: give security.master_key, or put the file back to {}",
            config.security.master_key_file.display()
        )]);
    }
    let site = match Site::over(db.clone(), config).await {
        Ok(site) => site,
        Err(error) if matches!(error.downcast_ref(), Some(VaultError::OtherKey)) => {
            // Without the key nobody can tell whether the log is whole.
            return Ok(vec![
                "the database was sealed with another master key; give the one that it was made with".to_owned(),
            ]);
        }
        Err(error) => return Err(error),
    };
    let findings = site.people.examine().await;
    let findings = findings.context("looking at the audit log and the owners")?;
    Ok(findings.iter().map(ToString::to_string).collect())
}
