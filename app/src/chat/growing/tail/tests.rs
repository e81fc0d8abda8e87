use super::*;

/// Blocks as the server renders them.
const WHOLE: &[&str] = &[
    "<p>春眠不觉晓，<strong>处处<em>闻</em></strong>啼鸟 &amp; 😀 a &lt;b&gt;<br>\n夜来 &amp;&amp; <code>x &lt; y</code>; <a href=\"https://example.com/?a=1&amp;b=2\">风雨</a>声</p>",
    "<ul>\n<li><label class=\"task\"><input type=\"checkbox\" disabled=\"\" checked=\"\"> one</label></li>\n<li>two<ul>\n<li>three <del>four</del></li>\n</ul>\n</li>\n</ul>",
    "<figure class=\"code\" data-language=\"rust\"><figcaption class=\"code__head\"><span class=\"code__language\">rust</span><button type=\"button\" class=\"tool\" data-action=\"copy-code\"></button></figcaption><pre tabindex=\"0\"><code class=\"code__text\"><span class=\"s-k\">fn </span><span class=\"s-f\">a</span>() {\n    <span class=\"s-k\">let</span> x <span class=\"s-o\">=</span> <span class=\"s-s\">\"&lt;&amp;\"</span>;\n}\n</code></pre></figure>",
    "<div class=\"table\" tabindex=\"0\" role=\"region\"><button type=\"button\" class=\"tool\" data-action=\"copy-table\"></button><table><thead><tr><th>a</th><th class=\"align-right\">b</th></tr></thead><tbody><tr><td>春</td><td class=\"align-right\">1 &lt; 2</td></tr><tr><td></td><td class=\"align-right\"><strong>3</strong></td></tr></tbody></table></div>",
    "<p>a <math><mi>x</mi><mo>+</mo><mn>1</mn></math> b <sup class=\"footnote-mark\"><a href=\"#m-fn-1\">1</a></sup></p>",
];

/// What a page holds.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Node {
    Text(String),
    Element(String, Vec<Node>),
}

fn name_of(tag: &str) -> &str {
    tag.split(' ').next().unwrap_or_default()
}

/// Texts and tags, in their order.
fn chunks(html: &str) -> impl Iterator<Item = (&str, &str)> {
    html.split_inclusive('>').map(|chunk| {
        let (text, tag) = chunk.split_once('<').unwrap_or((chunk, ""));
        (text, tag.trim_end_matches('>'))
    })
}

fn read(html: &str) -> Vec<Node> {
    let mut open = vec![(String::new(), Vec::new())];
    for (text, tag) in chunks(html) {
        let (_, here) = open.last_mut().unwrap();
        if !text.is_empty() {
            here.push(Node::Text(plain(text).unwrap()));
        }
        if let Some(name) = tag.strip_prefix('/') {
            let (tag, within) = open.pop().unwrap();
            assert_eq!(name_of(&tag), name);
            open.last_mut().unwrap().1.push(Node::Element(tag, within));
        } else if VOID.contains(&name_of(tag)) {
            here.push(Node::Element(tag.to_owned(), Vec::new()));
        } else if !tag.is_empty() {
            open.push((tag.to_owned(), Vec::new()));
        }
    }
    let (_, nodes) = open.pop().unwrap();
    assert!(open.is_empty(), "{html}");
    nodes
}

/// Does what the page does.
fn fit(mut nodes: &mut Vec<Node>, tail: &Tail<'_>) {
    for (place, level) in tail.levels.iter().enumerate() {
        nodes.truncate(nodes.len() - level.gone);
        let Some(within) = tail.levels.get(place + 1) else {
            if let Some((gone, new)) = &tail.text {
                let Some(Node::Text(text)) = nodes.last_mut() else {
                    panic!("no text is last: {tail:?}");
                };
                *text = format!("{}{new}", text.strip_suffix(gone.as_str()).unwrap());
            }
            nodes.extend(read(level.html));
            return;
        };
        let last = nodes.len() - 1;
        nodes.extend(read(level.html));
        let Node::Element(tag, inner) = &mut nodes[last] else {
            panic!("no element is last: {tail:?}");
        };
        assert_eq!(name_of(tag), within.name);
        nodes = inner;
    }
}

