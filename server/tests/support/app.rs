//! The real server on a port of its own, with its own database and its own simulator.

use std::{net::SocketAddr, sync::Arc};

use anyhow::Context;
use model::BuiltIn;
use platform::{SystemClock, gateway::Gateway};
use server::{
    application::Application,
    config::{AnswersIn, Config, LimitsIn, Secret, SessionsIn},
};
use simulator::{Account, Handle, Simulator};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::{Browser, Database, TITLE_MODEL, within};

/// A running server. It ends with the test.
pub(crate) struct TestApp {
    pub(crate) addr: SocketAddr,
    /// Where `/metrics` is, if it is anywhere.
    pub(crate) metrics: Option<SocketAddr>,
    /// The upstream: what it answers next, what it received.
    pub(crate) simulator: Handle,
    pub(crate) database: Database,
    /// What runs behind the routes by itself.
    pub(crate) gateway: Gateway,
    /// Where the upstream is.
    upstream: String,
    stop: CancellationToken,
    running: JoinHandle<anyhow::Result<()>>,
}

impl TestApp {
    /// Starts with a fresh database and the defaults.
    pub(crate) async fn start() -> anyhow::Result<Self> {
        Self::start_on(Database::fresh().await?).await
    }

    /// Starts on that database with the defaults.
    pub(crate) async fn start_on(database: Database) -> anyhow::Result<Self> {
        let config = config(&database);
        Self::run(database, config).await
    }

    /// Starts with a fresh database and the configuration as `change` leaves it.
    pub(crate) async fn start_with(change: impl FnOnce(&mut Config)) -> anyhow::Result<Self> {
        let database = Database::fresh().await?;
        let mut config = config(&database);
        change(&mut config);
        Self::run(database, config).await
    }

    /// Starts with its first key (`sk-first`) at that simulator, and the configuration as `change` leaves it.
    pub(crate) async fn start_at(
        simulator: &Simulator,
        change: impl FnOnce(&mut Config),
    ) -> anyhow::Result<Self> {
        Self::start_again_at(Database::fresh().await?, simulator, change).await
    }

    /// The same with a database that there is.
    pub(crate) async fn start_again_at(
        database: Database,
        simulator: &Simulator,
        change: impl FnOnce(&mut Config),
    ) -> anyhow::Result<Self> {
        let upstream = simulator.base_url().to_owned();
        let mut config = config(&database);
        config.bailian.base_url.clone_from(&upstream);
        config.bailian.api_key = Some(Secret::from("sk-first".to_owned()));
        change(&mut config);
        let application = Application::build(config, Arc::new(SystemClock)).await?;
        Self::begin(database, application, simulator.handle(), upstream)
    }

    async fn run(database: Database, config: Config) -> anyhow::Result<Self> {
        let application = Application::build(config, Arc::new(SystemClock)).await?;
        let simulator = application.simulator().context("no simulator")?;
        let (handle, upstream) = (simulator.handle(), simulator.base_url().to_owned());
        Self::begin(database, application, handle, upstream)
    }

    /// A second process beside this one: the same database, the same upstream.
    pub(crate) async fn another(&self) -> anyhow::Result<Self> {
        let database = self.database.again()?;
        let mut config = config(&database);
        config.security.master_key_file = self.database.folder.path().join("master.key");
        config.bailian.base_url.clone_from(&self.upstream);
        // The same account, whose tasks and files both see.
        config.bailian.api_key = Some(Secret::from("sk-simulator".to_owned()));
        let application = Application::build(config, Arc::new(SystemClock)).await?;
        let (simulator, upstream) = (self.simulator.clone(), self.upstream.clone());
        Self::begin(database, application, simulator, upstream)
    }

    fn begin(
        database: Database,
        application: Application,
        simulator: Handle,
        upstream: String,
    ) -> anyhow::Result<Self> {
        let gateway = application.services().gateway.clone();
        let (addr, metrics) = (application.addr()?, application.metrics_addr());
        let stop = CancellationToken::new();
        let running = tokio::spawn(application.run(stop.clone()));
        Ok(Self {
            addr,
            metrics,
            simulator,
            database,
            gateway,
            upstream,
            stop,
            running,
        })
    }

