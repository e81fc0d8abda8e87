use std::{collections::BTreeMap, process::Command};

use anyhow::Context;
use serde_json::Value;

use crate::support::TestResult;

/// Each room and the rooms that it may know.
const ROOMS: [(&str, &[&str]); 8] = [
    (
        "server",
        &["app", "platform", "simulator", "bailian", "model"],
    ),
    ("frontend", &["app"]),
    ("app", &["model", "platform"]),
    ("platform", &["model", "bailian", "markdown"]),
    ("markdown", &[]),
    ("simulator", &[]),
    ("bailian", &[]),
    ("model", &[]),
];

#[test]
fn dependency_arrows_point_only_where_the_map_says() -> TestResult {
    let manifest = concat!(env!("CARGO_MANIFEST_DIR"), "/../Cargo.toml");
    let output = Command::new(env!("CARGO"))
        .args([
            "metadata",
            "--no-deps",
            "--format-version",
            "1",
            "--offline",
            "--manifest-path",
            manifest,
        ])
        .output()
        .context("asking cargo")?;
    let metadata: Value =
        serde_json::from_slice(&output.stdout).context("reading cargo's answer")?;
    let rooms: BTreeMap<&str, &[&str]> = ROOMS.into_iter().collect();
    let packages = metadata["packages"].as_array().context("packages")?;
    assert_eq!(packages.len(), rooms.len(), "a room that is not on the map");
    for package in packages {
        let name = package["name"].as_str().context("a name")?;
        let allowed = rooms
            .get(name)
            .with_context(|| format!("{name} is not on the map"))?;
        for dependency in package["dependencies"].as_array().context("dependencies")? {
            let known = dependency["name"].as_str().context("a name")?;
            let for_tests = dependency["kind"] == "dev";
            assert!(
                for_tests || !rooms.contains_key(known) || allowed.contains(&known),
                "{name} must not know {known}"
            );
        }
    }
    Ok(())
}
