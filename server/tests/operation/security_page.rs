//! `SECURITY.md` says which test holds which promise. A promise that is missing, or a test that is gone, fails here.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

use anyhow::Context;

use crate::support::TestResult;

/// Each series and its last number.
const SERIES: [(&str, u8); 9] = [
    ("AU", 42),
    ("SE", 28),
    ("AC", 24),
    ("CF", 14),
    ("LO", 9),
    ("FI", 17),
    ("IO", 30),
    ("CO", 8),
    ("LM", 16),
];

/// Where tests are.
const SOURCES: [&str; 4] = ["app/src", "crates", "server", "end2end/tests"];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// The table's rows: a requirement's id and what holds it.
fn rows() -> anyhow::Result<BTreeMap<String, String>> {
    let page = fs::read_to_string(root().join("SECURITY.md")).context("reading SECURITY.md")?;
    let mut rows = BTreeMap::new();
    for line in page.lines() {
        let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
        if let [id, _, held_by] = cells[..]
            && is_id(id)
        {
            let twice = rows.insert(id.to_owned(), held_by.to_owned());
            anyhow::ensure!(twice.is_none(), "{id} is there twice");
        }
    }
    Ok(rows)
}

fn is_id(text: &str) -> bool {
    let series = SERIES
        .iter()
        .find_map(|(series, _)| text.strip_prefix(series));
    series
        .and_then(|number| number.strip_prefix('-'))
        .is_some_and(|number| number.len() == 2 && number.bytes().all(|byte| byte.is_ascii_digit()))
}

/// The tests that a cell names: names of functions, and titles of browser tests, which are sentences.
fn named(cell: &str) -> impl Iterator<Item = &str> {
    cell.split('`').skip(1).step_by(2).filter(|text| {
        let is_function = text.len() > 15
            && text
                .bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte == b'_' || byte.is_ascii_digit());
        let is_title = text.matches(' ').count() > 2;
        is_function || is_title
    })
}

/// All text of the sources' tests.
fn tests() -> anyhow::Result<BTreeSet<String>> {
    let mut found = BTreeSet::new();
    let mut folders: Vec<PathBuf> = SOURCES.iter().map(|path| root().join(path)).collect();
    while let Some(folder) = folders.pop() {
        for entry in
            fs::read_dir(&folder).with_context(|| format!("reading {}", folder.display()))?
        {
            let path = entry?.path();
            if path.is_dir() {
                if !path.ends_with("node_modules") && !path.ends_with("target") {
                    folders.push(path);
                }
                continue;
            }
            let extension = path.extension().and_then(|extension| extension.to_str());
            match extension {
                Some("rs") => found.extend(functions(&fs::read_to_string(&path)?)),
                Some("ts") => found.extend(titles(&fs::read_to_string(&path)?)),
                Some(_) | None => {}
            }
        }
    }
    Ok(found)
}

/// Functions that follow a line which makes them tests.
fn functions(source: &str) -> Vec<String> {
    let mut is_test = false;
    let mut found = Vec::new();
    for line in source.lines().map(str::trim) {
        if line.starts_with("#[test]") || line.starts_with("#[tokio::test") {
            is_test = true;
        } else if let Some(name) = name_of(line) {
            if is_test {
                found.push(name.to_owned());
            }
            is_test = false;
        }
    }
    found
}

fn name_of(line: &str) -> Option<&str> {
    let line = line.strip_prefix("async ").unwrap_or(line);
    line.strip_prefix("fn ")?.split(['(', '<']).next()
}

fn titles(source: &str) -> Vec<String> {
    let calls = source.split("test(\"").skip(1);
    calls
        .filter_map(|rest| rest.split('"').next())
        .map(str::to_owned)
        .collect()
}

/// AU-26, CF-10, CF-12, SE-17.
#[test]
fn every_requirement_is_held_by_a_test_that_exists_or_says_why_not() -> TestResult {
    let rows = rows()?;
    let tests = tests()?;
    let mut wrong = Vec::new();
    for (series, last) in SERIES {
        for number in 1..=last {
            let id = format!("{series}-{number:02}");
            let Some(cell) = rows.get(&id) else {
                wrong.push(format!("{id} is missing"));
                continue;
            };
            let is_said =
                cell.contains("Not applicable:") || cell.contains("Open") || cell.contains("](#");
            if named(cell).next().is_none() && !is_said {
                wrong.push(format!("{id} names neither a test nor a reason"));
            }
            wrong.extend(
                named(cell)
                    .filter(|name| !tests.contains(*name))
                    .map(|name| format!("{id}: there is no test `{name}`")),
            );
        }
    }
    let known = SERIES
        .iter()
        .map(|(_, last)| usize::from(*last))
        .sum::<usize>();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_eq!(rows.len(), known, "a row is of no known requirement");
    Ok(())
}

#[test]
fn only_tests_are_taken_for_tests() {
    let source = "#[test]\nfn a_promise_is_kept() {}\nfn a_mere_helper() {}\n#[tokio::test]\nasync fn another_is_too() {}";
    assert_eq!(functions(source), ["a_promise_is_kept", "another_is_too"]);
    assert_eq!(
        titles("test(\"what is seen\", async () => {});"),
        ["what is seen"]
    );
}
