//! What commands about people share: the services that they need, over the database of the configuration. They work
//! beside a running server.

use std::{io::Write, sync::Arc};

use anyhow::Context;
use platform::{
    Ids, SystemClock,
    identity::Identity,
    mail::Mailer,
    people::People,
    store::{Db, Redis},
};

use crate::config::{Config, SessionsIn};

/// What is open for a command.
pub(super) struct Site {
    pub(super) people: People,
    db: Db,
    redis: Option<Redis>,
}

impl Site {
    /// Opens the database and brings its schema up to date.
    pub(super) async fn open(config: &Config) -> anyhow::Result<Self> {
        let db = Db::open(&config.database.options())
            .await
            .context("opening the database")?;
        db.migrate().await.context("migrating the database")?;
        Self::over(db, config).await
    }

    /// The services over an open database.
    pub(super) async fn over(db: Db, config: &Config) -> anyhow::Result<Self> {
        let vault = config.security.vault()?;
        vault
            .prove(&db)
            .await
            .context("comparing the master key with the database")?;
        let clock = Arc::new(SystemClock);
        let ids = Ids::new(clock.clone());
        let mut options = config.identity.options(config.mail.is_smtp());
        options.redis = match config.identity.sessions {
            SessionsIn::Database => None,
            SessionsIn::Redis => Some(config.redis.connect().await?),
        };
        let redis = options.redis.clone();
        let mailer = Mailer::new(config.mail.options(&config.identity.site_name))
            .context("setting up the mail")?;
        let identity = Identity::new(
            db.clone(),
            clock.clone(),
            ids.clone(),
            vault,
            mailer,
            options,
        );
        Ok(Self {
            people: People::new(db.clone(), clock, ids, identity),
            db,
            redis,
        })
    }

    /// Closes what was opened.
    pub(super) async fn close(self) {
        if let Some(redis) = &self.redis {
            redis.close().await;
        }
        self.db.close().await;
    }
}

/// Prints what a command has to say.
pub(super) fn say(text: &str) -> anyhow::Result<()> {
    std::io::stdout()
        .write_all(text.as_bytes())
        .context("printing")
}
