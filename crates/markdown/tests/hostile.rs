//! Texts made to be expensive stay within the size that a text may become, whole and in pieces.

use markdown::{LiveRenderer, render};

#[path = "../examples/hostile/texts.rs"]
mod texts;

fn assert_bounded(name: &str, text: &str, blocks: &[String]) {
    let size: usize = blocks.iter().map(String::len).sum();
    assert!(
        size <= 10 * text.len() + 4096,
        "{name}: {} bytes became {size}",
        text.len()
    );
}

#[test]
fn no_text_becomes_more_than_ten_times_as_long() {
    for (name, text) in texts::all() {
        assert_bounded(&name, &text, &render(&text, "m1"));
    }
}

#[test]
fn a_growing_text_stays_within_bounds_and_ends_the_same() {
    for (name, text) in texts::all() {
        let text: String = text.chars().take(20_000).collect();
        let mut live = LiveRenderer::new("m1");
        let mut rest = text.as_str();
        let mut size = 1;
        while !rest.is_empty() {
            // Pieces of ever other sizes, the same in each run.
            size = (size * 7 + 13) % 997 + 1;
            let end = (size..=rest.len())
                .find(|&end| rest.is_char_boundary(end))
                .unwrap_or(rest.len());
            live.push(&rest[..end]);
            live.update();
            assert_bounded(&name, &text, live.blocks());
            rest = &rest[end..];
        }
        live.finish();
        assert_eq!(live.blocks(), render(&text, "m1"), "{name}");
    }
}

#[test]
fn nesting_needs_no_more_than_half_a_usual_stack() -> Result<(), Box<dyn std::error::Error>> {
    let small = std::thread::Builder::new().stack_size(1024 * 1024);
    let thread = small.spawn(|| {
        texts::all()
            .into_iter()
            .map(|(_, text)| render(&text, "m1").len())
            .sum::<usize>()
    })?;
    assert!(thread.join().is_ok_and(|blocks| blocks > 0));
    Ok(())
}
