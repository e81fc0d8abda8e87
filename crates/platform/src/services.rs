//! All services, built once in the order of their needs.

use std::sync::Arc;

use crate::{
    Clock, Ids,
    conversations::Conversations,
    generation::{GenerationOptions, Generations, Hub},
    identity::{Identity, IdentityOptions},
    mail::Mailer,
    people::People,
    store::Db,
    usage::{Usage, UsageOptions},
    vault::Vault,
};

/// What a page, a route or a command may ask for. Cheap to clone.
#[derive(Clone)]
pub struct Services {
    /// People and their sessions.
    pub identity: Identity,
    /// Those who administer them.
    pub people: People,
    /// What they read.
    pub conversations: Conversations,
    /// What models write for them.
    pub generations: Generations,
    /// What they used and what it cost.
    pub usage: Usage,
}

impl Services {
    /// Builds them over an open, migrated database.
    #[expect(
        clippy::too_many_arguments,
        reason = "each is something that one of the services needs"
    )]
    pub fn new(
        db: Db,
        bailian: bailian::Client,
        clock: Arc<dyn Clock>,
        ids: Ids,
        vault: Vault,
        mailer: Mailer,
        identity: IdentityOptions,
        generation: GenerationOptions,
        usage: UsageOptions,
    ) -> Self {
        let hub = Hub::default();
        let conversations = Conversations::new(db.clone(), Arc::clone(&clock), hub.clone());
        let identity = Identity::new(
            db.clone(),
            Arc::clone(&clock),
            ids.clone(),
            vault,
            mailer,
            identity,
        );
        Self {
            usage: Usage::new(db.clone(), Arc::clone(&clock), usage.time_zone),
            people: People::new(
                db.clone(),
                Arc::clone(&clock),
                ids.clone(),
                identity.clone(),
            ),
            identity,
            generations: Generations::new(
                db,
                bailian,
                clock,
                ids,
                hub,
                conversations.clone(),
                generation,
            ),
            conversations,
        }
    }

    /// What has to be thrown out from time to time: the trash, expired sessions, old attempts.
    #[tracing::instrument(name = "job.purge", skip_all)]
    pub async fn purge(&self) {
        match self.conversations.purge().await {
            Ok(0) => {}
            Ok(conversations) => tracing::info!(conversations, "emptied the trash"),
            Err(error) => tracing::warn!(
                error = &error as &dyn std::error::Error,
                "emptying the trash failed"
            ),
        }
        if let Err(error) = self.identity.purge().await {
            tracing::warn!(
                error = &error as &dyn std::error::Error,
                "clearing old sessions failed"
            );
        }
    }
}
