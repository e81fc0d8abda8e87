//! Tables in answers: taken along as CSV, and put in order by a column.

use std::cmp::Ordering;

use model::csv;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement, HtmlTableCellElement};

use crate::browser::number::number;

/// The table that the button is at, as CSV.
pub fn csv_of(button: &HtmlElement) -> Option<String> {
    let table = button.parent_element()?.query_selector("table").ok()??;
    let lines = elements(&table, "tr").map(|row| {
        let cells = elements(&row, "th, td").map(|cell| text(&cell));
        csv::quoted(cells.map(plain))
    });
    Some(lines.collect())
}

/// Puts the rows in the order of the button's column; once more, the other way round.
pub fn sort_by(button: &HtmlElement) {
    let cell = button.closest("th").ok().flatten();
    let Some(cell) = cell.and_then(|cell| cell.dyn_into::<HtmlTableCellElement>().ok()) else {
        return;
    };
    let Some(table) = cell.closest("table").ok().flatten() else {
        return;
    };
    let Some(body) = table.query_selector("tbody").ok().flatten() else {
        return;
    };
    let column = usize::try_from(cell.cell_index()).unwrap_or_default();
    let falls = cell.get_attribute("aria-sort").as_deref() == Some("ascending");
    let rows: Vec<Element> = elements(&body, "tr").collect();
    let cells: Vec<String> = rows
        .iter()
        .map(|row| {
            elements(row, "td")
                .nth(column)
                .map_or_else(String::new, |cell| text(&cell))
        })
        .collect();
    let by_language = |a: &str, b: &str| {
        js_sys::JsString::from(a)
            .locale_compare(b, &js_sys::Array::new(), &js_sys::Object::new())
            .cmp(&0)
    };
    for place in order(&cells, falls, by_language) {
        // A row of this body can be put at its end.
        let _moved = body.append_child(&rows[place]);
    }
    for head in elements(&table, "th") {
        // Removing what is not there is nothing.
        let _cleared = head.remove_attribute("aria-sort");
    }
    let _told = cell.set_attribute("aria-sort", if falls { "descending" } else { "ascending" });
}

fn elements(within: &Element, selector: &str) -> impl Iterator<Item = Element> {
    let found = within.query_selector_all(selector).ok();
    let count = found.as_ref().map_or(0, web_sys::NodeList::length);
    (0..count).filter_map(move |index| found.as_ref()?.item(index)?.dyn_into().ok())
}

fn text(cell: &Element) -> String {
    cell.text_content().unwrap_or_default().trim().to_owned()
}

/// As it is copied: numbers stay numbers, and nothing becomes a formula.
fn plain(cell: String) -> String {
    if number(&cell).is_some() {
        cell
    } else {
        csv::harmless(cell)
    }
}

/// In which order cells stand: by number where all have one, else by `compare`; empty ones last.
fn order(cells: &[String], falls: bool, compare: impl Fn(&str, &str) -> Ordering) -> Vec<usize> {
    let numbers: Option<Vec<f64>> = cells
        .iter()
        .map(|cell| {
            if cell.is_empty() {
                Some(0.0)
            } else {
                amount(cell)
            }
        })
        .collect();
    let mut places: Vec<usize> = (0..cells.len()).collect();
    places.sort_by(|&a, &b| {
        let empty = cells[a].is_empty().cmp(&cells[b].is_empty());
        let by = match &numbers {
            Some(numbers) => numbers[a].total_cmp(&numbers[b]),
            None => compare(&cells[a], &cells[b]),
        };
        empty.then(if falls { by.reverse() } else { by })
    });
    places
}

/// `¥1,234.50`, `12 %`, `-3`.
fn amount(text: &str) -> Option<f64> {
    let bare: String = text
        .chars()
        .filter(|c| !matches!(c, ',' | ' ' | '\u{a0}' | '%' | '¥' | '￥' | '$' | '€'))
        .collect();
    number(&bare)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ordered(cells: &[&str], falls: bool) -> Vec<String> {
        let cells: Vec<String> = cells.iter().map(|cell| (*cell).to_owned()).collect();
        let order = order(&cells, falls, str::cmp);
        order
            .into_iter()
            .map(|place| cells[place].clone())
            .collect()
    }

    #[test]
    fn numbers_are_ordered_as_numbers() {
        assert_eq!(
            ordered(&["¥1,200", "90", "", "12 %"], false),
            ["12 %", "90", "¥1,200", ""]
        );
        assert_eq!(ordered(&["9", "10", ""], true), ["10", "9", ""]);
    }

    #[test]
    fn anything_else_is_ordered_as_text() {
        assert_eq!(ordered(&["b", "10", "a"], false), ["10", "a", "b"]);
    }

    #[test]
    fn equal_rows_stay_where_they_are() {
        let cells = ["1".to_owned(), "1".to_owned(), "0".to_owned()];
        assert_eq!(order(&cells, false, str::cmp), [2, 0, 1]);
        assert_eq!(order(&cells, true, str::cmp), [0, 1, 2]);
    }

    #[test]
    fn a_copied_cell_is_a_number_or_no_formula() {
        assert_eq!(plain("-1.5".to_owned()), "-1.5");
        assert_eq!(plain("=1+1".to_owned()), "'=1+1");
    }
}
