//! The simulator alone, built in seconds: `cargo run -p simulator --example serve -- --addr 127.0.0.1:8787`.
//!
//! `liantai simulator` is the same with all its options; this takes `--addr` and `--fault` and answers without delay.

use std::io::{self, Write};

use simulator::Options;

#[tokio::main]
async fn main() -> io::Result<()> {
    let mut options = Options::immediate();
    let mut arguments = std::env::args().skip(1);
    // What is only about time changes nothing here.
    while let Some(name) = arguments.find(|argument| argument == "--addr" || argument == "--fault")
    {
        let value = arguments.next().unwrap_or_default();
        if name == "--addr" {
            options.addr = value.parse().map_err(io::Error::other)?;
        } else {
            options
                .faults
                .push(value.parse().map_err(io::Error::other)?);
        }
    }
    let say = |addr| {
        let _ = writeln!(io::stdout(), "listening on http://{addr}");
    };
    simulator::serve(options, say, std::future::pending()).await
}
