//! What a person does with their files and their works.

use anyhow::Context;
use http::{Method, header};
use model::{FileId, FileView, Making};
use reqwest::RequestBuilder;

use super::{Browser, Reply, eventually, submission};

/// A film of so many bytes, as far as its beginning tells.
pub(crate) fn film(bytes: usize) -> Vec<u8> {
    let mut film = b"\0\0\0\x18ftypisom\0\0\x02\0isomiso2".to_vec();
    film.extend((film.len()..bytes).map(|at| u8::try_from(at % 251).unwrap_or_default()));
    film
}

/// A PNG of one pixel.
pub(crate) const PIXEL: &[u8] = b"\x89PNG\x0d\x0a\x1a\x0a\x00\x00\x00\x0dIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x02\x00\x00\x00\x90wS\xde\x00\x00\x00\x0cIDATx\x9ccPpH\x00\x00\x01D\x00\xc1\x0b\x8d\x96B\x00\x00\x00\x00IEND\xaeB`\x82";

/// Seconds of a tone that comes and goes, in which the simulator hears sentences.
pub(crate) fn recording(seconds: u32) -> Vec<u8> {
    const HERTZ: u32 = 16_000;
    let samples = (0..HERTZ * seconds).flat_map(|place| {
        let wave = f64::from(place) * 220.0 * std::f64::consts::TAU / f64::from(HERTZ);
        let loud = if place / HERTZ % 3 == 2 { 0.0 } else { 9_000.0 };
        #[expect(clippy::cast_possible_truncation, reason = "it fits")]
        let sample = (wave.sin() * loud) as i16;
        sample.to_le_bytes()
    });
    let samples: Vec<u8> = samples.collect();
    let length = HERTZ * seconds * 2;
    let mut wav = b"RIFF".to_vec();
    wav.extend((length + 36).to_le_bytes());
    wav.extend(b"WAVEfmt \x10\0\0\0\x01\0\x01\0");
    wav.extend(HERTZ.to_le_bytes());
    wav.extend((HERTZ * 2).to_le_bytes());
    wav.extend(b"\x02\0\x10\0data");
    wav.extend(length.to_le_bytes());
    wav.extend(samples);
    wav
}

impl Browser {
    /// Sends a file as it is.
    pub(crate) async fn keep(&self, name: &str, bytes: Vec<u8>) -> anyhow::Result<FileView> {
        let reply = Reply::to(self.sending(name, bytes)).await?;
        let files: Vec<FileView> = reply.json()?;
        files.into_iter().next().context("no file")
    }

    pub(crate) fn sending(&self, name: &str, bytes: Vec<u8>) -> RequestBuilder {
        self.post("/files").query(&[("name", name)]).body(bytes)
    }

    pub(crate) async fn content(&self, id: FileId) -> anyhow::Result<Reply> {
        Reply::to(self.get(&format!("/files/{id}"))).await
    }

    /// Has an image made of that. Its id as a work.
    pub(crate) async fn image(&self, prompt: &str) -> anyhow::Result<String> {
        let submission = submission();
        let wish = [
            ("wish[kind]", "image"),
            ("wish[model]", "wan2.2-t2i-flash"),
            ("wish[prompt]", prompt),
            ("submission", submission.as_str()),
        ];
        let making: Making = self.call("works.make", &wish).await?.json()?;
        let id = making.id.to_string();
        eventually("the image", async || {
            let making = self.call("works.making", &[("id", &id)]).await?;
            let making: Making = making.json()?;
            Ok(making.works.first().map(|work| work.id.to_string()))
        })
        .await
    }

    /// Speaks tus.
    pub(crate) fn tus(&self, method: &str, path: &str) -> anyhow::Result<RequestBuilder> {
        let method = Method::from_bytes(method.as_bytes())?;
        let url = format!("{}{path}", self.origin);
        Ok(self.request(method, &url).header("tus-resumable", "1.0.0"))
    }

    /// Begins an upload of a film. Where it is.
    pub(crate) async fn begin_upload(&self, length: usize) -> anyhow::Result<String> {
        let begin = self.tus("POST", "/uploads")?;
        let begin = begin.header("upload-length", length).header(
            "upload-metadata",
            "filename 5pilLm1wNA==,filetype dmlkZW8vbXA0",
        );
        let reply = Reply::to(begin).await?;
        anyhow::ensure!(reply.status == 201, "{}: {}", reply.status, reply.text());
        let location = reply.header(header::LOCATION.as_str());
        Ok(location.context("no location")?.to_owned())
    }

    /// Sends more of it.
    pub(crate) fn appending(
        &self,
        upload: &str,
        offset: usize,
        body: impl Into<reqwest::Body>,
    ) -> anyhow::Result<RequestBuilder> {
        Ok(self
            .tus("PATCH", upload)?
            .header("content-type", "application/offset+octet-stream")
            .header("upload-offset", offset)
            .body(body))
    }
}
