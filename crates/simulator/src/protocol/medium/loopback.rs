//! The smallest HTTP client that can read a file from a server on this machine.

use std::{net::IpAddr, time::Duration};

use bytes::Bytes;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};

use super::{Medium, unreachable};
use crate::Refusal;

/// How long a server may take, and how much it may send.
const PATIENCE: Duration = Duration::from_secs(10);
const LARGEST: u64 = 128 << 20;

/// Reads `http://{address}`. Anything but a numeric address of this machine, or `localhost`, is out of reach.
pub(super) async fn get(url: &str, address: &str) -> Result<Medium, Refusal> {
    let (authority, path) = address.split_at(address.find('/').unwrap_or(address.len()));
    let (host, port) = authority.rsplit_once(':').unwrap_or((authority, "80"));
    let ip = match host {
        "localhost" => Some(IpAddr::from([127, 0, 0, 1])),
        host => host.trim_matches(['[', ']']).parse().ok(),
    };
    let (Some(ip), Ok(port)) = (ip.filter(IpAddr::is_loopback), port.parse::<u16>()) else {
        return Err(unreachable());
    };
    let asking = async {
        let mut stream = TcpStream::connect((ip, port)).await?;
        let path = if path.is_empty() { "/" } else { path };
        let request = format!("GET {path} HTTP/1.0\r\nhost: {authority}\r\naccept: */*\r\n\r\n");
        stream.write_all(request.as_bytes()).await?;
        let mut answer = Vec::new();
        stream.take(LARGEST).read_to_end(&mut answer).await?;
        Ok::<_, std::io::Error>(answer)
    };
    let answer = match timeout(PATIENCE, asking).await {
        Ok(Ok(answer)) => answer,
        Ok(Err(_)) => {
            let message =
                format!("Connection to {authority} refused, please provide available URL.");
            return Err(Refusal::new(400, "InvalidURL.ConnectionRefused", message));
        }
        Err(_) => {
            let message = format!("Download {url} timeout, please check network connection.");
            return Err(Refusal::new(400, "InvalidURL.Timeout", message));
        }
    };
    read(answer).ok_or_else(unreachable)
}

/// The file in an answer that succeeded. HTTP/1.0 was asked, so the body ends with the connection.
fn read(answer: Vec<u8>) -> Option<Medium> {
    let end = answer.windows(4).position(|window| window == b"\r\n\r\n")?;
    let head = String::from_utf8_lossy(&answer[..end]).into_owned();
    let mut lines = head.split("\r\n");
    if lines.next()?.split(' ').nth(1)? != "200" {
        return None;
    }
    let content_type = lines
        .filter_map(|line| line.split_once(':'))
        .find(|(name, _)| name.eq_ignore_ascii_case("content-type"))
        .map_or("application/octet-stream", |(_, value)| value.trim());
    Some(Medium {
        bytes: Bytes::from(answer).slice(end + 4..),
        content_type: content_type.to_owned(),
    })
}
