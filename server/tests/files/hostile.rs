//! Hostile files, sent over every door of the running server: each is refused, and nothing of it stays.

use std::{
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use base64::{Engine, engine::general_purpose::STANDARD};
use futures_util::stream;
use http::Method;

use crate::support::{
    Api, Browser, PASSWORD, PIXEL, Reply, TestApp, TestResult, answered, eventually, film,
};

/// What somebody sends who means no good: its name, the type that is said, and the content.
struct Hostile {
    name: &'static str,
    declared: &'static str,
    content: Vec<u8>,
}

fn hostile(name: &'static str, declared: &'static str, content: impl Into<Vec<u8>>) -> Hostile {
    Hostile {
        name,
        declared,
        content: content.into(),
    }
}

fn boxed(kind: [u8; 4], content: &[u8]) -> Vec<u8> {
    let size = u32::try_from(content.len() + 8).unwrap_or(u32::MAX);
    [&size.to_be_bytes()[..], &kind, content].concat()
}

/// A film with a track of places, in fragments: where its samples lie can't be told.
fn tracked() -> Vec<u8> {
    let hdlr = [&[0_u8; 8][..], b"meta", &[0; 13]].concat();
    let track = boxed(*b"trak", &boxed(*b"mdia", &boxed(*b"hdlr", &hdlr)));
    [
        boxed(*b"ftyp", b"isom\0\0\x02\0"),
        boxed(*b"moov", &track),
        boxed(*b"moof", b"+48.8577+002.295/"),
    ]
    .concat()
}

/// A PNG whose header says that it is so wide and high.
fn vast(side: u32) -> Vec<u8> {
    let mut png = PIXEL.to_vec();
    png[16..20].copy_from_slice(&side.to_be_bytes());
    png[20..24].copy_from_slice(&side.to_be_bytes());
    png
}

/// A BMP of the same kind.
fn vast_bmp(side: i32) -> Vec<u8> {
    let mut bmp = b"BM\x46\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0".to_vec();
    bmp.extend(side.to_le_bytes());
    bmp.extend(side.to_le_bytes());
    bmp.extend(b"\x01\0\x18\0\0\0\0\0\x10\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0");
    bmp.extend([0; 16]);
    bmp
}

fn corpus() -> Vec<Hostile> {
    const PAGE: &[u8] = b"<!DOCTYPE html><script>alert(1)</script>";
    const DRAWING: &[u8] =
        b"<svg xmlns=\"http://www.w3.org/2000/svg\" onload=\"alert(1)\"><script/></svg>";
    vec![
        // FI-01: what is not kept at all.
        hostile("a.html", "text/html", PAGE),
        hostile("a.svg", "image/svg+xml", DRAWING),
        hostile("a.pdf", "application/pdf", &b"%PDF-1.7\n1 0 obj\n"[..]),
        hostile("a.zip", "application/zip", &b"PK\x03\x04\x14\0\0\0"[..]),
        hostile("a.exe", "", &b"MZ\x90\0\x03\0\0\0"[..]),
        hostile(
            "a.mkv",
            "",
            &b"\x1A\x45\xDF\xA3\xA3\x42\x86\x81\x01\x42\x82\x88matroska"[..],
        ),
        hostile(
            "a.avif",
            "image/avif",
            &b"\0\0\0\x1cftypavif\0\0\0\0avifmif1"[..],
        ),
        // FI-02: what says that it is something else.
        hostile("a.png", "image/png", PAGE),
        hostile("b.png", "image/png", DRAWING),
        hostile("a.mp3", "audio/mpeg", &b"\x7FELF\x02\x01\x01\0"[..]),
        hostile("a.jpg", "image/jpeg", PIXEL),
        hostile("a.mp4", "image/png", film(10_000)),
        hostile("b.mp4", "video/mp4", PIXEL),
        // FI-05: what would become enormous, and what is damaged.
        hostile("c.png", "image/png", vast(60_000)),
        hostile("d.png", "image/png", vast(u32::MAX)),
        hostile("e.png", "image/png", &PIXEL[..40]),
        hostile("a.bmp", "image/bmp", vast_bmp(60_000)),
        hostile(
            "a.gif",
            "image/gif",
            &b"GIF89a\xFF\xFF\xFF\xFF\0\0\0\x3B"[..],
        ),
        hostile(
            "a.webp",
            "image/webp",
            &b"RIFF\xFF\xFF\xFF\x7FWEBPVP8X\xFF\xFF\xFF\x7F"[..],
        ),
        hostile(
            "b.jpg",
            "image/jpeg",
            &b"\xFF\xD8\xFF\xE0\0\x10JFIF\0\x01\x01"[..],
        ),
        hostile("f.png", "image/png", Vec::new()),
        // FI-08: names that lead elsewhere.
        hostile("../../a.png", "image/png", PIXEL),
        hostile("a\u{202E}gnp.exe", "image/png", PIXEL),
        // FI-12: places that can't be taken out.
        hostile("c.mp4", "video/mp4", tracked()),
    ]
}

#[tokio::test]
async fn every_hostile_file_is_refused_at_every_door_and_leaves_nothing() -> TestResult {
    let app = TestApp::start().await?;
    let lin = app.user("lin").await?;
    let tokens = Api::of(&app)?.log_in("lin", PASSWORD).await?.done()?;
    let token = tokens["access_token"].as_str().unwrap_or_default();
    let program = Api::of(&app)?.bearing(token);
    for file in corpus() {
        let name = file.name;
        let status = by_page(&lin, &file).await?;
        assert!((400..500).contains(&status), "{name:?} by page: {status}");
        let status = by_program(&program, &file).await?;
        assert!(
            (400..500).contains(&status),
            "{name:?} by program: {status}"
        );
        let status = in_parts(&lin, &file).await?;
        assert!((400..500).contains(&status), "{name:?} in parts: {status}");
    }
    nothing_stays(&app).await
}

/// What is refused by its beginning is not read to its end, however much is sent: what was taken of a gigabyte is what lay in the
/// buffers on the way.
#[tokio::test]
async fn what_is_refused_by_its_beginning_is_not_read_on() -> TestResult {
    const PIECE: usize = 64 * 1024;
    const OFFERED: usize = 1024 * 1024 * 1024;
    let app = TestApp::start().await?;
    let lin = app.user("lin").await?;
    let taken = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&taken);
    let pieces = (0..OFFERED / PIECE).map(move |number| {
        counted.fetch_add(PIECE, Ordering::Relaxed);
        let mut piece = vec![0_u8; PIECE];
        if number == 0 {
            piece[..9].copy_from_slice(b"<!DOCTYPE");
        }
        anyhow::Ok(piece)
    });
    let body = reqwest::Body::wrap_stream(stream::iter(pieces));
    let sent = Reply::to(lin.post("/files?name=a.png").body(body)).await;
    // Who goes on sending may find the connection closed before the answer is read.
    if let Ok(reply) = sent {
        assert!(reply.status.is_client_error(), "{}", reply.status);
    }
    let taken = taken.load(Ordering::Relaxed);
    assert!(taken < OFFERED / 16, "{taken} bytes were taken");
    nothing_stays(&app).await
}

