//! What the main constructs look like; a change here asks for a new `VERSION`.

use insta::assert_snapshot;
use markdown::render;

mod support;

#[test]
fn an_answer_with_code_lists_and_a_table() {
    assert_snapshot!(render(support::DOCUMENTS[0], "m1").join("\n\n"));
}

#[test]
fn every_construct_once() {
    assert_snapshot!(render(support::DOCUMENTS[1], "m1").join("\n\n"));
}

#[test]
fn formulas_in_their_places() {
    assert_snapshot!(render(support::DOCUMENTS[2], "m1").join("\n\n"));
}
