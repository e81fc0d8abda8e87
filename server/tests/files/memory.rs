//! Uploads are written as they come.

use bytes::Bytes;
use futures_util::stream;

use crate::support::{Reply, TestApp, TestResult, film};

const MIB: usize = 1024 * 1024;

/// Of each upload.
const LENGTH: usize = 128 * MIB;

/// What all of this process has taken at most, in KiB. Linux says it.
fn peak() -> Option<usize> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    line.split_whitespace().nth(1)?.parse().ok()
}

fn body() -> reqwest::Body {
    let mut first = film(MIB);
    first.truncate(MIB);
    let rest = Bytes::from(vec![7; MIB]);
    let pieces = std::iter::once(Bytes::from(first))
        .chain(std::iter::repeat_n(rest, LENGTH / MIB - 1))
        .map(anyhow::Ok);
    reqwest::Body::wrap_stream(stream::iter(pieces))
}

/// The process, which is also the one that sends, grows by less than 32 MiB.
#[tokio::test]
async fn a_large_upload_is_never_whole_in_memory() -> TestResult {
    let app = TestApp::start().await?;
    let lin = app.user("lin").await?;
    lin.keep("warm.mp4", film(9 * MIB)).await?;
    let Some(before) = peak() else {
        return Ok(());
    };
    let upload = lin.begin_upload(LENGTH).await?;
    let reply = Reply::to(lin.appending(&upload, 0, body())?).await?;
    assert!(
        reply.header("upload-file").is_some(),
        "{} {}",
        reply.status,
        reply.text()
    );
    let reply = Reply::to(lin.post("/files?name=a.mp4").body(body())).await?;
    reply.done()?;
    let grown = peak().unwrap_or_default().saturating_sub(before);
    assert!(grown < 32 * 1024, "grew by {grown} KiB");
    println!("grew by {grown} KiB");
    Ok(())
}