/// For somebody who looks: `cargo test -p server -- --ignored --nocapture how_long`.
#[tokio::test]
#[ignore = "prints what a machine needs; nothing can fail"]
async fn how_long_each_refusal_takes() -> TestResult {
    let app = TestApp::start().await?;
    let lin = app.user("lin").await?;
    for file in corpus() {
        let begun = std::time::Instant::now();
        let status = by_page(&lin, &file).await?;
        let name = file.name.escape_debug();
        println!("{:>6} ms  {status}  {name}", begun.elapsed().as_millis());
    }
    Ok(())
}

async fn by_page(lin: &Browser, file: &Hostile) -> anyhow::Result<u16> {
    let sending = lin.sending(file.name, file.content.clone());
    let sending = if file.declared.is_empty() {
        sending
    } else {
        sending.header("content-type", file.declared)
    };
    Ok(Reply::to(sending).await?.status.as_u16())
}

async fn by_program(program: &Api, file: &Hostile) -> anyhow::Result<u16> {
    let sending = program
        .request(Method::POST, "/rest/v1/files")
        .query(&[("name", file.name)])
        .body(file.content.clone());
    let sending = if file.declared.is_empty() {
        sending
    } else {
        sending.header("content-type", file.declared)
    };
    Ok(answered(sending).await?.status.as_u16())
}

/// The last status: what is refused at the beginning is not sent.
async fn in_parts(lin: &Browser, file: &Hostile) -> anyhow::Result<u16> {
    let about = format!(
        "filename {},filetype {}",
        STANDARD.encode(file.name),
        STANDARD.encode(file.declared)
    );
    let begin = lin
        .tus("POST", "/uploads")?
        .header("upload-length", file.content.len())
        .header("upload-metadata", about);
    let begun = Reply::to(begin).await?;
    let Some(upload) = begun.header("location") else {
        return Ok(begun.status.as_u16());
    };
    let sent = lin.appending(upload, 0, file.content.clone())?;
    Ok(Reply::to(sent).await?.status.as_u16())
}

/// In the database and in the folder.
async fn nothing_stays(app: &TestApp) -> TestResult {
    let database = &app.database;
    for kept in [
        "SELECT COUNT(*) FROM files",
        "SELECT COUNT(*) FROM storage WHERE bytes <> 0 OR files <> 0",
        "SELECT COUNT(*) FROM blobs WHERE state IN ('writing', 'parts', 'kept')",
    ] {
        eventually(kept, async || {
            Ok((database.number(kept).await? == 0).then_some(()))
        })
        .await?;
    }
    let folder = database.folder.path().join("files");
    eventually("an empty folder", async || {
        Ok((objects(&folder) == 0).then_some(()))
    })
    .await
}

fn objects(folder: &Path) -> usize {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return 0;
    };
    let count = |path: &Path| {
        if path.is_dir() { objects(path) } else { 1 }
    };
    entries.flatten().map(|entry| count(&entry.path())).sum()
}
