//! What generations promise, with the simulator for Bailian and on both databases.

mod assistants;
mod attaching;
mod closing;
mod comparing;
mod continuing;
mod documents;
mod drafts;
mod ending;
mod neighbours;
mod page;
mod queue;
mod quota;
mod storing;
mod temporary;
mod tools;
mod tree;
mod watching;
mod wishes;

use std::{
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use bailian::{Client, ClientOptions};
use model::{
    Asked, BuiltIn, ConversationId, FailureCode, MessageStatus, Millis, ModelName, Prompt,
    SubmissionId,
};
use simulator::{Account, Answer, Options, Outcome, Simulator};

use super::{GenerationOptions, Generations};
use crate::{
    Error, Ids, ManualClock, Services,
    identity::{
        Caller,
        testing::{cheap, mailer, vault},
    },
    store::{Db, Message, testing::on_both},
};
use page::Page;

/// How long a test waits for what must happen.
const BUDGET: Duration = Duration::from_secs(30);

/// Answers that a house writes at once.
const AT_ONCE: usize = 12;

/// The services over a simulator.
struct House {
    db: Db,
    simulator: Simulator,
    services: Services,
    clock: ManualClock,
    ids: Ids,
    lin: Caller,
}

impl House {
    async fn on(db: &Db) -> Self {
        Self::with(db, Options::immediate()).await
    }

    async fn with(db: &Db, options: Options) -> Self {
        let simulator = Simulator::start(options).await.unwrap();
        let clock = ManualClock::at(Millis::new(1_790_000_000_000));
        let shared = Arc::new(clock.clone());
        let ids = Ids::new(shared.clone());
        let upstream = ClientOptions::new(simulator.base_url(), "sk-0123456789abcdef");
        let client = Client::new(upstream).unwrap();
        let generation = GenerationOptions {
            default_model: name("qwen-plus"),
            models: [
                "qwen3.5-plus",
                "qwen3-max",
                "qwen-flash",
                "qwq-plus",
                "qwen-long",
                "qwen3.5-omni-flash",
            ]
            .map(name)
            .to_vec(),
            catalogue: bailian::capability::Catalogue::built_in(),
            title_model: name("qwen-flash"),
            simulated: true,
            at_once: AT_ONCE,
            node: "here".to_owned(),
        };
        let services = Services::new(
            db.clone(),
            client,
            shared,
            ids.clone(),
            vault(),
            mailer(),
            cheap(),
            generation,
            crate::gateway::GatewayOptions::default(),
            crate::files::FilesOptions::in_memory(),
            crate::works::WorksOptions::default(),
        );
        Self {
            lin: sign_up(&services).await,
            db: db.clone(),
            simulator,
            services,
            clock,
            ids,
        }
    }

    fn generations(&self) -> &Generations {
        &self.services.generations
    }

    fn submission(&self) -> SubmissionId {
        SubmissionId::from_uuid(self.ids.next())
    }

    async fn ask(&self, conversation: Option<ConversationId>, text: &str) -> Asked {
        self.try_ask(&self.lin, conversation, text).await.unwrap()
    }

    async fn try_ask(
        &self,
        caller: &Caller,
        conversation: Option<ConversationId>,
        text: &str,
    ) -> Result<Asked, Error> {
        let prompt = Prompt::parse(text).unwrap();
        let (model, submission) = (name("qwen-plus"), self.submission());
        self.generations()
            .ask(caller, conversation, prompt, model, submission)
            .await
    }

    /// Asks and waits until the answer and the title are written.
    async fn answered(&self, conversation: Option<ConversationId>, text: &str) -> Asked {
        let asked = self.ask(conversation, text).await;
        self.settled().await;
        asked
    }

    /// Waits until nothing is being written.
    async fn settled(&self) {
        eventually(|| self.generations().0.runs.is_empty()).await;
    }

    async fn stored(&self, asked: &Asked) -> Message {
        let message = self
            .db
            .message(self.lin.user(), asked.conversation, asked.answer.id);
        message.await.unwrap().unwrap()
    }

    /// Waits until the question has reached the upstream: only what has arrived can be released.
    async fn arrived(&self) {
        self.upstream(|account| account.open_streams() > 0).await;
    }

    async fn upstream(&self, condition: impl FnMut(&Account) -> bool) {
        let reached = self.simulator.wait_until(condition);
        tokio::time::timeout(BUDGET, reached).await.unwrap();
    }
}

/// A newcomer who is signed in.
async fn sign_up(services: &Services) -> Caller {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let name = format!("lin{}", COUNT.fetch_add(1, Ordering::Relaxed));
    let identity = &services.identity;
    identity.signed_up(&name, BuiltIn::Member).await
}

fn name(text: &str) -> ModelName {
    ModelName::parse(text).unwrap()
}

fn code<T>(result: Result<T, Error>) -> Option<FailureCode> {
    result.err().map(|error| error.code())
}

/// Looks until the condition holds.
async fn eventually(mut condition: impl FnMut() -> bool) {
    let look = async {
        while !condition() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(BUDGET, look).await.unwrap();
}
