//! The composition root: everything long-lived is built here once, in the order of its needs. `main` and every test
//! come through it.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use anyhow::{Context, bail};
use bailian::{capability::Catalogue, pool::Pool};
use platform::{
    Clock, Ids, Services, catalogue,
    gateway::GatewayOptions,
    generation::GenerationOptions,
    mail::Mailer,
    store::{Claim, Db, Redis},
};
use secrecy::ExposeSecret;
use simulator::Simulator;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::{
    config::{AnswersIn, Config, LimitsIn, SessionsIn},
    connections,
    health::Readiness,
    metrics::Metrics,
    router,
};

/// How often the trash and old sessions are cleared.
const PURGE: Duration = Duration::from_hours(1);

/// How often temporary conversations are forgotten whose time is over.
const FORGET: Duration = Duration::from_mins(1);

/// Connections that are still busy when all answers have ended get so long.
const LAST_CALL: Duration = Duration::from_secs(3);

/// The whole server, ready to serve.
pub struct Application {
    router: axum::Router,
    listener: TcpListener,
    services: Services,
    readiness: Readiness,
    config: Config,
    db: Db,
    mailer: Mailer,
    redis: Option<Redis>,
    metrics: Option<Metrics>,
    simulator: Option<Simulator>,
    _claim: Claim,
}

