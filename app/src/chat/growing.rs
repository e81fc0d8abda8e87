//! The HTML of a block that grows. What of it is new is put behind what is there already: to write all of it anew with each piece would
//! cost more the longer it has become, and take what is selected in it away.

mod tail;

use leptos::{html::InnerHtmlValue, prelude::*};
use wasm_bindgen::JsCast;
use web_sys::{CharacterData, Element, Node, NodeList};

use super::{answer::Blocks, tools};
use tail::Tail;

/// A block's HTML, as the `inner_html` of the element that shows it.
#[derive(Clone)]
pub struct Growing {
    html: ArcRwSignal<String>,
    /// It is the last one so far.
    is_open: bool,
}

/// The element, and what changes it.
pub struct Shown {
    block: Element,
    /// What it shows. Of the many blocks that don't change any more, no copy is kept.
    effect: RenderEffect<String>,
}

/// The blocks with their places.
pub fn listed(blocks: &Blocks) -> Vec<(usize, Growing)> {
    let blocks = blocks.get();
    let count = blocks.len();
    let growing = |(place, html): (usize, ArcRwSignal<String>)| {
        let is_open = place + 1 == count;
        (place, Growing { html, is_open })
    };
    blocks.into_iter().enumerate().map(growing).collect()
}

impl Growing {
    /// Follows it in `block`, which shows it already, unless what it shows is given.
    fn follow(self, block: &Element, shown: Option<String>) -> Shown {
        let Self { html, is_open } = self;
        let within = block.clone();
        let follow = move |shown: Option<String>| {
            let Some(mut shown) = shown else {
                return html.with(|html| if is_open { html.clone() } else { String::new() });
            };
            html.with(|html| show(&within, &mut shown, html));
            shown
        };
        Shown {
            block: block.clone(),
            effect: RenderEffect::new_with_value(follow, shown),
        }
    }
}

impl IntoAttributeValue for Growing {
    type Output = Self;

    fn into_attribute_value(self) -> Self {
        self
    }
}

impl InnerHtmlValue for Growing {
    type AsyncOutput = Self;
    type State = Shown;
    type Cloneable = Self;
    type CloneableOwned = Self;

    fn html_len(&self) -> usize {
        self.html.with_untracked(String::len)
    }

    fn to_html(self, buf: &mut String) {
        self.html.with_untracked(|html| buf.push_str(html));
    }

    fn to_template(_buf: &mut String) {}

    fn hydrate<const FROM_SERVER: bool>(self, el: &Element) -> Self::State {
        if FROM_SERVER {
            self.follow(el, None)
        } else {
            self.build(el)
        }
    }

    fn build(self, el: &Element) -> Self::State {
        self.html.with_untracked(|html| el.set_inner_html(html));
        self.follow(el, None)
    }

    fn rebuild(self, state: &mut Self::State) {
        let shown = state.effect.take_value().unwrap_or_default();
        let block = state.block.clone();
        *state = self.follow(&block, Some(shown));
    }

    fn into_cloneable(self) -> Self::Cloneable {
        self
    }

    fn into_cloneable_owned(self) -> Self::CloneableOwned {
        self
    }

    fn dry_resolve(&mut self) {}

    async fn resolve(self) -> Self::AsyncOutput {
        self
    }
}

/// Makes of `block`, where `shown` is, what shows `html`. Where it isn't known what is there, nothing is `shown`.
fn show(block: &Element, shown: &mut String, html: &str) {
    let tail = Tail::between(shown, html);
    if tail.and_then(|tail| fit(block, &tail)).is_none() {
        let wrapped: Vec<bool> = code(block).map(|code| tools::is_wrapped(&code)).collect();
        block.set_inner_html(html);
        let again = code(block).zip(wrapped).filter(|(_, wrapped)| *wrapped);
        again.for_each(|(code, _)| tools::wrap(&code, true));
    }
    shown.clear();
    shown.push_str(html);
}

/// The code in it, in its order.
fn code(block: &Element) -> impl Iterator<Item = Element> + use<> {
    let found = block.query_selector_all("figure.code").ok();
    let count = found.as_ref().map_or(0, NodeList::length);
    (0..count).filter_map(move |nth| found.as_ref()?.get(nth)?.dyn_into().ok())
}

/// Changes the end of `block`. Nothing where the page is not as it was written, since a reader or an extension of the browser has changed it.
fn fit(block: &Element, tail: &Tail<'_>) -> Option<()> {
    let mut element = block.clone();
    for (place, level) in tail.levels.iter().enumerate() {
        for _ in 0..level.gone {
            element.remove_child(&element.last_child()?).ok()?;
        }
        let last = element.last_child();
        let Some(within) = tail.levels.get(place + 1) else {
            if let Some((gone, new)) = &tail.text {
                replace_end(&last?, gone, new)?;
            }
            append(&element, level.html)?;
            break;
        };
        let within = last
            .and_then(|last| last.dyn_into::<Element>().ok())
            .filter(|last| last.local_name() == within.name)?;
        // In another order, the last rows are not those that were written last.
        if within.local_name() == "table" && within.query_selector("[aria-sort]").ok()?.is_some() {
            return None;
        }
        append(&element, level.html)?;
        element = within;
    }
    Some(())
}

/// Puts `new` in the place of the `gone` that a text ends with.
fn replace_end(text: &Node, gone: &str, new: &str) -> Option<()> {
    if text.node_type() != Node::TEXT_NODE {
        return None;
    }
    let text: &CharacterData = text.unchecked_ref();
    let units = u32::try_from(gone.encode_utf16().count()).ok()?;
    let from = text.length().checked_sub(units)?;
    let is_there = units == 0 || text.substring_data(from, units).ok()? == gone;
    is_there.then(|| text.replace_data(from, units, new).ok())?
}

fn append(element: &Element, html: &str) -> Option<()> {
    if html.is_empty() {
        return Some(());
    }
    element.insert_adjacent_html("beforeend", html).ok()
}
