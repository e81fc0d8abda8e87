//! Who has things made by a process, and asks the next one for them.

use anyhow::{Context, ensure};
use serde_json::{Value, json};

use super::{Kind, until};
use crate::support::{Api, Browser, PASSWORD, Process, TestResult};

/// Somebody with a browser and a program.
pub(super) struct Lin {
    pub(super) browser: Browser,
    pub(super) api: Api,
}

impl Lin {
    pub(super) async fn at(process: &Process) -> anyhow::Result<Self> {
        process.owned().await?;
        let browser = process.anonymous()?;
        browser.register("lin").await?.done()?;
        Self::logged_in(browser, process).await
    }

    pub(super) async fn at_another(&self, process: &Process) -> anyhow::Result<Self> {
        Self::logged_in(process.again(&self.browser)?, process).await
    }

    /// A token is good for the site that it names, and each process here has an address of its own.
    async fn logged_in(browser: Browser, process: &Process) -> anyhow::Result<Self> {
        let api = Api::by(process.anonymous()?);
        let tokens = api.log_in("lin", PASSWORD).await?.done()?;
        let token = tokens["access_token"].as_str().context("no token")?;
        Ok(Self {
            api: api.bearing(token),
            browser,
        })
    }

    pub(super) async fn begin(&self, kind: Kind, recording: &str) -> anyhow::Result<String> {
        let wish = match kind {
            Kind::Image => {
                json!({ "kind": "image", "model": "wan2.2-t2i-flash", "prompt": "雾中的灯塔", "count": 1, "seed": 7 })
            }
            Kind::Video => {
                json!({ "kind": "video", "model": "wan2.2-t2v-plus", "prompt": "海浪", "lines": 480, "seconds": 5 })
            }
            Kind::Speech => {
                let text = "从前有一座山。".repeat(80);
                json!({ "kind": "speech", "model": "qwen3-tts-flash", "text": text, "voice": "Cherry", "format": "wav" })
            }
            Kind::Transcript => {
                let wish = json!({ "wish": { "file": recording, "translate_to": "en" } });
                let begun = self.api.post("/rest/v1/transcripts", wish).await?;
                let id = begun.text("id");
                begun.done()?;
                return Ok(id);
            }
        };
        self.make(wish).await
    }

    pub(super) async fn make(&self, wish: Value) -> anyhow::Result<String> {
        let made = self.api.post("/rest/v1/makings", json!({ "wish": wish }));
        let made = made.await?;
        let id = made.text("id");
        made.done()?;
        Ok(id)
    }

    pub(super) async fn ended(&self, id: &str) -> anyhow::Result<Value> {
        let path = format!("/rest/v1/makings/{id}");
        let mut now = Value::Null;
        until("it has ended", async || {
            now = self.api.get(&path).await?.done()?;
            let state = now["state"].as_str().unwrap_or_default();
            Ok(matches!(state, "succeeded" | "failed" | "cancelled"))
        })
        .await?;
        Ok(now)
    }

    /// It ends well, and what was made is what was wished for.
    pub(super) async fn is_whole(&self, kind: Kind, id: &str) -> TestResult {
        if kind == Kind::Transcript {
            return self.is_written_down(id).await;
        }
        let ended = self.ended(id).await?;
        ensure!(ended["state"] == "succeeded", "{ended}");
        let works = ended["works"].as_array().context("no works")?;
        ensure!(works.len() == 1, "{ended}");
        let (mime, at, begin) = match kind {
            Kind::Image => ("image/png", 0_usize, &b"\x89PNG"[..]),
            Kind::Video => ("video/mp4", 4, &b"ftyp"[..]),
            Kind::Speech | Kind::Transcript => ("audio/wav", 0, &b"RIFF"[..]),
        };
        ensure!(works[0]["mime"] == mime, "{ended}");
        let file = works[0]["file"].as_str().context("no file")?.parse()?;
        let content = self.browser.content(file).await?;
        ensure!(
            content.body.get(at..at + 4) == Some(begin),
            "{}",
            content.status
        );
        Ok(())
    }

    async fn is_written_down(&self, id: &str) -> TestResult {
        let path = format!("/rest/v1/transcripts/{id}");
        let mut now = Value::Null;
        until("nothing is done for it any more", async || {
            now = self.api.get(&path).await?.done()?;
            Ok(now["line"]["job"].is_null())
        })
        .await?;
        ensure!(now["line"]["state"] == "ready", "{now}");
        let some = |list: &Value| list.as_array().is_some_and(|list| !list.is_empty());
        ensure!(some(&now["sentences"]), "{now}");
        ensure!(some(&now["notes"]["chapters"]), "{now}");
        ensure!(now["translations"] == json!(["en"]), "{now}");
        Ok(())
    }
}
