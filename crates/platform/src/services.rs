//! All services, built once in the order of their needs.

use std::{sync::Arc, time::Duration};

use crate::{
    Clock, Ids, Memory,
    assistants::Assistants,
    conversations::Conversations,
    diagrams::Diagrams,
    files::{Files, FilesOptions},
    gateway::{Gateway, GatewayOptions, GatewayParts},
    generation::{GenerationOptions, Generations, Hub},
    identity::{Identity, IdentityOptions},
    imports::Imports,
    instructions::Instructions,
    jobs::Jobs,
    ledger::Ledger,
    library::Library,
    mail::Mailer,
    meaning::Meanings,
    outside::Reach,
    people::People,
    prompts::Prompts,
    ratings::Ratings,
    remembered::Remembered,
    shares::Shares,
    store::Db,
    tools::{Tools, ToolsParts},
    transcripts::{Transcripts, TranscriptsParts},
    usage::Usage,
    vault::Vault,
    works::{Works, WorksOptions, WorksParts},
};

/// What a page, a route or a command may ask for. Cheap to clone.
#[derive(Clone)]
pub struct Services {
    /// People and their sessions.
    pub identity: Identity,
    /// Those who administer them.
    pub people: People,
    /// What is made for them.
    pub works: Works,
    /// What was said in their recordings.
    pub transcripts: Transcripts,
    /// Finding all of that by what it means.
    pub meanings: Meanings,
    /// All that they keep in one list.
    pub library: Library,
    /// Links to what they show to others.
    pub shares: Shares,
    /// What they keep.
    pub files: Files,
    /// What they read.
    pub conversations: Conversations,
    /// What models draw for them in words.
    pub diagrams: Diagrams,
    /// What they tell every model.
    pub instructions: Instructions,
    /// What they have models remember of them.
    pub remembered: Remembered,
    /// Prompts that they keep.
    pub prompts: Prompts,
    /// What models may call while they answer.
    pub tools: Tools,
    /// Assistants that they keep.
    pub assistants: Assistants,
    /// What people think of answers.
    pub ratings: Ratings,
    /// What they bring along from elsewhere to read.
    pub imports: Imports,
    /// What models write for them.
    pub generations: Generations,
    /// What programs ask of models.
    pub gateway: Gateway,
    /// What all of it costs.
    pub ledger: Ledger,
    /// What they used and what it cost.
    pub usage: Usage,
    /// How much memory is left for all of it.
    pub memory: Memory,
}