    /// Somebody who has not signed in.
    pub(crate) fn anonymous(&self) -> anyhow::Result<Browser> {
        Browser::new(format!("http://{}", self.addr))
    }

    /// A member of that name, signed in.
    pub(crate) async fn user(&self, name: &str) -> anyhow::Result<Browser> {
        let browser = self.anonymous()?;
        browser.register(name).await?.done()?;
        Ok(browser)
    }

    /// Somebody of that name with that role and no other, signed in.
    pub(crate) async fn person(&self, name: &str, role: BuiltIn) -> anyhow::Result<Browser> {
        let browser = self.user(name).await?;
        let sql = format!(
            "UPDATE user_roles SET role_id = '{}' WHERE user_id = \
             (SELECT id FROM users WHERE email_key = '{name}@example.com')",
            role.id()
        );
        self.database.execute(&sql).await?;
        Ok(browser)
    }

    /// Waits until the upstream's account is as `condition` says.
    pub(crate) async fn upstream(
        &self,
        what: &str,
        condition: impl FnMut(&Account) -> bool,
    ) -> anyhow::Result<()> {
        within(what, async {
            self.simulator.wait_until(condition).await;
            Ok(())
        })
        .await
        .with_context(|| format!("{:#?}", self.simulator.received()))
    }

    /// Lets the answer go on that is held, once the upstream was asked for it.
    pub(crate) async fn release(&self) -> anyhow::Result<()> {
        self.upstream("a call", |account| account.open_streams() > 0)
            .await?;
        self.simulator.release();
        Ok(())
    }

    /// Waits until the model has written `count` titles: it does so after the first answer of a conversation, and
    /// would otherwise take what is scripted for the next one.
    pub(crate) async fn titles_written(&self, count: usize) -> anyhow::Result<()> {
        self.upstream("titles", |account| {
            let titles = account.received().filter(|request| {
                request.body["model"] == TITLE_MODEL && request.outcome != simulator::Outcome::Open
            });
            titles.count() == count
        })
        .await
    }

    /// The bodies of the chat requests that the upstream has received, titles left out.
    pub(crate) fn asked_of_upstream(&self) -> Vec<serde_json::Value> {
        let received = self.simulator.received().into_iter();
        received
            .map(|request| request.body)
            .filter(|body| body["model"] != TITLE_MODEL)
            .map(|body| (*body).clone())
            .collect()
    }

    /// Tells it to stop, as SIGTERM does, and waits until it has. What it leaves is its database.
    pub(crate) async fn stopped(self) -> anyhow::Result<Database> {
        self.stop.cancel();
        within("the end of the server", async { self.running.await? }).await?;
        Ok(self.database)
    }
}

/// The defaults, without any waiting.
pub(crate) fn config(database: &Database) -> Config {
    let mut config = Config::default();
    config.server.addr = SocketAddr::from(([127, 0, 0, 1], 0));
    config.database.url.clone_from(&database.url);
    config.database.connections = 4;
    config.security.master_key_file = database.folder.path().join("master.key");
    config.files.folder = database.folder.path().join("files");
    config.files.reader = Some(env!("CARGO_BIN_EXE_liantai").into());
    config.mail.folder = database.folder.path().join("mail");
    if let Some((url, prefix)) = &database.redis {
        config.redis.url = Some(Secret::from(url.clone()));
        config.redis.prefix.clone_from(prefix);
        config.identity.sessions = SessionsIn::Redis;
        config.gateway.limits = LimitsIn::Redis;
        config.gateway.answers = AnswersIn::Redis;
    }
    config.simulator.latency_ms = 0;
    config.simulator.speed = 0;
    // On a busy machine a process is late without having too much to do.
    config.gateway.late_at_most_ms = 0;
    TITLE_MODEL.clone_into(&mut config.chat.title_model);
    config
}