impl Application {
    /// Opens the database, starts what the server needs, and binds its address.
    #[expect(
        clippy::too_many_lines,
        reason = "one thing after the other, in the order of their needs"
    )]
    pub async fn build(config: Config, clock: Arc<dyn Clock>) -> anyhow::Result<Self> {
        let db = Db::open(&config.database.options())
            .await
            .context("opening the database")?;
        let Some(claim) = db.claim().context("locking the database's file")? else {
            bail!(
                "another process serves from {}; stop it first, or use Postgres",
                config.database.url
            );
        };
        db.migrate().await.context("migrating the database")?;

        let catalogue = catalogue::read(&db)
            .await
            .context("reading the catalogue of models")?;
        let (client, pool, simulator) = upstream(&config, &catalogue).await?;

        let ids = Ids::new(Arc::clone(&clock));
        let models = config.chat.names()?;
        for name in [&models.default, &models.title]
            .into_iter()
            .chain(&models.others)
        {
            catalogue::check_chats(&catalogue, name.as_str()).context("[chat]")?;
        }
        if let Some(name) = &config.works.options(&models.default).embedding_model {
            catalogue::check_embeds(&catalogue, name).context("[works]")?;
        }
        if let Some(name) = &config.works.options(&models.default).rerank_model {
            catalogue::check_ranks(&catalogue, name).context("[works]")?;
        }
        let gateway_catalogue = catalogue.clone();
        let chat_model = models.default.clone();
        let generation = GenerationOptions {
            default_model: models.default,
            models: models.others,
            title_model: models.title,
            catalogue,
            simulated: simulator.is_some(),
            at_once: config.chat.answers_at_once,
            node: ids.next().to_string(),
        };
        let vault = config.security.vault()?;
        vault
            .prove(&db)
            .await
            .context("comparing the master key with the database")?;
        let addr = config.server.addr;
        let listener = TcpListener::bind(addr)
            .await
            .with_context(|| format!("listening on {addr}"))?;
        let mut identity = config.identity.options(config.mail.is_smtp());
        identity.origin = match &config.server.public_url {
            Some(origin) => origin.clone(),
            None => format!("http://{}", listener.local_addr()?),
        };
        let gateway = &config.gateway;
        let redis = match (config.identity.sessions, gateway.limits, gateway.answers) {
            (SessionsIn::Database, LimitsIn::Memory, AnswersIn::Memory) => None,
            _ => Some(config.redis.connect().await?),
        };
        let for_sessions = |_: &Redis| config.identity.sessions == SessionsIn::Redis;
        identity.redis = redis.clone().filter(for_sessions);
        // Without what is shared each process keeps to the limits by itself, but nobody is signed in without sessions.
        let needed = identity.redis.clone();
        let gateway = gateway_options(&config, gateway_catalogue, redis.clone(), pool)?;
        identity.providers = crate::config::providers(&config.sso);
        let mailer = Mailer::new(config.mail.options(&config.identity.site_name))
            .context("setting up the mail")?;
        let files = config.files.options().context("opening the file store")?;
        let services = Services::new(
            db.clone(),
            client,
            clock,
            ids,
            vault,
            mailer.clone(),
            identity,
            generation,
            gateway,
            files,
            config.works.options(&chat_model),
        );
        services
            .generations
            .recover(!db.is_shared())
            .await
            .context("recovering interrupted answers")?;
        services
            .ledger
            .recover()
            .await
            .context("settling the calls of ended processes")?;
        let metrics = match config.telemetry.metrics_addr {
            Some(addr) => Some(Metrics::bind(addr).await?),
            None => None,
        };

        let readiness = Readiness::new(db.clone(), needed);
        let router = router::build(&services, &readiness, &config)?;
        Ok(Self {
            router,
            listener,
            services,
            readiness,
            config,
            db,
            mailer,
            redis,
            metrics,
            simulator,
            _claim: claim,
        })
    }

    /// Where it listens.
    pub fn addr(&self) -> std::io::Result<SocketAddr> {
        self.listener.local_addr()
    }

    /// Where `/metrics` is, if it is anywhere.
    pub fn metrics_addr(&self) -> Option<SocketAddr> {
        self.metrics.as_ref()?.addr().ok()
    }

    /// The services behind the routes.
    pub fn services(&self) -> &Services {
        &self.services
    }

    /// The stand-in, where there is no upstream.
    pub fn simulator(&self) -> Option<&Simulator> {
        self.simulator.as_ref()
    }

    /// Serves until `stop`, then drains: running answers end or are cut and kept, watchers are told to come back.
    pub async fn run(self, stop: CancellationToken) -> anyhow::Result<()> {
        let addr = self.addr().context("asking for the own address")?;
        tracing::info!("listening on http://{addr}");
        self.say_how_to_set_up(addr).await?;

        let keep_calls = self.config.gateway.keep_calls_days;
        let purging = tokio::spawn(purge(self.services.clone(), keep_calls, stop.clone()));
        let forgetting = tokio::spawn(forget(self.services.clone(), stop.clone()));
        let taking_in = tokio::spawn(take_in(self.services.clone(), stop.clone()));
        let gateway = self.services.gateway.clone();
        let until = stop.clone();
        let jobs = tokio::spawn(async move { gateway.run_jobs(until).await });
        let (works, alone, until) = (
            self.services.works.clone(),
            !self.db.is_shared(),
            stop.clone(),
        );
        let making = tokio::spawn(async move { works.run_jobs(alone, until).await });
        let (meanings, until) = (self.services.meanings.clone(), stop.clone());
        let reads = self.config.works.jobs_at_once > 0;
        let reading = tokio::spawn(async move {
            if reads {
                meanings.run(until).await;
            }
        });
        let metrics = self
            .metrics
            .map(|metrics| tokio::spawn(metrics.serve(stop.clone())));
        let header_timeout = Duration::from_secs(self.config.server.header_timeout_s);
        let serving = connections::serve(self.listener, self.router, header_timeout, stop.clone());
        let (connections, ()) = tokio::join!(serving, async {
            stop.cancelled().await;
            tracing::info!("stopping: no new requests, running answers may end");
            self.readiness.leave();
            let patience = Duration::from_secs(self.config.server.drain_s);
            let pages = async {
                self.services.generations.drain(patience).await;
                self.readiness.end_streams();
            };
            tokio::join!(pages, self.readiness.drain_answers(patience));
        });
        if !connections.end_within(LAST_CALL).await {
            tracing::warn!("some connections did not end in time");
        }
        // All were told to end by now, so that nobody waits for one kind after the other.
        let ((), lines) = tokio::join!(
            self.readiness.answers_left(LAST_CALL),
            tokio::time::timeout(LAST_CALL, self.readiness.lines_ended()),
        );
        if lines.is_err() {
            tracing::warn!("some lines did not end in time; the next process settles their calls");
        }
        purging.abort();
        forgetting.abort();
        taking_in.abort();
        jobs.abort();
        // What is being handed in is heard to its end; another process goes on with the rest.
        if tokio::time::timeout(LAST_CALL, making).await.is_err() {
            tracing::warn!("some jobs were not put down in time; they go on when their leases end");
        }
        if tokio::time::timeout(LAST_CALL, reading).await.is_err() {
            tracing::warn!("what was being read for the search is read again");
        }
        if let Some(metrics) = metrics {
            metrics.abort();
        }
        if tokio::time::timeout(LAST_CALL, self.mailer.close())
            .await
            .is_err()
        {
            tracing::warn!("some letters did not leave in time");
        }
        if tokio::time::timeout(LAST_CALL, self.services.ledger.close_down())
            .await
            .is_err()
        {
            tracing::error!("some calls were not booked in time; the next process settles them");
        }
        if let Some(simulator) = self.simulator {
            simulator
                .shutdown()
                .await
                .context("stopping the simulator")?;
        }
        if let Some(redis) = &self.redis {
            redis.close().await;
        }
        self.db.close().await;
        tracing::info!("stopped");
        Ok(())
    }

    /// As long as nobody owns the site, every start prints a fresh one-time link for that.
    async fn say_how_to_set_up(&self, addr: SocketAddr) -> anyhow::Result<()> {
        let token = self
            .services
            .identity
            .setup_token()
            .await
            .context("preparing the setup link")?;
        if let Some(token) = token {
            let origin = self
                .config
                .server
                .public_url
                .clone()
                .unwrap_or_else(|| format!("http://{addr}"));
            let link = format!("{}/setup?token={}", origin, token.expose_secret());
            tracing::warn!(
                "nobody owns this site yet. Open this link once to make the first administrator: {link}"
            );
        }
        Ok(())
    }
}

