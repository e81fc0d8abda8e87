//! The binary as an operator runs it: a process that can be told to stop, or killed.

use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
    process::Stdio,
    sync::{Arc, Mutex, PoisonError},
};

use anyhow::{Context, ensure};
use server::config::Config;
use simulator::{Options, Simulator};
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    process::{Child, Command},
};

use super::{Browser, Database, config, eventually, within};

/// `liantai serve`, over an upstream that outlives it.
pub(crate) struct Process {
    child: Child,
    origin: String,
    log: Arc<Mutex<String>>,
    /// Its configuration.
    file: PathBuf,
}

/// How a process ended, and what it said.
pub(crate) struct Ended {
    pub(crate) code: Option<i32>,
    pub(crate) log: String,
}

impl Process {
    /// Starts it and waits until it listens.
    pub(crate) async fn start(database: &Database, upstream: &Simulator) -> anyhow::Result<Self> {
        Self::start_with(database, upstream, None, |_| ()).await
    }

    /// The same with the configuration as `change` leaves it, and with jobs that stand still at a step, if one is named.
    pub(crate) async fn start_with(
        database: &Database,
        upstream: &Simulator,
        halt_at: Option<&str>,
        change: impl FnOnce(&mut Config),
    ) -> anyhow::Result<Self> {
        let mut config = config(database);
        change(&mut config);
        let file = write_config(database, &config)?;
        let mut command = command(&file);
        command
            .arg("serve")
            .env("DASHSCOPE_API_KEY", "sk-of-a-test")
            .env("LIANTAI__BAILIAN__BASE_URL", upstream.base_url());
        if let Some(at) = halt_at {
            command.env("LIANTAI_TEST_HALT_AT", at);
        }
        let mut child = command.spawn().context("starting the binary")?;
        let log = follow(&mut child)?;
        let origin = eventually("the address", async || {
            let log = text(&log);
            if let Some(status) = child.try_wait()? {
                anyhow::bail!("it ended at once, {status}: {log}");
            }
            let (_, rest) = log.split_once("listening on ").unzip();
            let origin = rest.and_then(|rest| rest.split(['"', '\n']).next());
            Ok(origin.map(ToOwned::to_owned))
        })
        .await?;
        Ok(Self {
            child,
            origin,
            log,
            file,
        })
    }

    /// Where it listens.
    pub(crate) fn addr(&self) -> anyhow::Result<SocketAddr> {
        let addr = self.origin.strip_prefix("http://").context("no address")?;
        Ok(addr.parse()?)
    }

    /// A browser with no cookies.
    pub(crate) fn anonymous(&self) -> anyhow::Result<Browser> {
        Browser::new(self.origin.clone())
    }

    /// The same person at the next process: another address, the same cookies.
    pub(crate) fn again(&self, browser: &Browser) -> anyhow::Result<Browser> {
        let here = self.anonymous()?;
        here.keep_cookie(&browser.cookies()?)?;
        Ok(here)
    }

    pub(crate) fn log(&self) -> String {
        text(&self.log)
    }

    /// Somebody who owns the site, without whom `liantai doctor` is not content.
    pub(crate) async fn owned(&self) -> anyhow::Result<()> {
        self.anonymous()?.register("owner").await?.done()?;
        self.succeeds(&["user", "role", "owner@example.com", "owner"])
            .await
    }

    /// `liantai doctor --reconcile` finds nothing that differs.
    pub(crate) async fn reconciles(&self) -> anyhow::Result<()> {
        self.succeeds(&["doctor", "--reconcile"]).await
    }

    async fn succeeds(&self, arguments: &[&str]) -> anyhow::Result<()> {
        let mut command = command(&self.file);
        let command = command.args(arguments);
        let command = command.stdout(Stdio::piped());
        let output = within("its end", async { Ok(command.output().await?) }).await?;
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        ensure!(output.status.success(), "{said}");
        Ok(())
    }

    /// `kill -9`.
    pub(crate) async fn kill(mut self) -> anyhow::Result<()> {
        Ok(self.child.kill().await?)
    }

    /// `kill -TERM`: it may finish what it does.
    pub(crate) async fn terminate(&self) -> anyhow::Result<()> {
        let pid = self.child.id().context("it has ended already")?;
        let told = Command::new("kill")
            .args(["-TERM", &pid.to_string()])
            .status()
            .await?;
        ensure!(told.success(), "no signal was sent");
        Ok(())
    }

    /// Waits until it has ended. It must not have had to complain.
    pub(crate) async fn ended(mut self) -> anyhow::Result<Ended> {
        let status = within("the process's end", async { Ok(self.child.wait().await?) }).await;
        let log = text(&self.log);
        let code = status.with_context(|| log.clone())?.code();
        ensure!(!log.contains("\"level\":\"ERROR\""), "{log}");
        Ok(Ended { code, log })
    }
}

/// An upstream on its own, for processes that come and go.
pub(crate) async fn upstream() -> anyhow::Result<Simulator> {
    Ok(Simulator::start(Options::immediate()).await?)
}

/// Runs `liantai serve` with that configuration file and these variables, for those that end by themselves.
pub(crate) async fn serve_in_vain(
    file: &Path,
    variables: &[(&str, &str)],
) -> anyhow::Result<Ended> {
    let mut command = command(file);
    command.arg("serve").envs(variables.iter().copied());
    let output = within("the process's end", async { Ok(command.output().await?) }).await?;
    Ok(Ended {
        code: output.status.code(),
        log: String::from_utf8_lossy(&output.stderr).into_owned(),
    })
}

/// Keeps the configuration beside the database.
pub(crate) fn write_config(database: &Database, config: &Config) -> anyhow::Result<PathBuf> {
    let file = database.folder.path().join("liantai.toml");
    std::fs::write(&file, server_toml(config)?)?;
    Ok(file)
}

fn server_toml(config: &Config) -> anyhow::Result<String> {
    let mut config = config.clone();
    config.telemetry.format = server::config::LogFormat::Json;
    Ok(toml::to_string(&config)?)
}

fn command(file: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_liantai"));
    command
        .arg("--config")
        .arg(file)
        .env_remove("DASHSCOPE_API_KEY")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .kill_on_drop(true);
    command
}

/// Reads what it says as long as it lives: a full pipe would stop it.
fn follow(child: &mut Child) -> anyhow::Result<Arc<Mutex<String>>> {
    let stderr = child.stderr.take().context("stderr is not piped")?;
    let log = Arc::new(Mutex::new(String::new()));
    let kept = Arc::clone(&log);
    tokio::spawn(async move {
        let mut lines = BufReader::new(stderr).lines();
        while let Ok(Some(line)) = lines.next_line().await {
            let mut log = kept.lock().unwrap_or_else(PoisonError::into_inner);
            log.push_str(&line);
            log.push('\n');
        }
    });
    Ok(log)
}

fn text(log: &Mutex<String>) -> String {
    log.lock().unwrap_or_else(PoisonError::into_inner).clone()
}
