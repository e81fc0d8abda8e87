//! A text that grows must end as the whole text would, whatever its pieces were.

use markdown::{BlockChange, LiveRenderer, render};
use proptest::prelude::*;

mod support;

/// Streams `text` in pieces of the given sizes (in characters, repeated), checking every step.
fn stream(text: &str, sizes: &[usize]) -> Vec<String> {
    let mut live = LiveRenderer::new("m1");
    let mut page = Vec::new();
    let mut characters = text.chars();
    for size in sizes.iter().cycle() {
        let piece: String = characters.by_ref().take((*size).max(1)).collect();
        if piece.is_empty() {
            break;
        }
        live.push(&piece);
        apply(&mut page, live.update());
        assert_eq!(page, live.blocks());
        for block in &page {
            support::assert_safe(block, text);
        }
    }
    apply(&mut page, live.finish());
    assert_eq!(page, live.blocks());
    page
}

fn apply(page: &mut Vec<String>, changes: Vec<BlockChange>) {
    for change in changes {
        let index = change.index as usize;
        if index == page.len() {
            page.push(String::new());
        }
        page[index].truncate(change.keep as usize);
        page[index].push_str(&change.html);
    }
}

#[test]
fn every_text_ends_the_same_in_single_characters() {
    for text in support::DOCUMENTS.iter().chain(support::ATTACKS) {
        assert_eq!(stream(text, &[1]), render(text, "m1"), "{text}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_split_of_a_text_gives_the_same_blocks(
        document in prop::sample::select(support::DOCUMENTS),
        sizes in prop::collection::vec(1_usize..40, 1..12),
    ) {
        prop_assert_eq!(stream(document, &sizes), render(document, "m1"));
    }

    #[test]
    fn any_mixture_of_marks_gives_the_same_blocks(
        parts in prop::collection::vec(prop::sample::select(MARKS), 1..40),
        sizes in prop::collection::vec(1_usize..6, 1..8),
    ) {
        let text = parts.concat();
        prop_assert_eq!(stream(&text, &sizes), render(&text, "m1"));
    }
}

const MARKS: &[&str] = &[
    "a",
    "词",
    "\n",
    "\n\n",
    "\n",
    "- ",
    "* ",
    "1. ",
    "10",
    "> ",
    "# ",
    "## ",
    "#### ",
    "```",
    "```rust\n",
    "~~~\n",
    "`",
    "**",
    "*",
    "_",
    "~~",
    "[",
    "](http://a.b)",
    "]",
    "[a]: http://c.d\n",
    "[a]",
    "[^1]",
    "[^1]: ",
    "![",
    "$",
    "$$",
    "\\(",
    "\\)",
    "\\[",
    "\\]",
    "|",
    "|-|-|\n",
    "| a | b |\n",
    "---",
    "---\n",
    "===\n",
    "    ",
    "  ",
    "\t",
    "<b>",
    "<",
    "&amp;",
    "\\",
    "\u{202e}",
    "👩\u{200d}👧",
    "- [ ] ",
    "- [x] ",
    "http://e.f",
];

/// What the page shows after `text` has arrived and no more.
fn halfway(text: &str) -> String {
    let mut live = LiveRenderer::new("m1");
    live.push(text);
    live.update();
    live.blocks().concat()
}

#[test]
fn half_open_constructs_look_as_they_will() {
    let cases = [
        ("a **bo", "<p>a <strong>bo</strong></p>"),
        ("a **bold*", "<p>a <strong>bold</strong></p>"),
        ("a **", "<p>a</p>"),
        ("a *it", "<p>a <em>it</em></p>"),
        ("a ~~de", "<p>a <del>de</del></p>"),
        ("a `co", "<p>a <code>co</code></p>"),
        ("a [wo", "<p>a wo</p>"),
        ("a [word](htt", "<p>a word</p>"),
        ("a $x^", "<p>a <code class=\"math-pending\">x^</code></p>"),
        (
            "a \\(x + ",
            "<p>a <code class=\"math-pending\">x +</code></p>",
        ),
        ("costs $5 and", "<p>costs $5 and</p>"),
        ("a\n-", "<p>a\n</p>"),
        ("a\n--", "<p>a\n</p>"),
        ("- a\n- ", "<ul>\n<li>a</li></ul>"),
        ("- a **b", "<ul><li>a <strong>b</strong></li></ul>"),
    ];
    for (text, html) in cases {
        let plain = |html: &str| html.replace('\n', "");
        assert_eq!(plain(&halfway(text)), plain(html), "{text:?}");
    }
}

#[test]
fn a_table_is_one_before_its_second_line_is_complete() {
    for text in [
        "| a | b",
        "| a | b |",
        "| a | b |\n",
        "| a | b |\n|--",
        "| a | b |\n|---|---|\n| c | **d",
    ] {
        let html = halfway(text);
        assert!(
            html.contains("<th>a<button")
                && html.contains("<th>b<button")
                && !html.contains('|')
                && !html.contains('*'),
            "{text:?} {html}"
        );
    }
}

#[test]
fn an_open_fence_is_code_and_only_new_lines_are_sent() {
    let mut live = LiveRenderer::new("m1");
    live.push("```rust\nfn a() {}\nlet");
    let first = live.update();
    assert!(live.blocks()[0].contains("fn") && first.iter().all(|change| !change.closed));
    for _ in 0..1000 {
        live.push(" x = 1;\nlet");
        let change = live.update().pop().unwrap();
        assert!(change.keep > 100 && change.html.len() < 400, "{change:?}");
    }
    live.push("\n```");
    let last = live.update();
    assert!(last.iter().all(|change| !change.html.contains("```")));
}

#[test]
fn a_closed_block_is_sent_once() {
    let mut live = LiveRenderer::new("m1");
    live.push("One.\n\nTwo");
    live.update();
    live.push(" more.\n\nThree");
    assert!(live.update().iter().all(|change| change.index > 0));
}

#[test]
fn headings_follow_each_other_without_a_gap_and_look_as_they_are_written() {
    let text = "## a\n\n#### b\n\n# c\n\n### d\n";
    let expected = [
        "<h3 data-level=\"2\">a</h3>",
        "<h4 data-level=\"4\">b</h4>",
        "<h3 data-level=\"1\">c</h3>",
        "<h4 data-level=\"3\">d</h4>",
    ];
    assert_eq!(render(text, "m1"), expected);
    assert_eq!(stream(text, &[1]), expected);
    // Those in quotes and lists count, and what becomes a link at the end keeps its level.
    let nested = "- ## a [x]\n\n> ##### b\n\nc\n\n###### d\n\n[x]: https://a.example\n";
    let html = render(nested, "m1").concat();
    let levels: Vec<&str> = html
        .match_indices("<h")
        .map(|(at, _)| &html[at..at + "<h3 data-level=\"2\"".len()])
        .collect();
    assert_eq!(
        levels,
        [
            "<h3 data-level=\"2\"",
            "<h4 data-level=\"5\"",
            "<h5 data-level=\"6\""
        ]
    );
    assert!(html.contains("href=\"https://a.example\""));
    assert_eq!(stream(nested, &[2, 5]).concat(), html);
}

#[test]
fn a_link_defined_after_its_use_is_resolved_at_the_end() {
    let mut live = LiveRenderer::new("m1");
    live.push("See [it][x].\n\nAnd[^1].\n\n[x]: https://a.example\n\n[^1]: Note.\n");
    live.update();
    live.finish();
    assert!(live.blocks()[0].contains("href=\"https://a.example\""));
    assert!(live.blocks()[1].contains("href=\"#m1-fn-1\""));
}
