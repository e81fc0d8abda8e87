//! Prints how long each hostile text takes, whole and in pieces of 50 bytes; the bound is 100 ms in a release build.
#![expect(clippy::print_stdout, reason = "a measurement for people")]

use std::time::Instant;

use markdown::{LiveRenderer, render};

mod texts;

fn main() {
    render("```rust\nfn main() {}\n```\n\n$x$", "m1");
    for (name, text) in texts::all() {
        let start = Instant::now();
        let output: usize = render(&text, "m1").iter().map(String::len).sum();
        let whole = start.elapsed().as_millis();
        let start = Instant::now();
        let mut live = LiveRenderer::new("m1");
        let mut sent = 0;
        for piece in text.as_bytes().chunks(50) {
            live.push(&String::from_utf8_lossy(piece));
            sent += live
                .update()
                .iter()
                .map(|change| change.html.len())
                .sum::<usize>();
        }
        live.finish();
        println!(
            "{:>7} ms whole {:>7} ms live {:>8} in {output:>9} out {sent:>10} sent  {name}",
            whole,
            start.elapsed().as_millis(),
            text.len()
        );
    }
}
