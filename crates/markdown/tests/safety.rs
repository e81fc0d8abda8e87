//! Nothing that a text says can run, load or disguise anything, whole or half.

use markdown::{LiveRenderer, render};

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

#[test]
fn characters_that_nobody_sees_are_not_in_the_output() {
    let html = render(
        "a\u{e0041}\u{202e}b&#x202E;&#xE0041; `c\u{200b}d` [x](https://a.example/\u{202e}b)",
        "m1",
    )
    .concat();
    assert!(
        !html.contains(['\u{e0041}', '\u{202e}', '\u{200b}']),
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
