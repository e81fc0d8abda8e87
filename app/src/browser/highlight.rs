//! Words marked where they stand, without touching the page (the CSS Custom Highlight API). A browser that doesn't know it marks
//! nothing.

use js_sys::{Array, Function, Reflect};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Element, Node, Range};

/// So many places are marked at most.
const MOST: usize = 2_000;
/// `NodeFilter.SHOW_TEXT`.
const TEXT: u32 = 4;

/// A place in one of several texts: which one, and how many UTF-16 units before it.
type Place = (usize, u32);

/// Marks where `words` stand in the elements, whatever their case, as `::highlight(name)`; what was marked before is not any more.
pub fn mark(name: &str, elements: impl Iterator<Item = Element>, words: &str) {
    let Some(highlights) = highlights() else {
        return;
    };
    let ranges = Array::new();
    for element in elements {
        let nodes = texts(&element);
        let contents: Vec<String> = nodes
            .iter()
            .map(|node| node.node_value().unwrap_or_default())
            .collect();
        for ((first, from), (last, to)) in places(&contents, words) {
            if ranges.length() as usize >= MOST {
                break;
            }
            if let Some(range) = range((&nodes[first], from), (&nodes[last], to)) {
                ranges.push(&range);
            }
        }
    }
    let window = super::window().map(JsValue::from).unwrap_or_default();
    let made = Reflect::get(&window, &"Highlight".into())
        .and_then(JsCast::dyn_into::<Function>)
        .and_then(|highlight| Reflect::construct(&highlight, &ranges));
    if let Ok(made) = made {
        call(&highlights, "set", &[&name.into(), &made]);
    }
}

/// Nothing is marked by that name any more.
pub fn unmark(name: &str) {
    if let Some(highlights) = highlights() {
        call(&highlights, "delete", &[&name.into()]);
    }
}

fn highlights() -> Option<JsValue> {
    let css = Reflect::get(super::window()?.as_ref(), &"CSS".into()).ok()?;
    let highlights = Reflect::get(&css, &"highlights".into()).ok()?;
    highlights.is_object().then_some(highlights)
}

fn call(of: &JsValue, name: &str, with: &[&JsValue]) {
    let function = Reflect::get(of, &name.into()).and_then(JsCast::dyn_into::<Function>);
    if let Ok(function) = function {
        let arguments: Array = with.iter().collect();
        // Fails for no name and no highlight.
        let _called = function.apply(of, &arguments);
    }
}

fn texts(element: &Element) -> Vec<Node> {
    let document = element.owner_document();
    let walker = document.and_then(|document| {
        document
            .create_tree_walker_with_what_to_show(element, TEXT)
            .ok()
    });
    let next = || walker.as_ref()?.next_node().ok().flatten();
    std::iter::from_fn(next).collect()
}

fn range((first, from): (&Node, u32), (last, to): (&Node, u32)) -> Option<Range> {
    let range = Range::new().ok()?;
    range.set_start(first, from).ok()?;
    range.set_end(last, to).ok()?;
    Some(range)
}

/// Where `words` stand in the texts as if these were one, whatever their case: from where to where.
fn places(texts: &[String], words: &str) -> Vec<(Place, Place)> {
    let sought: Vec<char> = words.trim().chars().flat_map(char::to_lowercase).collect();
    let mut all: Vec<(char, Place, Place)> = Vec::new();
    for (index, text) in texts.iter().enumerate() {
        let mut at = 0;
        for c in text.chars() {
            let end = at + u32::try_from(c.len_utf16()).unwrap_or(1);
            // One letter may have several small ones.
            all.extend(
                c.to_lowercase()
                    .map(|small| (small, (index, at), (index, end))),
            );
            at = end;
        }
    }
    let (mut found, mut at) = (Vec::new(), 0);
    while !sought.is_empty() && at + sought.len() <= all.len() {
        let here = &all[at..at + sought.len()];
        if here.iter().map(|(c, ..)| c).eq(&sought) {
            found.push((here[0].1, here[sought.len() - 1].2));
            at += sought.len();
        } else {
            at += 1;
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::places;

    fn found(texts: &[&str], words: &str) -> Vec<((usize, u32), (usize, u32))> {
        let texts: Vec<String> = texts.iter().map(|text| (*text).to_owned()).collect();
        places(&texts, words)
    }

    #[test]
    fn words_are_found_across_elements_and_whatever_their_case() {
        assert_eq!(
            found(&["Hel", "lo hello"], "HELLO"),
            [((0, 0), (1, 2)), ((1, 3), (1, 8))]
        );
        assert_eq!(
            found(&["预算", "和预算"], "预算"),
            [((0, 0), (0, 2)), ((1, 1), (1, 3))]
        );
        assert_eq!(found(&["aaa"], "aa"), [((0, 0), (0, 2))]);
    }

    #[test]
    fn places_are_counted_as_the_browser_counts() {
        assert_eq!(found(&["😀好"], "好"), [((0, 2), (0, 3))]);
        // Its small form is two characters.
        assert_eq!(found(&["İx"], "x"), [((0, 1), (0, 2))]);
    }

    #[test]
    fn nothing_is_found_for_nothing() {
        assert_eq!(found(&["a"], " "), []);
        assert_eq!(found(&[], "a"), []);
        assert_eq!(found(&["a"], "ab"), []);
    }
}