impl Services {
    /// Builds them over an open, migrated database.
    #[expect(
        clippy::too_many_arguments,
        clippy::too_many_lines,
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
        files: FilesOptions,
        works: WorksOptions,
    ) -> Self {
        let hub = Hub::default();
        let time_zone = gateway.time_zone.iana_name().unwrap_or("UTC").to_owned();
        let conversations =
            Conversations::new(db.clone(), Arc::clone(&clock), ids.clone(), hub.clone());
        let identity = Identity::new(
            db.clone(),
            Arc::clone(&clock),
            ids.clone(),
            vault.clone(),
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
        let memory = Memory::of_this_process();
        let diagrams = Diagrams::new(files.reader.clone(), memory.clone());
        let files = Files::new(
            db.clone(),
            Arc::clone(&clock),
            ids.clone(),
            identity.audit().clone(),
            files,
        );
        let usage = Usage::new(
            db.clone(),
            Arc::clone(&clock),
            identity.audit().clone(),
            gateway.time_zone.clone(),
        );
        let parts = GatewayParts {
            db: db.clone(),
            identity: identity.clone(),
            ledger: ledger.clone(),
            audit: identity.audit().clone(),
            memory: memory.clone(),
            vault: vault.clone(),
            client: bailian.clone(),
            clock: Arc::clone(&clock),
            ids: ids.clone(),
        };
        let gateway = Gateway::new(parts, gateway);
        let jobs = Jobs::new(db.clone(), Arc::clone(&clock), generation.node.clone());
        let generations = Generations::new(
            db.clone(),
            bailian,
            gateway.clone(),
            identity.clone(),
            Arc::clone(&clock),
            ids.clone(),
            hub,
            conversations.clone(),
            files.clone(),
            generation,
        );
        let parts = TranscriptsParts {
            db: db.clone(),
            gateway: gateway.clone(),
            files: files.clone(),
            jobs: jobs.clone(),
            generations: generations.clone(),
            clock: Arc::clone(&clock),
            ids: ids.clone(),
        };
        let transcripts =
            Transcripts::new(parts, works.transcripts.clone(), works.waiting_per_person);
        let parts = WorksParts {
            db: db.clone(),
            gateway: gateway.clone(),
            files: files.clone(),
            jobs,
            transcripts: transcripts.clone(),
            clock: Arc::clone(&clock),
            ids: ids.clone(),
        };
        let meanings = Meanings::new(
            db.clone(),
            gateway.clone(),
            Arc::clone(&clock),
            works.embedding_model.clone(),
            works.rerank_model.clone(),
        );
        let shares = Shares::new(
            db.clone(),
            identity.clone(),
            files.clone(),
            Arc::clone(&clock),
            ids.clone(),
            works.endless_shares,
        );
        let instructions = Instructions::new(db.clone(), Arc::clone(&clock));
        let remembered = Remembered::new(db.clone(), Arc::clone(&clock), ids.clone());
        let prompts = Prompts::new(db.clone(), Arc::clone(&clock), ids.clone());
        let assistants = Assistants::new(db.clone(), Arc::clone(&clock), ids.clone());
        let ratings = Ratings::new(db.clone(), Arc::clone(&clock), ids.clone());
        let works = Works::new(parts, works);
        let tools = Tools::new(ToolsParts {
            db: db.clone(),
            conversations: conversations.clone(),
            works: works.clone(),
            audit: identity.audit().clone(),
            vault,
            clock: Arc::clone(&clock),
            ids: ids.clone(),
            time_zone,
            reach: Reach::public(),
        });
        generations.equip(&tools);
        let library = Library::new(
            db.clone(),
            files.clone(),
            works.clone(),
            transcripts.clone(),
            Arc::clone(&clock),
        );
        Self {
            library,
            gateway,
            works,
            tools,
            transcripts,
            meanings,
            shares,
            diagrams,
            instructions,
            remembered,
            prompts,
            assistants,
            ratings,
            files,
            ledger,
            usage,
            memory,
            people: People::new(db, clock, ids, identity.clone()),
            identity,
            imports: generations.imports(),
            generations,
            conversations,
        }
    }

    /// Makes some of what was written before there was a search found. After how long to go on, so that others may write meanwhile;
    /// `None` when nothing is left.
    #[tracing::instrument(name = "job.take_in", skip_all)]
    pub async fn take_in(&self) -> Option<Duration> {
        match self.conversations.take_in().await {
            Ok(is_left) => is_left.then_some(Duration::from_millis(20)),
            Err(error) => {
                tracing::warn!(
                    error = &error as &dyn std::error::Error,
                    "taking conversations into the search failed"
                );
                Some(Duration::from_mins(1))
            }
        }
    }

    /// Removes temporary conversations whose time is over, the files of those that are gone, and what was forgotten a day ago.
    #[tracing::instrument(name = "job.forget", skip_all)]
    pub async fn forget(&self) {
        match self.conversations.forget_expired().await {
            Ok(0) => {}
            Ok(conversations) => tracing::info!(conversations, "forgot temporary conversations"),
            Err(error) => tracing::warn!(
                error = &error as &dyn std::error::Error,
                "forgetting temporary conversations failed"
            ),
        }
        if let Err(error) = self.files.release().await {
            tracing::warn!(
                error = &error as &dyn std::error::Error,
                "letting go of files of temporary conversations failed"
            );
        }
        if let Err(error) = self.remembered.purge().await {
            tracing::warn!(
                error = &error as &dyn std::error::Error,
                "removing what was forgotten failed"
            );
        }
    }

    /// What has to be thrown out from time to time: the trash, expired sessions, old attempts.
    #[tracing::instrument(name = "job.purge", skip_all)]
    pub async fn purge(&self) {
        self.purge_deleted().await;
        // Only then it is known which files nothing is left of.
        self.purge_files().await;
        self.purge_ended().await;
    }

    /// What people deleted and may take back no longer.
    async fn purge_deleted(&self) {
        match self.conversations.purge().await {
            Ok(0) => {}
            Ok(conversations) => tracing::info!(conversations, "emptied the trash"),
            Err(error) => tracing::warn!(
                error = &error as &dyn std::error::Error,
                "emptying the trash failed"
            ),
        }
        match self.prompts.purge().await {
            Ok(0) => {}
            Ok(prompts) => tracing::info!(prompts, "removed prompts that were deleted long ago"),
            Err(error) => tracing::warn!(
                error = &error as &dyn std::error::Error,
                "removing deleted prompts failed"
            ),
        }
        match self.assistants.purge().await {
            Ok(0) => {}
            Ok(assistants) => {
                tracing::info!(assistants, "removed assistants that were deleted long ago");
            }
            Err(error) => tracing::warn!(
                error = &error as &dyn std::error::Error,
                "removing deleted assistants failed"
            ),
        }
        match self.library.purge().await {
            Ok(0) => {}
            Ok(things) => tracing::info!(things, "removed works that were deleted long ago"),
            Err(error) => tracing::warn!(
                error = &error as &dyn std::error::Error,
                "removing deleted works failed"
            ),
        }
    }

    /// Files that nothing has any more, here and at the upstream.
    async fn purge_files(&self) {
        match self.files.release().await {
            Ok(0) => {}
            Ok(files) => tracing::info!(files, "let go of files of messages that are gone"),
            Err(error) => tracing::warn!(
                error = &error as &dyn std::error::Error,
                "letting go of files of messages failed"
            ),
        }
        match self.generations.remove_copies().await {
            Ok(0) => {}
            Ok(copies) => tracing::info!(copies, "removed copies of files from the upstream"),
            Err(error) => tracing::warn!(
                error = &error as &dyn std::error::Error,
                "removing copies of files from the upstream failed"
            ),
        }
        match self.files.purge().await {
            Ok(0) => {}
            Ok(contents) => tracing::info!(contents, "removed contents that no file is of"),
            Err(error) => tracing::warn!(
                error = &error as &dyn std::error::Error,
                "clearing the file store failed"
            ),
        }
        match self.files.expire().await {
            Ok(0) => {}
            Ok(files) => tracing::info!(files, "deleted files whose time is over"),
            Err(error) => tracing::warn!(
                error = &error as &dyn std::error::Error,
                "deleting files whose time is over failed"
            ),
        }
    }

    /// What is over: uploads, kept answers, links, sessions, and what closed accounts had elsewhere.
    async fn purge_ended(&self) {
        match self.gateway.delete_what_is_gone().await {
            Ok(0) => {}
            Ok(things) => tracing::info!(things, "deleted what closed accounts had at Bailian"),
            Err(error) => tracing::warn!(
                error = &error as &dyn std::error::Error,
                "deleting at Bailian what closed accounts had failed"
            ),
        }
        match self.gateway.forget_uploads().await {
            Ok(0) => {}
            Ok(places) => tracing::info!(places, "forgot places for uploads that have ended"),
            Err(error) => tracing::warn!(
                error = &error as &dyn std::error::Error,
                "forgetting places for uploads failed"
            ),
        }
        match self.shares.purge().await {
            Ok(0) => {}
            Ok(links) => tracing::info!(links, "forgot links that have ended"),
            Err(error) => tracing::warn!(
                error = &error as &dyn std::error::Error,
                "forgetting ended links failed"
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
