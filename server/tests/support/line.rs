//! A connection that is nothing but a socket: half-sent requests, and several on one line.

use std::net::SocketAddr;

use anyhow::{Context, bail};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use super::within;

/// An open connection.
pub(crate) struct Line(TcpStream);

impl Line {
    pub(crate) async fn to(addr: SocketAddr) -> anyhow::Result<Self> {
        Ok(Self(TcpStream::connect(addr).await?))
    }

    pub(crate) async fn send(&mut self, text: &str) -> anyhow::Result<()> {
        Ok(self.0.write_all(text.as_bytes()).await?)
    }

    /// Asks for a path and reads the answer's status; the line stays open.
    pub(crate) async fn get(&mut self, path: &str) -> anyhow::Result<u16> {
        self.send(&format!("GET {path} HTTP/1.1\r\nhost: test\r\n\r\n"))
            .await?;
        let (mut read, mut byte) = (Vec::new(), [0]);
        while !read.ends_with(b"\r\n\r\n") {
            if self.0.read(&mut byte).await? == 0 {
                bail!("the line was closed");
            }
            read.extend(byte);
        }
        let head = String::from_utf8(read)?.to_ascii_lowercase();
        let field = |name: &str| head.lines().find_map(|line| line.strip_prefix(name));
        let length = field("content-length: ").context("no length")?.parse()?;
        self.0.read_exact(&mut vec![0; length]).await?;
        let status = head.split(' ').nth(1).context("no status")?;
        Ok(status.parse()?)
    }

    /// Waits until the other side closes; what it said before.
    pub(crate) async fn closed(mut self) -> anyhow::Result<String> {
        let mut said = Vec::new();
        within("the line to be closed", async {
            // A reset is as good as a close.
            let _ = self.0.read_to_end(&mut said).await;
            Ok(())
        })
        .await?;
        Ok(String::from_utf8_lossy(&said).into_owned())
    }
}
