//! The command line.

mod config;
mod diagram;
mod doctor;
mod document;
mod key;
mod model;
mod operator;
mod serve;
mod simulator;
mod user;

use std::{io::Write, path::PathBuf};

use clap::{Parser, Subcommand};

use crate::config::Config;

/// Liantai (炼台): a self-hosted platform over Alibaba Cloud Bailian.
#[derive(Debug, Parser)]
#[command(name = "liantai", version)]
pub struct Command {
    /// The configuration file; without it, Leptos.toml in the working directory if there is one.
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Serve the site.
    Serve,
    /// Bring the database's schema up to date, and stop.
    Migrate,
    /// Print the effective configuration, secrets masked.
    Config,
    /// What models can do and cost, and what the operator knows better.
    Model(model::Arguments),
    /// Accounts: list, make, close, and set passwords and roles.
    User(user::Arguments),
    /// API keys.
    Key(key::Arguments),
    /// Look for what is wrong: schema, master key, audit log, owners, and the ledger if asked to.
    Doctor(doctor::Arguments),
    /// Read a document for the server, within narrow bounds. Not for people.
    #[command(hide = true)]
    ReadDocument(document::Arguments),
    /// Draw a diagram for the server, within narrow bounds. Not for people.
    #[command(hide = true)]
    DrawDiagram,
    /// Run only the stand-in for Bailian.
    Simulator(Box<simulator::Arguments>),
}

impl Command {
    /// Whether it is done without a runtime: its threads and what they have mapped would count against the bounds of what it does.
    pub fn is_alone(&self) -> bool {
        matches!(self.action, Action::ReadDocument(_) | Action::DrawDiagram)
    }

    /// Does what was asked for.
    pub async fn run(self) -> anyhow::Result<()> {
        match self.action {
            Action::Serve => serve::run(Config::load(self.config.as_deref())?).await,
            Action::Migrate => serve::migrate(&Config::load(self.config.as_deref())?).await,
            Action::Config => config::print(&Config::load(self.config.as_deref())?),
            Action::Model(arguments) => {
                model::run(arguments, &Config::load(self.config.as_deref())?).await
            }
            Action::User(arguments) => {
                user::run(arguments, &Config::load(self.config.as_deref())?).await
            }
            Action::Key(arguments) => {
                key::run(arguments, &Config::load(self.config.as_deref())?).await
            }
            Action::Doctor(arguments) => {
                doctor::run(arguments, &Config::load(self.config.as_deref())?).await
            }
            Action::ReadDocument(arguments) => document::run(&arguments),
            Action::DrawDiagram => diagram::run(),
            Action::Simulator(arguments) => simulator::run(*arguments).await,
        }
    }
}

/// Says why the program ends, for a human: one line and its causes.
pub fn complain(error: &anyhow::Error) {
    // Nobody is left to tell if the terminal is gone.
    let _ = writeln!(std::io::stderr(), "liantai: {error:#}");
}
