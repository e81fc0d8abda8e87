//! The simulator alone, built in seconds: `cargo run -p simulator --example serve -- --addr 127.0.0.1:8787`.
//!
//! `liantai simulator` is the same with all its options; this takes `--addr` and answers without delay.

use std::io::{self, Write};

use simulator::Options;

#[tokio::main]
async fn main() -> io::Result<()> {
    let mut options = Options::immediate();
    let mut arguments = std::env::args().skip_while(|argument| argument != "--addr");
    if let Some(addr) = arguments.nth(1) {
        options.addr = addr.parse().map_err(io::Error::other)?;
    }
    let say = |addr| {
        let _ = writeln!(io::stdout(), "listening on http://{addr}");
    };
    simulator::serve(options, say, std::future::pending()).await
}
