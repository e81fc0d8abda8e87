//! All services, built once in the order of their needs.

use std::sync::Arc;

use crate::{
    Clock, Ids,
    conversations::Conversations,
    gateway::{Gateway, GatewayOptions, GatewayParts},
    generation::{GenerationOptions, Generations, Hub},
    identity::{Identity, IdentityOptions},
    ledger::Ledger,
    mail::Mailer,
    people::People,
    store::Db,
    usage::Usage,
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
    /// What programs ask of models.
    pub gateway: Gateway,
    /// What all of it costs.
    pub ledger: Ledger,
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
        gateway: GatewayOptions,
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
        let ledger = Ledger::start(
            db.clone(),
            Arc::clone(&clock),
            identity.audit().clone(),
            generation.node.clone(),
            gateway.time_zone.clone(),
        );
        let usage = Usage::new(db.clone(), Arc::clone(&clock), gateway.time_zone.clone());
        let parts = GatewayParts {
            db: db.clone(),
            identity: identity.clone(),
            ledger: ledger.clone(),
            audit: identity.audit().clone(),
            client: bailian.clone(),
            clock: Arc::clone(&clock),
            ids: ids.clone(),
        };
        let gateway = Gateway::new(parts, gateway);
        Self {
            gateway: gateway.clone(),
            ledger,
            usage,
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
                gateway,
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
        if let Err(error) = self.gateway.forget_answers().await {
            tracing::warn!(
                error = &error as &dyn std::error::Error,
                "forgetting old answers failed"
            );
        }
        if let Err(error) = self.identity.purge().await {
            tracing::warn!(
                error = &error as &dyn std::error::Error,
                "clearing old sessions failed"
            );
        }
    }
}
