//! Lists of sources below answers: the server folds them away with nothing but a number on them, for readers of every language.

use wasm_bindgen::JsCast;
use web_sys::Element;

use crate::language::Words;

/// Numbers that have no word yet.
const BARE: &str = ".sources__count:not([data-named])";

/// Says what is counted in that part of the page.
pub fn name(part: &Element, words: &Words) {
    let Ok(found) = part.query_selector_all(BARE) else {
        return;
    };
    for index in 0..found.length() {
        let number = found.item(index).map(JsCast::dyn_into::<Element>);
        let Some(Ok(number)) = number else { continue };
        let count = number.get_attribute("data-count").unwrap_or_default();
        number.set_text_content(Some(&words.sources_count(&count)));
        // A constant attribute can be set.
        let _named = number.set_attribute("data-named", "");
    }
}
