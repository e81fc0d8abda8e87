//! Nothing that a text says can run, load or disguise anything, whole or half.

use markdown::{LiveRenderer, Source, render, render_citing};

mod support;

#[test]
fn no_attack_gives_anything_but_harmless_elements() {
    for text in support::ATTACKS {
        for block in render(text, "m1") {
            support::assert_safe(&block, text);
        }
    }
}

#[test]
fn no_beginning_of_an_attack_does_either() {
    for text in support::ATTACKS {
        for (end, _) in text.char_indices() {
            let mut live = LiveRenderer::new("m1");
            live.push(&text[..end]);
            live.update();
            for block in live.blocks() {
                support::assert_safe(block, &text[..end]);
            }
        }
    }
}

const UNSEEN: [char; 4] = ['\u{e0041}', '\u{202e}', '\u{200b}', '\u{feff}'];

/// What of the blocks a reader can copy.
fn copied(blocks: &[String]) -> String {
    let document = scraper::Html::parse_fragment(&blocks.concat());
    document.root_element().text().collect()
}

#[test]
fn characters_that_nobody_sees_are_marked_and_not_copied() {
    let text = "a\u{e0041}\u{202e}b&#x202E; `c\u{200b}d` [x\u{feff}](https://a.example/\u{202e}b)\n\n\
                ```rust\nlet x\u{202e} = 1; // \u{200b}\u{200b}\n```\n\n# h\u{200b}\n\n| a\u{200b} |\n|-|\n| b |\n";
    let blocks = render(text, "m1");
    let html = blocks.concat();
    assert!(!html.contains(UNSEEN), "{html}");
    for label in ["U+E0041×2", "U+202E", "U+200B", "U+FEFF", "U+200B×2"] {
        assert!(
            html.contains(&format!("aria-label=\"{label}\"")),
            "{label} in {html}"
        );
    }
    let copied = copied(&blocks);
    assert!(
        copied.contains("let x = 1; // ") && copied.contains("cd"),
        "{copied}"
    );
    assert!(
        copied
            .chars()
            .all(|c| !markdown::is_hidden(c) && u32::from(c) < 0x10_0000),
        "{copied:?}"
    );
    assert!(html.contains("href=\"https://a.example/b\""), "{html}");
    for block in &blocks {
        support::assert_safe(block, text);
    }
}

#[test]
fn joiners_stay_where_people_write_them() {
    let html = render("👩\u{200d}👧 ❤\u{fe0f} می\u{200c}شود", "m1").concat();
    assert_eq!(html, "<p>👩\u{200d}👧 ❤\u{fe0f} می\u{200c}شود</p>");
}

#[test]
fn unseen_characters_in_formulas_and_labels_do_no_harm() {
    for text in [
        "$a\u{200b}+b$",
        "$$\\text{a\u{202e}}$$",
        "[^a\u{200b}]\n\n[^a\u{200b}]: x",
        "[a\u{200b}]\n\n[a\u{200b}]: https://b.example",
    ] {
        let blocks = render(text, "m1");
        assert!(
            copied(&blocks).chars().all(|c| u32::from(c) < 0x10_0000),
            "{text:?} gives {blocks:?}"
        );
        for block in &blocks {
            support::assert_safe(block, text);
        }
    }
}

