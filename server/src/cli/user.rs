//! `liantai user`: accounts, from where the server runs. Passwords are read from the standard input and never given as an
//! argument, which others on the machine could see.

use std::{
    fmt::Write as _,
    io::{BufRead as _, IsTerminal as _, Write as _},
};

use anyhow::{Context, bail};
use clap::{Args, Subcommand};
use model::{FailureCode, Password, PersonState};
use platform::{identity::IdentityError, people::Operator};

use super::operator::{Site, say};
use crate::config::Config;

/// Accounts.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Make an account. Its password is the first line of the standard input.
    Add {
        /// The address that they sign in with.
        email: String,
        /// What to call them.
        #[arg(long)]
        name: String,
        /// Their role: owner, administrator, operator, auditor, member, guest, or a self-made one.
        #[arg(long, default_value = "member")]
        role: String,
    },
    /// Set a password, the first line of the standard input, and sign its owner out everywhere.
    Passwd {
        /// Whose.
        email: String,
    },
    /// Give somebody a role, or take it with --take.
    Role {
        /// Whom.
        email: String,
        /// Which.
        role: String,
        /// Take it instead.
        #[arg(long)]
        take: bool,
    },
    /// List accounts, one a line: address, name, state, roles.
    List {
        /// Only those whose address or name begins so.
        #[arg(default_value = "")]
        search: String,
    },
    /// Close an account and sign its owner out everywhere.
    Disable {
        /// Whose.
        email: String,
    },
    /// Open a closed account again.
    Enable {
        /// Whose.
        email: String,
    },
}

/// Does what was asked for.
pub(super) async fn run(arguments: Arguments, config: &Config) -> anyhow::Result<()> {
    let site = Site::open(config).await?;
    let said = act(arguments.action, &site.people.operator()).await;
    site.close().await;
    say(&said?)
}

async fn act(action: Action, operator: &Operator) -> anyhow::Result<String> {
    match action {
        Action::Add { email, name, role } => {
            let made = operator.add(&name, &email, password()?, &role).await;
            let id = made.map_err(|error| explained(error, &email, &role))?;
            Ok(format!("made {email}, {role} ({id})\n"))
        }
        Action::Passwd { email } => {
            let set = operator.set_password(&email, password()?).await;
            set.map_err(|error| explained(error, &email, ""))?;
            Ok(format!(
                "{email} has another password and is signed out everywhere\n"
            ))
        }
        Action::Role { email, role, take } => {
            let set = operator.set_role(&email, &role, !take).await;
            let changed = set.map_err(|error| explained(error, &email, &role))?;
            Ok(match (changed, take) {
                (true, false) => format!("{email} is {role} now\n"),
                (true, true) => format!("{email} is no longer {role}\n"),
                (false, false) => format!("{email} was {role} already\n"),
                (false, true) => format!("{email} was not {role}\n"),
            })
        }
        Action::List { search } => list(operator, &search).await,
        Action::Disable { email } => set_disabled(operator, &email, true).await,
        Action::Enable { email } => set_disabled(operator, &email, false).await,
    }
}

async fn set_disabled(operator: &Operator, email: &str, disabled: bool) -> anyhow::Result<String> {
    let set = operator.set_disabled(email, disabled).await;
    let changed = set.map_err(|error| explained(error, email, ""))?;
    Ok(match (changed, disabled) {
        (true, true) => format!("{email} is closed and signed out everywhere\n"),
        (true, false) => format!("{email} is open again\n"),
        (false, true) => format!("{email} was closed already\n"),
        (false, false) => format!("{email} was open already\n"),
    })
}

async fn list(operator: &Operator, search: &str) -> anyhow::Result<String> {
    let mut said = String::new();
    let mut after = None;
    loop {
        let page = operator.list(search, after.as_deref()).await?;
        for person in page.items {
            let state = match person.state {
                PersonState::Active => "active",
                PersonState::Pending => "pending",
                PersonState::Disabled => "disabled",
            };
            let roles: Vec<&str> = person.roles.iter().map(|role| role.name.as_str()).collect();
            let (email, name) = (person.email.as_str(), person.name.as_str());
            writeln!(said, "{email}\t{name}\t{state}\t{}", roles.join(","))?;
        }
        after = page.next;
        if after.is_none() {
            return Ok(said);
        }
    }
}

/// The first line of the standard input.
fn password() -> anyhow::Result<Password> {
    let input = std::io::stdin();
    if input.is_terminal() {
        // Whoever types it sees it; a pipe or a file keeps it off the screen.
        write!(std::io::stderr(), "Password: ").context("asking for the password")?;
    }
    let mut line = String::new();
    input
        .lock()
        .read_line(&mut line)
        .context("reading the password")?;
    let line = line.strip_suffix('\n').unwrap_or(&line);
    let line = line.strip_suffix('\r').unwrap_or(line);
    if line.is_empty() {
        bail!("the password is read from the standard input, and there is none");
    }
    Password::parse(line).context("the password")
}

/// What an operator can do something with.
pub(super) fn explained(error: IdentityError, email: &str, role: &str) -> anyhow::Error {
    match error.code() {
        FailureCode::NotFound => match error {
            IdentityError::Refused(_) => anyhow::anyhow!("there is no role {role:?}"),
            _ => anyhow::anyhow!("nobody has an account of the address {email:?}"),
        },
        FailureCode::LastOwner => {
            anyhow::anyhow!("{email} is the last owner, and there must be one")
        }
        FailureCode::EmailTaken => anyhow::anyhow!("there is an account of the address {email:?}"),
        FailureCode::InvalidEmail => anyhow::anyhow!("{email:?} is not an address"),
        _ => error.into(),
    }
}
