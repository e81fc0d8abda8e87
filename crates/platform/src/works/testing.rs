//! A site that makes things, over a simulator: for tests of works and of transcripts.

use std::{sync::Arc, time::Duration};

use bailian::{Client, ClientOptions, capability::Catalogue};
use model::{BuiltIn, ImageWish, ModelName, SubmissionId, Wish, WorkView};
use simulator::{Options, Simulator};
use tokio_util::sync::CancellationToken;

use super::WorksOptions;
use crate::{
    Clock, Ids, ManualClock, Services, SystemClock,
    files::FilesOptions,
    gateway::GatewayOptions,
    generation::GenerationOptions,
    identity::{
        Caller,
        testing::{cheap, mailer, vault},
    },
    store::{Db, testing::count},
};

/// How long a test waits for what must happen.
const BUDGET: Duration = Duration::from_mins(1);

/// One image of that.
pub(crate) fn image_of(prompt: &str) -> Wish {
    Wish::Image(ImageWish {
        model: "wan2.2-t2i-flash".to_owned(),
        prompt: prompt.to_owned(),
        negative_prompt: String::new(),
        size: None,
        count: 1,
        seed: Some(7),
        prompt_extend: Some(true),
        style: None,
        edit: None,
    })
}

/// The services over a simulator, and a member.
pub(crate) struct Site {
    pub(crate) db: Db,
    pub(crate) simulator: Simulator,
    pub(crate) services: Services,
    pub(crate) ids: Ids,
    pub(crate) lin: Caller,
    pub(crate) closing: CancellationToken,
}

impl Site {
    /// With nobody who works on jobs.
    pub(crate) async fn at_rest(db: &Db) -> Self {
        Self::with(db, "lin", WorksOptions::default()).await
    }

    /// The same with these options, and a member of that name.
    pub(crate) async fn with(db: &Db, name: &str, options: WorksOptions) -> Self {
        let files = FilesOptions::in_memory();
        Self::built(db, name, options, GatewayOptions::default(), files).await
    }

    /// At rest, with a gateway that is as these options say.
    pub(crate) async fn through(db: &Db, gateway: GatewayOptions) -> Self {
        let files = FilesOptions::in_memory();
        Self::built(db, "lin", WorksOptions::default(), gateway, files).await
    }

    /// At rest, where files are kept as these options say.
    pub(crate) async fn keeping(db: &Db, files: FilesOptions) -> Self {
        let gateway = GatewayOptions::default();
        Self::built(db, "lin", WorksOptions::default(), gateway, files).await
    }

    async fn built(
        db: &Db,
        name: &str,
        options: WorksOptions,
        gateway: GatewayOptions,
        files: FilesOptions,
    ) -> Self {
        let simulator = Simulator::start(Options::immediate()).await.unwrap();
        let (services, ids) = services(db, &simulator, options, gateway, files);
        Self {
            lin: services.identity.signed_up(name, BuiltIn::Member).await,
            db: db.clone(),
            simulator,
            services,
            ids,
            closing: CancellationToken::new(),
        }
    }

    /// The services of a process beside this one, or of the one after it, with a gateway that is as these options say.
    pub(crate) fn again(&self, gateway: GatewayOptions) -> Services {
        let files = FilesOptions::in_memory();
        let (db, simulator) = (&self.db, &self.simulator);
        services(db, simulator, WorksOptions::default(), gateway, files).0
    }

    /// Somebody works from now on.
    pub(crate) fn begin(&self) {
        let (works, closing) = (self.services.works.clone(), self.closing.clone());
        tokio::spawn(async move { works.run_jobs(true, closing).await });
    }

    pub(crate) fn submission(&self) -> SubmissionId {
        SubmissionId::from_uuid(self.ids.next())
    }

    /// Has a wish of Lin's made and waits for what comes of it.
    pub(crate) async fn made(&self, wish: &Wish) -> Vec<WorkView> {
        let works = &self.services.works;
        let id = works.make(&self.lin, self.submission(), wish).await;
        let id = id.unwrap();
        let look = async {
            loop {
                let making = works.making(&self.lin, id).await.unwrap();
                if making.state.is_final() {
                    return making.works;
                }
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        tokio::time::timeout(BUDGET, look).await.unwrap()
    }

    /// Requests to an address that ends so.
    pub(crate) fn requests(&self, end: &str) -> usize {
        let received = self.simulator.received();
        let such = received.iter().filter(|one| one.path.ends_with(end));
        such.count()
    }

    /// Reservations that are open.
    pub(crate) async fn held(&self) -> i64 {
        count(&self.db, "SELECT COUNT(*) FROM call_holds").await
    }
}

/// Services over that database and that simulator.
fn services(
    db: &Db,
    simulator: &Simulator,
    options: WorksOptions,
    gateway: GatewayOptions,
    files: FilesOptions,
) -> (Services, Ids) {
    // The simulator's tasks are of this hour, and are looked for by it.
    let clock = Arc::new(ManualClock::at(SystemClock.now()));
    let ids = Ids::new(clock.clone());
    let upstream = ClientOptions::new(simulator.base_url(), "sk-0123456789abcdef");
    let model = |text: &str| ModelName::parse(text).unwrap();
    let generation = GenerationOptions {
        default_model: model("qwen-plus"),
        models: vec![model("qwen-plus")],
        catalogue: Catalogue::built_in(),
        title_model: model("qwen-flash"),
        simulated: true,
        at_once: 4,
        node: "here".to_owned(),
    };
    let services = Services::new(
        db.clone(),
        Client::new(upstream).unwrap(),
        clock,
        ids.clone(),
        vault(),
        mailer(),
        cheap(),
        generation,
        gateway,
        files,
        options,
    );
    (services, ids)
}