/// The first `length` bytes of a block, with the end tags that are missing; not within a tag or a reference.
fn begun(whole: &str, length: usize) -> Option<String> {
    let part = whole.get(..length)?;
    if parting(part) != length {
        return None;
    }
    let mut open = Vec::new();
    for (_, tag) in chunks(part) {
        if tag.starts_with('/') {
            open.pop();
        } else if !tag.is_empty() && !VOID.contains(&name_of(tag)) {
            open.push(name_of(tag));
        }
    }
    let ends: Vec<String> = open.iter().rev().map(|name| format!("</{name}>")).collect();
    Some(part.to_owned() + &ends.concat())
}

fn renderings(whole: &str) -> Vec<String> {
    (1..=whole.len())
        .filter_map(|length| begun(whole, length))
        .collect()
}

fn check(old: &str, new: &str) -> bool {
    let Some(tail) = Tail::between(old, new) else {
        return false;
    };
    let mut page = read(old);
    fit(&mut page, &tail);
    assert_eq!(page, read(new), "{old}\n{new}\n{tail:?}");
    true
}

#[test]
fn whatever_was_shown_becomes_what_is_to_be_shown() {
    for whole in WHOLE {
        let all = renderings(whole);
        for (place, old) in all.iter().enumerate() {
            for new in &all[place..] {
                check(old, new);
            }
        }
    }
    let all: Vec<String> = WHOLE.iter().flat_map(|whole| renderings(whole)).collect();
    for (old, new) in all.iter().step_by(7).zip(all.iter().rev().step_by(5)) {
        check(old, new);
        check(new, old);
    }
}

#[test]
fn what_is_marked_otherwise_than_it_seemed_is_taken_back() {
    for (old, new) in [
        ("<p>a <em>b</em></p>", "<p>a <strong>b</strong> c</p>"),
        ("<p>a b</p>", "<p>a <em>b</em></p>"),
        ("<p>a &lt;</p>", "<p>a &amp;</p>"),
        (
            "<p>a <code class=\"math-pending\">x</code></p>",
            "<p>a <math><mi>x</mi></math>.</p>",
        ),
        (
            "<ul><li>a</li></ul>",
            "<ul><li><p>a</p></li><li>b</li></ul>",
        ),
        ("<p>a<br>\nb</p>", "<p>a<br>\n<em>b</em></p>"),
        (
            "<p>[a] and <em>b</em> c</p>",
            "<p><a href=\"https://example.com/\">a</a> and <em>b</em> c</p>",
        ),
    ] {
        assert!(check(old, new), "{old} → {new}");
    }
}

#[test]
fn a_piece_changes_the_end_alone() {
    for whole in WHOLE.iter().take(4) {
        for pair in renderings(whole).windows(2) {
            let Some(tail) = Tail::between(&pair[0], &pair[1]) else {
                continue;
            };
            let gone: usize = tail.levels.iter().map(|level| level.gone).sum();
            let written: usize = tail.levels.iter().map(|level| level.html.len()).sum();
            assert!(gone == 0 && written < 100, "{tail:?}");
        }
    }
    let tail = Tail::between("<p>春眠</p>", "<p>春眠不 &amp; 觉</p>").unwrap();
    assert_eq!(tail.text, Some((String::new(), "不 & 觉".to_owned())));
    assert!(tail.levels.iter().all(|level| level.html.is_empty()));
}

#[test]
fn what_is_something_else_is_written_anew() {
    let many = "<p>x".to_owned() + &"<em>a</em>".repeat(MOST_GONE / 8) + "</p>";
    for (old, new) in [
        ("", "<p>a</p>"),
        ("<p>a</p>", ""),
        ("<p>a</p>", "<h3>a</h3>"),
        ("<p>a</p>", "<pre><code>a</code></pre>"),
        (
            "<p>a <math><mi>x</mi></math></p>",
            "<p>a <math><mi>x</mi><mo>+</mo></math></p>",
        ),
        ("<p>a &lt;</p>", "<p>a &lt;&hellip;</p>"),
        (many.as_str(), "<p>xyz</p>"),
    ] {
        assert_eq!(Tail::between(old, new), None, "{old} → {new}");
    }
}