#[test]
fn a_link_says_where_it_leads_unless_its_text_does() {
    let shown = |text: &str| {
        let html = render(text, "m1").concat();
        support::assert_safe(&html, text);
        html.split_once("<span class=\"link-host\">")
            .and_then(|(_, rest)| rest.split_once('<'))
            .map(|(host, _)| host.to_owned())
    };
    for text in [
        "<https://a.example/x>",
        "[https://a.example](https://a.example/x)",
        "[**a.example**/docs](https://a.example/x)",
        "<a@b.example>",
    ] {
        assert_eq!(shown(text), None, "{text}");
    }
    for (text, host) in [
        ("[your bank](https://evil.example/login)", "evil.example"),
        (
            "[https://bank.example](https://evil.example)",
            "evil.example",
        ),
        ("[`bank.example`](https://evil.example)", "evil.example"),
        (
            "[https://bank.example@evil.example](https://bank.example@evil.example)",
            "evil.example",
        ),
        (
            "[bank.example](https://evil.example/bank.example)",
            "evil.example",
        ),
        (
            "[evil.example\u{200b}](https://evil.example)",
            "evil.example",
        ),
        (
            "[https://\u{430}pple.com](https://\u{430}pple.com)",
            "xn--pple-43d.com",
        ),
        ("[$x$](https://evil.example)", "evil.example"),
        ("[](https://evil.example)", "evil.example"),
        (
            "[![cat](https://i.example/c.png)](https://evil.example)",
            "evil.example",
        ),
        ("[write](mailto:a@evil.example?subject=x)", "a@evil.example"),
        ("[x]\n\n[x]: https://evil.example", "evil.example"),
    ] {
        assert_eq!(shown(text).as_deref(), Some(host), "{text}");
    }
}

fn source(number: u32, title: &str, address: &str) -> Source {
    Source {
        number,
        title: title.to_owned(),
        address: address.to_owned(),
        site: String::new(),
    }
}

#[test]
fn a_number_leads_to_its_source_and_the_list_stands_last() {
    let sources = vec![
        source(1, "West Lake", "https://a.example/lake"),
        source(2, "<b>Two</b>", "https://b.example/\u{202e}x"),
    ];
    let text = "It is west[1], `a[1]`, [2] and [3].\n\n```\nx[1]\n```\n\n[1]: https://evil.example";
    let blocks = render_citing(text, "m1", sources.clone());
    let html = blocks.concat();
    for block in &blocks {
        support::assert_safe(block, text);
    }
    assert_eq!(html.matches("class=\"citation\"").count(), 2, "{html}");
    assert!(
        html.contains("href=\"https://a.example/lake\" title=\"a.example — West Lake\"")
            && html.contains(">[1]</a>"),
        "{html}"
    );
    assert!(
        html.contains("and [3].") && !html.contains("evil.example"),
        "{html}"
    );
    let list = blocks.last().map(String::as_str).unwrap_or_default();
    assert!(
        list.starts_with("<details class=\"sources\">") && list.contains("data-count=\"2\""),
        "{list}"
    );
    assert!(
        list.contains("&lt;b&gt;Two") && list.contains("b.example</span></a>"),
        "{list}"
    );

    // Told at the end, as some upstreams do, it comes to the same.
    let mut live = LiveRenderer::new("m1");
    live.push(text);
    live.update();
    live.cite(sources);
    live.finish();
    assert_eq!(live.blocks(), blocks);
}

#[test]
fn hostile_sources_are_text_and_lead_nowhere() {
    let hostile = [
        "javascript:alert(1)",
        "data:text/html,<script>alert(1)</script>",
        "mailto:a@b.example",
        "//evil.example",
        "",
    ];
    for address in hostile.into_iter().chain(support::ATTACKS.iter().copied()) {
        let mut hostile = source(1, address, address);
        hostile.site = address.to_owned();
        for block in render_citing("x[1]", "m1", vec![hostile]) {
            support::assert_safe(&block, address);
            assert!(!block.contains("mailto:a@b.example\""), "{block}");
        }
    }
    let spoofed = source(
        1,
        "https://bank.example",
        "https://bank.example@evil.example/",
    );
    let html = render_citing("x[1]", "m1", vec![spoofed]).concat();
    assert!(
        html.contains("<span class=\"link-host\">evil.example</span>"),
        "{html}"
    );
}

#[test]
fn an_image_is_a_link_that_says_where_it_leads() {
    let html = render("![A cat](https://img.example/cat.png)", "m1").concat();
    assert!(
        !html.contains("<img") && html.contains("A cat") && html.contains("img.example</span>"),
        "{html}"
    );
}

#[test]
fn the_text_of_a_refused_link_stays() {
    assert_eq!(render("[text](javascript:alert(1))", "m1"), ["<p>text</p>"]);
}