fn gateway_options(
    config: &Config,
    catalogue: Catalogue,
    redis: Option<Redis>,
    pool: Option<Pool>,
) -> anyhow::Result<GatewayOptions> {
    let base_url = &config.bailian.base_url;
    let mut options = config.gateway.options(catalogue, base_url)?;
    options.pool = pool;
    options.shared_answers = redis
        .clone()
        .filter(|_| config.gateway.answers == AnswersIn::Redis);
    options.shared_limits = redis.filter(|_| config.gateway.limits == LimitsIn::Redis);
    Ok(options)
}

/// Bailian, or its stand-in where there is no key; with all accounts, where there are several.
async fn upstream(
    config: &Config,
    catalogue: &Catalogue,
) -> anyhow::Result<(bailian::Client, Option<Pool>, Option<Simulator>)> {
    let (mut options, simulator) = if let Some(options) = config.bailian.options() {
        (options, None)
    } else {
        let simulator = Simulator::start(config.simulator.options())
            .await
            .context("starting the simulator")?;
        tracing::warn!("there is no DASHSCOPE_API_KEY: answers come from the built-in simulator");
        let options = bailian::ClientOptions::new(simulator.base_url(), "sk-simulator");
        (options, Some(simulator))
    };
    options.catalogue = Some(Arc::new(catalogue.clone()));
    config.bailian.pace(&mut options);
    let client = bailian::Client::new(options.clone()).context("setting up the upstream")?;
    let pool = config.bailian.pool(&client, &options)?;
    Ok((client, pool, simulator))
}

/// Temporary conversations last an hour at most: they are looked for more often than the rest.
async fn forget(services: Services, stop: CancellationToken) {
    let mut ticks = tokio::time::interval(FORGET);
    while stop.run_until_cancelled(ticks.tick()).await.is_some() {
        services.forget().await;
    }
}

async fn purge(services: Services, keep_calls_days: u32, stop: CancellationToken) {
    let mut ticks = tokio::time::interval(PURGE);
    while stop.run_until_cancelled(ticks.tick()).await.is_some() {
        services.purge().await;
        if keep_calls_days > 0
            && let Err(error) = services.ledger.prune(keep_calls_days).await
        {
            tracing::warn!(
                error = &error as &dyn std::error::Error,
                "clearing the call log failed"
            );
        }
    }
}

/// Takes what was written before there was a search into it, little by little.
async fn take_in(services: Services, stop: CancellationToken) {
    while let Some(Some(pause)) = stop.run_until_cancelled(services.take_in()).await {
        tokio::time::sleep(pause).await;
    }
}

/// Cancels `stop` at the first SIGTERM or Ctrl-C, and ends the process at the second.
pub fn stop_signals(stop: CancellationToken) -> anyhow::Result<()> {
    #[cfg(unix)]
    let mut terminate = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())
        .context("listening for SIGTERM")?;
    tokio::spawn(async move {
        loop {
            #[cfg(unix)]
            tokio::select! {
                _ = terminate.recv() => {}
                _ = tokio::signal::ctrl_c() => {}
            }
            #[cfg(not(unix))]
            let _ = tokio::signal::ctrl_c().await;
            if stop.is_cancelled() {
                tracing::warn!("told to stop twice: leaving at once");
                std::process::exit(1);
            }
            stop.cancel();
        }
    });
    Ok(())
}
